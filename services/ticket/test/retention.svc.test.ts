import type { BlobStore } from '@helpmesh/blob';
import {
  createArticle,
  createTicket,
  deleteTicket,
  deleteTicketForGood,
  fileMail,
  mailsNeeded,
  previewTicketDeletion,
  recordAudit,
  recordTicketDeletion,
  retentionRules,
  searchTickets,
  ticketDeleted,
  ticketPurged,
  ticketUpdated,
  updateTicket,
} from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BLOBS } from '../src/application/ports.ts';
import { RetentionTimer } from '../src/application/retention/retention-timer.ts';
import { RunRetention } from '../src/application/retention/run-retention.ts';
import { RetentionStore } from '../src/persistence/retention.store.ts';
import { actor, cast, type Desk, handled, startDesk, user } from './desk.ts';

const DAY_MS = 86_400_000;
/** Looks after data protection, and is no agent. */
const officer = actor({ userId: 9, permissions: ['admin.data_privacy'] });
const invalid = { kind: 'invalid' };

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
  // Mail knows the groups that the service has heard of.
  for (const group_id of [1, 2]) {
    const body = { title: 'x', group_id, customer_id: 10, article: { body: 'x', type: 'note' } };
    await desk.rest(cast.admin, createTicket, { body });
  }
});
afterAll(() => desk.stop());
beforeEach(async () => {
  desk.identity.held.userIds = [];
  desk.identity.held.ticketIds = [];
  await desk.query('DELETE FROM retention_rule');
  await desk.query('DELETE FROM ticket');
});

let people = 100;
let inbound = 7_000;
let names = 0;

interface Asked {
  ticketId: number;
  inboundId: number;
  customerId: number;
  /** The file that came with the mail. */
  sha: string;
}

/** A mail with a file from somebody nobody else is, an answer with a file of ours, and the end of it. */
async function asked({ closed = true, group = 1 } = {}): Promise<Asked> {
  const id = ++people;
  const [email, firstname, lastname] = [`zyx${id}@keep.example`, `Fi${id}rst`, `La${id}st`];
  desk.identity.add(user({ id, login: email, email, firstname, lastname }));
  const blobs = desk.service.get<BlobStore>(BLOBS);
  const { sha256, size } = await blobs.put(Buffer.from(`file of ${id}`));
  const inboundId = ++inbound;
  const message = await desk.publish(fileMail, {
    ...{ inboundId, channel: 'smtp', receivedAt: new Date(desk.clock.now()).toISOString() },
    recipients: [group === 1 ? 'help@desk.example.org' : 'second@desk.example.org'],
    ...{ raw: { sha256: 'c'.repeat(64), size: 10 }, unreadable: null, replyTo: null, html: null, date: null },
    from: { name: `${firstname} ${lastname}`, address: email },
    to: [{ name: '', address: group === 1 ? 'help@desk.example.org' : 'second@desk.example.org' }],
    cc: [{ name: `Copied Friend${id}`, address: `friend${id}@keep.example` }],
    ...{ subject: `${firstname} is ill`, messageId: `<zyx${inboundId}@x.org>`, inReplyTo: [], references: [] },
    text: `I am ill, ask Copied Friend${id} at friend${id}@keep.example.\n${firstname}`,
    attachments: [{ sha256, size, filename: `${firstname}.txt`, contentType: 'text/plain' }],
    automatic: 'no',
  });
  await handled(desk, message);
  const [row] = await desk.query<{ id: number }>('SELECT ticket_id AS id FROM article WHERE inbound_id = $1', [
    inboundId,
  ]);
  const ticketId = row?.id as number;
  const body = `Dear ${firstname}, rest. Anton`;
  await desk.rest(cast.admin, createArticle, { body: { ticket_id: ticketId, body, type: 'email', to: email } });
  if (closed) await desk.rest(cast.admin, updateTicket, { id: ticketId, body: { state: 'closed' } });
  return { ticketId, inboundId, customerId: id, sha: sha256 };
}

