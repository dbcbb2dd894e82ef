import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { infra } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { aMail } from '../../test/a-mail.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import { migrations } from '../persistence/migrations.ts';
import { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import { PersonalDataStore } from '../persistence/personal-data.store.ts';
import { PersonalMessages } from './personal-messages.ts';

let db: DataSource;
beforeAll(async () => {
  db = createDataSource({ url: await infra().database('personal_mails'), migrations });
  await migrate(db);
  await connect(db);
});
afterAll(() => db.destroy());
afterEach(() => sql(db, 'TRUNCATE outbound_mail, online_notification'));

const zoe = { name: 'Zoe', address: 'Zoe@X.org' };

async function queued(over: Partial<OutboundMail>): Promise<string> {
  const mail = aMail(over);
  await db.transaction((tx) => new OutboundMailStore().add(tx, [mail]));
  return mail.id;
}

async function told(internal = false) {
  const mails = new PersonalMessages(db, new PersonalDataStore());
  const pages = [];
  for (let after: string | null | undefined; after !== null; ) {
    const asked = { userId: 42, emails: ['zoe@x.org'], internal, ...(after && { after }) };
    const { parts, next }: Awaited<ReturnType<typeof mails.page>> = await mails.page(asked);
    pages.push(parts);
    after = next;
  }
  return { pages, parts: pages.flat() };
}

it('mails to or copied to a person, however the address is written; nobody else’s', async () => {
  const [to, copied, hidden] = [await queued({ to: [zoe] }), await queued({ cc: [zoe] }), await queued({ bcc: [zoe] })];
  const other = { name: '', address: 'yan@y.org' };
  await queued({ bcc: [other] });
  await queued({ to: [{ name: 'Zoe', address: 'jim-zoe@x.org' }] });
  const { parts } = await told();
  expect(parts.map(({ path }) => path).sort()).toEqual([to, copied, hidden].map((id) => `mails/${id}.json`).sort());
  expect(parts[0]?.data).toMatchObject({ subject: aMail().subject, text: expect.any(String) });
});

it('what opens an account is not in them, nor what agents were told of the desk’s own', async () => {
  await queued({ to: [zoe], secret: true, kind: 'password-reset', text: 'link?token=T', html: 'link?token=T' });
  await queued({ to: [zoe], kind: 'agent-notification', text: 'They never pay.' });
  expect(JSON.stringify((await told()).parts)).not.toMatch(/token=T|never pay/);
  const whole = JSON.stringify((await told(true)).parts);
  expect(whole).toContain('never pay');
  expect(whole).not.toContain('token=T');
});

it('what they were told on the page comes before the mails; nothing of what others were told', async () => {
  const notice = `INSERT INTO online_notification
    (user_id, ticket_id, kind, reason, seen, created_by_id, updated_by_id, created_at, updated_at)
    SELECT $1::int, n, 'create', 'all', false, 3, 3, now(), now() FROM generate_series(1, $2::int) AS n`;
  await sql(db, notice, [42, 1_001]);
  await sql(db, notice, [43, 1]);
  const mail = await queued({ to: [zoe] });
  const { parts } = await told();
  expect(parts.map(({ path }) => path.replace(/^notices\/\d+/, 'notices/1'))).toEqual([
    'notices/1.json',
    'notices/1.json',
    `mails/${mail}.json`,
  ]);
  const notices = parts.slice(0, 2).flatMap(({ data }) => data as { ticket_id: number; kind: string }[]);
  expect(notices.map(({ ticket_id }) => ticket_id)).toEqual(Array.from({ length: 1_001 }, (_, i) => i + 1));
  expect(notices[0]).toMatchObject({ kind: 'create', seen: false, created_at: expect.any(Date) });
});

it('page by page, each small enough for the broker', async () => {
  for (let n = 0; n < 45; n++) await queued({ to: [zoe] });
  await queued({ to: [zoe], text: 'x'.repeat(900_000) });
  await queued({ to: [zoe], text: 'y'.repeat(900_000) });
  const { pages, parts } = await told();
  expect(new Set(parts.map(({ path }) => path)).size).toBe(47);
  expect(parts).toHaveLength(47);
  for (const page of pages) expect(JSON.stringify(page).length).toBeLessThan(1_100_000);
});
