import { accessChanged, type Envelope } from '@helpmesh/contracts';
import type { Bus } from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import type { Subscription } from '@nats-io/transport-node';
import type { Authenticator } from '../application/authenticator.ts';
import type { LiveCounts } from '../application/live-counts.ts';
import type { LivePresence } from '../application/live-presence.ts';

/**
 * Ends remembered answers of `authenticate` when rights change. Listens with a plain subscription beside the stream:
 * every gateway must hear every event now, and none has to hear it later, because what it remembers is short-lived.
 */
export class AccessWatch {
  private readonly log = logger('access-watch');
  private subscription: Subscription | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly authenticator: Authenticator,
    private readonly counts: LiveCounts,
    private readonly presence: LivePresence,
  ) {}

  start(): void {
    this.subscription = this.bus.nc.subscribe('access.v1.>', {
      callback: (error, message) => {
        if (error) return this.forget(null);
        this.hear(message.string());
      },
    });
    void this.watchConnection();
  }

  stop(): void {
    this.subscription?.unsubscribe();
  }

  /** What they may see is another matter now, and so are their numbers and whom they see at work. */
  private forget(userIds: readonly number[] | null): void {
    this.authenticator.forget(userIds);
    this.counts.forget(userIds);
    this.presence.forget(userIds);
  }

  private hear(text: string): void {
    try {
      const parsed = accessChanged.data.parse((JSON.parse(text) as Envelope).data) as { userIds: number[] | null };
      this.forget(parsed.userIds);
    } catch (error) {
      // Whatever it wanted to say, forgetting too much is always right.
      this.log.warn({ err: error }, 'an access event cannot be read');
      this.forget(null);
    }
  }

  /** Events of the time without a connection were missed. */
  private async watchConnection(): Promise<void> {
    for await (const status of this.bus.nc.status()) {
      if (status.type === 'reconnect' || status.type === 'disconnect') this.forget(null);
    }
  }
}
