import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** Calendars for who may see them; for others their ids stand for them. */
export const calendarsQuery = queryOptions({
  queryKey: ['lookup', 'calendars'],
  queryFn: ({ signal }) => call('listCalendars', { signal }),
  staleTime: 10 * 60_000,
  retry: false,
});