const newRule = (over: object = {}) =>
  desk.rest(officer, retentionRules.create, {
    body: { name: `rule ${++names}`, active: true, older_than_days: 365, action: 'delete', ...over },
  });
const later = (days: number) => desk.clock.advance(days * DAY_MS);

/** Orders a run and waits for its end. */
async function ran(ruleId: number) {
  const { id } = await desk.rest(officer, retentionRules.run, { id: ruleId });
  return waitFor(
    async () => {
      const runs = await desk.rest(officer, retentionRules.runs, { id: ruleId });
      return runs.find((run) => run.id === id && run.finished_at !== null);
    },
    { what: 'the run to be over' },
  );
}

const ids = async () => (await desk.query<{ id: number }>('SELECT id FROM ticket ORDER BY id')).map(({ id }) => id);
const actions = async () => (await desk.told(recordAudit)).map(({ data }) => data);

/** Tables in which the text stands; what is told to others is theirs to forget, after days. */
async function places(text: string): Promise<string[]> {
  const tables = await desk.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND relname !~ '^(event_log|outbox|dead_letter|replica_user|idempotency)'`,
  );
  const hits: string[] = [];
  for (const { name } of tables) {
    const rows = await desk.query(`SELECT 1 FROM ${name} t WHERE t::text ILIKE $1`, [`%${text}%`]);
    if (rows.length > 0) hits.push(name);
  }
  return hits;
}

describe('rules', () => {
  it('are for whoever looks after data protection, and for nobody else', async () => {
    const { id } = await newRule();
    for (const who of [cast.agent, cast.customer, actor({ userId: 8, permissions: ['admin.sla'] })]) {
      const forbidden = { kind: 'forbidden' };
      const body = { name: 'x', older_than_days: 1, action: 'delete' };
      await expect(desk.rest(who, retentionRules.list)).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.get, { id })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.create, { body })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.update, { id, body })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.delete, { id })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.preview, { id })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.tryOut, { body })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.run, { id })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, retentionRules.runs, { id })).rejects.toMatchObject(forbidden);
    }
    expect((await desk.rest(cast.admin, retentionRules.list)).map((rule) => rule.id)).toEqual([id]);
  });

  it('are made, changed and deleted, and the audit log says by whom', async () => {
    const made = await newRule({ active: undefined, group_ids: [2, 2] });
    expect(made).toMatchObject({
      ...{ active: false, group_ids: [2], state_types: ['closed', 'merged'], older_than_days: 365, action: 'delete' },
      ...{ next_run_at: null, created_by_id: 9 },
    });
    const active = await desk.rest(officer, retentionRules.update, { id: made.id, body: { active: true } });
    const next = new Date(active.next_run_at ?? 0);
    expect([next.getUTCHours(), next.getUTCMinutes()]).toEqual([2, 0]);
    expect(next.getTime()).toBeGreaterThan(desk.clock.now());
    expect(await desk.rest(officer, retentionRules.get, { id: made.id })).toEqual(active);
    await desk.rest(officer, retentionRules.delete, { id: made.id });
    await expect(desk.rest(officer, retentionRules.get, { id: made.id })).rejects.toMatchObject({ kind: 'not-found' });
    const told = (await actions()).filter(({ objectLabel }) => objectLabel === made.name);
    expect(told).toMatchObject([
      { action: 'retention-rule.created', actorId: 9, changes: { action: { to: 'delete' } } },
      { action: 'retention-rule.changed', actorId: 9, changes: { active: { from: false, to: true } } },
      { action: 'retention-rule.deleted', actorId: 9 },
    ]);
  });

  it.each([
    ['no name', { name: ' ' }],
    ['no time', { older_than_days: undefined }],
    ['a time of nothing', { older_than_days: 0 }],
    ['no action', { action: undefined }],
    ['another action', { action: 'publish' }],
    ['a state that is not over', { state_types: ['open'] }],
    ['no state', { state_types: [] }],
    ['a group that there is not', { group_ids: [4711] }],
  ])('with %s are refused', async (_what, over) => {
    await expect(newRule(over)).rejects.toMatchObject(invalid);
  });

  it('have names of their own', async () => {
    const { name } = await newRule();
    await expect(newRule({ name })).rejects.toMatchObject({ kind: 'invalid', code: 'input.not-unique' });
  });
});

describe('the dry run', () => {
  it('tells how many, how many a hold keeps, and which first, and changes nothing', async () => {
    const old = [await asked(), await asked(), await asked({ group: 2 })];
    const [first, second, third] = old as [Asked, Asked, Asked];
    await asked({ closed: false });
    later(366);
    await asked();
    desk.identity.held.userIds = [second.customerId];
    const { id } = await newRule();
    const expected = {
      ...{ count: 3, held: 1 },
      examples: old.map(({ ticketId }) => ({
        ...{ id: ticketId, number: expect.any(String), title: null, held: ticketId === second.ticketId },
        ...{ group_id: ticketId === third.ticketId ? 2 : 1, quiet_since: expect.stringContaining('T') },
      })),
    };
    expect(await desk.rest(officer, retentionRules.preview, { id })).toEqual(expected);
    const body = { older_than_days: 365, action: 'delete' };
    expect(await desk.rest(officer, retentionRules.tryOut, { body })).toEqual(expected);
    expect(await desk.rest(officer, retentionRules.tryOut, { body: { ...body, group_ids: [2] } })).toMatchObject({
      count: 1,
      held: 0,
    });
    expect(await ids()).toHaveLength(5);
    // A title is told to who may read the ticket.
    const { examples } = await desk.rest(
      { ...officer, permissions: ['admin.data_privacy', 'ticket.agent'], groups: { 2: ['read'] } },
      retentionRules.preview,
      { id },
    );
    expect(examples.map(({ title }) => title)).toEqual([null, null, `Fi${third.customerId}rst is ill`]);
    expect(first.ticketId).toBe(examples[0]?.id);
  });

  it('agrees with a naive model, for any rule, tickets and holds', async () => {
    const store = new RetentionStore();
    const now = desk.clock.now();
    const day = (ago: number) => epochMs(now - ago * DAY_MS);
    const times = fc.option(fc.integer({ min: 0, max: 9 }), { nil: null });
    const ticket = fc.record({
      ...{ group: fc.constantFrom(1, 2, 3), state: fc.constantFrom(1, 2, 3, 4, 5) },
      ...{ created: fc.integer({ min: 0, max: 9 }), closed: times, reclosed: times, contact: times },
      ...{ customer: fc.constantFrom(10, 11, 12), author: fc.constantFrom(3, 10, 11, 12), nobodyIn: times },
    });
    const rule = fc.record({
      groups: fc.subarray([1, 2, 3]),
      types: fc.subarray(['closed', 'merged'] as const, { minLength: 1 }),
      days: fc.integer({ min: 1, max: 8 }),
      action: fc.constantFrom('delete' as const, 'pseudonymise' as const),
    });
    const holds = fc.record({ users: fc.subarray([10, 11, 12, 3]), nth: fc.subarray([0, 1, 2]) });
    const states = await desk.query<{ id: number; type: string }>(
      'SELECT s.id, k.name AS type FROM ticket_state s JOIN ticket_state_type k ON k.id = s.state_type_id',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(ticket, { minLength: 1, maxLength: 12 }), rule, holds, async (tickets, of, held) => {
        await desk.query('DELETE FROM ticket');
        const iso = (ago: number | null) => (ago === null ? null : new Date(day(ago)).toISOString());
        for (const [i, one] of tickets.entries()) {
          const row = [i + 1, one.group, one.state, one.customer, iso(one.created), iso(one.closed), iso(one.reclosed)];
          await desk.query(
            `INSERT INTO ticket (id, number, title, group_id, state_id, priority_id, owner_id, customer_id, created_at,
               updated_at, close_at, last_close_at, last_contact_at, created_by_id, updated_by_id, version)
             VALUES ($1, 'n' || $1::int, 'x', $2, $3, 2, 1, $4, $5, $5, $6, $7, $8, 1, 1, 1)`,
            [...row, iso(one.contact)],
          );
          await desk.query(
            `INSERT INTO article (ticket_id, type_id, sender_id, content_type, body, internal, created_by_id,
               updated_by_id, created_at, updated_at) VALUES ($1, 10, 1, 'text/plain', 'x', false, $2, 1, now(), now())`,
            [i + 1, one.author],
          );
          if (one.nobodyIn !== null)
            await desk.query('INSERT INTO pseudonymised_ticket VALUES ($1, $2)', [i + 1, iso(one.nobodyIn)]);
        }
        const heldTickets = held.nth.map((n) => n + 1);
        const expected = tickets.flatMap((one, i) => {
          const quiet = Math.min(...[one.created, one.closed, one.reclosed, one.contact].flatMap((ago) => ago ?? []));
          const type = states.find(({ id }) => id === one.state)?.type;
          if (of.groups.length > 0 && !of.groups.includes(one.group)) return [];
          if (!of.types.includes(type as 'closed') || quiet <= of.days) return [];
          if (of.action === 'pseudonymise' && one.nobodyIn !== null && one.nobodyIn < quiet) return [];
          const isHeld =
            heldTickets.includes(i + 1) || [one.customer, one.author].some((id) => held.users.includes(id));
          return [{ id: i + 1, held: isHeld }];
        });
        const scope = { groupIds: of.groups, stateTypes: of.types, action: of.action, quietBefore: day(of.days) };
        const kept = { ticketIds: heldTickets, userIds: held.users };
        const page = await store.page(desk.db, scope, kept, 0, 100);
        expect(page.map(({ id, held }) => ({ id, held }))).toEqual(expected);
        const heldOnes = expected.filter((one) => one.held);
        expect(await store.count(desk.db, scope, kept)).toEqual({ count: expected.length, held: heldOnes.length });
      }),
      { numRuns: 40 },
    );
  });
});

describe('a run that deletes', () => {
  it('deletes what is old, keeps what is held or young, and says so', async () => {
    const [one, held, byAuthor] = [await asked(), await asked(), await asked()];
    const open = await asked({ closed: false });
    later(366);
    const young = await asked();
    desk.identity.held.ticketIds = [held.ticketId];
    desk.identity.held.userIds = [byAuthor.customerId];
    const rule = await newRule();
    const run = await ran(rule.id);
    expect(run).toMatchObject({
      ...{ state: 'finished', action: 'delete', handled: 1, held: 2, failed: 0, problems: [], created_by_id: 9 },
    });
    expect(await ids()).toEqual([held, byAuthor, open, young].map(({ ticketId }) => ticketId));

    const told = (await desk.told(ticketDeleted)).filter(({ data }) => data.ticket.id === one.ticketId);
    expect(told.map(({ data }) => data.ticket.title)).toEqual(['[erased]']);
    const purged = (await desk.told(ticketPurged)).filter(({ data }) => data.ticketId === one.ticketId);
    expect(purged.map(({ data }) => data)).toEqual([
      { ticketId: one.ticketId, how: 'deleted', mails: [one.inboundId] },
    ]);
    expect(await desk.service.get<BlobStore>(BLOBS).has(one.sha)).toBe(false);
    expect(await desk.service.get<BlobStore>(BLOBS).has(held.sha)).toBe(true);
    expect(await places(`zyx${one.customerId}@keep`)).toEqual([]);
    expect(await places(`Fi${one.customerId}rst`)).toEqual([]);
    const audited = (await actions()).filter(({ objectLabel }) => objectLabel === rule.name).slice(-2);
    expect(audited).toMatchObject([
      { action: 'retention-run.ordered', actorId: 9 },
      { action: 'retention-run.finished', changes: { handled: { to: 1 }, held: { to: 2 }, failed: { to: 0 } } },
    ]);
    // What a hold kept goes when it is lifted.
    desk.identity.held.ticketIds = [];
    expect(await ran(rule.id)).toMatchObject({ handled: 1, held: 1 });
  });

  it('keeps a file that another article still has', async () => {
    const one = await asked();
    later(366);
    const other = await asked();
    await desk.query(
      `INSERT INTO article_attachment (article_id, sha256, size, filename, content_type)
       SELECT min(id), $2, 1, 'same.txt', 'text/plain' FROM article WHERE ticket_id = $1`,
      [other.ticketId, one.sha],
    );
    expect(await ran((await newRule()).id)).toMatchObject({ handled: 1 });
    expect(await desk.service.get<BlobStore>(BLOBS).has(one.sha)).toBe(true);
  });

  it('is not begun twice, not by an inactive rule, and stops when its rule is changed', async () => {
    const rule = await newRule();
    const store = desk.service.get<RetentionStore>(RetentionStore);
    const leased = async (ruleId: number) => {
      await desk.query(
        `INSERT INTO retention_run (rule_id, group_ids, state_types, action, quiet_before, created_at, state, lease_id,
           leased_until) VALUES ($1, '{}', '{closed}', 'delete', now(), now(), 'running', gen_random_uuid(),
           now() + interval '1 hour')`,
        [ruleId],
      );
    };
    await leased(rule.id);
    await expect(desk.rest(officer, retentionRules.run, { id: rule.id })).rejects.toMatchObject({
      code: 'retention.under-way',
    });
    const [mine] = await desk.query<{ id: number; lease: string }>(
      'SELECT id, lease_id AS lease FROM retention_run WHERE rule_id = $1',
      [rule.id],
    );
    const lease = { id: mine?.id as number, leaseId: mine?.lease as string };
    expect(await store.step(desk.db, lease, 1, 'passed')).toBe(true);
    expect(await store.step(desk.db, { ...lease, leaseId: crypto.randomUUID() }, 1, 'passed')).toBe(false);
    await desk.rest(officer, retentionRules.update, { id: rule.id, body: { active: false } });
    expect(await store.step(desk.db, lease, 2, 'handled')).toBe(false);
    expect(await desk.rest(officer, retentionRules.runs, { id: rule.id })).toMatchObject([{ state: 'stopped' }]);
    await expect(desk.rest(officer, retentionRules.run, { id: rule.id })).rejects.toMatchObject({
      code: 'retention.inactive',
    });
  });

  it('goes on after a stop where it was, and counts nothing twice', async () => {
    const all = [await asked(), await asked(), await asked()];
    later(366);
    const rule = await newRule();
    const runs = desk.service.get<RunRetention>(RunRetention);
    const now = new Date(desk.clock.now()).toISOString();
    await desk.query(
      `INSERT INTO retention_run (rule_id, group_ids, state_types, action, quiet_before, created_at)
       VALUES ($1, '{}', '{closed,merged}', 'delete', $2::timestamptz - interval '365 days', $2)`,
      [rule.id, now],
    );
    let steps = 0;
    await runs.run(() => ++steps > 2);
    expect(await ids()).toEqual([all[2]?.ticketId]);
    expect(await desk.rest(officer, retentionRules.runs, { id: rule.id })).toMatchObject([
      { state: 'running', handled: 2 },
    ]);
    await waitFor(() => runs.run(), { what: 'the run to be free again' });
    expect(await desk.rest(officer, retentionRules.runs, { id: rule.id })).toMatchObject([
      { state: 'finished', handled: 3 },
    ]);
    expect(await ids()).toEqual([]);
  });

  it('leaves what cannot be deleted, names it, and goes on with the others', async () => {
    const [stuck, fine] = [await asked(), await asked()];
    later(366);
    await desk.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no'; END $$`);
    await desk.query(`CREATE TRIGGER refuse BEFORE DELETE ON ticket FOR EACH ROW
      WHEN (OLD.id = ${stuck.ticketId}) EXECUTE FUNCTION refuse()`);
    try {
      const run = await ran((await newRule()).id);
      expect(run).toMatchObject({ handled: 1, failed: 1, problems: [{ ticket_id: stuck.ticketId }] });
      expect(await ids()).toEqual([stuck.ticketId]);
      expect(fine.ticketId).toBeGreaterThan(stuck.ticketId);
    } finally {
      await desk.query('DROP TRIGGER refuse ON ticket; ');
      await desk.query('DROP FUNCTION refuse');
    }
  });

  it('is begun by the timer when its time has come, once', async () => {
    const { ticketId } = await asked();
    later(366);
    const { id } = await newRule();
    const timer = desk.service.get<RetentionTimer>(RetentionTimer);
    await timer.orderDue();
    expect(await desk.rest(officer, retentionRules.runs, { id })).toEqual([]);
    later(1);
    await Promise.all([timer.orderDue(), timer.orderDue()]);
    timer.wake();
    const [run] = await waitFor(
      async () => {
        const runs = await desk.rest(officer, retentionRules.runs, { id });
        return runs[0]?.finished_at && runs;
      },
      { what: 'the daily run' },
    );
    expect(run).toMatchObject({ created_by_id: null, handled: 1 });
    expect(await ids()).not.toContain(ticketId);
    expect(await desk.rest(officer, retentionRules.runs, { id })).toHaveLength(1);
    const { next_run_at: next } = await desk.rest(officer, retentionRules.get, { id });
    expect(Date.parse(next ?? '')).toBeGreaterThan(desk.clock.now());
  });
});

