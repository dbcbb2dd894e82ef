import type { Envelope } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { counter, histogram, logger } from '@helpmesh/telemetry';
import { headers as natsHeaders } from '@nats-io/nats-core';
import { context, SpanKind } from '@opentelemetry/api';
import type { DataSource, EntityManager } from 'typeorm';
import type { Bus } from '../bus.ts';
import { bindMessage, continueTrace } from '../trace-context.ts';
import { Inbox } from './inbox.ts';
import type { Incoming, Route } from './incoming.ts';
import { MAX_TRIES, type Outcome, outcomeOfError, outcomeOfVerdict, RolledBack, type Verdict } from './verdict.ts';

const handled = counter({
  name: 'helpmesh_bus_messages_total',
  help: 'Messages by durable and how they ended: done, retry or dead.',
  labels: ['durable', 'outcome'],
});
const duration = histogram({
  name: 'helpmesh_bus_handling_seconds',
  help: 'Time of one handler transaction, of a single message or a batch.',
  labels: ['durable'],
});

/** Runs handlers: inbox row and effect in one transaction, acknowledgement after the commit. */
export class Processor {
  private readonly ds: DataSource;
  private readonly bus: Bus;
  private readonly durable: string;
  private readonly inbox: Inbox;
  private readonly log = logger('events');

  constructor(ds: DataSource, bus: Bus, durable: string) {
    this.ds = ds;
    this.bus = bus;
    this.durable = durable;
    this.inbox = new Inbox(ds, durable);
  }

  /** One message in a transaction of its own. @returns what became of it, already told to the broker */
  async single(item: Incoming): Promise<Outcome> {
    if (item.malformed !== undefined) return this.settle(item, { do: 'dead', why: item.malformed }, 1);
    let tries = 1;
    let outcome: Outcome;
    try {
      if (item.redelivered) {
        const start = await this.inbox.countStart(item.id);
        tries = start.tries;
        if (tries > MAX_TRIES) {
          const last = start.lastError ? `; the last error was ${start.lastError}` : '';
          const why = `started ${MAX_TRIES} times and never came to an end${last}`;
          return await this.settle(item, { do: 'dead', why }, MAX_TRIES);
        }
      }
      await this.traced([item], () => this.handle(item, tries));
      outcome = { do: 'done' };
    } catch (error) {
      outcome = error instanceof RolledBack ? error.outcome : outcomeOfError(this.note(item, error), tries);
    }
    return this.settle(item, outcome, tries);
  }

