import {
  type Actor,
  accessChanged,
  accountDeletion,
  avatars,
  currentUser,
  deleteAccount,
  erasureRequested,
  getAvatarImage,
  importRows,
  organizations,
  roles,
  takeInRows,
  User as UserSchema,
  updateOutOfOffice,
  updatePreferences,
  userCreated,
  userDeleted,
  users,
  userUpdated,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());

type Body = Record<string, unknown>;
type Json = Record<string, unknown> & { id: number };

const create = (body: Body, who: number = ids.admin, query = {}): Promise<Json> =>
  desk.ask(users.create, { params: {}, query, body }, who);
const update = (id: number, body: Body, who: number = ids.admin, query = {}): Promise<Json> =>
  desk.ask(users.update, { params: { id }, query, body }, who);
const get = (id: number, who: number = ids.admin, query = {}): Promise<Json> =>
  desk.ask(users.get, { params: { id }, query }, who);
const remove = (id: number, who: number = ids.admin) => desk.ask(users.delete, { params: { id }, query: {} }, who);
const list = (query: object, who: number = ids.admin) => desk.ask(users.list, { params: {}, query }, who);
const search = (query: object, who: number = ids.admin, body?: object) =>
  desk.ask(users.searchByPost, { params: {}, query, body }, who);

let people = 0;
const customer = (body: Body = {}) => create({ email: `customer${++people}@example.org`, ...body });

const notAuthorized = { kind: 'forbidden', detail: 'Not authorized' };

describe('adding a user', () => {
  it('fills in what was not said', async () => {
    const row = await create({ email: 'New.One@Example.ORG' });
    expect(UserSchema.safeParse(row).error).toBeUndefined();
    expect(row).toMatchObject({
      login: 'new.one@example.org',
      email: 'new.one@example.org',
      note: '',
      active: true,
      verified: false,
      organization_id: null,
      role_ids: [3],
      organization_ids: [],
      group_ids: {},
      created_by_id: ids.admin,
    });
    expect(row).not.toHaveProperty('password_hash');
    expect(row).not.toHaveProperty('version');
  });

  it('answers what a later reading gives, in each shape', async () => {
    for (const query of [{}, { expand: 'true' }, { full: true }]) {
      const made = await create(
        { email: `same${++people}@example.org`, organization: 'Zammad Foundation' },
        ids.admin,
        query,
      );
      expect(await get(made.id, ids.admin, query)).toEqual(made);
    }
  });

  it('makes up a login for somebody without an address', async () => {
    const row = await create({ firstname: 'Only', lastname: 'Name' });
    expect(row.login).toMatch(/^auto-[0-9a-f-]{36}$/);
    expect(row.email).toBe('');
  });

  it('takes names for ids and drops what it does not know', async () => {
    const row = await create(
      {
        email: 'named@example.org',
        organization: 'Zammad Foundation',
        roles: ['Agent', 'Customer'],
        groups: { Users: 'full', 'some group1': ['read', 'change'] },
        id: 99,
        created_by_id: 7,
        version: 5,
        password_hash: 'x',
        __proto__: { admin: true },
      },
      ids.admin,
      { expand: '1' },
    );
    expect(row).toMatchObject({
      organization_id: 1,
      organization: 'Zammad Foundation',
      role_ids: [2, 3],
      roles: ['Agent', 'Customer'],
      groups: { Users: ['full'], 'some group1': ['read', 'change'] },
      group_ids: { 1: ['full'], 2: ['read', 'change'] },
      created_by: 'admin@example.com',
    });
    expect(row.id).not.toBe(99);
  });

  it('takes one name or id by itself for a list of one, as forms send it', async () => {
    const row = await create({
      email: 'form@example.org',
      roles: 'Agent',
      organization_ids: '1',
      group_ids: { 1: 'read' },
    });
    expect(row).toMatchObject({ role_ids: [2], organization_ids: [1], group_ids: { 1: ['read'] } });
    expect(await update(row.id, { role_ids: 3 })).toMatchObject({ role_ids: [3] });
  });

  it('prefers an id where a name is given as well', async () => {
    const row = await create({ email: 'both@example.org', roles: ['Admin'], role_ids: ['3'] });
    expect(row.role_ids).toEqual([3]);
  });

  it('puts a new user into the organization of the mail domain', async () => {
    await desk.rows("UPDATE organizations SET domain = 'foundation.example', domain_assignment = true WHERE id = 1");
    expect(await create({ email: 'x@Foundation.example' })).toMatchObject({ organization_id: 1 });
    expect(await create({ email: 'y@foundation.example', organization_id: null })).toMatchObject({
      organization_id: null,
    });
  });

  it.each<[string, Body, string]>([
    [
      'nobody in particular',
      { login: 'just-a-login' },
      'At least one identifier (firstname, lastname, phone, mobile or email) for user is required.',
    ],
    [
      'an address in use',
      { email: 'Nicole.Braun@Zammad.org' },
      "Email address 'nicole.braun@zammad.org' is already used for another user.",
    ],
    ['a login in use', { firstname: 'X', login: 'admin@example.com' }, 'This object already exists.'],
    ['an address that is none', { email: 'nonsense' }, "Invalid email 'nonsense'"],
    ['an unknown role', { firstname: 'X', roles: ['x'] }, 'No lookup value found for \'roles\': "x"'],
    ['an unknown role id', { firstname: 'X', role_ids: [99] }, "No value found for 'roles' with id 99"],
    [
      'an unknown organization',
      { firstname: 'X', organization: 'x' },
      'No lookup value found for \'organization\': "x"',
    ],
    [
      'an unknown organization id',
      { firstname: 'X', organization_id: 99 },
      "Invalid value for param 'organization_id': 99",
    ],
    ['an unknown group', { firstname: 'X', groups: { x: 'full' } }, 'No lookup value found for \'groups\': "x"'],
    ['an unknown group id', { firstname: 'X', group_ids: { 99: 'full' } }, "No value found for 'groups' with id 99"],
    ['an unknown level', { firstname: 'X', groups: { Users: 'owner' } }, "Invalid value for param 'groups': owner"],
    ['an invitation without an address', { firstname: 'X', invite: true }, "Attribute 'email' required!"],
  ])('refuses %s, and stores nothing', async (_what, body, detail) => {
    const count = async () => (await desk.rows('SELECT count(*) AS n FROM users'))[0]?.n;
    const before = await count();
    await expect(create(body)).rejects.toMatchObject({ kind: 'invalid', detail });
    expect(await count()).toBe(before);
  });

  it('lets exactly one of many at the same time have an address', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => create({ email: 'race@example.org', login: `race${i}` })),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const { reason } of refused) {
      expect(reason.detail).toBe("Email address 'race@example.org' is already used for another user.");
    }
  });

  it('tells the neighbours, after it happened', async () => {
    const { id } = await create({
      email: 'told@example.org',
      firstname: 'To',
      lastname: 'Ld',
      roles: ['Agent'],
      group_ids: { 1: ['full'], 2: ['read'] },
    });
    const { data, aggregateVersion } = await desk.bus.hear(userCreated, (event) => event.aggregateId === String(id));
    expect(aggregateVersion).toBe(1);
    expect(data).toEqual({
      id,
      login: 'told@example.org',
      email: 'told@example.org',
      firstname: 'To',
      lastname: 'Ld',
      organizationId: null,
      active: true,
      locale: 'en',
      agent: true,
      fullGroupIds: [1],
      readGroupIds: [2],
      away: null,
      notices: null,
    });
  });
});