describe('a run that pseudonymises', () => {
  it('leaves no person in the ticket, and everything that is counted', async () => {
    const { ticketId, customerId, inboundId, sha } = await asked();
    await desk.query(
      `WITH made AS (INSERT INTO checklist (ticket_id, name, created_by_id, updated_by_id, created_at, updated_at)
         VALUES ($1, 'Fi${customerId}rst calls', 3, 3, now(), now()) RETURNING id)
       UPDATE ticket SET checklist_id = made.id FROM made WHERE ticket.id = $1`,
      [ticketId],
    );
    const [before] = await desk.query('SELECT * FROM ticket WHERE id = $1', [ticketId]);
    later(400);
    const rule = await newRule({ action: 'pseudonymise' });
    expect(await ran(rule.id)).toMatchObject({ handled: 1, failed: 0 });
    const words = [`zyx${customerId}@keep`, `zyx${inboundId}@x.org`, `Fi${customerId}rst`, `La${customerId}st`];
    for (const word of [...words, `friend${customerId}`]) expect(await places(word), word).toEqual([]);
    const [after] = await desk.query<Record<string, unknown>>('SELECT * FROM ticket WHERE id = $1', [ticketId]);
    const counted = ['group_id', 'state_id', 'priority_id', 'owner_id', 'created_at', 'updated_at', 'close_at'];
    for (const name of [...counted, 'number', 'article_count', 'organization_id', 'first_response_at'])
      expect(after?.[name], name).toEqual((before as Record<string, unknown>)[name]);
    expect(after).toMatchObject({ customer_id: 1, created_by_id: 1, title: 'anonymous is ill', preferences: {} });
    const articles = await desk.query(
      `SELECT "from", "to", cc, message_id, message_id_md5, raw_sha256, body, created_by_id, origin_by_id FROM article
       WHERE ticket_id = $1 ORDER BY id`,
      [ticketId],
    );
    const gone = { to: null, cc: null, message_id: null, message_id_md5: null, raw_sha256: null };
    expect(articles).toEqual([
      {
        ...{ ...gone, from: 'anonymous', created_by_id: 1, origin_by_id: null },
        body: 'I am ill, ask anonymous at anonymous@erased.invalid.\nanonymous',
      },
      { ...gone, from: null, created_by_id: 3, origin_by_id: null, body: expect.stringContaining('Dear anonymous') },
    ]);
    expect(await desk.query('SELECT 1 FROM article_attachment')).toEqual([]);
    expect(await desk.service.get<BlobStore>(BLOBS).has(sha)).toBe(false);
    const search = { params: {}, query: { query: 'anonymous' }, body: undefined };
    expect((await desk.ask(cast.admin, searchTickets, search)) as { id: number }[]).toMatchObject([{ id: ticketId }]);
    const purged = (await desk.told(ticketPurged)).at(-1);
    expect(purged?.data).toEqual({ ticketId, how: 'pseudonymised', mails: [inboundId] });
    expect((await desk.told(ticketUpdated)).at(-1)?.data).toMatchObject({
      ticket: { id: ticketId, customerId: 1, title: 'anonymous is ill' },
      changes: { customer_id: { from: customerId, to: 1 } },
    });
    // Once is enough, until somebody writes again.
    expect(await desk.rest(officer, retentionRules.preview, { id: rule.id })).toMatchObject({ count: 0 });
    expect(await ran(rule.id)).toMatchObject({ handled: 0 });
  });
});