  /**
   * Messages of one batch route in one transaction, never delivered before. When it fails, halves are tried, so that
   * one bad message among two hundred costs some sixteen transactions and not two hundred.
   */
  async batch(items: Incoming[], route: Route): Promise<Map<Incoming, Outcome>> {
    const readable = items.filter((item) => item.malformed === undefined);
    const results = new Map<Incoming, Outcome>();
    for (const item of items) if (item.malformed !== undefined) results.set(item, await this.single(item));
    const [only] = readable;
    if (!only) return results;
    if (readable.length === 1) return results.set(only, await this.single(only));
    try {
      const outcomes = await this.traced(readable, () => this.handleBatch(readable, route));
      for (const [item, outcome] of outcomes) results.set(item, await this.settle(item, outcome, 1));
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.kind === 'unavailable' || error.kind === 'limited') {
        for (const item of readable) results.set(item, await this.settle(item, outcomeOfError(error, 1), 1));
        return results;
      }
      const middle = Math.ceil(readable.length / 2);
      const blocked = new Set<string>();
      for (const half of [readable.slice(0, middle), readable.slice(middle)]) {
        const free = half.filter((item) => !blocked.has(item.aggregate));
        for (const [item, outcome] of await this.batch(free, route)) {
          results.set(item, outcome);
          if (outcome.do === 'retry') blocked.add(item.aggregate);
        }
        for (const item of half) if (!results.has(item)) results.set(item, await this.stepBack(item));
      }
    }
    return results;
  }

  /** Sends a message back unhandled: an older one of its aggregate has to be tried again first. */
  private stepBack(item: Incoming): Promise<Outcome> {
    const why = 'an older message of the same aggregate comes first';
    return this.settle(item, { do: 'retry', afterMs: 1_000, why, uncounted: true }, 1);
  }

  private async handle(item: Incoming, tries: number): Promise<void> {
    const end = duration.startTimer({ durable: this.durable });
    const writes = await this.prepare(item, tries);
    if (writes === 'duplicate') return;
    await transaction(this.ds, async (tx) => {
      const fresh = await this.inbox.claim(tx, [item.id]);
      if (fresh.has(item.id)) {
        for (const write of writes) {
          const outcome = outcomeOfVerdict((await write(tx)) as Verdict | undefined, tries);
          if (outcome.do !== 'done') throw new RolledBack(outcome);
        }
      }
      if (item.redelivered) await this.inbox.forgetDelivery(tx, [item.id]);
    });
    end();
  }

  /** One function a handler, to be run in the transaction; preparing handlers do their outside work here. */
  private async prepare(
    item: Incoming,
    tries: number,
  ): Promise<((tx: EntityManager) => Promise<unknown>)[] | 'duplicate'> {
    const { handlers } = item.route;
    if (handlers.some((handler) => handler.prepare) && (await this.inbox.has(item.id))) return 'duplicate';
    const writes: ((tx: EntityManager) => Promise<unknown>)[] = [];
    for (const handler of handlers) {
      if (handler.prepare) {
        const prepared = await handler.call(item.message, undefined);
        if (typeof prepared === 'function') writes.push(prepared as (tx: EntityManager) => Promise<unknown>);
        else {
          const outcome = outcomeOfVerdict(prepared as Verdict | undefined, tries);
          if (outcome.do !== 'done') throw new RolledBack(outcome);
        }
      } else if (handler.batch) {
        writes.push(async (tx) => ((await handler.call([item.message], tx)) as Verdict[] | undefined)?.[0]);
      } else writes.push((tx) => handler.call(item.message, tx));
    }
    return writes;
  }

  private async handleBatch(items: Incoming[], route: Route): Promise<Map<Incoming, Outcome>> {
    const end = duration.startTimer({ durable: this.durable });
    const outcomes = await transaction(this.ds, async (tx) => {
      const result = new Map<Incoming, Outcome>(items.map((item) => [item, { do: 'done' }]));
      const fresh = await this.inbox.claim(
        tx,
        items.map((item) => item.id),
      );
      const todo = items.filter((item) => fresh.delete(item.id)); // a copy later in the same batch is done, too
      if (todo.length === 0) return result;
      for (const handler of route.handlers) {
        const messages = todo.map((item) => item.message);
        const verdicts = (await handler.call(messages, tx)) as Verdict[] | undefined;
        if (verdicts && verdicts.length !== todo.length) {
          throw new Error(
            `a batch handler of ${this.durable} gave ${verdicts.length} verdicts for ${todo.length} messages`,
          );
        }
        todo.forEach((item, i) => {
          const outcome = outcomeOfVerdict(verdicts?.[i], 1);
          if (outcome.do !== 'done') result.set(item, outcome);
        });
      }
      const open = todo.filter((item) => result.get(item)?.do !== 'done');
      if (open.length > 0) {
        await this.inbox.release(
          tx,
          open.map((item) => item.id),
        );
      }
      return result;
    });
    end();
    return outcomes;
  }

  /** Tells the broker, and the tables, how a try ended. Never throws: what cannot be told comes again. */
  private async settle(item: Incoming, outcome: Outcome, tries: number): Promise<Outcome> {
    handled.inc({ durable: this.durable, outcome: outcome.do });
    try {
      if (outcome.do === 'done') item.msg.ack();
      else if (outcome.do === 'retry') {
        await this.recordRetry(item, outcome).catch(() => undefined);
        item.msg.nak(outcome.afterMs);
      } else await this.bury(item, outcome.why, tries);
    } catch (error) {
      this.log.warn({ err: error, durable: this.durable, id: item.id }, 'message could not be settled; it comes again');
      item.msg.nak(5_000);
    }
    return outcome;
  }

  private async recordRetry(item: Incoming, outcome: Outcome & { do: 'retry' }): Promise<void> {
    if (!outcome.uncounted) await this.inbox.noteFailure(item.id, outcome.why);
    else if (item.redelivered) await this.inbox.forgive(item.id);
  }

  private async bury(item: Incoming, why: string, tries: number): Promise<void> {
    await this.inbox.bury(item, why, tries);
    this.log.error({ durable: this.durable, id: item.id, type: item.msg.subject, why, tries }, 'message is dead');
    const headers = natsHeaders();
    for (const [key, value] of Object.entries(item.headers)) if (!key.startsWith('Nats-')) headers.set(key, value);
    headers.set('Helpmesh-Subject', item.msg.subject);
    // Header values end at a line break; the reason may quote anything.
    headers.set('Helpmesh-Cause', why.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 500));
    headers.set('Helpmesh-Tries', String(tries));
    // The table is the truth; the stream is a convenience, so its failure changes nothing.
    await this.bus.js
      .publish(`dlq.${this.durable}`, item.msg.data, { headers, msgID: `dlq:${this.durable}:${item.id}:${Date.now()}` })
      .catch(() => undefined);
    item.msg.term(); // without a reason: nats-server 2.9 does not understand one and delivers again
  }

  private note(item: Incoming, thrown: unknown): AppError {
    const error = AppError.from(thrown);
    const record = { err: error, durable: this.durable, id: item.id, type: item.message.type };
    if (error.kind === 'bug') this.log.error(record, 'handler failed');
    else this.log.info(record, 'handler refused');
    return error;
  }

  /** A consumer span for each message that carries a trace; the work runs in that of the first. */
  private async traced<T>(items: Incoming[], work: () => Promise<T>): Promise<T> {
    const spans = items.flatMap((item) => {
      const span = continueTrace(item.headers, `process ${item.message.type}`, SpanKind.CONSUMER, {
        'messaging.system': 'nats',
        'messaging.consumer.group.name': this.durable,
        'messaging.message.id': item.id,
        ...(items.length > 1 ? { 'messaging.batch.message_count': items.length } : {}),
      });
      bindMessage(item.message as Envelope, span);
      return span ?? [];
    });
    const [first] = spans;
    if (!first) return work();
    try {
      const result = await context.with(first.context, work);
      for (const span of spans) span.end();
      return result;
    } catch (error) {
      for (const span of spans) span.end(error instanceof RolledBack ? undefined : error);
      throw error;
    }
  }
}
