import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { textOf } from '../html/text.ts';
import {
  type Dirty,
  type IndexDocument,
  type IndexGrowth,
  type IndexSource,
  IndexStore,
  type IndexWords,
} from '../persistence/index.store.ts';

export type { Dirty };

/** Characters of one article, and of all articles of a ticket, that are indexed; a tsvector holds 1 MiB. */
const MAX_BODY = 100_000;
const MAX_TEXT = 200_000;

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

  async run(tx: EntityManager, dirty: readonly Dirty[]): Promise<void> {
    const sources = await this.index.sources(tx, onePerTicket(dirty), MAX_BODY);
    const whole = sources.filter(({ grows }) => !grows);
    const attributes = await this.attributes.of('Ticket');
    const document = (source: IndexSource) => documentOf(source, attributes);
    await this.index.add(tx, whole.filter(({ held }) => !held).map(document));
    await this.index.replace(tx, whole.filter(({ held }) => held).map(document));
    const growths = sources.filter(({ grows, articles }) => grows && articles.length > 0).map(growthOf);
    const grown = new Set(await this.index.grow(tx, growths));
    const overtaken = growths.filter((growth) => !grown.has(growth.ticket_id));
    if (overtaken.length > 0) {
      await this.run(
        tx,
        overtaken.map((growth) => ({ ticketId: growth.ticket_id, whole: true })),
      );
    }
  }
}

function onePerTicket(dirty: readonly Dirty[]): Dirty[] {
  const whole = new Map<number, boolean>();
  for (const one of dirty) whole.set(one.ticketId, one.whole || (whole.get(one.ticketId) ?? false));
  return [...whole].map(([ticketId, isWhole]) => ({ ticketId, whole: isWhole }));
}

/** Attributes are words for agents only: who sees one may change, and no document would have to be made again. */
function documentOf(source: IndexSource, attributes: AttributeSet): IndexDocument {
  const { articles, customer, number, title } = source;
  const open = articles.filter(({ internal }) => !internal);
  const values = attributes.all.flatMap((one) =>
    one.hasWords ? (one.shown(source.custom?.[one.name] ?? null) ?? []) : [],
  );
  const hasInternal = open.length < articles.length || values.length > 0;
  return {
    ...madeOf(source),
    number,
    title,
    lines: linesOf([customer, ...values, ...articles.map(({ line }) => line)]),
    body: bodyOf(articles),
    public_lines: hasInternal ? linesOf([customer, ...open.map(({ line }) => line)]) : null,
    public_body: hasInternal ? bodyOf(open) : null,
  };
}

function growthOf(source: IndexSource): IndexGrowth {
  const { articles, heldVersion } = source;
  const open = articles.filter(({ internal }) => !internal);
  const unheard = (all: IndexSource['articles']) => linesOf(all.flatMap(({ line, heard }) => (heard ? [] : [line])));
  return {
    ...madeOf(source),
    held_version: heldVersion ?? 0,
    lines: unheard(articles),
    body: bodyOf(articles),
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

/** The newest words count when there are too many. */
function bodyOf(articles: IndexSource['articles']): string {
  let text = '';
  for (const { body, contentType } of articles) {
    if (text.length >= MAX_TEXT) break;
    text += `${textOf(body, contentType)}\n`;
  }
  return text.slice(0, MAX_TEXT);
}
