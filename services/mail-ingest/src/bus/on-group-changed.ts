import { groupCreated, groupDeleted, groupUpdated, type Message } from '@helpmesh/contracts';
import { Consumes, type Verdict } from '@helpmesh/messaging';
import { afterCommit } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KnownRecipients } from '../application/known-recipients.ts';
import { GroupAddressStore } from '../persistence/group-address.store.ts';

type GroupMessage = Message<typeof groupCreated> | Message<typeof groupUpdated> | Message<typeof groupDeleted>;

/** Keeps the replica of the groups' addresses. */
@Controller()
export class OnGroupChanged {
  private readonly log = logger('on-group-changed');

  constructor(
    private readonly groups: GroupAddressStore,
    private readonly recipients: KnownRecipients,
  ) {}

  @Consumes(groupCreated, groupUpdated, groupDeleted)
  async handle(message: GroupMessage, tx: EntityManager): Promise<Verdict> {
    const { aggregateVersion, data } = message;
    await this.groups.apply(tx, data.id, aggregateVersion, 'name' in data ? data : null);
    afterCommit(tx, () => {
      this.recipients.load().catch((error) => this.log.warn({ err: error }, 'known recipients cannot be read now'));
    });
    return { do: 'ack' };
  }
}
