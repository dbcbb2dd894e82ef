import { z } from 'zod';
import { actorSchema } from '../access/actor.ts';
import { defineQuestion } from '../define.ts';
import { GroupSnapshot, OrganizationSnapshot, UserSnapshot } from '../events/identity.ts';
import { PasskeyResponse } from '../http/account.ts';

/** `From` header of a request: user id, login or e-mail of the user to act for. */
const onBehalfOf = z.string().max(255).optional();

/**
 * Who is this? Refuses with `unauthenticated`: wrong Basic, unknown token, ended session, inactive user; with
 * `forbidden` when acting for another is not allowed. Called by the gateway only.
 */
export const authenticate = defineQuestion(
  'rpc.identity.v1.authenticate',
  z.object({
    credential: z.discriminatedUnion('scheme', [
      z.object({ scheme: z.literal('basic'), login: z.string().max(255), password: z.string().max(1000) }),
      z.object({ scheme: z.literal('token'), token: z.string().max(500) }),
      z.object({ scheme: z.literal('session'), sessionToken: z.string().max(200) }),
    ]),
    onBehalfOf,
    ip: z.string().max(64).optional(),
  }),
  z.object({
    actor: actorSchema,
    /** Sessions only: the value the header `X-CSRF-Token` must carry on unsafe methods. */
    csrfToken: z.string().nullable(),
    /** How long the answer may be reused, at most; an `access.v1.changed` event ends it at once. */
    maxAgeMs: z.number().int(),
  }),
  { callers: ['gateway'] },
);

/** Who asks, as the gateway saw it. */
const caller = { ip: z.string().max(64).optional(), userAgent: z.string().max(500).optional() };

const openedSession = z.object({
  /** 256-bit random; goes into the cookie, only its hash is stored. */
  sessionToken: z.string(),
  csrfToken: z.string(),
  userId: z.number().int(),
  expiresAt: z.iso.datetime(),
  /** A role demands a second factor: the session is good for setting one up only. */
  enrolOnly: z.boolean(),
});

const secondFactorMethod = z.enum(['authenticator_app', 'security_keys', 'recovery_codes']);

/** Digits, a recovery code, or the answer of a passkey. */
const secondFactorPayload = z.union([z.string().max(100), PasskeyResponse]);

/**
 * Password sign-in. The same answer and time for unknown user and wrong password. Who has a second factor gets a token
 * for the second step instead of a session, or sends the factor along.
 */
export const signIn = defineQuestion(
  'rpc.identity.v1.sign-in',
  z.object({
    username: z.string().max(255),
    password: z.string().max(1000),
    method: secondFactorMethod.optional(),
    payload: secondFactorPayload.optional(),
    ...caller,
  }),
  z.union([
    openedSession,
    z.object({
      secondFactor: z.object({
        /** Good for `sign-in-second-step`, for a few minutes, once. */
        token: z.string(),
        methods: z.array(z.enum(['authenticator_app', 'security_keys'])),
        recoveryCodes: z.boolean(),
        /** For `navigator.credentials.get`; null without passkeys. */
        passkeyOptions: z.looseObject({ challenge: z.string() }).nullable(),
      }),
    }),
  ]),
  { callers: ['gateway'] },
);

export const signInSecondStep = defineQuestion(
  'rpc.identity.v1.sign-in-second-step',
  z.object({
    token: z.string().max(200),
    method: secondFactorMethod,
    payload: secondFactorPayload,
    ...caller,
  }),
  openedSession,
  { callers: ['gateway'] },
);

/** Options to sign in with a passkey alone, for whoever asks: they name nobody. */
export const passkeySignInOptions = defineQuestion(
  'rpc.identity.v1.passkey-sign-in-options',
  z.object({}),
  z.looseObject({ challenge: z.string() }),
  { callers: ['gateway'] },
);

export const signInByPasskey = defineQuestion(
  'rpc.identity.v1.sign-in-by-passkey',
  z.object({ credential: PasskeyResponse, ...caller }),
  openedSession,
  { callers: ['gateway'] },
);

