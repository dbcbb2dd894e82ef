import type { BlobStore } from '@helpmesh/blob';
import {
  addUpload,
  createTicket,
  deskSettings,
  type GroupSnapshot,
  getTicket,
  heldArticles,
  heldTickets,
  ownDeskSettings,
  ownDrafts,
  sendMail,
  sharedDraftOfTicket,
  sharedDrafts,
  updateTicket,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ChangeTickets } from '../src/application/change-tickets.ts';
import { CreateTickets } from '../src/application/create-tickets.ts';
import { HeldTimer } from '../src/application/held/held-timer.ts';
import { BLOBS, IDENTITY } from '../src/application/ports.ts';
import { Sweep } from '../src/application/sweep.ts';
import { HeldStore } from '../src/persistence/held.store.ts';
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

it('words beside the ticket are kept with the message they are about', async () => {
  const { id } = await open();
  const body = { ...text('<p>Supplier</p>'), side: { how: 'forward', article_id: 7 } };
  await desk.ask(agent, ownDrafts.keep, { params: { id: String(id), kind: 'side' }, query: {}, body } as never);
  expect((await drafts(id)).drafts).toMatchObject([{ kind: 'side', content: body }]);
  await drop(id, agent, 'side');
  expect((await drafts(id)).drafts).toEqual([]);
});

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

const mail = (body = '<p>Dear Clara</p>', more: object = {}) => ({
  article: { type: 'email', to: 'clara@example.org', body, content_type: 'text/html', ...more },
});
const hold = (id: number, body: object = mail(), who = agent) => desk.rest(who, heldArticles.create, { id, body });
const waiting = (id: number, who = agent) => desk.rest(who, heldArticles.list, { id });
const recall = (id: number, who = agent) => desk.rest(who, heldArticles.delete, { id });
const mailsOf = async (id: number) =>
  (await desk.told(sendMail)).filter(({ data }) => data.ticketId === id).map(({ data }) => data);
/** Everything that is due has been sent or refused. */
const released = async () => {
  desk.service.get<HeldTimer>(HeldTimer).wake();
  await waitFor(
    async () =>
      (
        await desk.query("SELECT 1 FROM held_article WHERE state = 'held' AND send_at <= $1", [
          new Date(desk.clock.now()).toISOString(),
        ])
      ).length === 0,
    { what: 'held articles to be sent' },
  );
};

it('J5: what was sent waits ten seconds in which nobody and nothing knows of it, and is then sent once', async () => {
  const { id } = await open();
  const before = await desk.rest(agent, getTicket, { id });
  await keep(id, '<p>Dear Clara</p>');
  const held = await hold(id, { ...mail(), ticket: { state: 'closed' } });
  expect(held).toMatchObject({ state: 'held', scheduled: false, article_id: null, created_by: 'Anton Agent' });
  expect(Date.parse(held.send_at) - desk.clock.now()).toBe(10_000);
  desk.clock.advance(9_999);
  await released();
  expect(await desk.rest(agent, getTicket, { id })).toEqual(before);
  expect(await mailsOf(id)).toEqual([]);
  expect((await drafts(id)).drafts).toEqual([]);
  expect(await waiting(id, admin)).toMatchObject([{ id: held.id, article: { body: '<p>Dear Clara</p>' } }]);
  desk.clock.advance(1);
  await released();
  const sentAt = new Date(desk.clock.now()).toISOString();
  expect(await desk.rest(agent, getTicket, { id, query: { expand: true } })).toMatchObject({
    state: 'closed',
    article_count: 1,
    first_response_at: sentAt,
    updated_by_id: agent.userId,
  });
  expect(await mailsOf(id)).toMatchObject([{ content: { html: '<p>Dear Clara</p>' } }]);
  expect(await waiting(id)).toEqual([]);
  await expect(recall(held.id)).rejects.toMatchObject({ kind: 'conflict', code: 'held-article.sent' });
});

