import type { Envelope } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { counter, histogram, logger } from '@helpmesh/telemetry';
import { headers as natsHeaders } from '@nats-io/nats-core';
import { context, SpanKind } from '@opentelemetry/api';
import type { DataSource, EntityManager } from 'typeorm';
import type { Bus } from '../bus.ts';
import { bindMessage, continueTrace } from '../trace-context.ts';
import { Inbox, type Start } from './inbox.ts';
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

/** Tries of a message in the company of others; later ones it makes alone. */
const TRIES_IN_BATCH = 3;
/** The first delivery: nothing is counted for it, so that the ordinary message costs nothing. */
const FIRST: Start = { tries: 1, lastError: null, counted: false };

/** The part of a handler that belongs in the transaction of the inbox rows. */
type Write = (tx: EntityManager, messages: Envelope[]) => Promise<(Verdict | undefined)[] | undefined>;

/** Runs handlers: inbox row and effect in one transaction, acknowledgement after the commit. */
export class Processor {
  private readonly ds: DataSource;
  private readonly bus: Bus;
  private readonly durable: string;
  private readonly inbox: Inbox;
  private readonly handled: Record<Outcome['do'], { inc(): void }>;
  private readonly log = logger('events');

  constructor(ds: DataSource, bus: Bus, durable: string) {
    this.ds = ds;
    this.bus = bus;
    this.durable = durable;
    this.inbox = new Inbox(ds, durable);
    const child = (outcome: Outcome['do']) => handled.labels({ durable, outcome });
    this.handled = { done: child('done'), retry: child('retry'), dead: child('dead') };
  }

  /**
   * One message in a transaction of its own.
   * @param start  its count when it was taken already
   * @returns      what became of it, already told to the broker
   */
  async single(item: Incoming, start?: Start): Promise<Outcome> {
    if (item.malformed !== undefined) return this.settle(item, { do: 'dead', why: item.malformed }, FIRST);
    let count = start ?? FIRST;
    let outcome: Outcome;
    try {
      if (item.redelivered && !start) {
        count = (await this.inbox.countStarts([item.id])).get(item.id) ?? FIRST;
      }
      if (count.tries > MAX_TRIES) return await this.settle(item, { do: 'dead', why: exhausted(count) }, count);
      await this.traced([item], () => this.handle(item, count.tries));
      outcome = { do: 'done' };
    } catch (error) {
      outcome = error instanceof RolledBack ? error.outcome : outcomeOfError(this.note(item, error), count.tries);
    }
    return this.settle(item, outcome, count);
  }

  /**
   * Messages of one batch route, together in one transaction as far as they are above suspicion: one that was started
   * several times without an end may be what kills the process, and goes alone.
   */
  async batch(items: Incoming[], route: Route): Promise<Map<Incoming, Outcome>> {
    const results = new Map<Incoming, Outcome>();
    let counts = new Map<string, Start>();
    try {
      const again = items.filter((item) => item.redelivered && item.malformed === undefined);
      if (again.length > 0) counts = await this.inbox.countStarts(again.map((item) => item.id));
    } catch (error) {
      await this.settleAll(items, outcomeOfError(AppError.from(error), 1), counts, results);
      return results;
    }
    let segment: Incoming[] = [];
    for (const item of items) {
      const start = counts.get(item.id);
      if (item.malformed === undefined && (start?.tries ?? 1) <= TRIES_IN_BATCH) segment.push(item);
      else {
        await this.together(segment, route, counts, results);
        segment = [];
        results.set(item, await this.single(item, start));
      }
    }
    await this.together(segment, route, counts, results);
    return results;
  }

