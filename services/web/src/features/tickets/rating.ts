import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { ticketKeys } from './queries.ts';

export type TicketRating = OutputOf<Endpoints['getTicketRating']>;

/** How its customer found it to go; for them and for its agents. */
export const ratingQuery = (id: number) =>
  queryOptions({
    queryKey: ticketKeys.rating(id),
    queryFn: ({ signal }) => call('getTicketRating', { params: { id }, signal }),
  });

export const rate = (id: number, body: { score: number; comment: string }) =>
  call('rateTicket', { params: { id }, body });
