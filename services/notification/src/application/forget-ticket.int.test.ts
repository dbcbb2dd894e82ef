import type { Message, ticketPurged } from '@helpmesh/contracts';
import { Outbox } from '@helpmesh/messaging';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { aMail } from '../../test/a-mail.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import { ErasureStore } from '../persistence/erasure.store.ts';
import { GatheredNoticeStore } from '../persistence/gathered-notice.store.ts';
import { migrations } from '../persistence/migrations.ts';
import { NoticeStore } from '../persistence/notice.store.ts';
import { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import { WebhookErasureStore } from '../persistence/webhook-erasure.store.ts';
import { ForgetTicket } from './forget-ticket.ts';

const store = new OutboundMailStore();
let db: DataSource;
beforeAll(async () => {
  db = createDataSource({ url: await infra().database('forget_ticket'), migrations });
  await migrate(db);
  await connect(db);
});
afterAll(() => db.destroy());
afterEach(() => sql(db, 'TRUNCATE outbound_mail'));

const toZoe = { to: [{ name: 'Zoe Zed', address: 'Zoe@X.org' }], text: 'Dear Zoe', subject: 'Zoe asks', ticketId: 42 };

async function mail(state: OutboundMail['state'], over: Partial<OutboundMail> = {}, hoursAgo = 0): Promise<string> {
  const one = aMail({ ...toZoe, ...over });
  await db.transaction((tx) => store.add(tx, [one]));
  await sql(
    db,
    `UPDATE outbound_mail SET state = $2, due_at = CASE WHEN $2 IN ('queued', 'sending', 'deferred') THEN now() END,
       created_at = now() - $3 * interval '1 hour' WHERE id = $1`,
    [one.id, state, hoursAgo],
  );
  return one.id;
}
const forget = (ticketId: number) => {
  const message = { data: { ticketId, how: 'deleted', mails: [] } } as unknown as Message<typeof ticketPurged>;
  const clock = { now: () => Date.now() } as never;
  return db.transaction((tx) =>
    new ForgetTicket(
      new ErasureStore(),
      new WebhookErasureStore(),
      new NoticeStore(),
      new GatheredNoticeStore(),
      new Outbox('notification'),
      clock,
    ).run(tx, message),
  );
};
const left = async () => (await sql<{ id: string }>(db, 'SELECT id FROM outbound_mail')).map(({ id }) => id);

it('the mails of a ticket that is gone go, sent or not; those of others stay', async () => {
  for (const state of ['sent', 'failed', 'queued', 'deferred', 'suppressed'] as const) await mail(state);
  const other = await mail('sent', { ticketId: 43 });
  await forget(42);
  expect(await left()).toEqual([other]);
});

it('one on the wire stays: its outcome is still to be recorded', async () => {
  const id = await mail('sending');
  await forget(42);
  expect(await left()).toEqual([id]);
  expect(await sql(db, 'SELECT subject FROM outbound_mail')).toEqual([{ subject: 'Zoe asks' }]);
});

it('of an automatic answer of today is kept whom it went to, and nothing else', async () => {
  const today = await mail('sent', { guardAddress: 'zoe@x.org' });
  await mail('sent', { guardAddress: 'zoe@x.org' }, 25);
  await forget(42);
  expect(await left()).toEqual([today]);
  const [row] = await sql<Record<string, unknown>>(db, 'SELECT * FROM outbound_mail');
  expect(row).toMatchObject({ guard_address: 'zoe@x.org', subject: '[erased]', recipients: [], body_text: null });
  const { guard_address: _, ...rest } = row as Record<string, unknown>;
  expect(JSON.stringify(rest)).not.toMatch(/zoe/i);
});

it('calls of webhooks about it go with all that was answered, also those that wait', async () => {
  await sql(
    db,
    `INSERT INTO webhook (id, name, endpoint, http_method, ssl_verify, customized_payload, active, created_by_id,
       updated_by_id, created_at, updated_at) VALUES (1, 'a', 'https://a', 'post', true, false, true, 1, 1, now(), now())`,
  );
  await sql(
    db,
    `INSERT INTO webhook_delivery (id, webhook_id, kind, rule, ticket_id, body, state, due_at, correlation_id, created_at,
       updated_at)
     SELECT gen_random_uuid(), 1, 'trigger', 'r', ticket, '{}', state, due, 'c', now(), now() FROM (VALUES
       (42, 'delivered', NULL), (42, 'queued', now()), (43, 'delivered', NULL)) AS v (ticket, state, due)`,
  );
  await sql(
    db,
    `INSERT INTO webhook_attempt SELECT id, 1, now(), 1, '{}', 200, NULL, '{}', 'for Zoe' FROM webhook_delivery`,
  );
  await forget(42);
  expect(await sql(db, 'SELECT ticket_id FROM webhook_delivery')).toEqual([{ ticket_id: 43 }]);
  expect(await sql(db, 'SELECT 1 FROM webhook_attempt')).toHaveLength(1);
});
