/** A message split where its trailing quotation begins. `visible + folded` is always the original. */
export interface Folded {
  visible: string;
  folded: string;
}

const nothing = (body: string): Folded => ({ visible: body, folded: '' });

const at = (body: string, index: number): Folded =>
  // A message that is only a quotation (a forward) is shown whole.
  index <= 0 || textOf(body.slice(0, index)) === ''
    ? nothing(body)
    : { visible: body.slice(0, index), folded: body.slice(index) };

/** The markers mail programs put before the message they answer. */
const separatorLine = /^\s*(-{2,}\s*(original message|ursprüngliche nachricht|forwarded message)\s*-{2,}|_{20,})\s*$/i;
/** "On Tue, … wrote:" / "Am Di., … schrieb …:"; may be broken over two lines. */
const attributionEnd = /(wrote|schrieb|écrit|napisał\(a\)|escribió)\b.{0,120}:\s*$/i;

/** Lines that start with `>` at the end of the message, with the attribution line above them. */
export function foldText(body: string): Folded {
  const lines = body.split(/(?<=\n)/);
  const offsets: number[] = [];
  let length = 0;
  for (const line of lines) {
    offsets.push(length);
    length += line.length;
  }
  const separator = lines.findIndex((line) => separatorLine.test(line));
  if (separator > 0) return at(body, offsets[separator] ?? 0);

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
  if (!quoted) return nothing(body);
  return at(body, offsets[withAttribution(lines, start)] ?? 0);
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
/** What the usual mail programs write into it. */
const quoteMark =
  /type="cite"|class="[^"]*\b(?:gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote)|id="(?:appendonsend|divRplyFwdMsg|stopSpelling)|data-marker="__QUOTED_TEXT__"/i;

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
  const opening = openingOf(body);
  if (!opening) return nothing(body);
  if (textOf(body.slice(endOfQuote(body, opening))) !== '') return nothing(body);
  return at(body, opening.index);
}

/** Where the quotation is over: an answer may follow below it. */
function endOfQuote(body: string, opening: RegExpExecArray): number {
  const tag = (opening[1] ?? 'blockquote').toLowerCase();
  // A rule and Outlook's markers have no end; what follows them is the quoted message.
  if (tag === 'hr' || /\bid="/i.test(opening[0])) return body.length;
  const end = closeOf(body, opening.index, tag);
  if (!/moz-cite-prefix/i.test(opening[0])) return end;
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
