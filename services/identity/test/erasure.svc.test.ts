import {
  type Actor,
  auditLog,
  createToken,
  dataPrivacyTasks,
  erasureRequested,
  erasureTerms,
  heldObjects,
  legalHolds,
  type Message,
  previewTicketDeletion,
  privacyServices,
  recordErasure,
  type recordTicketDeletion,
  signIn,
  users,
  userUpdated,
} from '@helpmesh/contracts';
import { type Bus, connectBus, RpcStrategy } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { waitFor } from '@helpmesh/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeleteTickets } from '../src/application/privacy/delete-tickets.ts';
import { ErasePeople } from '../src/application/privacy/erase-people.ts';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
}, 120_000);
afterAll(() => desk?.stop());

const input = (body: object = {}, params = {}, query = {}) => ({ params, query, body }) as never;
const order = (id: number, who: number | Actor = ids.admin, preferences: object = { sure: 'DELETE' }) =>
  desk.ask(dataPrivacyTasks.create, input({ deletable_type: 'User', deletable_id: id, preferences }), who);
const show = (id: number) => desk.ask(dataPrivacyTasks.show, input({}, { id }), ids.admin);
const verify = () => desk.ask(auditLog.verify, input(), ids.admin);

let people = 0;
async function person(more: Record<string, unknown> = {}) {
  const n = ++people;
  const email = `marker${n}@erase.example`;
  const body = {
    firstname: `Fi${n}rst`,
    lastname: `La${n}st`,
    email,
    phone: `0555-${n}00-200`,
    password: `a long one ${n}`,
  };
  const { id } = await desk.ask(users.create, input({ ...body, ...more }), ids.admin);
  return { ...body, id: id as number };
}

/** Every service says that it is through with the round; what it found, by service. */
async function answer(taskId: number, round: number, found: Record<string, number> = {}, waiting = 0): Promise<void> {
  await transaction(desk.service.get(DataSource), async (tx) => {
    for (const service of privacyServices) {
      const counts = found[service] ? { things: found[service] } : {};
      const data = { taskId, round, service, counts, waiting: service === 'ticket' ? waiting : 0, kept: [] };
      await desk.service.get(ErasePeople).take(tx, { data } as unknown as Message<typeof recordErasure>);
    }
  });
}

/** Rows of any table but those of the bus in which the text stands. */
async function places(text: string): Promise<string[]> {
  const tables = await desk.rows<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const hits = await desk.rows(`SELECT 1 FROM ${name} t WHERE t::text ILIKE $1`, [`%${text}%`]);
    if (hits.length > 0) found.push(name);
  }
  return found;
}

