import { z } from 'zod';
import { defineEvent } from '../define.ts';

const outcome = {
  mailId: z.uuid(),
  kind: z.string(),
  ticketId: z.number().int().nullable(),
  articleId: z.number().int().nullable(),
  messageId: z.string(),
  attempts: z.number().int(),
  /** Files that were too large for the mail and went as links, which end `until`. */
  links: z.array(z.object({ filename: z.string(), size: z.number().int(), until: z.iso.datetime() })).optional(),
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
export const deliveryFailed = defineEvent('delivery.v1.failed', z.object({ ...outcome, error: z.string() }));
