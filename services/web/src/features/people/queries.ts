import type { OutputOf } from '@helpmesh/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { ticketKeys } from '../tickets/queries.ts';

export type User = OutputOf<Endpoints['getUser']>;

/** Owner id of a ticket that nobody owns. */
export const nobody = 1;

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ['people', id],
    queryFn: ({ signal }) => call('getUser', { params: { id }, query: { expand: true }, signal }),
    staleTime: 5 * 60_000,
  });

export const organizationQuery = (id: number) =>
  queryOptions({
    queryKey: ['people', 'organization', id],
    queryFn: ({ signal }) => call('getOrganization', { params: { id }, query: { expand: true }, signal }),
    staleTime: 5 * 60_000,
  });

export const membersQuery = (ids: readonly number[]) =>
  queryOptions({
    queryKey: ['people', 'members', ids],
    queryFn: ({ signal }) =>
      ids.length === 0
        ? []
        : call('searchUsers', { query: { query: '*', ids: ids.join(','), per_page: ids.length }, signal }),
    placeholderData: keepPreviousData,
  });

/** Whose tickets are meant. */
export type TicketsOf = { customer_id: number } | { organization_id: number };

/** Kept fresh as all lists are. */
export const ticketsOfQuery = (of: TicketsOf, view: 'open' | 'all') =>
  infiniteQueryOptions({
    queryKey: [...ticketKeys.lists, 'of', of, view],
    queryFn: ({ pageParam, signal }) =>
      call('ticketList', { query: { ...of, view, limit: 20, ...(pageParam && { after: pageParam }) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const customerSearchQuery = (words: string) =>
  queryOptions({
    queryKey: ['people', 'search', words],
    queryFn: ({ signal }) => call('searchUsers', { query: { query: words, limit: 8, expand: true }, signal }),
    staleTime: 30_000,
  });

export const organizationSearchQuery = (words: string) =>
  queryOptions({
    queryKey: ['people', 'organizations', words],
    queryFn: ({ signal }) => call('searchOrganizations', { query: { query: words, limit: 5 }, signal }),
    staleTime: 30_000,
  });

/** Everybody who may own tickets: active holders of the Agent role. */
export const agentsQuery = queryOptions({
  queryKey: ['lookup', 'agents'],
  queryFn: async ({ signal }) => {
    const users = await call('searchUsers', { query: { query: '*', role_ids: '2', limit: 200 }, signal });
    return users.filter((user) => user.active && user.id !== nobody);
  },
  staleTime: 5 * 60_000,
});

export function nameOf(user: Pick<User, 'firstname' | 'lastname' | 'login'> & { email?: string }): string {
  return `${user.firstname} ${user.lastname}`.trim() || user.email || user.login;
}
