import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type Call = OutputOf<Endpoints['callLog']>['list'][number];

export const callKeys = { all: ['calls'] as const };

/** The newest calls. Kept fresh by the live stream, which says that there is something new. */
export const callsQuery = queryOptions({
  queryKey: callKeys.all,
  queryFn: async ({ signal }) => {
    const { list, backends } = await call('callLog', { signal });
    return { calls: list, enabled: backends.some((one) => one.enabled) };
  },
  staleTime: 5 * 60_000,
});
