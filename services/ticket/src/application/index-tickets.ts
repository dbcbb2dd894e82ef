import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { languages, languagesOf } from '../domain/list/language.ts';
import { textOf } from '../html/text.ts';
import {
  type Dirty,
  type IndexDocument,
  type IndexedArticle,
  type IndexGrowth,
  type IndexSource,
  IndexStore,
  type IndexWords,
} from '../persistence/index.store.ts';

export type { Dirty };

/** Characters of one article, and of all articles of a ticket, that are indexed; a tsvector holds 1 MiB. */
const MAX_BODY = 100_000;
const MAX_TEXT = 200_000;
/** A document that others keep changing is theirs. */
const MOST_TRIES = 5;

/**
 * Brings the search documents of tickets up to date. Reads what is stored now, so it may run late or twice. Most often
 * an article was added: its words are added to the document, which costs a fraction of reading the ticket again.
 */
@Injectable()
export class IndexTickets {
  constructor(
    private readonly index: IndexStore,
    @Inject(AttributeBook) private readonly attributes: Pick<AttributeBook, 'of'>,
  ) {}

  async run(tx: EntityManager, dirty: readonly Dirty[], tries = MOST_TRIES): Promise<void> {
    const asked = onePerTicket(dirty);
    const sources = await this.index.sources(tx, asked, MAX_BODY);
    const whole = sources.filter(({ grows }) => !grows);
    const attributes = await this.attributes.of('Ticket');
    const reading = new Set(asked.filter(({ read }) => read).map(({ ticketId }) => ticketId));
    const document = (source: IndexSource) => documentOf(source, attributes, reading.has(source.ticketId));
    const growths = sources.filter(({ grows, articles }) => grows && articles.length > 0).map(growthOf);
    const done = new Set([
      ...(await this.index.add(tx, whole.filter(({ held }) => !held).map(document))),
      ...(await this.index.replace(tx, whole.filter(({ held }) => held).map(document))),
      ...(await this.index.grow(tx, growths)),
    ]);
    // Somebody else was faster; maybe without what has to be said here.
    const overtaken = [...whole.map(({ ticketId }) => ticketId), ...growths.map((growth) => growth.ticket_id)]
      .filter((id) => !done.has(id))
      .map((ticketId) => ({ ticketId, whole: true, read: reading.has(ticketId) }));
    if (overtaken.length > 0 && tries > 1) await this.run(tx, overtaken, tries - 1);
  }
}

function onePerTicket(dirty: readonly Dirty[]): Dirty[] {
  const known = new Map<number, Dirty>();
  for (const one of dirty) {
    const { whole = false, read = false } = known.get(one.ticketId) ?? {};
    known.set(one.ticketId, { ticketId: one.ticketId, whole: one.whole || whole, read: one.read || read });
  }
  return [...known.values()];
}

/** Attributes are words for agents only: who sees one may change, and no document would have to be made again. */
function documentOf(source: IndexSource, attributes: AttributeSet, reading: boolean): IndexDocument {
  const { articles, customer, number, title } = source;
  const open = articles.filter(({ internal }) => !internal);
  const values = attributes.all.flatMap((one) =>
    one.hasWords ? (one.shown(source.custom?.[one.name] ?? null) ?? []) : [],
  );
  const hasInternal = open.length < articles.length || values.length > 0;
  const body = bodyOf(articles);
  return {
    ...madeOf(source),
    held_read: source.filesRead,
    files_read: source.filesRead + (reading ? 1 : 0),
    number,
    title,
    lines: linesOf([customer, ...values, ...articles.map(({ line }) => line)]),
    body,
    // So little is said that the stems of all of them find room.
    languages: languagesOf(`${title}\n${body}`) ?? [...languages],
    public_lines: hasInternal ? linesOf([customer, ...open.map(({ line }) => line)]) : null,
    public_body: hasInternal ? bodyOf(open) : null,
  };
}

function growthOf(source: IndexSource): IndexGrowth {
  const { articles, heldVersion } = source;
  const open = articles.filter(({ internal }) => !internal);
  const unheard = (all: IndexSource['articles']) => linesOf(all.flatMap(({ line, heard }) => (heard ? [] : [line])));
  const body = bodyOf(articles);
  return {
    ...madeOf(source),
    held_version: heldVersion ?? 0,
    lines: unheard(articles),
    body,
    languages: languagesOf(body) ?? null,
    public_lines: unheard(open),
    public_body: bodyOf(open),
  };
}

function madeOf(source: IndexSource): Pick<IndexWords, 'ticket_id' | 'version' | 'articles' | 'newest_article'> {
  const { ticketId, version, count, articles } = source;
  return { ticket_id: ticketId, version, articles: count, newest_article: articles[0]?.id ?? 0 };
}

function linesOf(lines: readonly string[]): string {
  return [...new Set(lines)].join('\n').slice(0, MAX_TEXT / 4);
}

/** The newest words count when there are too many, and those of files after all that was said. */
function bodyOf(articles: readonly IndexedArticle[]): string {
  let text = '';
  for (const { body, contentType } of articles) {
    if (text.length >= MAX_TEXT) break;
    text += `${textOf(body, contentType)}\n`;
  }
  for (const { files } of articles) {
    if (text.length >= MAX_TEXT) break;
    if (files !== null) text += `${files}\n`;
  }
  return text.slice(0, MAX_TEXT);
}
