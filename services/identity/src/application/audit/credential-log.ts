import { type AccountChange, type Author, credentialChanged, type Message } from '@helpmesh/contracts';
import { Outbox } from '@helpmesh/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { record } from '../../events.ts';
import { TellOwner } from '../sign-in/tell-owner.ts';
import { Audit } from './audit.ts';

type Told = Message<typeof credentialChanged>['data'];

/** Somebody's means to sign in changed, by their own hand or by an administrator's: told to all and to the owner, kept in the audit log. */
@Injectable()
export class CredentialLog {
  constructor(
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly owner: TellOwner,
  ) {}

  /** The event has no versions, every one counts. */
  async changed(
    tx: EntityManager,
    by: Author,
    userId: number,
    what: Told['what'],
    credential: Told['credential'],
  ): Promise<void> {
    const byUserId = by.actingUserId ?? by.userId;
    await this.outbox.add(tx, credentialChanged, {
      aggregateId: `credentials-${userId}`,
      data: { userId, byUserId, what, credential },
    });
    record.credentialChanged(userId, byUserId, what, credential);
    await this.audit.record(tx, by, { action: `${credential}.${what}`, object: { type: 'User', id: userId } });
    await this.owner.changed(tx, by, userId, `${credential}-${what}` as AccountChange);
  }
}
