import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { keyOf } from './queries.ts';

export type LibraryKind = 'macros' | 'text-modules' | 'templates';
export type Macro = OutputOf<Endpoints['getMacro']>;
export type TextModule = OutputOf<Endpoints['getTextModule']>;
export type Template = OutputOf<Endpoints['getTemplate']>;

interface Line {
  id: number;
  name: string;
  active: boolean;
  keywords?: string | null;
}

const lists = {
  macros: (signal: AbortSignal) => call('listMacros', { query: { per_page: 1000 }, signal }),
  'text-modules': async (signal: AbortSignal) => {
    const rows = await call('listTextModules', { query: { per_page: 1000 }, signal });
    // Those of one's own are no business of the desk.
    return rows.filter(({ user_id }) => user_id === null);
  },
  templates: (signal: AbortSignal) => call('listTemplates', { query: { per_page: 1000 }, signal }),
};

export const libraryQuery = (kind: LibraryKind) =>
  queryOptions({
    queryKey: keyOf(kind),
    queryFn: ({ signal }): Promise<Line[]> => lists[kind](signal),
  });
