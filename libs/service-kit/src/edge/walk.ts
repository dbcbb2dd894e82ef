import { AppError } from '@helpmesh/kernel';
import type { CursorCodec } from './cursor.ts';

export interface WalkQuery {
  cursor?: string | undefined;
  sort_by?: string | undefined;
  order_by?: string | undefined;
}

/** Ids above every one that a table may have. */
const BEYOND = 2_147_483_647;

/**
 * A page of a walk through a list by id: rows between two ids, both excluded. Rows that are added or removed meanwhile
 * make no other row come twice or never.
 */
export interface WalkPage {
  above: number;
  below: number;
  descending: boolean;
  /** Cursor behind a page of these ids; null when it was the last one. */
  next(ids: readonly number[], limit: number): string | null;
}

/**
 * Undefined when the list is not walked.
 * @throws AppError invalid `paging.cursor-refused`, `paging.cursor-by-id`
 */
export function walkOf(cursors: CursorCodec, list: string, query: WalkQuery): WalkPage | undefined {
  if (query.cursor === undefined) return undefined;
  if (!['', 'id'].includes(query.sort_by?.trim() ?? '')) {
    throw new AppError('invalid', 'paging.cursor-by-id', 'With a cursor, a list is sorted by id.');
  }
  const descending = query.order_by?.trim().toLowerCase() === 'desc';
  const name = `${list} by id ${descending ? 'desc' : 'asc'}`;
  const [last] = query.cursor === '' ? [] : (cursors.decode(name, query.cursor) as number[]);
  return {
    above: descending ? 0 : (last ?? 0),
    below: descending ? (last ?? BEYOND) : BEYOND,
    descending,
    next: (ids, limit) => (ids.length < limit ? null : cursors.encode(name, [ids.at(-1) as number])),
  };
}
