import {
  type Bus,
  type DeadLetters,
  EventStrategy,
  type RequestTerms,
  RpcStrategy,
  type RpcStrategyOptions,
} from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import { type LoggerService, Module } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { DataSource } from 'typeorm';
import type { ActorVerifier } from '../access/actor-token.ts';

/** Tokens of what has no class of its own to inject: `@Inject(CLOCK) clock: Clock`. */
export const CONFIG = Symbol('helpmesh.config');
export const CLOCK = Symbol('helpmesh.clock');
export const CACHE = Symbol('helpmesh.cache');

/** Holds what `runService` made, for every module of the service to inject. */
@Module({})
export class PlatformModule {}

/** The module above all others. */
@Module({})
export class RootModule {}

/**
 * One Nest transport over both strategies of the bus. Without a transport id of its own Nest offers it every handler,
 * and the kind of the handler says whose it is.
 */
export class BusTransport extends Server implements CustomTransportStrategy {
  private readonly questions: RpcStrategy;
  private readonly events: EventStrategy;

  constructor(options: {
    bus: Bus;
    ds: DataSource;
    service: string;
    verifier: ActorVerifier;
    checkAnswers: boolean;
    terms: RequestTerms;
    deadLetters: DeadLetters;
  }) {
    super();
    const { bus, ds, service, verifier, checkAnswers, terms, deadLetters } = options;
    const admit: RpcStrategyOptions['admit'] = (token, question) => verifier.admit(token, question);
    this.questions = new RpcStrategy({ bus, service, admit, checkAnswers, terms });
    this.events = new EventStrategy({ bus, ds, service, deadLetters });
  }

  override addHandler(pattern: string, callback: MessageHandler, isEvent = false, extras: object = {}): void {
    const owner = isEvent ? this.events : this.questions;
    owner.addHandler(pattern, callback, isEvent, extras as Record<string, unknown>);
  }

  listen(ready: () => void): void {
    this.questions.listen(() => this.events.listen(ready));
  }

  /** Questions first: what they cause still finds its consumers' process alive. */
  async close(): Promise<void> {
    await this.questions.close();
    await this.events.close();
  }

  on(): never {
    throw new Error('the bus transport emits nothing');
  }

  unwrap<T>(): T {
    return this.questions.unwrap<T>();
  }
}

/** Nest's own words go to our log; its chatter about modules and routes does not. */
export function nestLog(): LoggerService {
  const log = logger('nest');
  return {
    log: (message) => log.debug(String(message)),
    debug: () => undefined,
    verbose: () => undefined,
    warn: (message) => log.warn(String(message)),
    error: (message) => log.error(message instanceof Error ? { err: message } : {}, String(message)),
    fatal: (message) => log.fatal(String(message)),
  };
}
