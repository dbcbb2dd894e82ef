import {
  addTag,
  calendars,
  createArticle,
  createTicket,
  getTicket,
  recordAudit,
  removeTag,
  reportProfiles,
  reports,
  slas,
  tagList,
  ticketCounts,
  ticketEscalated,
  ticketEscalationWarning,
  ticketHistory,
  ticketList,
  ticketSla,
  ticketStates,
  updateTicket,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, startDesk } from './desk.ts';

const { admin, agent, agent2, customer } = cast;
const ruler = actor({ userId: 3, permissions: ['admin.sla', 'admin.calendar'] });
const tagger = actor({ userId: 3, permissions: ['admin.tag'] });
const reporter = actor({ userId: 3, permissions: ['report', 'admin.report_profile'] });
const MINUTE = 60_000;

let desk: Desk;
let always: number;
beforeAll(async () => {
  desk = await startDesk();
  always = (await desk.rest(admin, calendars.create, { body: aroundTheClock })).id;
});
afterAll(() => desk.stop());
afterEach(async () => {
  for (const { id } of await desk.rest(ruler, slas.list)) await desk.rest(ruler, slas.delete, { id });
});

const everyDay = (timeframes: string[][]) =>
  Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { active: true, timeframes }]),
  );
const aroundTheClock = { name: 'Always', timezone: 'UTC', business_hours: everyDay([['00:00', '23:59']]) };

let made = 0;
const promise = (body: object = {}) =>
  desk.rest(ruler, slas.create, {
    body: { name: `SLA ${++made}`, calendar_id: always, first_response_time: 60, solution_time: 180, ...body },
  });
const open = (body: object = {}, article: object | null = { body: 'It burns', type: 'phone', sender: 'Customer' }) =>
  desk.rest(agent, createTicket, {
    body: { title: 'Printer', group: 'Users', customer: 'user10@example.org', ...(article && { article }), ...body },
  });
const read = (id: number) => desk.rest(agent, getTicket, { id }) as unknown as Promise<Record<string, unknown>>;
const change = (id: number, body: object) =>
  desk.rest(agent, updateTicket, { id, body }) as unknown as Promise<Record<string, unknown>>;
const say = (id: number, body: object) =>
  desk.rest(agent, createArticle, { body: { ticket_id: id, body: 'words', type: 'phone', ...body } });
const after = (instant: unknown, minutes: number) =>
  new Date(Date.parse(String(instant)) + minutes * MINUTE).toISOString();
const eventually = (id: number, expected: object) =>
  waitFor(
    async () => {
      const ticket = await read(id);
      return Object.entries(expected).every(([name, value]) => ticket[name] === value) ? ticket : undefined;
    },
    { what: `ticket ${id} to be ${JSON.stringify(expected)}` },
  );

/** What reports count of one ticket this year. */
const promises = async (id: number) => {
  const { number } = await read(id);
  const profile = await desk.rest(reporter, reportProfiles.create, {
    body: { name: `Ticket ${number}`, condition: { 'ticket.number': { operator: 'is', value: String(number) } } },
  });
  const names = ['response_kept', 'response_late', 'solution_kept', 'solution_late'];
  const year = new Date(desk.clock.now()).getUTCFullYear();
  const { data } = await desk.rest(reporter, reports.generate, {
    body: {
      ...{ metric: 'promises', timeRange: 'year', year, timezone: 'UTC' },
      ...{ backends: Object.fromEntries(names.map((name) => [name, true])), profiles: { [profile.id]: true } },
    },
  });
  return Object.fromEntries(names.map((name) => [name, (data[name] ?? []).reduce((sum, n) => sum + n, 0)]));
};