describe('an agent', () => {
  it('makes customers only: rights and passwords are dropped silently', async () => {
    const body = {
      email: 'by-agent@example.org',
      roles: ['Admin'],
      role_ids: [1],
      group_ids: { 1: 'full' },
      password: 'long enough',
    };
    const row = await create(body, ids.agent);
    expect(row).toMatchObject({ role_ids: [3], created_by_id: ids.agent });
    const stored = await desk.rows(
      'SELECT password_hash, (SELECT count(*) FROM user_group WHERE user_id = $1) AS n FROM users WHERE id = $1',
      [row.id],
    );
    expect(stored).toEqual([{ password_hash: null, n: 0 }]);
  });

  it('changes customers, and neither colleagues nor administrators nor themselves', async () => {
    const { id } = await customer();
    expect(await update(id, { phone: '1', role_ids: [1] }, ids.agent)).toMatchObject({ phone: '1', role_ids: [3] });
    for (const other of [ids.admin, ids.agent]) {
      await expect(update(other, { phone: '1' }, ids.agent)).rejects.toMatchObject(notAuthorized);
    }
  });

  it('deletes nobody', async () => {
    const { id } = await customer();
    await expect(remove(id, ids.agent)).rejects.toMatchObject(notAuthorized);
  });
});

describe('who may manage users and nothing else', () => {
  const beyond = { kind: 'forbidden', code: 'identity.beyond-own-rights' };
  const withRole = async (...permissions: string[]): Promise<Json & { roleId: number }> => {
    const body = { name: `Role ${++people}`, permissions };
    const { id: roleId } = (await desk.ask(roles.create, { params: {}, query: {}, body }, ids.admin)) as Json;
    return { ...(await customer({ role_ids: [roleId], password: 'a rather long password' })), roleId };
  };

  // The last administrator of other tests is the seeded one.
  afterAll(() => desk.rows('UPDATE users SET active = false WHERE id > 4'));

  it('gives no role that administers more than they do, and changes no account of who does', async () => {
    const { id: who, roleId } = await withRole('admin.user');
    const { id: tags, roleId: tagRole } = await withRole('admin.tag', 'ticket.agent');
    const { id: plain } = await customer();
    for (const body of [{ role_ids: [1] }, { roles: ['Admin'] }, { role_ids: [3, tagRole] }]) {
      for (const one of [who, plain]) await expect(update(one, body, who)).rejects.toMatchObject(beyond);
      await expect(create({ email: `${++people}@example.org`, ...body }, who)).rejects.toMatchObject(beyond);
    }
    const account = [
      ...[{ password: 'another rather long one' }, { email: `x${++people}@example.org` }, { login: `x${++people}` }],
      ...[{ role_ids: [3] }, { roles: [] }, { active: false }, { invite: true }],
    ];
    for (const one of [ids.admin, tags]) {
      for (const body of account) await expect(update(one, body, who)).rejects.toMatchObject(beyond);
      await expect(remove(one, who)).rejects.toMatchObject(beyond);
    }
    await expect(update(tags, { verified: true }, who)).rejects.toMatchObject(beyond);
    // What says nothing else, as clients do that send the whole row, and what opens nothing.
    const { login, email, role_ids, active } = await get(tags);
    const whole = { login, email, role_ids, active, note: 'seen' };
    expect(await update(tags, whole, who)).toMatchObject({ note: 'seen' });

    for (const body of account) if (!('invite' in body)) await update(plain, body, who);
    expect(await update(plain, { role_ids: [2, roleId] }, who)).toMatchObject({ role_ids: [2, roleId] });
    expect(await update(who, { email: 'mine@example.org' }, who)).toMatchObject({ email: 'mine@example.org' });
  });

  it('does no more by a token of somebody who may', async () => {
    const token = { ...(await desk.actor(ids.admin)), via: 'token' as const, permissions: ['admin.user'] };
    const change = (id: number, body: Body) => desk.ask(users.update, { params: { id }, query: {}, body }, token);
    await expect(change(ids.admin, { password: 'one of the token' })).rejects.toMatchObject(beyond);
    const { id } = await customer();
    await expect(change(id, { role_ids: [1] })).rejects.toMatchObject(beyond);
    expect(await change(id, { role_ids: [2, 3] })).toMatchObject({ role_ids: [2, 3] });
  });
});

