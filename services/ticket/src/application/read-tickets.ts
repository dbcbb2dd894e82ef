import { type Actor, hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { PageFacts } from '@helpmesh/messaging';
import { CursorCodec, type WalkQuery, walkOf } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ListStore } from '../persistence/list.store.ts';
import { orderOf, ReadStore } from '../persistence/read.store.ts';
import type { TicketShape } from '../persistence/ticket-json.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notFound } from './access.ts';

/** The reading flags of the REST contract. */
export interface ReadingFlags {
  expand?: boolean | undefined;
  full?: boolean | undefined;
  all?: boolean | undefined;
}

/** @param ids  whether the plain form names the articles: it does in answers to writes and searches, not in reads */
export function shapeOf({ expand, full, all }: ReadingFlags, { ids }: { ids: boolean }): TicketShape {
  if (all) return 'all';
  if (full) return 'full';
  if (expand) return ids ? 'ids-expanded' : 'bare-expanded';
  return ids ? 'ids' : 'bare';
}

export interface TicketRead {
  actor: Actor;
  id: number;
  shape: TicketShape;
}

interface ListQuery extends ReadingFlags, WalkQuery {
  page?: number | undefined;
  per_page?: number | undefined;
  with_total_count?: boolean | undefined;
}

const MAX_PAGE = 100;

/** Answers with tickets as JSON text. Reads of equal scope and shape that came in one tick share a statement. */
@Injectable()
export class ReadTickets {
  constructor(
    private readonly db: DataSource,
    private readonly reads: ReadStore,
    private readonly lists: ListStore,
    private readonly cursors: CursorCodec,
  ) {}

  /** One text or `not-found` each, in order; what is not visible does not exist. */
  async many(items: readonly TicketRead[]): Promise<(string | AppError)[]> {
    const found = await this.grouped(this.db, items, (actor) => VisibleTickets.to(actor, 'read'));
    return items.map((item, i) => found[i] ?? notFound('Ticket', item.id));
  }

  /** The answer to a write: also for those who may write here and not read. */
  async afterWrite(tx: EntityManager, items: readonly TicketRead[]): Promise<string[]> {
    const found = await this.grouped(tx, items, (actor) => VisibleTickets.to(actor, 'read'));
    const blind = items.flatMap((item, i) => (found[i] === undefined ? [{ item, i }] : []));
    if (blind.length > 0) {
      const rest = blind.map(({ item }) => item);
      const shown = await this.grouped(tx, rest, () => VisibleTickets.toTheService());
      blind.forEach(({ i }, n) => {
        found[i] = shown[n];
      });
    }
    return found.map((text) => {
      if (text === undefined) throw new AppError('bug', 'internal', 'Something went wrong on our side.', 'lost ticket');
      return text;
    });
  }

  /** A page of all tickets the actor may read. */
  async list(actor: Actor, query: ListQuery): Promise<{ text: string } & PageFacts> {
    const visible = VisibleTickets.to(actor, 'read');
    const limit = query.per_page ?? MAX_PAGE;
    const offset = ((query.page ?? 1) - 1) * limit;
    const walk = walkOf(this.cursors, 'tickets', query);
    const order = orderOf(query.sort_by, query.order_by);
    const ids = walk
      ? await this.reads.walk(this.db, visible, walk, limit)
      : await this.reads.page(this.db, visible, order, limit, offset);
    const total = query.with_total_count ? await this.lists.total(this.db, visible) : undefined;
    const page = { rows: ids.length, total, next: walk?.next(ids, limit) };
    return { text: await this.textOf(actor, visible, ids, query), ...page };
  }

  private async textOf(actor: Actor, visible: VisibleTickets, ids: number[], query: ReadingFlags): Promise<string> {
    if (query.full) return this.records(visible, actor, ids);
    const texts = await this.reads.tickets(
      this.db,
      visible,
      ids,
      query.expand ? 'bare-expanded' : 'bare',
      isAgent(actor),
    );
    return `[${ids.flatMap((id) => texts.get(id) ?? []).join(',')}]`;
  }

  /** These tickets in the form of `full`: ids, and everything they refer to. @param total  shown beside, where given */
  async records(visible: VisibleTickets, actor: Actor, ids: number[], total?: number): Promise<string> {
    const texts = await this.reads.tickets(this.db, visible, ids, 'full', isAgent(actor));
    const shown = ids.filter((id) => texts.has(id));
    const assets = shown.map(
      (id) => (JSON.parse(texts.get(id) as string) as { assets: Record<string, object> }).assets,
    );
    return JSON.stringify({
      record_ids: shown,
      assets: merge(assets),
      ...(total !== undefined && { total_count: total }),
    });
  }

  private async grouped(
    on: DataSource | EntityManager,
    items: readonly TicketRead[],
    scopeOf: (actor: Actor) => VisibleTickets,
  ): Promise<(string | undefined)[]> {
    const groups = new Map<string, { visible: VisibleTickets; shape: TicketShape; agent: boolean; at: number[] }>();
    items.forEach(({ actor, shape }, i) => {
      const visible = scopeOf(actor);
      const agent = isAgent(actor);
      const key = `${shape} ${agent} ${visible.key}`;
      const group = groups.get(key) ?? { visible, shape, agent, at: [] };
      group.at.push(i);
      groups.set(key, group);
    });
    const answers = new Array<string | undefined>(items.length);
    const read = async ({
      visible,
      shape,
      agent,
      at,
    }: {
      visible: VisibleTickets;
      shape: TicketShape;
      agent: boolean;
      at: number[];
    }) => {
      const ids = [...new Set(at.map((i) => (items[i] as TicketRead).id))];
      const texts = await this.reads.tickets(on, visible, ids, shape, agent);
      for (const i of at) answers[i] = texts.get((items[i] as TicketRead).id);
    };
    // One after the other: inside a transaction there is only one connection, outside there is mostly one group.
    for (const group of groups.values()) await read(group);
    return answers;
  }
}

export function isAgent(actor: Actor): boolean {
  return actor.kind === 'service' || hasPermission(actor, 'ticket.agent');
}

function merge(assets: Record<string, object>[]): Record<string, object> {
  const all: Record<string, object> = {};
  for (const one of assets) {
    for (const [kind, rows] of Object.entries(one)) all[kind] = { ...all[kind], ...rows };
  }
  return all;
}
