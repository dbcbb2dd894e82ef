import { z } from 'zod';
import { defineEvent } from '../define.ts';

/** What becomes of the tickets of a person who is erased. */
export const ErasedTickets = z.enum([
  /** They stay; the person's names and addresses in them become the pseudonym. */
  'pseudonymise',
  /** They stay without what the person wrote: titles, texts and files. */
  'redact',
  /** They are deleted. */
  'delete',
]);
export type ErasedTickets = z.output<typeof ErasedTickets>;

/**
 * A person is to be erased: every service removes what it keeps about them, and answers with
 * `cmd.identity.v1.record-erasure`. Rounds follow until one of them finds nothing anywhere. What to look for is not
 * here but is asked for (`rpc.identity.v1.erasure-terms`): what is published stays for days.
 */
export const erasureRequested = defineEvent(
  'erasure.v1.requested',
  z.object({
    taskId: z.number().int(),
    /** From 1. */
    round: z.number().int().positive(),
    userId: z.number().int(),
    /** Stands where the person's names stood. */
    pseudonym: z.string(),
    tickets: ErasedTickets,
  }),
);

/**
 * Of a ticket nothing is kept any more that tells of people: it was deleted, or pseudonymised. What else is kept of it
 * elsewhere goes as well. A ticket with many mails is told in several parts.
 */
export const ticketPurged = defineEvent(
  'purge.v1.ticket-purged',
  z.object({
    ticketId: z.number().int(),
    how: z.enum(['deleted', 'pseudonymised']),
    /** Rows of mail-ingest that were articles of it. */
    mails: z.array(z.number().int()).max(1_000),
  }),
);