/** By the token of a link that was mailed, once. Unauthenticated: `identity.sign-in-link-not-valid`. */
export const signInByLink = defineQuestion(
  'rpc.identity.v1.sign-in-by-link',
  z.object({ token: z.string().max(200), ...caller }),
  openedSession,
  { callers: ['gateway'] },
);

export const signOut = defineQuestion(
  'rpc.identity.v1.sign-out',
  z.object({ sessionToken: z.string().max(200) }),
  z.object({}),
  { callers: ['gateway'] },
);

/** Read-through of the replicas: whoever misses a row asks for it. Unknown ids are left out of the answer. */
export const lookup = defineQuestion(
  'rpc.identity.v1.lookup',
  z.object({
    userIds: z.array(z.number().int()).max(1000).optional(),
    /** Logins or e-mail addresses. */
    logins: z.array(z.string()).max(1000).optional(),
    organizationIds: z.array(z.number().int()).max(1000).optional(),
    organizationNames: z.array(z.string()).max(1000).optional(),
    groupIds: z.array(z.number().int()).max(1000).optional(),
    groupNames: z.array(z.string()).max(1000).optional(),
    /** Everything of the small kinds, to fill an empty replica. */
    allGroups: z.boolean().optional(),
    /** Active people who hold this permission, or its parent; the first hundred. */
    permission: z.string().max(100).optional(),
    /** Active people who have this telephone number, however either of them writes it; the first ten. */
    phone: z.string().max(100).optional(),
  }),
  z.object({
    users: z.array(UserSnapshot),
    organizations: z.array(OrganizationSnapshot),
    groups: z.array(GroupSnapshot),
  }),
  { callers: ['ticket', 'mail-ingest', 'federation', 'notification'] },
);

/**
 * Finds each address' user or makes a customer of it. Answers in the order asked; the same address always gets the
 * same user, however often and however concurrently it is asked.
 */
export const ensureCustomers = defineQuestion(
  'rpc.identity.v1.ensure-customers',
  z.object({
    customers: z
      .array(
        z.object({
          email: z.string().max(254),
          name: z.string().max(500),
          /** A mail came from there: mail to it may arrive again. */
          wrote: z.boolean().optional(),
        }),
      )
      .max(500),
  }),
  z.object({ users: z.array(UserSnapshot) }),
  { callers: ['ticket'] },
);

/**
 * What these people may do now, as if they signed in: for what was ordered earlier and is carried out in their names.
 * Who is gone or locked out is left out.
 */
export const actorsOf = defineQuestion(
  'rpc.identity.v1.actors-of',
  z.object({ userIds: z.array(z.number().int()).max(100) }),
  z.object({ actors: z.array(actorSchema) }),
  { callers: ['ticket', 'gateway'] },
);

/** Active roles that may do something in the knowledge base: as whom, and by which name. */
export const helpRoles = defineQuestion(
  'rpc.identity.v1.help-roles',
  z.object({}),
  z.object({
    roles: z.array(z.object({ id: z.number().int(), name: z.string(), access: z.enum(['reader', 'editor']) })),
  }),
  { callers: ['ticket'] },
);
export type HelpRole = z.output<typeof helpRoles.output>['roles'][number];

/** Active communities, each with its groups. */
export const communityGroups = defineQuestion(
  'rpc.identity.v1.community-groups',
  z.object({}),
  z.object({
    communities: z.array(z.object({ id: z.number().int(), name: z.string(), groupIds: z.array(z.number().int()) })),
  }),
  { callers: ['ticket'] },
);

/** A picture of somebody, for whoever is signed in. `not-found` when there is none of that name, or none any more. */
export const getAvatarImage = defineQuestion(
  'rpc.identity.v1.get-avatar-image',
  z.object({ hash: z.string().max(100) }),
  z.object({ contentType: z.string(), base64: z.string() }),
  { callers: ['gateway'] },
);
