import { groupCreated, groupDeleted, groupUpdated, type Message } from '@helpmesh/contracts';
import { Consumes, type Verdict } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KnownRecipients } from '../application/known-recipients.ts';

type GroupMessage = Message<typeof groupCreated> | Message<typeof groupUpdated> | Message<typeof groupDeleted>;

/** Keeps the replica of the groups' addresses. */
@Controller()
export class OnGroupChanged {
  constructor(private readonly recipients: KnownRecipients) {}

  @Consumes(groupCreated, groupUpdated, groupDeleted)
  async handle({ aggregateVersion, data }: GroupMessage, tx: EntityManager): Promise<Verdict> {
    await this.recipients.groupChanged(tx, data.id, aggregateVersion, 'name' in data ? data : null);
    return { do: 'ack' };
  }
}
