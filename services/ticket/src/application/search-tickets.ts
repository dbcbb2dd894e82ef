import type { Actor, ParsedInputOf, searchTickets } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { PageFacts } from '@helpmesh/messaging';
import { CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TicketConfig } from '../config.ts';
import { orderOf } from '../persistence/read.store.ts';
import { SearchStore } from '../persistence/search.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { SearchQueries } from './attributes/search-attributes.ts';
import { Conditions } from './conditions.ts';
import { ReadTickets } from './read-tickets.ts';

type Input = ParsedInputOf<typeof searchTickets>['query'];

const DEFAULT_LIMIT = 50;

/** Full-text search over what the actor may see, best first. */
@Injectable()
export class SearchTickets {
  constructor(
    private readonly db: DataSource,
    private readonly searches: SearchStore,
    private readonly reads: ReadTickets,
    private readonly conditions: Conditions,
    private readonly queries: SearchQueries,
    @Inject(CONFIG) private readonly config: Pick<TicketConfig, 'HELPMESH_OLD_TICKET_SEARCH'>,
  ) {}

  /** @returns the answer in the form the flags ask for, as JSON */
  async run(actor: Actor, input: Input): Promise<{ text: string } & PageFacts> {
    const visible = VisibleTickets.to(actor, 'read');
    const query = await this.queries.read(actor, input.query ?? '');
    const ids = idsOf(input.ids);
    const condition = await this.conditionOf(actor, input.condition);
    // What programs know of a search over articles: a ticket without one is not found by words.
    const spoken = actor.via !== 'session';
    const count = () => this.searches.count(this.db, visible, { query, ids, condition, spoken });
    if (input.only_total_count) {
      const total = await count();
      return { text: JSON.stringify({ total_count: total }), total };
    }
    const limit = input.per_page ?? DEFAULT_LIMIT;
    const request = {
      query,
      ids,
      condition,
      spoken,
      order: orderOf(input.sort_by, input.order_by ?? 'desc'),
      limit,
      offset: ((input.page ?? 1) - 1) * limit,
    };
    const old = this.config.HELPMESH_OLD_TICKET_SEARCH && actor.via !== 'session';
    if (old && !input.full && !input.expand) {
      const [found, total] = await Promise.all([this.searches.find(this.db, visible, request), count()]);
      const { record_ids, assets } = JSON.parse(await this.reads.records(visible, actor, found)) as {
        record_ids: number[];
        assets: object;
      };
      return { text: JSON.stringify({ tickets: record_ids, tickets_count: total, assets }), rows: found.length, total };
    }
    if (!input.full) {
      const shown = this.searches.show(this.db, visible, request, input.expand ? 'ids-expanded' : 'ids');
      const [{ text, rows }, total] = await Promise.all([shown, input.with_total_count ? count() : undefined]);
      return { text, rows, total };
    }
    const [found, total] = await Promise.all([this.searches.find(this.db, visible, request), count()]);
    return { text: await this.reads.records(visible, actor, found, total), rows: found.length, total };
  }

  private async conditionOf(actor: Actor, selector: Input['condition']) {
    const condition = await this.conditions.read(typeof selector === 'string' ? jsonOf(selector) : selector);
    return condition
      ? { condition, circumstances: await this.conditions.circumstances(actor, [condition]) }
      : undefined;
  }
}

/** Ids as a list or as comma-separated digits. */
function idsOf(ids: Input['ids']): number[] | undefined {
  if (ids === undefined) return undefined;
  return typeof ids === 'string' ? (ids.match(/\d{1,9}/g) ?? []).map(Number) : ids;
}

/** An address carries a condition as its text. */
function jsonOf(text: string): unknown {
  try {
    return text.trim() === '' ? null : JSON.parse(text);
  } catch (error) {
    throw new AppError('invalid', 'condition.unreadable', 'The condition is no JSON.', undefined, { cause: error });
  }
}
