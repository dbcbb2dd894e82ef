import { AppError } from '@helpmesh/kernel';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { errors } from '@nats-io/nats-core';
import { connect, createInbox, type Msg, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { type Bus, connectionOptions, inboxPrefixOf, withDeadline } from '../bus.ts';
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
  private readonly inbox: string;
  private readonly pending = new Map<string, { subject: string; settle: (result: Ack | Error) => void }>();
  private serial = 0;

  private constructor(nc: NatsConnection, jsm: JetStreamManager, bus: Bus) {
    this.nc = nc;
    this.jsm = jsm;
    this.inbox = createInbox(inboxPrefixOf(bus.options.url).inboxPrefix);
    nc.subscribe(`${this.inbox}.*`, {
      callback: (error, msg) => {
        if (!error) this.pending.get(msg.subject.slice(this.inbox.length + 1))?.settle(readAck(msg));
      },
    });
    void this.watch(bus);
    void nc.closed().then(() => this.fail(new Error('the broker connection is gone')));
  }

  /** A connection beside that of the bus, to the same broker as the same user. */
  static async open(bus: Bus, name: string): Promise<Publisher> {
    const nc = await connect({ ...connectionOptions(bus.options.url), name, reconnect: false });
    return new Publisher(nc, await jetstreamManager(nc, { checkAPI: false }), bus);
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
      this.pending.set(token, { subject: message.subject, settle });
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
    for (const { settle } of this.pending.values()) settle(error);
  }

  /** The broker tells a refusal by subject only, and no acknowledgement follows it. */
  private async watch(bus: Bus): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type !== 'error' || !(status.error instanceof errors.PermissionViolationError)) continue;
      const { error } = status;
      bus.noteRefusal(error);
      for (const { subject, settle } of this.pending.values()) if (subject === error.subject) settle(error);
    }
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
