import { isAddress, parseAddress, splitAddresses } from './article.ts';
import type { Article } from './queries.ts';

interface Lines {
  to: string;
  cc: string;
  bcc: string;
}

/**
 * Who else had the last public mail, or wrote it: whom an answer to everybody goes to besides `to`. Never the desk itself.
 * @param articles  the thread, oldest first
 * @param ours  addresses of the desk and of whoever answers, in lower case
 */
export function everybodyElse(articles: readonly Article[], to: string, ours: readonly string[]): string[] {
  const mails = articles.filter(({ type, sender, internal }) => type === 'email' && sender !== 'System' && !internal);
  const last = mails.at(-1);
  if (!last) return [];
  const theirs = last.sender === 'Customer' ? (last.reply_to ?? last.from) : null;
  // What agents sent was from an address of the desk, also where no group has it any more.
  const senders = mails.flatMap(({ sender, from }) => (sender === 'Agent' && from ? [from] : []));
  const known = new Set([...senders.map((line) => parseAddress(line).address), ...ours, to].map(plain));
  return [theirs, last.to, last.cc].flatMap(splitAddresses).flatMap((line) => {
    const { address } = parseAddress(line);
    if (!isAddress(address) || known.has(plain(address))) return [];
    known.add(plain(address));
    return [address];
  });
}

/** The same with all of these in copy who do not get it yet; just the same when there are none. */
export function withOthers<T extends Lines>(mail: T, others: readonly string[]): T {
  const there = new Set(addressesOf(mail));
  const more = others.filter((address) => !there.has(plain(address)));
  return more.length === 0 ? mail : { ...mail, cc: [...splitAddresses(mail.cc), ...more].join(', ') };
}

/** How many people a mail goes to. */
export const readersOf = (mail: Lines): number => new Set(addressesOf(mail)).size;

const addressesOf = ({ to, cc, bcc }: Lines): string[] =>
  [to, cc, bcc].flatMap(splitAddresses).map((line) => plain(parseAddress(line).address));

const plain = (address: string) => address.toLowerCase();