describe('the due times of a ticket', () => {
  it('are written with it, and follow every write', async () => {
    await promise({ response_time: 120 });
    const ticket = (await open()) as unknown as Record<string, unknown> & { id: number };
    const at = (minutes: number) => after(ticket.created_at, minutes);
    expect(ticket).toMatchObject({
      first_response_escalation_at: at(60),
      update_escalation_at: at(120),
      close_escalation_at: at(180),
      escalation_at: at(60),
      first_response_in_min: null,
    });
    desk.clock.advance(30 * MINUTE);
    await say(ticket.id, {});
    expect(await read(ticket.id)).toMatchObject({
      first_response_escalation_at: null,
      first_response_in_min: 30,
      first_response_diff_in_min: 30,
      update_escalation_at: null,
      update_in_min: 30,
      update_diff_in_min: 90,
      escalation_at: at(180),
    });

    // Waiting for the customer stops every clock.
    expect(await change(ticket.id, { state: 'pending reminder' })).toMatchObject({ escalation_at: null });
    desk.clock.advance(600 * MINUTE);
    expect(await change(ticket.id, { state: 'open' })).toMatchObject({ close_escalation_at: at(180 + 600) });

    desk.clock.advance(50 * MINUTE);
    expect(await change(ticket.id, { state: 'closed' })).toMatchObject({
      escalation_at: null,
      close_in_min: 80,
      close_diff_in_min: 100,
    });
    expect(await promises(ticket.id)).toEqual({
      response_kept: 1,
      response_late: 0,
      solution_kept: 1,
      solution_late: 0,
    });
    const late = await open();
    desk.clock.advance(61 * MINUTE);
    await say(late.id, {});
    expect(await promises(late.id)).toEqual({ response_kept: 0, response_late: 1, solution_kept: 0, solution_late: 0 });
    desk.clock.advance(39 * MINUTE);
    const reopened = await change(ticket.id, { state: 'open' });
    expect(reopened).toMatchObject({ close_escalation_at: after(reopened.updated_at, 180), close_in_min: 80 });
  });

  it('are those of the first SLA whose condition picks the ticket', async () => {
    await promise({ name: 'Z everybody', first_response_time: 600 });
    await promise({
      name: 'B urgent',
      first_response_time: 30,
      condition: { 'ticket.priority_id': { operator: 'is', value: ['3'] } },
    });
    await promise({
      name: 'C second',
      first_response_time: 90,
      condition: { 'ticket.group_id': { operator: 'is', value: 1 } },
    });
    const ticket = await open({ priority: '3 high' });
    expect(await read(ticket.id)).toMatchObject({ first_response_escalation_at: after(ticket.created_at, 30) });
    expect(await change(ticket.id, { priority: '1 low' })).toMatchObject({
      first_response_escalation_at: after(ticket.created_at, 90),
    });
  });

  it('follow its tags: those it is opened with, that come and go, and that are called otherwise', async () => {
    const asks = (operator: string, value: string) => ({ 'ticket.tags': { operator, value } });
    await promise({ name: 'A both', solution_time: 30, condition: asks('contains all', 'vip, contract') });
    await promise({ name: 'B either', solution_time: 60, condition: asks('contains one', 'vip, contract') });
    await promise({ name: 'C neither', solution_time: 240, condition: asks('contains one not', 'vip, contract') });
    const ticket = await open({ tags: 'VIP' });
    const due = (minutes: number) => ({ close_escalation_at: after(ticket.created_at, minutes) });
    expect(ticket).toMatchObject(due(60));
    const tag = { object: 'Ticket', o_id: ticket.id };
    await desk.rest(agent, addTag, { body: { ...tag, item: 'contract' } });
    expect(await read(ticket.id)).toMatchObject(due(30));
    expect(await desk.rest(agent, ticketSla, { id: ticket.id })).toMatchObject({ sla: { name: 'A both' } });
    await desk.rest(agent, removeTag, { query: { ...tag, item: 'vip' } });
    expect(await change(ticket.id, { title: 'Other' })).toMatchObject(due(60));
    // Whoever tidies up the list of tags changes no ticket, and yet what is promised about some.
    const listed = await desk.rest(tagger, tagList.list);
    const id = listed.find(({ name }) => name === 'contract')?.id as number;
    await desk.rest(tagger, tagList.update, { id, body: { name: 'agreement' } });
    await eventually(ticket.id, due(240));
    await desk.rest(tagger, tagList.update, { id, body: { name: 'contract' } });
    await eventually(ticket.id, due(60));
  });

  it('of open tickets follow a change of the rules, and those of closed ones do not', async () => {
    const closed = await open();
    await change(closed.id, { state: 'closed' });
    const ticket = await open();
    expect(ticket).toMatchObject({ escalation_at: null });
    const { id } = await promise();
    const version = async () =>
      (await desk.query<{ version: number }>('SELECT version FROM ticket WHERE id = $1', [ticket.id]))[0];
    const before = await version();
    const due = await eventually(ticket.id, { escalation_at: after(ticket.created_at, 60) });
    // For its readers it is the ticket that it was.
    expect(due.updated_at).toBe(ticket.updated_at);
    expect(await version()).toEqual(before);

    await desk.rest(ruler, slas.update, { id, body: { first_response_time: 90 } });
    await eventually(ticket.id, { escalation_at: after(ticket.created_at, 90) });
    const days = {
      ...everyDay([['00:00', '24:00']]),
      [weekdayOf(ticket.created_at)]: { active: false, timeframes: [] },
    };
    await desk.rest(ruler, calendars.update, { id: always, body: { business_hours: days } });
    const nextDay = `${after(ticket.created_at, 1440).slice(0, 10)}T00:00:00.000Z`;
    await eventually(ticket.id, { escalation_at: after(nextDay, 90) });
    await desk.rest(ruler, calendars.update, { id: always, body: { business_hours: aroundTheClock.business_hours } });
    await eventually(ticket.id, { escalation_at: after(ticket.created_at, 90) });
    expect(await read(closed.id)).toMatchObject({ close_in_min: null, escalation_at: null });

    await desk.rest(admin, ticketStates.update, { id: 1, body: { ignore_escalation: true } });
    await eventually(ticket.id, { escalation_at: null });
    await desk.rest(admin, ticketStates.update, { id: 1, body: { ignore_escalation: false } });
    await eventually(ticket.id, { escalation_at: after(ticket.created_at, 90) });
    await desk.rest(ruler, slas.delete, { id });
    await eventually(ticket.id, { escalation_at: null });
  });

  it('reach every ticket of many', async () => {
    const { id, created_at } = await open();
    const columns = 'group_id, priority_id, state_id, title, owner_id, customer_id, created_by_id, updated_by_id';
    await desk.query(
      `INSERT INTO ticket (number, ${columns}, created_at, updated_at, version, sla_revision)
       SELECT 'copy-' || n, ${columns}, created_at, updated_at, 1, 0
       FROM ticket CROSS JOIN generate_series(1, 450) AS n WHERE id = $1`,
      [id],
    );
    await promise();
    const due = "SELECT count(*)::int AS n FROM ticket WHERE number LIKE 'copy-%' AND escalation_at = $1";
    await waitFor(async () => (await desk.query(due, [after(created_at, 60)]))[0]?.n === 450, {
      what: '450 due times',
    });
    await desk.query("DELETE FROM ticket WHERE number LIKE 'copy-%'");
  });
});

