import {
  accessChanged,
  answerScim,
  authenticate,
  directories,
  directoryTokens,
  type InputOf,
  userCreated,
  users,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

// biome-ignore lint/suspicious/noExplicitAny: the shape under test is the point of the test
type Json = Record<string, any>;

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const roles = { admin: 1, agent: 2, customer: 3 };

let identity: TestIdentity;
let directory: Scim;
let other: Scim;

/** A directory with its token, speaking SCIM. */
interface Scim {
  id: number;
  token: string;
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: { ifMatch?: string; ifNoneMatch?: string },
  ): Promise<Json>;
  /** The body of an answer that must have this status. */
  must(status: number, method: string, path: string, body?: unknown): Promise<Json>;
}

beforeAll(async () => {
  identity = await startIdentity();
  const agents = { directory_group: 'Desk Agents', role_id: roles.agent, group_id: 1, access: 'change' as const };
  const bosses = { directory_group: 'Desk Admins', role_id: roles.admin };
  directory = await newDirectory({ name: 'Physics', domains: ['Physics.example'], mappings: [agents, bosses] });
  other = await newDirectory({ name: 'Biology', domains: ['biology.example', 'shared.example'] });
});
afterAll(() => identity?.stop());

async function newDirectory(body: InputOf<typeof directories.create>['body']): Promise<Scim> {
  const { id } = await identity.ask(directories.create, { params: {}, query: {}, body }, ids.admin);
  const made = await identity.ask(
    directoryTokens.create,
    { params: { id }, query: {}, body: { name: 'sync' } },
    ids.admin,
  );
  return speaking(id, made.token);
}

function speaking(id: number, token: string): Scim {
  const ask: Scim['ask'] = async (method, path, body, headers = {}) => {
    const { actor } = await identity.ask(authenticate, { credential: { scheme: 'token', token } });
    const url = new URL(path, 'https://desk.example.com/scim/v2/');
    const [resource = '', one] = url.pathname.replace('/scim/v2/', '').split('/').map(decodeURIComponent);
    const input = {
      method: method as 'GET',
      resource,
      ...(one !== undefined && { id: one }),
      query: Object.fromEntries(url.searchParams),
      ...(body !== undefined && { body }),
      ...headers,
    };
    return identity.ask(answerScim, input, actor).catch((error: unknown) => {
      const { kind, code, detail } = AppError.from(error);
      return { status: kind, code, detail };
    });
  };
  return {
    id,
    token,
    ask,
    async must(status, method, path, body) {
      const answer = await ask(method, path, body);
      expect(answer, `${method} ${path}`).toMatchObject({ status });
      return answer.body;
    },
  };
}

let count = 0;
const fresh = () => `person${++count}`;

/** As Okta creates somebody. */
const person = (name: string, more: Json = {}): Json => ({
  schemas: [USER],
  userName: `${name}@physics.example`,
  name: { givenName: 'Test', familyName: name },
  emails: [{ primary: true, value: `${name}@physics.example`, type: 'work' }],
  displayName: `Test ${name}`,
  locale: 'en-US',
  externalId: `00u-${name}`,
  groups: [],
  password: '1mz050nq',
  active: true,
  ...more,
});
const patch = (...Operations: Json[]): Json => ({ schemas: [PATCH], Operations });
const added = async (name = fresh(), more: Json = {}): Promise<Json> =>
  directory.must(201, 'POST', 'Users', person(name, more));
const stored = async (id: string | number): Promise<Json> =>
  (await identity.ask(users.get, { params: { id: Number(id) }, query: {} }, ids.admin)) as Json;
const lastAudit = async (): Promise<Json> =>
  (await identity.rows('SELECT action, actor_id, object_id, changes FROM audit_entry ORDER BY seq DESC LIMIT 1'))[0] ??
  {};

