import {
  addMention,
  addTag,
  createTicket,
  keepOverviewSortings,
  objectAttributes,
  overviewSortings,
  overviews,
  recordAudit,
  reportProfiles,
  reports,
  searchTicketsByPost,
  ticketList,
  ticketOverviews,
  updateTicket,
  userUpdated,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, handled, startDesk, user } from './desk.ts';

const AGENT = 2;
const CUSTOMER = 3;
const agent = { ...cast.agent, roleIds: [AGENT] };
const agent2 = { ...cast.agent2, roleIds: [AGENT] };
const customer = { ...cast.customer, roleIds: [CUSTOMER] };
const stranger = { ...cast.stranger, roleIds: [CUSTOMER] };
const ruler = actor({ userId: 3, permissions: ['admin.overview'], roleIds: [1] });

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const open = async (body: object = {}, who = agent) =>
  (await desk.rest(who, createTicket, {
    body: { title: 'Printer', group: 'Users', customer: 'user10@example.org', ...body },
  })) as { id: number };
const counts = async (who = agent) =>
  Object.fromEntries((await desk.rest(who, ticketOverviews)).map(({ link, count }) => [link, count]));
const tagged = (name: string) => ({ 'ticket.tags': { operator: 'contains one', value: name } });
const search = (who: typeof agent, body: object) =>
  desk.rest(who, searchTicketsByPost, { body }) as unknown as Promise<{ id: number }[]>;

describe('overviews', () => {
  it('are there from the beginning, for agents and for customers', async () => {
    const ofAgents = [
      ...['my_assigned', 'all_unassigned', 'my_pending_reached', 'my_subscribed_tickets', 'all_open'],
      ...['all_pending_reached', 'all_escalated'],
    ];
    expect(Object.keys(await counts())).toEqual(ofAgents);
    expect(Object.keys(await counts(customer as typeof agent))).toEqual(['my_tickets', 'my_organization_tickets']);
    // Whose organization shares nothing has no use for the other one.
    expect(Object.keys(await counts(stranger as typeof agent))).toEqual(['my_tickets']);
  });

  it('count what their reader may see, and follow every change', async () => {
    const before = await counts();
    const { id } = await open();
    const other = await counts(agent2);
    expect(await counts()).toEqual({
      ...before,
      all_unassigned: (before.all_unassigned ?? 0) + 1,
      all_open: (before.all_open ?? 0) + 1,
    });
    expect(await counts(agent2)).toEqual(other);
    await desk.rest(agent, updateTicket, { id, body: { owner_id: 4, state: 'open' } });
    await desk.rest(agent, addMention, { body: { mentionable_type: 'Ticket', mentionable_id: id } });
    expect(await counts()).toEqual({
      ...before,
      my_assigned: (before.my_assigned ?? 0) + 1,
      my_subscribed_tickets: (before.my_subscribed_tickets ?? 0) + 1,
      all_open: (before.all_open ?? 0) + 1,
    });
    const due = new Date(desk.clock.now() + 60_000).toISOString();
    await desk.rest(agent, updateTicket, { id, body: { state: 'pending reminder', pending_time: due } });
    expect(await counts()).toMatchObject({ my_pending_reached: before.my_pending_reached });
    desk.clock.advance(120_000);
    expect(await counts()).toMatchObject({ my_pending_reached: (before.my_pending_reached ?? 0) + 1 });
  });

  it('are lists like all others, with a cursor and an exact total', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) ids.push((await open({ tags: 'paged' })).id);
    const made = await desk.rest(agent, overviews.create, { body: { name: 'Paged', condition: tagged('paged') } });
    const seen: number[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const query = { view: made.link, limit: 2, sort: 'created_at', order: 'asc', ...(after && { after }) };
      const page = await desk.rest(agent, ticketList, { query });
      expect(page.total).toBe(5);
      seen.push(...page.tickets.map(({ id }) => id));
      after = page.next;
    }
    expect(seen).toEqual(ids);
  });

  it('say nothing of what was said on tickets that their reader may not open', async () => {
    const article = { body: 'for readers alone' };
    const { id } = await open({ tags: 'glanced', article });
    const watcher = actor({ userId: 3, permissions: ['ticket.agent'], groups: { 1: ['overview'] }, roleIds: [AGENT] });
    for (const [who, preview] of [
      [watcher, null],
      [agent, { text: 'for readers alone' }],
    ] as const) {
      const { link } = await desk.rest(who, overviews.create, {
        body: { name: 'Glanced', condition: tagged('glanced') },
      });
      const page = await desk.rest(who, ticketList, { query: { view: link, preview: 'true' } });
      expect(page.tickets).toMatchObject([{ id, preview }]);
    }
  });

  it('show their first tickets as existing clients ask for them', async () => {
    const { id } = await open({ title: 'Shown', tags: 'shown' });
    const { link, id: overview } = await desk.rest(agent, overviews.create, {
      body: { name: 'Shown', condition: tagged('shown') },
    });
    const answer = await desk.rest(agent, ticketOverviews, { query: { view: link } });
    expect(answer).toMatchObject({
      assets: { Ticket: { [id]: { title: 'Shown' } }, Overview: { [overview]: { link } }, User: {} },
      index: { overview: { id: overview, view: link, name: 'Shown' }, tickets: [{ id }], count: 1 },
    });
    await expect(desk.rest(agent, ticketOverviews, { query: { view: 'nothing' } })).rejects.toMatchObject({
      code: 'input.unknown-id',
    });
  });
});

