import { sql } from '@helpmesh/persistence';
import type { OwnFigures } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** Tables that are counted, by the name that is shown. Tickets and their articles are counted by others means. */
const counted = {
  overviews: 'overview',
  triggers: 'ticket_trigger',
  macros: 'macro',
  text_modules: 'text_module',
  templates: 'template',
} as const;

/** What there is, for programs that watch. */
@Injectable()
export class FigureStore {
  async all(on: DataSource): Promise<OwnFigures> {
    const tables = Object.entries(counted).map(
      ([name, table]) =>
        `(SELECT count(*) FROM ${table}) AS ${name}, (SELECT max(created_at) FROM ${table}) AS last_${name}`,
    );
    const [row = {}] = await sql<Record<string, number | Date | null>>(
      on,
      `SELECT (SELECT coalesce(sum(n), 0)::bigint FROM ticket_tally) AS tickets,
         (SELECT created_at FROM ticket ORDER BY id DESC LIMIT 1) AS last_tickets,
         (SELECT count(*) FROM article) AS ticket_articles,
         (SELECT created_at FROM article ORDER BY id DESC LIMIT 1) AS last_ticket_articles,
         (SELECT coalesce(sum(size), 0)::bigint FROM article_attachment) AS stored_bytes,
         ${tables.join(', ')}`,
    );
    return {
      counts: Object.fromEntries(
        Object.entries(row).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
      ),
      last_created_at: Object.fromEntries(
        Object.entries(row).flatMap(([name, value]) =>
          name.startsWith('last_') ? [[name.slice('last_'.length), (value as Date | null)?.toISOString() ?? null]] : [],
        ),
      ),
    };
  }

  async openedSince(on: DataSource, since: string): Promise<number> {
    const [row] = await sql<{ n: number }>(on, 'SELECT count(*) AS n FROM ticket WHERE created_at >= $1', [since]);
    return (row as { n: number }).n;
  }
}
