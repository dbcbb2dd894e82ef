import { deliverySent, fileMail, mailQuarantined } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { connect, createDataSource, migrate, Session, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import { AckPolicy } from '@nats-io/jetstream';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bus, connectBus, countMessages, eraseMessages, messagingTables } from '../src/index.ts';
import { makePartitions } from '../src/outbox/event-log.ts';

/** Who is erased is called Zoe here. */
const scrubber = { patterns: ['%zoe%'], scrub: (payload: string) => payload.replaceAll('Zoe', 'somebody') };

let bus: Bus;
let ds: DataSource;
beforeAll(async () => {
  bus = await connectBus({ url: (await infra().nats()).url, name: 'test' });
  const url = await infra().database('erase');
  ds = createDataSource({ url, migrations: [messagingTables] });
  await migrate(ds);
  await connect(ds);
  const session = await Session.open({ url });
  await makePartitions(session);
  await session.close();
});
afterAll(async () => {
  await bus.close();
  await ds.destroy();
});
beforeEach(async () => {
  for (const service of ['mail-ingest', 'notification', 'ticket']) await bus.declareStreams(service);
  for (const stream of ['EVT_MAIL', 'EVT_NOTIFICATION', 'CMD_TICKET']) await bus.jsm.streams.purge(stream);
  await sql(ds, 'TRUNCATE event_log, outbox, dead_letter');
});

const say = (type: string, ...texts: string[]) =>
  Promise.all(texts.map((text) => bus.js.publish(type, JSON.stringify({ id: uuidv7(), type, data: { text } }))));

async function texts(stream: string): Promise<string[]> {
  const { first_seq, last_seq } = (await bus.jsm.streams.info(stream)).state;
  const found: string[] = [];
  for (let seq = Math.max(1, first_seq); seq <= last_seq; seq++) {
    const message = await bus.jsm.streams.getMessage(stream, { seq });
    if (message) found.push(message.json<{ data: { text: string } }>().data.text);
  }
  return found.sort();
}

const logged = (stream: string, text: string, ago = '1 hour') =>
  sql(
    ds,
    `INSERT INTO event_log (seq, id, stream, subject, kind, payload, created_at, published_at)
     VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM event_log), $1, $2, 'x', 'event', $3, now(),
             greatest(now() - $4::interval, date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'))`,
    [uuidv7(), stream, text, ago],
  );
const log = async () =>
  (await sql<{ payload: string }>(ds, 'SELECT payload FROM event_log ORDER BY seq')).map(({ payload }) => payload);

