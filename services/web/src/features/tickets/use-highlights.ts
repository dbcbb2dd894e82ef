import { useQueries } from '@tanstack/react-query';
import { type Highlight, highlightsQuery, type TicketPage } from './queries.ts';

const none: ReadonlyMap<number, Highlight> = new Map();

const together = (found: readonly { data: ReadonlyMap<number, Highlight> | undefined }[]) =>
  found.length === 0 ? none : new Map(found.flatMap(({ data }) => [...(data ?? none)]));

/** Where the tickets of a list have the words that it was searched by; comes after the rows, which do not wait for it. */
export function useHighlights(query: string, pages: readonly TicketPage[]): ReadonlyMap<number, Highlight> {
  return useQueries({
    queries:
      query === ''
        ? []
        : pages.map(({ tickets }) =>
            highlightsQuery(
              query,
              tickets.map(({ id }) => id),
            ),
          ),
    combine: together,
  });
}
