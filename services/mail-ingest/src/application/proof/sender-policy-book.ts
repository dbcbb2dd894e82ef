import { KeptReady } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { SenderPolicy } from '../../domain/proof/sender-policy.ts';
import type { SenderPolicyStore } from '../../persistence/sender-policy.store.ts';

/** What is done about mails whose senders are not proven, held ready: no mail asks the database for it. */
export class SenderPolicyBook extends KeptReady {
  private held: SenderPolicy = {
    ...{ policy: 'mark', trusted_servers: [], sender_based_on_reply_to: 'off', updated_at: new Date(0) },
  };

  constructor(
    private readonly db: DataSource,
    private readonly store: Pick<SenderPolicyStore, 'read'>,
  ) {
    super('proof', 'the policy of senders cannot be read now');
  }

  get policy(): SenderPolicy['policy'] {
    return this.held.policy;
  }

  get trusted(): readonly string[] {
    return this.held.trusted_servers;
  }

  get byReplyTo(): SenderPolicy['sender_based_on_reply_to'] {
    return this.held.sender_based_on_reply_to;
  }

  protected async read(): Promise<void> {
    this.held = await this.store.read(this.db);
  }
}
