import type { FederationComment } from '@helpmesh/contracts';
import { escaped, withFiles } from '../sync/files.ts';

/**
 * A comment as it is written under our account there: the account says nothing of who has said it.
 * @param url  of the ticket here, where its files are
 */
export function introduced(
  { author, format, body, attachments }: Pick<FederationComment, 'author' | 'format' | 'body' | 'attachments'>,
  url: string,
): string {
  const who = `${author.displayName} (${new URL(author.node).host}):`;
  const said = format === 'text/html' ? `<p>${escaped(who)}</p>${body}` : `${who}\n\n${body}`;
  const names = attachments.map(({ filename }) => filename);
  return withFiles(said, format, names, url);
}

/** Whether two texts say the same, however a helpdesk has stored them. */
export function saysTheSame(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

/** Tags, blanks and the ways to write a sign are nobody's words. */
function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Math.min(Number(code), 0x10_ff_ff)))
    .replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name: keyof typeof signs) => signs[name])
    .normalize('NFKC')
    .replace(/\s+/g, '');
}

const signs = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };
