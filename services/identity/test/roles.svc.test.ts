import {
  type Actor,
  accessChanged,
  auditLog,
  entitlementMappings,
  groups,
  listPermissions,
  listTokens,
  openIdProviders,
  Role as RoleSchema,
  roles,
  signInSettings,
  users,
  userUpdated,
} from '@helpmesh/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());

type Body = Record<string, unknown>;
type Json = Record<string, unknown> & { id: number };
type Who = number | Actor;

const input = (body: object | undefined = undefined, params = {}, query = {}) => ({ params, query, body }) as never;
const create = (body: Body, who: Who = ids.admin, query = {}): Promise<Json> =>
  desk.ask(roles.create, input(body, {}, query), who);
const update = (id: number, body: Body, who: Who = ids.admin, query = {}): Promise<Json> =>
  desk.ask(roles.update, input(body, { id }, query), who);
const get = (id: number, who: Who = ids.admin, query = {}): Promise<Json> =>
  desk.ask(roles.get, input(undefined, { id }, query), who);
const remove = (id: number, who: Who = ids.admin) => desk.ask(roles.delete, input(undefined, { id }), who);
const person = (body: Body): Promise<Json> => desk.ask(users.create, input(body), ids.admin);

let made = 0;
const name = () => `Role ${++made}`;
const notAuthorized = { kind: 'forbidden', detail: 'Not authorized' };
const beyond = { kind: 'forbidden', code: 'identity.beyond-own-rights' };
const referenced = { kind: 'invalid', detail: "Can't delete, object has references." };
const lastAdmin = { kind: 'invalid', detail: 'At least one user needs to have admin permissions.' };

/** Somebody with these permissions by a role of their own. */
async function holder(...permissions: string[]): Promise<{ id: number; roleId: number }> {
  const role = await create({ name: name(), permissions });
  const { id } = await person({ email: `holder${role.id}@example.org`, role_ids: [role.id] });
  return { id, roleId: role.id };
}

