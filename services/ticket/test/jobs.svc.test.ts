import { createTicket, getTicket, jobs, ticketHistory, triggers, updateTicket } from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunJobs } from '../src/application/automation/run-jobs.ts';
import { actor, cast, type Desk, startDesk } from './desk.ts';

const { agent } = cast;
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
    ['other objects', { object: 'User' }, 'job.object-unknown'],
  ])('does not know %s', async (_, body, code) => {
    await expect(schedule(body)).rejects.toMatchObject({ kind: 'invalid', code });
    await expect(desk.rest(agent, jobs.list)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
