import 'reflect-metadata';
import type {
  Actor,
  Message,
  MessageDefinition,
  OutputOf,
  ParsedInputOf,
  QuestionDefinition,
} from '@helpmesh/contracts';
import type { AppError } from '@helpmesh/kernel';
import { Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import type { EntityManager } from 'typeorm';
import type { Verdict } from './events/verdict.ts';

/** Nest offers each handler only to the strategy of its transport. */
export const RPC_TRANSPORT = Symbol('helpmesh.rpc');
export const EVENT_TRANSPORT = Symbol('helpmesh.events');

/** What a question's handler knows besides its input. */
export interface RpcContext {
  /** Verified; undefined when the caller did not say for whom it asks. */
  actor?: Actor;
  /** Aborted when the caller has given up. */
  signal: AbortSignal;
  requestId: string;
  /** Network address of the outside request, when there was one. */
  address?: string;
  /** Idempotency key of the caller. Kept by the strategy, but for questions that are answered in batches. */
  key?: string;
  /** Versions, one of which the object must still have; `RequestTerms.stale` otherwise. Kept by the strategy as well. */
  ifMatch?: readonly string[];
}

export interface RpcItem<I> extends RpcContext {
  input: I;
}

/** JSON text that PostgreSQL made; passed on to the caller without being parsed. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Answer<O> = O | RawJson;

/** What the strategies need to know about a handler; travels in Nest's pattern extras. */
export type HandlerExtras =
  | { kind: 'question'; question: QuestionDefinition; batch: boolean }
  | { kind: 'messages'; byType: Record<string, MessageDefinition>; batch: boolean; prepare: boolean };

type Single<Q extends QuestionDefinition> = (
  ctx: RpcContext,
  input: ParsedInputOf<Q>,
) => Promise<Answer<OutputOf<Q>>> | Answer<OutputOf<Q>>;
type Batch<Q extends QuestionDefinition> = (
  items: RpcItem<ParsedInputOf<Q>>[],
) => Promise<(Answer<OutputOf<Q>> | AppError)[]>;
type Method<F> = <M extends F>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void;

/**
 * Answers a question of the contracts: `method(ctx, input)`. The input is validated by the strategy.
 * With `{ batch: true }`: `method(items)`, called once for all items of a tick; it returns one answer or AppError an
 * item, in order. When the batch throws, its items are tried one by one.
 */
export function Answers<Q extends QuestionDefinition>(question: Q, options: { batch: true }): Method<Batch<Q>>;
export function Answers<Q extends QuestionDefinition>(question: Q, options?: { batch?: false }): Method<Single<Q>>;
export function Answers(question: QuestionDefinition, { batch = false }: { batch?: boolean } = {}): Method<never> {
  return (target, key, descriptor) => {
    const extras: HandlerExtras = { kind: 'question', question, batch };
    MessagePattern(question.subject, RPC_TRANSPORT, extras)(target, key, descriptor as never);
    // Nest's payload is the input, its context ours; our methods name the context first.
    if (batch) Payload()(target, key, 0);
    else {
      Ctx()(target, key, 0);
      Payload()(target, key, 1);
    }
    UseFilters(new PassThrough())(target, key, descriptor as never);
  };
}

type Received<D extends readonly MessageDefinition[]> = { [K in keyof D]: Message<D[K]> }[number];
type Handle<D extends readonly MessageDefinition[]> = (
  message: Received<D>,
  tx: EntityManager,
) => Promise<Verdict | undefined> | Promise<void>;
type HandleBatch<D extends readonly MessageDefinition[]> = (
  messages: Received<D>[],
  tx: EntityManager,
) => Promise<Verdict[] | undefined> | Promise<void>;
type Prepare<D extends readonly MessageDefinition[]> = (
  messages: Received<D>[],
) => Promise<(tx: EntityManager, fresh: Received<D>[]) => Promise<Verdict[] | undefined> | Promise<void>>;

/**
 * Handles events or commands one at a time: `handle(message, tx)`. The inbox row and the effect commit together, then
 * the message is acknowledged; nothing returned means `ack`.
 */
export function Consumes<D extends readonly [MessageDefinition, ...MessageDefinition[]]>(
  ...definitions: D
): Method<Handle<D>> {
  return consumer(definitions, { batch: false, prepare: false });
}

/**
 * Handles what was fetched together: `handle(messages, tx)`, one transaction for all (up to 200), oldest first,
 * without those done before. It returns one verdict a message or nothing; a message with the verdict `retry` or
 * `dead` must have had no effect. When it throws, each message gets its own transaction.
 */
export function ConsumesBatch<D extends readonly [MessageDefinition, ...MessageDefinition[]]>(
  ...definitions: D
): Method<HandleBatch<D>> {
  return consumer(definitions, { batch: true, prepare: false });
}

/**
 * For handlers that need the network. `prepare(messages)` gets what was fetched together, runs outside of any
 * transaction and must do no harm when it runs again; it returns `write(tx, messages)`, to which everything that
 * `ConsumesBatch` says applies. Messages that were done before are still prepared, but not written.
 */
export function ConsumesPrepared<D extends readonly [MessageDefinition, ...MessageDefinition[]]>(
  ...definitions: D
): Method<Prepare<D>> {
  return consumer(definitions, { batch: true, prepare: true });
}

function consumer(
  definitions: readonly MessageDefinition[],
  { batch, prepare }: { batch: boolean; prepare: boolean },
): Method<never> {
  const byType = Object.fromEntries(definitions.map((definition) => [definition.type, definition]));
  return (target, key, descriptor) => {
    const extras: HandlerExtras = { kind: 'messages', byType, batch, prepare };
    EventPattern(Object.keys(byType), EVENT_TRANSPORT, extras)(target, key, descriptor as never);
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    UseFilters(new PassThrough())(target, key, descriptor as never);
  };
}

/** Nest would replace what it does not know by "Internal server error"; our strategies want the error itself. */
@Catch()
class PassThrough implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
