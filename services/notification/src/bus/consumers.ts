import {
  callWebhook,
  groupCreated,
  groupDeleted,
  groupUpdated,
  type Message,
  sendMail,
  tellOfDisabledWebhook,
  ticketCreated,
} from '@helpmesh/contracts';
import { Consumes, ConsumesBatch, ConsumesPrepared, type Verdict } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AnswerNewTicket } from '../application/answer-new-ticket.ts';
import { KnowGroups } from '../application/know-groups.ts';
import { QueueMail } from '../application/queue-mail.ts';
import { QueueCalls } from '../application/webhook/queue-calls.ts';
import { TellAdmins } from '../application/webhook/tell-admins.ts';

/** Everything this service hears. */
@Controller()
export class NotificationConsumers {
  constructor(
    private readonly queueMail: QueueMail,
    private readonly answerNewTicket: AnswerNewTicket,
    private readonly groups: KnowGroups,
    private readonly queueCalls: QueueCalls,
    private readonly tellAdmins: TellAdmins,
  ) {}

  @ConsumesBatch(sendMail)
  onSendMail(commands: Message<typeof sendMail>[], tx: EntityManager): Promise<Verdict[]> {
    return this.queueMail.run(tx, commands);
  }

  @ConsumesBatch(callWebhook)
  onCallWebhook(commands: Message<typeof callWebhook>[], tx: EntityManager): Promise<Verdict[]> {
    return this.queueCalls.run(tx, commands);
  }

  @ConsumesPrepared(tellOfDisabledWebhook)
  onWebhooksDisabled(commands: Message<typeof tellOfDisabledWebhook>[]) {
    return this.tellAdmins.prepare(commands);
  }

  @ConsumesBatch(ticketCreated)
  onTicketsCreated(events: Message<typeof ticketCreated>[], tx: EntityManager): Promise<Verdict[]> {
    return this.answerNewTicket.run(tx, events);
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
