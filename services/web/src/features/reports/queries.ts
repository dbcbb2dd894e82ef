import type { InputOf, OutputOf, publicLinks, reportProfiles, reports } from '@helpmesh/contracts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, rowsAt } from '../admin/by-address.ts';
import { keyOf } from '../admin/queries.ts';

export type ReportProfile = OutputOf<typeof reportProfiles.get>;
export type PublicLink = OutputOf<typeof publicLinks.get>;
type Asked = NonNullable<InputOf<typeof reports.generate>['body']>;
export type ReportAsked = NonNullable<InputOf<typeof reports.sets>['body']>;

export const profileRows = rowsAt<ReportProfile, NonNullable<InputOf<typeof reportProfiles.create>['body']>>(
  'report_profiles',
);
export const linkRows = rowsAt<PublicLink, NonNullable<InputOf<typeof publicLinks.create>['body']>>('public_links');

export const reportConfigQuery = queryOptions({
  queryKey: keyOf('reports', 'config'),
  queryFn: ({ signal }) => ask<OutputOf<typeof reports.config>>('GET', 'reports/config', undefined, signal),
});

export const reportQuery = (body: Asked) =>
  queryOptions({
    queryKey: keyOf('reports', 'numbers', body),
    queryFn: ({ signal }) => ask<OutputOf<typeof reports.generate>>('POST', 'reports/generate', body, signal),
    placeholderData: keepPreviousData,
  });

export type GroupFigures = OutputOf<typeof reports.groups>['total'];
export const groupFiguresQuery = (body: NonNullable<InputOf<typeof reports.groups>['body']>) =>
  queryOptions({
    queryKey: keyOf('reports', 'groups', body),
    queryFn: ({ signal }) => ask<OutputOf<typeof reports.groups>>('POST', 'reports/groups', body, signal),
    placeholderData: keepPreviousData,
  });

export const providerFiguresQuery = (body: NonNullable<InputOf<typeof reports.providers>['body']>) =>
  queryOptions({
    queryKey: keyOf('reports', 'providers', body),
    queryFn: ({ signal }) => ask<OutputOf<typeof reports.providers>>('POST', 'reports/providers', body, signal),
    placeholderData: keepPreviousData,
  });

interface Behind {
  ids: number[];
  assets: { Ticket?: Record<string, { id: number; number: string; title: string }> };
  count: number;
}

/** The tickets behind a number, the first hundred of them by name. */
export const reportTicketsQuery = (body: ReportAsked) =>
  queryOptions({
    queryKey: keyOf('reports', 'tickets', body),
    queryFn: ({ signal }) => ask<Behind>('POST', 'reports/sets', body, signal),
    select: ({ ids, assets, count }) => ({ count, tickets: ids.flatMap((id) => assets.Ticket?.[id] ?? []) }),
  });

export const reportProfilesQuery = queryOptions({
  queryKey: keyOf('reports', 'profiles'),
  queryFn: ({ signal }) => ask<ReportProfile[]>('GET', 'report_profiles?per_page=1000', undefined, signal),
});

export const publicLinksQuery = queryOptions({
  queryKey: keyOf('public-links'),
  queryFn: ({ signal }) => ask<PublicLink[]>('GET', 'public_links?per_page=500', undefined, signal),
});
