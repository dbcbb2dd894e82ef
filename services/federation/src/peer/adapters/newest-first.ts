import { z } from 'zod';
import type { PeerChanges } from '../../application/foreign/ports.ts';

/** A page of tickets, the last changed first. */
export interface NewestPage {
  items: { id: string /** When it was changed, epoch ms. */; at: number }[];
  more: boolean;
  /** Now, by the peer's own clock, epoch ms. */
  now: number;
}

const Cursor = z.object({
  /** Everything up to here was seen, by the peer's clock. */
  since: z.number(),
  /** Of those that were changed about then, when that was; null: another change may bear the same time. */
  seen: z.record(z.string(), z.number().nullable()),
});

/** Times have seconds, and rows become visible some time after the time they bear. */
const MARGIN_MS = 5_000;
const MOST_PAGES = 200;

/**
 * Finds what has changed by reading the newest until what is known. It compares the peer's times with each other only,
 * so that neither clocks nor time zones matter. A ticket that was read in the very second of its change comes again.
 * @param cursor  null: from now on
 * @param read  a page, given what is known already by the peer's clock, epoch ms; it may leave out what is older
 */
export async function changedSince(
  cursor: string | null,
  read: (page: number, since: number | null) => Promise<NewestPage>,
): Promise<PeerChanges> {
  const known = cursor === null ? null : Cursor.parse(JSON.parse(cursor));
  const found = new Map<string, { at: number; settled: boolean }>();
  let until = known && known.since - MARGIN_MS;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { items, more, now } = await read(page, until);
    until ??= (items[0]?.at ?? 0) - MARGIN_MS;
    for (const { id, at } of items) {
      const before = found.get(id);
      if (!before || before.at < at) found.set(id, { at, settled: at + MARGIN_MS < now });
    }
    if (!more || (items.at(-1)?.at ?? 0) < until) break;
  }
  const since = Math.max(known?.since ?? 0, ...[...found.values()].map(({ at }) => at));
  const news = [...found].filter(([id, { at }]) => at >= (until ?? 0) && known?.seen[id] !== at);
  const near = [...found].filter(([, { at }]) => at >= since - MARGIN_MS);
  const seen = Object.fromEntries(
    near.map(([id, { at, settled }]) => [id, settled || !known || known.seen[id] === at ? at : null]),
  );
  const ids = news.sort(([, one], [, other]) => one.at - other.at).map(([id]) => id);
  return { ids: known ? ids : [], cursor: JSON.stringify({ since, seen }) };
}
