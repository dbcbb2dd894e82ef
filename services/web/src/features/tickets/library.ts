import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export const macrosQuery = queryOptions({
  queryKey: ['lookup', 'macros'],
  queryFn: async ({ signal }) => (await call('listMacros', { signal })).filter(({ active }) => active),
  staleTime: 5 * 60_000,
});

/** What a macro would do to a ticket. */
export type MacroOutcome = OutputOf<Endpoints['previewMacro']>;

export const textModulesQuery = queryOptions({
  queryKey: ['lookup', 'text-modules'],
  queryFn: async ({ signal }) => (await call('listTextModules', { signal })).filter(({ active }) => active),
  staleTime: 5 * 60_000,
});

export const templatesQuery = queryOptions({
  queryKey: ['lookup', 'templates'],
  queryFn: async ({ signal }) => (await call('listTemplates', { signal })).filter(({ active }) => active),
  staleTime: 5 * 60_000,
});
