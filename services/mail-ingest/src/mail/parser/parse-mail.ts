import { isProtected, openMail } from '@helpmesh/mail-security';
import type { AddressObject, HeaderLines, HeaderValue } from 'mailparser';
import type { Opening } from '../../application/ports.ts';
import { type HeaderAddress, type Mailbox, mailboxesIn } from '../../domain/address.ts';
import { headersRead } from '../../domain/automatic/classify.ts';
import { type Bounce, bounceIn } from '../../domain/bounce/bounce.ts';
import { cleanFileName, distinctNames } from '../../domain/file-name.ts';
import { limits } from '../../domain/limits.ts';
import { messageIdOf, messageIdsIn } from '../../domain/message-ids.ts';
import type { OpenedParsed, ParsedAttachment, ParsedMail } from '../../domain/parsed-mail.ts';
import { proofHeaders } from '../../domain/proof/proof.ts';
import { cleanText, cutToBytes, oneLine } from '../../domain/text.ts';
import { wordsOfCalendar } from './calendar.ts';
import { isTooDeep, sanitized, textOf, withoutRemoteImages } from './html.ts';
import { type MimeFile, type MimeMail, readMime } from './read-mime.ts';
import { readTnef } from './tnef.ts';
import { takeUuFiles } from './uuencode.ts';

const CUT = '[Cut here: the rest is in the original mail.]';
const NOT_SHOWN = '[The formatted text of this mail cannot be shown; see the original mail.]';

/**
 * Reads a whole mail.
 * @param more  headers to be kept beside those that are always read
 * @throws Error when it cannot be taken apart; the caller keeps the raw file
 */
export async function parseMail(raw: Uint8Array, more: readonly string[] = []): Promise<ParsedMail> {
  const mime = unpacked(await readMime(raw));
  const body = bodyOf(mime);
  // A multipart without its boundary, or words where a header should be: better shown as they came than not at all.
  if (body.text === '' && body.html === null) {
    const calendar = mime.attachments.find(({ part }) => contentTypeOf(part.contentType) === 'text/calendar');
    if (calendar) body.text = withNote(cleanText(wordsOfCalendar(calendar.bytes)));
    else if (mime.attachments.length === 0) body.text = wordsOf(raw);
  }
  const head = headOf(mime, more);
  const bounce = bounceOf(head, mime, body.text);
  const offeredKey = keyOffered(head, mime);
  return {
    ...head,
    ...body,
    attachments: attachmentsOf(mime.attachments),
    bounce,
    offeredKey,
    protected: isProtected(raw),
  };
}

/** Reads a mail that is signed or encrypted: what it says is what was signed or encrypted, from whom is what stands outside. */
export async function parseOpened(
  raw: Uint8Array,
  { keys, from, at }: Opening,
  more: readonly string[] = [],
): Promise<OpenedParsed> {
  const mail = await parseMail(raw, more);
  const opened = await openMail(raw, keys, from, new Date(at));
  if (!opened) return { mail, security: null, certificate: null };
  const { report: security, content } = opened;
  const certificate = opened.certificate && Buffer.from(opened.certificate).toString('base64');
  if (!content) return { mail, security, certificate };
  const { text, html, attachments, offeredKey } = await parseMail(content);
  // A picture that is fetched tells its owner that, when and where secret words were read (CVE-2017-17688).
  const shown = html !== null && security.encryption.success ? withoutRemoteImages(html) : html;
  const within = { text, html: shown, attachments, offeredKey: offeredKey ?? mail.offeredKey };
  return { mail: { ...mail, ...within }, security, certificate };
}

/** Bytes of a key, armoured. */
const MOST_OF_KEY = 64 * 1024;

/** By the header of Autocrypt (level 1, 2.1), or as a file beside the text (RFC 3156 7). */
function keyOffered({ from }: Head, { lines, attachments }: MimeMail): string | null {
  const [header, ...more] = valuesOf(lines, 'autocrypt');
  if (header !== undefined && more.length === 0 && header.length <= MOST_OF_KEY) {
    const [, address = ''] = /(?:^|;)\s*addr\s*=\s*([^;\s]+)/i.exec(header) ?? [];
    const [, key = ''] = /(?:^|;)\s*keydata\s*=\s*([A-Za-z0-9+/=\s]+)$/i.exec(header) ?? [];
    if (key !== '' && address.toLowerCase() === from?.address.toLowerCase()) return key.replaceAll(/\s/g, '');
  }
  const file = attachments.find(({ part, bytes }) => {
    return contentTypeOf(part.contentType) === 'application/pgp-keys' && bytes.byteLength <= MOST_OF_KEY;
  });
  return file ? Buffer.from(file.bytes).toString('latin1') : null;
}