describe('somebody whom a directory brings', () => {
  it('is a customer with the address, whom the audit log and neighbours learn of', async () => {
    const name = fresh();
    const answer = await directory.ask('POST', 'Users', person(name));
    const { id } = answer.body;
    expect(answer).toMatchObject({
      status: 201,
      etag: 'W/"1.1"',
      location: `https://desk.example.com/scim/v2/Users/${id}`,
      body: {
        schemas: [USER],
        id: expect.stringMatching(/^\d+$/),
        externalId: `00u-${name}`,
        userName: `${name}@physics.example`,
        name: { formatted: `Test ${name}`, givenName: 'Test', familyName: name },
        displayName: `Test ${name}`,
        active: true,
        emails: [{ value: `${name}@physics.example`, type: 'work', primary: true }],
        meta: {
          resourceType: 'User',
          version: 'W/"1.1"',
          location: `https://desk.example.com/scim/v2/Users/${id}`,
          created: expect.stringMatching(/Z$/),
          lastModified: expect.stringMatching(/Z$/),
        },
      },
    });
    expect(answer.body).not.toHaveProperty('password');
    expect(await stored(id)).toMatchObject({
      login: `${name}@physics.example`,
      email: `${name}@physics.example`,
      verified: true,
      role_ids: [roles.customer],
      group_ids: {},
    });
    expect(await identity.rows('SELECT password_hash FROM users WHERE id = $1', [Number(id)])).toEqual([
      { password_hash: null },
    ]);
    expect(await lastAudit()).toMatchObject({
      action: 'user.created-by-directory',
      actor_id: ids.admin,
      object_id: id,
      changes: { directory: { to: 'Physics' }, role_ids: { to: [roles.customer] } },
    });
    await identity.bus.hear(
      userCreated,
      ({ data }) => data.id === Number(id) && data.email === `${name}@physics.example`,
    );
  });

  it('is found by name, id, address and time, and by nobody but their directory', async () => {
    const name = fresh();
    const { id, meta } = await added(name);
    const before = new Date(Date.parse(meta.lastModified) - 1).toISOString();
    const found = async (filter: string, by = directory) =>
      (await by.must(200, 'GET', `Users?filter=${encodeURIComponent(filter)}`)).Resources.map((one: Json) => one.id);
    for (const filter of [
      `userName eq "${name}@physics.example"`,
      `userName Eq "${name.toUpperCase()}@Physics.example"`,
      `username eq "${name}@physics.example"`,
      `externalId eq "00u-${name}"`,
      `emails eq "${name}@physics.example"`,
      `emails.value eq "${name}@physics.example"`,
      `emails[type eq "work" and value eq "${name}@physics.example"]`,
      `${USER}:userName eq "${name}@physics.example"`,
      `userName sw "${name}@" and active eq true and meta.lastModified gt "${before}"`,
      `externalId eq "00u-${name}" or externalId eq "nobody"`,
      `(externalId eq "00u-${name}" or externalId eq "nobody") and active eq "True"`,
      `id eq "${id}"`,
      `name.familyName eq "${name}"`,
      `displayName co " ${name}"`,
      `externalId eq "00u-${name}" and not (active eq false)`,
    ]) {
      expect(await found(filter), filter).toEqual([id]);
      expect(await found(filter, other), filter).toEqual([]);
    }
    for (const filter of [
      `externalId eq "00U-${name}"`,
      `userName eq "${name}@physics.example" and active eq false`,
      `userName eq "${name}@physics.example" and meta.lastModified gt "2100-01-01T00:00:00Z"`,
      `userName eq "x\\" or userName pr and userName ne \\""`,
      'id eq "1"',
      'id eq "abc"',
    ]) {
      expect(await found(filter), filter).toEqual([]);
    }
    expect(await directory.ask('GET', `Users/${ids.admin}`)).toMatchObject({ code: 'scim.not-found' });
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const body = { PUT: person(name), PATCH: patch({ op: 'replace', path: 'active', value: false }) }[method];
      expect(await other.ask(method, `Users/${id}`, body), method).toMatchObject({ code: 'scim.not-found' });
      expect(await directory.ask(method, `Users/${ids.agent}`, body), method).toMatchObject({ code: 'scim.not-found' });
    }
  });

  it.each([
    'userName',
    'userName xx "1"',
    'userName eq',
    'userName eq "1" and',
    'password eq "1"',
    'userName eq 7',
    'userName eq unquoted',
    'userName eq "1',
    '(userName eq "1"',
    'active gt true',
    'meta.lastModified gt "yesterday"',
    'meta.lastModified co "2026"',
    'not (userName eq "1" or userName eq "2")',
    'active eq true and userName eq "1" and (externalId eq "2" or externalId eq "3")',
    `userName eq "${'\\a'.repeat(300)}`,
    `(userName eq "${'\\a'.repeat(100)})" and userName eq "1")`,
    Array.from({ length: 40 }, () => '(userName eq "1" or userName eq "2")').join(' and '),
    `userName eq "${'x'.repeat(3000)}"`,
    'userName eq "#0" and externalId eq #0',
  ])('is not looked for by %s', async (filter) => {
    const answer = await directory.ask('GET', `Users?filter=${encodeURIComponent(filter)}`);
    expect(answer).toMatchObject({ status: 'unreadable', code: 'scim.invalid-filter' });
  });

  it('is listed in order, page by page, with the attributes that are asked for', async () => {
    const lists = await newDirectory({ name: 'Lists', domains: ['lists.example'] });
    for (const name of ['c', 'a', 'd', 'b']) {
      const emails = [{ value: `${name}@lists.example`, type: 'work' }];
      await lists.must(201, 'POST', 'Users', { userName: name, emails, name: { familyName: `${name}son` } });
    }
    const listed = await lists.must(200, 'GET', 'Users?startIndex=2&count=2&sortBy=userName&sortOrder=descending');
    expect(listed).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 4,
      startIndex: 2,
      itemsPerPage: 2,
      Resources: [{ userName: 'c' }, { userName: 'b' }],
    });
    expect(await lists.must(200, 'GET', 'Users?count=0')).toMatchObject({ totalResults: 4, Resources: [] });
    expect(await lists.must(200, 'GET', 'Users?startIndex=9')).toMatchObject({ totalResults: 4, Resources: [] });
    const query = 'Users?sortBy=name.familyName&count=1&';
    const [narrow] = (await lists.must(200, 'GET', `${query}attributes=userName,emails.value`)).Resources;
    expect(narrow).toEqual({
      schemas: [USER],
      id: expect.any(String),
      userName: 'a',
      emails: [{ value: 'a@lists.example' }],
    });
    const [less] = (await lists.must(200, 'GET', `${query}excludedAttributes=emails,name`)).Resources;
    expect(less).toMatchObject({ userName: 'a', active: true });
    expect(less).not.toHaveProperty('emails');
    expect(less).not.toHaveProperty('name');
    for (const bad of ['sortBy=password', 'count=many', 'attributes=a"b', 'startIndex=1.5']) {
      expect(await lists.ask('GET', `Users?${bad}`), bad).toMatchObject({ code: 'scim.invalid-value' });
    }
  });

  it('has a name, an id and an address that nobody else has', async () => {
    const name = fresh();
    await added(name);
    const taken = { status: 'conflict', code: 'scim.uniqueness' };
    for (const same of [
      { userName: `${name.toUpperCase()}@physics.example` },
      { externalId: `00u-${name}` },
      { emails: person(name).emails },
    ]) {
      expect(await directory.ask('POST', 'Users', person(fresh(), same)), JSON.stringify(same)).toMatchObject(taken);
    }
    const second = await added();
    expect(await directory.ask('PUT', `Users/${second.id}`, person(name))).toMatchObject(taken);
  });

  it.each([
    ['no name', { userName: undefined }, 'scim.invalid-value'],
    ['a name that is no text', { userName: { x: 1 } }, 'scim.invalid-value'],
    ['an address that is none', { emails: [{ value: 'physics.example' }] }, 'scim.invalid-value'],
    ['an address elsewhere', { emails: [{ value: 'x@elsewhere.example' }] }, 'scim.invalid-value'],
    ['an address below its domain', { emails: [{ value: 'x@sub.physics.example' }] }, 'scim.invalid-value'],
    [
      'an address that ends like one',
      { emails: [{ value: 'x@evil.example@notphysics.example' }] },
      'scim.invalid-value',
    ],
    ['a flag that is none', { active: 'perhaps' }, 'scim.invalid-value'],
    ['a text with NUL', { userName: 'a\0b' }, 'scim.invalid-value'],
    ['a text without an end', { name: { givenName: 'x'.repeat(101) } }, 'scim.invalid-value'],
    ['another schema', { schemas: [GROUP] }, 'scim.invalid-syntax'],
  ])('is refused with %s', async (_what, more, code) => {
    expect(await directory.ask('POST', 'Users', person(fresh(), more))).toMatchObject({ status: 'unreadable', code });
  });

  it.each([[null], [[]], ['x'], [undefined]])('is refused as %j', async (body) => {
    expect(await directory.ask('POST', 'Users', body)).toMatchObject({ code: 'scim.invalid-syntax' });
  });
});