describe('a change of the rules', () => {
  it('tells how many open tickets it has not reached yet, those who keep the rules alone', async () => {
    const { id, created_at } = await open();
    const progress = () => desk.rest(ruler, slas.progress);
    const reached = async (remaining: number) =>
      waitFor(async () => (await progress()).remaining === remaining, { what: `${remaining} tickets to remain` });
    await reached(0);
    const somebody = desk.db.createQueryRunner();
    try {
      await somebody.startTransaction();
      await somebody.query('SELECT FROM ticket WHERE id = $1 FOR UPDATE', [id]);
      await promise();
      // What somebody is changing is left for later.
      await reached(1);
      expect((await progress()).total).toBeGreaterThanOrEqual(1);
    } finally {
      await somebody.commitTransaction();
      await somebody.release();
    }
    await reached(0);
    expect(await read(id)).toMatchObject({ escalation_at: after(created_at, 60) });
    await expect(desk.rest(agent, slas.progress)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a due time', () => {
  const toldOf = async (id: number, definition: typeof ticketEscalated) =>
    (await desk.told(definition)).filter(({ data }) => data.ticket.id === id).map(({ data }) => data);

  it('is warned of and reported once, in events and in the history', async () => {
    await promise({ name: 'Gold' });
    const ticket = await open();
    desk.clock.advance(46 * MINUTE);
    const warned = await waitFor(async () => (await toldOf(ticket.id, ticketEscalationWarning))[0], {
      what: 'a warning',
    });
    expect(warned).toMatchObject({
      clock: 'first_response',
      dueAt: after(ticket.created_at, 60),
      sla: { name: 'Gold' },
    });
    expect(await toldOf(ticket.id, ticketEscalated)).toEqual([]);
    desk.clock.advance(15 * MINUTE);
    await waitFor(async () => (await toldOf(ticket.id, ticketEscalated)).length > 0, { what: 'an escalation' });
    desk.clock.advance(120 * MINUTE);
    await waitFor(async () => (await toldOf(ticket.id, ticketEscalated)).length === 2, { what: 'the second one' });
    expect((await toldOf(ticket.id, ticketEscalated)).map(({ clock }) => clock)).toEqual([
      'first_response',
      'solution',
    ]);
    // The solution was due before anybody looked, so there is no use in a warning.
    expect(await toldOf(ticket.id, ticketEscalationWarning)).toHaveLength(1);
    expect(await read(ticket.id)).toMatchObject({ updated_at: ticket.updated_at });

    const { history } = await desk.rest(agent, ticketHistory, { id: ticket.id });
    expect(history.filter(({ type }) => type.startsWith('escalation'))).toMatchObject([
      {
        type: 'escalation_warning',
        attribute: 'first_response',
        value_from: 'Gold',
        value_to: after(ticket.created_at, 60),
      },
      { type: 'escalation', attribute: 'first_response' },
      { type: 'escalation', attribute: 'solution', value_to: after(ticket.created_at, 180) },
    ]);
    const [{ sla_notice_at } = {}] = await desk.query('SELECT sla_notice_at FROM ticket WHERE id = $1', [ticket.id]);
    expect(sla_notice_at).toBeNull();
  });

  it('that has passed puts the ticket on a list', async () => {
    await promise();
    const ticket = await open();
    const listed = async () => {
      const { tickets, total } = await desk.rest(agent, ticketList, {
        query: { view: 'escalated', sort: 'escalation_at' },
      });
      const { views } = await desk.rest(agent, ticketCounts);
      expect(views).toContainEqual({ view: 'escalated', count: total });
      return tickets.find(({ id }) => id === ticket.id);
    };
    const stale = 'SELECT FROM ticket WHERE sla_revision < (SELECT revision FROM sla_rules)';
    await waitFor(async () => (await desk.query(stale)).length === 0, { what: 'the other tickets to be reckoned' });
    desk.clock.advance(59 * MINUTE);
    expect(await listed()).toBeUndefined();
    desk.clock.advance(MINUTE);
    expect(await listed()).toMatchObject({ escalation_at: after(ticket.created_at, 60) });
    expect(await desk.rest(agent2, ticketList, { query: { view: 'escalated' } })).toMatchObject({ total: 0 });
  });

  it('is explained to agents', async () => {
    const sla = await promise({ name: 'Silver', response_time: 120 });
    const ticket = await open();
    desk.clock.advance(10 * MINUTE);
    await change(ticket.id, { state: 'pending reminder' });
    desk.clock.advance(30 * MINUTE);
    await change(ticket.id, { state: 'open' });
    desk.clock.advance(5 * MINUTE);
    const pause = { from: expect.any(String), to: expect.any(String), in_min: 30 };
    const explained = await desk.rest(agent, ticketSla, { id: ticket.id });
    expect(explained).toMatchObject({
      ticket_id: ticket.id,
      sla: { id: sla.id, name: 'Silver' },
      calendar: { id: always, name: 'Always', timezone: 'UTC' },
      up_to_date: true,
      paused_since: null,
      clocks: [
        {
          clock: 'first_response',
          target_in_min: 60,
          since: ticket.created_at,
          since_what: 'created',
          paused: [pause],
        },
        { clock: 'update', target_in_min: 120, since_what: 'customer-contact', paused_in_min: 30 },
        { clock: 'solution', target_in_min: 180, since_what: 'created', due_at: after(ticket.created_at, 210) },
      ],
    });
    await change(ticket.id, { state: 'closed' });
    desk.clock.advance(5 * MINUTE);
    const again = await change(ticket.id, { state: 'open' });
    const { clocks } = await desk.rest(agent, ticketSla, { id: ticket.id });
    expect(clocks.find(({ clock }) => clock === 'solution')).toMatchObject({
      since: again.updated_at,
      since_what: 'reopened',
      paused: [],
    });
    await expect(desk.rest(customer, ticketSla, { id: ticket.id })).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.rest(agent2, ticketSla, { id: ticket.id })).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('calendars', () => {
  const hours = {
    mon: {
      active: true,
      timeframes: [
        ['09:00', '12:00'],
        ['13:00', '17:00'],
      ],
    },
  };
  const add = (body: object = {}) =>
    desk.rest(ruler, calendars.create, {
      body: { name: `Calendar ${++made}`, timezone: 'Europe/Berlin', business_hours: hours, ...body },
    });

  it('are kept as they were given, and shown in every form', async () => {
    const days = { '2026-12-25': { active: true, summary: 'Christmas', feed: 'x' } };
    const created = await add({ public_holidays: days });
    expect(created).toMatchObject({ business_hours: hours, public_holidays: days, default: false, ical_url: null });
    expect(await desk.rest(ruler, calendars.get, { id: created.id })).toEqual(created);
    const full = await desk.rest(ruler, calendars.get, { id: created.id, query: { full: 'true' } });
    expect(full).toEqual({ id: created.id, assets: { Calendar: { [created.id]: created } } });
    const init = await desk.rest(ruler, calendars.init);
    expect(init.record_ids).toContain(created.id);
    expect(init.timezones).toMatchObject({ UTC: 0, 'Asia/Tehran': 3.5 });
    expect((await desk.rest(ruler, calendars.timezones)).timezones).toEqual(init.timezones);
    expect(await desk.told(recordAudit)).toContainEqual(
      expect.objectContaining({
        data: expect.objectContaining({ action: 'calendar.created', objectId: String(created.id) }),
      }),
    );
  });

  it('tell what they would come to before they are saved', async () => {
    const body = {
      ...{ timezone: 'Europe/Berlin', from: '2026-12-24T15:30:00.000Z', minutes: [30, 60] },
      business_hours: { thu: { active: true, timeframes: [['09:00', '17:00']] } },
      public_holidays: { '2026-12-31': { active: true, summary: 'Eve' } },
    };
    const told = await desk.rest(ruler, calendars.preview, { body });
    expect(told).toMatchObject({
      ...{ from: body.from, is_open: true },
      due: [
        { minutes: 30, at: '2027-01-07T08:00:00.000Z' },
        { minutes: 60, at: '2027-01-07T08:30:00.000Z' },
      ],
    });
    expect(told.open).toHaveLength(7);
    expect(told.open.slice(0, 2)).toEqual([
      { from: '2026-12-24T15:30:00.000Z', to: '2026-12-24T16:00:00.000Z' },
      { from: '2027-01-07T08:00:00.000Z', to: '2027-01-07T16:00:00.000Z' },
    ]);
    const never = { ...body, business_hours: {} };
    await expect(desk.rest(ruler, calendars.preview, { body: never })).rejects.toMatchObject({
      code: 'calendar.never-open',
    });
    await expect(desk.rest(agent, calendars.preview, { body })).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('have one default, which can only move', async () => {
    const list = await desk.rest(ruler, calendars.list);
    const seeded = list.find((one) => one.default) as (typeof list)[number];
    const other = await add({ default: true });
    expect(await desk.rest(ruler, calendars.get, { id: seeded.id })).toMatchObject({ default: false });
    await expect(desk.rest(ruler, calendars.delete, { id: other.id })).rejects.toMatchObject({
      code: 'input.referenced',
    });
    expect(await desk.rest(ruler, calendars.update, { id: other.id, body: { default: false } })).toMatchObject({
      default: true,
    });
    await desk.rest(ruler, calendars.update, { id: seeded.id, body: { default: true } });
    await desk.rest(ruler, calendars.delete, { id: other.id });
  });

  it.each([
    ['without hours', { business_hours: {} }, 'calendar.never-open'],
    [
      'with days that are off only',
      { business_hours: { mon: { active: false, timeframes: [['09:00', '17:00']] } } },
      'calendar.never-open',
    ],
    [
      'of hours that are none',
      { business_hours: { mon: { active: true, timeframes: [['17:00', '09:00']] } } },
      'calendar.hours-invalid',
    ],
    ['of nowhere', { timezone: 'Europe/Atlantis' }, 'calendar.timezone-unknown'],
    ['of an instant', { timezone: '2026-01-31T09:00:00.000Z' }, 'calendar.timezone-unknown'],
    ['with a day that is none', { public_holidays: { '2026-02-30': { active: true } } }, 'calendar.holiday-invalid'],
    ['from a feed that is nowhere', { ical_url: 'ftp://example.org/a.ics' }, 'calendar.feed-address'],
    ['from a feed that is a word', { ical_url: 'holidays' }, 'calendar.feed-address'],
    ['without a name', { name: ' ' }, 'input.name-blank'],
  ])('%s are refused', async (_, body, code) => {
    await expect(add(body)).rejects.toMatchObject({ kind: 'invalid', code });
  });

  it('take public holidays in when somebody says so, and leave alone what is there or was switched off', async () => {
    const own = {
      '2026-05-01': { active: true, summary: 'Our own first of May' },
      '2026-12-26': { active: false, summary: 'We work' },
    };
    const { id } = await add({ public_holidays: own });
    const off = async () => (await desk.rest(ruler, calendars.get, { id })).public_holidays;
    const asked = { country: 'DE', state: 'BY', years: [2026] };
    const tried = await desk.rest(ruler, calendars.importHolidays, { id, body: { ...asked, try: true } });
    expect(tried).toMatchObject({ try: true, kept: [{ day: '2026-05-01' }, { day: '2026-12-26' }] });
    expect(await off()).toEqual(own);
    const { added } = await desk.rest(ruler, calendars.importHolidays, { id, body: asked });
    expect(added).toEqual(tried.added);
    expect(added).toContainEqual({ day: '2026-06-04', summary: 'Corpus Christi' });
    const days = added.map(({ day, summary }): [string, object] => [day, { active: true, summary }]);
    expect(await off()).toEqual({ ...Object.fromEntries(days), ...own });
    expect((await desk.rest(ruler, calendars.importHolidays, { id, body: asked })).added).toEqual([]);
    // SLAs have ids of their own.
    const told = (await desk.told(recordAudit)).map(({ data }) => data);
    const ofIt = told.filter(({ action, objectId }) => action.startsWith('calendar.') && objectId === String(id));
    expect(ofIt.map(({ action }) => action)).toEqual(['calendar.created', 'calendar.changed']);
    const nowhere = { ...asked, state: 'Utopia' };
    await expect(desk.rest(ruler, calendars.holidays, { body: nowhere })).rejects.toMatchObject({
      code: 'calendar.place-unknown',
    });
    await expect(desk.rest(agent, calendars.holidays, { body: asked })).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await desk.rest(ruler, calendars.holidayPlaces)).toContainEqual(expect.objectContaining({ code: 'PL' }));
  });

  it('have days off from a feed, and due times follow what it says', async () => {
    desk.clock.set('2026-05-01T08:00:00Z');
    const url = 'https://holidays.example/de.ics';
    const feed = (...days: string[]) => {
      const events = days.flatMap((day) => ['BEGIN:VEVENT', `DTSTART;VALUE=DATE:${day}`, 'SUMMARY:Off', 'END:VEVENT']);
      desk.feeds.set(url, ['BEGIN:VCALENDAR', ...events, 'END:VCALENDAR'].join('\r\n'));
    };
    const body = { business_hours: everyDay([['09:00', '17:00']]), timezone: 'UTC' };
    const own = { '2026-05-05': { active: true, summary: 'Company trip' } };
    feed('20260504', '20260505');
    const { id } = await add({ ...body, ical_url: url.replace('https', 'webcal'), public_holidays: own });
    const synced = async (what: (row: Awaited<ReturnType<typeof add>>) => boolean) =>
      waitFor(
        async () => {
          const row = await desk.rest(ruler, calendars.get, { id });
          return what(row) ? row : undefined;
        },
        { what: 'the feed to be read' },
      );
    const first = await synced(({ last_sync }) => last_sync !== null);
    expect(first).toMatchObject({ ical_url: url, last_log: null, last_sync: '2026-05-01T08:00:00.000Z' });
    const mark = { feed: expect.stringMatching(/^[0-9a-f]{32}$/) };
    expect(first.public_holidays).toEqual({
      '2026-05-04': { active: true, summary: 'Off', ...mark },
      ...own,
    });
    const sla = { name: `Feed ${++made}`, calendar_id: id, first_response_time: 60 };
    desk.clock.set('2026-05-03T16:30:00Z');
    await desk.rest(ruler, slas.create, { body: sla });
    const ticket = (await desk.rest(customer, createTicket, {
      body: { title: 'x', group: 'Users', article: { body: 'x' } },
    })) as { id: number };
    const due = async () => (await desk.rest(agent, getTicket, { id: ticket.id })).first_response_escalation_at;
    expect(await due()).toBe('2026-05-06T09:30:00.000Z');

    // The next day the feed says something else.
    feed();
    desk.clock.set('2026-05-03T16:31:00Z');
    await desk.query('UPDATE calendar_feed SET next_at = $1', [new Date(desk.clock.now()).toISOString()]);
    await desk.rest(ruler, calendars.update, { id, body: { name: `Calendar ${++made}` } });
    await synced(({ public_holidays }) => !('2026-05-04' in public_holidays));
    await waitFor(async () => (await due()) === '2026-05-04T09:30:00.000Z', { what: 'the due time to follow' });

    // What cannot be read changes nothing, and says why.
    desk.feeds.set(url, '<html>');
    await desk.query('UPDATE calendar_feed SET next_at = $1', [new Date(desk.clock.now()).toISOString()]);
    await desk.rest(ruler, calendars.update, { id, body: { name: `Calendar ${++made}` } });
    const failed = await synced(({ last_log }) => last_log !== null);
    expect(failed).toMatchObject({ last_log: 'The answer is no calendar in iCalendar.', public_holidays: own });

    feed('20260601');
    await desk.rest(ruler, calendars.update, { id, body: { ical_url: url.replace('de', 'fr') } });
    expect(await synced(({ last_log }) => last_log === 'Nothing is there.')).toMatchObject({ public_holidays: own });
    const without = await desk.rest(ruler, calendars.update, { id, body: { ical_url: '' } });
    expect(without).toMatchObject({ ical_url: null, last_log: null, last_sync: null, public_holidays: own });
  });

  it('are for administrators of them, and readable for those of SLAs', async () => {
    const reader = actor({ userId: 3, permissions: ['admin.sla'] });
    await expect(desk.rest(agent, calendars.list)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await desk.rest(reader, calendars.list)).not.toHaveLength(0);
    await expect(desk.rest(reader, calendars.update, { id: always, body: {} })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });
});

describe('SLAs', () => {
  it('are kept as they were given, and shown in every form', async () => {
    const condition = { 'ticket.group_id': { operator: 'is', value: ['1'] } };
    const created = await promise({ calendar_id: undefined, calendar: 'Always', update_time: 30, condition });
    expect(created).toMatchObject({ calendar_id: always, condition, update_time: 30, response_time: null });
    expect(await desk.rest(ruler, slas.get, { id: created.id, query: { expand: 'true' } })).toEqual({
      ...created,
      calendar: 'Always',
    });
    const full = (await desk.rest(ruler, slas.list, { query: { full: 'true' } })) as unknown as { assets: object };
    expect(full).toMatchObject({
      record_ids: [created.id],
      assets: { TicketSLA: { [created.id]: created }, Calendar: { [always]: { name: 'Always' } } },
    });
    await expect(desk.rest(ruler, calendars.delete, { id: always })).rejects.toMatchObject({
      code: 'input.referenced',
    });
  });

  it('use the default calendar when none is named', async () => {
    const { id } = (await desk.rest(ruler, calendars.list)).find((one) => one.default) as { id: number };
    expect(await promise({ calendar_id: undefined })).toMatchObject({ calendar_id: id });
  });

  it.each([
    ['of two kinds of updates', { response_time: 10, update_time: 10 }, 'sla.two-update-times'],
    [
      'by what tickets do not have',
      { condition: { 'ticket.mood': { operator: 'is', value: 1 } } },
      'condition.unsupported',
    ],
    ['of another calendar', { calendar_id: 4711 }, 'input.unknown-id'],
    ['of an unknown calendar', { calendar_id: undefined, calendar: 'None' }, 'input.unknown-name'],
    ['without a name', { name: '' }, 'input.name-blank'],
  ])('%s are refused', async (_, body, code) => {
    await expect(promise(body)).rejects.toMatchObject({ kind: 'invalid', code });
  });

  it('cannot promise what no calendar holds', async () => {
    const rare = { mon: { active: true, timeframes: [['09:00', '09:01']] } };
    const body = { name: 'Rare', timezone: 'UTC', business_hours: rare };
    const { id } = await desk.rest(ruler, calendars.create, { body });
    const refused = promise({ calendar_id: id, solution_time: 100_000 });
    await expect(refused).rejects.toMatchObject({ code: 'sla.time-out-of-reach' });
  });

  it('are for administrators of them', async () => {
    for (const who of [agent, customer, actor({ userId: 3, permissions: ['admin.calendar'] })]) {
      await expect(desk.rest(who, slas.list)).rejects.toMatchObject({ kind: 'forbidden' });
    }
  });
});

function weekdayOf(instant: string): string {
  return ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(instant).getUTCDay()] as string;
}

describe('the SLAs of a community', () => {
  const delegate = actor({ userId: 9, permissions: ['community'], administers: [1, 7] });
  const group = (value: unknown) => ({ 'ticket.group_id': { operator: 'is', value } });
  const wanted = (condition: object | null, body: object = {}) => ({
    name: `SLA ${++made}`,
    ...{ calendar_id: always, first_response_time: 60, condition, ...body },
  });
  const add = (condition: object | null) => desk.rest(delegate, slas.create, { body: wanted(condition) });

  it('are those for its groups only, and whoever administers it writes these', async () => {
    const own = await add({ ...group([1]), 'ticket.title': { operator: 'contains', value: 'VPN' } });
    const either = await add({
      operator: 'OR',
      conditions: [
        { name: 'ticket.group_id', operator: 'is', value: 1 },
        { name: 'ticket.group_id', operator: 'is', value: 7 },
      ],
    });
    const others = [
      await promise({ condition: null }),
      await promise({ condition: group([2]) }),
      await promise({ condition: group([1, 2]) }),
    ];
    expect((await desk.rest(delegate, slas.list)).map(({ id }) => id)).toEqual([own.id, either.id]);
    await desk.rest(delegate, slas.update, { id: own.id, body: { first_response_time: 30 } });
    for (const { id } of others) {
      const gone = { kind: 'not-found' };
      await expect(desk.rest(delegate, slas.get, { id })).rejects.toMatchObject(gone);
      const taken = desk.rest(delegate, slas.update, { id, body: { condition: group([1]) } });
      await expect(taken).rejects.toMatchObject(gone);
      await expect(desk.rest(delegate, slas.delete, { id })).rejects.toMatchObject(gone);
    }
    await desk.rest(delegate, slas.delete, { id: either.id });
  });

  it.each([
    ['everything', null],
    ['a group of others', group([2])],
    ['one of others as well', group([1, 2])],
    ['all but one of its own', { 'ticket.group_id': { operator: 'is not', value: [1] } }],
    [
      'its group or a word',
      {
        operator: 'OR',
        conditions: [
          { name: 'ticket.group_id', operator: 'is', value: 1 },
          { name: 'ticket.title', operator: 'contains', value: 'x' },
        ],
      },
    ],
  ])('are refused for %s, and so is a change to that', async (_, condition) => {
    const refusal = { code: 'sla.not-of-community' };
    await expect(add(condition)).rejects.toMatchObject(refusal);
    const own = await add(group([1]));
    const moved = desk.rest(delegate, slas.update, { id: own.id, body: { condition } });
    await expect(moved).rejects.toMatchObject(refusal);
    expect(await desk.rest(delegate, slas.get, { id: own.id })).toMatchObject({ condition: group([1]) });
  });

  it('are reckoned in calendars of the desk, which it sees without their private addresses', async () => {
    const body = { ...aroundTheClock, name: 'Fed', ical_url: 'https://calendar.example/secret.ics' };
    const { id } = await desk.rest(ruler, calendars.create, { body });
    expect(await desk.rest(delegate, calendars.get, { id })).toMatchObject({ name: 'Fed', ical_url: null });
    for (const shown of [
      await desk.rest(delegate, calendars.list),
      await desk.rest(delegate, calendars.init),
      await desk.rest(delegate, slas.get, { id: (await add(group([1]))).id, query: { full: true } }),
    ])
      expect(JSON.stringify(shown)).not.toContain('secret.ics');
    await expect(desk.rest(delegate, calendars.update, { id, body: { name: 'x' } })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await desk.rest(ruler, calendars.delete, { id });
  });
});
