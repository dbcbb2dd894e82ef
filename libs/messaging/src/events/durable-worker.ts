import { setTimeout as pause } from 'node:timers/promises';
import type { MessageDefinition } from '@helpmesh/contracts';
import { AppError, backoffMs } from '@helpmesh/kernel';
import { logger } from '@helpmesh/telemetry';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg, ReplayPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { DataSource } from 'typeorm';
import { type Bus, withDeadline } from '../bus.ts';
import type { DeadLetter } from '../dead-letters.ts';
import { type Incoming, type Route, readDeadLetter, readMessage, sameHandlers } from './incoming.ts';
import { Processor } from './processor.ts';
import type { Outcome } from './verdict.ts';

export interface DurableOptions {
  bus: Bus;
  ds: DataSource;
  durable: string;
  stream: string;
  filter: string;
  /** By message type. */
  routes: ReadonlyMap<string, Route>;
  /** Single messages handled at the same time, each of another aggregate. */
  concurrency: number;
  /** Most messages of one batch transaction. */
  batchSize: number;
  ackWaitMs: number;
}

/** A message that is not back this long after its delay may be with another replica: the inbox knows. */
const HELD_MARGIN_MS = 1_000;
/** Looks into the inbox before an aggregate goes on without its oldest message. */
const HELD_CHECKS = 60;
/** Messages that may stand behind held ones in this process; more go back to the broker. */
const MAX_PARKED = 1_000;
/** How long one request to the broker stays open; a stream that vanished is noticed after two of them at the latest. */
const FETCH_MS = 5_000;
/**
 * Pause between the starts of two batches: under load ten messages cost hardly more than one, at rest nobody waits.
 * Most commands are work that somebody waits for; what an event tells has happened already.
 */
const GATHER_MS = { awaited: 20, told: 250 };

/**
 * Pulls one durable and hands its messages to the processor: batches while their type wants them, single messages
 * side by side otherwise, those of one aggregate always one after the other.
 */
export class DurableWorker {
  private readonly options: DurableOptions;
  private readonly processor: Processor;
  private readonly log = logger('events');
  private readonly prefetch: number;
  private readonly waiting: Incoming[] = [];
  private readonly dismissed: JsMsg[] = [];
  private readonly running = new Set<Incoming>();
  private readonly busy = new Set<string>();
  /** Aggregates whose oldest message waits for another try: later ones stand behind it here, in order. */
  private readonly held = new Map<string, Hold>();
  private parked = 0;
  private exclusive = false;
  private lastBatchAt = Number.NEGATIVE_INFINITY;
  private gathering: NodeJS.Timeout | undefined;
  private stopping = false;
  private loop: Promise<void> | undefined;
  private messages: ConsumerMessages | undefined;
  private roomMade: () => void = () => undefined;
  private idle: () => void = () => undefined;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(options: DurableOptions) {
    this.options = options;
    this.processor = new Processor(options.ds, options.bus, options.durable);
    this.prefetch = Math.max(options.batchSize * 2, options.concurrency * 4);
  }

  start(): void {
    this.heartbeat = setInterval(() => this.beat(), this.options.ackWaitMs / 3);
    this.heartbeat.unref();
    this.loop = this.pull();
  }

  get durable(): string {
    return this.options.durable;
  }

  /** Does a message again that was given up. @returns whether it is done now */
  async redo(letter: DeadLetter): Promise<boolean> {
    const route = this.options.routes.get(letter.subject);
    if (!route) return false;
    return (await this.processor.single(readDeadLetter(letter, route))).do === 'done';
  }

