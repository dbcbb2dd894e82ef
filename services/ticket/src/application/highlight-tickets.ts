import type { Actor, OutputOf, ParsedInputOf, searchHighlights } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { markedParts, piecesOf, withoutSigns } from '../domain/help/words.ts';
import { textOf } from '../html/text.ts';
import { SearchStore } from '../persistence/search.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { SearchQueries } from './attributes/search-attributes.ts';

type Highlight = OutputOf<typeof searchHighlights>['highlights'][number];

/** Shows where tickets have the words that they were searched for, and only what their reader may read. */
@Injectable()
export class HighlightTickets {
  constructor(
    private readonly db: DataSource,
    private readonly searches: SearchStore,
    private readonly queries: SearchQueries,
  ) {}

  async run(actor: Actor, { query, ids }: ParsedInputOf<typeof searchHighlights>['query']): Promise<Highlight[]> {
    const asked = await this.queries.read(actor, query);
    const visible = VisibleTickets.to(actor, 'read');
    const found = await this.searches.passages(this.db, visible, asked, ids.split(',').map(Number));
    const [first] = found;
    if (!first) return [];
    const texts = found.flatMap(({ title, body, contentType }) => [
      { text: withoutSigns(title), whole: true },
      { text: withoutSigns(textOf(body, contentType)), whole: false },
    ]);
    const marked = await this.searches.marked(this.db, first.words, texts);
    return found.flatMap(({ id, articleId }, i) => {
      const title = piecesOf(markedParts(marked[2 * i] as string, asked.parts));
      const text = articleId === null ? [] : piecesOf(marked[2 * i + 1] as string);
      const has = [...title, ...text].some(({ hit }) => hit);
      return has ? [{ id, title, article_id: articleId, text }] : [];
    });
  }
}