describe('who may be erased, and by whom', () => {
  const holder = (userId: number): Actor => ({
    ...{ kind: 'user', userId, login: 'x', permissions: ['admin.data_privacy'], groups: {}, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
  });

  it.each<[string, () => Promise<unknown>, object]>([
    ['an agent may not', () => order(ids.nicole, ids.agent), { kind: 'forbidden' }],
    ['an agent may not look at it', () => desk.ask(dataPrivacyTasks.list, input(), ids.agent), { kind: 'forbidden' }],
    ['an agent may not hold', () => desk.ask(legalHolds.list, input(), ids.agent), { kind: 'forbidden' }],
    ['not by mistake', () => order(ids.nicole, ids.admin, { sure: 'yes' }), { code: 'identity.not-sure' }],
    ['not oneself', () => order(ids.admin), { code: 'identity.not-erasable' }],
    [
      'not in whose name one acts',
      () => order(ids.agent, { ...holder(ids.agent), actingUserId: ids.admin }),
      {
        code: 'identity.not-erasable',
      },
    ],
    ['not the system', () => order(ids.system), { code: 'identity.not-erasable' }],
    ['not the last administrator', () => order(ids.admin, holder(ids.agent)), { code: 'identity.last-admin' }],
    ['nobody who is not there', () => order(999_999), { kind: 'not-found' }],
  ])('%s', async (_what, act, refusal) => {
    await expect(act()).rejects.toMatchObject(refusal);
    expect(await desk.rows('SELECT 1 FROM data_privacy_task')).toEqual([]);
  });

  it('not under a legal hold; the preview says so, and it ends with the hold', async () => {
    const { id } = await person();
    const hold = await desk.ask(
      legalHolds.create,
      input({ object: 'User', object_id: id, reason: 'case 7' }),
      ids.admin,
    );
    const again = desk.ask(legalHolds.create, input({ object: 'User', object_id: id, reason: 'twice' }), ids.admin);
    await expect(again).rejects.toMatchObject({ code: 'identity.exists' });
    await expect(order(id)).rejects.toMatchObject({ kind: 'conflict', code: 'identity.legal-hold' });
    const { refused, services } = await desk.ask(
      dataPrivacyTasks.preview,
      input({}, {}, { deletable_id: id }),
      ids.admin,
    );
    expect(refused).toMatch(/legal hold/);
    // The neighbours are not there: that is told, and is no failure.
    expect(services.find(({ name }) => name === 'ticket')).toEqual({ name: 'ticket', counts: null });
    expect(services.find(({ name }) => name === 'identity')?.counts).toMatchObject({ users: 1, audit_entries: 1 });
    await desk.ask(legalHolds.delete, input({}, { id: hold.id }), ids.admin);
    expect(await desk.ask(legalHolds.list, input(), ids.admin)).toEqual([]);
    expect(await order(id)).toMatchObject({ deletable_id: id, state: 'in process' });
    const actions = (await desk.ask(auditLog.list, input({}, {}, { action: 'legal-hold' }), ids.admin)).entries;
    expect(actions.map(({ action }) => action)).toEqual(['legal-hold.lifted', 'legal-hold.placed']);
  }, 30_000);
});

describe('erasing somebody', () => {
  it('ends what opened their account, and leaves a pseudonym; others hear the pseudonym alone', async () => {
    const { id, email, phone, password } = await person({ roles: ['Agent'], note: 'a note' });
    await desk.ask(signIn, { username: email, password });
    await desk.ask(createToken, input({ name: 't', permission: ['user_preferences.language'] }), id);
    const { pseudonym } = await order(id);
    expect(await desk.ask(users.get, input({}, { id }), ids.admin)).toMatchObject({
      ...{ login: pseudonym, lastname: pseudonym, firstname: '', email: '', phone: '', note: '', active: false },
      role_ids: [],
    });
    for (const table of ['sessions', 'api_tokens', 'user_role']) {
      expect(await desk.rows(`SELECT 1 FROM ${table} WHERE user_id = $1`, [id]), table).toEqual([]);
    }
    await expect(desk.ask(signIn, { username: email, password })).rejects.toMatchObject({ kind: 'unauthenticated' });
    const told = await desk.bus.hear(userUpdated, ({ data }) => data.id === id && data.login === pseudonym);
    expect(JSON.stringify(told)).not.toContain('marker');
    const asked = await desk.bus.hear(erasureRequested, ({ data }) => data.userId === id);
    expect(asked.data).toMatchObject({ round: 1, pseudonym, tickets: 'pseudonymise' });
    expect(JSON.stringify(asked)).not.toMatch(/marker|0555/);
    // What the others look for is sealed here, and told to those who ask.
    const { terms } = await desk.ask(erasureTerms, { taskId: asked.data.taskId });
    expect(terms).toMatchObject({ userId: id, emails: [email], identifiers: expect.arrayContaining([phone]) });
    expect(await places(phone)).toEqual([]);
    await expect(order(id)).rejects.toMatchObject({ code: 'identity.erased' });
  });

  it('goes on until a round finds nothing anywhere, and then forgets what was looked for', async () => {
    const { id } = await person();
    const { id: task } = await order(id, ids.admin, { sure: 'DELETE', tickets: 'redact' });
    await answer(task, 1, { ticket: 2, identity: 1 });
    expect(await show(task)).toMatchObject({ state: 'in process', round: 2 });
    const wait = (round: number) =>
      desk.bus.hear(erasureRequested, ({ data }) => data.taskId === task && data.round === round);
    expect((await wait(2)).data.tickets).toBe('redact');
    // Found nothing, but somebody still has to read something.
    await answer(task, 2, {}, 1);
    expect(await show(task)).toMatchObject({ state: 'in process', round: 3 });
    // Heard twice, and late: counts once.
    await answer(task, 2, { ticket: 9 });
    await answer(task, 3);
    const done = await show(task);
    expect(done).toMatchObject({ state: 'completed', round: 3, completed_at: expect.any(String) });
    expect(done.services.find(({ name }) => name === 'ticket')?.counts).toEqual({ things: 2 });
    expect(await desk.ask(erasureTerms, { taskId: task })).toEqual({ terms: null, heldTicketIds: [] });
    await answer(task, 4, { ticket: 1 });
    expect((await show(task)).state).toBe('completed');
    const [entry] = (await desk.ask(auditLog.list, input({}, {}, { action: 'data-privacy-task' }), ids.admin)).entries;
    expect(entry).toMatchObject({ action: 'data-privacy-task.completed', object_label: done.pseudonym });
  });

  it('waits for the last service', async () => {
    const { id } = await person();
    const { id: task } = await order(id);
    const data = { taskId: task, round: 1, counts: {}, waiting: 0, kept: [] };
    for (const service of privacyServices.filter((name) => name !== 'federation' && name !== 'identity')) {
      await desk.bus.say(recordErasure, { ...data, service });
    }
    await desk.bus.settled('identity');
    expect(await show(task)).toMatchObject({ state: 'in process', round: 1 });
  });
});

describe('S37, S38: the audit log forgets a person and keeps its chain', () => {
  async function erased() {
    const someone = await person();
    await desk.ask(users.update, input({ email: `other${someone.id}@erase.example` }, { id: someone.id }), ids.admin);
    const entry = { kind: 'user', userId: someone.id, address: '192.0.2.77' } as never;
    const { Audit } = await import('../src/application/audit/audit.ts');
    await transaction(desk.service.get(DataSource), (tx) =>
      desk.service
        .get(Audit)
        .record(tx, entry, { action: 'group.changed', object: { type: 'Group', id: 1, label: 'Users' } }),
    );
    await order(someone.id);
    await waitFor(async () => (await places('192.0.2.77')).length === 0, { what: 'the address to be gone' });
    return someone;
  }

  it('names, addresses and places go; who did what to whom by id stays; it verifies', async () => {
    const { id, email } = await erased();
    expect(await places(email)).not.toContain('audit_entry');
    const about = await desk.rows<{ action: string; changes: object; redacted: boolean }>(
      `SELECT action, changes, redacted FROM audit_entry WHERE object_type = 'User' AND object_id = $1 ORDER BY seq`,
      [String(id)],
    );
    expect(about.slice(0, 2)).toEqual([
      { action: 'user.created', changes: {}, redacted: true },
      { action: 'user.changed', changes: {}, redacted: true },
    ]);
    const [own] = await desk.rows(`SELECT object_label, address FROM audit_entry WHERE actor_id = $1`, [id]);
    expect(own).toEqual({ object_label: 'Users', address: null });
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('who takes something out without a record of it is found out, and so is who changes what is left', async () => {
    await person();
    const [other] = await desk.rows<{ seq: number; changes: unknown }>(
      `SELECT seq, changes FROM audit_entry WHERE NOT redacted AND changes::text <> '{}' AND action = 'user.created'
       ORDER BY seq DESC LIMIT 1`,
    );
    const { seq } = other as { seq: number };
    const tamper = async (statement: string, params: unknown[]) => {
      await desk.rows('ALTER TABLE audit_entry DISABLE TRIGGER ALL');
      await desk.rows(statement, params);
      await desk.rows('ALTER TABLE audit_entry ENABLE TRIGGER ALL');
    };
    await desk.rows('CREATE TABLE saved AS SELECT * FROM audit_entry');
    await desk.rows(`UPDATE audit_entry SET changes = '{}', redacted = true WHERE seq = $1`, [seq]);
    expect(await verify()).toMatchObject({ ok: false, broken: { id: seq, why: /nothing records why/ } });
    await tamper(
      'UPDATE audit_entry e SET changes = s.changes, redacted = false FROM saved s WHERE s.seq = e.seq AND e.seq = $1',
      [seq],
    );
    expect(await verify()).toMatchObject({ ok: true });
    const [gone] = await desk.rows<{ seq: number }>('SELECT seq FROM audit_entry WHERE redacted ORDER BY seq LIMIT 1');
    await tamper(`UPDATE audit_entry SET actor_id = 4 WHERE seq = $1`, [gone?.seq]);
    expect(await verify()).toMatchObject({ ok: false, broken: { id: gone?.seq } });
    await tamper('UPDATE audit_entry e SET actor_id = s.actor_id FROM saved s WHERE s.seq = e.seq AND e.seq = $1', [
      gone?.seq,
    ]);
    expect(await verify()).toMatchObject({ ok: true });
    await desk.rows('DROP TABLE saved');
  });

  it.each([
    `UPDATE audit_entry SET redacted = true, object_label = 'somebody else'`,
    `UPDATE audit_entry SET redacted = true, actor_id = 4`,
    `UPDATE audit_entry SET redacted = true, changes = '{"a":{}}'`,
    `UPDATE audit_entry SET redacted = true, hash = '\\x00'`,
    `UPDATE audit_entry SET changes = '{}' WHERE NOT redacted`,
    `UPDATE audit_entry SET changes = '{}', redacted = true WHERE action = 'audit.redacted'`,
  ])('redacting is no way to change it: %s', async (statement) => {
    await expect(desk.rows(statement)).rejects.toThrow(/append-only/);
  });
});

describe('a ticket that is to be deleted', () => {
  let counts: Record<string, number> | null = { tickets: 1, articles: 2 };
  let held = false;
  let bus: Bus;
  beforeAll(async () => {
    bus = await connectBus({ url: desk.settings.NATS_URL, name: 'tickets' });
    const strategy = new RpcStrategy({ bus, service: 'ticket', admit: () => desk.actor(ids.admin) as never });
    const how = { kind: 'question', question: previewTicketDeletion, batch: false } as const;
    strategy.addHandler(previewTicketDeletion.subject, async () => ({ counts, held }), false, how);
    strategy.listen(() => undefined);
  });
  afterAll(() => bus?.close());
  const of = (id: number) => ({ deletable_type: 'Ticket', deletable_id: id, preferences: { sure: 'DELETE' } });
  const orderTicket = (body: object, who: number = ids.admin) => desk.ask(dataPrivacyTasks.create, input(body), who);

  it('is looked at first, ordered, told to be gone, and on record', async () => {
    const looked = await desk.ask(
      dataPrivacyTasks.preview,
      input({}, {}, { deletable_id: 42, deletable_type: 'Ticket' }),
      ids.admin,
    );
    expect(looked).toEqual({
      ...{ deletable_type: 'Ticket', deletable_id: 42, services: [{ name: 'ticket', counts }], refused: null },
    });
    const task = await orderTicket(of(42));
    expect(task).toMatchObject({ deletable_type: 'Ticket', deletable_id: 42, state: 'in process', pseudonym: null });
    await expect(orderTicket(of(42))).rejects.toMatchObject({ code: 'identity.ticket-going' });
    const told = { taskId: task.id, outcome: 'deleted', counts: { tickets: 1, articles: 2 } };
    await transaction(desk.service.get(DataSource), (tx) =>
      desk.service.get(DeleteTickets).take(tx, { data: told } as unknown as Message<typeof recordTicketDeletion>),
    );
    expect(await show(task.id)).toMatchObject({
      ...{ state: 'completed', services: [{ name: 'ticket', counts: told.counts, kept: [] }] },
      completed_at: expect.any(String),
    });
    const list = await desk.ask(dataPrivacyTasks.list, input(), ids.admin);
    expect(list[0]).toMatchObject({ id: task.id, deletable_type: 'Ticket' });
    const { entries } = await desk.ask(auditLog.list, input({}, {}, { object_type: 'Ticket' }), ids.admin);
    expect(entries.map(({ action }) => action)).toEqual(['data-privacy-task.completed', 'data-privacy-task.created']);
  });

  it.each<[string, () => Promise<unknown>, object]>([
    ['by an agent', () => orderTicket(of(43), ids.agent), { kind: 'forbidden' }],
    ['by mistake', () => orderTicket({ ...of(43), preferences: { sure: 'x' } }), { code: 'identity.not-sure' }],
  ])('is not: %s', async (_what, act, refusal) => {
    await expect(act()).rejects.toMatchObject(refusal);
  });

  it('is not under a legal hold, nor when there is none', async () => {
    held = true;
    await expect(orderTicket(of(43))).rejects.toMatchObject({ kind: 'conflict', code: 'identity.legal-hold' });
    held = false;
    counts = null;
    await expect(orderTicket(of(43))).rejects.toMatchObject({ kind: 'not-found' });
  });
});

it('what is held is told to the services that delete', async () => {
  const before = await desk.ask(heldObjects, {});
  const { id } = await person();
  for (const [object, objectId] of [
    ['User', id],
    ['Ticket', 4_242],
  ] as const) {
    await desk.ask(legalHolds.create, input({ object, object_id: objectId, reason: 'case 9' }), ids.admin);
  }
  const { userIds, ticketIds } = await desk.ask(heldObjects, {});
  expect(userIds.filter((one) => !before.userIds.includes(one))).toEqual([id]);
  expect(ticketIds.filter((one) => !before.ticketIds.includes(one))).toEqual([4_242]);
});
