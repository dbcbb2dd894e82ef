import { z } from 'zod';
import { defineQuestion } from '../define.ts';

/**
 * A form that a program posts to the token, revocation or introspection endpoint, and the answer in the words of its
 * RFC. The owner reads the form itself: what is given twice or in two ways can be told only from its text.
 */
const question = (name: string) =>
  defineQuestion(
    `rpc.identity.v1.${name}`,
    z.object({
      form: z.string().max(16_000),
      /** The header of that name, as it came. */
      authorization: z.string().max(4_000).optional(),
    }),
    z.object({
      status: z.union([z.literal(200), z.literal(400), z.literal(401)]),
      body: z.record(z.string(), z.unknown()),
    }),
    { callers: ['gateway'] },
  );

/** RFC 6749 3.2 with RFC 7636; RFC 7009; RFC 7662. */
export const oauthEndpoints = {
  token: question('oauth-token'),
  revoke: question('oauth-revoke'),
  introspect: question('oauth-introspect'),
};
