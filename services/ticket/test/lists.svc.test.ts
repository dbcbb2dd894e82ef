import {
  agentHome,
  countOpenedTickets,
  createArticle,
  createTicket,
  deleteTicket,
  exportTickets,
  getTicket,
  listTickets,
  mergeTicket,
  ownDrafts,
  searchHighlights,
  searchTickets,
  searchTicketsByPost,
  serviceFigures,
  ticketCounts,
  ticketCreated,
  ticketList,
  ticketsAround,
  updateArticle,
  updateTicket,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import type { Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SearchQueries } from '../src/application/attributes/search-attributes.ts';
import { Conditions } from '../src/application/conditions.ts';
import { ReadTickets } from '../src/application/read-tickets.ts';
import { SearchTickets } from '../src/application/search-tickets.ts';
import { AroundStore } from '../src/persistence/around.store.ts';
import { SearchStore } from '../src/persistence/search.store.ts';
import { cast, type Desk, startDesk } from './desk.ts';

let desk: Desk;
const { admin, agent, agent2, customer, colleague, stranger } = cast;
const ids: Record<string, number> = {};

const open = async (name: string, body: object, words: object = {}) => {
  desk.clock.advance(1_000);
  const { id } = await desk.rest(admin, createTicket, {
    body: {
      title: name,
      group: 'Users',
      customer: 'user10@example.org',
      article: { body: `about ${name}`, ...words },
      ...body,
    },
  });
  ids[name] = id;
  return id;
};
const page = (who: typeof agent, query: object = {}) => desk.rest(who, ticketList, { query });
const titles = (list: { tickets: { title: string }[] }) => list.tickets.map(({ title }) => title);
const search = (who: typeof agent, query: object) =>
  desk.rest(who, searchTickets, { query }) as Promise<{ id: number; title: string }[]>;
const found = async (who: typeof agent, query: string) => (await search(who, { query })).map(({ title }) => title);

beforeAll(async () => {
  desk = await startDesk();
  await open('Alpha printer', {});
  await open('Beta café', { owner_id: 4 }, { body: 'the paper jam is back' });
  await open('Gamma', { state: 'closed' });
  await open('Delta', { group: 'Second', customer: 'user12@example.org' });
  await open('Epsilon', { state: 'pending reminder', pending_time: '2026-05-01T00:00:00Z' });
  await open('Zeta', {}, { body: '<p>jam for <b>breakfast</b></p>', content_type: 'text/html' });
  await desk.rest(agent, createArticle, { body: { ticket_id: ids.Zeta, body: 'topsecret remark', internal: true } });
  await waitFor(async () => (await found(admin, 'topsecret')).length === 1, {
    what: 'the index to have the last article',
  });
});
afterAll(() => desk.stop());

describe('how the last message of a ticket begins', () => {
  const previewOf = async (id: number, who = admin) =>
    (await page(who, { preview: 'true', limit: 200 })).tickets.find((one) => one.id === id)?.preview;
  const say = (ticket_id: number, who: typeof agent, words: object) =>
    desk.rest(who, createArticle, { body: { ticket_id, ...words } });

  it('is told where it is asked for, and never of what a customer may not read', async () => {
    const shown = { from: 'Ada Admin', sender: 'Agent', text: 'jam for breakfast', created_at: expect.any(String) };
    // A remark follows it.
    for (const who of [admin, agent, customer]) expect(await previewOf(ids.Zeta as number, who)).toEqual(shown);
    for (const { preview } of (await page(admin)).tickets) expect(preview).toBeUndefined();
    const file = await desk.ask(admin, exportTickets, { view: 'all' });
    for (const row of file.rows) expect(row).not.toHaveProperty('preview');
  });

  it('follows what is said, hidden, taken away and moved', async () => {
    const [first, second] = [await open('Said', {}), await open('Said beside', {})];
    const text = async (id = first) => (await previewOf(id, agent))?.text;
    const asked = await say(first, customer, { body: '> about Said\n\nIs there any news?' });
    expect(await previewOf(first, agent)).toMatchObject({ sender: 'Customer', text: 'Is there any news?' });
    await say(first, agent, { body: 'She is in a hurry', internal: true });
    const answer = await say(first, agent, { body: '<p>Not <i>yet</i></p>', content_type: 'text/html' });
    expect(await text()).toBe('Not yet');
    await desk.rest(agent, updateArticle, { id: answer.id, body: { internal: true } });
    expect(await text()).toBe('Is there any news?');
    await desk.rest(agent, updateArticle, { id: answer.id, body: { internal: false } });
    expect(await text()).toBe('Not yet');
    await say(second, customer, { body: 'Here as well' });
    const { number } = await desk.rest(agent, getTicket, { id: first });
    await desk.ask(admin, mergeTicket, { params: { id: String(second), number }, query: {}, body: undefined });
    expect(await text()).toBe('Here as well');
    await desk.query('DELETE FROM article WHERE id > $1 AND ticket_id = $2 AND NOT internal', [asked.id, first]);
    expect(await text()).toBe('Is there any news?');
    for (const id of [first, second]) await desk.rest(admin, deleteTicket, { id });
    delete ids.Said;
    delete ids['Said beside'];
  });

  it('is made beside all else where it is missing, and never outlives its words', async () => {
    const id = ids['Beta café'] as number;
    const text = async () => (await previewOf(id))?.text;
    expect(await text()).toBe('the paper jam is back');
    await desk.query("UPDATE article SET body = 'nothing was ever said' WHERE ticket_id = $1", [id]);
    expect(await text()).not.toBe('the paper jam is back');
    await waitFor(async () => (await text()) === 'nothing was ever said', { what: 'the other words' });
    await desk.query("UPDATE article SET body = 'the paper jam is back' WHERE ticket_id = $1", [id]);
    await waitFor(async () => (await text()) === 'the paper jam is back', { what: 'the words of before' });
  });
});

describe('the lists of existing clients', () => {
  const everything = async (who: typeof agent) => (await desk.page(who, listTickets, {})).list.map(({ id }) => id);

  it('tell the exact total to who asks for it, and how full the page is', async () => {
    for (const who of [admin, agent, agent2, customer, colleague, stranger]) {
      const total = (await everything(who)).length;
      const query = { per_page: '1', with_total_count: 'true' };
      expect(await desk.page(who, listTickets, query)).toMatchObject({ page: 1, perPage: 1, rows: 1, total });
      const found = await desk.page(who, searchTickets, { ...query, query: '' });
      expect(found).toMatchObject({ rows: 1, total });
    }
    expect(await desk.page(admin, listTickets, { per_page: '1' })).not.toHaveProperty('total');
    expect(await desk.page(admin, searchTickets, { full: 'true' })).toMatchObject({ total: Object.keys(ids).length });
  });

  it('can be walked by id in both directions, whatever is opened and deleted meanwhile', async () => {
    for (const order_by of ['asc', 'desc']) {
      const before = await everything(agent);
      const walked: number[] = [];
      for (let cursor: string | null | undefined = ''; cursor != null; ) {
        const { list, next } = await desk.page(agent, listTickets, { cursor, per_page: '2', order_by });
        walked.push(...list.map(({ id }) => id));
        cursor = next;
        const doomed = await desk.rest(admin, createTicket, {
          body: { title: 'Meanwhile', group: 'Users', customer: 'user10@example.org', article: { body: 'x' } },
        });
        await desk.rest(admin, deleteTicket, { id: doomed.id });
      }
      expect(walked).toEqual(order_by === 'asc' ? before : before.reverse());
    }
  });

  it('take no cursor of another list, another order, or with another sorting', async () => {
    const { next } = await desk.page(agent, listTickets, { cursor: '', per_page: '1' });
    for (const query of [{ cursor: 'x' }, { cursor: next, order_by: 'desc' }, { cursor: next, sort_by: 'title' }]) {
      await expect(desk.page(agent, listTickets, query)).rejects.toMatchObject({ kind: 'invalid' });
    }
  });
});

it('programs that watch are told how much there is, and how much is new', async () => {
  const { counts, last_created_at } = await desk.ask(admin, serviceFigures.ticket, {});
  const [there] = await desk.query<{ tickets: number; ticket_articles: number; last: Date }>(
    `SELECT count(*) AS tickets, max(created_at) AS last, (SELECT count(*) FROM article) AS ticket_articles FROM ticket`,
  );
  const { last, ...numbers } = there as { last: Date };
  expect(counts).toMatchObject(numbers);
  expect(last_created_at.tickets).toBe(last.toISOString());
  const since = new Date(last.getTime() - 1_500).toISOString();
  expect(await desk.ask(admin, countOpenedTickets, { since })).toEqual({ count: 2 });
});

describe('what is shown beside a ticket or a person', () => {
  const ask = <N extends keyof typeof ticketsAround>(who: typeof agent, name: N, at: object = {}) =>
    desk.rest(who, ticketsAround[name], at);
  const mine = () => ['Zeta', 'Epsilon', 'Beta café', 'Alpha printer'].map((name) => ids[name] as number);

  it('the tickets of a customer, open and closed, as far as each may read them', async () => {
    const at = { query: { customer_id: '10' } };
    const shown = await ask(agent, 'customer', at);
    expect(shown).toMatchObject({ ticket_ids_open: mine(), ticket_ids_closed: [ids.Gamma] });
    expect(Object.keys(shown.assets.Ticket ?? {})).toHaveLength(5);
    for (const who of [agent2, stranger]) {
      const nothing = { ticket_ids_open: [], ticket_ids_closed: [], assets: {} };
      expect(await ask(who, 'customer', at)).toEqual(nothing);
    }
  });

  it('what one looked at last, newest first, and only as long as one may read it', async () => {
    const view = (who: typeof agent, name: string) =>
      ask(who, 'view', { body: { object: 'Ticket', o_id: ids[name] as number } });
    for (const name of ['Gamma', 'Zeta', 'Gamma']) {
      desk.clock.advance(1_000);
      expect(await view(agent, name)).toEqual({ message: 'ok' });
    }
    await expect(view(agent, 'Delta')).rejects.toMatchObject({ kind: 'not-found' });
    const { Gamma: gamma, Zeta: zeta } = ids;
    expect((await ask(agent, 'views')).map(({ o_id }) => o_id)).toEqual([gamma, zeta]);
    expect(await ask(agent, 'recent')).toMatchObject({ ticket_ids_recent_viewed: [gamma, zeta] });
    expect(await ask(agent2, 'recent')).toEqual({ ticket_ids_recent_viewed: [], assets: {} });
    expect(await ask(agent, 'related', { id: zeta as number })).toMatchObject({
      ticket_ids_by_customer: mine().filter((id) => id !== zeta),
      ticket_ids_recent_viewed: [gamma],
    });
    await expect(ask(agent2, 'related', { id: zeta as number })).rejects.toMatchObject({ kind: 'not-found' });
    await desk.rest(admin, updateTicket, { id: gamma as number, body: { group: 'Second' } });
    expect((await ask(agent, 'views')).map(({ o_id }) => o_id)).toEqual([zeta]);
    await desk.rest(admin, updateTicket, { id: gamma as number, body: { group: 'Users' } });
  });

  it('keeps no more than the last fifty', async () => {
    await desk.query(`INSERT INTO recent_view (user_id, ticket_id, seen_at)
      SELECT 3, id, '2020-01-01' FROM ticket ON CONFLICT DO NOTHING`);
    await desk.service.get<AroundStore>(AroundStore).see(desk.db.manager, 3, ids.Zeta as number, desk.clock.now(), 2);
    expect(await desk.query('SELECT 1 FROM recent_view WHERE user_id = 3')).toHaveLength(2);
  });

  it('how many were opened and closed in each of the last twelve months', async () => {
    const { user, organization } = await ask(agent, 'stats', { query: { user_id: '10' } });
    expect(user.open_ids).toEqual(mine());
    expect(user.volume_by_year).toHaveLength(12);
    const month = new Date(desk.clock.now()).getUTCMonth() + 1;
    expect(user.volume_by_year.at(-1)).toMatchObject({ month, created: 5, closed: 1 });
    expect(organization).toEqual({ open_ids: [], closed_ids: [], volume_by_year: [] });
    expect((await ask(agent, 'stats', { query: { organization_id: '7' } })).organization.open_ids).toEqual(mine());
    expect((await ask(stranger, 'stats', { query: { user_id: '10' } })).user.open_ids).toEqual([]);
    await expect(ask(agent, 'stats')).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('what one may choose for a new ticket', async () => {
    const { form_meta, assets } = await ask(agent, 'form');
    expect(form_meta.filter).toMatchObject({ group_id: [1], priority_id: [1, 2, 3] });
    expect(form_meta.filter.state_id).not.toContain(5);
    expect(form_meta.dependencies.group_id).toEqual({ 1: { owner_id: [3, 4] } });
    expect(assets.Group).toEqual({ 1: { id: 1, name: 'Users' } });
    expect((await ask(customer, 'form')).form_meta).toMatchObject({ filter: { group_id: [] } });
  });
});

describe('a list', () => {
  it('shows names, newest change first, with exact totals per view', async () => {
    const list = await page(agent, { view: 'open' });
    expect(titles(list)).toEqual(['Zeta', 'Beta café', 'Alpha printer']);
    expect(list).toMatchObject({ total: 3, next: null });
    expect(list.tickets[1]).toMatchObject({
      state: 'new',
      state_type: 'new',
      priority: '2 normal',
      group: 'Users',
      owner: 'Anton Agent',
      customer: 'Clara Customer',
      customer_email: 'user10@example.org',
      organization: 'Seven',
      article_count: 1,
    });
    expect(titles(await page(agent, { view: 'my-open' }))).toEqual(['Beta café']);
    expect(titles(await page(agent, { view: 'unassigned' }))).toEqual(['Zeta', 'Alpha printer']);
    expect(titles(await page(agent, { view: 'pending' }))).toEqual(['Epsilon']);
    expect(titles(await page(agent, { view: 'closed' }))).toEqual(['Gamma']);
    expect(await page(agent)).toMatchObject({ total: 5 });
    expect(titles(await page(agent2))).toEqual(['Delta']);
    expect(titles(await page(customer, { view: 'my-tickets' }))).toHaveLength(5);
    expect(titles(await page(colleague, { view: 'my-organization' }))).toHaveLength(5);
    expect(titles(await page(stranger))).toEqual(['Delta']);
  });

  it.each(['updated_at', 'created_at', 'number', 'title', 'priority', 'pending_time', 'escalation_at'])(
    'walks by cursor in the order of %s',
    async (sort) => {
      for (const order of ['asc', 'desc']) {
        const walked: string[] = [];
        let after: string | null | undefined;
        do {
          const one = await page(agent, { sort, order, limit: 2, ...(after && { after }) });
          expect(one.total).toBe(5);
          walked.push(...titles(one));
          after = one.next;
        } while (after);
        expect(walked).toEqual(titles(await page(agent, { sort, order })));
        expect(new Set(walked).size).toBe(5);
      }
    },
  );

  it('filters by state, group, owner, customer and words', async () => {
    expect(titles(await page(admin, { state: 'closed' }))).toEqual(['Gamma']);
    expect(titles(await page(admin, { group_id: 2 }))).toEqual(['Delta']);
    expect(titles(await page(admin, { owner_id: 4 }))).toEqual(['Beta café']);
    expect(await page(admin, { customer_id: 12 })).toMatchObject({ total: 1 });
    expect(await page(agent, { customer_id: 12 })).toMatchObject({ total: 0, tickets: [] });
    expect(titles(await page(admin, { query: 'jam', view: 'open' }))).toEqual(['Zeta', 'Beta café']);
    expect(titles(await page(customer, { query: 'topsecret' }))).toEqual([]);
  });

  it('refuses a cursor that was made up, or belongs to another order', async () => {
    const { next } = await page(agent, { limit: 2 });
    for (const after of ['x.y', `${next}x`]) {
      await expect(page(agent, { after })).rejects.toMatchObject({ kind: 'invalid', code: 'paging.cursor-refused' });
    }
    await expect(page(agent, { after: next, sort: 'title' })).rejects.toMatchObject({ code: 'paging.cursor-refused' });
    await expect(page(agent, { view: 'nope' })).rejects.toMatchObject({
      detail: "Invalid value for param 'view': nope",
    });
  });

  it('has counts that follow every change', async () => {
    const counts = async (who: typeof agent) =>
      Object.fromEntries((await desk.rest(who, ticketCounts)).views.map(({ view, count }) => [view, count]));
    expect(await counts(agent)).toEqual({
      'my-open': 1,
      unassigned: 2,
      open: 3,
      escalated: 0,
      pending: 1,
      closed: 1,
      all: 5,
    });
    expect(await counts(customer)).toEqual({ 'my-tickets': 5, 'my-organization': 5 });
    await desk.rest(agent, updateTicket, { id: ids.Zeta as number, body: { owner_id: 4 } });
    expect(await counts(agent)).toMatchObject({ 'my-open': 2, unassigned: 1, open: 3 });
  });

  it('of plain REST walks page by page in id order to the end', async () => {
    const walk = async (per_page: number) => {
      const all: number[] = [];
      for (let n = 1; ; n++) {
        const rows = await desk.rest(agent, listTickets, { query: { page: String(n), per_page: String(per_page) } });
        if (rows.length === 0) return all;
        all.push(...rows.map(({ id }) => id));
      }
    };
    const all = await walk(100);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(await walk(1)).toEqual(all);
    expect(await walk(3)).toEqual(all);
    const sorted = await desk.rest(agent, listTickets, { query: { sort_by: 'title', order_by: 'desc' } });
    expect(sorted[0]).toMatchObject({ title: 'Zeta' });
    const full = (await desk.rest(agent, listTickets, { query: { full: 'true', per_page: '2' } })) as unknown as {
      record_ids: number[];
      assets: object;
    };
    expect(full).toMatchObject({
      record_ids: all.slice(0, 2),
      assets: { Ticket: {}, Group: { 1: { name: 'Users' } } },
    });
  });
});

describe('a list as a file', () => {
  const rows = async (who: typeof agent, query: object = {}) => (await desk.ask(who, exportTickets, query)).rows;

  it('has what everybody may read, with people by name and by login, also of a search', async () => {
    for (const who of [admin, agent, agent2, customer, stranger]) {
      const listed = titles(await page(who, { limit: '200' }));
      expect((await rows(who)).map(({ title }) => title)).toEqual(listed);
    }
    const [row] = await rows(agent, { query: 'cafe' });
    expect(row).toMatchObject({
      ...{ title: 'Beta café', owner: 'user4@example.org', owner_name: 'Anton Agent', customer_name: 'Clara Customer' },
      ...{ customer: 'user10@example.org', group: 'Users', state: 'new', article_count: 1 },
    });
    const [own] = await rows(customer, { query: 'cafe' });
    expect(own).toMatchObject({ title: 'Beta café', time_unit: null, checklist_id: null });
  });

  it('goes on behind the last row, in the order that was asked for', async () => {
    const query = { sort: 'title', order: 'asc' } as const;
    const [first] = await rows(agent, query);
    expect(first).toMatchObject({ title: 'Alpha printer' });
    const { next } = await page(agent, { ...query, limit: '1' });
    const rest = await rows(agent, { ...query, after: next as string });
    expect(rest.map(({ title }) => title)).toEqual(titles(await page(agent, query)).slice(1));
  });
});

it('a search in the older form, for programs where it is switched on', async () => {
  const of = <T>(token: Type<T>) => desk.service.get<T>(token);
  const search = (who: typeof agent) =>
    new SearchTickets(of(DataSource), of(SearchStore), of(ReadTickets), of(Conditions), of(SearchQueries), {
      HELPMESH_OLD_TICKET_SEARCH: true,
    }).run(who, { query: 'printer' });
  const old = await search({ ...agent, via: 'token' });
  expect(JSON.parse(old.text)).toMatchObject({
    tickets: [ids['Alpha printer']],
    tickets_count: 1,
    assets: { Ticket: { [ids['Alpha printer'] as number]: { title: 'Alpha printer' } } },
  });
  expect(JSON.parse((await search(agent)).text)).toMatchObject([{ title: 'Alpha printer' }]);
});

describe('search', () => {
  it.each([
    ['jam', ['Beta café', 'Zeta']],
    ['"paper jam"', ['Beta café']],
    ['jam -paper', ['Zeta']],
    ['cafe', ['Beta café']],
    ['break*', ['Zeta']],
    ['printe', ['Alpha printer']],
    ['state.name:closed', ['Gamma']],
    ['state:new jam', ['Beta café', 'Zeta']],
    ['State:(CLOSED OR "pending reminder")', ['Epsilon', 'Gamma']],
    ['state:pend*', ['Epsilon']],
    ['state:closed OR breakfast', ['Gamma', 'Zeta']],
    ['jam (paper OR breakfast) -toner', ['Beta café', 'Zeta']],
    ['about NOT (printer OR state:closed)', ['Epsilon']],
    ['title:printer', ['Alpha printer']],
    ['title:jam', []],
    ['body:"paper jam"', ['Beta café']],
    ['owner:me', ['Beta café', 'Zeta']],
    ['-owner:none', ['Beta café', 'Zeta']],
    ['pending:[2026-04-01 TO 2026-05-31]', ['Epsilon']],
    ['pending_time:>2026-05-01', []],
    ['pending_time:>=2026-05-01', ['Epsilon']],
    ['has:pending', ['Epsilon']],
    ['created:>2000-01-01 article_count:>=2', ['Zeta']],
    ['customer:user10@example.org group:users jam', ['Beta café', 'Zeta']],
    ['Clara about', ['Alpha printer', 'Epsilon', 'Gamma']],
    ['nothing-like-it', []],
    ['"', ['Alpha printer', 'Beta café', 'Epsilon', 'Gamma', 'Zeta']],
    [`: ' " \\ -- ) ( & | ! <-> :*`, []],
  ])('for %s', async (query, expected) => {
    expect((await found(agent, query)).toSorted()).toEqual(expected);
  });

  it('finds by words what nothing was said in for people, and not for programs; by id for both', async () => {
    const { id } = await desk.rest(admin, createTicket, {
      body: { title: 'Silent zither', group: 'Users', customer: 'user10@example.org' },
    });
    try {
      await waitFor(async () => (await found(agent, 'zither')).length === 1, { what: 'the index to have it' });
      for (const via of ['token', 'basic'] as const) {
        const program = { ...agent, via };
        expect(await found(program, 'zither')).toEqual([]);
        expect(await search(program, { query: 'zither', only_total_count: 'true' })).toEqual({ total_count: 0 });
        expect(await found(program, `id:${id}`)).toEqual(['Silent zither']);
      }
    } finally {
      await desk.rest(admin, deleteTicket, { id });
    }
  });

  it('puts the ticket of that number first', async () => {
    const [row] = await desk.query<{ number: string }>('SELECT number FROM ticket WHERE id = $1', [ids.Gamma]);
    const { number } = row as { number: string };
    expect((await found(agent, number))[0]).toBe('Gamma');
    expect(await found(agent, `Ticket#${number} `)).toEqual([]);
    expect(await found(agent, number.slice(1))).toContain('Gamma');
  });

  it.each([
    ['jam -topsecret', ['Zeta', 'Beta café']],
    ['jam -"topsecret remark"', ['Zeta', 'Beta café']],
    ['breakfast or topsecret', ['Zeta']],
    ['"topsecret remark"', []],
    ['breakfast topsec*', []],
    ['jam', ['Zeta', 'Beta café']],
  ])('for %s tells a customer nothing of what is internal', async (query, expected) => {
    const seen = await found(customer, query);
    expect([...seen].sort()).toEqual([...expected].sort());
    const listed = await page(customer, { query });
    expect(titles(listed).sort()).toEqual([...expected].sort());
    expect(listed.total).toBe(expected.length);
    const counted = await desk.rest(customer, searchTickets, { query: { query, only_total_count: 'true' } });
    expect(counted).toEqual({ total_count: expected.length });
  });

  it('ranks what a customer finds by public words', async () => {
    const before = await found(customer, 'about');
    expect(before.at(0)).not.toBe('Gamma');
    const words = 'about about about about';
    await desk.rest(agent, createArticle, { body: { ticket_id: ids.Gamma, body: words, internal: true } });
    await waitFor(async () => (await found(agent, 'about')).at(0) === 'Gamma', {
      what: 'the index to have the remark',
    });
    expect(await found(customer, 'about')).toEqual(before);
  });

  describe('finds words in their other forms', () => {
    const spoken: Record<string, string> = {
      Mahnung: 'Bitte prüfen Sie die Rechnungen, ich kann die Anhänge nicht öffnen.',
      Umzug: 'Wir haben ein neues Haus mit einem großen Drucker.',
      Reported: 'We have reported that the scanners are jamming, and it is not fixed.',
      Panne: "L'imprimante est en panne, nous ne pouvons pas lire ces documents avec les tablettes.",
    };
    const made: Record<string, number> = {};
    beforeAll(async () => {
      for (const [title, body] of Object.entries(spoken)) {
        const { id } = await desk.rest(admin, createTicket, {
          body: { title, group: 'Users', customer: 'user10@example.org', article: { body } },
        });
        made[title] = id;
      }
      const secret = { ticket_id: made.Umzug, internal: true, body: 'Der Kunde hat noch zwei Mahnbescheide bei uns.' };
      await desk.rest(agent, createArticle, { body: secret });
      await waitFor(async () => (await found(agent, 'tablettes')).length + (await found(agent, 'Kunde')).length === 2, {
        what: 'words to be indexed',
      });
    });
    afterAll(async () => {
      for (const id of Object.values(made)) await desk.rest(admin, deleteTicket, { id });
    });

    it.each([
      ['Rechnung', ['Mahnung']],
      ['anhang', ['Mahnung']],
      ['Häuser', ['Umzug']],
      ['druckern', ['Umzug']],
      ['report', ['Reported']],
      ['scanner jammed', ['Reported']],
      ['fixing OR rechnung', ['Mahnung', 'Reported']],
      ['imprimantes', ['Panne']],
      ['tablette document', ['Panne']],
      ['Mahnbescheid', ['Umzug']],
      // Whoever wants a word itself says so; so does who excludes one.
      ['"rechnung"', []],
      ['body:rechnung', []],
      ['rechnung -anhang', ['Mahnung']],
      ['rechnung -anhänge', []],
    ])('for %s', async (query, expected) => {
      expect((await found(agent, query)).toSorted()).toEqual(expected);
      const listed = await page(agent, { query });
      expect([titles(listed).toSorted(), listed.total]).toEqual([expected, expected.length]);
      expect(await search(agent, { query, only_total_count: 'true' })).toEqual({ total_count: expected.length });
    });

    it('not those that are internal, for customers', async () => {
      expect(await found(customer, 'druckern')).toEqual(['Umzug']);
      expect(await found(customer, 'Mahnbescheid')).toEqual([]);
      expect((await page(customer, { query: 'Mahnbescheid' })).total).toBe(0);
    });

    it('after the words themselves', async () => {
      const { id } = await desk.rest(admin, createTicket, {
        body: {
          ...{ title: 'Later', group: 'Users', customer: 'user10@example.org' },
          article: { body: 'Die Rechnung ist da, und ich habe sie nicht bestellt.' },
        },
      });
      await waitFor(async () => (await found(agent, 'bestellt')).length === 1, { what: 'words to be indexed' });
      expect(await found(agent, 'rechnungen')).toEqual(['Mahnung', 'Later']);
      expect(await found(agent, 'rechnung')).toEqual(['Later', 'Mahnung']);
      await desk.rest(admin, deleteTicket, { id });
    });

    it('and shows where they are', async () => {
      const of = Object.values(made).join(',');
      const { highlights } = await desk.rest(agent, searchHighlights, { query: { query: 'rechnung', ids: of } });
      expect(highlights).toMatchObject([{ id: made.Mahnung, title: [{ text: 'Mahnung', hit: false }] }]);
      expect(highlights[0]?.text.filter(({ hit }) => hit)).toEqual([{ text: 'Rechnungen', hit: true }]);
    });
  });

  it('finds by what files say, as far as its reader may read them, and by what they are called', async () => {
    const file = (filename: string, text: string, type = 'text/plain') => {
      return { filename, data: Buffer.from(text).toString('base64'), 'mime-type': type };
    };
    const attachments = [file('quokka.txt', 'a marsupial'), file('photo.png', 'wombats', 'image/png')];
    const { id } = await desk.rest(admin, createTicket, {
      body: { title: 'Files', group: 'Users', customer: 'user10@example.org', article: { body: 'x', attachments } },
    });
    const secret = {
      ticket_id: id,
      internal: true,
      body: 'y',
      attachments: [file('secret.html', '<p>numbat</p>', 'text/html')],
    };
    try {
      await desk.rest(agent, createArticle, { body: secret });
      await waitFor(async () => (await found(agent, 'marsupial numbat')).length === 1, {
        what: 'the files to be read',
      });
      expect(await found(customer, 'marsupial')).toEqual(['Files']);
      for (const query of ['filename:QUOKKA', 'has:attachment marsupial', 'attachment:photo', 'quokka.txt']) {
        expect([query, await found(customer, query)]).toEqual([query, ['Files']]);
      }
      expect(await found(agent, 'filename:secret')).toEqual(['Files']);
      for (const query of ['numbat', 'filename:secret', 'body:numbat', 'state:closed filename:secret']) {
        expect([query, await found(customer, query)]).toEqual([query, []]);
      }
      expect(await found(agent, 'wombats')).toEqual([]);
      const shown = async (who: typeof agent, query: string) =>
        (await desk.rest(who, searchHighlights, { query: { query, ids: String(id) } })).highlights[0]?.file;
      expect(await shown(customer, 'marsupial')).toEqual({
        id: expect.any(Number),
        name: [{ text: 'quokka.txt', hit: false }],
        text: [
          { text: 'a ', hit: false },
          { text: 'marsupial', hit: true },
        ],
      });
      expect(await shown(agent, 'quokka.txt')).toMatchObject({ name: [{ text: 'quokka.txt', hit: true }] });
      expect((await shown(agent, 'numbats'))?.text).toEqual([{ text: 'numbat', hit: true }]);
      expect(await shown(customer, 'numbat')).toBeUndefined();
      // What changes the ticket otherwise forgets nothing of its files.
      await desk.rest(agent, updateTicket, { id, body: { title: 'Renamed' } });
      await waitFor(async () => (await found(agent, 'renamed marsupial')).length === 1, { what: 'the new title' });
    } finally {
      await desk.rest(admin, deleteTicket, { id });
    }
  });

  it.each([
    ['jam OR topsecret', ['Zeta', 'Beta café']],
    ['(state:new topsecret) OR state:closed', ['Gamma']],
    ['state:new -(state:closed OR topsecret) jam', ['Zeta', 'Beta café']],
    ['body:topsecret', []],
    ['breakfast OR -topsec*', ['Alpha printer', 'Beta café', 'Epsilon', 'Gamma', 'Zeta']],
  ])('of all ways to ask, %s tells a customer nothing that agents say', async (query, expected) => {
    expect((await found(customer, query)).toSorted()).toEqual(expected.toSorted());
    expect((await page(customer, { query })).total).toBe(expected.length);
  });

  it('never finds by what the searcher may not read', async () => {
    expect(await found(customer, 'topsecret')).toEqual([]);
    expect(await found(customer, 'breakfast')).toEqual(['Zeta']);
    expect(await found(agent2, 'jam')).toEqual([]);
    expect(await found(stranger, 'about')).toEqual(['Delta']);
    expect(
      await desk.rest(customer, searchTickets, { query: { query: 'topsecret', only_total_count: 'true' } }),
    ).toEqual({ total_count: 0 });
  });

  describe('shows where the words are', () => {
    const pieces = (parts: { text: string; hit: boolean }[]) =>
      parts.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('');
    const shown = async (who: typeof agent, query: string, of = Object.values(ids)) => {
      const { highlights } = await desk.rest(who, searchHighlights, { query: { query, ids: of.join(',') } });
      const name = (id: number) => Object.keys(ids).find((one) => ids[one] === id) as string;
      return Object.fromEntries(highlights.map(({ id, title, text }) => [name(id), [pieces(title), pieces(text)]]));
    };

    it.each([
      ['jam', { 'Beta café': ['Beta café', 'the paper [jam] is back'], Zeta: ['Zeta', '[jam] for breakfast'] }],
      ['jam -paper', { 'Beta café': ['Beta café', 'the paper [jam] is back'], Zeta: ['Zeta', '[jam] for breakfast'] }],
      ['CAFE', { 'Beta café': ['Beta [café]', 'about Beta [café]'] }],
      ['paper state:new "is back"', { 'Beta café': ['Beta café', 'the [paper] jam [is] [back]'] }],
      ['break*', { Zeta: ['Zeta', 'jam for [breakfast]'] }],
      ['rinte', { 'Alpha printer': ['Alpha p[rinte]r', ''] }],
      ['state:new', {}],
      [`: ' " \\ -- ) ( & | ! <-> :*`, {}],
      ['-jam', {}],
    ])('of %s', async (query, expected) => {
      const all = await shown(agent, query);
      expect(all).toEqual(query === 'CAFE' ? { 'Beta café': ['Beta [café]', expect.any(String)] } : expected);
    });

    it('and tells a customer nothing of what is internal, nor of tickets of others', async () => {
      expect(await shown(agent, 'topsecret')).toEqual({ Zeta: ['Zeta', '[topsecret] remark'] });
      expect(await shown(customer, 'topsecret')).toEqual({});
      expect(await shown(customer, 'jam topsecret')).toMatchObject({ Zeta: ['Zeta', '[jam] for breakfast'] });
      expect(await shown(stranger, 'jam')).toEqual({});
    });

    it('but not of more than a page, nor of what is no id', async () => {
      for (const wanted of ['', '0', '1,', 'x', Array(101).fill('1').join(',')]) {
        await expect(
          desk.rest(agent, searchHighlights, { query: { query: 'jam', ids: wanted } }),
        ).rejects.toMatchObject({
          kind: 'invalid',
        });
      }
    });
  });

  it('answers in every form, by GET and by POST', async () => {
    expect(await desk.rest(agent, searchTickets, { query: { query: 'jam', only_total_count: 'true' } })).toEqual({
      total_count: 2,
    });
    const full = await desk.rest(agent, searchTicketsByPost, { body: { query: 'jam', full: true, limit: 1 } });
    expect(full).toMatchObject({ record_ids: [expect.any(Number)], total_count: 2, assets: { Ticket: {} } });
    const [expanded] = (await desk.rest(agent, searchTickets, {
      query: { query: 'printer', expand: 'true' },
    })) as object[];
    expect(expanded).toMatchObject({ state: 'new', article_ids: [expect.any(Number)] });
    expect(await search(agent, { ids: `${ids.Gamma},${ids.Delta}` })).toMatchObject([{ title: 'Gamma' }]);
    expect((await search(agent, { query: '*', sort_by: 'title', order_by: 'asc' }))[0]).toMatchObject({
      title: 'Alpha printer',
    });
  });

  it('forgets the old and finds the new after a change, and follows a ticket to its new group at once', async () => {
    const id = ids['Alpha printer'] as number;
    await desk.rest(admin, updateTicket, { id, body: { group: 'Second' } });
    expect(await found(agent2, 'printer')).toEqual(['Alpha printer']);
    expect(await found(agent, 'printer')).toEqual([]);
    await desk.rest(admin, updateTicket, { id, body: { title: 'Omega plotter' } });
    await waitFor(async () => (await found(agent2, 'plotter')).length === 1, { what: 'the new title to be found' });
    expect(await found(agent2, 'printer')).toEqual(['Omega plotter']); // the article still says it
  });

  it('lets customers find a remark once it is public', async () => {
    const [remark] = await desk.query<{ id: number }>(`SELECT id FROM article WHERE body LIKE 'topsecret%'`);
    await desk.rest(agent, updateArticle, { id: (remark as { id: number }).id, body: { internal: false } });
    await waitFor(async () => (await found(customer, 'topsecret')).length === 1, { what: 'the remark to be found' });
  });
});

describe('objects of a CMDB', () => {
  const object = (id: string | number) => found(agent, `preferences.idoit.object_ids:${id}`);

  it('stay with the ticket, in the place where clients know them, and find it', async () => {
    const preferences = { idoit: { object_ids: [3401, '3402'], tenant: '1' } };
    const id = await open('About two servers', { preferences });
    await open('About another server', { preferences: { idoit: { object_ids: ['34010'] } } });
    const shown = await desk.rest(agent, getTicket, { id });
    expect(shown.preferences).toMatchObject({ idoit: { object_ids: ['3401', '3402'], tenant: '1' } });
    expect(await object(3401)).toEqual(['About two servers']);
    expect(await object(3402)).toEqual(['About two servers']);
    expect(await object(34)).toEqual([]);
    expect(await found(agent, 'cmdb_object:3401 cmdb_object:34010')).toHaveLength(2);
    expect(await found(agent, 'servers -cmdb_object:3401')).toEqual([]);
    const told = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === id);
    expect(told?.data.ticket.cmdbObjectIds).toEqual(['3401', '3402']);
    await desk.rest(agent, updateTicket, { id, body: { preferences: { idoit: { object_ids: [] } } } });
    expect(await object(3401)).toEqual([]);
  });

  it('are for agents alone', async () => {
    const id = await open('Seen by its customer', { preferences: { idoit: { object_ids: ['3500'] } } });
    const shown = await desk.rest(customer, getTicket, { id });
    expect(JSON.stringify(shown)).not.toContain('3500');
    expect(await found(customer, 'preferences.idoit.object_ids:3500')).toEqual([]);
    expect(await found(agent2, 'preferences.idoit.object_ids:3500')).toEqual([]);
  });

  it.each([['x'], [0], [-1], ['1'.repeat(30)]])('with the number %j are refused', async (bad) => {
    const preferences = { idoit: { object_ids: [bad] } };
    await expect(open('Refused', { preferences })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('what waits for an agent', () => {
  const waits = async (who: typeof agent) => {
    const { views } = await desk.rest(who, agentHome);
    for (const { view, count } of views) expect(await page(who, { view })).toMatchObject({ total: count });
    return Object.fromEntries(views.map(({ view, count }) => [view, count]));
  };

  it('is counted by the lists that show it: due, answered, put off, begun', async () => {
    const before = await waits(agent);
    const id = await open('Waits for its owner', { owner_id: 4 });
    await desk.rest(agent, createArticle, { body: { ticket_id: id, type: 'phone', body: 'We look.' } });
    expect(await waits(agent)).toEqual(before);
    desk.clock.advance(1_000);
    await desk.rest(customer, createArticle, { body: { ticket_id: id, type: 'web', body: 'And now?' } });
    expect(await waits(agent)).toEqual({ ...before, 'my-waiting': (before['my-waiting'] ?? 0) + 1 });
    await desk.query("UPDATE ticket SET escalation_at = '2026-01-01T00:00:00Z' WHERE id = $1", [id]);
    expect(await waits(agent)).toMatchObject({ 'my-overdue': (before['my-overdue'] ?? 0) + 1 });

    const put = { state: 'pending reminder', pending_time: new Date(desk.clock.now() + 60_000).toISOString() };
    await desk.rest(agent, updateTicket, { id, body: put });
    expect(await waits(agent)).toMatchObject({ 'my-waiting': before['my-waiting'], 'my-reminders': 0 });
    desk.clock.advance(61_000);
    expect(await waits(agent)).toMatchObject({ 'my-reminders': 1 });

    const content = { html: '<p>I will</p>', to: '', cc: '', subject: '', form_id: 'f', files: [] };
    const params = { id: String(id), kind: 'note' as const };
    await desk.ask(agent, ownDrafts.keep, { params, query: {}, body: content });
    expect(titles(await page(agent, { view: 'my-drafts' }))).toEqual(['Waits for its owner']);
    expect(await waits(agent)).toMatchObject({ 'my-drafts': 1 });
    // Of others nothing is counted, and what one sees no more neither.
    expect(Object.values(await waits(agent2))).toEqual([0, 0, 0, 0, 0]);
    expect(await page({ ...agent, groups: {} }, { view: 'my-drafts' })).toMatchObject({ total: 0 });
    await desk.ask(agent, ownDrafts.delete, { params, query: {}, body: undefined });
  });

  it('is asked for by agents alone', async () => {
    await expect(desk.rest(customer, agentHome)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
