import { erases, type ServiceName } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { Bus } from '../bus.ts';
import { eraseFromStream, type Looked, readByAll } from './stream-eraser.ts';

/** What a service knows about whom it erases, as far as messages go. */
export interface MessageScrubber {
  /** `ILIKE` patterns: a payload that fits none of them does not name the person. */
  patterns: readonly string[];
  /** The payload without the person; the very same text when they are not in it. */
  scrub(payload: string): string;
}

export interface MessagesErased {
  /** Changed rows and removed messages, by kind. */
  counts: { logged_messages: number; dead_letters: number; stream_messages: number };
  /** What was left because somebody still has to read it. */
  waiting: number;
  looked: Record<string, Looked>;
}

/** Rows looked through by one statement. */
const WINDOW = 2_000;
/** A row is published before the broker gives it a time. */
const SLACK_MS = 60_000;

/**
 * Erases a person from what the bus keeps in this service: the event log, dead letters, and the streams the service
 * owns. What not everybody has read yet stays as it is and is counted, so that nothing is lost; the outbox as well,
 * whose rows are published the next moment. Does no harm when it runs again.
 * @param looked  how far each stream was looked through in the round before
 */
export async function eraseMessages(
  ds: DataSource,
  bus: Bus,
  service: string,
  scrubber: MessageScrubber,
  looked: Readonly<Record<string, Looked>>,
): Promise<MessagesErased> {
  const log = await eraseLog(ds, bus, scrubber);
  const counts = {
    logged_messages: log.changed,
    dead_letters: await eraseDeadLetters(ds, scrubber),
    stream_messages: 0,
  };
  const result: MessagesErased = { counts, waiting: log.waiting + (await unpublished(ds, scrubber)), looked: {} };
  const names = (payload: string) => scrubber.scrub(payload) !== payload;
  for (const stream of erases(service as ServiceName)) {
    const erased = await eraseFromStream(bus, stream, names, looked[stream]);
    if (!erased) continue;
    counts.stream_messages += erased.removed;
    result.waiting += erased.waiting;
    result.looked[stream] = erased.looked;
  }
  return result;
}

/** How many logged messages and dead letters name the person. */
export async function countMessages(ds: DataSource, { patterns, scrub }: MessageScrubber): Promise<number> {
  let found = 0;
  for await (const rows of logged(ds, patterns))
    found += rows.filter(({ payload }) => scrub(payload) !== payload).length;
  return found;
}

interface LoggedRow {
  seq: number;
  stream: string;
  payload: string;
  published_at: Date;
}

async function* logged(ds: DataSource, patterns: readonly string[]): AsyncGenerator<LoggedRow[]> {
  const [ends] = await sql<{ first: number | null; last: number | null }>(
    ds,
    'SELECT min(seq) AS first, max(seq) AS last FROM event_log',
  );
  if (ends?.first == null || ends.last == null) return;
  for (let seq = ends.first; seq <= ends.last; seq += WINDOW) {
    const rows = await sql<LoggedRow>(
      ds,
      `SELECT seq, stream, payload, published_at FROM event_log
       WHERE seq >= $1 AND seq < $2 AND payload ILIKE ANY ($3::text[]) ORDER BY seq`,
      [seq, seq + WINDOW, patterns],
    );
    if (rows.length > 0) yield rows;
  }
}

async function eraseLog(
  ds: DataSource,
  bus: Bus,
  { patterns, scrub }: MessageScrubber,
): Promise<{ changed: number; waiting: number }> {
  let [changed, waiting] = [0, 0];
  const unread = new Map<string, Date | null>();
  for await (const rows of logged(ds, patterns)) {
    for (const row of rows) {
      const scrubbed = scrub(row.payload);
      if (scrubbed === row.payload) continue;
      if (!unread.has(row.stream)) unread.set(row.stream, (await readByAll(bus, row.stream))?.time ?? null);
      // A stream that is lost is filled from the log again: what somebody still has to read must be whole there.
      const since = unread.get(row.stream);
      if (since && row.published_at.getTime() > since.getTime() - SLACK_MS) {
        waiting += 1;
        continue;
      }
      await sql(ds, 'UPDATE event_log SET payload = $2 WHERE seq = $1', [row.seq, scrubbed]);
      changed += 1;
    }
  }
  return { changed, waiting };
}

async function eraseDeadLetters(ds: DataSource, { patterns, scrub }: MessageScrubber): Promise<number> {
  const rows = await sql<{ id: number; payload: string; cause: string }>(
    ds,
    `SELECT id, payload, cause FROM dead_letter
     WHERE payload ILIKE ANY ($1::text[]) OR cause ILIKE ANY ($1::text[]) ORDER BY id`,
    [patterns],
  );
  let changed = 0;
  for (const { id, payload, cause } of rows) {
    const [newPayload, newCause] = [scrub(payload), scrub(cause)];
    if (newPayload === payload && newCause === cause) continue;
    await sql(ds, 'UPDATE dead_letter SET payload = $2, cause = $3 WHERE id = $1', [id, newPayload, newCause]);
    changed += 1;
  }
  await sql(ds, 'UPDATE delivery SET last_error = NULL WHERE last_error ILIKE ANY ($1::text[])', [patterns]);
  return changed;
}

async function unpublished(ds: DataSource, { patterns, scrub }: MessageScrubber): Promise<number> {
  const rows = await sql<{ payload: string }>(ds, 'SELECT payload FROM outbox WHERE payload ILIKE ANY ($1::text[])', [
    patterns,
  ]);
  return rows.filter(({ payload }) => scrub(payload) !== payload).length;
}
