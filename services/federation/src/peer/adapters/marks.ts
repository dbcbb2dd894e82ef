import type { NewEntry } from '../../application/foreign/ports.ts';
import { escaped } from '../../domain/sync/files.ts';

const MARK = /https?:\/\/[^\s"'<>()\]\\]+\/\?shared=[0-9a-f-]{36}[^\s"'<>()\]\\]*/g;

/** The first words of a ticket that we open, with the mark below: for software that has no better place for it. */
export function marked({ format, body }: NewEntry, mark: string): NewEntry {
  if (format === 'text/html') return { format, body: `${body}<p>${escaped(mark)}</p>` };
  return { format, body: `${body}\n\n${mark}` };
}

/** The mark in a text; null: whoever wrote that was not us. */
export function markIn(text: string | null | undefined): string | null {
  return text?.match(MARK)?.[0] ?? null;
}

export function withoutMark(text: string): string {
  return text.replace(MARK, '').trimEnd();
}

/** Text as HTML, for software that knows nothing else. */
export function asHtml({ format, body }: NewEntry): string {
  return format === 'text/html' ? body : `<p>${escaped(body).replace(/\r?\n/g, '<br>')}</p>`;
}
