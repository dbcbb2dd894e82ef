import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type Session = OutputOf<Endpoints['listSessions']>['sessions'][number];
export type SecondFactors = OutputOf<Endpoints['twoFactorConfiguration']>;
export type Passkey = SecondFactors['passkeys'][number];
export type GrantedApplication = OutputOf<Endpoints['listGrantedApplications']>[number];
export type ApiToken = OutputOf<Endpoints['listTokens']>['tokens'][number];

export const sessionsQuery = (userId: number) =>
  queryOptions({
    queryKey: ['account', 'sessions', userId],
    queryFn: async ({ signal }) => (await call('listSessions', { query: { user_id: userId }, signal })).sessions,
  });

export const secondFactorsQuery = queryOptions({
  queryKey: ['account', 'second-factors'],
  queryFn: ({ signal }) => call('twoFactorConfiguration', { signal }),
});

export const tokensQuery = queryOptions({
  queryKey: ['account', 'tokens'],
  queryFn: ({ signal }) => call('listTokens', { signal }),
});

export type LinkedAccount = OutputOf<Endpoints['listLinkedAccounts']>[number];

export const linkedAccountsQuery = queryOptions({
  queryKey: ['account', 'linked'],
  queryFn: ({ signal }) => call('listLinkedAccounts', { signal }),
});

export const grantedApplicationsQuery = queryOptions({
  queryKey: ['account', 'applications'],
  queryFn: ({ signal }) => call('listGrantedApplications', { signal }),
});

export type DataExport = OutputOf<Endpoints['listDataExports']>[number];

const LOOK_AGAIN_MS = 2_000;
const isUnderWay = ({ state }: DataExport) => state === 'waiting' || state === 'running';

export const dataExportsQuery = queryOptions({
  queryKey: ['account', 'data-exports'],
  queryFn: ({ signal }) => call('listDataExports', { signal }),
  // No event tells how far one is.
  refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? LOOK_AGAIN_MS : false),
});
