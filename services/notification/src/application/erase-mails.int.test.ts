import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { ErasedPerson } from '@helpmesh/service-kit';
import { infra } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { aMail } from '../../test/a-mail.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import { ErasureStore } from '../persistence/erasure.store.ts';
import { migrations } from '../persistence/migrations.ts';
import { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import { EraseMails } from './erase-mails.ts';

const store = new OutboundMailStore();
let db: DataSource;
beforeAll(async () => {
  db = createDataSource({ url: await infra().database('erase_mails'), migrations });
  await migrate(db);
  await connect(db);
});
afterAll(() => db.destroy());
afterEach(() => sql(db, 'TRUNCATE outbound_mail'));

const person = (tickets: 'pseudonymise' | 'redact' = 'pseudonymise') =>
  new ErasedPerson({
    ...{ userId: 42, pseudonym: 'erased-1', tickets, emails: ['zoe@x.org'], identifiers: ['Zoe Zed'] },
    names: ['Zoe', 'Zed'],
  });
const toZoe = { to: [{ name: 'Zoe Zed', address: 'Zoe@X.org' }], text: 'Dear Zoe,\nas you said.', subject: 'Zoe asks' };

async function queued(state: OutboundMail['state'], over: Partial<OutboundMail> = {}): Promise<string> {
  const mail = aMail(over);
  await db.transaction((tx) => store.add(tx, [mail]));
  await sql(
    db,
    `UPDATE outbound_mail SET state = $2, due_at = CASE WHEN $2 IN ('queued', 'sending', 'deferred') THEN now() END
     WHERE id = $1`,
    [mail.id, state],
  );
  return mail.id;
}

const row = async (id: string) => (await sql(db, 'SELECT * FROM outbound_mail WHERE id = $1', [id]))[0];
const erase = (who: ErasedPerson, { held = [] as number[], reached = [] as number[] } = {}) =>
  new EraseMails(db, new ErasureStore(), async (_task, after) => reached.filter((id) => id > after)).erase({
    ...{ taskId: 1, person: who, heldTicketIds: new Set(held) },
  });

it.each(['queued', 'deferred', 'failed'] as const)('a mail to them that is %s is not sent any more', async (state) => {
  const id = await queued(state, toZoe);
  expect(await erase(person())).toEqual({ counts: { mails: 1 }, waiting: 0, kept: [] });
  const left = await row(id);
  expect(left).toMatchObject({ state: 'suppressed', due_at: null, subject: '[erased]', body_text: null });
  expect(left?.recipients).toEqual([{ name: 'erased-1', address: 'erased-1@erased.invalid' }]);
  expect(JSON.stringify(left)).not.toMatch(/zoe/i);
  expect(await erase(person())).toEqual({ counts: { mails: 0 }, waiting: 0, kept: [] });
});

it('one that is on the wire waits for its outcome', async () => {
  const id = await queued('sending', toZoe);
  expect(await erase(person())).toEqual({ counts: { mails: 0 }, waiting: 1, kept: [] });
  expect(await row(id)).toMatchObject({ state: 'sending', subject: 'Zoe asks' });
});

it('one to somebody else is still sent, with the pseudonym in their place', async () => {
  const cc = [{ name: 'Zoe Zed', address: 'zoe@x.org' }];
  const id = await queued('queued', { text: 'Zoe says: ask Zoe Zed <zoe@x.org>', cc, bcc: cc });
  await erase(person());
  expect(await row(id)).toMatchObject({
    ...{ state: 'queued', cc: [{ name: 'erased-1', address: 'erased-1@erased.invalid' }] },
    bcc: [{ name: 'erased-1', address: 'erased-1@erased.invalid' }],
    body_text: 'Zoe says: ask erased-1 <erased-1@erased.invalid>',
  });
});

it('what was mailed about requests that are emptied is emptied, once it is done', async () => {
  const sent = await queued('sent', { ticketId: 7, text: 'quoted' });
  const waits = await queued('queued', { ticketId: 7, text: 'quoted' });
  const other = await queued('sent', { ticketId: 8, text: 'quoted' });
  expect((await erase(person('redact'), { reached: [7] })).counts).toEqual({ mails: 1 });
  expect(await row(sent)).toMatchObject({ subject: '[erased]', body_text: null });
  expect(await row(waits)).toMatchObject({ body_text: 'quoted' });
  expect(await row(other)).toMatchObject({ body_text: 'quoted' });
  expect((await erase(person('redact'), { reached: [7] })).counts).toEqual({ mails: 0 });
});

it('mails of a ticket under legal hold stay, and are named', async () => {
  const id = await queued('sent', { ...toZoe, ticketId: 7 });
  const before = await row(id);
  expect(await erase(person('redact'), { held: [7], reached: [8] })).toEqual({
    ...{ counts: { mails: 0 }, waiting: 0, kept: [{ object: 'OutboundMail', id, why: 'legal-hold' }] },
  });
  expect(await row(id)).toEqual(before);
});
