import { groupCreated, groupDeleted, groupUpdated, type Message, ticketCreated } from '@helpmesh/contracts';
import { Consumes, ConsumesPrepared } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KnowGroups } from '../application/know-groups.ts';
import { RedirectTickets } from '../application/redirect-tickets.ts';

/** Everything this service hears. */
@Controller()
export class FederationConsumers {
  constructor(
    private readonly redirectTickets: RedirectTickets,
    private readonly groups: KnowGroups,
  ) {}

  @ConsumesPrepared(ticketCreated)
  onTicketsCreated(events: Message<typeof ticketCreated>[]) {
    return this.redirectTickets.prepare(events);
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