describe('a role', () => {
  it('is added with names or ids, read back the same in each shape, and named uniquely', async () => {
    const body = { permissions: ['ticket.agent', 'report'], groups: { Users: 'full', 'some group1': ['read'] } };
    for (const query of [{}, { expand: true }, { full: true }]) {
      const row = await create({ name: ` ${name()} `, note: 'x', ...body }, ids.admin, query);
      expect(await get(row.id, ids.admin, query)).toEqual(row);
    }
    const row = await create({ name: 'Second line', ...body }, ids.admin, { expand: 'true' });
    expect(RoleSchema.safeParse(row).error).toBeUndefined();
    expect(row).toMatchObject({
      ...{ name: 'Second line', active: true, default_at_signup: false, note: null, preferences: {} },
      ...{ permissions: ['report', 'ticket.agent'], knowledge_base_permission_ids: [] },
      ...{ group_ids: { 1: ['full'], 2: ['read'] }, groups: { Users: ['full'], 'some group1': ['read'] } },
      ...{ created_by: 'admin@example.com', updated_by_id: ids.admin },
    });
    const again = { permission_ids: row.permission_ids, group_ids: row.group_ids };
    expect(await create({ name: name(), ...again, permissions: ['chat'] })).toMatchObject(again);
    await expect(create({ name: 'second LINE' })).rejects.toMatchObject({ detail: 'This object already exists.' });
  });

  it('comes with what it refers to when full', async () => {
    const { id } = await create({ name: name(), groups: { 'some group1': 'read' } });
    expect(await get(id, ids.agent, { full: true })).toMatchObject({
      id,
      assets: {
        Role: { [id]: { id } },
        Group: { 2: { name: 'some group1' } },
        User: { 3: { login: 'admin@example.com' } },
      },
    });
    expect(await desk.ask(roles.list, input(undefined, {}, { full: true, per_page: 2 }), ids.agent)).toMatchObject({
      record_ids: [1, 2],
      assets: { Role: { 1: { name: 'Admin' }, 2: { name: 'Agent' } } },
    });
  });

  it('is found by words', async () => {
    await create({ name: 'Night shift', note: 'Only after ten', active: false });
    const search = (query: object) => desk.ask(roles.searchByPost, input(undefined, {}, query), ids.agent);
    expect(await search({ query: 'after' })).toMatchObject([{ name: 'Night shift' }]);
    expect(await search({ query: 'name:agent' })).toMatchObject([{ id: 2 }]);
    expect(await search({ query: 'night', only_total_count: true })).toEqual({ total_count: 1 });
    expect(await search({ term: 'night' })).toMatchObject([{ label: 'Night shift', inactive: true }]);
  });

  it('changes what was written, says so in the audit log, and moves nothing when all is as it was', async () => {
    const row = await create({ name: name(), permissions: ['report'], groups: { Users: 'read' } });
    const after = await update(row.id, { permissions: ['report', 'ticket.agent'], note: 'now' });
    expect(after).toMatchObject({ name: row.name, note: 'now', group_ids: { 1: ['read'] } });
    const log = async () => (await desk.ask(auditLog.list, input(undefined, {}, { object_type: 'Role' }), 3)).entries;
    expect((await log())[0]).toMatchObject({
      action: 'role.changed',
      object_id: String(row.id),
      object_label: row.name,
      changes: {
        note: { from: null, to: 'now' },
        permissions: { from: ['report'], to: ['report', 'ticket.agent'] },
      },
    });
    desk.clock.advance(1000);
    const entries = (await log()).length;
    expect(await update(row.id, { note: 'now', permissions: ['ticket.agent', 'report'] })).toEqual(after);
    expect(await log()).toHaveLength(entries);
    expect(await update(row.id, { groups: {} })).toMatchObject({ group_ids: {} });
    expect((await log())[0]?.changes).toEqual({ groups: { from: { 1: ['read'] }, to: {} } });
  });

  it.each<[string, Body, string]>([
    ['no name', {}, "Name can't be blank"],
    ['an empty name', { name: ' ' }, "Name can't be blank"],
    ['an unknown permission', { name: 'X', permissions: ['x'] }, 'No lookup value found for \'permissions\': "x"'],
    ['an unknown permission id', { name: 'X', permission_ids: [999] }, "No value found for 'permissions' with id 999"],
    ['an unknown group', { name: 'X', groups: { x: 'full' } }, 'No lookup value found for \'groups\': "x"'],
    ['an unknown level', { name: 'X', groups: { Users: 'all' } }, "Invalid value for param 'groups': all"],
  ])('is refused with %s, and nothing is stored', async (_what, body, detail) => {
    const count = async () => (await desk.rows('SELECT count(*) AS n FROM roles'))[0]?.n;
    const before = await count();
    await expect(create(body)).rejects.toMatchObject({ kind: 'invalid', detail });
    expect(await count()).toEqual(before);
  });

  it.each(['admin', 'ticket.agent', 'user_preferences', 'ticket'])(
    'that people get by signing up is refused %s unless that is their own',
    async (permission) => {
      const detail = `Cannot set default at signup when role has ${permission} permissions.`;
      const outcome = expect(create({ name: name(), default_at_signup: true, permissions: [permission] }));
      if (permission === 'user_preferences') await outcome.resolves.toMatchObject({ default_at_signup: true });
      else await outcome.rejects.toMatchObject({ kind: 'invalid', detail });
      if (permission === 'user_preferences') return;
      await expect(update(3, { permissions: ['ticket.customer', permission] })).rejects.toMatchObject({ detail });
    },
  );

  it('that people get by signing up opens no group', async () => {
    await expect(update(3, { groups: { Users: 'read' } })).rejects.toMatchObject({
      detail: 'Cannot set default at signup when role has access to groups.',
    });
  });

  it('is deleted when nobody has it and nothing names it', async () => {
    const { id } = await create({ name: name(), permissions: ['report'], groups: { Users: 'read' } });
    expect(await remove(id)).toEqual({});
    await expect(get(id)).rejects.toMatchObject({ kind: 'not-found', detail: `Couldn't find Role with 'id'=${id}` });
    await expect(remove(id)).rejects.toMatchObject({ kind: 'not-found' });

    await expect(remove(2)).rejects.toMatchObject(referenced);
    const mapped = await create({ name: name() });
    const provider = await desk.ask(
      openIdProviders.create,
      input({ name: 'p', title: 'P', issuer: 'https://p.example', client_id: 'desk' }),
      ids.admin,
    );
    const pattern = 'urn:example:org:group:people#example.org';
    const mapping = { provider_id: provider.id, pattern, role_id: mapped.id };
    await desk.ask(entitlementMappings.create, input(mapping), ids.admin);
    await expect(remove(mapped.id)).rejects.toMatchObject(referenced);
    const demanding = await create({ name: name() });
    const settings = await desk.ask(signInSettings.list, input(), ids.admin);
    const setting = settings.find((one) => one.name === 'two_factor_authentication_enforce_role_ids');
    const state_current = { value: [demanding.id] };
    await desk.ask(signInSettings.update, input({ state_current }, { id: setting?.id }), ids.admin);
    await expect(remove(demanding.id)).rejects.toMatchObject(referenced);
    await desk.ask(signInSettings.update, input({ state_current: { value: [] } }, { id: setting?.id }), ids.admin);
  });
});

