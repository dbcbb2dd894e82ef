import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type User = OutputOf<Endpoints['getUser']>;

/** Owner id of a ticket that nobody owns. */
export const nobody = 1;

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ['people', id],
    queryFn: ({ signal }) => call('getUser', { params: { id }, query: { expand: true }, signal }),
    staleTime: 5 * 60_000,
  });

export const customerSearchQuery = (words: string) =>
  queryOptions({
    queryKey: ['people', 'search', words],
    queryFn: ({ signal }) => call('searchUsers', { query: { query: words, limit: 8, expand: true }, signal }),
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
