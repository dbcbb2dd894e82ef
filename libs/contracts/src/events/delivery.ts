import { z } from 'zod';
import { defineEvent } from '../define.ts';
import { SecurityType } from '../mail/security.ts';

const outcome = {
  mailId: z.uuid(),
  kind: z.string(),
  ticketId: z.number().int().nullable(),
  articleId: z.number().int().nullable(),
  messageId: z.string(),
  attempts: z.number().int(),
  /** Files that were too large for the mail and went as links, which end `until`. */
  links: z.array(z.object({ filename: z.string(), size: z.number().int(), until: z.iso.datetime() })).optional(),
  /** How a mail of a rule is protected, which its keys decided. */
  security: z.object({ type: SecurityType, sign: z.boolean(), encrypt: z.boolean() }).optional(),
};

export const deliverySent = defineEvent(
  'delivery.v1.sent',
  z.object({ ...outcome, sentAt: z.iso.datetime(), response: z.string() }),
);

/** A try failed for now; another follows at `nextAttemptAt`. */
export const deliveryDeferred = defineEvent(
  'delivery.v1.deferred',
  z.object({ ...outcome, nextAttemptAt: z.iso.datetime(), error: z.string() }),
);

/** Given up: refused for good or out of tries. */
export const deliveryFailed = defineEvent(
  'delivery.v1.failed',
  z.object({
    ...outcome,
    error: z.string(),
    /** It was not to leave without keys that there are not: nobody has to do anything about it. */
    discarded: z.boolean().optional(),
  }),
);
