import type { OutputOf, tagList, ticketPriorities, ticketStates } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import { ask, rowsAt } from '../admin/by-address.ts';
import { keyOf } from '../admin/queries.ts';

export type State = OutputOf<typeof ticketStates.get>;
export type Priority = OutputOf<typeof ticketPriorities.get>;
export type Tag = OutputOf<typeof tagList.list>[number];

export const stateRows = rowsAt<State, object>('ticket_states');
export const priorityRows = rowsAt<Priority, object>('ticket_priorities');
export const tagRows = rowsAt<Tag, { name: string }>('tag_list');

/** All of them, also those that are not active. */
export const allStatesQuery = queryOptions({
  queryKey: keyOf('states'),
  queryFn: ({ signal }) => ask<State[]>('GET', 'ticket_states?per_page=1000', undefined, signal),
});
export const allPrioritiesQuery = queryOptions({
  queryKey: keyOf('priorities'),
  queryFn: ({ signal }) => ask<Priority[]>('GET', 'ticket_priorities?per_page=1000', undefined, signal),
});
export const allTagsQuery = queryOptions({
  queryKey: keyOf('tags'),
  queryFn: ({ signal }) => ask<Tag[]>('GET', 'tag_list', undefined, signal),
});