/** Who reports that a mail did not arrive: by the form of the mail, or by name. */
const POSTMAN = /^(?:mailer-daemon|mail-daemon|postmaster)@/i;

/** Only mails that may be reports are looked through. */
function bounceOf({ headers, from }: Head, { attachments }: MimeMail, text: string): Bounce | null {
  const partOf = (types: RegExp) => {
    const part = attachments.find(({ part: { contentType } }) => types.test(contentType));
    return part ? Buffer.from(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength).toString() : null;
  };
  const failed = headers['x-failed-recipients'] ?? [];
  const report = /^\s*multipart\/report\b/i.test(headers['content-type']?.[0] ?? '');
  const empty = headers['return-path']?.some((value) => /^<\s*>$/.test(value.trim())) === true;
  if (!report && !empty && failed.length === 0 && !POSTMAN.test(from?.address ?? '')) return null;
  const status = partOf(/^message\/(?:global-)?delivery-status$/i);
  return bounceIn({ status, original: partOf(/^(?:message\/(?:rfc822|global)|text\/rfc822-headers)$/i), failed, text });
}

/** With what stands in files of other programs: winmail.dat of Outlook, and files within the text. */
function unpacked(mime: MimeMail): MimeMail {
  let { text, html, mixed } = mime;
  const attachments: MimeFile[] = [];
  for (const attachment of mime.attachments) {
    const { part, bytes } = attachment;
    const packed =
      /^application\/(vnd\.)?ms-tnef$/i.test(part.contentType) || /^winmail\.dat$/i.test(part.filename || '');
    const tnef = packed ? readTnef(bytes) : undefined;
    // What cannot be read stays as it came.
    if (!tnef || (tnef.files.length === 0 && tnef.text === '' && tnef.html === '')) {
      attachments.push(attachment);
      continue;
    }
    if (text.trim() === '' && html === '') {
      text = tnef.text;
      html = tnef.html;
      mixed = false;
    }
    for (const { name, type, contentId, bytes: content } of tnef.files) {
      attachments.push(fileOf(name, type ?? 'application/octet-stream', contentId, content));
    }
  }
  if (html === '') {
    const taken = takeUuFiles(text);
    text = taken.text;
    for (const { name, bytes } of taken.files) {
      attachments.push(fileOf(name, 'application/octet-stream', null, bytes));
    }
  }
  return { ...mime, text, html, mixed, attachments };
}

function fileOf(filename: string, contentType: string, cid: string | null, bytes: Uint8Array<ArrayBuffer>): MimeFile {
  const id = cid?.replace(/^<|>$/g, '');
  return { part: { filename, contentType, ...(id && { cid: id, related: true }) }, bytes };
}

/** What can be had of the header of a mail that could not be read as a whole. @throws Error when not even that */
export async function parseHead(raw: Uint8Array, more: readonly string[] = []): Promise<ParsedMail> {
  const start = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, limits.salvageBytes));
  const end = /\r?\n\r?\n/.exec(start.toString('latin1'))?.index ?? start.length;
  // The last line of a header that was cut off is not a whole one.
  const whole = end < start.length ? end : Math.max(0, start.lastIndexOf('\n'));
  const mime = await readMime(Buffer.concat([start.subarray(0, whole || end), Buffer.from('\r\n\r\n')]));
  return {
    ...headOf(mime, more),
    text: '',
    html: null,
    attachments: [],
    bounce: null,
    offeredKey: null,
    protected: false,
  };
}

type Head = Omit<ParsedMail, 'text' | 'html' | 'attachments' | 'bounce' | 'offeredKey' | 'protected'>;

function headOf({ headers, lines }: MimeMail, more: readonly string[]): Head {
  const subject = headers.get('subject');
  return {
    from: mailboxes(headers.get('from'))[0] ?? mailboxes(headers.get('sender'))[0] ?? null,
    replyTo: mailboxes(headers.get('reply-to'))[0] ?? null,
    to: mailboxes(headers.get('to')),
    cc: mailboxes(headers.get('cc')),
    subject: oneLine(typeof subject === 'string' ? subject : '', limits.subjectLength),
    messageId: messageIdOf(valuesOf(lines, 'message-id')[0]),
    inReplyTo: messageIdsIn(valuesOf(lines, 'in-reply-to').join(' ')),
    references: messageIdsIn(valuesOf(lines, 'references').join(' ')),
    date: dateOf(valuesOf(lines, 'date')[0]),
    headers: Object.fromEntries(
      [...headersRead, ...proofHeaders, ...more].map((name) => [
        name,
        valuesOf(lines, name)
          .slice(0, 20)
          .map((value) => oneLine(value, 2000)),
      ]),
    ),
  };
}

