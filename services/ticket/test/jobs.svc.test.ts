import {
  calendars,
  createArticle,
  createTicket,
  deskSettings,
  type GroupSnapshot,
  getTicket,
  jobs,
  recordAudit,
  recurringTickets,
  reportProfiles,
  reports,
  settingChanged,
  ticketHistory,
  triggers,
  updateTicket,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReleaseOwners } from '../src/application/assignment/release-owners.ts';
import { RunJobs } from '../src/application/automation/run-jobs.ts';
import { CreateTickets } from '../src/application/create-tickets.ts';
import { OpenRecurring } from '../src/application/recurring/open-recurring.ts';
import { RecurringStore } from '../src/persistence/recurring.store.ts';
import { actor, cast, type Desk, handled, startDesk } from './desk.ts';

const { admin, agent } = cast;
const ruler = actor({
  userId: 3,
  permissions: ['admin.scheduler', 'admin.trigger', 'ticket.agent'],
  groups: { 1: ['full'] },
});

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const always = {
  days: Object.fromEntries(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => [day, true])),
  hours: Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [hour, true])),
  minutes: { 0: true, 10: true, 20: true, 30: true, 40: true, 50: true },
};
let made = 0;
const schedule = (body: object) =>
  desk.rest(ruler, jobs.create, { body: { name: `Job ${++made}`, perform: {}, ...body } });
const titled = (title: string) => ({ 'ticket.title': { operator: 'is', value: title } });
const note = { 'article.note': { body: 'ran', internal: true } };
const open = async (title: string) =>
  (
    (await desk.rest(agent, createTicket, {
      body: { title, group: 'Users', customer: 'user10@example.org' },
    })) as unknown as { id: number }
  ).id;
const several = (title: string, count: number) => Promise.all(Array.from({ length: count }, () => open(title)));
const notesOf = async (ids: number[]) => {
  const rows = await desk.query<{ id: number; notes: number }>(
    `SELECT t.id, (SELECT count(*)::int FROM article a WHERE a.ticket_id = t.id AND a.sender_id = 3) AS notes
     FROM unnest($1::int[]) AS t (id) ORDER BY t.id`,
    [ids],
  );
  return rows.map(({ notes }) => notes);
};
const over = (id: number) =>
  waitFor(
    async () => {
      const job = await desk.rest(ruler, jobs.get, { id });
      return job.last_run_at !== null && !job.running ? job : undefined;
    },
    { what: `schedule ${id} to be over` },
  );

let version = 0;
/** As identity says it. */
const choose = async (name: string, value: unknown, aggregateVersion = ++version) => {
  const data = { name, value, byUserId: 3 };
  await handled(desk, await desk.publish(settingChanged, data, { aggregateId: name, aggregateVersion }));
};

describe('the numbers of tickets', () => {
  const numbersOf = async (titles: string, count: number) => {
    const opened = await several(titles, count);
    const rows = await desk.query<{ number: string }>('SELECT number FROM ticket WHERE id = ANY ($1) ORDER BY id', [
      opened,
    ]);
    return rows.map(({ number }) => number);
  };
  const standard = () => choose('ticket_number', 'Ticket::Number::Increment');

  it('begin with the day where the desk is and from one, where that is chosen; a digit may prove them', async () => {
    await choose('timezone_default', 'Pacific/Kiritimati');
    await choose('ticket_number', 'Ticket::Number::Date');
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Kiritimati' }).format(Date.now());
    const head = `${day.replaceAll('-', '')}1`;
    const first = await numbersOf('by the day', 5);
    expect(new Set(first).size).toBe(5);
    expect(first.every((number) => number.startsWith(head) && number.length === head.length + 4)).toBe(true);
    expect(first.map((number) => Number(number.slice(-4))).toSorted((a, b) => a - b)[0]).toBe(1);
    await choose('ticket_number_date', { checksum: true });
    const [proven] = await numbersOf('with a sum', 1);
    expect(proven).toHaveLength(head.length + 5);
    await choose('timezone_default', '');
    await standard();
  });

  it('are nobody else’s, whatever was chosen before', async () => {
    await standard();
    const [last = ''] = await numbersOf('the last', 1);
    const [next, afterNext] = [1, 2].map((more) => String(Number(last) + more));
    await desk.query(`UPDATE ticket SET number = $1 WHERE title = 'with a sum'`, [next]);
    expect(await numbersOf('another', 1)).toEqual([afterNext]);
  });
});