  /** Stops pulling, gives back what was not started, and waits for the running handlers. */
  async stop(deadlineMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.gathering);
    this.roomMade();
    this.messages?.stop();
    for (const aggregate of this.held.keys()) this.release(aggregate);
    for (const item of this.waiting.splice(0)) item.msg.nak();
    const idle = new Promise<void>((resolve) => {
      this.idle = resolve;
    });
    if (this.running.size > 0) await withDeadline(idle, deadlineMs);
    clearInterval(this.heartbeat);
    if (this.loop) await withDeadline(this.loop, 1_000);
  }

  /** Keeps the durable there and messages coming, whatever the broker goes through. */
  private async pull(): Promise<void> {
    const { bus, stream, durable } = this.options;
    for (let failures = 0; !this.stopping; ) {
      try {
        await bus.streams.ensure(bus.jsm, stream);
        await this.ensureDurable();
        const consumer = await bus.js.consumers.get(stream, durable);
        while (!this.stopping) {
          await this.room();
          // No more than can stand in our own queue: what waits inside the client gets no heartbeats.
          const room = this.prefetch - this.waiting.length;
          this.messages = await consumer.fetch({ max_messages: room, expires: FETCH_MS });
          for await (const msg of this.messages) {
            failures = 0;
            if (this.stopping) msg.nak();
            else this.accept(msg);
          }
          failures = 0;
        }
      } catch (error) {
        if (this.stopping || bus.nc.isClosed()) return;
        failures++;
        // The owner of a stream may start later than we do: that is no fault, and whence it was noticed tells nothing.
        const err = error instanceof AppError ? { type: error.code, message: error.message } : error;
        this.log.warn({ err, durable, failures }, 'consumer interrupted, starting over');
        await pause(backoffMs(failures, { baseMs: 100, capMs: 2_000, jitter: Math.random() }));
      }
    }
  }

  private async ensureDurable(): Promise<void> {
    const { bus, durable, stream, filter, ackWaitMs } = this.options;
    const config = {
      durable_name: durable,
      filter_subject: filter,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      ack_wait: nanos(ackWaitMs),
      // Tries are counted in our own table: the broker counts deliveries, also of messages that only stood in a queue.
      max_deliver: -1,
      max_ack_pending: 2_000,
    };
    try {
      await bus.jsm.consumers.add(stream, config);
    } catch (error) {
      // There already, from a release with other settings.
      await bus.jsm.consumers.update(stream, durable, config).catch(() => {
        throw error;
      });
    }
  }

  /** Until there is room for a request that is worth its while. */
  private async room(): Promise<void> {
    while (this.waiting.length > this.prefetch / 2 && !this.stopping) {
      await new Promise<void>((resolve) => {
        this.roomMade = resolve;
      });
    }
  }

  private accept(msg: JsMsg): void {
    const route = this.options.routes.get(msg.subject);
    if (!route) {
      this.dismiss(msg);
      return;
    }
    this.waiting.push(readMessage(msg, route));
    this.next();
  }

  /** A type this release does not know or does not care about. What came in one packet is answered in one. */
  private dismiss(msg: JsMsg): void {
    if (this.dismissed.push(msg) > 1) return;
    setImmediate(() => {
      for (const one of this.dismissed.splice(0)) one.ack();
    });
  }

  /** Starts whatever may start now. */
  private next(): void {
    while (!this.exclusive && !this.stopping) {
      const head = this.waiting[0];
      if (!head) break;
      if (this.park(head)) this.waiting.shift();
      else if (head.route.batch) {
        if (this.running.size > 0 || this.gathers(gatherMs(head.route.definition))) break;
        this.startBatch(head);
      } else if (!this.startSingle()) break;
    }
    if (this.waiting.length <= this.prefetch / 2) this.roomMade();
  }

  /** True when the next batch should wait a moment for company. */
  private gathers(ms: number): boolean {
    if (this.gathering) return true;
    const rest = this.lastBatchAt + ms - performance.now();
    if (rest <= 0 || this.waiting.length >= this.options.batchSize) return false;
    this.gathering = setTimeout(() => {
      this.gathering = undefined;
      this.next();
    }, rest);
    return true;
  }

  /** The first message whose aggregate is free; those behind a batch wait for it. */
  private startSingle(): boolean {
    if (this.running.size >= this.options.concurrency) return false;
    for (let i = 0; i < this.waiting.length; i++) {
      const item = this.waiting[i] as Incoming;
      if (item.route.batch) return false;
      if (this.busy.has(item.aggregate)) continue;
      this.waiting.splice(i, 1);
      if (this.park(item)) return true;
      this.busy.add(item.aggregate);
      this.running.add(item);
      void this.processor.single(item).then((outcome) => {
        this.finish(item, outcome);
        this.afterRun();
      });
      return true;
    }
    return false;
  }

  /** What the handlers of the head take: also from behind others, but never past an older message of its aggregate. */
  private startBatch(head: Incoming): void {
    const taken: Incoming[] = [];
    const passed = new Set<string>();
    const left: Incoming[] = [];
    for (const item of this.waiting.splice(0)) {
      const fits = taken.length < this.options.batchSize && !passed.has(item.aggregate);
      if (fits && sameHandlers(item.route, head.route)) {
        if (!this.park(item)) taken.push(item);
      } else {
        passed.add(item.aggregate);
        left.push(item);
      }
    }
    this.waiting.push(...left);
    if (taken.length === 0) return;
    this.exclusive = true;
    this.lastBatchAt = performance.now();
    for (const item of taken) this.running.add(item);
    void this.processor.batch(taken, head.route).then((outcomes) => {
      for (const [item, outcome] of outcomes) this.finish(item, outcome);
      this.exclusive = false;
      this.afterRun();
    });
  }

  private finish(item: Incoming, outcome: Outcome): void {
    this.running.delete(item);
    this.busy.delete(item.aggregate);
    const held = this.held.get(item.aggregate);
    if (outcome.do !== 'retry') {
      if (held?.id === item.id) this.release(item.aggregate);
      return;
    }
    if (held && held.id !== item.id) return;
    clearTimeout(held?.timer);
    const hold: Hold = { id: item.id, afterMs: outcome.afterMs, timer: undefined, behind: held?.behind ?? [] };
    this.held.set(item.aggregate, hold);
    this.watch(item.aggregate, hold, outcome.afterMs + HELD_MARGIN_MS, HELD_CHECKS);
  }

  /** Lets an aggregate go on once another replica is done with its oldest message. */
  private watch(aggregate: string, hold: Hold, afterMs: number, checks: number): void {
    hold.timer = setTimeout(async () => {
      const settled = checks === 0 || (await this.processor.isSettled(hold.id));
      if (this.held.get(aggregate) !== hold) return; // it came back meanwhile
      if (settled) {
        this.release(aggregate);
        this.next();
      } else this.watch(aggregate, hold, HELD_MARGIN_MS, checks - 1);
    }, afterMs);
  }

  /** Puts a message behind the held one of its aggregate. @returns false when nothing stands before it */
  private park(item: Incoming): boolean {
    const held = this.held.get(item.aggregate);
    if (!held || held.id === item.id) return false;
    if (this.parked >= MAX_PARKED) {
      item.msg.nak(held.afterMs + HELD_MARGIN_MS);
      return true;
    }
    this.parked++;
    held.behind.push(item);
    return true;
  }

  private release(aggregate: string): void {
    const held = this.held.get(aggregate);
    if (!held) return;
    clearTimeout(held.timer);
    this.held.delete(aggregate);
    this.parked -= held.behind.length;
    this.waiting.unshift(...held.behind);
  }

  private afterRun(): void {
    if (this.stopping && this.running.size === 0) this.idle();
    this.next();
  }

  private beat(): void {
    for (const item of this.running) item.msg.working();
    for (const item of this.waiting) item.msg.working();
    for (const held of this.held.values()) for (const item of held.behind) item.msg.working();
  }
}

function gatherMs(definition: MessageDefinition): number {
  return definition.kind === 'command' && definition.awaited ? GATHER_MS.awaited : GATHER_MS.told;
}

interface Hold {
  /** The message that has to be done first. */
  id: string;
  afterMs: number;
  timer: NodeJS.Timeout | undefined;
  behind: Incoming[];
}
