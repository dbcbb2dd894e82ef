import { randomBytes } from 'node:crypto';
import { sendMail, tellOfDisabledWebhook, type UserSnapshot } from '@helpmesh/contracts';
import { epochMs, uuidv7 } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { ErasedPerson, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import { FakeClock, infra, waitFor } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownCertificate, type Receiver, receiver } from '../../../test/receiver.ts';
import type { Delivery } from '../../domain/webhook/webhook.ts';
import { WebhookEvents } from '../../events.ts';
import { SafeWebhookWire } from '../../http/webhook-wire.ts';
import { migrations } from '../../persistence/migrations.ts';
import { WebhookStore } from '../../persistence/webhook.store.ts';
import { WebhookDeliveryStore } from '../../persistence/webhook-delivery.store.ts';
import { WebhookErasureStore } from '../../persistence/webhook-erasure.store.ts';
import { CallDue } from './call-due.ts';
import { EraseCalls } from './erase-calls.ts';
import { Receivers } from './receivers.ts';
import { TellAdmins } from './tell-admins.ts';
import { WebhookLog } from './webhook-log.ts';

const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;
const desk = { page: 'https://desk.example.org', fqdn: 'desk.example.org', brand: 'Helpmesh' };
const admin = { id: 3, email: 'ada@example.org', firstname: 'Ada', lastname: 'Lovelace', locale: 'de' } as UserSnapshot;
const store = new WebhookStore();
const deliveries = new WebhookDeliveryStore();
const receivers = new Receivers(new SecretBox(randomBytes(32).toString('base64')));
let db: DataSource;
let clock: FakeClock;
let far: Receiver;
const callers: CallDue[] = [];

beforeAll(async () => {
  db = createDataSource({ url: await infra().database('call_due'), migrations });
  await migrate(db);
  await connect(db);
});
afterAll(() => db.destroy());
beforeEach(async () => {
  clock = new FakeClock();
  far = await receiver();
});
afterEach(async () => {
  for (const caller of callers.splice(0)) await caller.stop();
  await far.close();
  await sql(db, 'TRUNCATE webhook, webhook_health, webhook_delivery, webhook_attempt, outbox RESTART IDENTITY');
});

function caller({
  timeoutMs = 5_000,
  concurrency = 3,
  disableAfterMs = 5 * DAY_MS,
  stopGraceMs = 2_000,
} = {}): CallDue {
  const outbox = new Outbox('notification', clock);
  const events = new WebhookEvents();
  const wire = new SafeWebhookWire(new SafeFetch({ allowedPrivateHosts: '127.0.0.1' }), clock, timeoutMs);
  const settings = { concurrency, leaseMs: LEASE_MS, pollMs: 20, stopGraceMs, disableAfterMs };
  const made = new CallDue(db, store, deliveries, receivers, wire, outbox, clock, settings, events);
  callers.push(made);
  return made;
}

async function webhook(name: string, more: { endpoint?: string; ssl_verify?: boolean } = {}): Promise<number> {
  return db.transaction(async (tx) => {
    const values = { name, endpoint: far.url(`/${name}`), http_method: 'post', ssl_verify: true } as const;
    const rest = { customized_payload: false, active: true, ...more };
    const id = await store.insert(tx, { ...values, ...rest }, 1, clock.now());
    const row = await store.get(tx, id);
    if (row) await store.update(tx, id, receivers.newKey(id, row, clock.now()).values, 1, clock.now());
    return id;
  });
}

async function queue(webhookId: number, body = '{}', ticketId: number | null = 17): Promise<string> {
  const id = uuidv7();
  const about = { webhookId, kind: 'trigger', rule: 'Tell them', ticketId, articleId: null } as const;
  const told = { traceparent: null, correlationId: id, causationId: null };
  await db.transaction((tx) => deliveries.add(tx, [{ id, ...about, body, ...told }], clock.now()));
  return id;
}

const row = async (id: string) => (await deliveries.get(db, id)) as Delivery;
const inState = (id: string, state: string) =>
  waitFor(async () => ((await row(id)).state === state ? row(id) : undefined), { what: `a call that is ${state}` });

const tried = (id: string, times: number) =>
  waitFor(async () => (await deliveries.attempts(db, id)).length === times, { what: `try ${times}` });