describe('a change by the directory', () => {
  it('replaces, with the version that was read or not at all', async () => {
    const name = fresh();
    const { id } = await added(name);
    const read = await directory.ask('GET', `Users/${id}`);
    const body = person(name, {
      name: { givenName: 'New', familyName: 'Name' },
      phoneNumbers: [
        { value: '+1 2', type: 'work' },
        { value: '+3 4', type: 'mobile' },
      ],
      preferredLanguage: 'de-DE',
      [ENTERPRISE]: { department: 'Detectors', costCenter: 'not kept' },
      title: 'not kept',
    });
    const replaced = await directory.ask('PUT', `Users/${id}`, body, { ifMatch: read.etag });
    expect(replaced).toMatchObject({
      status: 200,
      body: { name: { formatted: 'New Name' }, preferredLanguage: 'de-de', [ENTERPRISE]: { department: 'Detectors' } },
    });
    expect(replaced.etag).not.toBe(read.etag);
    expect(replaced.body.meta.version).toBe(replaced.etag);
    expect(replaced.body).not.toHaveProperty('title');
    expect(await stored(id)).toMatchObject({
      firstname: 'New',
      phone: '+1 2',
      mobile: '+3 4',
      department: 'Detectors',
    });
    expect(await lastAudit()).toMatchObject({ action: 'user.changed-by-directory', object_id: id });

    for (const method of ['PUT', 'DELETE']) {
      expect(await directory.ask(method, `Users/${id}`, body, { ifMatch: read.etag })).toMatchObject({
        status: 'stale',
        code: 'scim.version',
      });
    }
    const again = await directory.ask('PUT', `Users/${id}`, body, { ifMatch: '*' });
    expect(again.etag, 'what says the same changes nothing').toBe(replaced.etag);
    expect(await directory.ask('GET', `Users/${id}`, undefined, { ifNoneMatch: replaced.etag })).toEqual({
      status: 304,
      etag: replaced.etag,
    });
  });

  it('is a PATCH as Okta sends it', async () => {
    const { id } = await added();
    await directory.must(200, 'PATCH', `Users/${id}`, patch({ op: 'replace', value: { active: false } }));
    expect(await stored(id)).toMatchObject({ active: false });
    expect(
      await directory.must(200, 'PATCH', `Users/${id}`, patch({ op: 'replace', value: { active: true } })),
    ).toMatchObject({ active: true });
  });

  it('is a PATCH as Entra ID sends it', async () => {
    const name = fresh();
    const { id } = await added(name);
    const body = await directory.must(
      200,
      'PATCH',
      `Users/${id}`,
      patch(
        { op: 'Replace', path: 'displayName', value: 'Jane Roe' },
        { op: 'Replace', path: 'name.familyName', value: 'Roe' },
        { op: 'Add', path: 'name.givenName', value: 'Jane' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: `${name}.roe@physics.example` },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 1' },
        { op: 'Add', path: 'title', value: 'Dr' },
        { op: 'Add', path: 'addresses[type eq "work"].country', value: 'DE' },
        { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Theory' },
        { op: 'Add', path: `${ENTERPRISE}:manager`, value: [{ $ref: null, value: '7' }] },
        { op: 'Add', path: 'externalId', value: `entra-${name}` },
      ),
    );
    expect(body).toMatchObject({
      externalId: `entra-${name}`,
      name: { givenName: 'Jane', familyName: 'Roe' },
      emails: [{ value: `${name}.roe@physics.example`, type: 'work' }],
      phoneNumbers: [{ value: '+49 1', type: 'mobile' }],
      [ENTERPRISE]: { department: 'Theory' },
    });
    expect(await stored(id)).toMatchObject({ login: `${name}.roe@physics.example`, verified: true });
    await directory.must(200, 'PATCH', `Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' }));
    expect(await stored(id)).toMatchObject({ active: false });
    const whole = patch({
      op: 'Replace',
      value: { active: 'True', 'name.givenName': 'Janet', [`${ENTERPRISE}:department`]: 'Optics' },
    });
    expect(await directory.must(200, 'PATCH', `Users/${id}`, whole)).toMatchObject({
      active: true,
      name: { givenName: 'Janet', familyName: 'Roe' },
      [ENTERPRISE]: { department: 'Optics' },
    });
    await directory.must(200, 'PATCH', `Users/${id}`, patch({ op: 'Remove', path: 'phoneNumbers[type eq "mobile"]' }));
    expect(await stored(id)).toMatchObject({ mobile: '' });
  });

  it('puts an address in the place of the one before, whichever way it is written', async () => {
    const [name, { id }] = [`${fresh()}x`, await added()];
    const to = (n: number) => `${name}${n}@physics.example`;
    for (const [n, operation] of [
      { op: 'replace', path: 'emails', value: [{ value: to(0), type: 'work', primary: true }] },
      { op: 'replace', value: { emails: [{ value: to(1), type: 'work' }] } },
      { op: 'add', path: 'emails', value: [{ value: to(2), type: 'work', primary: true }] },
      { op: 'replace', path: 'emails[primary eq true].value', value: to(3) },
    ].entries()) {
      const body = await directory.must(200, 'PATCH', `Users/${id}`, patch(operation));
      expect(body.emails, JSON.stringify(operation)).toEqual([{ value: to(n), type: 'work', primary: true }]);
    }
  });

  it.each<[string, Json, string]>([
    ['an operation that there is not', patch({ op: 'move', path: 'active', value: 1 }), 'scim.invalid-syntax'],
    ['no operation', patch(), 'scim.invalid-value'],
    ['no schema', { Operations: [{ op: 'replace', path: 'active', value: false }] }, 'scim.invalid-syntax'],
    ['an attribute that there is not', patch({ op: 'add', path: 'shoeSize', value: 7 }), 'scim.invalid-path'],
    ['the id', patch({ op: 'replace', path: 'id', value: '1' }), 'scim.mutability'],
    ['nothing to remove', patch({ op: 'remove' }), 'scim.no-target'],
    ['no name any more', patch({ op: 'remove', path: 'userName' }), 'scim.invalid-value'],
    [
      'a path without an end',
      patch({ op: 'add', path: `emails[value eq "${'\\a'.repeat(200)}`, value: 1 }),
      'scim.invalid-path',
    ],
    ['a removal by value', patch({ op: 'remove', path: 'emails', value: [{ value: '"' }] }), 'scim.invalid-value'],
    ['a value of another kind', patch({ op: 'replace', path: 'active', value: { a: 1 } }), 'scim.invalid-value'],
    ['null', patch({ op: 'add', value: null }), 'scim.invalid-value'],
    ['an operation that is none', { schemas: [PATCH], Operations: [null] }, 'scim.invalid-value'],
    ['operations that are none', { schemas: [PATCH], Operations: 'x' }, 'scim.invalid-value'],
  ])('is refused with %s, and changes nothing', async (_what, body, code) => {
    const name = fresh();
    const { id } = await added(name);
    const answer = await directory.ask('PATCH', `Users/${id}`, body);
    expect(answer).toMatchObject({ status: 'unreadable', code });
    expect((await directory.must(200, 'GET', `Users/${id}`)).meta.version).toBe('W/"1.1"');
  });
});

describe('an account that the directory closes', () => {
  it('loses its sessions and tokens, and does not get them back', async () => {
    const { id } = await added();
    const at = new Date();
    await identity.rows(
      `INSERT INTO sessions (token_hash, user_id, csrf_token, way, enrol_only, created_at, last_seen_at, proven_at, expires_at)
       VALUES ('x'::bytea || $2::text::bytea, $1, '', 'password', false, $3, $3, $3, $3)`,
      [Number(id), id, at],
    );
    await identity.rows(
      `INSERT INTO api_tokens (user_id, name, secret_hash, permissions, created_at) VALUES ($1, 'own', '', '{}', $2)`,
      [Number(id), at],
    );
    await identity.rows(
      `WITH application AS (
         INSERT INTO oauth_applications (name, uid, redirect_uris, scopes, created_by_id, updated_by_id, created_at, updated_at)
         VALUES ('x', 'x', '{}', '{}', 1, 1, now(), now()) RETURNING id)
       INSERT INTO oauth_grants (application_id, user_id, scopes, redirect_uri, code_hash, code_challenge, code_expires_at, created_at)
       SELECT id, $1, '{}', '', '', '', now(), now() FROM application`,
      [Number(id)],
    );
    const left = () =>
      identity.rows(
        `SELECT id FROM sessions WHERE user_id = $1 UNION ALL SELECT id FROM api_tokens WHERE user_id = $1
         UNION ALL SELECT id FROM oauth_grants WHERE user_id = $1`,
        [Number(id)],
      );
    expect(await left()).toHaveLength(3);
    await directory.must(200, 'PATCH', `Users/${id}`, patch({ op: 'replace', path: 'active', value: false }));
    expect(await left()).toEqual([]);
    await identity.bus.hear(accessChanged, ({ data }) => data.userIds?.[0] === Number(id));
    await directory.must(200, 'PATCH', `Users/${id}`, patch({ op: 'replace', path: 'active', value: true }));
    expect(await left()).toEqual([]);
  });

  it('is unknown once deleted, and comes back with the same person', async () => {
    const name = fresh();
    const { id } = await added(name);
    expect(await directory.ask('DELETE', `Users/${id}`)).toEqual({ status: 204 });
    expect(await stored(id)).toMatchObject({ active: false });
    expect(await lastAudit()).toMatchObject({ action: 'user.deleted-by-directory', object_id: id });
    expect(await directory.ask('GET', `Users/${id}`)).toMatchObject({ code: 'scim.not-found' });
    expect(await directory.ask('DELETE', `Users/${id}`)).toMatchObject({ code: 'scim.not-found' });
    const filter = encodeURIComponent(`userName eq "${name}@physics.example"`);
    expect(await directory.must(200, 'GET', `Users?filter=${filter}`)).toMatchObject({ totalResults: 0 });

    const another = person(name, { externalId: 'somebody-else' });
    expect(await directory.ask('POST', 'Users', another), 'who got the address later').toMatchObject({
      code: 'scim.uniqueness',
    });
    expect(await directory.must(201, 'POST', 'Users', person(name))).toMatchObject({ id, active: true });
    expect(await stored(id)).toMatchObject({ active: true });
  });

  it('stays closed when an administrator closed it, whatever the directory says or does', async () => {
    const name = fresh();
    const { id } = await added(name);
    await identity.ask(users.update, { params: { id: Number(id) }, query: {}, body: { active: false } }, ids.admin);
    const set = (active: boolean) => patch({ op: 'replace', path: 'active', value: active });
    for (const body of [set(true), set(false), set(true)]) {
      expect(await directory.must(200, 'PATCH', `Users/${id}`, body)).toMatchObject({ active: false });
    }
    expect(await directory.must(200, 'PUT', `Users/${id}`, person(name))).toMatchObject({ active: false });
    await directory.ask('DELETE', `Users/${id}`);
    expect(await directory.must(201, 'POST', 'Users', person(name))).toMatchObject({ id, active: false });
    await identity.ask(users.update, { params: { id: Number(id) }, query: {}, body: { active: true } }, ids.admin);
    expect(await directory.must(200, 'PATCH', `Users/${id}`, set(false))).toMatchObject({ active: false });
    expect(await directory.must(200, 'PATCH', `Users/${id}`, set(true))).toMatchObject({ active: true });
  });
});

describe('an account that was here already', () => {
  const local = async (email: string, more: Json = {}): Promise<number> =>
    ((await identity.ask(users.create, { params: {}, query: {}, body: { email, ...more } }, ids.admin)) as Json).id;
  const claiming = (domain: string) => newDirectory({ name: domain, domains: [domain], claims_accounts: true });
  const bring = (scim: Scim, email: string, more: Json = {}) =>
    scim.ask('POST', 'Users', { schemas: [USER], userName: email, emails: [{ value: email }], ...more });

  it('is nobody’s to take by its address', async () => {
    const email = `${fresh()}@physics.example`;
    const id = await local(email, { firstname: 'Local' });
    expect(await bring(directory, email)).toMatchObject({ status: 'conflict', code: 'scim.uniqueness' });
    expect(await bring(directory, email.toUpperCase())).toMatchObject({ code: 'scim.uniqueness' });
    const { id: mine } = await added();
    const moved = patch({ op: 'replace', path: 'emails[type eq "work"].value', value: email });
    expect(await directory.ask('PATCH', `Users/${mine}`, moved)).toMatchObject({ code: 'scim.uniqueness' });
    expect(await stored(id)).toMatchObject({ firstname: 'Local', login: email });
  });

  it('is the directory’s where that is allowed, when it is a customer’s', async () => {
    const claims = await claiming('claims.example');
    const id = await local('ada@claims.example', { firstname: 'Ada' });
    const answer = await bring(claims, 'Ada@claims.example', { name: { givenName: 'Adele' } });
    expect(answer).toMatchObject({ status: 201, body: { id: String(id) } });
    expect(await stored(id)).toMatchObject({ firstname: 'Adele', role_ids: [roles.customer] });
    expect(await lastAudit()).toMatchObject({ action: 'user.taken-by-directory', object_id: String(id) });
    expect(await bring(claims, 'ada@claims.example', { userName: 'again' })).toMatchObject({ code: 'scim.uniqueness' });
  });

  it.each<[string, Json]>([
    ['an agent’s', { roles: ['Agent'] }],
    ['an administrator’s', { roles: ['Admin'] }],
    ['a customer’s who is an agent too', { roles: ['Customer', 'Agent'] }],
    ['closed', { active: false }],
    ['a customer’s with access to a group', { groups: { Users: ['read'] } }],
  ])('is never the directory’s when it is %s', async (what, more) => {
    const domain = `claims${++count}.example`;
    const claims = await claiming(domain);
    const id = await local(`ada@${domain}`, more);
    const before = await stored(id);
    const answer = await bring(claims, `ada@${domain}`);
    expect(['scim.uniqueness', 'scim.account-has-rights'], what).toContain(answer.code);
    expect(await stored(id)).toEqual(before);
  });

  it('is not taken from another directory, and no login stands for an address', async () => {
    const [one, two] = [
      await claiming('both.example'),
      await newDirectory({ name: 'two', domains: ['both.example'], claims_accounts: true }),
    ];
    await bring(one, 'ada@both.example');
    expect(await bring(two, 'ada@both.example')).toMatchObject({ code: 'scim.uniqueness' });
    await local('login@elsewhere.example', { login: 'named@both.example', roles: ['Admin'] });
    expect(await bring(one, 'named@both.example')).toMatchObject({ code: 'scim.uniqueness' });
  });

  it('keeps its address when it got rights here that the directory did not give', async () => {
    const name = fresh();
    const { id } = await added(name);
    await identity.ask(users.update, { params: { id: Number(id) }, query: {}, body: { roles: ['Admin'] } }, ids.admin);
    const moved = person(name, { emails: [{ value: `${name}-attacker@physics.example` }] });
    expect(await directory.ask('PUT', `Users/${id}`, moved)).toMatchObject({
      status: 'forbidden',
      code: 'scim.account-has-rights',
    });
    expect(
      await directory.must(200, 'PUT', `Users/${id}`, person(name, { displayName: 'same address' })),
    ).toMatchObject({ id });
    await directory.ask('DELETE', `Users/${id}`);
    expect(await directory.ask('POST', 'Users', person(name))).toMatchObject({ code: 'scim.account-has-rights' });
    expect(await stored(id)).toMatchObject({ active: false, email: `${name}@physics.example` });
  });
});

describe('a group of a directory', () => {
  const members = (...list: Json[]) => list.map(({ id }) => ({ value: id }));
  const group = async (name: string, ...list: Json[]): Promise<Json> =>
    directory.must(201, 'POST', 'Groups', { schemas: [GROUP], displayName: name, members: members(...list) });

  it('has members, who come and go as Okta and Entra ID say', async () => {
    const [a, b, c] = [await added(), await added(), await added()];
    const made = await group(`Crew ${fresh()}`, a);
    expect(made).toMatchObject({
      schemas: [GROUP],
      members: [
        { value: a.id, $ref: `https://desk.example.com/scim/v2/Users/${a.id}`, display: a.userName, type: 'User' },
      ],
      meta: { resourceType: 'Group', version: 'W/"1"' },
    });
    const path = `Groups/${made.id}`;
    const after = async (...operations: Json[]) =>
      (await directory.must(200, 'PATCH', path, patch(...operations))).members.map((one: Json) => one.value).toSorted();
    const sorted = (...list: Json[]) => list.map(({ id }) => id).toSorted();
    // Entra ID
    expect(await after({ op: 'Add', path: 'members', value: members(b, c) })).toEqual(sorted(a, b, c));
    expect(await after({ op: 'Remove', path: `members[value eq "${b.id}"]` })).toEqual(sorted(a, c));
    expect(await after({ op: 'Remove', path: 'members', value: members(c) })).toEqual(sorted(a));
    // Okta
    expect(
      await after(
        { op: 'add', path: 'members', value: members(b) },
        { op: 'remove', path: `members[value eq "${a.id}"]` },
      ),
    ).toEqual(sorted(b));
    expect(await after({ op: 'replace', path: 'members', value: members(a, c) })).toEqual(sorted(a, c));
    expect(await after({ op: 'replace', value: { id: made.id, displayName: made.displayName } })).toEqual(sorted(a, c));
    expect(await after({ op: 'add', path: 'members', value: members(a) })).toEqual(sorted(a, c));
    expect(await after({ op: 'remove', path: 'members' })).toEqual([]);
    expect(await after({ op: 'replace', value: { members: members(c) } })).toEqual(sorted(c));
    expect((await directory.must(200, 'GET', `Users/${c.id}`)).groups).toEqual([
      { value: made.id, $ref: `https://desk.example.com/scim/v2/${path}`, display: made.displayName, type: 'direct' },
    ]);
    expect(await directory.must(200, 'GET', `${path}?excludedAttributes=members`)).not.toHaveProperty('members');
    const filter = encodeURIComponent(`displayName eq "${made.displayName.toUpperCase()}"`);
    expect(await directory.must(200, 'GET', `Groups?filter=${filter}&excludedAttributes=members`)).toMatchObject({
      Resources: [{ id: made.id }],
    });
    const member = encodeURIComponent(`id eq "${made.id}" and members eq "${c.id}"`);
    expect(await directory.must(200, 'GET', `Groups?filter=${member}`)).toMatchObject({ totalResults: 1 });
    expect(await other.must(200, 'GET', `Groups?filter=${filter}`)).toMatchObject({ totalResults: 0 });
    expect(await directory.ask('DELETE', path)).toEqual({ status: 204 });
    expect(await directory.ask('GET', path)).toMatchObject({ code: 'scim.not-found' });
    expect(await directory.must(200, 'GET', `Users/${c.id}`)).not.toHaveProperty('groups');
  });

  it('takes nobody in who is not the directory’s, and is nobody else’s', async () => {
    const made = await group(`Crew ${fresh()}`);
    const stranger = await other.must(201, 'POST', 'Users', { userName: fresh() });
    for (const value of [String(ids.admin), stranger.id, 'abc', '0']) {
      const add = patch({ op: 'add', path: 'members', value: [{ value }] });
      expect(await directory.ask('PATCH', `Groups/${made.id}`, add), value).toMatchObject({
        code: 'scim.invalid-value',
      });
    }
    const body = { schemas: [GROUP], displayName: 'x' };
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await other.ask(method, `Groups/${made.id}`, body), method).toMatchObject({ code: 'scim.not-found' });
    }
    expect(
      await directory.ask('POST', 'Groups', { ...body, displayName: made.displayName.toUpperCase() }),
    ).toMatchObject({
      code: 'scim.uniqueness',
    });
  });

  it.each<[string, Json, string]>([
    ['a change of members', { op: 'replace', path: 'members[value eq "1"].display', value: 'x' }, 'scim.invalid-path'],
    ['members by name', { op: 'remove', path: 'members[display eq "x"]' }, 'scim.invalid-path'],
    ['members without ids', { op: 'add', path: 'members', value: [{ display: 'x' }] }, 'scim.invalid-value'],
    ['no name', { op: 'remove', path: 'displayName' }, 'scim.invalid-value'],
    ['another attribute', { op: 'add', path: 'owner', value: 'x' }, 'scim.invalid-path'],
  ])('is not changed by %s', async (_what, operation, code) => {
    const made = await group(`Crew ${fresh()}`);
    expect(await directory.ask('PATCH', `Groups/${made.id}`, patch(operation))).toMatchObject({ code });
  });

  it('gives what its mapping says and nothing else, and takes it back; local rights stay', async () => {
    const [a, b] = [await added(), await added()];
    await identity.ask(
      users.update,
      { params: { id: Number(b.id) }, query: {}, body: { groups: { Users: ['read'] } } },
      ids.admin,
    );
    const customer = { role_ids: [roles.customer] };
    const nothing = await group(`Agent ${fresh()}`, a, b);
    expect(await stored(a.id)).toMatchObject(customer);
    await directory.ask('DELETE', `Groups/${nothing.id}`);

    const agents = await group('desk agents', a, b);
    const agent = { role_ids: [roles.agent, roles.customer] };
    expect(await stored(a.id)).toMatchObject({ ...agent, group_ids: { 1: ['change'] } });
    expect(await stored(b.id)).toMatchObject({ ...agent, group_ids: { 1: ['read', 'change'] } });
    const audited = await identity.rows<Json>(
      `SELECT object_id, changes FROM audit_entry WHERE action = 'directory-group.created' ORDER BY seq DESC LIMIT 1`,
    );
    expect(audited).toMatchObject([
      { object_id: agents.id, changes: { members_added: { to: [Number(a.id), Number(b.id)] } } },
    ]);

    // The directory may say how they are reached as long as it gave what they hold.
    const moved = (to: string) =>
      patch({ op: 'replace', path: 'emails[type eq "work"].value', value: `${to}@physics.example` });
    await directory.must(200, 'PATCH', `Users/${a.id}`, moved(`${fresh()}moved`));
    expect(await directory.ask('PATCH', `Users/${b.id}`, moved(`${fresh()}moved`))).toMatchObject({
      code: 'scim.account-has-rights',
    });

    await directory.must(
      200,
      'PATCH',
      `Groups/${agents.id}`,
      patch({ op: 'replace', path: 'displayName', value: 'Elsewhere' }),
    );
    expect(await stored(a.id)).toMatchObject(customer);
    await directory.must(
      200,
      'PATCH',
      `Groups/${agents.id}`,
      patch({ op: 'replace', path: 'displayName', value: 'DESK agents' }),
    );
    expect(await stored(a.id)).toMatchObject(agent);
    const put = (body: Json) =>
      identity.ask(directories.update, { params: { id: directory.id }, query: {}, body }, ids.admin) as Promise<Json>;
    await put({ enabled: false });
    expect(await stored(a.id)).toMatchObject(customer);
    expect(await directory.ask('GET', 'Users')).toMatchObject({ status: 'forbidden', code: 'scim.not-provisioning' });
    await put({ enabled: true });
    expect(await stored(a.id)).toMatchObject(agent);
    await directory.ask('DELETE', `Users/${a.id}`);
    expect(await stored(a.id)).toMatchObject({ ...customer, active: false });
    await directory.ask('DELETE', `Groups/${agents.id}`);
    expect(await stored(b.id)).toMatchObject({ ...customer });
    expect(await identity.rows('SELECT access, local FROM user_group WHERE user_id = $1', [Number(b.id)])).toEqual([
      { access: 'read', local: true },
    ]);
  });

  it('does not lose the desk its last administrator, in any way', async () => {
    const a = await added();
    const admins = await group('Desk Admins', a);
    expect((await stored(a.id)).role_ids).toContain(roles.admin);
    const others = 'id <> $1 AND id IN (SELECT user_id FROM user_role WHERE role_id = 1) AND active';
    const closed = await identity.rows<{ id: number }>(`UPDATE users SET active = false WHERE ${others} RETURNING id`, [
      Number(a.id),
    ]);
    try {
      const scim = { ...directory, ask: await frozen() };
      const refused = { status: 'forbidden', code: 'scim.last-admin' };
      for (const [method, path, body] of [
        ['DELETE', `Users/${a.id}`],
        ['PATCH', `Users/${a.id}`, patch({ op: 'replace', path: 'active', value: false })],
        ['DELETE', `Groups/${admins.id}`],
        ['PATCH', `Groups/${admins.id}`, patch({ op: 'remove', path: 'members' })],
        ['PATCH', `Groups/${admins.id}`, patch({ op: 'replace', path: 'displayName', value: 'x' })],
        ['PUT', `Groups/${admins.id}`, { schemas: [GROUP], displayName: 'Desk Admins' }],
      ] as const) {
        expect(await scim.ask(method, path, body), `${method} ${path}`).toMatchObject(refused);
      }
      expect(await identity.rows('SELECT active FROM users WHERE id = $1', [Number(a.id)])).toEqual([{ active: true }]);
    } finally {
      await identity.rows('UPDATE users SET active = true WHERE id = ANY ($1)', [closed.map(({ id }) => id)]);
    }
    expect(await directory.ask('DELETE', `Users/${a.id}`)).toEqual({ status: 204 });
  });

  /** Asks with the actor as it was a moment ago, as gateways do: its maker cannot sign in any more. */
  async function frozen(): Promise<Scim['ask']> {
    const maker = await identity.actor(ids.admin);
    const actor = { ...maker, via: 'token' as const, permissions: [], groups: {}, directoryId: directory.id };
    return async (method, path, body) => {
      const [resource = '', id = ''] = path.split('/');
      const input = { method: method as 'GET', resource, id, query: {}, ...(body !== undefined && { body }) };
      return identity.ask(answerScim, input, actor).catch((error: unknown) => {
        const { kind, code } = AppError.from(error);
        return { status: kind, code };
      });
    };
  }
});

