import { AppError } from '@helpmesh/kernel';

/** Longest text of an item, characters. */
const MAX_TEXT = 1_000;

export interface ChecklistItem {
  id: number;
  text: string;
  /** Somebody ticked it. */
  checked: boolean;
  linkedTicketId: number | null;
}

/** As neighbours are told about it. */
export interface Progress {
  open: number;
  total: number;
}

/** @param items  `done`: ticked, or the ticket it names is closed */
export function progressOf(items: readonly { done: boolean }[]): Progress {
  return { open: items.filter(({ done }) => !done).length, total: items.length };
}

/** @throws AppError invalid `checklist.item-blank` */
export function itemText(text: string): string {
  const clean = text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
  if (!clean) throw new AppError('invalid', 'checklist.item-blank', 'An item of a checklist needs a text.');
  return clean;
}

/** The number of the ticket that a text names: `Ticket#10001` anywhere in it, or `#10001` alone. */
export function numberNamed(text: string): string | undefined {
  return (/\bTicket#\s?(\d{2,30})\b/i.exec(text) ?? /^#(\d{2,30})$/.exec(text.trim()))?.[1];
}

/**
 * The order that somebody asks for.
 * @param held  ids of the items as they stand; @param asked  the same ids in any order
 * @throws AppError invalid `checklist.order-incomplete`
 */
export function reordered(held: readonly number[], asked: readonly number[]): number[] {
  const same = asked.length === held.length && new Set(asked).size === asked.length;
  if (!same || asked.some((id) => !held.includes(id))) {
    const detail = 'The order of a checklist names each of its items once.';
    throw new AppError('invalid', 'checklist.order-incomplete', detail);
  }
  return [...asked];
}
