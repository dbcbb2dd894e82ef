import { groupCreated, groupDeleted, groupUpdated, type Message, ticketCreated } from '@helpmesh/contracts';
import { Consumes, ConsumesPrepared } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RedirectTicket } from '../application/redirect-ticket.ts';
import { GroupStore } from '../persistence/group.store.ts';

/** Everything this service hears. */
@Controller()
export class FederationConsumers {
  constructor(
    private readonly redirectTicket: RedirectTicket,
    private readonly groups: GroupStore,
  ) {}

  @ConsumesPrepared(ticketCreated)
  onTicketCreated(event: Message<typeof ticketCreated>) {
    return this.redirectTicket.prepare(event);
  }

  @Consumes(groupCreated, groupUpdated)
  async onGroup(event: Message<typeof groupCreated | typeof groupUpdated>, tx: EntityManager): Promise<void> {
    await this.groups.keep(tx, event.data, event.aggregateVersion);
  }

  @Consumes(groupDeleted)
  async onGroupDeleted(event: Message<typeof groupDeleted>, tx: EntityManager): Promise<void> {
    await this.groups.gone(tx, event.data.id, event.aggregateVersion);
  }
}
