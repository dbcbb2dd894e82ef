import { z } from 'zod';
import { defineCommand } from '../define.ts';

/** The services that keep personal data, and so take part in erasing it. */
export const privacyServices = [
  'identity',
  'ticket',
  'mail-ingest',
  'notification',
  'reporting',
  'federation',
] as const;
export type PrivacyService = (typeof privacyServices)[number];

/** How many things of each kind: `{ articles: 3 }`. */
export const ErasureCounts = z.record(z.string(), z.number().int());

/** A service is through with a round. */
export const recordErasure = defineCommand(
  'cmd.identity.v1.record-erasure',
  z.object({
    taskId: z.number().int(),
    round: z.number().int().positive(),
    service: z.enum(privacyServices),
    /** What it changed or removed in this round, by kind. */
    counts: ErasureCounts,
    /** What it found and has to leave for a later round, because somebody still has to read it. */
    waiting: z.number().int(),
    /** What stays, and why: `legal-hold`. */
    kept: z.array(z.object({ object: z.string(), id: z.string(), why: z.string() })).max(1_000),
  }),
  { senders: privacyServices },
);

/** A ticket is to be deleted for good, whatever its group; answered with `record-ticket-deletion`. */
export const deleteTicketForGood = defineCommand(
  'cmd.ticket.v1.delete-ticket',
  z.object({ taskId: z.number().int(), ticketId: z.number().int(), orderedById: z.number().int() }),
  { senders: ['identity'] },
);

/** What became of it. */
export const recordTicketDeletion = defineCommand(
  'cmd.identity.v1.record-ticket-deletion',
  z.object({
    taskId: z.number().int(),
    outcome: z.enum(['deleted', 'gone', 'held']),
    counts: ErasureCounts,
  }),
  { senders: ['ticket'] },
);
