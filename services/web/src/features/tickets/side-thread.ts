import { create } from 'zustand';
import { isAddress, parseAddress, splitAddresses } from './article.ts';
import { escapeHtml } from './mail-html.ts';
import type { Article } from './queries.ts';

/** What an agent writes beside the ticket: a message passed on, or the next word of a conversation that is there. */
export interface SideStart {
  how: 'forward' | 'answer';
  article: Article;
}

interface Side {
  start: SideStart | null;
  set: (start: SideStart | null) => void;
}

/** A message is chosen in the thread; the composer below it opens with it. */
export const useSide = create<Side>((set) => ({ start: null, set: (start) => set({ start }) }));

/** The conversation beside the ticket that an article belongs to, by its number; null: it is of the ticket itself. */
export function sideThreadOf({ preferences }: Pick<Article, 'preferences'>): number | null {
  const { side_thread: id } = preferences;
  return typeof id === 'number' ? id : null;
}

/** Whom a conversation is with: whoever answered last, else whom its first message went to. @param articles  oldest first */
export function partnersOf(articles: readonly Article[], id: number): string[] {
  const side = articles.filter((article) => sideThreadOf(article) === id);
  const answer = side.findLast(({ sender }) => sender === 'Customer');
  const line = answer ? (answer.reply_to ?? answer.from) : side[0]?.to;
  return splitAddresses(line)
    .map((one) => parseAddress(one).address)
    .filter(isAddress);
}

/** The words of a message as they are passed on, below an empty line to write in. */
export function forwarded(html: string, facts: readonly [label: string, value: string | null][]): string {
  const lines = facts.flatMap(([label, value]) => (value ? [`<b>${escapeHtml(label)}:</b> ${escapeHtml(value)}`] : []));
  return `<p></p><p>${lines.join('<br>')}</p><blockquote>${html}</blockquote>`;
}