describe('a customer', () => {
  it('sees all of themselves and few fields of others', async () => {
    expect(await get(ids.nicole, ids.nicole)).toMatchObject({ email: 'nicole.braun@zammad.org', role_ids: [3] });
    for (const query of [{}, { expand: true }]) {
      expect(await get(ids.agent, ids.nicole, query)).toEqual({
        id: ids.agent,
        firstname: 'Agent 1',
        lastname: 'Test',
        image: null,
        image_source: null,
        active: true,
      });
    }
  });

  it('sees no more of others in the assets of the own row', async () => {
    const { assets } = (await get(ids.nicole, ids.nicole, { full: true })) as unknown as {
      assets: Record<string, Record<string, Body>>;
    };
    expect(assets.User?.['1']).toEqual({
      id: 1,
      firstname: '-',
      lastname: '',
      image: null,
      image_source: null,
      active: false,
    });
    expect(assets.Organization?.['1']).toEqual({ id: 1, name: 'Zammad Foundation', active: true });
    // How the desk is organized and who may what is not a customer's business.
    expect(Object.keys(assets).sort()).toEqual(['Organization', 'User']);
  });

  it('lists only themselves and searches nobody', async () => {
    expect((await list({}, ids.nicole)).map(({ id }) => id)).toEqual([ids.nicole]);
    await expect(search({ query: 'a' }, ids.nicole)).rejects.toMatchObject(notAuthorized);
    await expect(desk.ask(roles.list, { params: {}, query: {} }, ids.nicole)).rejects.toMatchObject(notAuthorized);
  });

  it('changes nobody, and does not learn who exists', async () => {
    for (const id of [ids.nicole, ids.admin, 999_999]) {
      await expect(update(id, { phone: '1' }, ids.nicole)).rejects.toMatchObject(notAuthorized);
      await expect(remove(id, ids.nicole)).rejects.toMatchObject(notAuthorized);
    }
    await expect(create({ email: 'z@example.org' }, ids.nicole)).rejects.toMatchObject(notAuthorized);
  });
});

