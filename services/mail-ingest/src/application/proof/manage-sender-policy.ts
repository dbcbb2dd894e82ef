import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type ParsedInputOf,
  recordAudit,
  type senderProof,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { SenderPolicy } from '../../domain/proof/sender-policy.ts';
import type { SenderPolicyStore } from '../../persistence/sender-policy.store.ts';
import { requireMailAdmin } from '../quarantine.ts';
import type { SenderPolicyBook } from './sender-policy-book.ts';

const audited = ['policy', 'trusted_servers', 'sender_based_on_reply_to'] as const;

/** What is done about mails whose senders are not proven, for those who look after mail channels. */
export class ManageSenderPolicy {
  constructor(
    private readonly db: DataSource,
    private readonly store: SenderPolicyStore,
    private readonly book: SenderPolicyBook,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  read(actor: Actor | undefined): Promise<SenderPolicy> {
    requireMailAdmin(actor);
    return this.store.read(this.db);
  }

  /** Mails that come in after the answer meet what it says. @throws AppError forbidden; invalid `proof.server-name` */
  async update(
    caller: Caller | undefined,
    input: ParsedInputOf<typeof senderProof.update>['body'],
  ): Promise<SenderPolicy> {
    const actor = requireMailAdmin(caller);
    const servers = input.trusted_servers && [...new Set(input.trusted_servers.map(serverName))];
    const after = await transaction(this.db, async (tx) => {
      const before = await this.store.read(tx, { hold: true });
      const { policy = before.policy, sender_based_on_reply_to = before.sender_based_on_reply_to } = input;
      const next = { policy, sender_based_on_reply_to, trusted_servers: servers ?? before.trusted_servers };
      const changes = changesBetween(before, next, audited);
      if (Object.keys(changes).length === 0) return before;
      await this.store.write(tx, next, new Date(this.clock.now()));
      const told = {
        action: 'sender-policy.changed',
        object: { type: 'Setting', id: 0, label: 'sender_proof' },
        changes,
      };
      await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
      return this.store.read(tx);
    });
    this.outbox.ring();
    await this.book.refresh();
    return after;
  }
}

function serverName(given: string): string {
  const name = given.trim().toLowerCase().replace(/\.$/, '');
  if (/^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/.test(name)) return name;
  throw new AppError('invalid', 'proof.server-name', 'A trusted server is named as it names itself: mx.example.org');
}