describe('erasing somebody from messages', () => {
  it('takes them out of a stream that everybody has read, and looks at nothing twice', async () => {
    await say(mailQuarantined.type, 'a', 'of Zoe', 'b');
    const first = await eraseMessages(ds, bus, 'mail-ingest', scrubber, {});
    expect(first).toMatchObject({ counts: { stream_messages: 1 }, waiting: 0 });
    expect(await texts('EVT_MAIL')).toEqual(['a', 'b']);
    await say(mailQuarantined.type, 'Zoe again');
    const last = (await bus.jsm.streams.info('EVT_MAIL')).state.last_seq;
    const pretended = { EVT_MAIL: { created: first.looked.EVT_MAIL?.created ?? '', seq: last } };
    const none = await eraseMessages(ds, bus, 'mail-ingest', scrubber, pretended);
    expect(none.counts.stream_messages).toBe(0);
    const second = await eraseMessages(ds, bus, 'mail-ingest', scrubber, first.looked);
    expect(second.counts.stream_messages).toBe(1);
    // Another stream of the same name begins anew.
    await say(mailQuarantined.type, 'Zoe once more');
    const another = { EVT_MAIL: { created: 'before', seq: 1_000_000 } };
    expect((await eraseMessages(ds, bus, 'mail-ingest', scrubber, another)).counts.stream_messages).toBe(1);
  });

  it('leaves what a reader has not read, and comes back to it', async () => {
    await say(deliverySent.type, 'Zoe');
    const nobody = await eraseMessages(ds, bus, 'notification', scrubber, {});
    expect(nobody).toMatchObject({ counts: { stream_messages: 0 }, waiting: 1 });
    const name = 'ticket__delivery-v1';
    const durable = { durable_name: name, filter_subject: 'delivery.v1.>', ack_policy: AckPolicy.Explicit };
    await bus.jsm.consumers.add('EVT_NOTIFICATION', durable);
    await say(deliverySent.type, 'Zoe, too');
    const consumer = await bus.js.consumers.get('EVT_NOTIFICATION', name);
    await (await consumer.next())?.ackAck();
    const half = await eraseMessages(ds, bus, 'notification', scrubber, nobody.looked);
    expect(half).toMatchObject({ counts: { stream_messages: 1 }, waiting: 1 });
    await (await consumer.next())?.ackAck();
    const rest = await eraseMessages(ds, bus, 'notification', scrubber, half.looked);
    expect(rest).toMatchObject({ counts: { stream_messages: 1 }, waiting: 0 });
    expect(await texts('EVT_NOTIFICATION')).toEqual([]);
    await bus.jsm.consumers.delete('EVT_NOTIFICATION', name);
  });

  it('never takes out a command that is still to be done', async () => {
    await say(fileMail.type, 'from Zoe');
    const erased = await eraseMessages(ds, bus, 'ticket', scrubber, {});
    expect(erased).toMatchObject({ counts: { stream_messages: 0 }, waiting: 1 });
    expect(await texts('CMD_TICKET')).toEqual(['from Zoe']);
  });

  it('scrubs the log, but for what a stream that is lost must be filled with again', async () => {
    await say(fileMail.type, 'x');
    await logged('EVT_MAIL', '{"a":"Zoe"}');
    await logged('EVT_MAIL', '{"a":"zoe"}');
    await logged('CMD_TICKET', '{"a":"Zoe, just now"}', '0');
    const before = await countMessages(ds, scrubber);
    const erased = await eraseMessages(ds, bus, 'mail-ingest', scrubber, {});
    expect({ before, ...erased }).toMatchObject({ before: 2, counts: { logged_messages: 1 }, waiting: 1 });
    expect(await log()).toEqual(['{"a":"somebody"}', '{"a":"zoe"}', '{"a":"Zoe, just now"}']);
    await bus.jsm.streams.purge('CMD_TICKET');
    expect(await eraseMessages(ds, bus, 'mail-ingest', scrubber, erased.looked)).toMatchObject({
      counts: { logged_messages: 1 },
      waiting: 0,
    });
    expect((await log())[2]).toBe('{"a":"somebody, just now"}');
  });

  it('pages through a long log', async () => {
    await sql(
      ds,
      `INSERT INTO event_log (seq, id, stream, subject, kind, payload, created_at)
       SELECT n, gen_random_uuid(), 'EVT_MAIL', 'x', 'event', 'Zoe ' || n, now() FROM generate_series(1, 250) AS n`,
    );
    const { counts } = await eraseMessages(ds, bus, 'mail-ingest', scrubber, {});
    expect(counts.logged_messages).toBe(250);
    expect((await log()).some((payload) => payload.includes('Zoe'))).toBe(false);
  });

  it('scrubs dead letters and their causes, and counts what is not published yet', async () => {
    await sql(
      ds,
      `INSERT INTO dead_letter (consumer, message_id, subject, payload, headers, cause, tries)
       VALUES ('c', '1', 's', '{"a":"Zoe"}', '{}', 'x', 1), ('c', '2', 's', '{}', '{}', 'said Zoe', 1)`,
    );
    await sql(ds, `INSERT INTO outbox (id, subject, kind, payload) VALUES ($1, 's', 'event', 'Zoe')`, [uuidv7()]);
    await sql(ds, `INSERT INTO delivery (consumer, event_id, starts, last_error) VALUES ('c', $1, 1, 'Zoe')`, [
      uuidv7(),
    ]);
    const erased = await eraseMessages(ds, bus, 'mail-ingest', scrubber, {});
    expect(erased).toMatchObject({ counts: { dead_letters: 2 }, waiting: 1 });
    expect(await sql(ds, 'SELECT payload, cause FROM dead_letter ORDER BY id')).toEqual([
      { payload: '{"a":"somebody"}', cause: 'x' },
      { payload: '{}', cause: 'said somebody' },
    ]);
    expect(await sql(ds, 'SELECT last_error FROM delivery')).toEqual([{ last_error: null }]);
    expect(await sql(ds, 'SELECT payload FROM outbox')).toEqual([{ payload: 'Zoe' }]);
  });
});