describe('a changed role counts at once', () => {
  const forgotten = () => desk.bus.hear(accessChanged, ({ data }) => data.userIds === null && data.reason === 'role');

  it('for those who have it, whose cached rights end', async () => {
    const { id, roleId } = await holder('ticket.customer');
    await update(roleId, { permissions: ['ticket.agent'], groups: { Users: ['read', 'change'] } });
    expect(await desk.actor(id)).toMatchObject({ permissions: ['ticket.agent'], groups: { 1: ['read', 'change'] } });
    await forgotten();
    await update(roleId, { active: false });
    expect(await desk.actor(id)).toMatchObject({ permissions: [], groups: {} });
    await forgotten();
  });

  it('for neighbours, which hear of everybody who becomes an agent or gets full access by it', async () => {
    const { id, roleId } = await holder('ticket.customer');
    const [before] = await desk.rows('SELECT updated_at FROM users WHERE id = $1', [id]);
    await update(roleId, { permissions: ['ticket.agent'] });
    await desk.bus.hear(
      userUpdated,
      ({ data, aggregateVersion }) => data.id === id && data.agent && aggregateVersion === 2,
    );
    await update(roleId, { groups: { Users: 'full' } });
    await desk.bus.hear(userUpdated, ({ data }) => data.id === id && data.fullGroupIds.includes(1));
    await update(roleId, { active: false });
    await desk.bus.hear(userUpdated, ({ data }) => data.id === id && !data.agent && data.fullGroupIds.length === 0);
    // Nothing that neighbours keep changed by these, and the person's own times by none.
    await update(roleId, { note: 'x', permissions: ['ticket.agent', 'report'] });
    expect(await desk.rows('SELECT version, updated_at FROM users WHERE id = $1', [id])).toEqual([
      { version: 4, ...before },
    ]);
  });
});

