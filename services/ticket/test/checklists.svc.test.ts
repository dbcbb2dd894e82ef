import {
  checklistItems,
  checklists,
  checklistTemplates,
  createTicket,
  getTicket,
  recordAudit,
  searchTickets,
  ticketHistory,
  ticketUpdated,
  updateTicket,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const { admin, agent, agent2, reader, customer } = cast;
const notFound = { kind: 'not-found' };
const forbidden = { kind: 'forbidden' };

const open = (body: object = {}, who = agent) =>
  desk.rest(who, createTicket, {
    body: { title: 'Move in', group: 'Users', customer: 'user10@example.org', ...body },
  });

interface Assets {
  Checklist: Record<string, { name: string; sorted_item_ids: string[] }>;
  ChecklistItem: Record<string, { text: string; checked: boolean; ticket_id: number | null }>;
  Ticket?: Record<string, { title: string }>;
}

/** The checklist as its items stand, in order. */
async function shown(id: number, who = agent) {
  const { assets } = (await desk.rest(who, checklists.get, { id })) as unknown as { assets: Assets };
  const list = assets.Checklist[id] as Assets['Checklist'][string];
  return { name: list.name, items: list.sorted_item_ids.map((item) => assets.ChecklistItem[item]), assets };
}

const addItem = (checklist_id: number, text: string, who = agent) =>
  desk.rest(who, checklistItems.create, { body: { checklist_id, text } });

describe('the checklist of a ticket', () => {
  it('is made, filled, ticked, put in order and taken away, and the ticket and its history say so', async () => {
    const { id } = await open();
    const list = await desk.rest(agent, checklists.create, { body: { ticket_id: id, name: 'First day' } });
    expect((await desk.rest(agent, getTicket, { id })).checklist_id).toBe(list.id);
    const key = await addItem(list.id, ' get  the key ');
    const desk1 = await addItem(list.id, 'find a desk');
    expect(key).toMatchObject({ text: 'get the key', checked: false, ticket_id: null, checklist_id: list.id });
    const ticked = await desk.rest(agent, checklistItems.update, { id: key.id, body: { checked: true } });
    expect(ticked).toMatchObject({ checked: true, text: 'get the key' });
    await desk.rest(agent, checklistItems.replace, { id: desk1.id, body: { text: 'choose a desk' } });
    await desk.rest(agent, checklists.update, {
      id: list.id,
      body: { name: 'Day one', sorted_item_ids: [String(desk1.id), String(key.id)] },
    });
    const { name, items } = await shown(list.id);
    expect(name).toBe('Day one');
    expect(items.map((item) => item?.text)).toEqual(['choose a desk', 'get the key']);
    const told = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === id);
    expect(told.at(-1)?.data.changes).toEqual({
      checklist: { from: { open: 1, total: 2 }, to: { open: 1, total: 2 } },
    });
    await desk.rest(agent, checklistItems.delete, { id: key.id });
    await desk.rest(agent, checklists.delete, { id: list.id });
    expect((await desk.rest(agent, getTicket, { id })).checklist_id).toBeNull();
    await expect(desk.rest(agent, checklists.get, { id: list.id })).rejects.toMatchObject(notFound);
    const { history } = await desk.rest(agent, ticketHistory, { id });
    const ofList = history.filter(({ object }) => object.startsWith('Checklist'));
    expect(ofList.map(({ object, type, value_from, value_to }) => [object, type, value_from, value_to])).toEqual([
      ['Checklist', 'created', undefined, 'First day'],
      ['Checklist::Item', 'added', undefined, 'get the key'],
      ['Checklist::Item', 'added', undefined, 'find a desk'],
      ['Checklist::Item', 'checklist_item_checked', 'get the key', 'true'],
      ['Checklist::Item', 'updated', 'find a desk', 'choose a desk'],
      ['Checklist', 'updated', 'First day', 'Day one'],
      ['Checklist::Item', 'removed', 'get the key', undefined],
      ['Checklist', 'removed', 'Day one', undefined],
    ]);
    expect(ofList[0]).toMatchObject({ related_object: 'Ticket', related_o_id: id });
  });

  it('is one a ticket, and an order must name each item once', async () => {
    const { id } = await open();
    const list = await desk.rest(agent, checklists.create, { body: { ticket_id: id } });
    const again = desk.rest(agent, checklists.create, { body: { ticket_id: id } });
    await expect(again).rejects.toMatchObject({ kind: 'conflict', code: 'checklist.exists' });
    const item = await addItem(list.id, 'one');
    for (const order of [[], [item.id, item.id], [item.id + 1]]) {
      const asked = desk.rest(agent, checklists.update, { id: list.id, body: { sorted_item_ids: order } });
      await expect(asked).rejects.toMatchObject({ code: 'checklist.order-incomplete' });
    }
    await expect(addItem(list.id, '  ')).rejects.toMatchObject({ code: 'checklist.item-blank' });
  });

  it('an item that names a ticket stands for it, and is done when that one is closed', async () => {
    const other = await open({ title: 'Order the laptop' });
    const { id } = await open();
    const list = await desk.rest(agent, checklists.create, { body: { ticket_id: id, name: 'Arrival' } });
    const item = await addItem(list.id, `wait for Ticket#${other.number}`);
    expect(item).toMatchObject({ ticket_id: other.id, checked: false });
    const found = await desk.rest(agent, searchTickets, { query: { ids: String(other.id), expand: true } });
    expect(found).toMatchObject([{ referencing_checklist_ids: [list.id], referencing_checklists: ['Arrival'] }]);
    await desk.rest(agent, updateTicket, { id: other.id, body: { state: 'closed' } });
    const { items, assets } = await shown(list.id);
    expect(items).toMatchObject([{ checked: true }]);
    expect(assets.Ticket?.[other.id]).toMatchObject({ title: 'Order the laptop' });
    await desk.rest(agent, updateTicket, { id: other.id, body: { state: 'open' } });
    expect((await shown(list.id)).items).toMatchObject([{ checked: false }]);
    const said = await desk.rest(agent, checklistItems.update, { id: item.id, body: { text: 'never mind' } });
    expect(said.ticket_id).toBeNull();
  });

  it('a ticket that the reader may not see is neither named by an item nor told to be referred to', async () => {
    const secret = await open({ title: 'Secret', group: 'Second' }, admin);
    const { id } = await open();
    const list = await desk.rest(agent, checklists.create, { body: { ticket_id: id } });
    expect(await addItem(list.id, `#${secret.number}`)).toMatchObject({ ticket_id: null });
    const byAdmin = await addItem(list.id, `#${secret.number}`, admin);
    expect(byAdmin.ticket_id).toBe(secret.id);
    const { items, assets } = await shown(list.id);
    expect(items.map((item) => item?.ticket_id)).toEqual([null, null]);
    expect(JSON.stringify(assets)).not.toContain('Secret');
    const found = await desk.rest(agent2, searchTickets, { query: { ids: String(secret.id), expand: true } });
    expect(found).toMatchObject([{ referencing_checklist_ids: [], referencing_checklists: [] }]);
  });

  it('is for the agents of its ticket alone: readers look, customers never learn of it', async () => {
    const { id } = await open();
    const list = await desk.rest(agent, checklists.create, { body: { ticket_id: id } });
    const item = await addItem(list.id, 'one');
    await expect(shown(list.id, reader)).resolves.toMatchObject({ items: [{ text: 'one' }] });
    await expect(addItem(list.id, 'two', reader)).rejects.toMatchObject(forbidden);
    await expect(desk.rest(reader, checklists.delete, { id: list.id })).rejects.toMatchObject(forbidden);
    for (const who of [customer, agent2]) {
      await expect(shown(list.id, who)).rejects.toMatchObject(notFound);
      await expect(addItem(list.id, 'two', who)).rejects.toMatchObject(notFound);
      const tick = desk.rest(who, checklistItems.update, { id: item.id, body: { checked: true } });
      await expect(tick).rejects.toMatchObject(notFound);
    }
    await expect(
      desk.rest(customer, checklists.create, { body: { ticket_id: (await open()).id } }),
    ).rejects.toMatchObject(forbidden);
    const seen = await desk.rest(customer, getTicket, { id, query: { expand: true } });
    expect(seen.checklist_id).toBeNull();
    const all = await desk.rest(customer, searchTickets, { query: { ids: String(id) } });
    expect(all).toMatchObject([{ id, checklist_id: null, title: 'Move in' }]);
  });

  it('goes with its ticket, and a deleted ticket is no longer named', async () => {
    const other = await open();
    const { id } = await open();
    const list = await desk.rest(agent, checklists.create, { body: { ticket_id: id } });
    const item = await addItem(list.id, `Ticket#${other.number}`);
    await desk.query('DELETE FROM ticket WHERE id = $1', [other.id]);
    expect((await shown(list.id)).items).toMatchObject([{ id: item.id, ticket_id: null }]);
    await desk.query('DELETE FROM ticket WHERE id = $1', [id]);
    expect(await desk.query('SELECT 1 FROM checklist WHERE id = $1', [list.id])).toEqual([]);
  });
});

