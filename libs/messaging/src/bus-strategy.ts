import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { DataSource } from 'typeorm';
import type { Bus } from './bus.ts';
import { EventStrategy, type EventStrategyOptions } from './events/event-strategy.ts';
import type { HandlerExtras } from './handlers.ts';
import { RpcStrategy, type RpcStrategyOptions } from './rpc/rpc-strategy.ts';

export type BusStrategyOptions = RpcStrategyOptions &
  Omit<EventStrategyOptions, 'ds'> & {
    bus: Bus;
    /** Left out by a service without a database, which then hears no events. */
    ds?: DataSource;
  };

/**
 * Both transports as one, for `NestFactory.createMicroservice(Module, { strategy: new BusStrategy(...) })`: a service
 * needs no HTTP adapter only because Nest attaches several strategies to web applications alone.
 */
export class BusStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly rpc: RpcStrategy;
  private readonly events: EventStrategy | undefined;
  private readonly bus: Bus;

  constructor(options: BusStrategyOptions) {
    super();
    const { ds } = options;
    this.bus = options.bus;
    this.rpc = new RpcStrategy(options);
    this.events = ds && new EventStrategy({ ...options, ds });
  }

  override addHandler(pattern: string, callback: MessageHandler, isEvent = false, extras: object = {}): void {
    const { kind } = extras as HandlerExtras;
    if (kind === 'question') this.rpc.addHandler(pattern, callback, isEvent, extras);
    else if (this.events) this.events.addHandler(pattern, callback, isEvent, extras);
    else throw new Error(`${pattern} needs a data source: its inbox lives in the service's database`);
  }

  listen(ready: () => void): void {
    this.rpc.listen(() => undefined);
    this.events?.listen(() => undefined);
    ready();
  }

  async close(): Promise<void> {
    await Promise.all([this.rpc.close(), this.events?.close()]);
  }

  on(): never {
    throw new Error('the bus strategy emits nothing');
  }

  unwrap<T>(): T {
    return this.bus.nc as T;
  }
}
