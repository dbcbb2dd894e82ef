import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';
import type { BuiltInSort, HomeView, View } from '../tickets/list-state.ts';
import { ticketKeys } from '../tickets/queries.ts';

/** Lines of a list that the page shows; the whole list is one step away. */
const shown = 6;

/** What waits for an agent. A due time passes without any event, so it is asked for again each minute. */
export const waitingQuery = queryOptions({
  queryKey: [...ticketKeys.home, 'waiting'],
  queryFn: async ({ signal }) => {
    const { views } = await call('agentHome', { signal });
    return new Map(views.map(({ view, count }) => [view as HomeView, count]));
  },
  staleTime: 0,
  refetchInterval: 60_000,
});

/** The first tickets of a list. */
export const firstOfQuery = (view: View, sort: BuiltInSort) =>
  queryOptions({
    queryKey: [...ticketKeys.home, view, sort],
    queryFn: ({ signal }) => call('ticketList', { query: { view, sort, order: 'asc', limit: shown }, signal }),
    staleTime: 0,
  });
