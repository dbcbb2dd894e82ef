import { mailTemplates, type NoticeReason } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import mustache from 'mustache';
import { headerText } from '../domain/address.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { escapeHtml } from './escape.ts';
import { fr } from './fr.ts';
import { type FilledBlock, htmlMail, linesBelow, type MailLook, textMail } from './layout.ts';
import { pl } from './pl.ts';
import type { SourceBlock } from './source.ts';
import { type Block, type Language, ownTemplates, type TemplateName, type Words } from './words.ts';

export interface RenderedMail {
  /** One line, without control characters. */
  subject: string;
  text: string;
  html: string;
}

/** Values of one installation, the same in every mail. */
export interface House {
  brand: string;
  /** Address of the web page. */
  page: string;
  look?: MailLook;
  /** The community whose mail it is; absent: the desk. */
  community?: number;
}

/** By tag. */
export const languages: Readonly<Record<string, Language>> = { en, de, fr, pl };
/** What each mail needs and takes. */
export const promised: Record<string, { needs: readonly string[]; takes: readonly string[] }> = {
  ...mailTemplates,
  ...ownTemplates,
};

/**
 * A mail from a template. Values are text and only text: escaped in HTML, taken as they are in the text part, never
 * read as template source.
 * @param locale  `de`, `de-at`, …; a language we do not speak falls back to English
 * @throws AppError invalid `mail.template-unknown`, `mail.template-value-missing`, `mail.link-refused`
 */
export function renderMail(
  template: string,
  locale: string,
  values: Readonly<Record<string, string>>,
  house: House,
): RenderedMail {
  return inSystemWords(letterOf(template, locale, values, house));
}

/** The mail as it is where no administrator wrote another one. */
export function inSystemWords(letter: Letter): RenderedMail {
  const { words, view } = letter;
  const blocks = words.blocks.map((block) => fill(block, view));
  return inLayout(letter, asText(words.subject, view), blocks);
}

/** What stands below every mail of the system, filled in; nothing where it is empty. */
export interface Footer {
  text: string;
  /** Escaped. */
  html: string;
}

/** The text of an administrator that is in the place of the footer; it may name what every mail has. */
export const FOOTER = 'footer';
export const footerNames = ['brand', 'page'] as const;

/** A mail before its words are chosen. */
export interface Letter {
  template: TemplateName;
  language: Language;
  /** The words of the system. */
  words: Words;
  /** What may be told in it, by name: text, and nothing but text. */
  view: Readonly<Record<string, string>>;
  house: House;
  /** Absent: that of the system. */
  footer?: Footer;
}

/** @throws AppError as renderMail */
export function letterOf(
  template: string,
  locale: string,
  values: Readonly<Record<string, string>>,
  house: House,
): Letter {
  const promise = Object.hasOwn(promised, template) ? promised[template] : undefined;
  if (!promise) throw new AppError('invalid', 'mail.template-unknown', `There is no mail template "${template}".`);
  for (const name of promise.needs)
    if (!values[name]?.trim())
      throw new AppError('invalid', 'mail.template-value-missing', `The mail "${template}" needs the value "${name}".`);

  const language = languageOf(locale);
  const words = language.templates[template as TemplateName];
  // No prototype: a template can reach these strings and nothing else.
  const view: Record<string, string> = Object.assign(Object.create(null) as Record<string, string>, {
    brand: house.brand,
    page: house.page,
  });
  for (const name of [...promise.needs, ...promise.takes]) view[name] = values[name] ?? '';
  if (view.link) requireWebLink(view.link);
  view.name = salutation(view.name ?? '');
  if (view.reason) view.reason = reasonIn(view.reason, language);
  if (view.changes) view.changes = fieldsOf(view.changes, language);
  if (view.change) view.change = changed(view.change, language);
  if (view.at) view.at = instant(view.at, view.zone ?? '', language.tag);
  view.validity =
    duration(view.hours ?? '', 'hour', language.tag) || duration(view.minutes ?? '', 'minute', language.tag);
  return { template: template as TemplateName, language, words, view, house };
}

/**
 * The mail with words that an administrator wrote, filled in already. A piece without words is left out.
 * @param texts  of each piece; of a link its words and its address
 * @throws AppError invalid `mail.link-refused`
 */
export function inOwnWords(
  letter: Letter,
  subject: string,
  blocks: readonly SourceBlock[],
  texts: readonly { text: string; address?: string }[],
): RenderedMail {
  const { link = '' } = letter.view;
  const pieces = blocks.flatMap(({ kind }, i): FilledBlock[] => {
    const { text, address } = texts[i] as { text: string; address?: string };
    const said = kind === 'verbatim' || kind === 'list' ? text.trim() : withoutBlankLines(text);
    const html = kind === 'verbatim' || kind === 'list' ? escapeHtml(said) : escapeHtml(said).replaceAll('\n', '<br>');
    if (kind !== 'action' && kind !== 'link') return [{ kind, text: said, html }];
    const to = kind === 'link' ? (address ?? '').trim() : link;
    if (to === '') return [];
    requireWebLink(to);
    return [{ kind, text: said, html, link: { text: to, html: escapeHtml(to) } }];
  });
  return inLayout(letter, subject, pieces);
}

