import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Instant, text } from './common.ts';

export const changeTypes = [
  'created',
  'updated',
  'article_added',
  'article_changed',
  'article_deleted',
  /** Gone, or no longer for the caller to see: forget it. */
  'removed',
] as const;
export type ChangeType = (typeof changeTypes)[number];

/** One thing that happened to a ticket. What it looks like now is asked of the ticket. */
export const TicketChange = z.object({
  /** Id of the event: the same one never stands for two changes. */
  id: z.string(),
  at: Instant,
  type: z.enum(changeTypes),
  ticket_id: z.number().int(),
  article_id: z.number().int().optional(),
  /** Fields of the ticket that changed, by their REST names; told to agents. */
  attributes: z.array(z.string()).optional(),
});
export type TicketChange = z.output<typeof TicketChange>;

export const changes = defineEndpoint({
  id: 'listChanges',
  method: 'GET',
  path: '/api/v1/changes',
  question: 'rpc.ticket.v1.list-changes',
  tag: 'Tickets',
  summary:
    'What happened to tickets the caller may see, in order, since a cursor; `since=now` begins with the next change',
  query: z.object({
    /** `next` of the answer before. Empty: from the oldest that is kept. */
    since: text(500).optional(),
    limit: z.coerce.number().int().min(1).max(500).optional(),
  }),
  response: z.object({
    changes: z.array(TicketChange),
    /** Where to go on, also when there is nothing new. */
    next: z.string(),
    /** There is more already: ask again at once. */
    more: z.boolean(),
  }),
});