  /**
   * One transaction for all. When it fails, halves are tried, so that one bad message among two hundred costs some
   * sixteen transactions and not two hundred.
   */
  private async together(
    items: Incoming[],
    route: Route,
    counts: ReadonlyMap<string, Start>,
    results: Map<Incoming, Outcome>,
  ): Promise<void> {
    const [only] = items;
    if (!only) return;
    if (items.length === 1) {
      results.set(only, await this.single(only, counts.get(only.id)));
      return;
    }
    try {
      const outcomes = await this.traced(items, () => this.handleBatch(items, route, counts));
      await this.settleEach(outcomes, counts, results);
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.kind === 'unavailable' || error.kind === 'limited') {
        await this.settleAll(items, outcomeOfError(error, 1), counts, results);
        return;
      }
      const middle = Math.ceil(items.length / 2);
      await this.together(items.slice(0, middle), route, counts, results);
      const right = items.slice(middle);
      const waiting = new Set(items.filter((item) => results.get(item)?.do === 'retry').map((item) => item.aggregate));
      await this.settleAll(
        right.filter((item) => waiting.has(item.aggregate)),
        { do: 'retry', afterMs: 1_000, why: 'an older message of the same aggregate comes first', uncounted: true },
        counts,
        results,
      );
      const free = right.filter((item) => !waiting.has(item.aggregate));
      await this.together(free, route, counts, results);
    }
  }

  /** True when some replica is done with the message, one way or the other. */
  isSettled(id: string): Promise<boolean> {
    return this.inbox.isSettled(id).catch(() => false);
  }

  private async handle(item: Incoming, tries: number): Promise<void> {
    const end = duration.startTimer({ durable: this.durable });
    const writes = await this.prepare([item], item.route);
    await transaction(this.ds, async (tx) => {
      const fresh = await this.inbox.claim(tx, [item.id]);
      if (fresh.has(item.id)) {
        for (const write of writes) {
          const [verdict] = (await write(tx, [item.message])) ?? [];
          const outcome = outcomeOfVerdict(verdict, tries);
          if (outcome.do !== 'done') throw new RolledBack(outcome);
        }
      }
      if (item.redelivered) await this.inbox.forgetDelivery(tx, [item.id]);
    });
    end();
  }

  /** One function a handler, to be run in the transaction; preparing handlers do their outside work here. */
  private async prepare(items: Incoming[], { handlers }: Route): Promise<Write[]> {
    const writes: Write[] = [];
    const all = items.map(({ message }) => message);
    for (const { prepare, batch, call } of handlers) {
      if (prepare) writes.push((await call(all, undefined)) as Write);
      else if (batch) writes.push((tx, messages) => call(messages, tx) as ReturnType<Write>);
      else writes.push(async (tx, messages) => [(await call(messages[0] as Envelope, tx)) as Verdict | undefined]);
    }
    return writes;
  }

  private async handleBatch(
    items: Incoming[],
    route: Route,
    counts: ReadonlyMap<string, Start>,
  ): Promise<Map<Incoming, Outcome>> {
    const end = duration.startTimer({ durable: this.durable });
    const writes = await this.prepare(items, route);
    const outcomes = await transaction(this.ds, async (tx) => {
      const result = new Map<Incoming, Outcome>(items.map((item) => [item, { do: 'done' }]));
      const fresh = await this.inbox.claim(
        tx,
        items.map((item) => item.id),
      );
      const todo = items.filter((item) => fresh.delete(item.id)); // a copy later in the same batch is done, too
      const messages = todo.map((item) => item.message);
      for (const write of todo.length > 0 ? writes : []) {
        const verdicts = await write(tx, messages);
        if (verdicts && verdicts.length !== todo.length) {
          throw new Error(
            `a batch handler of ${this.durable} gave ${verdicts.length} verdicts for ${todo.length} messages`,
          );
        }
        todo.forEach((item, i) => {
          const outcome = outcomeOfVerdict(verdicts?.[i], counts.get(item.id)?.tries ?? 1);
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
      const over = items.filter((item) => item.redelivered && result.get(item)?.do === 'done');
      if (over.length > 0) {
        await this.inbox.forgetDelivery(
          tx,
          over.map((item) => item.id),
        );
      }
      return result;
    });
    end();
    return outcomes;
  }

  /** Tells the broker, and the tables, how a try ended. Never throws: what cannot be told comes again. */
  private async settle(item: Incoming, outcome: Outcome, start: Start): Promise<Outcome> {
    this.handled[outcome.do].inc();
    try {
      if (outcome.do === 'done') item.msg.ack();
      else if (outcome.do === 'retry') {
        if (!outcome.uncounted) await this.inbox.noteFailure(item.id, start.tries, outcome.why).catch(() => undefined);
        else if (start.counted) await this.inbox.forgive([item.id]);
        item.msg.nak(outcome.afterMs);
      } else await this.bury(item, outcome.why, Math.min(start.tries, MAX_TRIES));
    } catch (error) {
      this.log.warn({ err: error, durable: this.durable, id: item.id }, 'message could not be settled; it comes again');
      item.msg.nak(5_000);
    }
    return outcome;
  }

  /** Sends many back for a reason that is none of theirs, with one statement: the database may just be away. */
  private async settleAll(
    items: Incoming[],
    outcome: Outcome,
    counts: ReadonlyMap<string, Start>,
    results: Map<Incoming, Outcome>,
  ): Promise<void> {
    const counted = items.filter((item) => counts.has(item.id)).map((item) => item.id);
    if (counted.length > 0) await this.inbox.forgive(counted);
    await this.settleEach(new Map(items.map((item) => [item, outcome])), new Map(), results);
  }

  /** All within one tick, so that their acknowledgements leave in one packet. */
  private async settleEach(
    outcomes: ReadonlyMap<Incoming, Outcome>,
    counts: ReadonlyMap<string, Start>,
    results: Map<Incoming, Outcome>,
  ): Promise<void> {
    const told = await Promise.all(
      [...outcomes].map(([item, outcome]) => this.settle(item, outcome, counts.get(item.id) ?? FIRST)),
    );
    [...outcomes.keys()].forEach((item, i) => {
      results.set(item, told[i] as Outcome);
    });
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

function exhausted({ lastError }: Start): string {
  return `started ${MAX_TRIES} times and never came to an end${lastError ? `; the last error was ${lastError}` : ''}`;
}
