import { type Durable, streams as declaredStreams, inboxOf, serviceNames } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { counter, logger } from '@helpmesh/telemetry';
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { AuthorizationError, PermissionViolationError } from '@nats-io/nats-core';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { type StreamDeclaration, StreamSet } from './streams.ts';

export interface BusOptions {
  /** `nats://user:password@host:port`, several separated by commas. */
  url: string;
  /** Shown in the broker's connection list. */
  name: string;
  /** Default: the streams of the contracts. */
  streams?: readonly StreamDeclaration[];
  /** Copies of each stream in a cluster, default 1. */
  replicas?: number;
  /** How long event streams and the event log keep, default 14 days. */
  retentionDays?: number;
}

/** `nc.drain()` never ends when the broker is gone. */
const DRAIN_DEADLINE_MS = 4_000;

/** One connection to the broker, shared by all of a process but its relay. */
export class Bus {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly streams: StreamSet;
  readonly options: Readonly<Required<Omit<BusOptions, 'streams'>>>;
  private refusal: string | undefined;

  constructor(nc: NatsConnection, jsm: JetStreamManager, options: BusOptions) {
    this.nc = nc;
    this.jsm = jsm;
    this.js = jetstream(nc);
    this.options = { replicas: 1, retentionDays: 14, ...options };
    // Where each service has a user of its own, only the owner may make a stream; the others wait for it.
    const maker = serviceNames.find((service) => service === userOf(options.url));
    this.streams = new StreamSet(options.streams ?? declaredStreams, { ...this.options, maker });
  }

  /** False while the broker cannot be reached; for readiness. */
  get connected(): boolean {
    return !this.nc.isClosed() && reachable.has(this.nc);
  }

  /** What the broker would not let us do, in its words, since the connection was made; for readiness. */
  get refused(): string | undefined {
    return this.refusal;
  }

  /**
   * Keeps and logs a refusal: the user we connect as lacks a permission that our code needs. Nothing but a change of
   * the broker's settings helps, and it ends the connection.
   */
  noteRefusal({ message, operation }: PermissionViolationError): void {
    this.refusal = message;
    refusals.inc({ operation });
    log.error({ connection: this.options.name, operation }, `the broker refuses: ${message}`);
  }

  /**
   * Sends a message of the outbox ahead of the relay, to whoever listens at this moment, in one order with the answers
   * that go out on this connection. Promises nothing: the relay publishes it all the same, and the stream keeps one of
   * the two, because they have the same message id.
   */
  sayAhead({ id, subject, payload }: { id: string; subject: string; payload: string }): void {
    const headers = natsHeaders();
    headers.set('Nats-Msg-Id', id);
    try {
      this.nc.publish(subject, payload, { headers });
    } catch (error) {
      log.debug({ err: error, subject }, 'a message is told by the relay alone');
    }
  }

  /** Follows the connection: what is lost, what comes back, what is refused. */
  async watch(): Promise<void> {
    const { name } = this.options;
    for await (const status of this.nc.status()) {
      if (status.type === 'disconnect') {
        reachable.delete(this.nc);
        log.warn({ connection: name }, 'broker connection lost');
      } else if (status.type === 'reconnect') {
        reachable.add(this.nc);
        this.refusal = undefined;
        log.info({ connection: name }, 'broker connection is back');
      } else if (status.type === 'error' && status.error instanceof PermissionViolationError) {
        this.noteRefusal(status.error);
      }
    }
  }

  /** Creates or widens the streams this service owns, and the dead letter stream. Idempotent. */
  async declareStreams(service: string): Promise<void> {
    for (const name of this.streams.ownedBy(service)) await this.streams.ensure(this.jsm, name);
  }

  /** Lets a durable go, if it is there: its service reads the stream from the beginning again. */
  async forget({ stream, name }: Pick<Durable, 'stream' | 'name'>): Promise<void> {
    try {
      await this.jsm.consumers.delete(stream, name);
    } catch (error) {
      const missing: number[] = [JetStreamApiCodes.ConsumerNotFound, JetStreamApiCodes.StreamNotFound];
      if (!(error instanceof JetStreamApiError) || !missing.includes(error.code)) throw error;
    }
  }

  /** Sends what is queued, then closes; gives up after 4 s. */
  async close(): Promise<void> {
    if (this.nc.isClosed()) return;
    await withDeadline(this.nc.drain(), DRAIN_DEADLINE_MS);
    if (!this.nc.isClosed()) await withDeadline(this.nc.close(), 1_000);
  }
}

const reachable = new WeakSet<NatsConnection>();
const log = logger('bus');
const refusals = counter({
  name: 'helpmesh_bus_refused_total',
  help: 'What the broker did not let this service do, by operation (publish, subscription).',
  labels: ['operation'],
});

/**
 * Connects and stays connected: waits for the first connection and reconnects for ever.
 * @throws AppError unavailable `bus.not-let-in` when the broker refuses the user
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const nc = await connect({
    ...connectionOptions(options.url),
    name: options.name,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // Else every request captures a stack, for an error it will hardly ever have.
    noAsyncTraces: true,
  }).catch(notLetIn);
  reachable.add(nc);
  const bus = new Bus(nc, await jetstreamManager(nc, { checkAPI: false }), options);
  void bus.watch();
  return bus;
}

function notLetIn(error: unknown): never {
  if (!(error instanceof AuthorizationError)) throw error;
  const detail = 'The broker does not know the user that NATS_URL names, or its password.';
  throw new AppError('unavailable', 'bus.not-let-in', detail, undefined, { cause: error });
}

/** What every connection of ours has in common. */
export function connectionOptions(url: string) {
  const servers = url.split(',').map((one) => one.trim());
  const first = new URL(servers[0] ?? 'nats://127.0.0.1:4222');
  return {
    servers: servers.map((one) => new URL(one).host),
    ...(first.username && first.password
      ? { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }
      : {}),
    ...(first.username && !first.password ? { token: decodeURIComponent(first.username) } : {}),
    ...(first.protocol === 'tls:' ? { tls: {} } : {}),
    ...inboxPrefixOf(url),
    noAsyncTraces: true,
    pingInterval: 10_000,
    maxPingOut: 2,
    timeout: 5_000,
  };
}

/** The user that the URL names; undefined without one, or with a token in its place. */
function userOf(url: string): string | undefined {
  const { username, password } = new URL(url.split(',')[0]?.trim() ?? '');
  return username && password ? decodeURIComponent(username) : undefined;
}

/** A user of its own has an inbox of its own: the answers of one service are not for another to read. */
export function inboxPrefixOf(url: string): { inboxPrefix?: string } {
  const user = userOf(url);
  return user && /^[\w-]+$/.test(user) ? { inboxPrefix: inboxOf(user) } : {};
}

/** The broker does not let our user do that; requests carry it as such or as their cause. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PermissionViolationError || (error as Error).cause instanceof PermissionViolationError;
}

/** Resolves when `work` settles or the time is over, whichever is first; never rejects. */
export async function withDeadline(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  clearTimeout(timer);
  return inTime;
}
