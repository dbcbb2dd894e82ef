import { readersOf } from '@helpmesh/contracts';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { Bus } from '../bus.ts';
import { findStream } from '../streams.ts';

/** Messages asked for at once: the broker hands them out one by one. */
const AT_ONCE = 64;
const text = new TextDecoder();

/** How far a stream was looked through: its incarnation, and the last message of it. */
export interface Looked {
  created: string;
  seq: number;
}

export interface StreamErased {
  removed: number;
  /** Messages that name the person and that not everybody has read yet. */
  waiting: number;
  looked: Looked;
}

/** Up to where everybody has read a stream; `time`: of the first message that somebody still has to read. */
export interface ReadByAll {
  seq: number;
  time: Date | null;
}

/**
 * Where the slowest reader of an event stream stands; in a work queue whatever is there still has to be read.
 * @returns undefined when there is no such stream
 */
export async function readByAll(bus: Bus, stream: string): Promise<ReadByAll | undefined> {
  const found = await findStream(bus.jsm, stream);
  if (!found) return undefined;
  const { first_seq, first_ts, last_seq, messages } = found.state;
  if (stream.startsWith('CMD_')) {
    return messages === 0 ? { seq: last_seq, time: null } : { seq: first_seq - 1, time: new Date(first_ts) };
  }
  let seq = last_seq;
  for (const name of readersOf(stream)) {
    const floor = await bus.jsm.consumers.info(stream, name).then(
      ({ ack_floor, num_pending, num_ack_pending }) =>
        num_pending + num_ack_pending === 0 ? last_seq : ack_floor.stream_seq,
      // A service that never ran has read nothing.
      (error) => {
        if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return 0;
        throw error;
      },
    );
    seq = Math.min(seq, floor);
  }
  if (seq >= last_seq) return { seq: last_seq, time: null };
  const next = await bus.jsm.streams.getMessage(stream, { seq: seq + 1, next_by_subj: '>' } as never);
  return { seq, time: next ? next.time : null };
}

/**
 * Takes the messages out of a stream that `names` says are about the person, those that everybody has read.
 * @param from  how far it was looked through before: what comes later is all there is to look at
 */
export async function eraseFromStream(
  bus: Bus,
  stream: string,
  names: (payload: string) => boolean,
  from: Looked | undefined,
): Promise<StreamErased | undefined> {
  const found = await findStream(bus.jsm, stream);
  const read = stream === DEAD_LETTERS ? undefined : await readByAll(bus, stream);
  if (!found) return undefined;
  const { created, state } = found;
  const begin = Math.max(1, state.first_seq, from?.created === created ? from.seq + 1 : 0);
  let [removed, waiting, complete] = [0, 0, begin - 1];
  for (let seq = begin; seq <= state.last_seq; seq += AT_ONCE) {
    const seqs = Array.from({ length: Math.min(AT_ONCE, state.last_seq - seq + 1) }, (_, n) => seq + n);
    const messages = await Promise.all(seqs.map((one) => bus.jsm.streams.getMessage(stream, { seq: one })));
    for (const message of messages) {
      if (!message || !names(text.decode(message.data))) continue;
      if (read && message.seq > read.seq) waiting += 1;
      else if (await bus.jsm.streams.deleteMessage(stream, message.seq, true)) removed += 1;
    }
    if (waiting === 0) complete = seqs.at(-1) ?? complete;
  }
  return { removed, waiting, looked: { created, seq: complete } };
}

/** People read them; no service does. */
const DEAD_LETTERS = 'DLQ';