describe('templates of checklists', () => {
  const keeper = actor({ userId: 3, permissions: ['admin.checklist'] });

  it('fill a new checklist; they are looked after by administrators, with a trace', async () => {
    const made = await desk.rest(keeper, checklistTemplates.create, {
      body: { name: 'Leaving', items: ['key', ' badge '] },
    });
    expect(made).toMatchObject({ name: 'Leaving', active: true, items: ['key', 'badge'] });
    const { id } = await open();
    const list = await desk.rest(agent, checklists.create, { body: { ticket_id: id, template_id: made.id } });
    const { name, items } = await shown(list.id);
    expect([name, items.map((item) => item?.text)]).toEqual(['Leaving', ['key', 'badge']]);
    const twin = desk.rest(keeper, checklistTemplates.create, { body: { name: 'Leaving' } });
    await expect(twin).rejects.toMatchObject({ code: 'input.not-unique' });
    await desk.rest(keeper, checklistTemplates.update, { id: made.id, body: { active: false, items: ['key'] } });
    const off = desk.rest(agent, checklists.create, { body: { ticket_id: (await open()).id, template_id: made.id } });
    await expect(off).rejects.toMatchObject({ code: 'input.unknown-id' });
    await desk.rest(keeper, checklistTemplates.delete, { id: made.id });
    const audits = (await desk.told(recordAudit)).map(({ data }) => data);
    expect(audits.map(({ action }) => action)).toEqual(
      ['created', 'changed', 'deleted'].map((what) => `checklist-template.${what}`),
    );
    expect(audits[1]?.changes).toMatchObject({ active: { from: true, to: false } });
    // What was made of it stays.
    expect((await shown(list.id)).items).toHaveLength(2);
  });

  it('are read by agents and written by nobody else', async () => {
    await expect(desk.rest(agent, checklistTemplates.list)).resolves.toEqual([]);
    await expect(desk.rest(customer, checklistTemplates.list)).rejects.toMatchObject(forbidden);
    const byAgent = desk.rest(agent, checklistTemplates.create, { body: { name: 'x' } });
    await expect(byAgent).rejects.toMatchObject(forbidden);
  });
});
