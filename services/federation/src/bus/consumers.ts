import { groupCreated, groupDeleted, groupUpdated, type Message, ticketCreated } from '@helpmesh/contracts';
import { Consumes, ConsumesPrepared } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KnowGroups } from '../application/know-groups.ts';
import { RedirectTicket } from '../application/redirect-ticket.ts';

/** Everything this service hears. */
@Controller()
export class FederationConsumers {
  constructor(
    private readonly redirectTicket: RedirectTicket,
    private readonly groups: KnowGroups,
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
    await this.groups.forget(tx, event.data.id, event.aggregateVersion);
  }
}