describe('calls that are due', () => {
  it('of one receiver go out one at a time, in the order in which they were ordered', async () => {
    const id = await webhook('ordered');
    const ids = [];
    for (let i = 0; i < 20; i++) ids.push(await queue(id));
    let at = 0;
    let most = 0;
    far.behave('/ordered', (_, response) => {
      most = Math.max(most, ++at);
      setTimeout(() => {
        at -= 1;
        response.end();
      }, 5);
    });
    for (const each of [caller(), caller()]) each.start();
    for (const each of ids) await inState(each, 'delivered');
    expect(most).toBe(1);
    expect(far.calls.map(({ headers }) => headers['webhook-id'])).toEqual(ids);
  });

  it('wait behind nobody who hangs, though as many hang as may be called at once, once those time out', async () => {
    for (const name of ['h1', 'h2', 'h3']) {
      far.behave(`/${name}`, 'hang');
      const id = await webhook(name);
      for (let i = 0; i < 10; i++) await queue(id);
    }
    const well = await queue(await webhook('well'));
    caller({ concurrency: 3, timeoutMs: 200 }).start();
    await inState(well, 'delivered');
    // Each that hung is left alone for a second of the clock, which stands still here.
    expect(far.calls).toHaveLength(4);
  });

  it('of a process that died are made by another when the lease has run out, under the same id', async () => {
    const id = await queue(await webhook('lease'));
    const [taken] = await deliveries.claim(db, clock.now(), LEASE_MS, 10);
    expect(taken?.id).toBe(id);
    caller().start();
    expect(await deliveries.claim(db, clock.now(), LEASE_MS, 10)).toEqual([]);
    clock.advance(LEASE_MS);
    expect(await inState(id, 'delivered')).toMatchObject({ attempts: 2 });
  });

  it('are told by one process alone: an outcome that comes too late is not recorded', async () => {
    const id = await queue(await webhook('late'));
    const [first] = await deliveries.claim(db, clock.now(), LEASE_MS, 1);
    clock.advance(LEASE_MS);
    await deliveries.claim(db, clock.now(), LEASE_MS, 1);
    const attempt = { at: clock.now(), durationMs: 1, request: { method: 'POST', endpoint: '', headers: {} } };
    const answered = { status: 200, error: null, responseHeaders: {}, responseBody: '' };
    const recorded = await db.transaction((tx) =>
      deliveries.record(
        tx,
        first as Delivery,
        { ...attempt, ...answered },
        { state: 'delivered', dueAt: null, error: null },
        clock.now(),
      ),
    );
    expect(recorded).toBe(false);
    expect(await row(id)).toMatchObject({ state: 'calling', attempts: 2 });
  });

  it('that are on their way when the process stops are put off', async () => {
    const id = await queue(await webhook('stopped'));
    far.behave('/stopped', 'hang');
    const one = caller({ stopGraceMs: 50 });
    one.start();
    await far.called('/stopped');
    await one.stop();
    expect(await row(id)).toMatchObject({ state: 'deferred', attempts: 1 });
  });
});

