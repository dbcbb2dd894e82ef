import type { OutputOf } from '@helpmesh/contracts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type Trigger = OutputOf<Endpoints['getTrigger']>;
export type Schedule = OutputOf<Endpoints['getJob']>;
export type RuleRun = OutputOf<Endpoints['triggerRuns']>['runs'][number];
export type Prospect = OutputOf<Endpoints['previewTrigger']>['examples'][number];
export type ObjectProspect = OutputOf<Endpoints['previewJob']>['objects'][number];
export type Why = OutputOf<Endpoints['ticketWhy']>;

/** Which page of the administration a rule has. */
export type RuleKind = 'triggers' | 'schedules';

/** Below `admin`, as every list of the administration: saving one makes them be read anew. */
const key = (...more: unknown[]) => ['admin', ...more];
const ALL = 1000;

export const triggersQuery = queryOptions({
  queryKey: key('triggers', 'list'),
  queryFn: ({ signal }) => call('listTriggers', { query: { per_page: ALL }, signal }),
});

export const schedulesQuery = queryOptions({
  queryKey: key('schedules', 'list'),
  queryFn: ({ signal }) => call('listJobs', { query: { per_page: ALL }, signal }),
  // No event tells how far a run is.
  refetchInterval: ({ state }) => (state.data?.some(({ running }) => running) ? 3_000 : false),
});

export const triggerQuery = (id: number) =>
  queryOptions({
    queryKey: key('triggers', id),
    queryFn: ({ signal }) => call('getTrigger', { params: { id }, signal }),
  });

export const scheduleQuery = (id: number) =>
  queryOptions({
    queryKey: key('schedules', id),
    queryFn: ({ signal }) => call('getJob', { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.running ? 2_000 : false),
  });

const PAGE = 20;

export const runsQuery = (kind: RuleKind, id: number) =>
  infiniteQueryOptions({
    queryKey: key(kind, id, 'runs'),
    queryFn: ({ pageParam, signal }) =>
      call(kind === 'triggers' ? 'triggerRuns' : 'jobRuns', {
        params: { id },
        query: { limit: PAGE, ...(pageParam > 0 && { before: pageParam }) },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    // Whoever looks again wants to see what happened since.
    staleTime: 0,
  });

export const whyQuery = (ticketId: number) =>
  queryOptions({
    queryKey: ['tickets', 'why', ticketId],
    queryFn: ({ signal }) => call('ticketWhy', { params: { id: ticketId }, signal }),
    staleTime: 0,
  });

/** To choose one of them: names alone are needed. */
export const webhooksLookupQuery = queryOptions({
  queryKey: ['lookup', 'webhooks'],
  queryFn: ({ signal }) => call('listWebhooks', { query: { per_page: ALL }, signal }),
  staleTime: 60_000,
  retry: false,
});
