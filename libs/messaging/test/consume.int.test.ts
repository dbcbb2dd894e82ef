import type { Message } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { sql, transaction } from '@helpmesh/persistence';
import { infra, waitFor } from '@helpmesh/testing';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consumes, ConsumesBatch, ConsumesPrepared, MAX_TRIES, type Verdict } from '../src/index.ts';
import { type Bed, bed, counted, doIt, noted, sorted, unheard, upTo } from './bed.ts';

type Counted = Message<typeof counted>;

let natsUrl: string;
let b: Bed;
const others: Bed[] = [];

beforeEach(async () => {
  relaying = false;
  natsUrl = (await infra().nats()).url;
  b = await bed(natsUrl);
});
afterEach(async () => {
  await Promise.all([...others.splice(0), b].map((one) => one.stop()));
});

const insert = (tx: EntityManager, messages: Counted[]) =>
  sql(tx, 'INSERT INTO effect (n, aggregate) SELECT * FROM unnest($1::int[], $2::text[])', [
    messages.map((m) => m.data.n),
    messages.map((m) => m.aggregateId),
  ]);

@Controller()
class BatchCounter {
  @ConsumesBatch(counted)
  async onCounted(messages: Counted[], tx: EntityManager): Promise<void> {
    await insert(tx, messages);
  }
}

@Controller()
class SingleCounter {
  @Consumes(counted)
  async onCounted(message: Counted, tx: EntityManager): Promise<Verdict> {
    await insert(tx, [message]);
    return { do: 'ack' };
  }
}

const outboxRows = () => sql<{ id: string; payload: string }>(b.ds, 'SELECT id, payload FROM outbox ORDER BY seq');

/** Publishes messages behind the relay's back, under message ids that the broker has not seen. */
async function deliver(payloads: string[]): Promise<void> {
  await Promise.all(payloads.map((payload, i) => b.bus.js.publish(counted.type, payload, { msgID: `copy-${i}` })));
}

let relaying = false;
const startRelay = () => {
  relaying = true;
  b.relay.start();
};

const drained = (durable = 'counter__tally-v1', stream = 'EVT_TALLY') =>
  waitFor(
    async () => {
      if (relaying && (await outboxRows()).length > 0) return false;
      const info = await b.bus.jsm.consumers.info(stream, durable);
      return info.num_pending === 0 && info.num_ack_pending === 0;
    },
    { what: `${durable} to be drained`, timeoutMs: 60_000 },
  );

