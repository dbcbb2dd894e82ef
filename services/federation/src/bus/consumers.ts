import {
  articleAdded,
  articleChanged,
  groupCreated,
  groupDeleted,
  groupUpdated,
  type Message,
  ticketCreated,
  ticketDeleted,
  ticketUpdated,
} from '@helpmesh/contracts';
import { Consumes, ConsumesBatch, ConsumesPrepared } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KnowGroups } from '../application/know-groups.ts';
import { RedirectTickets } from '../application/redirect-tickets.ts';
import { ShareTickets } from '../application/sync/share-tickets.ts';

type TicketEvent = typeof ticketUpdated | typeof articleAdded | typeof articleChanged | typeof ticketDeleted;

/** Everything this service hears. */
@Controller()
export class FederationConsumers {
  constructor(
    private readonly redirectTickets: RedirectTickets,
    private readonly groups: KnowGroups,
    private readonly shares: ShareTickets,
  ) {}

  @ConsumesPrepared(ticketCreated)
  async onTicketsCreated(events: Message<typeof ticketCreated>[]) {
    const redirect = await this.redirectTickets.prepare(events);
    return async (tx: EntityManager, fresh: readonly Message<typeof ticketCreated>[]) => {
      await this.shares.hear(tx, fresh);
      return redirect(tx, fresh);
    };
  }

  @ConsumesBatch(ticketUpdated, articleAdded, articleChanged, ticketDeleted)
  async onTickets(events: Message<TicketEvent>[], tx: EntityManager): Promise<void> {
    await this.shares.hear(tx, events);
  }

  @Consumes(groupCreated, groupUpdated)
  async onGroup(event: Message<typeof groupCreated | typeof groupUpdated>, tx: EntityManager): Promise<void> {
    await this.groups.keep(tx, event.data, event.aggregateVersion);
  }

  @Consumes(groupDeleted)
  async onGroupDeleted(event: Message<typeof groupDeleted>, tx: EntityManager): Promise<void> {
    await this.groups.forget(tx, event.data.id, event.aggregateVersion);
  }
}