it('what is taken back is the draft it was, with its files, beside what was begun since', async () => {
  const { id } = await open();
  const file = { sha256: 'b'.repeat(64), size: 3, filename: 'b.txt', contentType: 'text/plain' };
  await desk.ask(agent, addUpload, { formId: 'sent', file });
  const held = await hold(id, mail('<p>One</p>', { form_id: 'sent', cc: 'carl@example.org', bcc: 'bo@example.org' }));
  expect(held.files).toEqual([{ filename: 'b.txt', size: 3 }]);
  desk.clock.advance(2 * DAY_MS);
  const { content, kind } = await recall(held.id);
  expect(kind).toBe('reply');
  expect(content).toEqual({
    ...{ html: '<p>One</p>', to: 'clara@example.org', cc: 'carl@example.org', subject: '', form_id: 'sent' },
    bcc: 'bo@example.org',
    files: [{ id: expect.any(Number), filename: 'b.txt', size: 3 }],
  });
  expect((await drafts(id)).drafts).toMatchObject([{ content }]);
  await desk.service.get<Sweep>(Sweep).seldom();
  const again = await hold(id, mail('<p>One</p>', { form_id: 'sent' }));
  await keep(id, '<p>Two</p>', agent, 'reply', 'begun');
  expect((await recall(again.id)).content).toMatchObject({
    ...{ html: '<p>One</p><p>Two</p>', form_id: 'begun', files: [{ filename: 'b.txt' }] },
  });
  await released();
  expect(await mailsOf(id)).toEqual([]);
});

it('F28: recalled at the very moment of sending, it is sent or a draft, never both and never neither', async () => {
  const { id } = await open();
  const timer = desk.service.get<HeldTimer>(HeldTimer);
  const another = () =>
    new HeldTimer(
      desk.db,
      desk.service.get(HeldStore),
      desk.service.get(ChangeTickets),
      desk.service.get(CreateTickets),
      desk.service.get<ConstructorParameters<typeof HeldTimer>[4]>(IDENTITY),
      desk.clock,
    );
  const tries = 24;
  let recalled = 0;
  for (let i = 0; i < tries; i++) {
    const held = await hold(id, mail(`<p>try ${i}</p>`));
    desk.clock.advance(10_000);
    timer.wake();
    // Two replicas at once, and the author.
    const second = another();
    second.wake();
    if (i % 3 > 0) await new Promise((done) => setTimeout(done, i % 7));
    const back = await recall(held.id).then(
      () => true,
      (error: { code: string }) => expect(error.code).toBe('held-article.sent'),
    );
    await second.onApplicationShutdown();
    await released();
    const sent = (await mailsOf(id)).filter(({ content }) => 'html' in content && content.html === `<p>try ${i}</p>`);
    const kept = (await drafts(id)).drafts.filter(({ content }) => content.html.includes(`try ${i}<`));
    expect([sent.length, kept.length]).toEqual(back === true ? [0, 1] : [1, 0]);
    if (back === true) recalled += 1;
    await drop(id);
  }
  expect(recalled).toBeGreaterThan(0);
  expect(recalled).toBeLessThan(tries);
});

it('what cannot be sent for the moment, as while its pictures cannot be kept, is sent when it can be', async () => {
  const { id } = await open();
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await hold(id, mail(`<p>Look</p><img src="data:image/png;base64,${pixel}">`));
  const files = desk.service.get<BlobStore>(BLOBS);
  const kept = vi.spyOn(files, 'put').mockRejectedValueOnce(new AppError('unavailable', 'blob.unavailable', 'Away.'));
  desk.clock.advance(10_000);
  await released();
  expect(kept).toHaveBeenCalledTimes(2);
  kept.mockRestore();
  expect(await mailsOf(id)).toHaveLength(1);
  expect(await waiting(id)).toEqual([]);
});

it('a later time is kept over a restart, may be moved, and what has to be refused then says why', async () => {
  const { id } = await open();
  const inDays = (days: number) => new Date(desk.clock.now() + days * DAY_MS).toISOString();
  const held = await hold(id, { ...mail(), send_at: inDays(3) });
  expect(held).toMatchObject({ scheduled: true });
  const edit = (body: object, who = agent) => desk.rest(who, heldArticles.update, { id: held.id, body });
  await edit({ send_at: inDays(5), article: mail('<p>Later</p>').article });
  desk.clock.advance(4 * DAY_MS);
  await released();
  expect(await waiting(id)).toMatchObject([{ id: held.id, state: 'held', article: { body: '<p>Later</p>' } }]);
  for (const send_at of [inDays(-1), inDays(400)]) {
    await expect(edit({ send_at })).rejects.toMatchObject({ code: 'held-article.time-not-possible' });
  }
  // They leave the group before it is due.
  desk.identity.actors = desk.identity.actors.map((one) => (one.userId === 4 ? { ...one, groups: {} } : one));
  desk.clock.advance(2 * DAY_MS);
  await released();
  expect(await mailsOf(id)).toEqual([]);
  expect(await waiting(id, admin)).toMatchObject([
    { state: 'failed', error: expect.stringContaining("Couldn't find") },
  ]);
  desk.identity.actors = Object.values(cast);
  expect(await desk.rest(agent, heldArticles.send, { id: held.id })).toMatchObject({ state: 'held' });
  await released();
  expect(await mailsOf(id)).toHaveLength(1);
});

