import { z } from 'zod';
import { defineQuestion } from '../define.ts';

const provider = z.string().max(40);

/** Starts a sign-in at a provider. Stores nothing: what must be remembered goes into a cookie of the browser. */
export const beginOpenIdSignIn = defineQuestion(
  'rpc.identity.v1.begin-openid-sign-in',
  z.object({
    provider,
    /** Where to go afterwards; what is no path of this site is passed over. */
    returnTo: z.string().max(1000).optional(),
  }),
  z.object({
    /** Where the browser goes. */
    url: z.string(),
    /** Sealed; comes back with `finish-openid-sign-in`. */
    transaction: z.string(),
    maxAgeSeconds: z.number().int(),
  }),
  { callers: ['gateway'] },
);

/** The provider sent the browser back. Refuses whatever was not started in this browser, or was finished already. */
export const finishOpenIdSignIn = defineQuestion(
  'rpc.identity.v1.finish-openid-sign-in',
  z.object({
    provider,
    /** The query of the answer, as it came. */
    answer: z.string().max(8000),
    transaction: z.string().max(4000),
    ip: z.string().max(64).optional(),
    userAgent: z.string().max(500).optional(),
  }),
  z.object({
    sessionToken: z.string(),
    csrfToken: z.string(),
    userId: z.number().int(),
    expiresAt: z.iso.datetime(),
    /** A path of this site. */
    returnTo: z.string(),
  }),
  { callers: ['gateway'] },
);

/**
 * Starts linking an account at a provider to the signed-in person: refuses a session that was not proven of late.
 * Stores nothing either.
 */
export const beginOpenIdLink = defineQuestion(
  'rpc.identity.v1.begin-openid-link',
  z.object({ provider }),
  beginOpenIdSignIn.output,
  { callers: ['gateway'] },
);

/** The provider sent the browser back from linking. Refuses whatever another session started. */
export const finishOpenIdLink = defineQuestion(
  'rpc.identity.v1.finish-openid-link',
  z.object({ provider, answer: z.string().max(8000), transaction: z.string().max(4000) }),
  z.object({}),
  { callers: ['gateway'] },
);

/** Where a browser goes on to sign out at the provider as well; null when the session was opened without one. */
export const openIdSignOutUrl = defineQuestion(
  'rpc.identity.v1.openid-sign-out-url',
  z.object({ sessionToken: z.string().max(200) }),
  z.object({ url: z.string().nullable() }),
  { callers: ['gateway'] },
);

/** Somebody signed out at the provider, which says so itself (OpenID Connect Back-Channel Logout 1.0). */
export const endOpenIdSessions = defineQuestion(
  'rpc.identity.v1.end-openid-sessions',
  z.object({ provider, logoutToken: z.string().max(10_000) }),
  z.object({}),
  { callers: ['gateway'] },
);
