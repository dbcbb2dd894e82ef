import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { textOf } from '../html/text.ts';
import { type IndexDocument, type IndexSource, SearchStore } from '../persistence/search.store.ts';

/** Characters of one article, and of all articles of a ticket, that are indexed; a tsvector holds 1 MiB. */
const MAX_BODY = 100_000;
const MAX_TEXT = 200_000;

/** Brings the search documents of tickets up to date. Reads what is stored now, so it may run late or twice. */
@Injectable()
export class IndexTickets {
  constructor(private readonly searches: SearchStore) {}

  async run(tx: EntityManager, ticketIds: readonly number[]): Promise<void> {
    const sources = await this.searches.sources(tx, [...new Set(ticketIds)], MAX_BODY);
    await this.searches.keep(tx, sources.map(documentOf));
  }
}

function documentOf(source: IndexSource): IndexDocument {
  const { articles, customer } = source;
  const open = articles.filter(({ internal }) => !internal);
  const hasInternal = open.length < articles.length;
  return {
    ticket_id: source.ticketId,
    number: source.number,
    title: source.title,
    lines: linesOf(articles, customer),
    body: bodyOf(articles),
    public_lines: hasInternal ? linesOf(open, customer) : null,
    public_body: hasInternal ? bodyOf(open) : null,
  };
}

function linesOf(articles: IndexSource['articles'], customer: string): string {
  return [customer, ...new Set(articles.map(({ line }) => line))].join('\n').slice(0, MAX_TEXT / 4);
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
