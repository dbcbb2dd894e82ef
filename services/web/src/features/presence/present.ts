import { create } from 'zustand';

/** What somebody does on a ticket. */
export type Doing = 'viewing' | 'noting' | 'replying';

export interface Present {
  /** Of the user. */
  id: number;
  doing: Doing;
}

type Tickets = Readonly<Record<number, readonly Present[]>>;

/** Who is on which ticket, as the live stream says; tickets that nobody is on have no entry. */
export const usePresent = create<{ tickets: Tickets }>(() => ({ tickets: {} }));

const objectsOf = (value: unknown): Record<string, unknown>[] | undefined =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : undefined;
const doings: readonly unknown[] = ['viewing', 'noting', 'replying'] satisfies Doing[];

/** What is known after a message of the stream; one that makes no sense changes nothing. */
export function withNews(known: Tickets, text: string): Tickets {
  let news: { whole?: unknown; tickets?: unknown };
  try {
    news = JSON.parse(text);
  } catch {
    return known;
  }
  const tickets = objectsOf(news?.tickets);
  if (!tickets) return known;
  const next: Record<number, readonly Present[]> = news.whole === true ? {} : { ...known };
  for (const { id, people: said } of tickets) {
    const people = objectsOf(said);
    if (typeof id !== 'number' || !people) continue;
    const there = people.filter((one): one is Record<string, unknown> & Present => doings.includes(one.doing));
    if (there.length > 0) next[id] = there.map(({ id: userId, doing }) => ({ id: userId, doing }));
    else delete next[id];
  }
  return next;
}

/** What this page calls itself, so that several pages of one person are told apart. */
export const pageName = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
  byte.toString(16).padStart(2, '0'),
).join('');

type Writing = { ticketId: number; kind: 'reply' | 'note' } | null;

/** Who stops for so long is not writing any more, ms. */
const pauseMs = 20_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** What is being written on this page now. */
export const useWriting = create<{ writing: Writing; set: (writing: Writing) => void }>((change, get) => ({
  writing: null,
  set: (writing) => {
    clearTimeout(timer);
    if (writing) timer = setTimeout(() => change({ writing: null }), pauseMs);
    const known = get().writing;
    if (known?.ticketId !== writing?.ticketId || known?.kind !== writing?.kind) change({ writing });
  },
}));
