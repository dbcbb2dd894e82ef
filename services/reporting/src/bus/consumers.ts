import {
  articleAdded,
  articleChanged,
  groupCreated,
  groupUpdated,
  type Message,
  ticketCreated,
  ticketDeleted,
  ticketUpdated,
} from '@helpmesh/contracts';
import { Consumes, ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ProjectTickets } from '../application/project-tickets.ts';
import type { TicketEvent } from '../domain/ticket-point.ts';

/** Everything this service hears. */
@Controller()
export class ReportingConsumers {
  constructor(private readonly tickets: ProjectTickets) {}

  @ConsumesBatch(ticketCreated, ticketUpdated, articleAdded, articleChanged, ticketDeleted)
  onTickets(events: TicketEvent[], tx: EntityManager): Promise<void> {
    return this.tickets.run(tx, events);
  }

  @Consumes(groupCreated, groupUpdated)
  async onGroup(event: Message<typeof groupCreated | typeof groupUpdated>, tx: EntityManager): Promise<void> {
    await this.tickets.nameGroup(tx, event.data.id, event.data.name, event.aggregateVersion);
  }
}
