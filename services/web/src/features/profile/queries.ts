import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

export const avatarsQuery = queryOptions({
  queryKey: ['profile', 'avatars'],
  queryFn: async ({ signal }) => (await call('listAvatars', { signal })).avatars,
});

export const accountDeletionQuery = queryOptions({
  queryKey: ['profile', 'account-deletion'],
  queryFn: async ({ signal }) => (await call('accountDeletion', { signal })).deletable,
});
