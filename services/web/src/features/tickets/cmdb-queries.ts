import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

const KEPT_MS = 10 * 60_000;

/** Whether there is a CMDB at all, and which client of it: asked once in a while. */
export const cmdbQuery = queryOptions({
  queryKey: ['lookup', 'cmdb'],
  queryFn: ({ signal }) => call('searchCmdbObjects', { signal }),
  staleTime: KEPT_MS,
  retry: false,
});

export const cmdbObjectsQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['cmdb', 'objects', ids.join(',')],
    queryFn: async ({ signal }) => (await call('searchCmdbObjects', { query: { ids: ids.join(',') }, signal })).objects,
    staleTime: KEPT_MS,
    retry: false,
  });

export const cmdbFoundQuery = (query: string) =>
  queryOptions({
    queryKey: ['cmdb', 'found', query],
    queryFn: async ({ signal }) => (await call('searchCmdbObjects', { query: { query }, signal })).objects,
    staleTime: 60_000,
    retry: false,
  });

export const cmdbObjectQuery = (id: string) =>
  queryOptions({
    queryKey: ['cmdb', 'object', id],
    queryFn: ({ signal }) => call('getCmdbObject', { params: { id }, signal }),
    staleTime: KEPT_MS,
    retry: false,
  });
