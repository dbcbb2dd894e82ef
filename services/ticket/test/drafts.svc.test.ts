import { addUpload, createTicket, ownDrafts } from '@helpmesh/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Sweep } from '../src/application/sweep.ts';
import { cast, type Desk, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const { admin, agent, agent2, reader, customer } = cast;
const DAY_MS = 86_400_000;

const open = () =>
  desk.rest(agent, createTicket, { body: { title: 'Printer', group: 'Users', customer: 'user10@example.org' } });
const text = (html: string, form_id = 'f1') => ({ html, to: 'a@b.example', cc: '', subject: '', form_id, files: [] });
const keep = (id: number, html: string, who = agent, kind = 'reply', form = 'f1') =>
  desk.ask(who, ownDrafts.keep, { params: { id: String(id), kind }, query: {}, body: text(html, form) });
const drop = (id: number, who = agent, kind = 'reply') =>
  desk.ask(who, ownDrafts.delete, { params: { id: String(id), kind }, query: {}, body: undefined });
const drafts = (id: number, who = agent) => desk.rest(who, ownDrafts.list, { id });

it('what somebody types is there again, the last of each kind, and theirs alone', async () => {
  const { id } = await open();
  await keep(id, '<p>Dear</p>');
  const { updated_at } = await keep(id, '<p>Dear Clara</p>');
  await keep(id, '<p>careful</p>', agent, 'note');
  expect((await drafts(id)).drafts).toEqual([
    { kind: 'note', content: text('<p>careful</p>'), updated_at },
    { kind: 'reply', content: text('<p>Dear Clara</p>'), updated_at },
  ]);
  const seen = await drafts(id, admin);
  expect(seen.drafts).toEqual([]);
  expect(seen.others).toMatchObject([
    { user_id: 4, name: 'Anton Agent', kind: expect.any(String) },
    { user_id: 4, name: 'Anton Agent' },
  ]);
  expect(JSON.stringify(seen)).not.toContain('Clara');
  await drop(id);
  await drop(id);
  expect((await drafts(id)).drafts.map(({ kind }) => kind)).toEqual(['note']);
});

it('S15, S16: is for who sees the ticket; a customer learns of nobody else’s, and has no internal note', async () => {
  const { id } = await open();
  await keep(id, '<p>secret</p>');
  await keep(id, '<p>mine</p>', customer);
  const seen = await drafts(id, customer);
  expect(seen).toMatchObject({ drafts: [{ content: { html: '<p>mine</p>' } }], others: [] });
  await expect(keep(id, 'x', customer, 'note')).rejects.toMatchObject({ kind: 'not-found' });
  for (const who of [agent2, cast.stranger]) {
    await expect(keep(id, 'x', who)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(drafts(id, who)).rejects.toMatchObject({ kind: 'not-found' });
  }
  await expect(keep(id, 'x', reader)).resolves.toBeDefined();
  await expect(keep(id, 'x', agent, 'poem')).rejects.toMatchObject({ kind: 'not-found' });
});

it('its files are kept as long as it is, others for a day', async () => {
  const { id } = await open();
  const file = { sha256: 'a'.repeat(64), size: 1, filename: 'a.txt', contentType: 'text/plain' };
  for (const formId of ['kept', 'left']) await desk.ask(agent, addUpload, { formId, file });
  await keep(id, 'x', agent, 'reply', 'kept');
  desk.clock.advance(2 * DAY_MS);
  await desk.service.get<Sweep>(Sweep).seldom();
  const left = () => desk.query<{ form_id: string }>('SELECT form_id FROM upload ORDER BY 1');
  expect(await left()).toEqual([{ form_id: 'kept' }]);
  await drop(id);
  await desk.service.get<Sweep>(Sweep).seldom();
  expect(await left()).toEqual([]);
});
