import {
  activityTypes,
  createArticle,
  createTicket,
  deleteArticle,
  deskSettings,
  getTicket,
  listArticles,
  mergeTicket,
  recordAudit,
  searchTickets,
  ticketHistory,
  timeAccountings,
  timeLog,
  undoMerge,
  updateTicket,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, type Desk, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const { admin, agent, agent2, reader, customer } = cast;
const forbidden = { kind: 'forbidden' };
const notFound = { kind: 'not-found' };

const open = (article: object = { body: 'It broke.' }, who = agent, group = 'Users') =>
  desk.rest(who, createTicket, { body: { title: 'Printer', group, customer: 'user10@example.org', article } });
const unitOf = async (id: number, who = agent) => (await desk.rest(who, getTicket, { id })).time_unit;
const spend = (id: number, time_unit: string | number, more: object = {}, who = agent) =>
  desk.rest(who, timeAccountings.createOfTicket, { id, body: { time_unit, ...more } });
const at = (id: number, accounting: number) => ({
  params: { id: String(id), accounting: String(accounting) },
  query: {},
});
const log = (by: keyof typeof timeLog, year = 2026, month = 6, who = admin) =>
  desk.ask(who, timeLog[by], { params: { year: String(year), month: String(month) }, query: {}, body: undefined });

describe('time spent on a ticket', () => {
  it('is summed up as clients read it: a string with one decimal at least', async () => {
    const { id } = await open();
    expect(await unitOf(id)).toBeNull();
    const first = await spend(id, 15);
    expect(first).toMatchObject({ ticket_id: id, time_unit: '15.0', ticket_article_id: null, type_id: null });
    expect(await unitOf(id)).toBe('15.0');
    const second = await spend(id, '1,23');
    expect(await unitOf(id)).toBe('16.23');
    const corrected = await desk.ask(agent, timeAccountings.updateOfTicket, {
      ...at(id, second.id),
      body: { time_unit: '2.50' },
    });
    expect(corrected.time_unit).toBe('2.5');
    expect(await unitOf(id)).toBe('17.5');
    for (const each of [first, second]) {
      await desk.ask(agent, timeAccountings.delete, {
        params: { accounting: String(each.id) },
        query: {},
        body: undefined,
      });
    }
    expect(await unitOf(id)).toBe('0.0');
    const { history } = await desk.rest(agent, ticketHistory, { id });
    const lines = history.filter(({ attribute }) => attribute === 'time_unit');
    expect(lines.map(({ type, value_from, value_to }) => [type, value_from, value_to])).toEqual([
      ['added', undefined, '15.0'],
      ['added', undefined, '1.23'],
      ['updated', '1.23', '2.5'],
      ['removed', '15.0', undefined],
      ['removed', '2.5', undefined],
    ]);
  });

  it.each(['-1', 'abc', '1.234', '', null])('what is no time is refused: %s', async (time_unit) => {
    const { id } = await open();
    const asked = desk.rest(agent, timeAccountings.createOfTicket, { id, body: { time_unit } });
    await expect(asked).rejects.toMatchObject({ kind: 'invalid' });
    expect(await unitOf(id)).toBeNull();
  });

  it('comes with articles, at create and later, and goes with them', async () => {
    const { id } = await open({ body: 'It broke.', time_unit: '10' });
    expect(await unitOf(id)).toBe('10.0');
    const said = await desk.rest(agent, createArticle, {
      body: { ticket_id: id, body: 'Mended.', internal: true, time_unit: 5 },
    });
    expect(said.time_unit).toBe('5.0');
    await desk.rest(agent, updateTicket, { id, body: { state: 'open', article: { body: 'No time.', time_unit: '' } } });
    const thread = await desk.rest(agent, listArticles, { id });
    expect(thread.map(({ time_unit }) => time_unit)).toEqual(['10.0', '5.0', null]);
    const rows = await desk.rest(agent, timeAccountings.ofTicket, { id });
    expect(rows.map(({ ticket_article_id, time_unit }) => [ticket_article_id, time_unit])).toEqual([
      [thread[0]?.id, '10.0'],
      [said.id, '5.0'],
    ]);
    const found = await desk.rest(agent, searchTickets, { query: { ids: String(id) } });
    expect(found).toMatchObject([{ ticket_time_accounting_ids: rows.map((row) => row.id), time_unit: '15.0' }]);
    const all = (await desk.rest(agent, getTicket, { id, query: { all: true } })) as Record<string, unknown>;
    expect(all.time_accountings).toMatchObject([{ time_unit: '10.0' }, { time_unit: '5.0' }]);
    const twice = spend(id, 1, { ticket_article_id: said.id });
    await expect(twice).rejects.toMatchObject({ code: 'time-accounting.article-unfit' });
    await desk.rest(agent, deleteArticle, { id: said.id });
    expect(await unitOf(id)).toBe('10.0');
  });

  it('moves with articles that a merge moves, and comes back with its undo', async () => {
    const [source, target] = [await open({ body: 'x', time_unit: 3 }), await open({ body: 'y', time_unit: 4 })];
    const merging = { params: { id: String(source.id), number: target.number }, query: {}, body: undefined };
    await desk.ask(agent, mergeTicket, merging);
    expect([await unitOf(source.id), await unitOf(target.id)]).toEqual(['0.0', '7.0']);
    await desk.rest(agent, undoMerge, { id: source.id });
    expect([await unitOf(source.id), await unitOf(target.id)]).toEqual(['3.0', '4.0']);
  });

  it('is never told to customers, and what they send of it is dropped', async () => {
    const { id } = await open({ body: 'x', time_unit: 3 });
    const seen = await desk.rest(customer, getTicket, { id, query: { expand: true } });
    expect(seen.time_unit).toBeNull();
    const found = await desk.rest(customer, searchTickets, { query: { ids: String(id) } });
    expect(found).toMatchObject([{ time_unit: null, ticket_time_accounting_ids: [] }]);
    const all = (await desk.rest(customer, getTicket, { id, query: { all: true } })) as Record<string, unknown>;
    expect(all.time_accountings).toEqual([]);
    expect(JSON.stringify(all)).not.toContain('3.0');
    await desk.rest(customer, createArticle, { body: { ticket_id: id, body: 'Thanks', time_unit: '99' } });
    expect((await desk.rest(customer, listArticles, { id })).map(({ time_unit }) => time_unit)).toEqual([null, null]);
    expect(await unitOf(id)).toBe('3.0');
    await expect(desk.rest(customer, timeAccountings.ofTicket, { id })).rejects.toMatchObject(forbidden);
    await expect(spend(id, 1, {}, customer)).rejects.toMatchObject(forbidden);
    await expect(desk.rest(customer, timeAccountings.list)).rejects.toMatchObject(forbidden);
  });

  it('others look at it as far as they see the ticket, and correct what they noted themselves', async () => {
    const { id } = await open();
    const own = await spend(id, 2);
    const params = { accounting: String(own.id) };
    const change = (who = admin) =>
      desk.ask(who, timeAccountings.update, { params, query: {}, body: { time_unit: '3' } });
    await expect(desk.ask(reader, timeAccountings.get, { params, query: {}, body: undefined })).resolves.toMatchObject(
      own,
    );
    await expect(spend(id, 1, {}, reader)).rejects.toMatchObject(forbidden);
    await expect(change(reader)).rejects.toMatchObject(forbidden);
    await expect(change(agent2)).rejects.toMatchObject(notFound);
    await expect(change()).resolves.toMatchObject({ time_unit: '3.0' });
    const seen = await desk.rest(agent2, timeAccountings.list);
    expect(seen.some((row) => row.ticket_id === id)).toBe(false);
    const elsewhere = desk.ask(agent, timeAccountings.getOfTicket, { ...at(id + 1, own.id), body: undefined });
    await expect(elsewhere).rejects.toMatchObject(notFound);
  });
});

describe('kinds of work and the month', () => {
  it('time is noted on a kind of work, by id or name; one in use is not deleted', async () => {
    const phone = await desk.rest(admin, activityTypes.create, { body: { name: 'Phone' } });
    const { id } = await open({ body: 'x', time_unit: '1', accounted_time_type: 'Phone' });
    expect(await desk.rest(agent, timeAccountings.ofTicket, { id })).toMatchObject([
      { type_id: phone.id, type: 'Phone' },
    ]);
    await expect(spend(id, 1, { type: 'Golf' })).rejects.toMatchObject({ code: 'input.unknown-name' });
    await expect(desk.rest(admin, activityTypes.delete, { id: phone.id })).rejects.toMatchObject({
      code: 'input.referenced',
    });
    await desk.rest(admin, activityTypes.update, { id: phone.id, body: { active: false } });
    await expect(spend(id, 1, { type_id: phone.id })).rejects.toMatchObject({ code: 'input.unknown-id' });
    await expect(desk.rest(agent, activityTypes.create, { body: { name: 'Mine' } })).rejects.toMatchObject(forbidden);
  });

  it('the month adds up by activity, ticket, customer and organization', async () => {
    desk.clock.set(Date.parse('2026-06-30T23:59:59.000Z'));
    const { id, number } = await open();
    await spend(id, 2);
    await spend(id, '0.5', {}, admin);
    desk.clock.set(Date.parse('2026-07-01T00:00:00.000Z'));
    await spend(id, 7);
    const ticket = { id, number, title: 'Printer' };
    const who = { customer: 'Clara Customer', organization: 'Seven' };
    expect(await log('activity')).toMatchObject([
      { ticket, ...who, agent: 'Anton Agent', time_unit: '2.0', type: null, created_at: '2026-06-30T23:59:59.000Z' },
      { ticket, ...who, agent: 'Ada Admin', time_unit: '0.5' },
    ]);
    expect(await log('ticket')).toEqual([{ ticket, ...who, agent: '-', time_unit: '2.5' }]);
    expect(await log('customer')).toEqual([
      { customer: { id: 10, name: 'Clara Customer' }, organization: 'Seven', time_unit: '2.5' },
    ]);
    expect(await log('organization')).toEqual([{ organization: { id: 7, name: 'Seven' }, time_unit: '2.5' }]);
    expect(await log('ticket', 2026, 7)).toMatchObject([{ time_unit: '7.0' }]);
    expect(await log('activity', 2026, 8)).toEqual([]);
    await expect(log('ticket', 2026, 6, agent)).rejects.toMatchObject(forbidden);
    await expect(log('ticket', 2026, 13)).rejects.toMatchObject({ kind: expect.stringMatching(/invalid|not-found/) });
  });

  it('whether agents are asked for time is a setting, with a trace', async () => {
    expect(await desk.rest(agent, deskSettings.get)).toMatchObject({ time_accounting: false });
    const body = { time_accounting: true, time_accounting_unit: 'min' };
    await expect(desk.rest(agent, deskSettings.update, { body })).rejects.toMatchObject(forbidden);
    expect(await desk.rest(admin, deskSettings.update, { body })).toMatchObject(body);
    expect(await desk.rest(agent, deskSettings.get)).toMatchObject(body);
    await expect(desk.rest(customer, deskSettings.get)).rejects.toMatchObject(forbidden);
    const audits = (await desk.told(recordAudit)).filter(({ data }) => data.action === 'desk-setting.changed');
    expect(audits.map(({ data }) => data.changes)).toMatchObject([{ time_accounting: { from: false, to: true } }]);
  });
});
