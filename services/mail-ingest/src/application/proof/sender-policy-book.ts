import { logger } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import type { SenderPolicy } from '../../domain/proof/sender-policy.ts';
import type { SenderPolicyStore } from '../../persistence/sender-policy.store.ts';

/** How soon a change made by another process counts here, ms. */
const LOOK_EVERY_MS = 2_000;

/** What is done about mails whose senders are not proven, held ready: no mail asks the database for it. */
export class SenderPolicyBook {
  private readonly log = logger('proof');
  private held: SenderPolicy = {
    ...{ policy: 'mark', trusted_servers: [], sender_based_on_reply_to: 'off', updated_at: new Date(0) },
  };
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly store: Pick<SenderPolicyStore, 'read'>,
  ) {}

  async start(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => {
      this.refresh().catch((error) => this.log.warn({ err: error }, 'the policy of senders cannot be read now'));
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.reading.catch(() => undefined);
  }

  refresh(): Promise<void> {
    this.reading = this.reading
      .catch(() => undefined)
      .then(async () => {
        this.held = await this.store.read(this.db);
      });
    return this.reading;
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
}
