import { setTimeout as pause } from 'node:timers/promises';
import { type Envelope, ticketCreated } from '@helpmesh/contracts';
import { backoffMs } from '@helpmesh/kernel';
import type { Bus } from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import { type Consumer, type ConsumerMessages, JetStreamApiError, type JsMsg } from '@nats-io/jetstream';
import type { LiveHub } from '../application/live-hub.ts';
import type { LiveEvent } from '../domain/event-view.ts';

/** Events read from before the start, so that clients of a restarted gateway can resume. */
const BACK = 1_000;
/** How often the stream is looked at: its consumer notices that it is gone only after missing heartbeats for long. */
const LOOK_MS = 2_000;
const STREAM = 'EVT_TICKET';

/**
 * Feeds the hub from the ticket stream: one ordered consumer for this process, which keeps nothing on the broker and
 * starts over at the right place by itself. When the stream is gone or another one has its name, the hub is told.
 */
export class TicketFeed {
  private readonly log = logger('ticket-feed');
  private stopping = new AbortController();
  private running: Promise<void> | undefined;
  private created: string | undefined;
  private lastSeq = 0;

  constructor(
    private readonly bus: Bus,
    private readonly hub: LiveHub,
  ) {}

  start(): void {
    this.stopping = new AbortController();
    this.running = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const consumer = await this.open();
        failures = 0;
        await this.read(consumer, signal);
      } catch (error) {
        failures += 1;
        // The ticket service declares the stream; a gateway that was faster waits for it.
        if (failures === 5) this.log.warn({ err: error }, 'the ticket stream cannot be read; live updates wait for it');
      }
      await pause(backoffMs(failures + 1, { baseMs: 100, capMs: 2_000 }), undefined, { signal }).catch(() => undefined);
    }
  }

  private async open(): Promise<Consumer> {
    const { created, state } = await this.bus.jsm.streams.info(STREAM);
    if (this.isAnother(created, state)) {
      this.log.warn('the ticket stream was replaced; clients load anew');
      this.lastSeq = 0;
      this.hub.reset();
    }
    this.created = String(created);
    const from = this.lastSeq > 0 ? this.lastSeq + 1 : Math.max(1, state.last_seq - BACK + 1);
    this.hub.begin(state.last_seq);
    if (from > state.last_seq || state.messages === 0) this.hub.endOfBacklog();
    return this.bus.js.consumers.get(STREAM, { filter_subjects: 'ticket.v1.>', opt_start_seq: from });
  }

  private async read(consumer: Consumer, signal: AbortSignal): Promise<void> {
    const messages = await consumer.consume({ max_messages: 500, idle_heartbeat: 5_000 });
    const look = setInterval(() => void this.look(messages), LOOK_MS);
    const end = () => messages.stop();
    signal.addEventListener('abort', end);
    try {
      if (signal.aborted) return;
      for await (const message of messages) {
        this.lastSeq = message.seq;
        const event = readEvent(message);
        if (event) this.hub.publish(event);
        if (message.info.pending === 0) this.hub.endOfBacklog();
      }
    } finally {
      clearInterval(look);
      signal.removeEventListener('abort', end);
      messages.stop();
    }
  }

  /** Ends the reading when the stream is not the one it began with; the loop above begins again. */
  private async look(messages: ConsumerMessages): Promise<void> {
    try {
      const { created, state } = await this.bus.jsm.streams.info(STREAM);
      if (this.isAnother(created, state)) messages.stop();
    } catch (error) {
      // Without a connection nothing can be told; a stream that is missing can.
      if (error instanceof JetStreamApiError) messages.stop();
    }
  }

  private isAnother(created: unknown, state: { last_seq: number }): boolean {
    return (this.created !== undefined && this.created !== String(created)) || state.last_seq < this.lastSeq;
  }
}

/** @returns undefined for what is no event of a ticket; a newer ticket service may send more kinds */
export function readEvent(message: Pick<JsMsg, 'seq' | 'string'>): LiveEvent | undefined {
  try {
    const { type, data } = JSON.parse(message.string()) as Envelope<LiveEvent['data']>;
    if (!type.startsWith(TICKET_EVENTS)) return undefined;
    if (typeof (data.ticket ?? data.job).id !== 'number') return undefined;
    return { seq: message.seq, type, data };
  } catch {
    return undefined;
  }
}

/** `ticket.v1.` */
const TICKET_EVENTS = ticketCreated.type.slice(0, ticketCreated.type.lastIndexOf('.') + 1);
