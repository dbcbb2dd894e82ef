import { AppError } from '@helpmesh/kernel';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, createInbox, type Msg, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { type BusOptions, connectionOptions, withDeadline } from '../bus.ts';
import { continueTrace, headersOf, type MessageSpan } from '../trace-context.ts';
import type { LoggedMessage } from './event-log.ts';

/** Where the broker keeps a message. `seq` counts the messages of the stream. */
export interface Ack {
  stream: string;
  seq: number;
}

/** A broker that syncs every write to disk takes about a third of a second for a full batch. */
const ACK_TIMEOUT_MS = 10_000;

/**
 * The relay's own connection. It does not reconnect: a client that does keeps what it could not send and sends it
 * later, out of order. Losing the connection fails everything in flight, and the relay starts over from the outbox.
 *
 * Acknowledgements come to one inbox and are matched here; the client's own `publish` makes two timers and an error
 * with a stack for each message, which was half of the relay's CPU.
 */
export class Publisher {
  readonly jsm: JetStreamManager;
  private readonly nc: NatsConnection;
  private readonly inbox = createInbox();
  private readonly pending = new Map<string, (result: Ack | Error) => void>();
  private serial = 0;

  private constructor(nc: NatsConnection, jsm: JetStreamManager) {
    this.nc = nc;
    this.jsm = jsm;
    nc.subscribe(`${this.inbox}.*`, {
      callback: (error, msg) => {
        if (!error) this.pending.get(msg.subject.slice(this.inbox.length + 1))?.(readAck(msg));
      },
    });
    void nc.closed().then(() => this.fail(new Error('the broker connection is gone')));
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
  async publish(messages: LoggedMessage[]): Promise<(Ack | Error)[]> {
    const late = setTimeout(() => this.fail(new Error('the broker did not acknowledge in time')), ACK_TIMEOUT_MS);
    const results = await Promise.all(messages.map((message) => this.publishOne(message)));
    clearTimeout(late);
    return results;
  }

  async close(): Promise<void> {
    await withDeadline(this.nc.close(), 1_000);
  }

  private publishOne(message: LoggedMessage): Promise<Ack | Error> {
    const span = continueTrace(message.headers, `publish ${message.subject}`, SpanKind.PRODUCER, {
      'messaging.system': 'nats',
      'messaging.message.id': message.id,
    });
    return new Promise((resolve) => {
      const token = String(++this.serial);
      const settle = (result: Ack | Error) => {
        this.pending.delete(token);
        if (span) endSpan(span, result);
        resolve(result);
      };
      this.pending.set(token, settle);
      try {
        const headers = natsHeaders();
        headers.set('Nats-Msg-Id', message.id);
        for (const [key, value] of Object.entries(span ? headersOf(span) : {})) headers.set(key, value);
        this.nc.publish(message.subject, message.payload, { reply: `${this.inbox}.${token}`, headers });
      } catch (error) {
        settle(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  private fail(error: Error): void {
    for (const settle of this.pending.values()) settle(error);
  }
}

function readAck(msg: Msg): Ack | Error {
  if (msg.data.length === 0) return new Error('no stream keeps this subject');
  const answer = msg.json<Ack & { error?: { description: string } }>();
  return answer.error ? new Error(answer.error.description) : answer;
}

function endSpan(span: MessageSpan, result: Ack | Error): void {
  const failed = result instanceof Error;
  span.end(failed ? new AppError('unavailable', 'bus.unavailable', 'The broker did not take the message.') : undefined);
}