describe('consumers', { timeout: 120_000 }, () => {
  it.each([
    ['batch', BatchCounter],
    ['single', SingleCounter],
  ])('%s: each message delivered one to five times, out of order, has its effect once', async (_name, controller) => {
    await b.emit(400);
    const payloads = (await outboxRows()).map((row) => row.payload);
    const copies = payloads.flatMap((payload, i) => Array<string>(1 + (i % 5)).fill(payload));
    // Reordered within a window of 50.
    const shuffled = copies
      .map((payload, i) => ({ payload, at: i + ((i * 7919) % 50) }))
      .sort((x, y) => x.at - y.at)
      .map((copy) => copy.payload);
    await b.serve([controller]);
    await deliver(shuffled);
    await drained();
    expect(sorted(await b.effects())).toEqual(upTo(400));
  });

  it('keeps the order of each aggregate, also behind a message that has to be tried again', async () => {
    const tried = new Map<number, number>();
    @Controller()
    class Stumbling {
      @Consumes(counted)
      async onCounted(message: Counted, tx: EntityManager): Promise<Verdict> {
        const { n } = message.data;
        await insert(tx, [message]);
        const tries = (tried.get(n) ?? 0) + 1;
        tried.set(n, tries);
        if (n % 10 === 3 && n < 60 && tries === 1) return { do: 'retry', afterMs: 100 };
        if (n % 10 === 7 && n < 60 && tries === 1) throw new Error('stumbled');
        return { do: 'ack' };
      }
    }
    await b.serve([Stumbling]);
    startRelay();
    await b.emit(200);
    await drained();
    const rows = await sql<{ aggregate: string; n: number }>(b.ds, 'SELECT aggregate, n FROM effect ORDER BY at');
    expect(sorted(rows.map((row) => row.n))).toEqual(upTo(200));
    const byAggregate = Map.groupBy(rows, (row) => row.aggregate);
    for (const own of byAggregate.values()) {
      const inOrder = own.map((row) => row.n);
      expect(inOrder).toEqual(sorted(inOrder));
    }
    expect(await sql(b.ds, 'SELECT * FROM delivery')).toEqual([]);
  });

  it('poison goes to the dead letters with its cause, the rest is done, and a replay after the fix completes', async () => {
    let fixed = false;
    @Controller()
    class Choosy {
      @ConsumesBatch(counted)
      async onCounted(messages: Counted[], tx: EntityManager): Promise<void> {
        await insert(tx, messages);
        const bad = messages.find((message) => message.data.n % 100 === 13);
        if (bad && !fixed) throw new AppError('invalid', 'counter.unlucky', 'No.', `number ${bad.data.n}`);
      }
    }
    await b.serve([Choosy]);
    startRelay();
    await b.emit(1_000);
    await drained();
    const unlucky = upTo(1_000).filter((n) => n % 100 === 13);
    expect(sorted(await b.effects())).toEqual(upTo(1_000).filter((n) => n % 100 !== 13));
    const letters = await b.deadLetters.list();
    expect(letters).toHaveLength(10);
    expect(letters.map((letter) => letter.cause).sort()[0]).toBe('counter.unlucky: number 113');
    expect(await b.deadLetters.count()).toBe(10);
    const dlq = await b.bus.jsm.streams.getMessage('DLQ', { last_by_subj: 'dlq.counter__tally-v1' });
    expect(dlq?.header.get('Helpmesh-Cause')).toMatch(/^counter\.unlucky: number \d+13$/);
    expect(await sql(b.ds, 'SELECT 1 FROM inbox')).toHaveLength(990);

    // Done again in the process itself they fail as they did, and stay.
    expect(await b.deadLetters.redoOpen()).toBe(10);
    await waitFor(async () => (await b.deadLetters.list()).every(({ tries }) => tries === 2), {
      what: 'second deaths',
    });
    expect(await b.deadLetters.count()).toBe(10);

    fixed = true;
    expect(await b.deadLetters.replayAll()).toBe(10);
    await waitFor(async () => (await b.effects()).length === 1_000, { what: 'the replayed ones' });
    expect(sorted((await b.effects()).slice(-10))).toEqual(unlucky);
    expect(await b.deadLetters.count()).toBe(0);
  });

  it('what was given up is done again in the process, without a word to the broker', async () => {
    let fixed = false;
    @Controller()
    class Choosy {
      @Consumes(counted)
      async onCounted(message: Counted, tx: EntityManager): Promise<void> {
        await insert(tx, [message]);
        if (message.data.n > 2 && !fixed) throw new AppError('invalid', 'counter.unlucky', 'No.');
      }
    }
    const app = await b.serve([Choosy]);
    startRelay();
    await b.emit(5);
    await drained();
    expect(await b.deadLetters.count()).toBe(3);
    // Of a durable that nobody serves any more, and of a type that nobody hears: they stay.
    await sql(
      b.ds,
      `INSERT INTO dead_letter (consumer, message_id, subject, payload, headers, cause, tries)
       SELECT 'counter__gone', message_id, subject, payload, headers, cause, tries FROM dead_letter
       UNION ALL SELECT consumer, message_id || 'x', 'tally.v1.unheard', payload, headers, cause, tries FROM dead_letter`,
    );
    const published = async () => (await b.bus.jsm.streams.info('EVT_TALLY')).state.messages;
    const before = await published();
    fixed = true;
    const one = (await b.deadLetters.list()).find(
      ({ consumer, subject }) => consumer === 'counter__tally-v1' && subject === 'tally.v1.counted',
    );
    expect(await b.deadLetters.redoOpen(one?.id)).toBe(1);
    await waitFor(async () => (await b.deadLetters.count()) === 8, { what: 'the one to be done' });
    expect(await b.deadLetters.redoOpen(one?.id)).toBe(0);
    expect(await b.deadLetters.redoOpen()).toBe(8);
    await waitFor(async () => (await b.deadLetters.count()) === 6, { what: 'the three to be done' });
    expect(sorted(await b.effects())).toEqual([1, 2, 3, 4, 5]);
    expect(await published()).toBe(before);
    await app.close();
    expect(await b.deadLetters.redoOpen()).toBe(6);
  });

  it('replaying what was done meanwhile has no second effect', async () => {
    await b.serve([SingleCounter]);
    startRelay();
    await b.emit(1);
    await drained();
    const [row] = await sql<{ payload: string; id: string }>(b.ds, 'SELECT payload, id FROM event_log');
    const [letter] = await sql<{ id: number }>(
      b.ds,
      `INSERT INTO dead_letter (consumer, message_id, subject, payload, headers, cause, tries)
       VALUES ('counter__tally-v1', $1, $2, $3, '{}', 'by hand', 1) RETURNING id`,
      [row?.id, counted.type, row?.payload],
    );
    await b.deadLetters.replay(letter?.id ?? 0);
    await drained();
    expect((await b.bus.jsm.streams.info('EVT_TALLY')).state.messages).toBe(2);
    expect(await b.effects()).toEqual([1]);
  });

  it.each([
    ['no JSON', 'not JSON at all \u0000', /not JSON/],
    ['no envelope', '{"data":{"n":1}}', /envelope: id/],
    ['data of another shape', null, /data: n/],
  ])('%s is dead at once and stops nobody', async (_name, text, cause) => {
    await b.serve([BatchCounter]);
    await b.emit(2);
    const [first] = await outboxRows();
    const broken = text ?? first?.payload.replace('"data":{"n":1}', '"data":{"n":"one"}') ?? '';
    await b.bus.js.publish(counted.type, broken, { msgID: 'broken' });
    startRelay();
    await drained();
    expect(await b.effects()).toEqual([1, 2]);
    const letters = await b.deadLetters.list();
    expect(letters).toMatchObject([{ cause: expect.stringMatching(cause), tries: 1 }]);
  });

  it('a message that kills the process each time dies before the handler sees it again; its neighbours live', async () => {
    let starts = 0;
    let die: () => Promise<void> = async () => undefined;
    @Controller()
    class Deadly {
      @ConsumesBatch(counted)
      async onCounted(messages: Counted[], tx: EntityManager): Promise<void> {
        await insert(tx, messages);
        if (!messages.some((message) => message.data.n === 7)) return;
        starts++;
        await die();
        await new Promise(() => undefined); // never comes back
      }
    }
    await b.emit(20);
    const payloads = (await outboxRows()).map((row) => row.payload);
    await deliver(payloads);
    for (let lives = 1; (await b.deadLetters.count()) === 0; lives++) {
      expect(lives).toBeLessThan(MAX_TRIES + 3);
      const process = await bed(natsUrl, b.url);
      const died = new Promise<void>((resolve) => {
        die = async () => {
          await process.crash();
          resolve();
        };
      });
      await process.serve([Deadly], { ackWaitMs: 500 });
      const buried = waitFor(async () => (await b.deadLetters.count()) > 0, { what: 'its burial', timeoutMs: 10_000 });
      await Promise.race([died, buried]);
      buried.catch(() => undefined);
      others.push(process);
    }
    expect(starts).toBe(MAX_TRIES);
    expect(await b.deadLetters.list()).toMatchObject([
      { tries: MAX_TRIES, cause: expect.stringContaining('never came to an end') },
    ]);
    await waitFor(async () => (await b.effects()).length === 19, { what: 'its neighbours' });
    expect(sorted(await b.effects())).toEqual(upTo(20).filter((n) => n !== 7));
  });

  it('a process that dies between commit and acknowledgement leaves one effect', async () => {
    await b.emit(10);
    await deliver((await outboxRows()).map((row) => row.payload));
    const first = await bed(natsUrl, b.url);
    others.push(first);
    // The acknowledgements never reach the broker, as if the process had died right after each commit.
    const { protocol } = first.bus.nc as unknown as {
      protocol: { publish(subject: string, ...rest: unknown[]): void };
    };
    const publish = protocol.publish.bind(protocol);
    protocol.publish = (subject, ...rest) => {
      if (!subject.startsWith('$JS.ACK.')) publish(subject, ...rest);
    };
    await first.serve([SingleCounter], { ackWaitMs: 500 });
    await waitFor(async () => (await b.effects()).length === 10, { what: 'the effects' });
    await first.crash();
    const { num_ack_pending } = await b.bus.jsm.consumers.info('EVT_TALLY', 'counter__tally-v1');
    expect(num_ack_pending).toBe(10);
    await b.serve([SingleCounter], { ackWaitMs: 500 });
    await drained();
    expect(sorted(await b.effects())).toEqual(upTo(10));
  });

  it('several handlers of one type share the transaction: all or none', async () => {
    let failing = true;
    @Controller()
    class First {
      @Consumes(counted)
      async onCounted(message: Counted, tx: EntityManager): Promise<void> {
        await insert(tx, [message]);
      }
    }
    @Controller()
    class Second {
      @Consumes(counted, noted)
      async onEither(message: Message<typeof counted> | Message<typeof noted>, tx: EntityManager): Promise<Verdict> {
        await sql(tx, `INSERT INTO effect (n, kind) VALUES ($1, 'second')`, [message.data.n]);
        if (!failing) return { do: 'ack' };
        failing = false;
        return { do: 'retry', afterMs: 50 };
      }
    }
    await b.serve([First, Second]);
    startRelay();
    await transaction(b.ds, async (tx) => {
      await b.outbox.add(tx, counted, { aggregateId: 1, data: { n: 1 } });
      await b.outbox.add(tx, unheard, { aggregateId: 1, data: { n: 2 } });
      await b.outbox.add(tx, noted, { aggregateId: 1, data: { n: 3 } });
    });
    await drained();
    expect(await b.effects()).toEqual([1, 1, 3]);
  });

  it('a preparing handler does its outside work out of the transaction, and writes once', async () => {
    const prepared: number[] = [];
    const written: number[] = [];
    @Controller()
    class Fetching {
      @ConsumesPrepared(doIt)
      async onDoIt(messages: Message<typeof doIt>[]) {
        prepared.push(...messages.map(({ data }) => data.n));
        const fetched = new Map(messages.map(({ id, data }) => [id, data.n * 100]));
        return async (tx: EntityManager, fresh: Message<typeof doIt>[]): Promise<Verdict[]> => {
          written.push(...fresh.map(({ data }) => data.n));
          const wanted = fresh.filter(({ data }) => data.n !== 2);
          await sql(tx, 'INSERT INTO effect (n) SELECT unnest($1::int[])', [wanted.map(({ id }) => fetched.get(id))]);
          return fresh.map(({ data }) => (data.n === 2 ? { do: 'skip', why: 'nothing to fetch' } : { do: 'ack' }));
        };
      }
    }
    await b.serve([Fetching]);
    await transaction(b.ds, async (tx) => {
      for (const n of [1, 2, 3]) await b.outbox.add(tx, doIt, { aggregateId: n, data: { n } });
    });
    const [one] = await outboxRows();
    startRelay();
    await drained('counter__cmd-v1', 'CMD_COUNTER');
    await b.bus.js.publish(doIt.type, one?.payload ?? '', { msgID: 'again' });
    await drained('counter__cmd-v1', 'CMD_COUNTER');
    expect((await b.effects()).toSorted((x, y) => x - y)).toEqual([100, 300]);
    expect(new Set(prepared)).toEqual(new Set([1, 2, 3]));
    expect(written.toSorted((x, y) => x - y)).toEqual([1, 2, 3]);
  });

  it('stopping waits for the running handler and gives the rest back', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let started = 0;
    @Controller()
    class Slow {
      @Consumes(counted)
      async onCounted(message: Counted, tx: EntityManager): Promise<void> {
        started++;
        await gate;
        await insert(tx, [message]);
      }
    }
    const first = await bed(natsUrl, b.url);
    others.push(first);
    // nats-server 2.9 forgets the first message given back while nobody pulls until its ack_wait is over.
    const app = await first.serve([Slow], { concurrency: 2, ackWaitMs: 1_000 });
    startRelay();
    await b.emit(30);
    await waitFor(() => started === 2, { what: 'two running handlers' });
    const closed = app.close();
    release();
    await closed;
    expect(await b.effects()).toHaveLength(2);
    await b.serve([SingleCounter], { ackWaitMs: 1_000 });
    await drained();
    expect(sorted(await b.effects())).toEqual(upTo(30));
  });
});
