import { faultProxy, infra, waitFor } from '@helpmesh/testing';
import type pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { afterCommit, connect, createDataSource, migrate, Session, sql, transaction, violates } from './index.ts';

class Things1700000000001 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, n int)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE thing');
  }
}

let url: string;
let ds: DataSource;

beforeAll(async () => {
  // A name nobody made yet: migrate() has to.
  const made = new URL(await infra().database('persistence'));
  made.pathname += '_new';
  url = made.href;
  ds = createDataSource({ url, migrations: [Things1700000000001] });
});

afterAll(async () => {
  if (ds?.isInitialized) await ds.destroy();
});

describe('persistence', () => {
  it('migrate makes the missing database once, however many replicas ask at the same time', async () => {
    const applied = await Promise.all([migrate(ds), migrate(ds), migrate(ds)]);
    expect(applied.flat()).toEqual(['Things1700000000001']);
    await connect(ds);
  });

  it('opens every connection with the settings asked for', async () => {
    const settings = { plan_cache_mode: 'force_generic_plan', jit: 'off' };
    const own = await connect(createDataSource({ url, migrations: [], settings }));
    const shown = await sql(own, "SELECT current_setting('plan_cache_mode') AS plans, current_setting('jit') AS jit");
    await own.destroy();
    expect(shown).toEqual([{ plans: 'force_generic_plan', jit: 'off' }]);
  });

  it('gives int8, int8[] and date as number, numbers and text', async () => {
    const rows = await sql(ds, `SELECT 5000000000::int8 AS id, ARRAY[1, 2]::int8[] AS ids, DATE '2026-03-29' AS day`);
    expect(rows).toEqual([{ id: 5_000_000_000, ids: [1, 2], day: '2026-03-29' }]);
  });

  it('names a statement from its second use on, and survives a change of the row type', async () => {
    const text = 'SELECT * FROM thing WHERE n = $1';
    await transaction(ds, async (tx) => {
      await sql(tx, text, [1]);
      await sql(tx, text, [1]);
      const [named] = await sql<{ n: number }>(
        tx,
        'SELECT count(*) AS n FROM pg_prepared_statements WHERE statement = $1',
        [text],
      );
      expect(named?.n).toBe(1);
    });
    await ds.query('ALTER TABLE thing ADD COLUMN later text');
    // Inside a transaction the stale plan aborts it, so the whole function runs again.
    await expect(transaction(ds, (tx) => sql(tx, text, [1]))).resolves.toEqual([]);
  });

  it('maps a unique violation to conflict and says which constraint', async () => {
    await sql(ds, 'INSERT INTO thing (name) VALUES ($1)', ['once']);
    const error = await sql(ds, 'INSERT INTO thing (name) VALUES ($1)', ['once']).catch((e: unknown) => e);
    expect(error).toMatchObject({ kind: 'conflict', code: 'db.unique' });
    expect(violates(error, 'thing_name_key')).toBe(true);
    expect(violates(error, 'another')).toBe(false);
  });

  it.each([
    ['SELECT 1/0', 'invalid'],
    [`SELECT '\\x00'::bytea::text::int`, 'invalid'],
    ['SELECT * FROM nowhere', 'bug'],
  ])('%s is %s', async (text, kind) => {
    await expect(sql(ds, text)).rejects.toMatchObject({ kind });
  });

  it('runs the whole function again after a deadlock', async () => {
    await sql(ds, `INSERT INTO thing (name, n) VALUES ('a', 0), ('b', 0)`);
    let runs = 0;
    let firstLocks = 0;
    let bothHold = (): void => undefined;
    const both = new Promise<void>((resolve) => {
      bothHold = resolve;
    });
    const add = (first: string, second: string) =>
      transaction(ds, async (tx) => {
        runs++;
        await sql(tx, 'UPDATE thing SET n = n + 1 WHERE name = $1', [first]);
        if (++firstLocks === 2) bothHold();
        await both;
        await sql(tx, 'UPDATE thing SET n = n + 1 WHERE name = $1', [second]);
      });
    await Promise.all([add('a', 'b'), add('b', 'a')]);
    expect(runs).toBe(3);
    expect(await sql(ds, `SELECT n FROM thing WHERE name IN ('a', 'b')`)).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('rings after the commit only, once, and never after a rollback', async () => {
    const heard: string[] = [];
    const bell = () => heard.push('bell');
    await transaction(ds, async (tx) => {
      afterCommit(tx, bell);
      afterCommit(tx, bell);
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(['bell']);
    await transaction(ds, async (tx) => {
      afterCommit(tx, bell);
      throw new Error('no');
    }).catch(() => undefined);
    expect(heard).toEqual(['bell']);
  });

  it('an advisory lock has one holder and is free when its session goes', async () => {
    const first = await Session.open({ url });
    const second = await Session.open({ url });
    expect(await first.tryLock('one')).toBe(true);
    expect(await second.tryLock('one')).toBe(false);
    await first.close();
    expect(await second.tryLock('one')).toBe(true);
    await second.close();
  });

  it('survives every connection being cut and answers again', async () => {
    const session = await Session.open({ url });
    const open = transaction(ds, (tx) => sql(tx, 'SELECT pg_sleep(20)')).catch((error: unknown) => error);
    const admin = await Session.open({ url: url.replace(/_new$/, '') });
    const inSleep = `SELECT pid FROM pg_stat_activity WHERE datname = $1 AND query LIKE 'SELECT pg_sleep%'`;
    const database = new URL(url).pathname.slice(1);
    await waitFor(async () => (await admin.query(inSleep, [database])).length > 0, { what: 'the sleeping statement' });
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
    await admin.close();
    expect(await open).toMatchObject({ kind: 'unavailable' });
    await expect(session.query('SELECT 1')).rejects.toMatchObject({ kind: 'unavailable' });
    // The statement may hear of the end before the connection does.
    await waitFor(() => !session.alive, { what: 'the session to know that it ended' });
    // The pool may hand out a connection whose end it has not heard of yet; the caller's next try gets a new one.
    const answer = await waitFor(() => sql(ds, 'SELECT 1 AS one'), { what: 'an answer' });
    expect(answer).toEqual([{ one: 1 }]);
  });

  it('outlives a connection that is cut before its taker listens', async () => {
    const own = await connect(createDataSource({ url, migrations: [], poolSize: 1 }));
    const pool = (own.driver as unknown as { master: pg.Pool }).master;
    const taken = await pool.connect();
    const ended = new Promise((resolve) => taken.once('end', resolve));
    const { rows } = await taken.query('SELECT pg_backend_pid() AS pid');
    await sql(ds, 'SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await ended;
    taken.release();
    expect(await sql(own, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await own.destroy();
  });

  it('gives up a server that went silent in the middle of a statement, and its connections', async () => {
    const proxy = await faultProxy({ port: Number(new URL(url).port) });
    const { options } = createDataSource({ url: proxy.through(url), migrations: [] });
    const impatient = { ...(options as { extra: object }).extra, query_timeout: 300 };
    const far = new DataSource({ ...options, extra: impatient } as typeof options);
    try {
      await far.initialize();
      const inTransaction = transaction(far, async (tx) => {
        await sql(tx, 'SELECT $1::int', [1]);
        proxy.stall();
        await sql(tx, 'SELECT $1::int', [2]);
      });
      await expect(inTransaction).rejects.toMatchObject({ kind: 'unavailable', code: 'db.unavailable' });
      await expect(sql(far, 'SELECT 1')).rejects.toMatchObject({ kind: 'unavailable' });
      await proxy.heal();
      const answer = await waitFor(() => sql(far, 'SELECT 1 AS one'), { what: 'an answer' });
      expect(answer).toEqual([{ one: 1 }]);
    } finally {
      await far.destroy();
      await proxy.close();
    }
  });

  it('an unreachable server is unavailable, not a bug', async () => {
    const nowhere = createDataSource({ url: 'postgres://x@127.0.0.1:1/x', migrations: [] });
    await expect(connect(nowhere, 0)).rejects.toMatchObject({ kind: 'unavailable', code: 'db.unavailable' });
  });
});
