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
import { AskRatings } from '../application/ratings/ask-ratings.ts';
import type { Tellable } from '../domain/notice/occasion.ts';

/** Hears our own events: who is told of them, and asked how it went, is found out here and never within a request. */
@Controller()
export class NoticeConsumer {
  constructor(
    private readonly tell: TellAgents,
    private readonly ratings: AskRatings,
  ) {}

  @ConsumesBatch(
    ticketCreated,
    ticketUpdated,
    articleAdded,
    ticketReminderReached,
    ticketEscalated,
    ticketEscalationWarning,
  )
  async onTickets(events: Tellable[], tx: EntityManager): Promise<void> {
    await this.tell.run(tx, events);
    await this.ratings.run(tx, events);
  }
}
