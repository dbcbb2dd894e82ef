import {
  articleAdded,
  ticketCreated,
  ticketEscalated,
  ticketEscalationWarning,
  ticketReminderReached,
  ticketUpdated,
} from '@helpmesh/contracts';
import { ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { TellAgents } from '../application/notices/tell-agents.ts';
import type { Tellable } from '../domain/notice/occasion.ts';

/** Hears our own events: who is told of them is found out here and never within a request. */
@Controller()
export class NoticeConsumer {
  constructor(private readonly tell: TellAgents) {}

  @ConsumesBatch(
    ticketCreated,
    ticketUpdated,
    articleAdded,
    ticketReminderReached,
    ticketEscalated,
    ticketEscalationWarning,
  )
  onTickets(events: Tellable[], tx: EntityManager): Promise<void> {
    return this.tell.run(tx, events);
  }
}
