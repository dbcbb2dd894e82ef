import {
  type Actor,
  type AuditEntry,
  auditLog,
  authenticate,
  createToken,
  deleteSessions,
  deleteToken,
  endpoints,
  groups,
  openIdProviders,
  organizations,
  recordActing,
  recordAudit,
  signIn,
  signInSettings,
  users,
} from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { sql, transaction } from '@helpmesh/persistence';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Announce } from '../src/application/announce.ts';
import { Audit } from '../src/application/audit/audit.ts';
import { auditVerify } from '../src/audit-verify.ts';
import { adminPassword, ids, startIdentity, type TestIdentity } from './identity.ts';

type Entry = z.output<typeof AuditEntry>;

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
}, 120_000);
afterAll(() => desk?.stop());

const input = (body: object = {}, params = {}, query = {}) => ({ params, query, body }) as never;
const list = (query: Record<string, unknown> = {}, who: number | Actor = ids.admin) =>
  desk.ask(auditLog.list, input({}, {}, query), who);
const verify = () => desk.ask(auditLog.verify, input(), ids.admin);
const newest = async (query: Record<string, unknown>): Promise<Entry> => {
  const [entry] = (await list(query)).entries;
  if (!entry) throw new Error(`no entry for ${JSON.stringify(query)}`);
  return entry;
};

let people = 0;
async function person(more: Record<string, unknown> = {}) {
  const email = `person${++people}@example.org`;
  const password = `a long password ${people}`;
  const row = await desk.ask(users.create, input({ firstname: 'Per', lastname: 'Son', email, password, ...more }), 3);
  return { id: row.id as number, email, password };
}

