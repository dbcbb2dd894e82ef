import {
  authenticate,
  ensureCustomers,
  keepContacts,
  lookup,
  markUndeliverable,
  openSessionFor,
  organizations,
  userCreated,
  users,
} from '@helpmesh/contracts';
import { Session } from '@helpmesh/persistence';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());

const ensure = (...customers: [email: string, name: string][]) =>
  desk
    .ask(ensureCustomers, { customers: customers.map(([email, name]) => ({ email, name })) })
    .then(({ users }) => users);
const none = { users: [], organizations: [], groups: [] };

describe('ensure-customers', () => {
  it('makes customers, splits their names and answers in order', async () => {
    const made = await ensure(
      ['B@Example.net', 'Beate Maria Berg'],
      ['a@example.net', 'Alt, Anton'],
      ['c@example.net', ''],
    );
    expect(made.map(({ email, firstname, lastname }) => [email, firstname, lastname])).toEqual([
      ['b@example.net', 'Beate', 'Maria Berg'],
      ['a@example.net', 'Anton', 'Alt'],
      ['c@example.net', '', ''],
    ]);
    const stored = await desk.ask(users.get, { params: { id: made[0]?.id ?? 0 }, query: { expand: true } }, ids.admin);
    expect(stored).toMatchObject({ login: 'b@example.net', roles: ['Customer'], created_by: '-', verified: false });
    for (const { id } of made) await desk.bus.hear(userCreated, ({ aggregateId }) => aggregateId === String(id));
  });

  it('finds whoever is there, whatever the case: customers, agents, and people who log in by address', async () => {
    const found = await ensure(['AGENT1@example.com', 'Impostor'], ['Nicole.Braun@ZAMMAD.org ', 'x']);
    expect(found).toMatchObject([
      { id: ids.agent, agent: true, firstname: 'Agent 1', fullGroupIds: [1, 2] },
      { id: ids.nicole, agent: false, lastname: 'Braun' },
    ]);
    const [before] = await ensure(['x@example.net', 'X']);
    await desk.rows("UPDATE users SET email = 'other@example.net' WHERE id = $1", [before?.id]);
    expect((await ensure(['x@example.net', 'X']))[0]?.id).toBe(before?.id);
  });

  it('knows whom mail does not reach, until they write or somebody says otherwise', async () => {
    const email = 'gone@example.net';
    const [made] = await ensure([email, 'Gone']);
    const id = made?.id ?? 0;
    const preferences = async () => (await desk.ask(users.get, { params: { id }, query: {} }, ids.admin)).preferences;
    const lost = async (reason: string) => {
      await desk.bus.say(markUndeliverable, { address: email, reason, at: '2026-03-02T09:00:00.000Z' });
      return waitFor(async () => ((await preferences())?.mail_delivery_failed === true ? preferences() : undefined), {
        what: 'the person to be marked',
      });
    };
    const marks = { mail_delivery_failed: true, mail_delivery_failed_data: '2026-03-02T09:00:00.000Z' };
    expect(await lost('no such user')).toMatchObject({ ...marks, mail_delivery_failed_reason: 'no such user' });
    await ensure([email, 'Gone']);
    expect(await preferences()).toMatchObject(marks);
    await desk.ask(ensureCustomers, { customers: [{ email, name: '', wrote: true }] });
    expect(await preferences()).not.toHaveProperty('mail_delivery_failed');
    await lost('again');
    const body = { preferences: { mail_delivery_failed: false } };
    await desk.ask(users.update, { params: { id }, query: {}, body }, ids.admin);
    expect(await lost('and again')).toMatchObject({ mail_delivery_failed_reason: 'and again' });
  });

  it('answers a repeated address with the same user', async () => {
    const made = await ensure(['twice@example.net', 'First Name'], ['TWICE@example.net', 'Second Name']);
    expect(made[0]).toEqual(made[1]);
    expect(made[0]?.firstname).toBe('First');
  });

  it('makes one user of an address, however many ask at once and in whatever order', async () => {
    const emails = Array.from({ length: 20 }, (_, i) => `many${i}@example.net`);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => {
        const mine = n % 2 === 0 ? emails : emails.toReversed();
        return ensure(...mine.map((email): [string, string] => [email, 'Many'])).then((list) =>
          Object.fromEntries(list.map(({ email, id }) => [email, id])),
        );
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(new Set(Object.values(answers[0] ?? {})).size).toBe(20);
    const [count] = await desk.rows("SELECT count(*) AS n FROM users WHERE email LIKE 'many%'");
    expect(count).toEqual({ n: 20 });
  });

  it('waits for whoever makes the same address in another transaction', async () => {
    const other = await Session.open({ url: desk.databaseUrl });
    await other.query('BEGIN');
    const [theirs] = await other.query<{ id: number }>(
      `INSERT INTO users (login, email, created_by_id, updated_by_id)
       VALUES ('slow@example.net', 'slow@example.net', 1, 1) RETURNING id`,
    );
    const asked = ensure(['slow@example.net', 'Slow']);
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await waitFor(async () => (await desk.rows(waiting)).length > 0, { what: 'our insert to wait for theirs' });
    await other.query('COMMIT');
    await other.close();
    expect((await asked)[0]?.id).toBe(theirs?.id);
  });

  it('puts new customers into the organization of their mail domain', async () => {
    const body = { name: 'Domain Owner', domain: 'Owner.example', domain_assignment: true };
    const { id } = await desk.ask(organizations.create, { params: {}, query: {}, body }, ids.admin);
    const [inside, outside] = await ensure(['p@OWNER.example', 'P'], ['p@sub.owner.example', 'P']);
    expect(inside?.organizationId).toBe(id);
    expect(outside?.organizationId).toBeNull();
    await desk.ask(organizations.update, { params: { id }, query: {}, body: { domain_assignment: false } }, ids.admin);
    expect((await ensure(['q@owner.example', 'Q']))[0]?.organizationId).toBeNull();
  });

  it('refuses an address that is none, and only the request that has it', async () => {
    const [bad, good] = await Promise.allSettled([ensure(['no address', 'X']), ensure(['fine@example.net', 'Y'])]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { detail: "Invalid email 'no address' of customer" } });
    expect(good).toMatchObject({ status: 'fulfilled' });
  });

  it('survives what mail headers contain', async () => {
    const [row] = await ensure(['odd@example.net', `"O'Brien\u0000\n; DROP TABLE users" ${'x'.repeat(300)}`]);
    expect(row?.lastname.length).toBeLessThanOrEqual(100);
    expect(`${row?.firstname} ${row?.lastname}`).not.toContain('\u0000');
  });
});

