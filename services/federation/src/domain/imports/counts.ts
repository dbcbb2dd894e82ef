/** What an import brings. */
export const importedThings = ['organizations', 'people', 'tickets', 'articles', 'files'] as const;
export type ImportedThing = (typeof importedThings)[number];

export interface Share {
  made: number;
  known: number;
  left_out: number;
}
export type Counts = Record<ImportedThing, Share>;

/** Words of theirs, and how many tickets have each. */
export type Words = Record<'groups' | 'states' | 'priorities', Record<string, number>>;

export const noCounts = (): Counts =>
  Object.fromEntries(importedThings.map((name) => [name, { made: 0, known: 0, left_out: 0 }])) as Counts;

export const noWords = (): Words => ({ groups: {}, states: {}, priorities: {} });

/** Most different words that are kept: whoever has more has no list of states. */
const MOST_WORDS = 500;

export function countWord(words: Record<string, number>, word: string): void {
  if (words[word] === undefined && Object.keys(words).length >= MOST_WORDS) return;
  words[word] = (words[word] ?? 0) + 1;
}

/** Reasons are kept, and may quote what was refused: addresses of people do not belong there. */
export function withoutAddresses(detail: string): string {
  return detail.replaceAll(/[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+/g, '…').slice(0, 500);
}