describe('a ticket under legal hold', () => {
  it.each(['itself', 'its customer'])('is deleted by nobody: %s', async (what) => {
    const { ticketId, customerId } = await asked();
    desk.identity.held[what === 'itself' ? 'ticketIds' : 'userIds'] = [what === 'itself' ? ticketId : customerId];
    await expect(desk.rest(cast.admin, deleteTicket, { id: ticketId })).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'ticket.legal-hold' },
    });
    const asking = { ticketId };
    const counts = { tickets: 1, articles: 2, files: 1, mails: 1 };
    expect(await desk.askAs('identity', previewTicketDeletion, asking)).toEqual({ counts, held: true });
    await desk.publish(deleteTicketForGood, { taskId: 70, ticketId, orderedById: 9 });
    const answer = await waitFor(async () => (await desk.told(recordTicketDeletion)).at(-1), { what: 'the answer' });
    expect(answer.data).toEqual({ taskId: 70, outcome: 'held', counts: {} });
    expect(await ids()).toEqual([ticketId]);
  });
});

describe('a ticket that is ordered to be deleted', () => {
  it('goes with everything, in the name of who ordered it; what is gone is told to be', async () => {
    const { ticketId, inboundId } = await asked({ closed: false });
    const answer = (taskId: number) =>
      waitFor(async () => (await desk.told(recordTicketDeletion)).find(({ data }) => data.taskId === taskId)?.data, {
        what: 'the answer',
      });
    await desk.publish(deleteTicketForGood, { taskId: 71, ticketId, orderedById: 9 });
    expect(await answer(71)).toEqual({
      ...{ taskId: 71, outcome: 'deleted', counts: { tickets: 1, articles: 2, files: 1, mails: 1 } },
    });
    expect((await desk.told(ticketPurged)).at(-1)?.data.mails).toEqual([inboundId]);
    const told = (await actions()).filter(({ objectId }) => objectId === String(ticketId)).at(-1);
    expect(told).toMatchObject({ action: 'ticket.deleted', actorId: 9 });
    await desk.publish(deleteTicketForGood, { taskId: 72, ticketId, orderedById: 9 });
    expect(await answer(72)).toEqual({ taskId: 72, outcome: 'gone', counts: {} });
    const asking = { ticketId };
    expect(await desk.askAs('identity', previewTicketDeletion, asking)).toEqual({ counts: null, held: false });
  });
});

it('mails are needed as they came by open tickets and by those under legal hold', async () => {
  const [open, closed, held] = [await asked({ closed: false }), await asked(), await asked()];
  desk.identity.held.ticketIds = [held.ticketId];
  const all = [open, closed, held].map(({ inboundId }) => inboundId);
  expect(await desk.askAs('mail-ingest', mailsNeeded, { ids: [...all, 1] })).toEqual({
    ids: [open.inboundId, held.inboundId],
  });
});

it('a ticket of no mail is purged as well: other services may keep mails of their own about it', async () => {
  const body = { title: 'By web', group: 'Users', customer_id: 10, article: { body: 'x', type: 'note' } };
  const { id } = await desk.rest(cast.admin, createTicket, { body });
  await desk.rest(cast.admin, deleteTicket, { id });
  expect((await desk.told(ticketPurged)).at(-1)?.data).toEqual({ ticketId: id, how: 'deleted', mails: [] });
});
