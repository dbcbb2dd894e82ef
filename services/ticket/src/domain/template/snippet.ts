import { AppError } from '@helpmesh/kernel';
import {
  Moment,
  Rich,
  shown,
  type Telling,
  type TemplateValue,
  type TemplateValues,
  valueAt,
  variable,
} from '@helpmesh/kernel/template';
import mustache from 'mustache';
import { type Names, shortNames, snippetNames } from './names.ts';

/** What cannot be used of a text, as a sentence for whoever wrote it. */
export type SnippetTrouble = string;

/** How deep sections may be within each other, and how many braces one text may have. */
const DEEPEST = 8;
const MOST_TAGS = 500;
/** No more is told than somebody reads, and looked for. */
const MOST_TROUBLES = 5;
/** Characters that values may put into one text: many of them may name one long mail. */
const MOST_FILLED = 2_000_000;

/**
 * `{{name}}`, `{{#name}}`, `{{^name}}`, `{{/name}}`, with a backslash before it where it stays as it is; or `#{…}`. Other
 * braces of mustache (three of them, partials, comments, other delimiters) are none.
 */
const TAG =
  /(\\?)(?<!\{)\{\{(?!\{)(?:\s|&nbsp;){0,9}([#^/]?)(?:\s|&nbsp;){0,9}(\.|[a-z_]\w{0,60}(?:\.\w{1,60}){0,4})(?:\s|&nbsp;){0,9}\}\}(?!\})|#\{([^{}]{1,300})\}/gi;

/** Delimiters that no text can have: these are no characters (Unicode, 23.7), and are taken out of it before. */
const [OPEN, CLOSE] = ['\uFDD0', '\uFDD1'];
const STRANGE = /[\uFDD0\uFDD1]/g;
/** Paragraphs that hold nothing but the ends of sections would stay as empty ones. */
const BARE = /<(p|div)>((?:\s|&nbsp;|<br ?\/?>|\uFDD0[#^/]\w+\uFDD1)*)<\/\1>/g;
const SECTION = /\uFDD0[#^/]\w+\uFDD1/g;

type Piece = { is: 'name'; path: string } | { is: 'variable'; written: string };

interface Compiled {
  /** Mustache between the delimiters of ours, over names `p0`, `p1`, … */
  source: string;
  /** What each name stands for. */
  pieces: readonly Piece[];
  troubles: readonly SnippetTrouble[];
}

/** What of the sections in a text cannot be used; nothing is wrong with braces that name nothing we know. */
export function snippetTroubles(html: string): readonly SnippetTrouble[] {
  return compiled(html).troubles;
}

/**
 * Fills in a text module: `#{ticket.title}` as everywhere, and beside it mustache:
 *
 *     {{customer.firstname}}  {{#customer.organization}}of {{name}}{{/customer.organization}}  {{^owner}}…{{/owner}}
 *
 * Values are escaped and never templates. In a section, names of what it is about come first. What there is not is left out
 * by mustache. Braces that name nothing in `snippetNames` (Helm, Jinja and Vue have them too) stay as they are written, and
 * all of mustache does where sections do not close.
 * @param html  clean HTML; the outcome is to be cleaned again, as a section may end in another element than it began in
 * @throws AppError invalid `text-module.too-long`
 */
export function renderSnippet(html: string, values: TemplateValues, telling: Telling): string {
  const { source, pieces } = compiled(html);
  const view: Record<string, () => unknown> = Object.create(null);
  for (const [i, piece] of pieces.entries()) view[`p${i}`] = () => worth(piece, values, telling);
  let room = MOST_FILLED;
  const escaped = (value: unknown) => {
    const text = value instanceof Filled ? value.html : shown(value as TemplateValue, 'html', telling);
    room -= text.length;
    if (room < 0) throw new AppError('invalid', 'text-module.too-long', 'The text becomes too long in this ticket.');
    return text;
  };
  // One of its own: that of the module keeps every text it has seen.
  const writer = new mustache.Writer();
  (writer as { templateCache?: unknown }).templateCache = undefined;
  return writer.render(source, view, undefined, { tags: [OPEN, CLOSE], escape: escaped });
}

/** A variable of the other grammar, which says `-` for what there is not. */
class Filled {
  constructor(readonly html: string) {}
}

/** Null, and so no section either: there is none. */
function worth(piece: Piece, values: TemplateValues, telling: Telling): unknown {
  if (piece.is === 'variable') return new Filled(variable(piece.written, 'html', values, telling));
  const [root = ''] = piece.path.split('.');
  const at = shortNames.has(root) ? `ticket.${piece.path}` : piece.path;
  const found = at.includes('.') ? valueAt(at, values, telling) : rootOf(at, values);
  return isNothing(found) ? null : found;
}

function rootOf(name: string, values: TemplateValues): TemplateValue {
  const root = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof root === 'function' ? root() : root;
}

function isNothing(value: TemplateValue): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (value instanceof Rich) return value.text.trim() === '' && value.html === '';
  return typeof value === 'object' && !(value instanceof Moment) && Object.keys(value).length === 0;
}

interface Open {
  written: string;
  path: string;
  /** `^` does not enter what it is about. */
  enters: boolean;
  name: string;
}

function compiled(html: string): Compiled {
  const once = compile(html, true);
  return once.troubles.length === 0 ? once : { ...compile(html, false), troubles: once.troubles };
}

/** @param all  false: the variables of the other grammar alone */
function compile(html: string, all: boolean): Compiled {
  const pieces: Piece[] = [];
  const troubles: SnippetTrouble[] = [];
  const open: Open[] = [];
  const nameOf = (piece: Piece) => `p${pieces.push(piece) - 1}`;
  const tagOf = (whole: string, sigil: string, name: string): string => {
    const path = troubles.length < MOST_TROUBLES ? pathOf(name, sigil, open) : undefined;
    if (path === undefined) return whole;
    if (sigil === '') return `${OPEN}${nameOf({ is: 'name', path })}${CLOSE}`;
    const written = `{{${sigil}${name}}}`;
    if (sigil !== '/') {
      if (open.length === DEEPEST) {
        troubles.push(`${written} is in more than ${DEEPEST} sections.`);
        return whole;
      }
      const section: Open = { written, path, enters: sigil === '#', name: nameOf({ is: 'name', path }) };
      open.push(section);
      return `${OPEN}${sigil}${section.name}${CLOSE}`;
    }
    const last = open.pop();
    if (!last) troubles.push(`${written} closes nothing.`);
    else if (last.path !== path && last.path !== pathOf(name, sigil, open)) {
      troubles.push(`${written} stands where ${last.written} is to be closed.`);
    }
    return last ? `${OPEN}/${last.name}${CLOSE}` : '';
  };
  const source = html
    .replaceAll(STRANGE, '')
    .replace(TAG, (whole, escaped: string, sigil: string, name: string | undefined, written: string) => {
      if (name === undefined) return `${OPEN}${nameOf({ is: 'variable', written })}${CLOSE}`;
      if (!all) return whole;
      // Before braces that are none, a backslash is a backslash.
      if (escaped) return pathOf(name, sigil, open) === undefined ? whole : whole.slice(1);
      return tagOf(whole, sigil, name);
    })
    .replace(BARE, (whole, _, inner: string) => inner.match(SECTION)?.join('') ?? whole);
  for (const { written } of open) troubles.push(`${written} is never closed.`);
  if (pieces.filter(({ is }) => is === 'name').length > MOST_TAGS)
    troubles.push(`It has more than ${MOST_TAGS} names in braces.`);
  return { source, pieces, troubles };
}

/** From the root; undefined: it is nothing we know. A value alone is `root.name` at least, a section may be a root. */
function pathOf(name: string, sigil: string, open: readonly Open[]): string | undefined {
  const around = open.filter(({ enters }) => enters).map(({ path }) => path);
  if (name === '.') return sigil === '' ? around.at(-1) : undefined;
  for (const path of around.toReversed()) if (isKnown(`${path}.${name}`)) return `${path}.${name}`;
  return isKnown(name) && (sigil !== '' || name.includes('.')) ? name : undefined;
}

function isKnown(path: string): boolean {
  let at: Names | 'value' = snippetNames;
  for (const part of path.split('.')) {
    if (at === 'value' || !Object.hasOwn(at, part)) return false;
    at = at[part] as Names | 'value';
  }
  return true;
}
