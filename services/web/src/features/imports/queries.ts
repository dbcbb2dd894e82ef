import type { InputOf, imports, OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import { request } from '../../app/api.ts';
import { keyOf } from '../admin/queries.ts';

export type DeskImport = OutputOf<typeof imports.get>;
export type ImportProblem = OutputOf<typeof imports.problems>[number];
export type ImportTest = OutputOf<typeof imports.verify>;
export type ImportBody = InputOf<typeof imports.create>['body'];

/** These few pages name their routes themselves: the table of all others is part of what every agent loads first. */
const ask = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
  request(method, `/api/v1/imports${path}`, body, signal) as Promise<T>;

export const importRows = {
  get: (id: number) => ask<DeskImport>('GET', `/${id}`),
  create: (body: ImportBody) => ask<DeskImport>('POST', '', body),
  update: (id: number, body: Partial<ImportBody>) => ask<DeskImport>('PUT', `/${id}`, body),
  remove: (id: number) => ask<unknown>('DELETE', `/${id}`),
  verify: (id: number) => ask<ImportTest>('POST', `/${id}/verify`),
  start: (id: number, doing: 'dry-run' | 'import') => ask<DeskImport>('POST', `/${id}/start`, { doing }),
  stop: (id: number) => ask<DeskImport>('POST', `/${id}/stop`),
};

export const isBusy = ({ state }: DeskImport): boolean => state === 'running' || state === 'waiting';

/** No event tells how it goes: whoever looks reads it anew. */
const LOOK_MS = 2_000;

export const importsQuery = queryOptions({
  queryKey: keyOf('imports', 'list'),
  queryFn: ({ signal }) => ask<DeskImport[]>('GET', '', undefined, signal),
  staleTime: 0,
  refetchInterval: ({ state }) => (state.data?.some(isBusy) ? LOOK_MS : false),
});

/** @param count  how many there are by now: others are read */
export const problemsQuery = (id: number, count: number) =>
  queryOptions({
    queryKey: keyOf('imports', 'problems', id, count),
    queryFn: ({ signal }) => ask<ImportProblem[]>('GET', `/${id}/problems?per_page=100`, undefined, signal),
    placeholderData: (before) => before,
  });
