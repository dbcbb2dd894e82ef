/** A message split where its trailing quotation or signature begins. `visible + folded` is always the original. */
export interface Folded {
  visible: string;
  folded: string;
  /** Whether something quoted is folded; else it is a signature alone. */
  quotes: boolean;
}

const at = (body: string, index: number, quotes: boolean): Folded =>
  // A message that is only a quotation (a forward) is shown whole.
  index <= 0 || index >= body.length || textOf(body.slice(0, index)) === ''
    ? { visible: body, folded: '', quotes: false }
    : { visible: body.slice(0, index), folded: body.slice(index), quotes };

/** The markers mail programs put before the message they answer. */
const separatorLine = /^\s*(-{2,}\s*(original message|ursprüngliche nachricht|forwarded message)\s*-{2,}|_{20,})\s*$/i;
/** "On Tue, … wrote:" / "Am Di., … schrieb …:"; may be broken over two lines. */
const attributionEnd = /(wrote|schrieb|écrit|napisał\(a\)|escribió)\b.{0,120}:\s*$/i;

/** Of a signature, so that words behind a line of two dashes that is none stay visible: lines, and characters. */
const SIGNATURE_LINES = 15;
const SIGNATURE_LENGTH = 1_500;

/** Lines that start with `>` at the end of the message, with the attribution line above them, and signatures around. */
export function foldText(body: string): Folded {
  const words = textQuotation(body) === undefined ? textSignature(body, body.length) : body.length;
  const quoted = textQuotation(body.slice(0, words));
  const start = quoted === undefined ? words : textSignature(body, quoted);
  return at(body, start, quoted !== undefined);
}

/** Where the signature begins that ends at `end` (RFC 3676, 4.3; many programs lose the space); `end` when there is none. */
function textSignature(body: string, end: number): number {
  const tail = body.slice(Math.max(0, end - SIGNATURE_LENGTH), end);
  const lines = tail.split(/(?<=\n)/);
  let start = end;
  let filled = 0;
  for (let index = lines.length - 1; index >= 0 && filled <= SIGNATURE_LINES; index -= 1) {
    const line = lines[index] ?? '';
    start -= line.length;
    if (/^-- ?\r?\n?$/.test(line)) return start;
    if (line.trim() !== '') filled += 1;
  }
  return end;
}

function textQuotation(body: string): number | undefined {
  const lines = body.split(/(?<=\n)/);
  const offsets: number[] = [];
  let length = 0;
  for (const line of lines) {
    offsets.push(length);
    length += line.length;
  }
  const separator = lines.findIndex((line) => separatorLine.test(line));
  if (separator > 0) return offsets[separator];

  let start = lines.length;
  let quoted = false;
  // Upwards from the end: an answer written below or inside the quotation ends the walk, so it stays visible.
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (/^\s*>/.test(line)) {
      start = index;
      quoted = true;
    } else if (line.trim() !== '') {
      break;
    }
  }
  return quoted ? offsets[withAttribution(lines, start)] : undefined;
}

function withAttribution(lines: string[], start: number): number {
  let above = start - 1;
  while (above >= 0 && lines[above]?.trim() === '') above -= 1;
  if (above < 0 || !attributionEnd.test(lines[above] ?? '')) return start;
  const before = lines[above - 1] ?? '';
  return /^(on|am|le|w dniu|el)\b/i.test(before.trim()) && !/^(on|am|le|el)\b/i.test((lines[above] ?? '').trim())
    ? above - 1
    : above;
}

/** Elements that may open a quotation. Up to the next bracket only: else each one that never ends costs all the rest. */
const opener = /<(blockquote|div|hr)\b([^<>]*)>/gi;
/** What reading the mail left of the marks of the usual mail programs (mail-ingest, `data-part`). */
const quoteMark = /type="cite"|data-part="quote/i;
const signatureOpener = /<(\w+)\b[^<>]*\bdata-part="signature"[^<>]*>/gi;
/** Programs part a signature in two at most: the dashes, and what is below them. */
const MOST_SIGNATURES = 3;

function openingOf(body: string): RegExpExecArray | undefined {
  for (const found of body.matchAll(opener)) {
    if (found[1]?.toLowerCase() === 'blockquote' || quoteMark.test(found[2] ?? '')) return found;
  }
  return undefined;
}

/**
 * The same for HTML. Works on the text, not on a document: both parts go through a parser later, and the property
 * "nothing is lost" can be proven on strings.
 */
export function foldHtml(body: string): Folded {
  const words = htmlSignature(body, body.length);
  const quoted = htmlQuotation(body.slice(0, words));
  const start = quoted === undefined ? words : htmlSignature(body, quoted);
  return at(body, start, quoted !== undefined);
}

/** Where the signature begins behind which nothing is said before `end`; `end` when there is none. */
function htmlSignature(body: string, end: number): number {
  const found = [...body.slice(0, end).matchAll(signatureOpener)].slice(-MOST_SIGNATURES);
  let start = end;
  for (const one of found.toReversed()) {
    const close = closeOf(body, one.index, one[1] ?? 'div');
    if (close < start && textOf(body.slice(close, start)) !== '') break;
    start = one.index;
  }
  return textOf(body.slice(start, end)).length <= SIGNATURE_LENGTH ? start : end;
}

function htmlQuotation(body: string): number | undefined {
  const opening = openingOf(body);
  if (!opening || textOf(body.slice(endOfQuote(body, opening))) !== '') return undefined;
  return opening.index;
}

/** Where the quotation is over: an answer may follow below it. */
function endOfQuote(body: string, opening: RegExpExecArray): number {
  const tag = (opening[1] ?? 'blockquote').toLowerCase();
  // A rule and Outlook's markers have no end; what follows them is the quoted message.
  if (tag === 'hr' || /data-part="quote-rest"/i.test(opening[0])) return body.length;
  const end = closeOf(body, opening.index, tag);
  if (!/data-part="quote-head"/i.test(opening[0])) return end;
  // Thunderbird puts the attribution into an element of its own, before the quotation.
  const quote = body.slice(end).search(/<blockquote\b/i);
  return quote < 0 ? end : closeOf(body, end + quote, 'blockquote');
}

/** Index behind the end tag that closes the element opened at `start`; the end of the text when it is missing. */
function closeOf(body: string, start: number, tag: string): number {
  const tags = new RegExp(`<(/?)${tag}\\b[^<>]*>`, 'gi');
  tags.lastIndex = start;
  let depth = 0;
  for (let found = tags.exec(body); found; found = tags.exec(body)) {
    depth += found[1] === '/' ? -1 : 1;
    if (depth === 0) return tags.lastIndex;
  }
  return body.length;
}

function textOf(html: string): string {
  return html
    .replace(/<[^<>]*>/g, '')
    .replace(/&nbsp;|&#160;|\u00a0/gi, ' ')
    .trim();
}

/**
 * True for HTML without any look of its own (what our editor writes): it may take the colours of the theme. Anything
 * else was designed on white and stays on white.
 */
export function isPlainMarkup(html: string): boolean {
  return !/<(?:style|table|font|img|center|body|link)\b|\s(?:style|bgcolor|color|background|class)\s*=/i.test(html);
}