describe('what administrators change', () => {
  it('a user: rights and name with old and new value, what is private only as changed, secrets never', async () => {
    const { id, email, password } = await person();
    expect(await newest({ object_type: 'User', object_id: String(id) })).toMatchObject({
      action: 'user.created',
      service: 'identity',
      actor_id: ids.admin,
      actor: 'admin@example.com',
      on_behalf_of_id: null,
      object_label: email,
      changes: { login: { to: email }, email: { to: email }, role_ids: { to: [3] }, password: {} },
    });
    await desk.ask(
      users.update,
      input({ email: 'new@example.org', phone: '0123456', roles: ['Agent'], password: 'b'.repeat(12) }, { id }),
      ids.admin,
    );
    const { action, changes } = await newest({ object_type: 'User', object_id: String(id) });
    expect({ action, changes }).toEqual({
      action: 'user.changed',
      changes: {
        login: { from: email, to: 'new@example.org' },
        email: { from: email, to: 'new@example.org' },
        role_ids: { from: [3], to: [2] },
        phone: {},
        password: {},
      },
    });
    await desk.ask(users.delete, input({}, { id }), ids.admin);
    expect(await newest({ object_type: 'User', object_id: String(id) })).toMatchObject({
      action: 'user.deleted',
      object_label: null,
      changes: { email: { from: 'new@example.org' } },
    });
    const [row] = await desk.rows<{ all: string }>('SELECT string_agg(e::text, chr(10)) AS all FROM audit_entry e');
    for (const secret of [password, 'b'.repeat(12), '0123456', '$argon2id']) expect(row?.all).not.toContain(secret);
  });

  it('nothing about a change that was refused, or that changed nothing', async () => {
    const before = (await verify()).entries;
    const last = desk.ask(users.update, input({ active: false }, { id: ids.admin }), ids.admin);
    await expect(last).rejects.toMatchObject({ code: 'identity.last-admin' });
    await desk.ask(users.update, input({ firstname: 'Nicole' }, { id: ids.nicole }), ids.admin);
    expect((await verify()).entries).toBe(before);
  });

  it.each<[string, string, () => Promise<unknown>, Partial<Entry>]>([
    [
      'a group',
      'group',
      () => desk.ask(groups.create, input({ name: 'Audited' }), ids.admin),
      { action: 'group.created', object_label: 'Audited', changes: expect.objectContaining({ active: { to: true } }) },
    ],
    [
      'an organization, with who belongs to it',
      'organization',
      () => desk.ask(organizations.update, input({ member_ids: [ids.nicole, ids.agent] }, { id: 1 }), ids.admin),
      {
        action: 'organization.changed',
        object_id: '1',
        changes: { member_ids: { from: [ids.nicole], to: [ids.nicole, ids.agent] } },
      },
    ],
    [
      'a setting',
      'setting',
      () => desk.ask(signInSettings.update, input({ state_current: { value: false } }, { id: 1 }), ids.admin),
      { action: 'setting.changed', object_label: 'user_create_account', changes: { value: { from: true, to: false } } },
    ],
    [
      'a provider of sign-in, without its secret',
      'oidc-provider',
      () =>
        desk.ask(
          openIdProviders.create,
          input({
            ...{ name: 'aai', title: 'AAI', issuer: 'https://aai.example.org', client_id: 'desk' },
            client_secret: 'hush-hush-hush',
          }),
          ids.admin,
        ),
      {
        action: 'oidc-provider.created',
        object_label: 'aai',
        changes: expect.not.objectContaining({ client_secret: expect.anything() }),
      },
    ],
  ])('%s', async (_what, action, change, expected) => {
    await change();
    expect(await newest({ action })).toMatchObject({ actor_id: ids.admin, ...expected });
  });

  it('tokens: made and revoked, and what they may do', async () => {
    const body = { name: 'sync', permission: ['ticket.agent'], expires_at: '2030-01-01T00:00:00Z' };
    const { token } = await desk.ask(createToken, input(body), ids.admin);
    const made = await newest({ action: 'token.created' });
    expect(made).toMatchObject({
      object_label: 'sync',
      changes: { permissions: { to: ['ticket.agent'] }, expires_at: { to: '2030-01-01T00:00:00.000Z' } },
    });
    expect(JSON.stringify(made)).not.toContain(token);
    await desk.ask(deleteToken, input({}, { id: Number(made.object_id) }), ids.admin);
    expect(await newest({ action: 'token.revoked' })).toMatchObject({ object_id: made.object_id });
  });

  it('sessions that were ended for somebody', async () => {
    const { id, email, password } = await person();
    await desk.ask(signIn, { username: email, password });
    await desk.ask(signIn, { username: email, password });
    await desk.ask(deleteSessions, input({}, {}, { user_id: String(id) }), ids.admin);
    expect(await newest({ action: 'session.revoked' })).toMatchObject({
      actor_id: ids.admin,
      object_id: String(id),
      changes: { sessions: { from: 2, to: 0 } },
    });
  });

  it('in other services: each message once, however often it comes', async () => {
    const data = {
      ...{ actorId: ids.admin, onBehalfOfId: ids.agent, action: 'ticket-state.changed' },
      ...{ objectType: 'Ticket::State', objectId: '8', objectLabel: 'waiting \0 for', address: '192.0.2.7' },
      ...{ changes: { active: { from: true, to: false } }, requestId: 'req-1' },
    };
    const id = uuidv7();
    await desk.bus.say(recordAudit, data, { id });
    await desk.bus.say(recordAudit, data, { id });
    await desk.bus.say(recordAudit, { ...data, objectId: '9' });
    await desk.bus.settled('identity');
    const { entries } = await list({ action: 'ticket-state', object_type: 'Ticket::State' });
    expect(entries.map(({ object_id }) => object_id).sort()).toEqual(['8', '9']);
    expect(entries[0]).toMatchObject({
      service: 'neighbour',
      actor: 'admin@example.com',
      on_behalf_of: 'agent1@example.com',
      object_label: 'waiting \ufffd for',
      changes: { active: { from: true, to: false } },
      ip: '192.0.2.7',
      request_id: 'req-1',
    });
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('is told with the change or not at all', async () => {
    const before = (await verify()).entries;
    const ds = desk.service.get(DataSource);
    const failing = transaction(ds, async (tx) => {
      await desk.service.get(Audit).record(tx, null, { action: 'a.b', object: { type: 'X', id: 1 } });
      await desk.service.get(Announce).accessChanged(tx, [1], 'x');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await verify()).entries).toBe(before);
  });
});

describe('reading', () => {
  it.each([
    ['a customer', () => desk.actor(ids.nicole)],
    ['an agent', () => desk.actor(ids.agent)],
    ['an administrator of users alone', async () => ({ ...(await desk.actor(3)), permissions: ['admin.user'] })],
    ['an administrator who acts for an agent', async () => ({ ...(await desk.actor(ids.agent)), actingUserId: 3 })],
  ])('is not for %s', async (_who, actor) => {
    const refused = { kind: 'forbidden', code: 'identity.not-authorized' };
    await expect(list({}, await actor())).rejects.toMatchObject(refused);
    await expect(desk.ask(auditLog.verify, input(), await actor())).rejects.toMatchObject(refused);
  });

  it('needs admin.audit_log and nothing else', async () => {
    const auditor = { ...(await desk.actor(ids.nicole)), permissions: ['admin.audit_log'] };
    expect((await list({}, auditor)).entries.length).toBeGreaterThan(0);
  });

  it('goes page by page to the first entry, each entry once', async () => {
    const { entries: total } = await verify();
    const seen: number[] = [];
    for (let next: number | null = null; ; ) {
      const page = await list({ limit: '3', ...(next !== null && { before: String(next) }) });
      seen.push(...page.entries.map(({ id }) => id));
      next = page.next;
      if (next === null) break;
      expect(page.entries).toHaveLength(3);
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => total - n));
  });

  it('filters by who, what, which and when', async () => {
    const { email } = await person();
    desk.clock.advance(60_000);
    const between = new Date(desk.clock.now()).toISOString();
    desk.clock.advance(60_000);
    await person();
    const count = async (query: Record<string, unknown>) => (await list({ action: 'user.created', ...query })).entries;
    expect((await count({ from: between })).map(({ object_label }) => object_label)).not.toContain(email);
    expect((await count({ from: between })).length).toBe(1);
    expect((await count({ to: between })).map(({ object_label }) => object_label)).toContain(email);
    expect((await count({ actor: 'Admin@example.com' })).length).toBeGreaterThan(1);
    expect(await count({ actor: String(ids.nicole) })).toEqual([]);
    expect(await count({ actor: 'nobody at all' })).toEqual([]);
    expect((await list({ actor: 'agent1@example.com' })).entries[0]?.on_behalf_of_id).toBe(ids.agent);
    expect((await list({ service: 'neighbour' })).entries).toHaveLength(2);
    expect((await list({ action: 'use' })).entries).toEqual([]);
  });
});

describe('S37: the audit log cannot be changed', () => {
  it('there is no way to by REST', () => {
    const routes = endpoints.filter(({ path }) => path.startsWith('/api/v1/audit'));
    expect(routes.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  const attempts = [
    "UPDATE audit_entry SET action = 'nothing.happened'",
    'UPDATE audit_entry SET actor_id = 4 WHERE seq = 1',
    'DELETE FROM audit_entry WHERE seq = 1',
    'TRUNCATE audit_entry',
    'DELETE FROM audit_chain',
    'TRUNCATE audit_chain',
    'UPDATE audit_chain SET seq = seq - 1',
  ];

  it.each(attempts)("by the service's SQL user: %s", async (statement) => {
    await expect(desk.rows(statement)).rejects.toThrow(/append-only/);
    expect(await verify()).toMatchObject({ ok: true });
  });

  it.each(attempts)('by a role that is no superuser and was granted everything: %s', async (statement) => {
    const role = `auditor_${uuidv7().replaceAll('-', '')}`;
    const ds = desk.service.get(DataSource);
    const act = transaction(ds, async (tx) => {
      await sql(tx, `CREATE ROLE ${role}`);
      await sql(tx, `GRANT ALL ON audit_entry, audit_chain TO ${role}`);
      await sql(tx, `SET LOCAL ROLE ${role}`);
      await sql(tx, statement);
    });
    await expect(act).rejects.toThrow(/append-only/);
  });

  it('rights to change it were taken from its owner', async () => {
    const [row] = await desk.rows<{ acl: string }>(
      `SELECT relacl::text AS acl FROM pg_class WHERE relname = 'audit_entry'`,
    );
    // r: SELECT, a: INSERT; without w (UPDATE), d (DELETE) and D (TRUNCATE).
    expect(row?.acl).toMatch(/=[^/]*ar?[^/]*\//);
    expect(row?.acl).not.toMatch(/=[^/]*[wdD][^/]*\//);
  });
});

describe('S37: the chain shows what was done all the same', () => {
  /** As a superuser who has switched off what stops everybody else. */
  async function tamper(statement: string): Promise<void> {
    for (const table of ['audit_entry', 'audit_chain']) await desk.rows(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    await desk.rows(statement);
    for (const table of ['audit_entry', 'audit_chain']) await desk.rows(`ALTER TABLE ${table} ENABLE TRIGGER ALL`);
  }

  it('it holds, also when many write at once', async () => {
    const before = (await verify()).entries;
    await Promise.all(
      Array.from({ length: 24 }, (_, n) => desk.ask(groups.create, input({ name: `At once ${n}` }), ids.admin)),
    );
    const after = await verify();
    expect(after).toMatchObject({ ok: true, entries: before + 24, broken: null });
    expect(after.head).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['a changed actor', 'SET actor_id = 4', 'SET actor_id = 3'],
    ['a changed time', `SET at = at - interval '1 hour'`, `SET at = at + interval '1 hour'`],
    ['a changed action', `SET action = 'user.seen'`, `SET action = 'user.created'`],
    ['changes with one letter less', `SET changes = '{}'`, 'SET changes = saved.changes'],
  ])('%s: the entry is named', async (_what, forge, undo) => {
    const { id } = await newest({ action: 'user.created' });
    await desk.rows(`CREATE TABLE saved AS SELECT changes FROM audit_entry WHERE seq = ${id}`);
    await tamper(`UPDATE audit_entry ${forge} WHERE seq = ${id}`);
    expect(await verify()).toMatchObject({ ok: false, entries: id - 1, broken: { id, why: /changed/ } });
    const { DATABASE_URL, HELPMESH_SECRETS_KEY } = desk.settings;
    expect(await auditVerify.run({ DATABASE_URL, HELPMESH_SECRETS_KEY })).toEqual({
      ok: false,
      told: expect.stringContaining(`entry ${id} does not fit`),
    });
    await tamper(`UPDATE audit_entry ${undo} FROM saved WHERE seq = ${id}`);
    await desk.rows('DROP TABLE saved');
    expect(await verify()).toMatchObject({ ok: true });
    expect(await auditVerify.run({ DATABASE_URL, HELPMESH_SECRETS_KEY })).toMatchObject({ ok: true });
  });

  it('a removed entry, from the middle or from the end: it is named', async () => {
    const { entries: last } = await verify();
    await desk.rows('CREATE TABLE saved AS SELECT * FROM audit_entry');
    for (const [where, id] of [
      ['seq = 5', 5],
      [`seq > ${last - 3}`, last - 2],
    ] as const) {
      await tamper(`DELETE FROM audit_entry WHERE ${where}`);
      expect(await verify()).toMatchObject({ ok: false, entries: id - 1, broken: { id, why: /removed/ } });
      await tamper(`INSERT INTO audit_entry SELECT * FROM saved WHERE ${where}`);
      expect(await verify()).toMatchObject({ ok: true });
    }
    await desk.rows('DROP TABLE saved');
  });

  it('an end that was cut off and the end of the chain set to fit: SQL cannot seal it', async () => {
    await desk.rows('CREATE TABLE saved AS SELECT * FROM audit_entry');
    await desk.rows('CREATE TABLE saved_chain AS SELECT * FROM audit_chain');
    const { entries: last } = await verify();
    await tamper(`DELETE FROM audit_entry WHERE seq = ${last}`);
    await tamper('UPDATE audit_chain c SET seq = e.seq, hash = e.hash FROM audit_entry e WHERE e.seq = c.seq - 1');
    expect(await verify()).toMatchObject({ ok: false, broken: { id: last - 1, why: /end of the chain/ } });
    await tamper(`INSERT INTO audit_entry SELECT * FROM saved WHERE seq = ${last}`);
    await tamper('UPDATE audit_chain c SET seq = s.seq, hash = s.hash FROM saved_chain s');
    expect(await verify()).toMatchObject({ ok: true });
    await desk.rows('DROP TABLE saved, saved_chain');
  });

  it('an entry that was put behind the end', async () => {
    const { entries: last } = await verify();
    const columns = 'at, service, action, actor_id, object_type, object_id, changes, hash';
    await desk.rows(`INSERT INTO audit_entry (seq, ${columns}) SELECT seq + 1, ${columns}
      FROM audit_entry WHERE seq = ${last}`);
    expect(await verify()).toMatchObject({ ok: false, broken: { id: last + 1, why: /behind the end/ } });
    await tamper(`DELETE FROM audit_entry WHERE seq = ${last + 1}`);
    expect(await verify()).toMatchObject({ ok: true });
  });
});

describe('S28: acting for another', () => {
  const act = (credential: object, onBehalfOf: string) =>
    desk.ask(authenticate, { credential, onBehalfOf, ip: '192.0.2.9' } as never);
  const basic = ({ email, password }: { email: string; password: string }) => ({
    ...{ scheme: 'basic', login: email, password },
  });
  const admin = { email: 'admin@example.com', password: adminPassword };
  const notAllowed = {
    kind: 'forbidden',
    detail: "Current user has no permission to use 'From'/'X-On-Behalf-Of'!",
  };

  it.each(['2', 'nicole.braun@zammad.org', 'NICOLE.Braun@Zammad.org'])(
    'an administrator, by id, login or address (%s)',
    async (name) => {
      const { actor } = await act(basic(admin), name);
      expect(actor).toMatchObject({ userId: ids.nicole, actingUserId: ids.admin });
      expect(actor.permissions).not.toContain('admin');
    },
  );

  it.each([
    ['a customer', []],
    ['an agent', ['Agent']],
    ['who is both', ['Agent', 'Customer']],
  ])('%s may not, and the attempt names both', async (_who, roles) => {
    const caller = await person(roles.length > 0 ? { roles } : {});
    await expect(act(basic(caller), String(ids.admin))).rejects.toMatchObject(notAllowed);
    expect(await newest({ action: 'acting-for.refused' })).toMatchObject({
      actor_id: caller.id,
      on_behalf_of_id: ids.admin,
      object_label: 'admin@example.com',
      ip: '192.0.2.9',
    });
  });

  it.each([
    ['ticket.agent', notAllowed],
    ['admin.group', notAllowed],
    ['admin.user', undefined],
  ])('a token of an administrator that holds %s', async (permission, refusal) => {
    const { token } = await desk.ask(createToken, input({ name: permission, permission: [permission] }), ids.admin);
    const acting = act({ scheme: 'token', token }, String(ids.nicole));
    if (refusal) await expect(acting).rejects.toMatchObject(refusal);
    else expect((await acting).actor).toMatchObject({ userId: ids.nicole, actingUserId: ids.admin, permissions: [] });
  });

  it('nobody acts for who may not sign in, but for the system user', async () => {
    const gone = await person({ active: false });
    await expect(act(basic(admin), gone.email)).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'identity.acting-for-unknown',
      detail: `No such user '${gone.email}'`,
    });
    desk.clock.advance(60_001);
    await expect(act(basic(admin), 'ghost')).rejects.toMatchObject({ detail: "No such user 'ghost'" });
    expect(await newest({ action: 'acting-for.refused' })).toMatchObject({
      actor_id: ids.admin,
      on_behalf_of_id: null,
      object_id: null,
      object_label: 'ghost',
    });
    expect((await act(basic(admin), '1')).actor).toMatchObject({ userId: 1, permissions: [] });
  });

  it('who tries on and on is told of once a minute', async () => {
    const caller = await person({ roles: ['Agent'] });
    const tries = () => expect(act(basic(caller), '3')).rejects.toMatchObject(notAllowed);
    const told = async () => (await list({ action: 'acting-for.refused', actor: caller.email })).entries.length;
    await tries();
    await tries();
    expect(await told()).toBe(1);
    desk.clock.advance(60_001);
    await tries();
    expect(await told()).toBe(2);
  });

  it('each request is recorded with both, and so is what it changed', async () => {
    const { actor } = await act(basic(admin), 'agent1@example.com');
    await desk.ask(recordActing, { method: 'POST', path: '/api/v1/users' }, actor);
    await desk.ask(users.create, input({ firstname: 'By', lastname: 'Proxy', email: 'proxy@example.org' }), actor);
    const both = { actor: 'admin@example.com', on_behalf_of: 'agent1@example.com' };
    const [made, request] = (await list({ limit: '2' })).entries;
    expect(made).toMatchObject({ ...both, action: 'user.created', object_label: 'proxy@example.org' });
    expect(request).toMatchObject({
      ...both,
      service: 'gateway',
      action: 'acting-for.request',
      object_label: 'POST /api/v1/users',
      request_id: expect.any(String),
    });
  });

  it('a hundred requests at once leave a hundred entries', async () => {
    const { actor } = await act(basic(admin), 'agent1@example.com');
    const before = (await verify()).entries;
    const asked = Array.from({ length: 100 }, (_, n) => ({ method: 'GET', path: `/api/v1/tickets/${n}` }));
    await Promise.all(asked.map((request) => desk.ask(recordActing, request, actor)));
    expect(await verify()).toMatchObject({ ok: true, entries: before + 100 });
  });

  it('who acts for nobody has nothing to record', async () => {
    const request = { method: 'GET', path: '/' };
    await expect(desk.ask(recordActing, request, ids.admin)).rejects.toMatchObject({ kind: 'bug' });
    await expect(desk.ask(recordActing, request)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});