describe('who may', () => {
  it('see roles: agents and administrators; write them: who administers roles', async () => {
    const { id } = await create({ name: name() });
    const nobody = await holder('ticket.customer', 'report');
    for (const who of [ids.nicole, nobody.id]) {
      await expect(get(1, who)).rejects.toMatchObject(notAuthorized);
      await expect(desk.ask(roles.search, input(undefined, {}, { query: 'a' }), who)).rejects.toMatchObject(
        notAuthorized,
      );
      await expect(desk.ask(listPermissions, input(), who)).rejects.toMatchObject(notAuthorized);
    }
    for (const who of [ids.nicole, ids.agent, nobody.id]) {
      await expect(create({ name: name() }, who)).rejects.toMatchObject(notAuthorized);
      for (const one of [id, 999_999]) {
        await expect(update(one, { note: 'x' }, who)).rejects.toMatchObject(notAuthorized);
        await expect(remove(one, who)).rejects.toMatchObject(notAuthorized);
      }
    }
  });

  it('administer only roles, makes nobody more of an administrator than they are', async () => {
    const { id: who, roleId: own } = await holder('admin.role', 'admin.tag');
    expect(await create({ name: name(), permissions: ['ticket.customer', 'admin.tag'] }, who)).toMatchObject({});
    const plain = await create({ name: name(), permissions: ['user_preferences'] }, who);
    for (const permission of ['admin', 'admin.user']) {
      await expect(create({ name: name(), permissions: [permission] }, who)).rejects.toMatchObject(beyond);
      for (const id of [own, plain.id]) {
        const permissions = ['admin.role', 'admin.tag', permission];
        await expect(update(id, { permissions }, who)).rejects.toMatchObject(beyond);
      }
    }
    // Nor less: the roles of those who hold more are not theirs.
    await expect(update(1, { active: false }, who)).rejects.toMatchObject(beyond);
    await expect(update(1, { permissions: ['report'] }, who)).rejects.toMatchObject(beyond);
    const idle = await create({ name: name(), permissions: ['admin.user'] });
    await expect(remove(idle.id, who)).rejects.toMatchObject(beyond);
    expect((await get(own)).permission_ids).toHaveLength(2);
  });

  it('administer only roles, put nothing into one that they do not hold, be it for agents', async () => {
    const { id: who, roleId: own } = await holder('admin.role', 'report');
    const agents = await create({ name: name(), permissions: ['ticket.agent'], groups: { Users: 'full' } });
    expect(await update(agents.id, { note: 'only said otherwise' }, who)).toMatchObject({});
    const bodies = [
      { permissions: ['admin.role', 'report', 'ticket.agent'] },
      { permissions: ['admin.role', 'report', 'knowledge_base'] },
      { groups: { Users: ['read'] } },
    ];
    for (const body of bodies) {
      await expect(update(own, body, who)).rejects.toMatchObject(beyond);
      await expect(create({ name: name(), ...body }, who)).rejects.toMatchObject(beyond);
    }
    await update(agents.id, { active: false });
    await expect(update(agents.id, { active: true }, who)).rejects.toMatchObject(beyond);
    // Who may manage users could give it to anybody.
    const { id: both } = await holder('admin.role', 'admin.user');
    expect(await update(agents.id, { active: true, groups: { Users: 'read' } }, both)).toMatchObject({ active: true });
  });
});

it('every permission is told, with its id; tokens are offered those that their owner holds', async () => {
  const all = await desk.ask(listPermissions, input(), ids.agent);
  const named = new Map(all.map((row) => [row.name, row]));
  expect(named.size).toBeGreaterThan(75);
  expect(named.get('ticket.customer')).toMatchObject({ allow_signup: true });
  expect(named.get('admin.user')).toMatchObject({ allow_signup: false });
  const own = (await desk.ask(listTokens, input(), ids.agent)).permissions;
  expect(own.map((row) => row.name)).toContain('ticket.agent');
  expect(own.map((row) => row.name)).not.toContain('admin.user');
  for (const { id, name: held } of own) expect(named.get(held)?.id).toBe(id);
});