describe('a receiver whose certificate nobody vouches for', () => {
  it.each([
    [true, 'deferred', null],
    [false, 'delivered', 200],
  ])('with verification %s: %s', async (verify, state, status) => {
    const secure = await receiver(ownCertificate);
    const id = await queue(await webhook('tls', { endpoint: secure.url('/tls'), ssl_verify: verify }));
    caller().start();
    const done = await inState(id, state);
    expect(done.status).toBe(status);
    if (verify) {
      expect(done.error).toBe(
        `The certificate of 127.0.0.1:${secure.port} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
      );
      expect(secure.calls).toHaveLength(0);
    }
    await secure.close();
  });
});

describe('a receiver that fails for days', () => {
  it('is switched off with what waited for it, and administrators get a mail in their language', async () => {
    const id = await webhook('dead');
    far.behave('/dead', 503);
    const first = await queue(id);
    caller().start();
    await inState(first, 'deferred');
    // The schedule of one call is over before: it is the receiver that counts.
    clock.advance(5 * DAY_MS - 1_000);
    await queue(id);
    await tried(first, 2);
    expect((await store.get(db, id))?.active).toBe(true);
    clock.advance(61_000);
    await waitFor(async () => (await store.get(db, id))?.active === false, { what: 'the webhook to be off' });
    const waiting = await sql(db, `SELECT 1 FROM webhook_delivery WHERE due_at IS NOT NULL`);
    expect(waiting).toEqual([]);
    // It was ordered in the transaction that switched the webhook off.
    const ordered = async (subject: string) =>
      (await sql<{ payload: string }>(db, 'SELECT payload::text FROM outbox WHERE subject = $1', [subject])).map(
        ({ payload }) => JSON.parse(payload),
      );
    const orders = await ordered(tellOfDisabledWebhook.type);
    expect(orders).toMatchObject([{ data: { name: 'dead', error: 'The receiver answered 503.' } }]);
    const outbox = new Outbox('notification', clock);
    const tell = new TellAdmins(async () => [admin, { ...admin, id: 4, email: null }], outbox);
    const write = await tell.prepare(orders);
    await db.transaction((tx) => write(tx, orders));
    const mails = await ordered(sendMail.type);
    expect(mails).toHaveLength(1);
    const { data } = mails[0];
    expect(data.to).toEqual([{ name: 'Ada Lovelace', address: 'ada@example.org' }]);
    expect(data.content).toMatchObject({
      ...{ template: 'webhook-disabled', locale: 'de' },
      values: { webhook: 'dead', error: 'The receiver answered 503.' },
    });
  });

  it('but got through once in between stays on', async () => {
    const id = await webhook('moody');
    far.behave('/moody', 500);
    caller().start();
    const failing = await queue(id);
    await inState(failing, 'deferred');
    far.behave('/moody', 200);
    clock.advance(2_000);
    await inState(await queue(id), 'delivered');
    expect((await store.get(db, id))?.failing_since).toBeNull();
    far.behave('/moody', 500);
    clock.advance(6 * DAY_MS);
    await tried(failing, 2);
    expect((await store.get(db, id))?.active).toBe(true);
  });
});

describe('the log', () => {
  const outbox = () => new Outbox('notification', clock);
  const log = () => new WebhookLog(db, store, deliveries, outbox(), clock, desk, () => {});

  it('forgets what was done long ago, and nothing that waits', async () => {
    const id = await webhook('kept');
    const done = await queue(id);
    caller().start();
    await inState(done, 'delivered');
    for (const one of callers.splice(0)) await one.stop();
    const waits = await queue(id);
    clock.advance(31 * DAY_MS);
    expect(await log().forget(30)).toBe(1);
    expect(await deliveries.get(db, done)).toBeUndefined();
    expect(await deliveries.get(db, waits)).toBeDefined();
    expect(await sql(db, 'SELECT 1 FROM webhook_attempt')).toEqual([]);
  });
});

describe('a person who is erased', () => {
  const zoe = new ErasedPerson({
    ...{ userId: 7, tickets: 'pseudonymise', pseudonym: 'erased-7', emails: ['zoe@example.org'] },
    ...{ identifiers: ['Zoë Müller'], names: ['Zoë', 'Müller'] },
  } as never);
  const eraser = () => new EraseCalls(db, new WebhookErasureStore(), async () => []);
  const about = (customer_id: number, text: string) => JSON.stringify({ ticket: { customer_id, title: text } });

  it('is gone from what was sent, what waits, and what was answered; others stay', async () => {
    const id = await webhook('people');
    far.behave('/people', (_, response) => response.end('stored for zoe@example.org'));
    const done = await queue(id, about(7, 'Zoë called'));
    const other = await queue(id, about(8, 'Zoë is a name of a ship'), 18);
    caller().start();
    await inState(done, 'delivered');
    await inState(other, 'delivered');
    for (const one of callers.splice(0)) await one.stop();
    const waits = await queue(id, '{"text": "by Zoë Müller <zoe@example.org>"}');
    const held = await queue(id, about(9, 'zoe@example.org'), 99);

    const { counts, kept } = await eraser().erase({ taskId: 1, person: zoe, heldTicketIds: new Set([99]) });
    expect(counts).toEqual({ webhookCalls: 3 });
    expect(kept).toEqual([{ object: 'WebhookDelivery', id: held, why: 'legal-hold' }]);
    expect((await row(done)).body).toBe(about(7, 'erased-7 called'));
    expect((await row(other)).body).toBe(about(8, 'Zoë is a name of a ship'));
    expect((await row(waits)).body).toBe('{"text":"by erased-7 <erased-7@erased.invalid>"}');
    const log = await deliveries.attempts(db, done);
    expect(log[0]).toMatchObject({ responseBody: '', responseHeaders: {}, status: 200 });
    const again = await eraser().erase({ taskId: 1, person: zoe, heldTicketIds: new Set([99]) });
    expect(again.counts).toEqual({ webhookCalls: 0 });
  });

  it('is waited for while a call that names them is on its way', async () => {
    await queue(await webhook('busy'), about(7, 'x'));
    const named = await queue(await webhook('busy2'), about(7, 'zoe@example.org'));
    await deliveries.claim(db, epochMs(clock.now()), LEASE_MS, 10);
    const { waiting } = await eraser().erase({ taskId: 1, person: zoe, heldTicketIds: new Set() });
    expect([waiting, (await row(named)).state]).toEqual([1, 'calling']);
  });
});
