import { DLQ_STREAM } from '@helpmesh/contracts';
import type { Session } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import type { StreamSet } from '../streams.ts';
import { readLog } from './event-log.ts';
import type { Publisher } from './publisher.ts';

const PAGE = 500;

/**
 * Keeps the promise that a stream holds everything the event log has for it, as long as it is retained.
 *
 * The table `bus_stream` records for which incarnation of a stream (its creation time) that is true, and how far it
 * had come. When a stream turns up with another creation time, or shorter than it was, it was deleted or lost its
 * tail: everything retained is published again and only then the new incarnation is recorded, so that a crash in
 * between repeats the work instead of leaving it half done. Consumers that did a message already find it in their
 * inbox.
 */
export class StreamKeeper {
  private readonly session: Session;
  private readonly publisher: Publisher;
  private readonly streams: StreamSet;
  private readonly onRepublished: (count: number) => void;
  private readonly known = new Set<string>();
  private readonly log = logger('stream-keeper');

  constructor(
    session: Session,
    publisher: Publisher,
    streams: StreamSet,
    onRepublished: (count: number) => void = () => undefined,
  ) {
    this.session = session;
    this.publisher = publisher;
    this.streams = streams;
    this.onRepublished = onRepublished;
  }

  /** Looks at the streams `service` owns and all it ever published to. */
  async check(service: string): Promise<void> {
    const used = await this.session.query<{ stream: string }>('SELECT stream FROM bus_stream');
    for (const stream of new Set([...this.streams.ownedBy(service), ...used.map((row) => row.stream)])) {
      await this.checkOne(stream);
    }
  }

  /** Looks at streams that were not looked at since the connection was made. */
  async know(names: Set<string>): Promise<void> {
    for (const stream of names) if (!this.known.has(stream)) await this.checkOne(stream);
  }

  /** Publishes everything retained for the stream. @returns how many messages */
  async republish(stream: string): Promise<number> {
    let count = 0;
    for (let after = 0; ; ) {
      const page = await readLog(this.session, stream, after, PAGE);
      if (page.length === 0) return count;
      const acks = await this.publisher.publish(page);
      const failed = acks.find((ack) => ack instanceof Error);
      if (failed) throw failed;
      count += page.length;
      this.onRepublished(page.length);
      after = page.at(-1)?.seq ?? after;
    }
  }

  private async checkOne(stream: string): Promise<void> {
    const info = await this.streams.ensure(this.publisher.jsm, stream);
    this.known.add(stream);
    if (stream === DLQ_STREAM) return;
    const [recorded] = await this.session.query<{ created: string; last_seq: number }>(
      'SELECT created, last_seq FROM bus_stream WHERE stream = $1',
      [stream],
    );
    const created = String(info.created);
    if (recorded && recorded.created === created && info.state.last_seq >= recorded.last_seq) return;
    const count = await this.republish(stream);
    if (recorded) this.log.warn({ stream, count }, 'stream was deleted or lost messages; published again from the log');
    await this.session.query(
      `INSERT INTO bus_stream (stream, created, last_seq) VALUES ($1, $2, $3)
       ON CONFLICT (stream) DO UPDATE SET created = excluded.created, last_seq = excluded.last_seq`,
      [stream, created, info.state.last_seq],
    );
  }
}
