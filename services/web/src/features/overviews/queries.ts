import type { OutputOf } from '@helpmesh/contracts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import type { Selector } from '../conditions/selector.ts';
import { ticketKeys } from '../tickets/queries.ts';

export type Overview = OutputOf<Endpoints['getOverview']>;

/** Counted with the standard views: what makes one of them out of date makes all of them so. */
export const ticketOverviewsQuery = queryOptions({
  queryKey: [...ticketKeys.counts, 'overviews'] as const,
  queryFn: ({ signal }) => call('ticketOverviews', { signal }),
});

export const overviewKeys = ['admin', 'overviews'] as const;

export const overviewsQuery = queryOptions({
  queryKey: [...overviewKeys, 'list'] as const,
  queryFn: ({ signal }) => call('listOverviews', { query: { per_page: 1000 }, signal }),
});

export const overviewQuery = (id: number) =>
  queryOptions({
    queryKey: [...overviewKeys, id] as const,
    queryFn: ({ signal }) => call('getOverview', { params: { id }, signal }),
  });

/** How many tickets a condition picks of those that one may see. */
export const matchingQuery = (condition: Selector) =>
  queryOptions({
    queryKey: [...ticketKeys.lists, 'matching', condition] as const,
    queryFn: async ({ signal }) => {
      const found = await call('searchTicketsByPost', { body: { condition, only_total_count: true }, signal });
      return (found as unknown as { total_count: number }).total_count;
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
