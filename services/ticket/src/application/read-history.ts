import type { Actor } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HistoryStore } from '../persistence/history.store.ts';
import { ReadStore } from '../persistence/read.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notAuthorized, notFound } from './access.ts';
import { isAgent } from './read-tickets.ts';

/** Every change of a ticket, for agents: it names internal articles and owners. */
@Injectable()
export class ReadHistory {
  constructor(
    private readonly db: DataSource,
    private readonly histories: HistoryStore,
    private readonly reads: ReadStore,
  ) {}

  /** @returns `{ history, assets }` as JSON */
  async run(actor: Actor, ticketId: number): Promise<string> {
    const visible = VisibleTickets.to(actor, 'read');
    const ticket = (await this.reads.tickets(this.db, visible, [ticketId], 'full', isAgent(actor))).get(ticketId);
    if (!ticket) throw notFound('Ticket', ticketId);
    const history = await this.histories.of(this.db, visible, ticketId);
    if (history === undefined) throw notAuthorized();
    const { assets } = JSON.parse(ticket) as { assets: unknown };
    return `{"history":${history},"assets":${JSON.stringify(assets)}}`;
  }
}
