import { AppError } from '@helpmesh/kernel';
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type PubAck,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { type BusOptions, connectionOptions, withDeadline } from '../bus.ts';
import { continueTrace, headersOf } from '../trace-context.ts';
import type { LoggedMessage } from './event-log.ts';

const ACK_TIMEOUT_MS = 5_000;

/**
 * The relay's own connection. It does not reconnect: a client that does keeps what it could not send and sends it
 * later, out of order. Losing the connection fails everything in flight, and the relay starts over from the outbox.
 */
export class Publisher {
  readonly jsm: JetStreamManager;
  private readonly nc: NatsConnection;
  private readonly js: JetStreamClient;

  private constructor(nc: NatsConnection, jsm: JetStreamManager) {
    this.nc = nc;
    this.jsm = jsm;
    this.js = jetstream(nc);
  }

  static async open(options: Pick<BusOptions, 'url' | 'name'>): Promise<Publisher> {
    const nc = await connect({ ...connectionOptions(options.url), name: options.name, reconnect: false });
    return new Publisher(nc, await jetstreamManager(nc, { checkAPI: false }));
  }

  get alive(): boolean {
    return !this.nc.isClosed();
  }

  /**
   * Publishes all, in order, without waiting in between.
   * @returns for each message its acknowledgement or the error
   */
  publish(messages: LoggedMessage[]): Promise<(PubAck | Error)[]> {
    return Promise.all(messages.map((message) => this.publishOne(message)));
  }

  async close(): Promise<void> {
    await withDeadline(this.nc.close(), 1_000);
  }

  private async publishOne(message: LoggedMessage): Promise<PubAck | Error> {
    const span = continueTrace(message.headers, `publish ${message.subject}`, SpanKind.PRODUCER, {
      'messaging.system': 'nats',
      'messaging.message.id': message.id,
    });
    const carried = span ? headersOf(span) : message.headers;
    const headers = natsHeaders();
    for (const [key, value] of Object.entries(carried ?? {})) headers.set(key, value);
    try {
      const ack = await this.js.publish(message.subject, message.payload, {
        msgID: message.id,
        timeout: ACK_TIMEOUT_MS,
        headers,
      });
      span?.end();
      return ack;
    } catch (error) {
      span?.end(new AppError('unavailable', 'bus.unavailable', 'The broker did not take the message.'));
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
