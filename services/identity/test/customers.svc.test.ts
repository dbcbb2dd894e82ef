import { ensureCustomers, lookup, organizations, userCreated, users } from '@helpmesh/contracts';
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
    expect((await desk.ask(lookup, { allGroups: true })).groups.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('sees a user from the moment its creation was answered', async () => {
    const body = { email: 'fresh@example.net' };
    const { id } = await desk.ask(users.create, { params: {}, query: {}, body }, ids.admin);
    expect((await desk.ask(lookup, { userIds: [id] })).users).toMatchObject([{ id, email: 'fresh@example.net' }]);
  });
});