describe('the last administrator', () => {
  it('stays, whatever happens to the roles', async () => {
    // Administrators of other tests are none any more.
    await desk.rows(`UPDATE users SET active = false WHERE id > 4`);
    for (const body of [{ active: false }, { permissions: ['report'] }, { permission_ids: [] }]) {
      await expect(update(1, body)).rejects.toMatchObject(lastAdmin);
    }
    expect(await get(1)).toMatchObject({
      active: true,
      permission_ids: [expect.any(Number), ...Array(3).fill(expect.any(Number))],
    });
    // By another way one may still be there.
    const { roleId } = await holder('admin.user');
    expect(await update(1, { permissions: ['report', 'admin.role'] })).toMatchObject({ active: true });
    const boss: Actor = { ...(await desk.actor(ids.admin)), permissions: ['admin'] };
    await expect(update(roleId, { active: false }, boss)).rejects.toMatchObject(lastAdmin);
    await update(1, { permissions: ['admin', 'report'] }, boss);
    await update(roleId, { active: false });
  });

  it('stays when two changes that each leave one are made at once', async () => {
    const one = await holder('admin.user');
    const boss: Actor = { ...(await desk.actor(ids.admin)), permissions: ['admin'] };
    const both = await Promise.allSettled([
      update(one.roleId, { active: false }, boss),
      update(1, { permissions: ['report'] }, boss),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await update(1, { permissions: ['admin', 'report'] }, boss);
    await update(one.roleId, { active: false }, boss);
  });

  it('stays in whatever order people and roles are changed, and nothing else is refused for their sake', async () => {
    const boss: Actor = { ...(await desk.actor(ids.admin)), permissions: ['admin'], userId: ids.system };
    const roleIds: number[] = [];
    for (const permission of ['admin', 'admin.user', 'report']) {
      roleIds.push((await create({ name: name(), permissions: [permission] })).id);
    }
    const people: number[] = [];
    for (const roleId of roleIds) people.push((await person({ firstname: 'P', role_ids: [roleId] })).id);
    // From here on only these can be administrators.
    await desk.ask(users.update, input({ roles: ['Agent'] }, { id: ids.admin }), boss);

    const model = {
      roles: new Map(roleIds.map((id, i) => [id, { active: true, admin: i < 2 }])),
      people: new Map(people.map((id, i) => [id, { active: true, roles: [roleIds[i] as number] }])),
    };
    const administrators = () =>
      [...model.people.values()].filter(
        (one) => one.active && one.roles.some((id) => model.roles.get(id)?.active && model.roles.get(id)?.admin),
      ).length;
    const anyRole = fc.constantFrom(...roleIds);
    const anyone = fc.constantFrom(...people);
    const step = fc.oneof(
      fc.record({ role: anyRole, active: fc.boolean() }),
      fc.record({ role: anyRole, admin: fc.boolean() }),
      fc.record({ person: anyone, active: fc.boolean() }),
      fc.record({ person: anyone, roles: fc.subarray(roleIds) }),
    );
    const outcomes = new Set<string>();
    for (const change of fc.sample(step, { numRuns: 60, seed: 7 })) {
      const before = structuredClone([...model.roles, ...model.people]);
      let asked: Promise<unknown>;
      if ('role' in change) {
        const role = model.roles.get(change.role) as { active: boolean; admin: boolean };
        Object.assign(role, 'active' in change ? { active: change.active } : { admin: change.admin });
        const body =
          'active' in change ? { active: change.active } : { permissions: [change.admin ? 'admin' : 'report'] };
        asked = update(change.role, body, boss);
      } else {
        const { person: id, ...body } = change;
        Object.assign(model.people.get(id) as object, body);
        const sent = 'roles' in body ? { role_ids: body.roles } : body;
        asked = desk.ask(users.update, input(sent, { id }), boss);
      }
      const possible = administrators() > 0;
      const outcome = await asked.then(
        () => 'done',
        (error) => error.detail,
      );
      expect(outcome, JSON.stringify(change)).toBe(possible ? 'done' : lastAdmin.detail);
      outcomes.add(outcome);
      if (!possible) {
        model.roles = new Map(before.slice(0, roleIds.length) as never);
        model.people = new Map(before.slice(roleIds.length) as never);
      }
    }
    expect(outcomes.size).toBe(2);
  });
});

it('a group that a role opens is not deleted', async () => {
  const boss: Actor = { ...(await desk.actor(ids.admin)), permissions: ['admin'] };
  const { id } = await desk.ask(groups.create, input({ name: 'Opened' }), boss);
  const role = await create({ name: name(), groups: { Opened: 'read' } }, boss);
  await expect(desk.ask(groups.delete, input(undefined, { id }), boss)).rejects.toMatchObject(referenced);
  await remove(role.id, boss);
  expect(await desk.ask(groups.delete, input(undefined, { id }), boss)).toEqual({});
});
