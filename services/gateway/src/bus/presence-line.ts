import type { Bus } from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import type { Subscription } from '@nats-io/transport-node';
import { z } from 'zod';
import type { LivePresence } from '../application/live-presence.ts';
import { doings, type Presence } from '../domain/presence.ts';

const SUBJECT = 'presence.v1.said';
const id = z.number().int().positive();
const schema = z.object({
  userId: id,
  page: z.string().max(64),
  ticket: z.object({ id, groupId: id, customerId: id, organizationId: id.nullable() }).nullable(),
  doing: z.enum(doings).nullable(),
}) satisfies z.ZodType<Presence>;

const log = logger('presence-line');

/** Tells all gateways. No stream keeps it: what is lost is said again within seconds. */
export function sayPresence(bus: Bus): (presence: Presence) => void {
  return (presence) => {
    try {
      bus.nc.publish(SUBJECT, JSON.stringify(presence));
    } catch (error) {
      log.debug({ err: error }, 'the other gateways were not told who is on a ticket');
    }
  };
}

/** Hears what pages said to any of the gateways, this one included. */
export class PresenceLine {
  private subscription: Subscription | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly presence: LivePresence,
  ) {}

  start(): void {
    this.subscription = this.bus.nc.subscribe(SUBJECT, {
      callback: (error, message) => {
        if (!error) this.hear(message.string());
      },
    });
  }

  stop(): void {
    this.subscription?.unsubscribe();
  }

  private hear(text: string): void {
    try {
      this.presence.hear(schema.parse(JSON.parse(text)));
    } catch (error) {
      log.warn({ err: error }, 'a gateway said something of presence that cannot be read');
    }
  }
}
