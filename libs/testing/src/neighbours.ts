import type { Envelope, Message, MessageDefinition } from '@helpmesh/contracts';
import { isoTime, SystemClock, uuidv7 } from '@helpmesh/kernel';
import type { z } from 'zod';
import { waitFor } from './wait-for.ts';

export interface SayOptions {
  /** Default: a new one. Saying the same id twice is a redelivery that the broker does not notice. */
  id?: string;
  aggregateId?: string | number;
  aggregateVersion?: number;
}

/** The other services, as far as the bus shows them: they say what they have to say, and hear everything. */
export interface Neighbours {
  /** Publishes an event or command in the name of its owner. @returns what was published */
  say<D extends MessageDefinition>(definition: D, data: z.input<D['data']>, options?: SayOptions): Promise<Message<D>>;
  /** What was published of this type so far, by anybody, each message once, oldest first. */
  heard<D extends MessageDefinition>(definition: D): Message<D>[];
  /** Waits for a message of this type that fits. */
  hear<D extends MessageDefinition>(definition: D, fits?: (message: Message<D>) => boolean): Promise<Message<D>>;
  /** Waits until every durable of the service has acknowledged all there is for it. */
  settled(service: string): Promise<void>;
  close(): Promise<void>;
}

/** Stands in for the named services on a broker of the test's own: makes their streams, speaks for them. */
export async function neighbours(natsUrl: string, services: readonly string[]): Promise<Neighbours> {
  // Imported here: the bus takes a while to load, and most tests need none.
  const { connectBus } = await import('@helpmesh/messaging');
  const bus = await connectBus({ url: natsUrl, name: 'neighbours' });
  for (const service of services) await bus.declareStreams(service);
  const heardById = new Map<string, Envelope>();
  const everything = bus.nc.subscribe('>', {
    callback: (error, message) => {
      if (error || !/^(cmd\.)?[a-z-]+\.v\d+\./.test(message.subject)) return;
      const envelope = message.json<Envelope>();
      heardById.set(envelope.id, envelope);
    },
  });
  await bus.nc.flush();

  function heard<D extends MessageDefinition>(definition: D): Message<D>[] {
    return [...heardById.values()].filter(({ type }) => type === definition.type) as Message<D>[];
  }

  return {
    heard,
    async say(definition, data, { id = uuidv7(), aggregateId = 1, aggregateVersion = 1 } = {}) {
      const envelope: Envelope = {
        ...{ id, type: definition.type, time: isoTime(new SystemClock().now()), source: 'neighbour' },
        ...{ aggregateId: String(aggregateId), aggregateVersion, correlationId: id, data: definition.data.parse(data) },
      };
      await bus.js.publish(definition.type, JSON.stringify(envelope));
      return envelope as Message<typeof definition>;
    },
    hear(definition, fits = () => true) {
      return waitFor(() => heard(definition).find(fits), { what: `a ${definition.type} on the bus` });
    },
    async settled(service) {
      await waitFor(
        async () => {
          const pending: string[] = [];
          for await (const stream of bus.jsm.streams.list()) {
            for await (const consumer of bus.jsm.consumers.list(stream.config.name)) {
              if (!consumer.name.startsWith(`${service}__`)) continue;
              if (consumer.num_pending + consumer.num_ack_pending > 0) pending.push(consumer.name);
            }
          }
          return pending.length === 0;
        },
        { what: `${service} to have handled everything` },
      );
    },
    async close() {
      everything.unsubscribe();
      await bus.close();
    },
  };
}
