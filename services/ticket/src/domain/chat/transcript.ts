import type { EpochMs } from '@helpmesh/kernel';

export interface Said {
  sender: 'visitor' | 'agent';
  body: string;
  at: EpochMs;
}

const TITLE = 100;

/** The first words of the visitor, on one line. */
export function titleOf(said: readonly Said[], topic: string): string {
  const first = said.find(({ sender }) => sender === 'visitor')?.body ?? '';
  const line = first.replace(/\s+/g, ' ').trim();
  if (line === '') return topic;
  const signs = [...line];
  return signs.length <= TITLE
    ? line
    : `${signs
        .slice(0, TITLE - 1)
        .join('')
        .trimEnd()}…`;
}

/** What was said, as a text: who, when by the clock of the desk, and the words as they are. */
export function transcriptOf(
  said: readonly Said[],
  people: { visitor: string; agent: string },
  { page, zone }: { page: string; zone: string },
): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const lines = said.map(({ sender, body, at }) => `${people[sender]} (${clock.format(at)})\n${body}`);
  return [...(page === '' ? [] : [page]), ...lines].join('\n\n');
}
