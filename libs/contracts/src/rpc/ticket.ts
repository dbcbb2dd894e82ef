import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { StoredFile } from '../http/tickets.ts';

/** May the actor read this attachment, and which blob is it? `not-found` when not visible. */
export const getAttachment = defineQuestion(
  'rpc.ticket.v1.get-attachment',
  z.object({
    ticketId: z.number().int(),
    articleId: z.number().int(),
    attachmentId: z.number().int(),
  }),
  StoredFile,
  { callers: ['gateway', 'federation'] },
);

/**
 * For whom and what a link to a ticket was made, if it still opens: `not-found` when it was never ours, the ticket is
 * gone or another person's, or has been closed for a month.
 */
export const openTicketLink = defineQuestion(
  'rpc.ticket.v1.open-ticket-link',
  z.object({ token: z.string().max(100) }),
  z.object({
    ticketId: z.number().int(),
    customerId: z.number().int(),
    /** `rating`: it serves to rate the ticket and for nothing else. */
    purpose: z.enum(['ticket', 'rating']).default('ticket'),
  }),
  { callers: ['gateway'] },
);

/**
 * The file that a link in a mail stands for, if it still opens: `not-found` when the link was never ours or is over, the
 * article is gone or was made internal.
 */
export const openFileLink = defineQuestion(
  'rpc.ticket.v1.open-file-link',
  z.object({ token: z.string().max(100) }),
  StoredFile,
  { callers: ['gateway'] },
);

/** The raw mail of an article, agents only. */
export const getRawMail = defineQuestion(
  'rpc.ticket.v1.get-raw-mail',
  z.object({ articleId: z.number().int() }),
  z.object({ sha256: z.string(), size: z.number().int() }),
  { callers: ['gateway'] },
);

/** Keeps an uploaded file for an article that is still being written. */
export const addUpload = defineQuestion(
  'rpc.ticket.v1.add-upload',
  z.object({ formId: z.string().max(200), file: StoredFile }),
  z.object({ id: z.number().int() }),
  { callers: ['gateway'] },
);

/** Does any ticket refer to it? Then it cannot be deleted. */
export const ticketsReferTo = defineQuestion(
  'rpc.ticket.v1.refer-to',
  z.object({ kind: z.enum(['user', 'organization', 'group']), id: z.number().int() }),
  z.object({ referred: z.boolean() }),
  { callers: ['identity'] },
);

/** Which of these are ids of no priority? Nothing can be reckoned with those. */
export const missingPriorities = defineQuestion(
  'rpc.ticket.v1.missing-priorities',
  z.object({ ids: z.array(z.number().int()).max(9) }),
  z.object({ ids: z.array(z.number().int()) }),
  { callers: ['identity'] },
);

export const removeUploads = defineQuestion(
  'rpc.ticket.v1.remove-uploads',
  z.object({
    formId: z.string().max(200),
    /** Absent: all of the form. */
    id: z.number().int().optional(),
  }),
  z.object({}),
  { callers: ['gateway'] },
);
