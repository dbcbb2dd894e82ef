import type { Envelope, MessageDefinition } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs, isoTime, SystemClock, uuidv7 } from '@helpmesh/kernel';
import { afterCommit, sql } from '@helpmesh/persistence';
import { sampledTraceparent } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import type { z } from 'zod';
import { inTraceOf } from '../trace-context.ts';

/** Below the broker's limit of 8 MB, with room for headers. */
const MAX_PAYLOAD_BYTES = 7_500_000;

export interface OutboxMessage<D extends MessageDefinition> {
  aggregateId: string | number;
  /** Version of the aggregate after the change; 0 where the aggregate has none. */
  aggregateVersion?: number;
  data: z.input<D['data']>;
  /** The message that is being handled: gives correlation, causation and trace. */
  cause?: Envelope;
  /** Default: that of `cause`, else the id of the message itself. */
  correlationId?: string;
  causationId?: string;
  /** Not published before this instant (checked once a second). */
  delayUntil?: EpochMs;
}

/** Column values of one row of the table `outbox`, for statements that insert it together with the effect. */
export interface OutboxRow {
  id: string;
  subject: string;
  kind: 'event' | 'command';
  /** The envelope as JSON text. */
  payload: string;
  /** JSON text or null. */
  headers: string | null;
  dueAt: Date | null;
}

/** Records what happened in the transaction in which it happened; the relay publishes it after the commit. */
export class Outbox {
  private readonly source: string;
  private readonly clock: Clock;
  private readonly bells = new Set<() => void>();
  /** The same function each time, so that a transaction with many messages rings once. */
  private readonly ringBells = () => this.ring();

  /** @param source  name of the service */
  constructor(source: string, clock: Clock = new SystemClock()) {
    this.source = source;
    this.clock = clock;
  }

  /**
   * Validates the data, inserts the row and rings the relay after the commit.
   * @returns id of the message
   * @throws AppError bug when the data does not meet its schema; invalid, `message.too-large` above 7.5 MB
   */
  async add<D extends MessageDefinition>(tx: EntityManager, definition: D, message: OutboxMessage<D>): Promise<string> {
    const row = this.row(definition, message);
    await sql(tx, 'INSERT INTO outbox (id, subject, kind, payload, headers, due_at) VALUES ($1, $2, $3, $4, $5, $6)', [
      row.id,
      row.subject,
      row.kind,
      row.payload,
      row.headers,
      row.dueAt,
    ]);
    afterCommit(tx, this.ringBells);
    return row.id;
  }

  /** Same for many messages, one statement. @returns their ids in order */
  async addMany<D extends MessageDefinition>(
    tx: EntityManager,
    definition: D,
    messages: OutboxMessage<D>[],
  ): Promise<string[]> {
    return this.insertRows(
      tx,
      messages.map((message) => this.row(definition, message)),
    );
  }

  /** Inserts rows made by `row`, which may be of several definitions, in this order. */
  async insertRows(tx: EntityManager, rows: OutboxRow[]): Promise<string[]> {
    if (rows.length === 0) return [];
    await sql(
      tx,
      `INSERT INTO outbox (id, subject, kind, payload, headers, due_at)
       SELECT id, subject, kind, payload, headers, due_at
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[])
         WITH ORDINALITY AS row (id, subject, kind, payload, headers, due_at, place)
       ORDER BY place`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.subject),
        rows.map((row) => row.kind),
        rows.map((row) => row.payload),
        rows.map((row) => row.headers),
        rows.map((row) => row.dueAt),
      ],
    );
    afterCommit(tx, this.ringBells);
    return rows.map((row) => row.id);
  }

  /**
   * The row without inserting it, for one statement that holds effect and message. Call `ring()` after that
   * statement, or `ringAfter(tx)` inside a transaction.
   */
  row<D extends MessageDefinition>(definition: D, message: OutboxMessage<D>): OutboxRow {
    const id = uuidv7();
    const { cause } = message;
    const causationId = message.causationId ?? cause?.id;
    const envelope: Envelope = {
      id,
      type: definition.type,
      time: isoTime(this.clock.now()),
      source: this.source,
      aggregateId: String(message.aggregateId),
      aggregateVersion: message.aggregateVersion ?? 0,
      correlationId: message.correlationId ?? cause?.correlationId ?? id,
      ...(causationId === undefined ? {} : { causationId }),
      data: valid(definition, message.data),
    };
    const payload = JSON.stringify(envelope);
    if (payload.length > MAX_PAYLOAD_BYTES / 3 && Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
      throw new AppError('invalid', 'message.too-large', 'This is too large to be processed.', definition.type);
    }
    const traceparent = cause ? inTraceOf(cause, sampledTraceparent) : sampledTraceparent();
    return {
      id,
      subject: definition.type,
      kind: definition.kind,
      payload,
      headers: traceparent === undefined ? null : JSON.stringify({ traceparent }),
      dueAt: message.delayUntil === undefined ? null : new Date(message.delayUntil),
    };
  }

  /** Wakes the relay of this process: something was committed. */
  ring(): void {
    for (const bell of this.bells) bell();
  }

  /** Wakes it once the transaction has committed. */
  ringAfter(tx: EntityManager | DataSource): void {
    if ('queryRunner' in tx) afterCommit(tx, this.ringBells);
    else this.ring();
  }

  /** @returns a function that stops listening */
  onRing(bell: () => void): () => void {
    this.bells.add(bell);
    return () => this.bells.delete(bell);
  }
}

function valid(definition: MessageDefinition, data: unknown): unknown {
  const parsed = definition.data.safeParse(data);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new AppError('bug', 'internal', 'Something went wrong on our side.', `${definition.type}: ${where}`);
}
