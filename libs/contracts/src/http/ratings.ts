import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Id, text } from './common.ts';

const tag = 'Ratings';

/** From bad to very good. */
export const MAX_SCORE = 5;

/** What the customer of a ticket thinks of how it went. */
export const TicketRating = z.object({
  ticket_id: z.number().int(),
  /** 1 (bad) to 5 (very good); null as long as the customer has not said. */
  score: z.number().int().nullable(),
  comment: z.string(),
  rated_at: z.iso.datetime().nullable(),
  /** When it was changed, which can be done once. */
  changed_at: z.iso.datetime().nullable(),
  /** Whether whoever asks may give or change it now. */
  may_rate: z.boolean(),
});
export type TicketRating = z.output<typeof TicketRating>;

export const ratings = {
  get: defineEndpoint({
    id: 'getTicketRating',
    method: 'GET',
    path: '/api/v1/tickets/:id/rating',
    question: 'rpc.ticket.v1.get-ticket-rating',
    tag,
    summary: 'How the customer of a ticket rated it; for them and for its agents',
    params: { id: Id },
    response: TicketRating,
  }),
  set: defineEndpoint({
    id: 'rateTicket',
    method: 'PUT',
    path: '/api/v1/tickets/:id/rating',
    question: 'rpc.ticket.v1.rate-ticket',
    tag,
    summary:
      'Rates a closed ticket as its customer, where the group asks for it, until 30 days after it was closed; can be changed once',
    params: { id: Id },
    body: z.object({
      score: z.coerce.number().int().min(1).max(MAX_SCORE),
      comment: text(2000).nullish(),
    }),
    response: TicketRating,
  }),
};