describe('where the desk is', () => {
  const move = (value: unknown, at?: number) => choose('timezone_default', value, at);
  const hourOf = async (id: number, timeZone: string) => {
    const { next_run_at } = await desk.rest(ruler, jobs.get, { id });
    return new Intl.DateTimeFormat('en', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(
      Date.parse(next_run_at as string),
    );
  };
  const atTen = { ...always, hours: { 10: true }, minutes: { 0: true } };

  it('decides when schedules run that name no place of their own, also those there are already', async () => {
    const ours = await schedule({ timeplan: atTen });
    const theirs = await schedule({ timeplan: atTen, timezone: 'Asia/Tokyo' });
    expect(await hourOf(ours.id, 'UTC')).toBe('10');
    await move('America/New_York');
    expect(await hourOf(ours.id, 'America/New_York')).toBe('10');
    expect(await hourOf(theirs.id, 'Asia/Tokyo')).toBe('10');
    const later = await schedule({ timeplan: atTen, timezone: 'system' });
    expect(await hourOf(later.id, 'America/New_York')).toBe('10');
    // What was said before it, and what is no business of this service.
    await move('Europe/Paris', 0);
    await choose('something_else', 'Europe/Paris');
    expect(await hourOf(later.id, 'America/New_York')).toBe('10');
    await move('');
    expect(await hourOf(ours.id, 'UTC')).toBe('10');
    for (const { id } of [ours, theirs, later]) await desk.rest(ruler, jobs.delete, { id });
  });

  it('decides how texts of rules tell times, what a report takes for a day, and where a calendar is made', async () => {
    const who = actor({
      userId: 3,
      permissions: ['admin.calendar', 'admin.report_profile', 'report', 'ticket.agent'],
      groups: { 1: ['full'] },
    });
    await move('Asia/Tokyo');
    const [id] = await several('told in Tokyo', 1);
    const template = '#{ticket.created_at} and #{dt(ticket.created_at, "%H", "UTC")}';
    const job = await schedule({ condition: titled('told in Tokyo'), perform: { 'article.note': { body: template } } });
    await desk.rest(ruler, jobs.run, { id: job.id });
    await over(job.id);
    const [article] = await desk.query<{ body: string }>(
      'SELECT body FROM article WHERE ticket_id = $1 AND sender_id = 3',
      [id as number],
    );
    const inTokyo = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Tokyo' });
    expect(article?.body.replaceAll(/\s/g, ' ')).toContain(inTokyo.format(desk.clock.now()).replaceAll(/\s/g, ' '));
    const hours = { active: true, timeframes: [['09:00', '17:00']] };
    const calendar = await desk.rest(who, calendars.create, {
      body: { name: 'Of the desk', business_hours: { mon: hours } },
    });
    expect(calendar).toMatchObject({ timezone: 'Asia/Tokyo' });
    const profile = (await desk.rest(who, reportProfiles.create, {
      body: { name: 'Told in Tokyo', condition: titled('told in Tokyo') },
    })) as { id: number };
    const today = Temporal.Instant.fromEpochMilliseconds(desk.clock.now()).toZonedDateTimeISO('Asia/Tokyo');
    const { year, month, day, hour } = today;
    // What happens at this very moment is not yet in a report.
    desk.clock.advance(1_000);
    const { data } = await desk.rest(who, reports.generate, {
      body: {
        ...{ metric: 'count', timeRange: 'day', year, month, day },
        ...{ backends: { created: true }, profiles: { [profile.id]: true } },
      },
    });
    expect(data.created?.[hour]).toBe(1);
    await move('');
  });
});

describe('the last contact of a customer', () => {
  it('is the first word that nobody answered, or the last one where that is chosen', async () => {
    const [id] = (await several('waits', 1)) as [number];
    const write = async () => {
      desk.clock.advance(60_000);
      const body = { ticket_id: id, body: 'And?', type: 'web', sender: 'Customer' };
      await desk.rest(agent, createArticle, { body });
      const { last_contact_customer_at } = await desk.rest(agent, getTicket, { id });
      return { at: Date.parse(last_contact_customer_at as string), now: desk.clock.now() };
    };
    const first = await write();
    expect(first.at).toBe(first.now);
    expect((await write()).at).toBe(first.at);
    await choose('ticket_last_contact_behaviour', 'based_on_customer_reaction');
    const last = await write();
    expect(last.at).toBe(last.now);
    await choose('ticket_last_contact_behaviour', 'check_if_agent_already_replied');
  });
});

describe('a schedule', () => {
  it('runs when its time has come, for the tickets it picks, and says so', async () => {
    const [one] = await several('nightly', 3);
    const other = await open('something else');
    const job = await schedule({
      timeplan: always,
      condition: titled('nightly'),
      perform: { 'ticket.state_id': { value: 4 } },
    });
    expect(job).toMatchObject({ last_run_at: null, processed: 0, running: false, pid: null, object: 'Ticket' });
    expect(Date.parse(job.next_run_at as string)).toBeGreaterThan(desk.clock.now());
    desk.clock.advance(700_000);
    const done = await over(job.id);
    expect(done).toMatchObject({ matching: 3, processed: 3 });
    expect(Date.parse(done.next_run_at as string)).toBeGreaterThan(desk.clock.now());
    expect(await desk.rest(agent, getTicket, { id: one as number })).toMatchObject({ state_id: 4 });
    expect(await desk.rest(agent, getTicket, { id: other })).toMatchObject({ state_id: 1 });
    const { history } = await desk.rest(agent, ticketHistory, { id: one as number });
    expect((history as object[]).at(-1)).toMatchObject({
      attribute: 'state',
      sourceable_type: 'Job',
      sourceable_name: job.name,
    });
    const { runs } = await desk.rest(ruler, jobs.runs, { id: job.id });
    expect(runs).toHaveLength(3);
    expect(runs[0]).toMatchObject({ cause: 'schedule', outcome: 'done', did: ['ticket.state_id'] });
    await desk.rest(ruler, jobs.update, { id: job.id, body: { active: false } });
    expect(await desk.rest(ruler, jobs.get, { id: job.id })).toMatchObject({ next_run_at: null });
  });

  it('that died goes on where it stopped once it is not heard of any more: every ticket has its turn once', async () => {
    const ids = await several('killed', 45);
    const job = await schedule({ condition: titled('killed'), perform: note });
    const runner = desk.service.get(RunJobs);
    await runner.beginNow(job.id, 3);
    // A process that is gone after its first batch, and holds its lease.
    let batches = 0;
    expect(await runner.work(() => ++batches > 1)).toBe(true);
    expect((await notesOf(ids)).reduce((sum, n) => sum + n, 0)).toBe(20);
    expect(await runner.work(() => false)).toBe(false);
    expect(await desk.rest(ruler, jobs.get, { id: job.id })).toMatchObject({
      running: true,
      matching: 45,
      processed: 20,
    });
    await expect(desk.rest(ruler, jobs.run, { id: job.id })).rejects.toMatchObject({ code: 'job.running' });
    desk.clock.advance(61_000);
    // Several that find it at once.
    await Promise.all([runner.work(() => false), runner.work(() => false), runner.work(() => false)]);
    expect(await over(job.id)).toMatchObject({ processed: 45 });
    expect(await notesOf(ids)).toEqual(ids.map(() => 1));
  });

  it('leaves out what somebody has changed since it began', async () => {
    const ids = await several('moving', 2);
    const job = await schedule({ condition: titled('moving'), perform: note });
    const runner = desk.service.get(RunJobs);
    await runner.beginNow(job.id, 3);
    await desk.rest(agent, updateTicket, { id: ids[0] as number, body: { title: 'moved' } });
    await runner.work(() => false);
    await over(job.id);
    expect(await notesOf(ids)).toEqual([0, 1]);
  });

  it('runs now when somebody wants it, and what it does is looked at by triggers', async () => {
    const id = await open('asked');
    const started = await desk.rest(ruler, triggers.create, {
      body: {
        ...{ name: 'after', perform: { 'ticket.priority_id': { value: 3 } } },
        condition: {
          'ticket.title': { operator: 'is', value: 'asked' },
          'ticket.state_id': { operator: 'is', value: 4 },
        },
      },
    });
    const job = await schedule({ condition: titled('asked'), perform: { 'ticket.state_id': { value: 4 } } });
    await desk.rest(ruler, jobs.run, { id: job.id });
    await over(job.id);
    expect(await desk.rest(agent, getTicket, { id })).toMatchObject({ state_id: 4, priority_id: 3 });
    const { runs } = await desk.rest(ruler, triggers.runs, { id: started.id });
    expect(runs[0]?.chain).toEqual([job.name, 'after']);
  });

  it('is previewed: which tickets, what would be done, and when', async () => {
    const ids = await several('later', 2);
    const body = { timeplan: always, condition: titled('later'), perform: { 'ticket.state_id': { value: 4 } } };
    const preview = await desk.rest(ruler, jobs.preview, { body });
    expect(preview).toMatchObject({ matching: 2, more: false, next_run_at: expect.any(String) });
    expect(preview.examples[0]).toMatchObject({
      ticket: { id: Math.min(...ids) },
      would: [{ action: 'ticket.state_id', from: 'new', to: 'closed' }],
    });
    expect(await desk.rest(agent, getTicket, { id: ids[0] as number })).toMatchObject({ state_id: 1 });
  });

  it.each([
    ['a day that is none', { timeplan: { days: { Someday: true } } }, 'job.timeplan-invalid'],
    ['other minutes than tens', { timeplan: { minutes: { 5: true } } }, 'job.timeplan-invalid'],
    ['what has changed', { condition: { 'ticket.state_id': { operator: 'has changed' } } }, 'condition.unsupported'],
    ['other objects', { object: 'Group' }, 'job.object-unknown'],
  ])('does not know %s', async (_, body, code) => {
    await expect(schedule(body)).rejects.toMatchObject({ kind: 'invalid', code });
    await expect(desk.rest(agent, jobs.list)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a schedule, which nobody looks at,', () => {
  const mine = { 'ticket.owner_id': { operator: 'is not', pre_condition: 'current_user.id' } };

  it.each([
    ['asks', { condition: mine }, 'condition.unsupported'],
    ['names', { perform: { 'ticket.owner_id': { pre_condition: 'current_user.id' } } }, 'action.invalid'],
  ])('has no current user whom it %s', async (_, body, code) => {
    await expect(schedule(body)).rejects.toMatchObject({ kind: 'invalid', code });
    await expect(desk.rest(ruler, jobs.preview, { body })).rejects.toMatchObject({ code });
    const { id, problem } = await schedule({});
    expect(problem).toBeNull();
    await expect(desk.rest(ruler, jobs.update, { id, body })).rejects.toMatchObject({ code });
  });

  it('that was stored with one does nothing, says why, and holds no other up', async () => {
    const [ticket] = await several('Nobody looks', 1);
    const { id } = await schedule({ condition: titled('Nobody looks'), perform: note, timeplan: always });
    await desk.query('UPDATE schedule SET condition = $2 WHERE id = $1', [id, JSON.stringify(mine)]);
    expect((await desk.rest(ruler, jobs.get, { id })).problem).toContain('current_user.id');
    const next = await schedule({ condition: titled('Nobody looks'), perform: note, timeplan: always });
    desk.clock.advance(700_000);
    expect(await over(id)).toMatchObject({ matching: 0, processed: 0 });
    await over(next.id);
    expect(await notesOf([ticket as number])).toEqual([1]);
    const { runs } = await desk.rest(ruler, jobs.runs, { id });
    expect(runs.map((run) => [run.outcome, run.held_back[0]?.why])).toEqual([
      ['failed', expect.stringContaining('current_user.id')],
    ]);
    for (const each of [id, next.id]) await desk.rest(ruler, jobs.update, { id: each, body: { active: false } });
  });
});

describe('a schedule over people', () => {
  const keeper = actor({ userId: 3, permissions: ['admin.scheduler', 'admin.user'], groups: {} });
  const make = (body: object, who = keeper) =>
    desk.rest(who, jobs.create, { body: { name: `Job ${++made}`, object: 'User', ...body } });
  const perform = { 'user.vip': { value: true } };

  it('runs for whom identity picks, a few at a time, and its log names them', async () => {
    desk.identity.picked = Array.from({ length: 25 }, (_, i) => 10 + i);
    const condition = { 'user.active': { operator: 'is', value: true } };
    const preview = await desk.rest(keeper, jobs.preview, { body: { object: 'User', condition, perform } });
    expect(preview).toMatchObject({ matching: 25, more: false, examples: [] });
    expect(preview.objects[0]).toEqual({
      object: { type: 'User', id: 10, label: 'User 10' },
      would: [{ action: 'user.vip', from: false, to: true }],
    });
    const job = await make({ condition, perform, timeplan: always });
    expect(job).toMatchObject({ object: 'User', condition, perform });
    desk.clock.advance(700_000);
    expect(await over(job.id)).toMatchObject({ matching: 25, processed: 25 });
    const asked = desk.identity.changed.filter(({ rule }) => rule.id === job.id);
    expect(asked.map((one) => one.ids.length)).toEqual([20, 5]);
    expect(asked[0]).toMatchObject({ object: 'User', condition, perform, rule: { name: job.name } });
    const { runs } = await desk.rest(keeper, jobs.runs, { id: job.id });
    expect(runs).toHaveLength(25);
    expect(runs.find(({ object }) => object?.id === 10)).toMatchObject({
      ...{ ticket: null, object: { type: 'User', label: 'Clara Customer' } },
      ...{ outcome: 'done', did: ['user.vip'], cause: 'schedule' },
    });
    // Who looks after schedules alone learns of nobody.
    const blind = await desk.rest(ruler, jobs.runs, { id: job.id });
    expect(blind.runs[0]).toMatchObject({ object: null });
  });

  it('reaches all of them in one run, and a process that dies in between has nobody done twice', async () => {
    desk.identity.picked = Array.from({ length: 1_230 }, (_, i) => 10 + i);
    desk.identity.lostAfter = desk.identity.changed.length + 30;
    const preview = await desk.rest(keeper, jobs.preview, { body: { object: 'User', perform } });
    expect(preview).toMatchObject({ matching: 1_230, more: false });
    const { id } = await make({ perform, localization: 'de', timezone: 'Europe/Berlin' });
    await desk.rest(keeper, jobs.run, { id });
    await waitFor(async () => desk.identity.lostAfter === undefined, { what: 'identity to be gone for a while' });
    const half = await desk.rest(keeper, jobs.get, { id });
    expect(half).toMatchObject({ running: true, matching: 1_230, processed: 600 });
    desk.clock.advance(61_000);
    expect(await over(id)).toMatchObject({ matching: 1_230, processed: 1_230 });
    const asked = desk.identity.changed.filter(({ rule }) => rule.id === id);
    expect(asked.flatMap(({ ids }) => ids)).toEqual(desk.identity.picked);
    expect(new Set(asked.map(({ run }) => run)).size).toBe(1);
    expect(asked[0]?.telling).toEqual({ locale: 'de', timezone: 'Europe/Berlin' });
  });

  it('tells of nobody who was so already', async () => {
    desk.identity.picked = [10, 11, 12];
    desk.identity.steady = [10, 12];
    const { id } = await make({ perform });
    await desk.rest(keeper, jobs.run, { id });
    expect(await over(id)).toMatchObject({ matching: 3, processed: 3 });
    const { runs } = await desk.rest(keeper, jobs.runs, { id });
    expect(runs.map(({ did }) => did)).toEqual([['user.vip']]);
  });

  it('that can be asked no longer, or never comes to an end, is over, and its log says why', async () => {
    const { id } = await make({ perform });
    desk.identity.unasked = '"user.gone" cannot be used in this condition.';
    await desk.rest(keeper, jobs.run, { id });
    expect(await over(id)).toMatchObject({ matching: 0, processed: 0 });
    desk.identity.unasked = undefined;
    const said = async () =>
      (await desk.rest(keeper, jobs.runs, { id })).runs.map((run) => [run.outcome, run.held_back[0]?.why]);
    expect(await said()).toEqual([['failed', '"user.gone" cannot be used in this condition.']]);
    await desk.query(
      `INSERT INTO schedule_run (schedule_id, asked_by_id, started_at, matching, lease_until, tries) VALUES ($1, 3, $2, 0, $2, 60)`,
      [id, new Date(desk.clock.now())],
    );
    await desk.service.get(RunJobs).work(() => false);
    await over(id);
    expect((await said())[0]).toEqual(['failed', 'It was tried 60 times.']);
  });

  it('is made by who may do by hand what it does, and of what can be done', async () => {
    await expect(make({ perform }, ruler)).rejects.toMatchObject({ kind: 'forbidden' });
    const erase = { 'user.action': { value: 'data_privacy_deletion_task' } };
    await expect(make({ perform: erase })).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(make({ perform: { 'user.login': { value: 'x' } } })).rejects.toMatchObject({ code: 'action.invalid' });
    const { id } = await make({ perform });
    const moved = desk.rest(keeper, jobs.update, { id, body: { object: 'Ticket' } });
    await expect(moved).rejects.toMatchObject({ code: 'job.object-changed' });
    await expect(desk.rest(ruler, jobs.run, { id })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('recurring tickets', () => {
  const plan = (over: object = {}) => ({
    ...{ name: 'Backups', rrule: 'FREQ=DAILY', starts_at: '2026-01-01T08:00', timezone: 'UTC' },
    ticket: {
      ...{ title: 'Check the backups of #{day}', group_id: 1, customer_id: 10, tags: 'backup' },
      article: { type: 'note', internal: true, body: 'As in the manual.' },
    },
    ...over,
  });
  const make = (over: object = {}) => desk.rest(admin, recurringTickets.create, { body: plan(over) });
  const opened = (name: string) =>
    desk.query<{ id: number; title: string; created_by_id: number }>(
      'SELECT id, title, created_by_id FROM ticket WHERE title LIKE $1 ORDER BY id',
      [`${name}%`],
    );
  /** As many replicas as anybody has, at once. */
  const everybody = async () => {
    const { db, service, clock } = desk;
    const more = [1, 2, 3].map(
      () => new OpenRecurring(db, service.get(RecurringStore), service.get(CreateTickets), clock),
    );
    await Promise.all([service.get<OpenRecurring>(OpenRecurring), ...more].map((one) => one.run()));
  };
  const to = (at: string) => desk.clock.advance(Date.parse(at) - desk.clock.now());
  const day = (days: number) => new Date(Math.ceil(desk.clock.now() / 86_400_000 + days) * 86_400_000);
  const eight = (days: number) => new Date(day(days).getTime() + 8 * 3_600_000).toISOString();

  it('are opened once each, whoever looks, and say which day they are of', async () => {
    const { id, next_at } = await make({ name: 'Once', ticket: { ...plan().ticket, title: 'Once #{day}' } });
    expect(next_at).toMatch(/T08:00:00.000Z$/);
    await everybody();
    expect(await opened('Once')).toEqual([]);
    to(next_at as string);
    await everybody();
    const [ticket, ...others] = await opened('Once');
    expect(others).toEqual([]);
    expect(ticket).toMatchObject({ title: `Once ${next_at?.slice(0, 10)}`, created_by_id: 1 });
    const row = await desk.rest(admin, recurringTickets.get, { id });
    expect(row).toMatchObject({ last_ticket_id: ticket?.id, last_at: next_at, last_error: null });
    expect(Date.parse(row.next_at as string) - Date.parse(next_at as string)).toBe(86_400_000);
    await desk.rest(admin, recurringTickets.update, { id, body: { active: false } });
  });

  it('that were missed are made up for as the plan says', async () => {
    const ids: number[] = [];
    for (const catch_up of ['each', 'once', 'skip'] as const) {
      const ticket = { ...plan().ticket, title: `${catch_up}:` };
      ids.push((await make({ name: catch_up, catch_up, ticket })).id);
    }
    to(new Date(Date.parse(eight(4)) + 2 * 3_600_000).toISOString());
    await everybody();
    const counts = await Promise.all(['each:', 'once:', 'skip:'].map(async (name) => (await opened(name)).length));
    expect(counts).toEqual([expect.any(Number), 1, 0]);
    expect(counts[0]).toBeGreaterThan(3);
    for (const id of ids) await desk.rest(admin, recurringTickets.update, { id, body: { active: false } });
  });

  it('what cannot be opened says why and does not stop the next one', async () => {
    const { id, next_at } = await make({ name: 'Refused' });
    await desk.query(`UPDATE recurring_ticket SET ticket = ticket || '{"group_id": 999}' WHERE id = $1`, [id]);
    to(next_at as string);
    await everybody();
    const row = await desk.rest(admin, recurringTickets.get, { id });
    expect(row.last_error).toBeTruthy();
    expect(Date.parse(row.next_at as string)).toBeGreaterThan(desk.clock.now());
    await desk.rest(admin, recurringTickets.delete, { id });
  });

  it('whose time zone is no more ends with a word about it, and keeps no other one waiting', async () => {
    const { id, next_at } = await make({ name: 'Sunk' });
    const ticket = { ...plan().ticket, title: 'Afloat' };
    const well = await make({ name: 'Well', ticket });
    await desk.query(`UPDATE recurring_ticket SET timezone = 'Atlantic/Atlantis' WHERE id = $1`, [id]);
    to(next_at as string);
    await everybody();
    expect(await opened('Afloat')).toHaveLength(1);
    const row = await desk.rest(admin, recurringTickets.get, { id });
    expect(row).toMatchObject({ next_at: null, last_error: expect.stringContaining('cannot be reckoned') });
    for (const one of [id, well.id]) await desk.rest(admin, recurringTickets.delete, { id: one });
  });

  it('are for administrators of schedules; a rule or ticket that cannot be is refused, changes are on record', async () => {
    const refused = [{ rrule: 'FREQ=HOURLY' }, { timezone: 'Mars/Crater' }, { starts_at: 'soon' }, { name: ' ' }];
    for (const over of refused) await expect(make(over)).rejects.toMatchObject({ kind: 'invalid' });
    const ticket = { ...plan().ticket, customer_id: 4711 };
    await expect(make({ ticket })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(desk.rest(agent, recurringTickets.list)).rejects.toMatchObject({ kind: 'forbidden' });
    const { times } = await desk.rest(admin, recurringTickets.preview, { body: plan({ rrule: 'FREQ=MONTHLY' }) });
    expect(times).toHaveLength(10);
    const audits = (await desk.told(recordAudit)).filter(({ data }) => data.action.startsWith('recurring-ticket.'));
    expect(new Set(audits.map(({ data }) => data.action))).toEqual(
      new Set(['recurring-ticket.created', 'recurring-ticket.changed', 'recurring-ticket.deleted']),
    );
  });
});

describe('owners', () => {
  const ownerOf = async (id: number) => (await desk.rest(admin, getTicket, { id })).owner_id;
  const opening = (id: number, who = agent) => desk.rest(who, deskSettings.autoAssign, { id });
  const boss = actor({ ...admin, permissions: ['admin', 'ticket.agent'] });

  it('an agent who opens a ticket of nobody becomes its owner, where the desk wants that; the first of two', async () => {
    const id = await open('Free');
    expect(await opening(id)).toEqual({ assigned: false, owner_id: 1 });
    await desk.rest(boss, deskSettings.update, { body: { auto_assign: true } });
    const both = await Promise.all([opening(id), opening(id, boss)]);
    expect(both.filter(({ assigned }) => assigned)).toHaveLength(1);
    expect(await ownerOf(id)).toBe(both.find(({ assigned }) => assigned)?.owner_id);
    const closed = await open('Done');
    await desk.rest(agent, updateTicket, { id: closed, body: { state: 'closed' } });
    expect(await opening(closed)).toMatchObject({ assigned: false });
    const changer = actor({ userId: 6, permissions: ['ticket.agent'], groups: { 1: ['read', 'change'] } });
    expect(await opening(await open('Not mine'), changer)).toEqual({ assigned: false, owner_id: 1 });
    await expect(opening(id, cast.customer)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(opening(id, cast.agent2)).rejects.toMatchObject({ kind: 'not-found' });
    await desk.rest(boss, deskSettings.update, { body: { auto_assign: false } });
  });

  it('who does nothing for as long as the group allows loses an open ticket, and nobody else does', async () => {
    desk.identity.addGroups({ ...(desk.identity.groups.get(1) as GroupSnapshot), assignmentTimeout: 30 });
    const mine = async (title: string, more: object = {}) => {
      const id = await open(title);
      await desk.rest(agent, updateTicket, { id, body: { owner_id: agent.userId, ...more } });
      return id;
    };
    const [idle, busy, done] = [await mine('Idle'), await mine('Busy'), await mine('Closed', { state: 'closed' })];
    const release = () => desk.service.get<ReleaseOwners>(ReleaseOwners).run();
    desk.clock.advance(20 * 60_000);
    await release();
    expect(await ownerOf(idle)).toBe(agent.userId);
    await desk.rest(agent, updateTicket, { id: busy, body: { priority: '3 high' } });
    await desk.rest(admin, updateTicket, { id: idle, body: { priority: '3 high' } });
    desk.clock.advance(11 * 60_000);
    await release();
    expect([await ownerOf(idle), await ownerOf(busy), await ownerOf(done)]).toEqual([1, 4, 4]);
    desk.identity.addGroups({ ...(desk.identity.groups.get(1) as GroupSnapshot), assignmentTimeout: null });
  });
});