describe('changing a user', () => {
  it('changes what was written and nothing else, and moves version and time', async () => {
    const before = await customer({ firstname: 'A', phone: '1' });
    desk.clock.advance(1000);
    const after = await update(before.id, { phone: '2' });
    expect(after).toEqual({ ...before, phone: '2', updated_at: new Date(desk.clock.now()).toISOString() });
    const { aggregateVersion } = await desk.bus.hear(userUpdated, (event) => event.aggregateId === String(before.id));
    expect(aggregateVersion).toBe(2);
  });

  it('moves nothing when it says what is there already', async () => {
    const before = await customer({ firstname: 'A', roles: ['Customer'] });
    desk.clock.advance(1000);
    expect(await update(before.id, { firstname: 'A', roles: ['Customer'], active: true })).toEqual(before);
    expect(await desk.rows('SELECT version FROM users WHERE id = $1', [before.id])).toEqual([{ version: 1 }]);
  });

  it('lets the login follow the address as long as both are the same', async () => {
    const { id } = await customer();
    expect(await update(id, { email: 'Moved@example.org' })).toMatchObject({ login: 'moved@example.org' });
    await update(id, { login: 'fixed' });
    expect(await update(id, { email: 'moved2@example.org' })).toMatchObject({ login: 'fixed' });
  });

  it('lets no name lead to two people: a login is nobody else’s address, an address nobody else’s login', async () => {
    const one = await customer({ login: 'one-login@example.org', email: 'one-address@example.org' });
    const login = (name: string) => ({ kind: 'invalid', detail: `Login '${name}' is already used for another user.` });
    const address = (name: string) => ({
      kind: 'invalid',
      detail: `Email address '${name}' is already used for another user.`,
    });
    await expect(create({ firstname: 'X', login: 'One-Address@example.org' })).rejects.toMatchObject(
      login('one-address@example.org'),
    );
    await expect(create({ login: 'x', email: 'one-login@example.org' })).rejects.toMatchObject(
      address('one-login@example.org'),
    );
    const two = await customer();
    await expect(update(two.id, { login: 'one-address@example.org' })).rejects.toMatchObject(
      login('one-address@example.org'),
    );
    await expect(update(two.id, { email: 'one-login@example.org' }, ids.agent)).rejects.toMatchObject(
      address('one-login@example.org'),
    );
    // Both of one's own, and a change of something else, stay possible.
    expect(await update(one.id, { login: 'one-address@example.org' })).toMatchObject({
      login: 'one-address@example.org',
    });
    expect(await update(one.id, { phone: '1' })).toMatchObject({ phone: '1' });
  });

  it('lets exactly one of many have a name at the same time, as login or as address', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        create(
          i % 2 === 0
            ? { firstname: 'X', login: 'both@example.net', email: `both${i}@example.net` }
            : { login: `both-${i}`, email: 'both@example.net' },
        ),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('hides stored group access while it does not count, and shows it again', async () => {
    const { id } = await customer({ group_ids: { 1: ['full'] } });
    expect(await get(id)).toMatchObject({ group_ids: {} });
    expect(await update(id, { roles: ['Agent'] })).toMatchObject({ group_ids: { 1: ['full'] } });
    expect(await update(id, { active: false })).toMatchObject({ group_ids: {} });
    const { data } = await desk.bus.hear(
      userUpdated,
      (event) => event.aggregateId === String(id) && event.aggregateVersion === 3,
    );
    expect(data).toMatchObject({ agent: false, active: false, fullGroupIds: [] });
  });

  it('tells caches when rights may have changed, and only then', async () => {
    const { id } = await customer();
    const told = () => desk.bus.heard(accessChanged).filter(({ data }) => data.userIds?.includes(id)).length;
    await update(id, { phone: '1' });
    await update(id, { roles: ['Agent'] });
    await waitFor(() => told() === 1, { what: 'one access.v1.changed' });
    await update(id, { note: 'x' });
    await update(id, { active: false });
    await waitFor(() => told() === 2, { what: 'a second access.v1.changed' });
  });

  it('merges preferences', async () => {
    const { id } = await customer({ preferences: { locale: 'de', theme: 'dark' } });
    expect(await update(id, { preferences: { locale: 'pl' } })).toMatchObject({
      preferences: { locale: 'pl', theme: 'dark' },
    });
  });

  it('refuses to take the last administrator away', async () => {
    const words = { kind: 'invalid', detail: 'At least one user needs to have admin permissions.' };
    await expect(update(ids.admin, { roles: ['Agent'] })).rejects.toMatchObject(words);
    await expect(update(ids.admin, { active: false })).rejects.toMatchObject(words);
    expect(await get(ids.admin)).toMatchObject({ active: true, role_ids: [1, 2] });
  });

  it.each([9_999, 99_999_999_999])('knows nobody with id %d', async (id) => {
    const words = { kind: 'not-found', detail: `Couldn't find User with 'id'=${id}` };
    await expect(get(id)).rejects.toMatchObject(words);
    await expect(update(id, {})).rejects.toMatchObject(words);
    await expect(remove(id)).rejects.toMatchObject(words);
  });
});

describe('deleting a user', () => {
  const words = { kind: 'invalid', detail: "Can't delete, object has references." };

  it('works for somebody who did nothing, and is told', async () => {
    const { id } = await customer();
    expect(await remove(id)).toEqual({});
    await expect(get(id)).rejects.toMatchObject({ kind: 'not-found' });
    const { aggregateVersion } = await desk.bus.hear(userDeleted, (event) => event.data.id === id);
    expect(aggregateVersion).toBe(2);
  });

  it('is refused for whom a ticket or a row of ours refers to', async () => {
    const author = await create({ email: 'author@example.org', roles: ['Agent'] });
    await create({ email: 'authored@example.org' }, author.id);
    const [requester, owner] = [await customer(), await customer()];
    for (const { id } of [requester, owner]) desk.inTickets.add(`user ${id}`);
    for (const id of [ids.system, ids.admin, author.id, requester.id, owner.id]) {
      await expect(remove(id), String(id)).rejects.toMatchObject(words);
    }
  });
});

describe('reading', () => {
  it('walks all users by id, page by page, to an empty one', async () => {
    const walked: number[] = [];
    for (let page = 1; ; page++) {
      const rows = await list({ per_page: '3', page: String(page) });
      if (rows.length === 0) break;
      walked.push(...rows.map(({ id }) => id));
    }
    const all = await desk.rows<{ id: number }>('SELECT id FROM users ORDER BY id');
    expect(walked).toEqual(all.map(({ id }) => id));
    expect(await list({ page: '999999999' })).toEqual([]);
  });

  it('sorts by known columns only', async () => {
    const logins = (await list({ sort_by: 'login', order_by: 'desc' })).map(({ login }) => login);
    expect(logins).toEqual(logins.toSorted().reverse());
    await expect(list({ sort_by: 'password_hash' })).rejects.toMatchObject({
      detail: "Found invalid column 'password_hash' for sorting.",
    });
  });

  it('expands to names, and gives everything referred to when full', async () => {
    const [row] = (await list({ expand: 'true', per_page: 1, page: 3 })) as Json[];
    expect(row).toMatchObject({
      id: ids.admin,
      roles: ['Admin', 'Agent'],
      groups: { Users: ['full'], 'some group1': ['full'] },
      organizations: [],
      created_by: '-',
    });
    expect(row).not.toHaveProperty('organization');
    const [plain] = (await list({ expand: 'false', per_page: 1, page: 3 })) as Json[];
    expect(plain).not.toHaveProperty('roles');
    const full = (await list({ full: '1', per_page: 2 })) as unknown as { record_ids: number[]; assets: object };
    expect(full).toMatchObject({
      record_ids: [1, 2],
      assets: {
        User: { 1: { login: '-' }, 2: { id: 2 } },
        Organization: { 1: { id: 1 } },
        Role: { 3: { name: 'Customer' } },
      },
    });
    expect(full).not.toHaveProperty('total_count');
  });

  it('shows the signed-in user with effective permissions', async () => {
    const me = await desk.ask(currentUser, { params: {}, query: { expand: true } }, ids.agent);
    expect(me).toMatchObject({ id: ids.agent, roles: ['Agent'], effective_group_ids: { 1: ['full'], 2: ['full'] } });
    expect(me.permissions).toContain('ticket.agent');
  });

  it('needs somebody signed in', async () => {
    await expect(desk.ask(users.list, { params: {}, query: {} })).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it.each<[string, object, string[]]>([
    ['a word of the name', { query: 'nicole' }, ['nicole.braun@zammad.org']],
    ['two words in any order', { query: 'braun NICOLE' }, ['nicole.braun@zammad.org']],
    ['a field', { query: 'email:nicole*' }, ['nicole.braun@zammad.org']],
    ['a phrase', { query: '"nicole braun"' }, ['nicole.braun@zammad.org']],
    ['an organization', { query: 'organization:Zammad firstname:nicole' }, ['nicole.braun@zammad.org']],
    ['ids', { query: '*', ids: `${ids.nicole}` }, ['nicole.braun@zammad.org']],
    ['nothing but a wildcard character', { query: '100%' }, []],
    ['an underscore, literally', { query: 'n_cole' }, []],
    ['an injection', { query: "' OR 1=1 --" }, []],
    ['an unknown word', { query: 'zzzz' }, []],
  ])('finds users by %s', async (_what, query, logins) => {
    const found = (await search(query)) as Json[];
    expect(found.map(({ login }) => login)).toEqual(logins);
    expect(await search({ ...query, only_total_count: true })).toEqual({ total_count: logins.length });
  });

  it('takes the search from a body as well, and by role', async () => {
    const found = (await search({}, ids.agent, { query: '*', role_ids: [1] })) as Json[];
    expect(found.map(({ id }) => id)).toEqual([ids.admin]);
  });

  it('gives labels for pickers', async () => {
    const label = 'Nicole Braun <nicole.braun@zammad.org>';
    expect(await search({ query: 'nicole', label: 'true' })).toEqual([{ id: 2, label, value: label }]);
    expect(await search({ term: 'nicole' })).toEqual([
      { id: 2, label, value: 'nicole.braun@zammad.org', inactive: false },
    ]);
  });

  it('finds those who hold a permission, by a parent as well, while the role counts', async () => {
    const role = await desk.ask(
      roles.create,
      { params: {}, query: {}, body: { name: 'Reporters', permissions: ['report', 'ticket'] } },
      ids.admin,
    );
    const { id } = await create({ email: 'reporter@example.org', role_ids: [role.id] });
    const found = async (permissions: unknown) => (await search({ permissions, per_page: 200 })).map((row) => row.id);
    expect(await found('ticket.agent')).toEqual(expect.arrayContaining([id, ids.agent]));
    expect(await found(['report'])).toEqual(expect.arrayContaining([id, ids.admin]));
    expect(await found('report, admin.user')).toContain(ids.admin);
    expect(await found('ticket.agent')).not.toContain(ids.nicole);
    await desk.ask(roles.update, { params: { id: role.id }, query: {}, body: { active: false } }, ids.admin);
    expect(await found('ticket.agent')).not.toContain(id);
  });

  it('counts all hits, also behind the last page', async () => {
    const page = (n: number) => search({ query: 'example.org', full: true, per_page: 2, page: n });
    const [first, behind] = (await Promise.all([page(1), page(99)])) as unknown as {
      total_count: number;
      record_ids: number[];
    }[];
    expect(first?.record_ids).toHaveLength(2);
    expect(behind).toMatchObject({ record_ids: [], total_count: first?.total_count });
  });

  it('lists the roles with their permissions', async () => {
    const rows = (await desk.ask(
      roles.list,
      { params: {}, query: { expand: true, per_page: 3 } },
      ids.agent,
    )) as Json[];
    expect(rows.map(({ id, name, default_at_signup }) => [id, name, default_at_signup])).toEqual([
      [1, 'Admin', false],
      [2, 'Agent', false],
      [3, 'Customer', true],
    ]);
    expect(rows[0]?.permissions).toEqual(['admin', 'knowledge_base.editor', 'report', 'user_preferences']);
  });
});

describe('own preferences', () => {
  const prefer = (body: object, who: number | Actor = ids.agent) =>
    desk.ask(updatePreferences, { params: {}, query: {}, body }, who);
  const stored = async (id: number = ids.agent) => (await get(id)).preferences;

  it('keep what is not named, and forget what is null', async () => {
    expect(await prefer({ theme: 'dark', density: 'compact', unheard: 'of' })).toEqual({ message: 'ok' });
    await prefer({ theme: 'light', shortcuts: false, timezone: 'Europe/Warsaw' });
    expect(await stored()).toMatchObject({ theme: 'light', density: 'compact', shortcuts: false });
    expect(await stored()).not.toHaveProperty('unheard');
    await prefer({ shortcut_keys: { 'ticket.reply': 'y', 'ticket.tag': 'g t', 'ticket.merge': '' } });
    expect(await stored()).toMatchObject({ shortcut_keys: { 'ticket.reply': 'y', 'ticket.tag': 'g t' } });
    await expect(prefer({ shortcut_keys: { 'ticket.reply': 'alert(1)' } })).rejects.toThrow();
    await prefer({ after_close: 'next' });
    expect(await stored()).toMatchObject({ after_close: 'next' });
    await prefer({ density: null, timezone: null });
    expect(await stored()).not.toHaveProperty('density');
    const { n } = (
      await desk.rows(`SELECT count(*) AS n FROM audit_entry WHERE object_id = '4' AND action = 'user.changed'
      AND changes::jsonb ? 'preferences'`)
    )[0] as { n: number };
    expect(n).toBe(0);
  });

  it('tell in which language mails to them are to be', async () => {
    await prefer({ locale: 'de-de' });
    const { data } = await desk.bus.hear(userUpdated, ({ data }) => data.id === ids.agent && data.locale === 'de-de');
    expect(data.away).toBeNull();
    expect(await desk.actor(ids.agent)).toMatchObject({ locale: 'de-de' });
  });

  it('hold what of tickets is told, and how', async () => {
    const line = { criteria: { owned_by_me: true, owned_by_nobody: false }, channel: { email: 'true', online: 1 } };
    await prefer({ notification_config: { matrix: { create: line }, group_ids: ['1', '-'] } });
    expect(((await stored()) as { notification_config: unknown }).notification_config).toEqual({
      matrix: {
        create: { criteria: { owned_by_me: true, owned_by_nobody: false }, channel: { email: true, online: true } },
      },
      group_ids: [1, '-'],
    });
  });

  it.each([
    ['a time zone that is none', { timezone: 'Europe/Nowhere' }],
    ['a language that is none', { locale: '../de' }],
    ['a look that there is not', { theme: 'blink' }],
  ])('refuse %s', async (_what, body) => {
    await expect(prefer(body)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('are for those who may choose them: customers for how it looks, not for what agents are told', async () => {
    await prefer({ theme: 'dark', locale: 'pl' }, ids.nicole);
    await expect(prefer({ theme: 'light', notification_sound: { enabled: true } }, ids.nicole)).rejects.toMatchObject(
      notAuthorized,
    );
    expect(await stored(ids.nicole)).toMatchObject({ theme: 'dark', locale: 'pl' });
    const narrow: Actor = { ...(await desk.actor(ids.agent)), via: 'token', permissions: ['ticket.agent'] };
    await expect(prefer({ theme: 'dark' }, narrow)).rejects.toMatchObject(notAuthorized);
  });
});

describe('being out of office', () => {
  const agentNamed = async () =>
    (await create({ email: `away${++people}@example.org`, roles: ['Agent'], group_ids: { 1: 'full' } })).id;
  const away = (body: object, who: number | Actor) => desk.ask(updateOutOfOffice, { params: {}, query: {}, body }, who);
  const june = (replacement: number | string, from = '2026-06-01', until = '2026-06-12') => ({
    ...{ out_of_office: true, out_of_office_start_at: from, out_of_office_end_at: until },
    out_of_office_replacement_id: replacement,
  });

  it('shows on the user, stands in the history, and is told to neighbours', async () => {
    const [one, other] = [await agentNamed(), await agentNamed()];
    expect(await away(june(String(other), '2026-06-01T00:00:00.000Z'), one)).toEqual({ message: 'ok' });
    expect(await get(one, ids.agent, { expand: true })).toMatchObject({
      ...june(other),
      out_of_office_replacement: (await get(other)).login,
    });
    const told = await desk.bus.hear(userUpdated, ({ data }) => data.id === one && data.away !== null);
    expect(told.data.away).toEqual({ from: '2026-06-01', until: '2026-06-12', replacementId: other });
    const { history } = await desk.ask(users.history, { params: { id: one }, query: {} }, ids.admin);
    expect(history.map(({ attribute }) => attribute)).toContain('out_of_office_replacement');
    await away({ out_of_office: false }, one);
    expect(await get(one)).toMatchObject({ ...june(other), out_of_office: false });
  });

  it.each([
    ['no beginning', { out_of_office_start_at: '' }, 'out of office start is required'],
    ['no end', { out_of_office_end_at: null }, 'out of office end is required'],
    ['an end before the beginning', { out_of_office_end_at: '2026-05-31' }, 'out of office end is before start'],
    ['nobody', { out_of_office_replacement_id: '' }, 'out of office replacement user is required'],
    ['a stranger', { out_of_office_replacement_id: 999_999 }, 'out of office no such replacement user'],
    ['a customer', { out_of_office_replacement_id: ids.nicole }, 'out of office no such replacement user'],
  ])('refuses %s', async (_what, body, detail) => {
    const one = await agentNamed();
    await expect(away({ ...june(ids.agent), ...body }, one)).rejects.toMatchObject({ kind: 'invalid', detail });
    expect(await get(one)).toMatchObject({ out_of_office: false, out_of_office_replacement_id: null });
  });

  it('never leads in a circle, also when both write at once', async () => {
    const [one, other] = [await agentNamed(), await agentNamed()];
    const both = await Promise.allSettled([away(june(other), one), away(june(one), other)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const late = both[0]?.status === 'rejected' ? one : other;
    // One after the other is fine.
    await away(june(late === one ? other : one, '2026-06-13', '2026-06-20'), late);
  });

  it('is for agents to say of themselves, and for administrators of anybody', async () => {
    await expect(away(june(ids.agent), ids.nicole)).rejects.toMatchObject(notAuthorized);
    const one = await agentNamed();
    expect(await update(one, june(ids.agent))).toMatchObject(june(ids.agent));
    // Whoever stands in may be gone by now; who sends the whole row changes nothing about it.
    expect(await update(one, { ...june(ids.agent), phone: '1' })).toMatchObject({ phone: '1' });
    await expect(update(one, { out_of_office_replacement_id: one })).rejects.toMatchObject({ kind: 'invalid' });
    const { id } = await customer();
    expect(await update(id, june(ids.agent), ids.agent)).toMatchObject({ out_of_office: false });
  });
});

describe('pictures of people', () => {
  const dot = 'R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=';
  const add = (dataUrl: string, who: number | Actor = ids.agent) =>
    desk.ask(avatars.create, { params: {}, query: {}, body: { avatar_resize: dataUrl } }, who);
  const own = async (who = ids.agent) => (await desk.ask(avatars.list, { params: {}, query: {} }, who)).avatars;
  const image = (hash: string, who = ids.nicole) => desk.ask(getAvatarImage, { hash }, who);

  it('are what their bytes say, are shown to whoever is signed in, and go again', async () => {
    // It says what it is not.
    const { avatar } = await add(`data:image/png;base64,${dot}`);
    expect(avatar).toMatchObject({
      default: true,
      deletable: true,
      store_hash: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const hash = avatar.store_hash ?? '';
    expect((await get(ids.agent)).image).toBe(hash);
    expect(await get(ids.agent, ids.nicole)).toMatchObject({ image: hash });
    expect(await image(hash)).toEqual({ contentType: 'image/gif', base64: dot });
    await desk.ask(avatars.choose, { params: {}, query: {}, body: { id: '0' } }, ids.agent);
    expect((await get(ids.agent)).image).toBeNull();
    expect((await own()).map(({ id, default: shown }) => [id, shown])).toEqual([
      [0, true],
      [avatar.id, false],
    ]);
    await desk.ask(avatars.delete, { params: {}, query: { id: avatar.id } }, ids.agent);
    await expect(image(hash)).rejects.toMatchObject({ kind: 'not-found', code: 'identity.no-such-picture' });
  });

  it('are five at most: the oldest makes room', async () => {
    const made = [];
    for (let n = 0; n < 6; n++) made.push((await add(`data:image/gif;base64,${dot}`)).avatar);
    expect((await own()).map(({ id }) => id)).toEqual([0, ...made.slice(1).map(({ id }) => id)]);
    await desk.ask(avatars.delete, { params: {}, query: {}, body: { id: made[5]?.id } }, ids.agent);
    expect((await get(ids.agent)).image).toBeNull();
  });

  it.each([
    ['a drawing', `data:image/svg+xml;base64,${Buffer.from('<svg onload="x()"/>').toString('base64')}`],
    [
      'a page that says it is a picture',
      `data:image/png;base64,${Buffer.from('<script>x()</script>').toString('base64')}`,
    ],
    ['an address of somewhere else', 'https://example.com/me.png'],
    ['what is no base64', 'data:image/gif;base64,R0lG*'],
    [
      'one that is too large',
      `data:image/gif;base64,${Buffer.concat([Buffer.from(dot, 'base64'), Buffer.alloc(524_288)]).toString('base64')}`,
    ],
    [
      'one that would unfold',
      `data:image/gif;base64,${Buffer.from('GIF89a\xff\xff\xff\xff', 'latin1').toString('base64')}`,
    ],
  ])('refuse %s', async (_what, dataUrl) => {
    await expect(add(dataUrl)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('belong to one person: nobody else chooses or deletes them', async () => {
    const { avatar } = await add(`data:image/gif;base64,${dot}`, ids.nicole);
    const missing = { kind: 'not-found', detail: `Couldn't find Avatar with 'id'=${avatar.id}` };
    const { id } = avatar;
    await expect(desk.ask(avatars.choose, { params: {}, query: {}, body: { id } }, ids.agent)).rejects.toMatchObject(
      missing,
    );
    await expect(desk.ask(avatars.delete, { params: {}, query: { id } }, ids.agent)).rejects.toMatchObject(missing);
  });
});

describe('deleting the own account', () => {
  const leave = (who: number | Actor) => desk.ask(deleteAccount, { params: {}, query: {} }, who);
  const deletable = async (who: number | Actor) =>
    (await desk.ask(accountDeletion, { params: {}, query: {} }, who)).deletable;
  const kept = { kind: 'forbidden', code: 'identity.account-kept' };

  it('erases a customer everywhere', async () => {
    const { id } = await customer({ firstname: 'Leaving' });
    expect(await deletable(id)).toBe(true);
    expect(await leave(id)).toEqual({});
    expect(await get(id)).toMatchObject({ active: false, firstname: '', email: '' });
    const { data } = await desk.bus.hear(erasureRequested, (event) => event.data.userId === id);
    expect(data).toMatchObject({ round: 1, tickets: 'pseudonymise' });
    await expect(leave(id)).rejects.toMatchObject({ kind: 'conflict', code: 'identity.erased' });
  });

  it('is neither for those who work here, nor by a token, nor by somebody else', async () => {
    const { id } = await customer();
    const self = await desk.actor(id);
    const others: (number | Actor)[] = [ids.agent, ids.admin, { ...self, via: 'token' }, { ...self, actingUserId: 3 }];
    for (const who of others) {
      expect(await deletable(who)).toBe(false);
      await expect(leave(who)).rejects.toMatchObject(kept);
    }
    // A session that was left open proves nothing.
    await expect(leave({ ...self, via: 'session' })).rejects.toMatchObject({ code: 'identity.proof-needed' });
    expect(await get(id)).toMatchObject({ active: true });
  });

  it('is not where administrators do not let people', async () => {
    await desk.rows(`UPDATE settings SET value = 'false' WHERE name = 'user_delete_account'`);
    const { id } = await customer();
    expect(await deletable(id)).toBe(false);
    await expect(leave(id)).rejects.toMatchObject(kept);
  });
});

describe('importing rows of a file', () => {
  const bring = (
    columns: string,
    rows: string[],
    { object = 'User', trial = false, who = ids.admin as number | Actor } = {},
  ) =>
    desk.ask(
      importRows,
      {
        object: object as 'User',
        columns: columns.split(','),
        rows: rows.map((row, n) => ({ line: n + 2, cells: row.split(',') })),
        try: trial,
      },
      who,
    );
  const byEmail = async (email: string) => (await search({ query: email }))[0];

  it('adds and changes people, and leaves alone what is there already', async () => {
    const columns = 'email,firstname,phone,roles,vip,organization';
    const rows = [
      "ada@import.example,Ada,'+49 30,Customer~~~Agent,yes,Zammad Foundation",
      'grace@import.example,Grace,,,,',
    ];
    const first = await bring(columns, rows);
    expect(first.errors).toEqual([]);
    expect(first.records.map(({ line, name, what }) => [line, name, what])).toEqual([
      [2, 'ada@import.example', 'created'],
      [3, 'grace@import.example', 'created'],
    ]);
    expect(await byEmail('ada@import.example')).toMatchObject({
      ...{
        id: first.records[0]?.id,
        firstname: 'Ada',
        phone: '+49 30',
        vip: true,
        role_ids: [2, 3],
        organization_id: 1,
      },
    });
    const before = await byEmail('grace@import.example');
    expect((await bring(columns, rows)).records.map(({ what }) => what)).toEqual(['unchanged', 'unchanged']);
    expect(await byEmail('grace@import.example')).toEqual(before);
    // An empty cell says nothing.
    const changed = await bring(columns, ['ada@import.example,Augusta,,,,', rows[1] as string]);
    expect(changed.records.map(({ what }) => what)).toEqual(['updated', 'unchanged']);
    expect(await byEmail('ada@import.example')).toMatchObject({ firstname: 'Augusta', phone: '+49 30', vip: true });
  });

  it('on trial says what would happen, and tells nobody', async () => {
    const { records } = await bring('email', ['trial@import.example', 'admin@example.com'], { trial: true });
    expect(records.map(({ id, what }) => [id, what])).toEqual([
      [null, 'created'],
      [ids.admin, 'unchanged'],
    ]);
    expect(await byEmail('trial@import.example')).toBeUndefined();
    const told = `SELECT count(*) AS n FROM outbox WHERE payload::text LIKE '%trial@import.example%'`;
    expect(await desk.rows(told)).toEqual([{ n: 0 }]);
  });

  it('tells every wrong row by its line, and then keeps none of them', async () => {
    const rows = [
      'good@import.example,true,',
      'nonsense,true,',
      'vip@import.example,perhaps,',
      'role@import.example,,Nobody',
    ];
    const { records, errors } = await bring('email,vip,roles', rows);
    expect(records).toEqual([]);
    expect(errors).toEqual([
      { line: 3, message: "Invalid email 'nonsense'" },
      { line: 4, message: `'vip' is true or false, not "perhaps".` },
      { line: 5, message: `No lookup value found for 'roles': "Nobody"` },
    ]);
    expect(await byEmail('good@import.example')).toBeUndefined();
  });

  it('of another helpdesk adds who is not here, row by row, and changes nobody', async () => {
    const before = await byEmail('admin@example.com');
    const question = {
      ...{ object: 'User' as const, columns: ['email', 'firstname', 'vip'], try: false },
      rows: [
        { line: 0, cells: ['past@import.example', 'Pia', ''] },
        { line: 1, cells: ['nonsense', '', ''] },
        { line: 2, cells: ['admin@example.com', 'Somebody else', 'yes'] },
      ],
    };
    const first = await desk.ask(takeInRows, question);
    expect(first.records.map(({ line, what }) => [line, what])).toEqual([
      [0, 'created'],
      [2, 'unchanged'],
    ]);
    expect(first.errors).toEqual([{ line: 1, message: "Invalid email 'nonsense'" }]);
    expect(await byEmail('past@import.example')).toMatchObject({ firstname: 'Pia', role_ids: [3] });
    expect(await byEmail('admin@example.com')).toEqual(before);
    // Rights are nobody's to bring.
    const rights = {
      ...question,
      columns: ['email', 'roles'],
      rows: [{ line: 0, cells: ['boss@import.example', 'Admin'] }],
    };
    await expect(desk.ask(takeInRows, rights)).rejects.toMatchObject({ kind: 'invalid' });
    expect(await byEmail('boss@import.example')).toBeUndefined();
  });

  it('refuses columns that there are not: passwords among them', async () => {
    const { errors } = await bring('email,password,emial,email', ['x@import.example,secret,,']);
    expect(errors.map(({ message }) => message)).toEqual([
      "There is no column 'password'.",
      "There is no column 'emial'.",
      "The column 'email' is there twice.",
    ]);
    expect((await bring('note', ['x'])).errors[0]?.message).toMatch(/^One of the columns id, login/);
  });

  it('knows organizations by their names', async () => {
    const rows = ['Imported,imported.example,false', 'zammad foundation,,true'];
    const options = { object: 'Organization' };
    const first = await bring('name,domain,shared', rows, options);
    expect(first.records.map(({ id, what }) => [id === 1, what])).toEqual([
      [false, 'created'],
      [true, 'updated'],
    ]);
    const id = first.records[0]?.id ?? 0;
    expect(await desk.ask(organizations.get, { params: { id }, query: {} }, ids.admin)).toMatchObject({
      ...{ name: 'Imported', domain: 'imported.example', shared: false },
    });
    expect((await bring('name,domain,shared', rows, options)).records.map(({ what }) => what)).toEqual([
      'unchanged',
      'unchanged',
    ]);
  });

  it('is for who manages people, within what they may give', async () => {
    for (const who of [ids.agent, ids.nicole]) {
      await expect(bring('email', ['x@import.example'], { who })).rejects.toMatchObject(notAuthorized);
      await expect(bring('name', ['X'], { who, object: 'Organization' })).rejects.toMatchObject(notAuthorized);
    }
    const narrow: Actor = { ...(await desk.actor(ids.admin)), permissions: ['admin.user'] };
    const { errors } = await bring('email,roles', ['boss@import.example,Admin'], { who: narrow });
    expect(errors[0]?.message).toMatch(/permissions that you do not hold/);
  });
});