describe('contacts of another system', () => {
  const keep = async (...contacts: { login: string; [field: string]: unknown }[]) => {
    const whole = { userId: null, email: '', firstname: '', lastname: '', mayLink: true };
    const input = contacts.map((contact) => ({ ...whole, ...contact }));
    return (await desk.ask(keepContacts, { contacts: input as never })).contacts;
  };
  const shown = async (id: number | undefined) => {
    const [row] = await desk.rows('SELECT login, email, firstname, lastname FROM users WHERE id = $1', [id]);
    return row;
  };
  const signIn = (userId: number) => desk.ask(openSessionFor, { userId, ip: '192.0.2.1' });

  it('become customers, and are changed only by what differs', async () => {
    const ada = { login: 'pbas-1', email: 'Ada@panel.example', firstname: 'Ada', lastname: 'Büro' };
    const [made] = await keep(ada);
    expect(made?.changed).toBe(true);
    expect(await shown(made?.userId)).toMatchObject({ login: 'ada@panel.example', lastname: 'Büro' });
    await desk.bus.hear(userCreated, ({ aggregateId }) => aggregateId === String(made?.userId));
    const userId = made?.userId ?? 0;
    expect(await keep({ ...ada, userId })).toEqual([{ userId, changed: false }]);
    expect(await keep({ ...ada, userId, lastname: 'Other' })).toEqual([{ userId, changed: true }]);
    // As after a crash between the answer and the note of it.
    expect(await keep({ ...ada, lastname: 'Other' })).toEqual([{ userId, changed: false }]);
  });

  it('are the customers who have their address, if they may be', async () => {
    const [known] = await ensure(['known@panel.example', 'Known Before']);
    const contact = { login: 'pbas-2', email: 'known@panel.example', lastname: 'Known' };
    const [apart] = await keep({ ...contact, login: 'pbas-3', mayLink: false });
    expect(apart?.userId).not.toBe(known?.id);
    expect(await shown(apart?.userId)).toMatchObject({ login: 'pbas-3', email: '' });
    expect(await keep(contact)).toEqual([{ userId: known?.id, changed: true }]);
    expect(await keep({ ...contact, login: 'pbas-3', mayLink: false, lastname: 'Still apart' })).toMatchObject([
      { userId: apart?.userId },
    ]);
  });

  it('never become somebody who works here, nor change them', async () => {
    const before = await shown(ids.agent);
    const [made] = await keep({ login: 'pbas-4', email: 'agent1@example.com', lastname: 'Impostor' });
    expect(made?.userId).not.toBe(ids.agent);
    expect(await shown(made?.userId)).toMatchObject({ login: 'pbas-4', email: '' });
    expect(await keep({ login: 'pbas-5', userId: ids.agent, email: 'x@y.example', lastname: 'Impostor' })).toEqual([
      { userId: ids.agent, changed: false },
    ]);
    expect(await shown(ids.agent)).toEqual(before);
    for (const who of [ids.agent, ids.admin]) {
      await expect(signIn(who)).rejects.toMatchObject({ code: 'identity.not-vouchable' });
    }
  });

  it('with the same address in one batch are two people', async () => {
    const email = 'pair@panel.example';
    const [one, two] = await keep(
      { login: 'pbas-6', email, lastname: 'One' },
      { login: 'pbas-7', email, lastname: 'Two' },
    );
    expect(one?.userId).not.toBe(two?.userId);
    expect(await shown(two?.userId)).toMatchObject({ login: 'pbas-7', email: '', lastname: 'Two' });
  });

  it('without name or usable address are there all the same', async () => {
    const [one] = await keep({ login: 'pbas-8', email: 'no address' });
    expect(await shown(one?.userId)).toEqual({ login: 'pbas-8', email: '', firstname: '', lastname: 'pbas-8' });
  });

  it('are signed in as themselves while their account is open', async () => {
    const [contact] = await keep({ login: 'pbas-9', email: 'nine@panel.example', lastname: 'Nine' });
    const userId = contact?.userId ?? 0;
    const { sessionToken } = await signIn(userId);
    const credential = { scheme: 'session' as const, sessionToken };
    const { actor } = await desk.ask(authenticate, { credential });
    expect(actor).toMatchObject({ userId, via: 'session' });
    expect(actor.permissions).toContain('ticket.customer');
    await desk.rows('UPDATE users SET active = false WHERE id = $1', [userId]);
    await expect(signIn(userId)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(signIn(99_999)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('lookup', () => {
  it('answers what exists and leaves out the rest', async () => {
    const found = await desk.ask(lookup, {
      userIds: [ids.nicole, 99_999, 99_999_999_999],
      logins: ['ADMIN@example.com', 'ghost'],
      organizationIds: [1, 77],
      organizationNames: ['zammad foundation'],
      groupNames: ['USERS', 'ghost'],
    });
    expect(found.users.map(({ id }) => id)).toEqual([ids.nicole, ids.admin]);
    expect(found.organizations).toEqual([{ id: 1, name: 'Zammad Foundation', shared: true, active: true }]);
    expect(found.groups.map(({ name }) => name)).toEqual(['Users']);
  });

  it('answers nothing to nothing, and all groups when asked for all', async () => {
    expect(await desk.ask(lookup, {})).toEqual(none);
    expect(await desk.ask(lookup, { phone: 'anonymous' })).toEqual(none);
    expect((await desk.ask(lookup, { allGroups: true })).groups.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('finds people by a telephone number, whoever wrote it how', async () => {
    const make = async (over: object) =>
      (await desk.ask(users.create, { params: {}, query: {}, body: { firstname: 'Tel', ...over } }, ids.admin)).id;
    const fixed = await make({ email: 'tel1@example.net', phone: '+49 (30) 123-456-78' });
    const mobile = await make({ email: 'tel2@example.net', mobile: '030 12345678', phone: '110' });
    await make({ email: 'tel3@example.net', phone: '+49 30 123 456 79', mobile: '0170 1' });
    const gone = await make({ email: 'tel4@example.net', phone: '0049 30 12345678' });
    await desk.rows('UPDATE users SET active = false WHERE id = $1', [gone]);
    const found = async (phone: string) => (await desk.ask(lookup, { phone })).users.map(({ id }) => id);
    for (const number of ['+493012345678', '0049 30 12345678', '03012345678']) {
      expect(await found(number), number).toEqual([fixed, mobile]);
    }
    expect(await found('110')).toEqual([mobile]);
    expect(await found('')).toEqual([]);
  });

  it('sees a user from the moment its creation was answered', async () => {
    const body = { email: 'fresh@example.net' };
    const { id } = await desk.ask(users.create, { params: {}, query: {}, body }, ids.admin);
    expect((await desk.ask(lookup, { userIds: [id] })).users).toMatchObject([{ id, email: 'fresh@example.net' }]);
  });
});
