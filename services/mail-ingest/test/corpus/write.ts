import iconv from 'iconv-lite';
import type { Automatic } from '../../src/domain/automatic/facts.ts';
import type { Bounce } from '../../src/domain/bounce/bounce.ts';

/** What must be read of a mail; what is not named is not looked at. */
export interface Expected {
  subject?: string;
  /** Address; null: nobody. */
  from?: string | null;
  name?: string;
  to?: string[];
  date?: string | null;
  messageId?: string | null;
  /** All of the text, spaces at the ends aside. */
  text?: string;
  /** Part of the HTML; null: there must be none. */
  html?: string | null;
  /** Name and type of each file, in order. */
  files?: [name: string, type: string][];
  /** Content of the files, in order. */
  contents?: string[];
  /** Content-IDs of inline files. */
  inline?: string[];
  automatic?: Automatic;
  bounce?: Bounce | null;
}

export interface CorpusMail {
  theme: string;
  name: string;
  raw: Buffer;
  is: Expected;
}

/** Bytes of a mail: lines with CRLF, each sign one byte. */
export const bytes = (...lines: (string | Buffer)[]): Buffer =>
  Buffer.concat(
    lines.flatMap((line) => [typeof line === 'string' ? Buffer.from(line, 'latin1') : line, Buffer.from('\r\n')]),
  );

/** A usual header; `over` replaces lines or, with null, takes them away. */
export function head(over: Record<string, string | null> = {}): string[] {
  const lines: Record<string, string | null> = {
    From: 'Ada Lovelace <ada@x.example>',
    To: 'support@desk.example',
    Subject: 'Hello',
    Date: 'Mon, 2 Mar 2026 10:00:00 +0100',
    'Message-ID': '<1@x.example>',
    'MIME-Version': '1.0',
    ...over,
  };
  return Object.entries(lines).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
}

export const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
export const base64 = (content: Buffer | string): string =>
  (
    Buffer.from(content as string)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n');
export const quoted = (content: Buffer): string =>
  [...content]
    .map((byte) => (byte === 61 || byte < 32 || byte > 126 ? `=${hex(byte)}` : String.fromCharCode(byte)))
    .join('');
const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

/** Text as bytes of a charset. */
export const encoded = (text: string, charset: string): Buffer => iconv.encode(text, charset);

/** RFC 2047. */
export function word(text: string, charset: string, by: 'B' | 'Q'): string {
  const content = encoded(text, charset);
  if (by === 'B') return `=?${charset}?B?${content.toString('base64')}?=`;
  return `=?${charset}?Q?${[...content].map((byte) => (byte === 32 ? '_' : `=${hex(byte)}`)).join('')}?=`;
}

/** A part of a multipart: its header lines, and what follows. */
export const part = (headers: string[], content = ''): string => [...headers, '', content].join('\r\n');
export const text = (content: string): string => part(['Content-Type: text/plain; charset=utf-8'], utf8(content));
export const html = (content: string): string => part(['Content-Type: text/html; charset=utf-8'], utf8(content));
export const file = (name: string, type: string, content: string, more: string[] = []): string =>
  part(
    [
      `Content-Type: ${type}`,
      ...(name === '' ? [] : [`Content-Disposition: attachment; filename="${name}"`]),
      'Content-Transfer-Encoding: base64',
      ...more,
    ],
    base64(content),
  );

let boundaries = 0;
/** A multipart of these parts, as a part or, after a header, as a mail. */
export function multi(kind: string, ...parts: string[]): string {
  boundaries += 1;
  const boundary = `=_b${boundaries}`;
  const inner = parts.map((one) => `--${boundary}\r\n${one}`).join('\r\n');
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${inner}\r\n--${boundary}--`;
}
