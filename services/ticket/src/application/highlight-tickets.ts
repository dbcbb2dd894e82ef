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
    const texts = found.flatMap(({ title, body, contentType, filename, fileWords, config, words }) => [
      { config, words, text: withoutSigns(title), whole: true },
      { config, words, text: withoutSigns(textOf(body, contentType)), whole: false },
      { config, words, text: withoutSigns(filename), whole: true },
      { config, words, text: withoutSigns(fileWords), whole: false },
    ]);
    const marked = await this.searches.marked(this.db, texts);
    return found.flatMap(({ id, articleId, fileId }, i) => {
      const [title = '', text = '', filename = '', fileWords = ''] = marked.slice(4 * i, 4 * i + 4);
      const shown = {
        title: piecesOf(markedParts(title, asked.parts)),
        text: piecesOf(text),
        file: fileId === null ? null : { id: fileId, name: piecesOf(filename), text: piecesOf(fileWords) },
      };
      const has = [...shown.title, ...shown.text, ...(shown.file?.name ?? []), ...(shown.file?.text ?? [])];
      return has.some(({ hit }) => hit) ? [{ id, article_id: articleId, ...shown }] : [];
    });
  }
}