describe('the own order of overviews', () => {
  const sorting = { ...agent, permissions: [...agent.permissions, 'user_preferences'] };
  const other = { ...agent2, permissions: [...agent2.permissions, 'user_preferences.overview_sorting'] };
  const order = async (who: typeof agent) => Object.keys(await counts(who));
  const idOf = async (link: string, who = sorting) =>
    (await desk.rest(who, overviewSortings.list)).overviews.find((one) => one.link === link)?.id as number;
  const sort = (prios: [number, number][], who = sorting) => desk.rest(who, overviewSortings.prio, { body: { prios } });

  it('stands before that of the desk, for nobody else, and can be given up', async () => {
    const before = await order(sorting);
    const ofOther = await order(other);
    const [last, escalated] = [await idOf('all_pending_reached'), await idOf('all_escalated')];
    await sort([
      [escalated, 0],
      [last, 1],
    ]);
    const now = ['all_escalated', 'all_pending_reached'];
    expect(await order(sorting)).toEqual([...now, ...before.filter((link) => !now.includes(link))]);
    expect(await order(other)).toEqual(ofOther);
    const { overviews: mine, overview_sortings: places } = await desk.rest(sorting, overviewSortings.list);
    expect(mine.map(({ link }) => link)).toEqual(await order(sorting));
    expect(places).toMatchObject([
      { user_id: sorting.userId, overview_id: escalated, prio: 0 },
      { user_id: sorting.userId, overview_id: last, prio: 1 },
    ]);
    await sort([[last, 0]]);
    expect((await order(sorting))[0]).toBe('all_pending_reached');
    expect((await desk.rest(sorting, overviewSortings.list)).overview_sortings).toHaveLength(1);
    await sort([]);
    expect(await order(sorting)).toEqual(before);
  });

  it('has places that come and go one by one, and only by whom they are of', async () => {
    const overview_id = await idOf('all_escalated');
    const made = await desk.rest(sorting, overviewSortings.create, { body: { overview_id, prio: 3 } });
    expect(await desk.rest(sorting, overviewSortings.create, { body: { overview_id, prio: 2 } })).toMatchObject({
      id: made.id,
      prio: 2,
    });
    expect(await desk.rest(sorting, overviewSortings.update, { id: made.id, body: { prio: 7 } })).toMatchObject({
      prio: 7,
    });
    const foreign = { kind: 'not-found', code: 'overview-sorting.not-found' };
    const { id } = made;
    await expect(desk.rest(other, overviewSortings.get, { id })).rejects.toMatchObject(foreign);
    await expect(desk.rest(other, overviewSortings.update, { id, body: { prio: 1 } })).rejects.toMatchObject(foreign);
    await expect(desk.rest(other, overviewSortings.delete, { id })).rejects.toMatchObject(foreign);
    expect(await desk.rest(sorting, overviewSortings.get, { id })).toMatchObject({ overview_id, prio: 7 });
    await desk.rest(sorting, overviewSortings.delete, { id });
    await expect(desk.rest(sorting, overviewSortings.get, { id })).rejects.toMatchObject(foreign);
  });

  it('names no overview of others, goes with the overview, and needs the permission', async () => {
    const mine = await desk.rest(sorting, overviews.create, { body: { name: 'Sorted away' } });
    await expect(sort([[mine.id, 0]], other)).rejects.toMatchObject({ code: 'overview.not-found' });
    await sort([[mine.id, 0]]);
    const [{ id: place } = { id: 0 }] = (await desk.rest(sorting, overviewSortings.list)).overview_sortings;
    await desk.rest(sorting, overviews.delete, { id: mine.id });
    expect((await desk.rest(sorting, overviewSortings.list)).overview_sortings).toEqual([]);
    // Accounts show the rows, so whoever keeps accounts hears of them.
    const told = (await desk.told(keepOverviewSortings)).filter(({ data }) => data.userId === sorting.userId);
    expect(told.slice(-2).map(({ data }) => data.ids)).toEqual([[place], []]);
    await expect(sort([], agent)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('tells of everybody who sorted an overview that is deleted, each with what they have left', async () => {
    const shared = await desk.rest(ruler, overviews.create, { body: { name: 'Sorted by two', role_ids: [AGENT] } });
    const kept = await idOf('all_escalated');
    await sort([
      [shared.id, 0],
      [kept, 1],
    ]);
    await sort([[shared.id, 0]], other);
    const places = (await desk.rest(sorting, overviewSortings.list)).overview_sortings;
    const left = places.find(({ overview_id }) => overview_id === kept)?.id;
    await desk.rest(ruler, overviews.delete, { id: shared.id });
    const told = (await desk.told(keepOverviewSortings)).slice(-2).map(({ data }) => [data.userId, data.ids]);
    expect(new Map(told as [number, number[]][])).toEqual(
      new Map([
        [sorting.userId, [left]],
        [other.userId, []],
      ]),
    );
    await sort([]);
  });
});

describe('an own overview', () => {
  it('is nobody else’s: not to see, not to change, not by its link', async () => {
    const body = { name: 'Mine Alone', condition: tagged('mine'), role_ids: [AGENT], prio: 1 };
    const mine = await desk.rest(agent, overviews.create, { body });
    expect(mine).toMatchObject({ personal: true, link: 'mine_alone', role_ids: [] });
    expect(await counts()).toHaveProperty('mine_alone');
    expect(await counts(agent2)).not.toHaveProperty('mine_alone');
    expect((await desk.rest(ruler, overviews.list)).map(({ id }) => id)).not.toContain(mine.id);
    for (const who of [agent2, ruler]) {
      await expect(desk.rest(who, overviews.get, { id: mine.id })).rejects.toMatchObject({ kind: 'not-found' });
      await expect(desk.rest(who, overviews.update, { id: mine.id, body: { name: 'x' } })).rejects.toMatchObject({
        kind: 'not-found',
      });
      await expect(desk.rest(who, overviews.delete, { id: mine.id })).rejects.toMatchObject({ kind: 'not-found' });
    }
    await expect(desk.rest(agent2, ticketList, { query: { view: 'mine_alone' } })).rejects.toMatchObject({
      code: 'input.unknown-id',
    });
    await desk.rest(agent, overviews.delete, { id: mine.id });
    expect(await counts()).not.toHaveProperty('mine_alone');
  });

  it('does not stand in the audit log; a shared one does', async () => {
    await desk.rest(agent, overviews.create, { body: { name: 'Quiet' } });
    const shared = await desk.rest(ruler, overviews.create, { body: { name: 'Loud', role_ids: [AGENT] } });
    await desk.rest(ruler, overviews.update, { id: shared.id, body: { prio: 5 } });
    await desk.rest(ruler, overviews.delete, { id: shared.id });
    const told = (await desk.told(recordAudit)).map(({ data }) => [data.action, data.objectLabel]);
    expect(told.filter(([, label]) => label === 'Quiet' || label === 'Loud')).toEqual([
      ['overview.created', 'Loud'],
      ['overview.changed', 'Loud'],
      ['overview.deleted', 'Loud'],
    ]);
  });
});

describe('a shared overview', () => {
  it('is for its roles, and of them for those who are named', async () => {
    const body = { name: 'For One', role_ids: [AGENT], user_ids: [4], prio: 2 };
    const { id, link } = await desk.rest(ruler, overviews.create, { body });
    expect(await counts()).toHaveProperty(link);
    expect(await counts(agent2)).not.toHaveProperty(link);
    await desk.rest(ruler, overviews.update, { id, body: { user_ids: [] } });
    expect(await counts(agent2)).toHaveProperty(link);
    await desk.rest(ruler, overviews.update, { id, body: { active: false } });
    expect(await counts()).not.toHaveProperty(link);
    await desk.rest(ruler, overviews.delete, { id });
  });

  it('gets another link where the name is taken, also by a standard list', async () => {
    const named = async (name: string) =>
      (await desk.rest(ruler, overviews.create, { body: { name, role_ids: [AGENT] } })).link;
    expect([await named('Übersicht A'), await named('Ubersicht, a!'), await named('Open'), await named('☃')]).toEqual([
      ...['ubersicht_a', 'ubersicht_a_1', 'open_1', 'overview'],
    ]);
  });

  it('goes where it is put', async () => {
    const rows = await desk.rest(ruler, overviews.list);
    const first = rows[0] as (typeof rows)[number];
    const second = rows[1];
    await desk.rest(ruler, overviews.prio, { body: { prios: [[first.id, 900_000]] } });
    const after = await desk.rest(ruler, overviews.list);
    expect(after[0]?.id).toBe(second?.id);
    expect(after.at(-1)?.id).toBe(first.id);
    await desk.rest(ruler, overviews.prio, { body: { prios: [[first.id, first.prio]] } });
  });

  it.each([
    ['without a name', { role_ids: [AGENT] }, 'input.name-blank'],
    ['for nobody', { name: 'x' }, 'input.missing'],
    [
      'by what is not there',
      { name: 'x', role_ids: [AGENT], condition: { 'ticket.mood': { operator: 'is', value: 1 } } },
      'condition.unsupported',
    ],
    [
      'by what has just happened',
      { name: 'x', role_ids: [AGENT], condition: { 'ticket.title': { operator: 'has changed' } } },
      'condition.unsupported',
    ],
  ])('%s is refused', async (_, body, code) => {
    await expect(desk.rest(ruler, overviews.create, { body })).rejects.toMatchObject({ kind: 'invalid', code });
  });

  it('is not for customers to make', async () => {
    await expect(desk.rest(customer, overviews.create, { body: { name: 'x' } })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(desk.rest(customer, overviews.list)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a search by condition', () => {
  it('narrows words and ids, in pages with an exact total', async () => {
    const one = await open({ title: 'Zebra one' });
    const two = await open({ title: 'Zebra two' });
    await desk.rest(agent, addTag, { body: { object: 'Ticket', o_id: two.id, item: 'striped' } });
    const condition = tagged('striped');
    await waitFor(async () => (await search(agent, { query: 'zebra' })).length === 2, { what: 'words to be indexed' });
    expect((await search(agent, { query: 'zebra', condition })).map(({ id }) => id)).toEqual([two.id]);
    expect(await search(agent, { ids: [one.id], condition })).toEqual([]);
    expect((await search(agent, { ids: [one.id, two.id], condition })).map(({ id }) => id)).toEqual([two.id]);
    const text = JSON.stringify(condition);
    expect(await search(agent, { condition: text, only_total_count: true })).toEqual({ total_count: 1 });
    const mine = { 'ticket.customer_id': { operator: 'is', pre_condition: 'current_user.id' } };
    expect(await search(customer as typeof agent, { query: 'zebra', condition: mine, only_total_count: true })).toEqual(
      {
        total_count: 2,
      },
    );
    expect(await search(agent2, { condition, only_total_count: true })).toEqual({ total_count: 0 });
  });

  it('tells a customer nothing of what agents say about a ticket', async () => {
    const { id } = await open({ title: 'Quagga' });
    await desk.rest(agent, addTag, { body: { object: 'Ticket', o_id: id, item: 'difficult' } });
    const asked = { ids: [id], only_total_count: true };
    const who = customer as typeof agent;
    expect(await search(who, { ...asked, condition: tagged('difficult') })).toEqual({ total_count: 0 });
    const none = { 'ticket.tags': { operator: 'contains one not', value: 'difficult' } };
    expect(await search(who, { ...asked, condition: none })).toEqual({ total_count: 1 });
  });

  it.each([
    ['{', 'condition.unreadable'],
    [{ 'ticket.title': { operator: 'matches regex', value: '(' } }, 'condition.unsupported'],
    [{ "ticket.title'; DROP TABLE ticket": { operator: 'is', value: 1 } }, 'condition.unsupported'],
  ])('%j is refused', async (condition, code) => {
    await expect(search(agent, { condition })).rejects.toMatchObject({ kind: 'invalid', code });
  });
});

describe('a report profile', () => {
  const reporter = actor({ userId: 3, permissions: ['report'] });
  const maker = actor({ userId: 3, permissions: ['admin.report_profile'] });

  it('says by a condition which tickets a report is about', async () => {
    const body = { name: 'Printers', condition: tagged('printer') };
    const made = await desk.rest(maker, reportProfiles.create, { body });
    expect(made).toMatchObject({ ...body, active: true });
    expect((await desk.rest(reporter, reportProfiles.list)).map(({ name }) => name)).toEqual(['-all-', 'Printers']);
    const changed = await desk.rest(maker, reportProfiles.update, { id: made.id, body: { condition: null } });
    expect(changed).toMatchObject({ name: 'Printers', condition: {} });
    await desk.rest(maker, reportProfiles.delete, { id: made.id });
    await expect(desk.rest(maker, reportProfiles.get, { id: made.id })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('is refused by what there is not, and for who makes none', async () => {
    const wrong = { name: 'x', condition: { 'ticket.mood': { operator: 'is', value: 1 } } };
    await expect(desk.rest(maker, reportProfiles.create, { body: wrong })).rejects.toMatchObject({
      code: 'condition.unsupported',
    });
    for (const who of [reporter, agent, customer]) {
      await expect(desk.rest(who, reportProfiles.create, { body: { name: 'x' } })).rejects.toMatchObject({
        kind: 'forbidden',
      });
    }
    await expect(desk.rest(agent, reportProfiles.list)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a report of providers', () => {
  const reporter = actor({ userId: 3, permissions: ['report', 'ticket.agent'], groups: { 1: ['full'], 2: ['full'] } });
  const year = { timeRange: 'year' as const, year: 2026, timezone: 'UTC', profiles: { 1: true } };

  it('tells how communities, agreements and helpdesks did by the groups that they stand for, and leads to the tickets', async () => {
    desk.identity.communities.push(
      { id: 7, name: 'Physics', groupIds: [1, 2] },
      { id: 8, name: 'Idle', groupIds: [9] },
    );
    desk.providers.agreements.push({ id: 4, name: 'Lists', kind: 'redirect', groupId: 2 });
    desk.providers.helpdesks.push({ id: 5, name: 'Peer', groupIds: [1] });
    const day = new Date(desk.clock.now()).getUTCFullYear();
    const { id } = await open({ group: 'Second', title: 'Of providers' }, agent2);
    const body = { ...year, year: day };
    const { providers } = await desk.rest(reporter, reports.providers, { body });
    const { groups } = await desk.rest(reporter, reports.groups, { body });
    const made = (of: number) => groups.find(({ group_id }) => group_id === of)?.created ?? 0;
    expect(made(2)).toBeGreaterThan(0);
    expect(providers.map(({ kind, id, name, agreement, created }) => [kind, id, name, agreement, created])).toEqual([
      ['community', 7, 'Physics', null, made(1) + made(2)],
      ['agreement', 4, 'Lists', 'redirect', made(2)],
      ['helpdesk', 5, 'Peer', null, made(1)],
    ]);
    const behind = (provider: object) =>
      desk.rest(reporter, reports.sets, {
        body: { ...body, metric: 'count', downloadBackendSelected: 'created', provider },
      }) as Promise<{ ids: number[]; count: number }>;
    const ofLists = await behind({ kind: 'agreement', id: 4 });
    expect(ofLists.count).toBe(made(2));
    expect(ofLists.ids).toContain(id);
    expect((await behind({ kind: 'helpdesk', id: 5 })).ids).not.toContain(id);
    expect((await behind({ kind: 'helpdesk', id: 99 })).count).toBe(0);
    await expect(desk.rest(agent, reports.providers, { body })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('an overview for replacements', () => {
  const LINK = 'my_replacement_tickets';
  const may = '2026-05-04';
  let version = 100;
  /** Says from when to when somebody is away, and who stands in. */
  const away = async (id: number, replacementId: number, from = may, until = may) => {
    const known = desk.identity.users.get(id) ?? user({ id });
    const row = { ...known, away: { from, until, replacementId } };
    const over = { aggregateId: String(id), aggregateVersion: ++version };
    await handled(desk, await desk.publish(userUpdated, row, over));
  };
  const listed = async (who: typeof agent) =>
    (await desk.rest(who, ticketList, { query: { view: LINK } })).tickets.map(({ id }) => id);
  const agent6 = { ...cast.agent, userId: 6, roleIds: [AGENT] };

  it('is theirs on the days on which they stand in, with the tickets of whoever is away', async () => {
    const { id } = await open({ owner_id: 4, title: 'Of somebody away' });
    await open({ title: 'Of nobody' });
    desk.clock.set(Date.parse(`${may}T00:00:01Z`));
    expect(await counts(agent6)).not.toHaveProperty(LINK);
    await away(4, 6);
    const all = await counts(agent6);
    expect(await listed(agent6)).toContain(id);
    expect(all[LINK]).toBe((await listed(agent6)).length);
    const first = await desk.rest(agent6, ticketOverviews, { query: { view: LINK } });
    expect((first as unknown as { index: { count: number } }).index.count).toBe(all[LINK]);
    // Who stands in for nobody has no such list, and what they may not see stays unseen.
    expect(await counts(agent)).not.toHaveProperty(LINK);
    await expect(listed(agent)).rejects.toMatchObject({ code: 'input.unknown-id' });
    expect(await counts({ ...agent2, userId: 6 })).toMatchObject({ [LINK]: 0 });
    desk.clock.set(Date.parse('2026-05-05T00:00:01Z'));
    expect(await counts(agent6)).not.toHaveProperty(LINK);
  });

  it('goes on from hand to hand, and comes to an end in a circle', async () => {
    desk.clock.set(Date.parse(`${may}T12:00:00Z`));
    const { id } = await open({ owner_id: 4 });
    await away(4, 5);
    expect(await counts(agent6)).not.toHaveProperty(LINK);
    await away(5, 6);
    expect(await listed(agent6)).toContain(id);
    await away(6, 4);
    expect(await listed(agent6)).toContain(id);
    expect(await listed({ ...agent, userId: 5 })).toContain(id);
  });

  it('can be made by administrators, also in the words of Zammad', async () => {
    const condition = {
      'ticket.out_of_office_replacement_id': { operator: 'is', pre_condition: 'current_user.id', value: '' },
    };
    const body = { name: 'Stand-in', condition, out_of_office: true, role_ids: [AGENT] };
    const made = await desk.rest(ruler, overviews.create, { body });
    expect(made).toMatchObject({
      out_of_office: true,
      condition: { 'ticket.owner_id': { operator: 'is', pre_condition: 'current_user.id' } },
    });
    await desk.rest(ruler, overviews.delete, { id: made.id });
  });
});

describe('an overview that gathers its tickets', () => {
  type Line = { id: number; title: string; priority_id: number; state: string; custom?: Record<string, unknown> };
  const keeper = actor({ userId: 3, permissions: ['admin.object'] });
  /** All pages of two, in the order in which they come. */
  const walk = async (query: object, who = agent) => {
    const seen: Line[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page = await desk.rest(who, ticketList, { query: { limit: 2, ...query, ...(after && { after }) } });
      seen.push(...(page.tickets as Line[]));
      after = page.next;
    }
    return seen;
  };
  const make = (body: object) => desk.rest(agent, overviews.create, { body: { name: 'Gathered', ...body } });

  beforeAll(async () => {
    const both = { 'ticket.agent': { shown: true } };
    const screens = { create_middle: both, edit: both };
    const affected = { options: { many: 'Many people', one: 'One person' }, default: 'one' };
    for (const field of [
      { name: 'affected', display: 'Impact', data_type: 'select', data_option: affected },
      { name: 'seats', display: 'Seats', data_type: 'integer', data_option: { min: -9 } },
    ])
      await desk.rest(keeper, objectAttributes.create, { body: { object: 'Ticket', screens, ...field } });
    await desk.rest(keeper, objectAttributes.execute);
    const tickets = [
      { title: 'b', priority_id: 3, seats: 10 },
      { title: 'a', priority_id: 1, affected: 'many', seats: 9 },
      { title: 'c', priority_id: 1, seats: -2 },
      { title: 'a', priority_id: 3, affected: 'many' },
      { title: 'd', priority_id: 2, affected: 'one', seats: 100 },
      { title: 'b', priority_id: 1, affected: null },
    ];
    for (const ticket of tickets) await open({ ...ticket, tags: 'gathered' });
  });

  it.each([
    ['priority', 'ASC', 'asc'],
    ['priority_id', 'DESC', 'asc'],
    ['ticket.priority', 'ASC', 'desc'],
    ['affected', 'ASC', 'asc'],
    ['affected', 'DESC', 'desc'],
    ['nothing there is', 'ASC', 'asc'],
  ] as const)('by %s %s has its pages go on from group to group, %s in each', async (group_by, direction, order) => {
    const body = {
      condition: tagged('gathered'),
      group_by,
      group_direction: direction,
      view: { s: ['title', 'seats'] },
    };
    const { link } = await make(body);
    const seen = await walk({ view: link, sort: 'title', order });
    const keyOf = ({ priority_id, custom }: Line) =>
      group_by.includes('priority') ? priority_id : group_by === 'affected' ? String(custom?.affected ?? '') : 0;
    const way = (sign: 'ASC' | 'DESC' | 'asc' | 'desc') => (sign.toUpperCase() === 'ASC' ? 1 : -1);
    const compare = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);
    const wanted = seen.toSorted(
      (a, b) =>
        way(direction) * compare(keyOf(a), keyOf(b)) || way(order) * (compare(a.title, b.title) || compare(a.id, b.id)),
    );
    expect(new Set(seen.map(({ id }) => id)).size).toBe(6);
    expect(seen.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
    expect(seen.find(({ title }) => title === 'd')?.custom).toMatchObject({ seats: 100 });
  });

  it('begins with the first group also where nothing else narrows it, and for existing clients', async () => {
    const condition = { 'ticket.state_id': { operator: 'is', value: ['1', '2'] } };
    const { link } = await make({ condition, group_by: 'priority', group_direction: 'DESC' });
    const all = await desk.rest(agent, ticketList, { query: { view: link, limit: 200 } });
    const seen = await walk({ view: link, limit: 3 });
    expect(seen).toHaveLength(all.total);
    expect(seen.map(({ id }) => id)).toEqual(all.tickets.map(({ id }) => id));
    const priorities = seen.map(({ priority_id }) => priority_id);
    expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
    const shown = (await desk.rest(agent, ticketOverviews, { query: { view: link } })) as unknown as {
      index: { tickets: { id: number }[] };
    };
    expect(shown.index.tickets.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).slice(0, 200));
  });

  it('is sorted by the columns that it shows, custom ones by their own order', async () => {
    const { link } = await make({ condition: tagged('gathered'), order: { by: 'seats', direction: 'ASC' } });
    const seats = async (sort: string) =>
      (await walk({ view: link, sort, order: 'asc' })).map(({ title, priority_id }) => `${title}${priority_id}`);
    const unset = (found: string[]) => [found.slice(0, 2).toSorted(), found.slice(2)];
    expect(unset(await seats('custom.seats'))).toEqual([
      ['a3', 'b1'],
      ['c1', 'a1', 'b3', 'd2'],
    ]);
    for (const sort of ['state', 'group', 'owner', 'customer', 'organization', 'last_contact_agent_at'])
      expect(new Set((await walk({ view: link, sort, limit: 4 })).map(({ id }) => id)).size).toBe(6);
    const offered = await desk.rest(agent, ticketOverviews);
    expect(offered.find((one) => one.link === link)?.order).toEqual({ by: 'custom.seats', direction: 'ASC' });
    const wrong = desk.rest(agent, ticketList, { query: { view: link, sort: 'custom.nothing' } });
    await expect(wrong).rejects.toMatchObject({ code: 'input.unknown-id' });
    const [first] = await walk({ view: link, sort: 'title', order: 'asc' });
    expect(first).not.toHaveProperty('custom');
  });

  it('tells a customer nothing of a field that only agents see, not by its order either', async () => {
    const shared = { role_ids: [CUSTOMER], group_by: 'affected', view: { s: ['affected'] } };
    const own = { operator: 'is', pre_condition: 'current_user.id', value: '' };
    const { link } = await desk.rest(ruler, overviews.create, {
      body: { name: 'Of customers', condition: { 'ticket.customer_id': own }, ...shared },
    });
    const seen = await walk({ view: link, sort: 'created_at', order: 'asc' }, customer);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.every(({ custom }) => custom?.affected === null)).toBe(true);
    expect(seen.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).toSorted((a, b) => a - b));
  });
});

describe('a hundred overviews', () => {
  it('are counted however many they are', async () => {
    const SPARE = 77;
    const names = Array.from({ length: 101 }, (_, i) => `Spare ${i}`);
    for (const name of names) await desk.rest(ruler, overviews.create, { body: { name, role_ids: [SPARE] } });
    expect(Object.keys(await counts({ ...agent, userId: 78, roleIds: [SPARE] }))).toHaveLength(names.length);
  });
});
