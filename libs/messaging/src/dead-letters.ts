import { AppError, uuidv7 } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { gauge, logger } from '@helpmesh/telemetry';
import { headers as natsHeaders } from '@nats-io/nats-core';
import type { DataSource } from 'typeorm';
import { type Bus, isRefusal } from './bus.ts';

export interface DeadLetter {
  id: number;
  consumer: string;
  /** Id of the event or command. */
  messageId: string;
  subject: string;
  payload: string;
  headers: Record<string, string>;
  cause: string;
  tries: number;
  diedAt: Date;
  replayedAt: Date | null;
}

/** Handles a message once more, in this process. @returns whether it is done now */
type Redo = (letter: DeadLetter) => Promise<boolean>;

/** Messages a service gave up on. They stay until somebody replays them. */
export class DeadLetters {
  private readonly ds: DataSource;
  private readonly bus: Bus;
  private readonly log = logger('dead-letters');
  private redo: Redo | undefined;
  private redoing: Promise<void> | undefined;

  constructor(ds: DataSource, bus: Bus) {
    this.ds = ds;
    this.bus = bus;
    gauge({
      name: 'helpmesh_dead_letters_count',
      help: 'Messages that were given up and not replayed since.',
      read: async (metric) => metric.set(await this.count()),
    });
  }

  async count(): Promise<number> {
    const [row] = await sql<{ n: number }>(this.ds, 'SELECT count(*) AS n FROM dead_letter WHERE replayed_at IS NULL');
    return row?.n ?? 0;
  }

  /** Newest first; those replayed only when asked for. */
  list({ limit = 100, replayed = false }: { limit?: number; replayed?: boolean } = {}): Promise<DeadLetter[]> {
    return sql<DeadLetter>(
      this.ds,
      `SELECT id, consumer, message_id AS "messageId", subject, payload, headers, cause, tries,
              died_at AS "diedAt", replayed_at AS "replayedAt"
       FROM dead_letter WHERE replayed_at IS NULL OR $1 ORDER BY died_at DESC, id DESC LIMIT $2`,
      [replayed, limit],
    );
  }

  /**
   * Publishes the message again where it came from, under a new message id, because the broker would take the old
   * one for a duplicate and never deliver it. Consumers that did it already find its own id in their inbox.
   * @throws AppError not-found, `dead-letter.unknown`; forbidden, `dead-letter.not-permitted`, where each service has a
   *   user of its own, which publishes what it owns only; unavailable, `bus.unavailable`
   */
  async replay(id: number): Promise<void> {
    const [letter] = await sql<DeadLetter>(
      this.ds,
      'SELECT message_id AS "messageId", subject, payload, headers FROM dead_letter WHERE id = $1',
      [id],
    );
    if (!letter) throw new AppError('not-found', 'dead-letter.unknown', 'There is no such dead letter.');
    const headers = natsHeaders();
    for (const [key, value] of Object.entries(letter.headers)) if (!key.startsWith('Nats-')) headers.set(key, value);
    headers.set('Helpmesh-Original-Id', letter.messageId);
    try {
      await this.bus.js.publish(letter.subject, letter.payload, { msgID: `replay:${uuidv7()}`, headers });
    } catch (error) {
      if (isRefusal(error)) {
        const detail = 'Only the operator of the broker may publish this again: set NATS_URL to that user.';
        throw new AppError('forbidden', 'dead-letter.not-permitted', detail, undefined, { cause: error });
      }
      throw new AppError('unavailable', 'bus.unavailable', 'The message bus cannot be reached right now.', undefined, {
        cause: error,
      });
    }
    await sql(this.ds, 'UPDATE dead_letter SET replayed_at = now() WHERE id = $1', [id]);
  }

  /** Replays all that are open, oldest first. @returns how many */
  async replayAll(): Promise<number> {
    const open = await sql<{ id: number }>(
      this.ds,
      'SELECT id FROM dead_letter WHERE replayed_at IS NULL ORDER BY died_at, id',
    );
    for (const { id } of open) await this.replay(id);
    return open.length;
  }

  /** Who does messages again here; undefined: nobody any more. Resolves when no message is being done again. */
  async handledBy(redo: Redo | undefined): Promise<void> {
    this.redo = redo;
    if (!redo) await this.redoing;
  }

  /**
   * Begins to do again what is open, all of it or one, oldest first, by the handlers of this process rather than by
   * publishing: that needs no right to speak for whoever said it. One that fails again stays, with its new cause.
   * @returns how many are open
   */
  async redoOpen(only?: number): Promise<number> {
    const open = await sql<{ id: number }>(
      this.ds,
      'SELECT id FROM dead_letter WHERE replayed_at IS NULL AND ($1::bigint IS NULL OR id = $1) ORDER BY died_at, id',
      [only ?? null],
    );
    const ids = open.map(({ id }) => id);
    const turn = (this.redoing ?? Promise.resolve())
      .then(() => this.redoEach(ids))
      .catch((error: unknown) => this.log.warn({ err: error }, 'dead letters could not be done again'))
      .finally(() => {
        if (this.redoing === turn) this.redoing = undefined;
      });
    this.redoing = turn;
    return open.length;
  }

  private async redoEach(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const [letter] = await sql<DeadLetter>(
        this.ds,
        `SELECT id, consumer, message_id AS "messageId", subject, payload, headers FROM dead_letter
         WHERE id = $1 AND replayed_at IS NULL`,
        [id],
      );
      if (!this.redo) return;
      // Killed before the row is marked, it is done once more, and finds itself in the inbox.
      if (letter && (await this.redo(letter))) {
        await sql(this.ds, 'UPDATE dead_letter SET replayed_at = now() WHERE id = $1', [id]);
      }
    }
  }
}
