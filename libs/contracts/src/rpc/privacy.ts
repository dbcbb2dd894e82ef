import { z } from 'zod';
import { ErasureCounts, type PrivacyService, privacyServices } from '../commands/privacy.ts';
import { defineQuestion } from '../define.ts';
import { ErasedTickets } from '../events/privacy.ts';

/** By what a person is found in texts. */
export const ErasureTerms = z.object({
  userId: z.number().int(),
  pseudonym: z.string(),
  tickets: ErasedTickets,
  emails: z.array(z.string()),
  /** Of themselves enough: whole names, login, telephone numbers, street. */
  identifiers: z.array(z.string()),
  /** First and last name, which mean the person only in what is theirs. */
  names: z.array(z.string()),
});
export type ErasureTerms = z.output<typeof ErasureTerms>;

/** What to look for while a task is under way; null once it is over. */
export const erasureTerms = defineQuestion(
  'rpc.identity.v1.erasure-terms',
  z.object({ taskId: z.number().int() }),
  z.object({
    terms: ErasureTerms.nullable(),
    /** Tickets that must stay as they are. */
    heldTicketIds: z.array(z.number().int()),
  }),
  { callers: privacyServices.filter((service) => service !== 'identity') },
);

const preview = (service: PrivacyService) =>
  defineQuestion(
    `rpc.${service}.v1.preview-erasure`,
    z.object({ terms: ErasureTerms }),
    z.object({ counts: ErasureCounts }),
    { callers: ['identity'] },
  );

/** How much of a person each service keeps, before anything is touched; identity knows its own part. */
export const previewErasure = {
  ticket: preview('ticket'),
  'mail-ingest': preview('mail-ingest'),
  notification: preview('notification'),
  reporting: preview('reporting'),
  federation: preview('federation'),
} as const satisfies Partial<Record<PrivacyService, unknown>>;

/** Which tickets of the person, and which mails of these, an erasure has reached so far; page by page. */
export const erasureReach = defineQuestion(
  'rpc.ticket.v1.erasure-reach',
  z.object({
    taskId: z.number().int(),
    kind: z.enum(['ticket', 'mail']),
    /** Only ids above this one. */
    after: z.number().int(),
  }),
  /** `mail`: rows of mail-ingest. Empty: there are no more. */
  z.object({ ids: z.array(z.number().int()) }),
  { callers: ['mail-ingest', 'notification'] },
);

/** The mails, as rows of mail-ingest, that became articles of these tickets; page by page. */
export const mailsOfTickets = defineQuestion(
  'rpc.ticket.v1.mails-of-tickets',
  z.object({
    ticketIds: z.array(z.number().int()),
    /** Only ids above this one. */
    after: z.number().int(),
  }),
  /** Empty: there are no more. */
  z.object({ ids: z.array(z.number().int()) }),
  { callers: ['mail-ingest'] },
);

/** Everything under legal hold: tickets, and people, whose tickets stay as well. */
export const heldObjects = defineQuestion(
  'rpc.identity.v1.held-objects',
  z.object({}),
  z.object({ userIds: z.array(z.number().int()), ticketIds: z.array(z.number().int()) }),
  { callers: ['ticket'] },
);

/** Which of these mails an open ticket, or one under legal hold, still needs as they came. */
export const mailsNeeded = defineQuestion(
  'rpc.ticket.v1.mails-needed',
  z.object({ ids: z.array(z.number().int()).max(1_000) }),
  z.object({ ids: z.array(z.number().int()) }),
  { callers: ['mail-ingest'] },
);

/** How much goes with a ticket; null: there is none. Who wrote in it may be under legal hold. */
export const previewTicketDeletion = defineQuestion(
  'rpc.ticket.v1.preview-ticket-deletion',
  z.object({ ticketId: z.number().int() }),
  z.object({ counts: ErasureCounts.nullable(), held: z.boolean() }),
  { callers: ['identity'] },
);