it('S15: it is for the agents of the ticket to see, and its author’s alone to change', async () => {
  const { id } = await open();
  const held = await hold(id, { ...mail(), send_at: new Date(desk.clock.now() + DAY_MS).toISOString() });
  await expect(hold(id, mail(), reader)).rejects.toMatchObject({ kind: 'forbidden' });
  for (const who of [customer, cast.stranger]) {
    await expect(hold(id, mail(), who)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(waiting(id, who)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(recall(held.id, who)).rejects.toMatchObject({ kind: 'forbidden' });
  }
  await expect(hold(id, mail(), agent2)).rejects.toMatchObject({ kind: 'not-found' });
  await expect(waiting(id, agent2)).rejects.toMatchObject({ kind: 'not-found' });
  await expect(recall(held.id, agent2)).rejects.toMatchObject({ kind: 'not-found' });
  for (const endpoint of [heldArticles.send, heldArticles.update, heldArticles.delete]) {
    await expect(desk.rest(admin, endpoint, { id: held.id, body: {} })).rejects.toMatchObject({ kind: 'forbidden' });
  }
  await expect(hold(id, { article: { type: 'email', body: ' ' } })).rejects.toMatchObject({ kind: 'invalid' });
  expect(await waiting(id)).toHaveLength(1);
});

const letter = (more: object = {}) => ({
  ...{ title: 'Your new printer', group: 'Users', customer: 'user10@example.org', tags: 'printer', ...more },
  article: { type: 'email', sender: 'Agent', to: 'clara@example.org', body: '<p>Hello</p>', content_type: 'text/html' },
});
const holdTicket = (body: object, who = agent) => desk.rest(who, heldTickets.create, { body });
const heldOf = (who = agent) => desk.rest(who, heldTickets.list);
const recallTicket = (id: number, who = agent) => desk.rest(who, heldTickets.delete, { id });

it('a mail with a new ticket waits as well: there is no such ticket until then, and then there is one', async () => {
  const tickets = () => desk.query('SELECT id FROM ticket');
  const before = await tickets();
  const held = await holdTicket(letter());
  expect(held).toMatchObject({
    state: 'held',
    scheduled: false,
    ticket_id: null,
    ticket: { title: 'Your new printer' },
  });
  expect(Date.parse(held.send_at) - desk.clock.now()).toBe(10_000);
  desk.clock.advance(9_999);
  await released();
  expect(await tickets()).toEqual(before);
  desk.clock.advance(1);
  await released();
  const [sent] = (await heldOf()).filter(({ id }) => id === held.id);
  expect(sent).toMatchObject({ state: 'sent', ticket: {}, ticket_id: expect.any(Number) });
  const id = sent?.ticket_id as number;
  expect(await desk.rest(agent, getTicket, { id, query: { expand: true } })).toMatchObject({
    ...{ title: 'Your new printer', create_article_type: 'email', create_article_sender: 'Agent', article_count: 1 },
    created_by_id: agent.userId,
  });
  expect(await mailsOf(id)).toMatchObject([{ content: { html: '<p>Hello</p>' } }]);
  expect(await tickets()).toHaveLength(before.length + 1);
  await expect(recallTicket(held.id)).rejects.toMatchObject({ kind: 'conflict', code: 'held-article.sent' });
  // It is a ticket now, and none of the articles that wait on one.
  await expect(recall(held.id)).rejects.toMatchObject({ kind: 'not-found' });
});

it('what is taken back comes with all its fields and files; nobody else has it, and it is never opened', async () => {
  const file = { sha256: 'c'.repeat(64), size: 3, filename: 'c.txt', contentType: 'text/plain' };
  const form_id = 'opening';
  await desk.ask(agent, addUpload, { formId: form_id, file });
  const body = {
    ...letter({ password: 'secret' }),
    article: { ...letter().article, form_id, attachments: [{ ...file, filename: 'd.txt' }] },
  };
  const before = await desk.query('SELECT id FROM ticket');
  const held = await holdTicket(body);
  expect(held.files).toEqual([
    { filename: 'c.txt', size: 3 },
    { filename: 'd.txt', size: 3 },
  ]);
  expect(JSON.stringify(held)).not.toContain(file.sha256);
  // No field of tickets: forgotten, as of a ticket that is opened at once.
  const [stored] = await desk.query('SELECT * FROM held_article WHERE id = $1', [held.id]);
  expect(JSON.stringify(stored)).not.toContain('secret');
  for (const who of [admin, agent2]) {
    expect(await heldOf(who)).toEqual([]);
    await expect(recallTicket(held.id, who)).rejects.toMatchObject({ kind: 'not-found' });
  }
  await expect(recall(held.id)).rejects.toMatchObject({ kind: 'not-found' });
  for (const who of [customer, cast.stranger]) {
    await expect(holdTicket(letter(), who)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(heldOf(who)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(recallTicket(held.id, who)).rejects.toMatchObject({ kind: 'forbidden' });
  }
  const { ticket, files } = await recallTicket(held.id);
  expect(ticket).toEqual({ ...letter(), article: { ...letter().article, form_id } });
  expect(files.map(({ filename }) => filename)).toEqual(['c.txt', 'd.txt']);
  desk.clock.advance(60_000);
  await released();
  expect(await desk.query('SELECT id FROM ticket')).toEqual(before);
});

it('F28: a ticket recalled at the very moment of opening is opened or taken back, never both and never neither', async () => {
  const timer = desk.service.get<HeldTimer>(HeldTimer);
  for (let i = 0; i < 12; i++) {
    const held = await holdTicket(letter({ title: `try ${i}` }));
    desk.clock.advance(10_000);
    timer.wake();
    // A third of them at once, the others when it may have begun, or be over.
    if (i % 3 > 0) await new Promise((done) => setTimeout(done, 3 * (i % 7)));
    const back = await recallTicket(held.id).then(
      () => true,
      (error: { code: string }) => expect(error.code).toBe('held-article.sent'),
    );
    await released();
    const opened = await desk.query('SELECT id FROM ticket WHERE title = $1', [`try ${i}`]);
    expect(opened).toHaveLength(back === true ? 0 : 1);
  }
});

it('a ticket that waits needs what a new one needs, and what has to be refused later says why', async () => {
  await expect(holdTicket(letter({ group: 'Elsewhere' }))).rejects.toMatchObject({ kind: 'invalid' });
  await expect(holdTicket({ ...letter(), article: undefined })).rejects.toMatchObject({ kind: 'invalid' });
  await expect(holdTicket(letter(), reader)).rejects.toMatchObject({ kind: 'forbidden' });
  const send_at = new Date(desk.clock.now() + 400 * DAY_MS).toISOString();
  await expect(holdTicket(letter({ send_at }))).rejects.toMatchObject({ code: 'held-article.time-not-possible' });
  const held = await holdTicket(letter({ send_at: new Date(desk.clock.now() + DAY_MS).toISOString() }));
  expect(held.scheduled).toBe(true);
  desk.identity.actors = desk.identity.actors.map((one) => (one.userId === 4 ? { ...one, groups: {} } : one));
  desk.clock.advance(DAY_MS);
  await released();
  const one = async () => (await heldOf()).find(({ id }) => id === held.id);
  expect(await one()).toMatchObject({ state: 'failed', error: expect.any(String), ticket: { title: letter().title } });
  desk.identity.actors = Object.values(cast);
  expect(await desk.rest(agent, heldTickets.send, { id: held.id })).toMatchObject({ state: 'held', error: null });
  await waitFor(async () => (await one())?.state === 'sent', { what: 'the ticket to be opened' });
});

it('how long is for the desk to say, and for each agent', async () => {
  const { id } = await open();
  const waits = async () => {
    const held = await hold(id);
    await recall(held.id);
    return Date.parse(held.send_at) - desk.clock.now();
  };
  await desk.rest(admin, deskSettings.update, { body: { undo_send_seconds: 30 } });
  expect(await waits()).toBe(30_000);
  await desk.rest(agent, ownDeskSettings.update, { body: { undo_send_seconds: 5 } });
  expect(await waits()).toBe(5_000);
  expect(await desk.rest(agent, ownDeskSettings.get)).toEqual({ undo_send_seconds: 5 });
  await desk.rest(agent, ownDeskSettings.update, { body: { undo_send_seconds: null } });
  expect(await waits()).toBe(30_000);
  await expect(desk.rest(customer, ownDeskSettings.get)).rejects.toMatchObject({ kind: 'forbidden' });
});

it('answers are parked by many at once, which hold every connection of the pool', async () => {
  const tickets = await Promise.all(Array.from({ length: 40 }, open));
  const body = { new_article: { body: '<p>Half an answer</p>' } };
  const parked = tickets.map(({ id }) => desk.rest(agent, sharedDraftOfTicket.put, { id, body }));
  expect(await Promise.all(parked)).toHaveLength(40);
});

it('an answer is parked for the group, gone on with by another, and gone once it was given', async () => {
  const { id } = await open();
  const shared = (who = agent) => desk.rest(who, sharedDraftOfTicket.get, { id });
  const park = (body: object, who = agent) => desk.rest(who, sharedDraftOfTicket.put, { id, body });
  expect(await shared()).toEqual({ shared_draft_id: null, assets: {} });
  const file = { sha256: 'c'.repeat(64), size: 3, filename: 'c.txt', contentType: 'text/plain' };
  await desk.ask(agent, addUpload, { formId: 'parked', file });
  const new_article = { body: '<p>Dear<script>alert(1)</script></p>', type: 'email', to: 'a@b.example' };
  const { shared_draft_id: draft } = await park({ new_article, ticket_attributes: { state_id: 4 }, form_id: 'parked' });
  const seen = (await shared(admin)).assets.TicketSharedDraftZoom?.[String(draft)];
  expect(seen).toMatchObject({
    ...{ ticket_id: id, new_article: { body: '<p>Dear</p>', to: 'a@b.example' }, ticket_attributes: { state_id: 4 } },
    ...{ files: [{ filename: 'c.txt', size: 3 }], created_by_id: 4, updated_by: 'Anton Agent' },
  });
  const body = { form_id: 'mine' };
  const { attachments } = await desk.rest(admin, sharedDraftOfTicket.files, { id, body });
  expect(attachments).toMatchObject([{ filename: 'c.txt', size: 3 }]);
  await park({ new_article: { body: '<p>Better</p>' } }, admin);
  expect((await shared()).shared_draft_id).toBe(draft);
  for (const who of [customer, cast.stranger, reader]) {
    await expect(shared(who)).rejects.toMatchObject({ kind: 'forbidden' });
  }
  await expect(shared(agent2)).rejects.toMatchObject({ kind: 'not-found' });
  // Another ticket's is nobody's to use up.
  const other = await open();
  const said = { article: { body: 'Said' }, shared_draft_id: draft };
  await desk.rest(agent, updateTicket, { id: other.id, body: said });
  expect((await shared()).shared_draft_id).toBe(draft);
  await desk.rest(admin, updateTicket, {
    id,
    body: { article: { body: 'Said', form_id: 'mine' }, shared_draft_id: draft },
  });
  expect((await shared()).shared_draft_id).toBeNull();
  expect(await desk.rest(agent, sharedDraftOfTicket.delete, { id })).toEqual({ shared_draft_id: null });
});

it('a ticket is parked before it is opened; a group may have that switched off', async () => {
  const body = { name: 'Outage', group_id: 1, content: { title: 'Outage', body: '<p>All is down</p>' } };
  const { shared_draft_id: id } = await desk.rest(agent, sharedDrafts.create, { body });
  const list = async (who = agent) => (await desk.rest(who, sharedDrafts.list)).shared_draft_ids;
  expect(await list(admin)).toEqual([id]);
  expect(await list(agent2)).toEqual([]);
  await expect(desk.rest(agent2, sharedDrafts.get, { id })).rejects.toMatchObject({ kind: 'not-found' });
  await expect(desk.rest(customer, sharedDrafts.list)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(desk.rest(agent2, sharedDrafts.create, { body })).rejects.toMatchObject({ kind: 'forbidden' });
  await desk.rest(admin, sharedDrafts.update, { id, body: { name: 'Big outage' } });
  expect(await desk.rest(agent, sharedDrafts.get, { id })).toMatchObject({
    shared_draft_content: { title: 'Outage' },
    assets: { TicketSharedDraftStart: { [id]: { name: 'Big outage', group_id: 1, updated_by_id: 3 } } },
  });
  const ticket = { title: 'Outage', group: 'Users', customer: 'user10@example.org', shared_draft_id: id };
  await desk.rest(agent, createTicket, { body: ticket });
  expect(await list()).toEqual([]);
  const { shared_draft_id: last } = await desk.rest(agent, sharedDrafts.create, { body });
  desk.identity.addGroups({ ...(desk.identity.groups.get(1) as GroupSnapshot), sharedDrafts: false });
  await expect(desk.rest(agent, sharedDrafts.create, { body })).rejects.toMatchObject({
    code: 'shared-draft.switched-off',
  });
  expect(await list()).toEqual([]);
  expect(await desk.rest(agent, sharedDrafts.delete, { id: last })).toEqual({ shared_draft_id: last });
});
