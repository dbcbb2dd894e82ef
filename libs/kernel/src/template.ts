import { escapeHtml } from './escape.ts';
import type { EpochMs } from './time.ts';

export { escapeHtml } from './escape.ts';

/**
 * What a variable may stand for. A text is plain and escaped where it stands in HTML; `Rich` is clean HTML with its own
 * plain form; an object stands for its `name` when nothing of it is asked for.
 */
export type TemplateValue = string | number | boolean | null | undefined | Moment | Rich | TemplateValues;

/** By the next part of the name. A function is asked only when a text really names it. */
export interface TemplateValues {
  readonly [name: string]: TemplateValue | (() => TemplateValue);
}

export class Moment {
  constructor(readonly at: EpochMs) {}
}

export class Rich {
  constructor(
    readonly html: string,
    readonly text: string,
  ) {}
}

/** In which words, and by which clock, what has no form of its own is told. */
export interface Telling {
  /** A language tag, `de` or `pt-br`. */
  locale: string;
  /** A name of the IANA time zone database. */
  timezone: string;
  /** The word of the language for a word of the desk, `open`; itself when there is none. */
  translate?: (word: string) => string;
}

/** Stands for what there is not. */
const MISSING = '-';
/** Longer ones are no variables; the bound keeps a text of many `#{` cheap. */
const VARIABLE = /#\{([^{}]{1,300})\}/g;

/**
 * Fills the variables of a text that an administrator wrote:
 *
 *     #{ticket.title}  #{ticket.customer.firstname}  #{ticket.state.value}  #{t(ticket.state.name)}
 *     #{dt(ticket.created_at, "%Y-%m-%d", "Europe/Berlin")}
 *
 * Values are never templates themselves: what a customer wrote is not looked at again. Text modules, macros and rules share
 * this grammar because clients and imported texts of the REST contract have it; text modules know mustache too (ADR 0042).
 * @param form  `html` for a text that is HTML: values are escaped, and so are the quotes of the variables read
 */
export function render(template: string, form: 'text' | 'html', values: TemplateValues, telling: Telling): string {
  return template.replace(VARIABLE, (_, written: string) => variable(written, form, values, telling));
}

/** One variable filled in. @param written  what stands between the braces of `#{}` */
export function variable(written: string, form: 'text' | 'html', values: TemplateValues, telling: Telling): string {
  const expression = (form === 'html' ? unescapeHtml(written) : written).trim();
  return shown(evaluate(expression, values, telling), form, telling);
}

function evaluate(expression: string, values: TemplateValues, telling: Telling): TemplateValue {
  const call = /^(t|dt)\(\s*(.*?)\s*\)$/s.exec(expression);
  if (!call) return valueAt(expression, values, telling);
  const [name = '', ...rest] = (call[2] as string).split(/\s*,\s*(?=(?:[^"']*["'][^"']*["'])*[^"']*$)/);
  const value = valueAt(name, values, telling);
  if (call[1] === 't') return typeof value === 'string' ? translated(value, telling) : value;
  if (!(value instanceof Moment)) return value;
  const [format, timezone] = rest.map((one) => one.replaceAll(/^["']|["']$/g, ''));
  return format ? formatted(value.at, format, { ...telling, timezone: timezone || telling.timezone }) : value;
}

/** Undefined: there is no such thing. @param path  of at least two names */
export function valueAt(path: string, values: TemplateValues, telling: Telling): TemplateValue {
  if (!/^\w+(?:\.\w+)+$/.test(path)) return undefined;
  let at: TemplateValue = values;
  for (const part of path.split('.')) {
    if (part === 'value' && typeof at === 'string') return translated(at, telling);
    if (typeof at !== 'object' || at === null || at instanceof Moment || at instanceof Rich) return undefined;
    if (part === 'value' && !Object.hasOwn(at, part)) return translated(nameOf(at), telling);
    if (!Object.hasOwn(at, part)) return undefined;
    const next: TemplateValue | (() => TemplateValue) = at[part];
    at = typeof next === 'function' ? next() : next;
  }
  return at;
}

/** `-` for what there is not. */
export function shown(value: TemplateValue, form: 'text' | 'html', telling: Telling): string {
  if (value instanceof Rich) return form === 'html' ? value.html : value.text;
  const text = textOf(value, telling);
  return form === 'html' ? escapeHtml(text).replaceAll(/\r\n|\r|\n/g, '<br>') : text;
}

function textOf(value: TemplateValue, telling: Telling): string {
  if (value === null || value === undefined || value === '') return MISSING;
  if (value instanceof Moment) return display(value.at, telling);
  if (value instanceof Rich) return value.text;
  return typeof value === 'object' ? nameOf(value) : String(value);
}

function nameOf(values: TemplateValues): string {
  const name = Object.hasOwn(values, 'name') ? values.name : undefined;
  return typeof name === 'string' && name ? name : MISSING;
}

function translated(word: string, { translate }: Telling): string {
  return translate?.(word) ?? word;
}

function display(at: EpochMs, { locale, timezone }: Telling): string {
  return intl(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone }).format(at);
}

/** The letters of strftime that dates in mails are written with; others stay as they are. */
function formatted(at: EpochMs, format: string, { locale, timezone }: Telling): string {
  const numbers = partsOf(at, 'en-GB', timezone);
  const part = (options: Intl.DateTimeFormatOptions) => intl(locale, { ...options, timeZone: timezone }).format(at);
  const letters: Record<string, () => string> = {
    Y: () => numbers.year as string,
    y: () => (numbers.year as string).slice(-2),
    m: () => numbers.month as string,
    d: () => numbers.day as string,
    e: () => String(Number(numbers.day)),
    H: () => numbers.hour as string,
    I: () => String(((Number(numbers.hour) + 11) % 12) + 1).padStart(2, '0'),
    p: () => (Number(numbers.hour) < 12 ? 'AM' : 'PM'),
    M: () => numbers.minute as string,
    S: () => numbers.second as string,
    B: () => part({ month: 'long' }),
    b: () => part({ month: 'short' }),
    A: () => part({ weekday: 'long' }),
    a: () => part({ weekday: 'short' }),
    F: () => `${numbers.year}-${numbers.month}-${numbers.day}`,
    T: () => `${numbers.hour}:${numbers.minute}:${numbers.second}`,
    R: () => `${numbers.hour}:${numbers.minute}`,
    Z: () => timezone,
    '%': () => '%',
  };
  return format.replace(/%([A-Za-z%])/g, (all, letter: string) => letters[letter]?.() ?? all);
}

function partsOf(at: EpochMs, locale: string, timeZone: string): Partial<Record<string, string>> {
  const two = '2-digit' as const;
  const clock = { hour: two, minute: two, second: two, hourCycle: 'h23' } as const;
  const format = intl(locale, { year: 'numeric', month: two, day: two, ...clock, timeZone });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** A language or zone that nobody knows must not keep a mail from being written. */
function intl(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const timeZone = isZone(options.timeZone) ? options.timeZone : 'UTC';
  return new Intl.DateTimeFormat(isLocale(locale) ? locale : 'en', { ...options, timeZone });
}

function isZone(name: string | undefined): boolean {
  return isKnown(() => new Intl.DateTimeFormat('en', { timeZone: name }));
}

function isLocale(tag: string): boolean {
  return isKnown(() => new Intl.DateTimeFormat(tag));
}

function isKnown(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Editors write the quotes of a variable as entities. */
function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&nbsp;', ' ')
    .replaceAll('\u00a0', ' ')
    .replaceAll('&amp;', '&');
}
