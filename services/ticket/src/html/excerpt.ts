import { Parser } from 'htmlparser2';

/** Characters of an excerpt: a line of a list has no room for more. */
export const EXCERPT_LENGTH = 140;
/** Characters of a body that are looked at. */
export const EXCERPT_SOURCE = 20_000;
/** Of these so many at once, until there is enough to read. */
const PIECE = 2_000;
/** More than an excerpt, for lines that lead to quotes are left out of it. */
const ENOUGH = 1_000;

/** Elements within a line; all others begin and end one. */
const inline = new Set([
  ...['a', 'abbr', 'b', 'bdi', 'bdo', 'big', 'cite', 'code', 'del', 'dfn', 'em', 'font', 'i', 'ins', 'kbd', 'label'],
  ...['mark', 'q', 's', 'samp', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'time', 'tt', 'u', 'var', 'wbr'],
]);
const unread = new Set(['style', 'script', 'title', 'template']);

/** Control characters, and signs that nobody sees or that turn the text round them about. */
const unseen = /\u034f|[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/**
 * How a message begins, on one line and without markup: what a list shows of it. Quotes, the line that leads to one and
 * the signature are left out, unless there is nothing else.
 * @param body  its beginning is enough (EXCERPT_SOURCE)
 * @returns EXCERPT_LENGTH characters at most; empty when there is nothing to read
 */
export function excerptOf(body: string, contentType: string): string {
  const source = body.slice(0, EXCERPT_SOURCE);
  const isHtml = contentType === 'text/html';
  const own = onOneLine(withoutQuotes(isHtml ? linesOf(source, false) : source));
  return own || onOneLine(isHtml ? linesOf(source, true) : source);
}

/** The first lines that a person reads. Elements are not walked through as a tree: somebody may nest thousands of them. */
function linesOf(html: string, withQuotes: boolean): string {
  let text = '';
  let hidden = 0;
  const hides = (tag: string) => unread.has(tag) || (tag === 'blockquote' && !withQuotes);
  const parser = new Parser({
    onopentagname: (tag) => {
      if (hides(tag)) {
        // What leads to it is told by the line of a quote.
        if (hidden === 0 && tag === 'blockquote') text += '\n>\n';
        hidden++;
      }
      if (!inline.has(tag)) text += '\n';
    },
    ontext: (said) => {
      // Breaks of lines are elements.
      if (hidden === 0) text += said.replaceAll(/\s+/g, ' ');
    },
    onclosetag: (tag) => {
      if (hides(tag)) hidden--;
      if (!inline.has(tag)) text += '\n';
    },
  });
  for (let at = 0; at < html.length && text.length < ENOUGH; at += PIECE) parser.write(html.slice(at, at + PIECE));
  parser.end();
  return text;
}

function withoutQuotes(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  const signature = lines.findIndex((line, i) => i > 0 && /^--\s?$/.test(line));
  const said = signature < 0 ? lines : lines.slice(0, signature);
  const isQuote = (line: string | undefined) => line?.startsWith('>') === true;
  // "On Monday Anna wrote:" is said about the quote.
  const leads = (line: string, i: number) => line.trimEnd().endsWith(':') && isQuote(said[i + 1] || said[i + 2]);
  return said.filter((line, i) => !isQuote(line) && !leads(line, i)).join('\n');
}

function onOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll(unseen, '').trim();
  // Enough for as many characters of two units each.
  const characters = [...line.slice(0, 2 * EXCERPT_LENGTH + 2)];
  const shown =
    characters.length > EXCERPT_LENGTH
      ? `${characters
          .slice(0, EXCERPT_LENGTH - 1)
          .join('')
          .trimEnd()}…`
      : line;
  return shown.toWellFormed();
}
