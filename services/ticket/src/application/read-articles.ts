import type { Actor } from '@helpmesh/contracts';
import type { AppError } from '@helpmesh/kernel';
import type { PageFacts } from '@helpmesh/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReadStore } from '../persistence/read.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notFound, requireAnyOf } from './access.ts';

interface Read {
  actor: Actor;
  id: number;
}

const MAX_PAGE = 100;

/** Answers with articles as JSON text; internal ones only for agents of the ticket's group. */
@Injectable()
export class ReadArticles {
  constructor(
    private readonly db: DataSource,
    private readonly reads: ReadStore,
  ) {}

  /** The thread of each ticket, oldest first. */
  async threads(items: readonly Read[]): Promise<(string | AppError)[]> {
    const texts = await this.byScope(items, (visible, ids) => this.reads.threads(this.db, visible, ids));
    return items.map(({ id }, i) => texts[i] ?? notFound('Ticket', id));
  }

  async articles(items: readonly Read[]): Promise<(string | AppError)[]> {
    const texts = await this.byScope(items, (visible, ids) => this.reads.articles(this.db, visible, ids));
    return items.map(({ id }, i) => texts[i] ?? notFound('Ticket::Article', id));
  }

  /** Of all tickets that they may read, by id. @throws AppError forbidden */
  async list(
    actor: Actor,
    { page = 1, per_page: limit = MAX_PAGE }: { page?: number | undefined; per_page?: number | undefined },
  ): Promise<{ text: string } & PageFacts> {
    requireAnyOf(actor, ['admin']);
    const visible = VisibleTickets.to(actor, 'read');
    const ids = await this.reads.articlePage(this.db, visible, limit, (page - 1) * limit);
    const texts = await this.reads.articles(this.db, visible, ids);
    return { text: `[${ids.flatMap((id) => texts.get(id) ?? []).join(',')}]`, rows: ids.length };
  }

  private async byScope(
    items: readonly Read[],
    read: (visible: VisibleTickets, ids: number[]) => Promise<Map<number, string>>,
  ): Promise<(string | undefined)[]> {
    const scopes = new Map<string, { visible: VisibleTickets; at: number[] }>();
    items.forEach(({ actor }, i) => {
      const visible = VisibleTickets.to(actor, 'read');
      const scope = scopes.get(visible.key) ?? { visible, at: [] };
      scope.at.push(i);
      scopes.set(visible.key, scope);
    });
    const answers = new Array<string | undefined>(items.length);
    await Promise.all(
      [...scopes.values()].map(async ({ visible, at }) => {
        const texts = await read(visible, [...new Set(at.map((i) => (items[i] as Read).id))]);
        for (const i of at) answers[i] = texts.get((items[i] as Read).id);
      }),
    );
    return answers;
  }
}
