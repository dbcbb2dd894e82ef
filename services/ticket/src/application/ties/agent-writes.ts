import { type Actor, mayReadInternal } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound, partInChanging } from '../access.ts';
import { References } from '../references.ts';
import { type Refs } from '../refs.ts';
import { wantTickets } from '../want-tickets.ts';
import { Writing } from '../writing.ts';

export interface AgentWrite {
  tx: EntityManager;
  writing: Writing;
  refs: Refs;
}

/** Writes about tickets that only their agents may make, each in a transaction that holds the tickets. */
@Injectable()
export class AgentWrites {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param of  `change`: tickets the actor must be allowed to change; `see`: those it is enough to see; `people`:
   *            users whom the work looks at beside those of the tickets
   * @throws AppError not-found for a ticket the actor cannot see, forbidden for one that they may not change
   */
  async run<T>(
    actor: Actor,
    of: { change: readonly number[]; see?: readonly number[]; people?: readonly number[] },
    work: (write: AgentWrite) => Promise<T>,
  ): Promise<T> {
    const ids = [...new Set([...of.change, ...(of.see ?? [])])];
    const wanted = await wantTickets(this.db, this.tickets, ids);
    for (const person of [actor.userId, ...(of.people ?? [])]) wanted.user(person);
    const refs = await this.references.resolve(wanted);
    return transaction(this.db, async (tx) => {
      const loaded = await this.tickets.lock(tx, VisibleTickets.to(actor, 'read'), ids);
      for (const id of ids) {
        const ticket = loaded.get(id);
        if (!ticket) throw notFound('Ticket', id);
        const may = of.change.includes(id) ? partInChanging(actor, ticket) === 'agent' : mayReadInternal(actor, ticket);
        if (!may) throw notAuthorized();
      }
      const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
      const answer = await work({ tx, writing, refs });
      await writing.save(tx, this.tickets);
      return answer;
    });
  }
}