function mailboxes(value: HeaderValue | undefined): Mailbox[] {
  // A repeated To or Cc comes as an array, any other as one object.
  const all = (Array.isArray(value) ? value : [value]) as (AddressObject | undefined)[];
  return mailboxesIn(all.flatMap((one): HeaderAddress[] => one?.value ?? []));
}

/** Unfolded values as they stand in the header: bytes of any charset, here taken as UTF-8. */
function valuesOf(lines: HeaderLines, name: string): string[] {
  return lines
    .filter(({ key }) => key === name)
    .map(({ line }) => Buffer.from(line.slice(line.indexOf(':') + 1), 'latin1').toString())
    .map((value) => value.replace(/\r?\n(?=[ \t])/g, '').trim());
}

/** mailparser turns an unreadable date into the present; here it is none. Years outside a mail's life are none too. */
function dateOf(value: string | undefined): string | null {
  // A comment names the zone again: `+0100 (CET)`.
  const at = new Date(
    (value ?? '')
      .slice(0, 200)
      .replace(/\([^)]*\)/g, '')
      .trim(),
  );
  const year = at.getUTCFullYear();
  return year >= 1970 && year < 2200 ? at.toISOString() : null;
}

function bodyOf({ text, html, mixed }: MimeMail): { text: string; html: string | null } {
  const plain = html !== '' && (mixed || text.trim() === '') ? textOf(html) : text;
  const words = cleanText(plain.slice(0, limits.bodyBytes * 2)).trimEnd();
  if (isTooDeep(html)) return { text: withNote(words, NOT_SHOWN), html: null };
  return { text: withNote(words), html: withinCap(html) };
}

/** What follows the header as plain text, or all of it where no header ends; empty when that is not text. */
function wordsOf(raw: Uint8Array): string {
  const whole = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, limits.bodyBytes));
  const end = /(?:\r?\n|^)\r?\n/.exec(whole.toString('latin1'));
  const words = end ? whole.subarray(end.index + end[0].length).toString() : whole.toString();
  const text = cleanText(words);
  const strange = words.replace(/\r/g, '').length - text.length + (text.match(/\ufffd/g)?.length ?? 0);
  return strange * 10 > words.length ? '' : withNote(text.trim());
}

/** Sanitized HTML that fits the cap. It is the source that is cut, so that what is left is whole elements. */
function withinCap(html: string): string | null {
  let source = html.slice(0, limits.htmlSourceLength);
  for (;;) {
    const clean = sanitized(source);
    if (clean === null) return null;
    const whole = source.length === html.length ? clean : `${clean}<p>${CUT}</p>`;
    const size = Buffer.byteLength(whole);
    if (size <= limits.bodyBytes) return whole;
    source = source.slice(0, Math.floor((source.length * limits.bodyBytes * 0.95) / size));
  }
}

function withNote(text: string, note?: string): string {
  const tail = note ? `\n\n${note}` : '';
  if (Buffer.byteLength(text) + tail.length <= limits.bodyBytes) return (text + tail).trimStart();
  return `${cutToBytes(text, limits.bodyBytes - CUT.length - tail.length - 2)}\n\n${CUT}${tail}`;
}

function attachmentsOf(found: readonly MimeFile[]): ParsedAttachment[] {
  const types = found.map(({ part }) => contentTypeOf(part.contentType));
  const names = distinctNames(
    found.map(({ part }, n) => cleanFileName(part.filename, types[n] ?? 'application/octet-stream')),
  );
  return found.map(({ part, bytes }, n) => {
    const contentId = oneLine(part.cid ?? '', 998) || null;
    return {
      filename: names[n] ?? 'attachment',
      contentType: types[n] ?? 'application/octet-stream',
      contentId,
      inline: contentId !== null && (part.related === true || part.contentDisposition === 'inline'),
      bytes,
    };
  });
}

function contentTypeOf(type: string): string {
  const lower = type.toLowerCase();
  return /^[\w.+-]{1,100}\/[\w.+-]{1,150}$/.test(lower) ? lower : 'application/octet-stream';
}