function inLayout(letter: Letter, subject: string, pieces: readonly FilledBlock[]): RenderedMail {
  const { language, view, house } = letter;
  const blocks = pieces.filter(({ text }) => text.trim() !== '');
  const line = headerText(subject, 250);
  const brand = asHtml('{{brand}}', view);
  const footer = letter.footer ?? { text: asText(language.footer, view), html: asHtml(language.footer, view) };
  const below = [footer.text, ...linesBelow(house.look)].filter((one) => one !== '');
  return {
    subject: line,
    text: textMail(below.join('\n'), blocks),
    html: htmlMail(language, { subject: line, brand, footer: footer.html }, blocks, house.look),
  };
}

/**
 * The footer that an administrator wrote, filled in already: lines and links below each other.
 * @param texts  of each piece, as for `inOwnWords`
 * @throws AppError invalid `mail.link-refused`
 */
export function footerOf(blocks: readonly SourceBlock[], texts: readonly { text: string; address?: string }[]): Footer {
  const lines = blocks.flatMap(({ kind }, i) => {
    const { text, address = '' } = texts[i] as { text: string; address?: string };
    const said = withoutBlankLines(text);
    const html = escapeHtml(said).replaceAll('\n', '<br>');
    if (said === '') return [];
    if (kind !== 'link') return [{ text: said, html }];
    const to = address.trim();
    requireWebLink(to);
    return [{ text: `${said}: ${to}`, html: `<a href="${escapeHtml(to)}" style="color:inherit;">${html}</a>` }];
  });
  return { text: lines.map(({ text }) => text).join('\n'), html: lines.map(({ html }) => html).join('<br>') };
}

/** Lines that held nothing but a condition say nothing. */
function withoutBlankLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

export function languageOf(locale: string): Language {
  const tag = locale.toLowerCase().split(/[-_]/)[0] ?? '';
  return (Object.hasOwn(languages, tag) ? languages[tag] : undefined) ?? en;
}

function fill(block: Block, view: Readonly<Record<string, string>>): FilledBlock {
  if (block.kind === 'action') {
    const link = { text: view.link ?? '', html: asHtml('{{link}}', view) };
    return { kind: 'action', text: asText(block.label, view), html: asHtml(block.label, view), link };
  }
  return { kind: block.kind, text: asText(block.text, view), html: asHtml(block.text, view) };
}

function asText(source: string, view: Readonly<Record<string, string>>): string {
  return mustache.render(source, view, undefined, { escape: (value: unknown) => String(value) });
}

function asHtml(source: string, view: Readonly<Record<string, string>>): string {
  return mustache.render(source, view, undefined, { escape: (value: unknown) => escapeHtml(String(value)) });
}

/** Nobody is greeted by mail address, and `-` is how the address book says "no name". */
function salutation(name: string): string {
  return name.includes('@') || name.trim() === '-' ? '' : name.trim();
}

/** `15 Minuten`, `1 hour`, `7 Tage`; nothing when the number is not one. */
function duration(number: string, of: 'hour' | 'minute', tag: string): string {
  if (!/^[1-9]\d{0,3}$/.test(number)) return '';
  const inDays = of === 'hour' && Number(number) >= 48 && Number(number) % 24 === 0;
  const [value, unit] = inDays ? [Number(number) / 24, 'day'] : [Number(number), of];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** In words; one that a later release knows is told by its name. */
function changed(change: string, { changes }: Language): string {
  return Object.hasOwn(changes, change) ? changes[change as keyof typeof changes] : change;
}

/** In words; one that a later release knows is told by its name. */
function reasonIn(reason: string, { reasons }: Language): string {
  return Object.hasOwn(reasons, reason) ? reasons[reason as NoticeReason] : reason;
}

/** `State: open · Owner: Ada Agent`, of lines like `state=open`; what has no name in the language is left out. */
function fieldsOf(lines: string, { fields }: Language): string {
  return lines
    .split('\n')
    .flatMap((line) => {
      const [name = '', ...value] = line.split('=');
      return Object.hasOwn(fields, name) ? `${fields[name]}: ${value.join('=')}` : [];
    })
    .join(' · ');
}

/** `21 November 2026 at 19:20 (Europe/Warsaw)`; `… at 18:20 UTC` where the zone is none that we know. */
function instant(at: string, zone: string, tag: string): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return at;
  const timeZone = isZone(zone) ? zone : 'UTC';
  const told = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone }).format(time);
  return timeZone === 'UTC' ? `${told} UTC` : `${told} (${timeZone})`;
}

function isZone(name: string): boolean {
  if (name === '') return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A button must open a page: `javascript:` and the like are refused. */
function requireWebLink(link: string): void {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new AppError('invalid', 'mail.link-refused', 'The link of the mail is not a web address.');
}