describe('the token of a directory', () => {
  it('is good for SCIM and for nothing else, and no other token is good for SCIM', async () => {
    const { actor } = await identity.ask(authenticate, { credential: { scheme: 'token', token: directory.token } });
    expect(actor).toMatchObject({
      directoryId: directory.id,
      permissions: [],
      groups: {},
      organizationIds: [],
      via: 'token',
    });
    await expect(
      identity.ask(users.list, { params: {}, query: {} }, { ...actor, userId: ids.nicole }),
    ).resolves.toBeDefined();
    await expect(identity.ask(directories.list, { params: {}, query: {} }, actor)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    const admin = await identity.actor(ids.admin);
    for (const unbound of [admin, { ...admin, via: 'token' as const, permissions: ['admin.scim'] }]) {
      const asked = identity.ask(answerScim, { method: 'GET', resource: 'Users', query: {} }, unbound);
      await expect(asked).rejects.toMatchObject({ kind: 'forbidden', code: 'scim.not-provisioning' });
    }
  });

  it('is shown once, listed, revoked, and ends with its directory or the rights of its maker', async () => {
    const scim = await newDirectory({ name: 'Tokens', domains: ['tokens.example'] });
    const params = { id: scim.id };
    const [listed] = await identity.ask(directoryTokens.list, { params, query: {} }, ids.admin);
    expect(listed).toMatchObject({ name: 'sync', user_id: ids.admin });
    expect(JSON.stringify(listed)).not.toContain(scim.token.slice(8, 40));
    await identity.ask(directoryTokens.delete, { params: { ...params, token: listed?.id ?? 0 }, query: {} }, ids.admin);
    const authenticated = (token: string) => identity.ask(authenticate, { credential: { scheme: 'token', token } });
    await expect(authenticated(scim.token)).rejects.toMatchObject({ kind: 'unauthenticated' });

    const boss = (await identity.ask(
      users.create,
      { params: {}, query: {}, body: { email: 'boss@tokens.example', roles: ['Admin'] } },
      ids.admin,
    )) as Json;
    const { token } = await identity.ask(directoryTokens.create, { params, query: {}, body: { name: 'x' } }, boss.id);
    expect((await authenticated(token)).actor).toMatchObject({ directoryId: scim.id });
    await identity.ask(users.update, { params: { id: boss.id }, query: {}, body: { roles: ['Customer'] } }, ids.admin);
    expect((await authenticated(token)).actor).not.toHaveProperty('directoryId');
    await identity.ask(directories.delete, { params, query: {} }, ids.admin);
    await expect(authenticated(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('is made by administrators in person', async () => {
    const create = (who: Parameters<TestIdentity['ask']>[2]) =>
      identity.ask(directoryTokens.create, { params: { id: directory.id }, query: {}, body: { name: 'x' } }, who);
    const admin = await identity.actor(ids.admin);
    for (const who of [
      ids.agent,
      { ...admin, via: 'token' as const },
      { ...admin, actingUserId: ids.agent },
      { ...admin, permissions: ['admin.user', 'admin.security'] },
      { ...admin, permissions: ['admin.scim'] },
    ]) {
      await expect(create(who), JSON.stringify(who)).rejects.toMatchObject({ kind: 'forbidden' });
    }
  });
});

describe('a directory', () => {
  const create = (body: Json) =>
    identity.ask(directories.create, { params: {}, query: {}, body: body as never }, ids.admin) as Promise<Json>;

  it('is written by administrators, and audited', async () => {
    const made = await create({ name: 'Written', domains: ['A.example', 'a.example'] });
    expect(made).toMatchObject({
      name: 'Written',
      domains: ['a.example'],
      organization_id: null,
      default_role_id: null,
      claims_accounts: false,
      enabled: true,
      mappings: [],
    });
    expect(await lastAudit()).toMatchObject({
      action: 'directory.created',
      changes: { domains: { to: ['a.example'] } },
    });
    await expect(create({ name: 'written', domains: ['a.example'] })).rejects.toMatchObject({
      code: 'directory.exists',
    });
    const params = { id: made.id };
    const body = { organization_id: 1, mappings: [{ directory_group: 'X', group_id: 1, access: 'read' as const }] };
    const changed = await identity.ask(directories.update, { params, query: {}, body }, ids.admin);
    expect(changed).toMatchObject({
      organization_id: 1,
      mappings: [{ directory_group: 'X', role_id: null, group_id: 1 }],
    });
    expect(await identity.ask(directories.get, { params, query: {} }, ids.admin)).toEqual(changed);
    await expect(identity.ask(directories.get, { params, query: {} }, ids.agent)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await identity.ask(directories.delete, { params, query: {} }, ids.admin);
    await expect(identity.ask(directories.get, { params, query: {} }, ids.admin)).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  it.each<[string, Json, string]>([
    ['a domain that is none', { domains: ['physics'] }, 'input.invalid'],
    ['a role that there is not', { mappings: [{ directory_group: 'X', role_id: 99 }] }, 'identity.id-unknown'],
    ['a mapping to nothing', { mappings: [{ directory_group: 'X' }] }, 'directory.mapping-gives-nothing'],
    ['access to a group without a level', { mappings: [{ directory_group: 'X', group_id: 1 }] }, 'identity.required'],
    ['rights for everybody', { default_role_id: roles.agent }, 'directory.default-role-has-rights'],
    ['an organization that there is not', { organization_id: 99 }, 'identity.id-unknown'],
  ])('is refused with %s', async (_what, more, code) => {
    await expect(create({ name: fresh(), domains: ['x.example'], ...more })).rejects.toMatchObject({ code });
  });

  it('leaves its people as they are when it goes', async () => {
    const scim = await newDirectory({
      name: 'Gone',
      domains: ['gone.example'],
      organization_id: 1,
      mappings: [{ directory_group: 'Agents', role_id: roles.agent }],
    });
    const { id } = await scim.must(201, 'POST', 'Users', { userName: 'ada', emails: [{ value: 'ada@gone.example' }] });
    await scim.must(201, 'POST', 'Groups', { displayName: 'Agents', members: [{ value: id }] });
    expect(await stored(id)).toMatchObject({ role_ids: [roles.agent, roles.customer], organization_id: 1 });
    await identity.ask(directories.delete, { params: { id: scim.id }, query: {} }, ids.admin);
    expect(await stored(id)).toMatchObject({ role_ids: [roles.customer], active: true, email: 'ada@gone.example' });
  });
});

it('tells what it can do, and its schemas', async () => {
  expect(await directory.must(200, 'GET', 'ServiceProviderConfig')).toMatchObject({
    patch: { supported: true },
    bulk: { supported: false },
    filter: { supported: true, maxResults: 200 },
    sort: { supported: true },
    etag: { supported: true },
    changePassword: { supported: false },
    authenticationSchemes: [{ type: 'oauthbearertoken' }],
  });
  const types = await directory.must(200, 'GET', 'ResourceTypes');
  expect(types.Resources.map((one: Json) => one.endpoint)).toEqual(['/Users', '/Groups']);
  expect(await directory.must(200, 'GET', 'ResourceTypes/User')).toMatchObject({ schema: USER });
  const { Resources: schemas } = await directory.must(200, 'GET', 'Schemas');
  expect(schemas.map((one: Json) => one.id)).toEqual([USER, ENTERPRISE, GROUP]);
  const attributes = (await directory.must(200, 'GET', `Schemas/${USER}`)).attributes.map((one: Json) => one.name);
  expect(attributes).toEqual([
    'userName',
    'name',
    'displayName',
    'preferredLanguage',
    'active',
    'emails',
    'phoneNumbers',
    'groups',
  ]);
  expect(await directory.ask('GET', 'Schemas/urn:x')).toMatchObject({ code: 'scim.not-found' });
  expect(await directory.ask('GET', 'Planets')).toMatchObject({ code: 'scim.resource-unknown' });
  expect(await directory.ask('POST', 'Schemas', {})).toMatchObject({ code: 'scim.method-unknown' });
});
