import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type Avatar = OutputOf<Endpoints['listAvatars']>['avatars'][number];

export const avatarsQuery = queryOptions({
  queryKey: ['profile', 'avatars'],
  queryFn: async ({ signal }) => (await call('listAvatars', { signal })).avatars,
});

export const accountDeletionQuery = queryOptions({
  queryKey: ['profile', 'account-deletion'],
  queryFn: async ({ signal }) => (await call('accountDeletion', { signal })).deletable,
});
