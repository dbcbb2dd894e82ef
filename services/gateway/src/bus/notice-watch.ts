import { callChanged, type Envelope, noticesChanged, settingChanged } from '@helpmesh/contracts';
import type { Bus } from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import type { Subscription } from '@nats-io/transport-node';
import type { LiveHub } from '../application/live-hub.ts';

/**
 * Tells open pages that their person's notifications, or the telephone calls, are others now, and that an administrator
 * wants them loaded anew. Listens with a plain subscription beside the
 * stream: every gateway must hear it now, and none later, because a page that comes back asks by itself.
 */
export class NoticeWatch {
  private readonly log = logger('notice-watch');
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly hub: LiveHub,
  ) {}

  start(): void {
    this.subscriptions.push(
      this.bus.nc.subscribe('notice.v1.>', {
        callback: (error, message) => this.hear(error ? null : message.string()),
      }),
      // Says nothing but that there is something new: the log is for few, and they ask for it.
      this.bus.nc.subscribe(callChanged.type, { callback: () => this.hub.whisper(null, CALLS) }),
      this.bus.nc.subscribe(settingChanged.type, {
        callback: (error, message) => {
          if (!error) this.hearSetting(message.string());
        },
      }),
    );
    void this.watchConnection();
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private hear(text: string | null): void {
    try {
      const said = text === null ? null : noticesChanged.data.parse((JSON.parse(text) as Envelope).data);
      this.hub.whisper(said?.userIds ?? null, CHANGED);
    } catch (error) {
      this.log.warn({ err: error }, 'an event about notifications cannot be read');
      this.hub.whisper(null, CHANGED);
    }
  }

  private hearSetting(text: string): void {
    try {
      const { name } = settingChanged.data.parse((JSON.parse(text) as Envelope).data);
      if (name === 'maintenance_reload_at') this.hub.whisper(null, RELOAD);
    } catch (error) {
      this.log.warn({ err: error }, 'an event about a setting cannot be read');
    }
  }

  /** Events of the time without a connection were missed. */
  private async watchConnection(): Promise<void> {
    for await (const { type } of this.bus.nc.status())
      if (type === 'reconnect') this.hub.whisper(null, CHANGED + CALLS);
  }
}

/** Without an id: the place in the stream of tickets stays. Whose page it is asks for the list itself. */
const CHANGED = 'event: notifications\ndata: {}\n\n';
const RELOAD = 'event: reload\ndata: {}\n\n';
const CALLS = 'event: calls\ndata: {}\n\n';
