import { durableFor } from '@helpmesh/contracts';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { DataSource } from 'typeorm';
import type { Bus } from '../bus.ts';
import type { DeadLetter, DeadLetters } from '../dead-letters.ts';
import { EVENT_TRANSPORT, type HandlerExtras } from '../handlers.ts';
import { DurableWorker } from './durable-worker.ts';
import type { Route, RouteHandler } from './incoming.ts';

export interface EventStrategyOptions {
  bus: Bus;
  ds: DataSource;
  /** First part of every durable's name. */
  service: string;
  /** Single messages handled at the same time, by durable. Default 8. */
  concurrency?: number;
  /** Most messages of one batch transaction. Default 200. */
  batchSize?: number;
  /** A message of a killed process comes again after this time; a living one sends heartbeats. Default 5 s. */
  ackWaitMs?: number;
  /** Those of this database: they can be done again here. */
  deadLetters?: DeadLetters;
}

const STOP_DEADLINE_MS = 4_000;

/** Nest transport for events and commands: JetStream durables, one for each noun the service hears. */
export class EventStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  override transportId = EVENT_TRANSPORT;
  private readonly options: EventStrategyOptions;
  private readonly routes = new Map<string, Route>();
  private workers: DurableWorker[] = [];

  constructor(options: EventStrategyOptions) {
    super();
    this.options = options;
  }

  /** Nest would run several handlers of one type at the same time; here they follow each other in one transaction. */
  override addHandler(pattern: string, callback: MessageHandler, isEvent = false, extras: object = {}): void {
    const { kind, byType, batch, prepare } = extras as HandlerExtras & { kind: 'messages' };
    const definition = kind === 'messages' ? byType[pattern] : undefined;
    if (!isEvent || !definition) throw new Error(`${pattern} must be declared with @Consumes`);
    const route: Route = this.routes.get(pattern) ?? { definition, batch: true, handlers: [] };
    route.handlers.push({ key: byType, batch, prepare, call: callerOf(callback) });
    route.batch &&= batch;
    this.routes.set(pattern, route);
  }

  listen(ready: () => void): void {
    const { bus, ds, service, concurrency = 8, batchSize = 200, ackWaitMs = 5_000 } = this.options;
    const byDurable = new Map<string, { filter: string; stream: string; routes: Map<string, Route> }>();
    for (const [type, route] of this.routes) {
      const { durable, filter } = durableFor(service, route.definition);
      const entry = byDurable.get(durable) ?? { filter, stream: bus.streams.of(type), routes: new Map() };
      entry.routes.set(type, route);
      byDurable.set(durable, entry);
    }
    this.workers = [...byDurable].map(([durable, { filter, stream, routes }]) => {
      const common = { bus, ds, durable, stream, routes, concurrency, batchSize, ackWaitMs };
      return new DurableWorker({ ...common, filter: narrowest(routes, filter) });
    });
    for (const worker of this.workers) worker.start();
    void this.options.deadLetters?.handledBy((letter) => this.redo(letter));
    ready();
  }

  async close(): Promise<void> {
    await Promise.all([
      this.options.deadLetters?.handledBy(undefined),
      ...this.workers.map((worker) => worker.stop(STOP_DEADLINE_MS)),
    ]);
    this.workers = [];
  }

  private async redo(letter: DeadLetter): Promise<boolean> {
    const worker = this.workers.find(({ durable }) => durable === letter.consumer);
    return (await worker?.redo(letter)) ?? false;
  }

  on(): never {
    throw new Error('the event strategy emits nothing');
  }

  unwrap<T>(): T {
    return this.options.bus.nc as T;
  }
}

/**
 * Who hears one event of a noun is spared the others. The broker of 2.9 takes one filter, so two events are all; and
 * what a work queue holds must reach somebody who takes it away.
 */
function narrowest(routes: ReadonlyMap<string, Route>, filter: string): string {
  const [[type, route] = [filter]] = routes;
  return routes.size === 1 && route?.definition.kind === 'event' ? type : filter;
}

function callerOf(callback: MessageHandler): RouteHandler['call'] {
  return async (messages, tx) => {
    const result = await callback(messages, tx);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  };
}
