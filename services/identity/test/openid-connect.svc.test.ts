import { randomBytes } from 'node:crypto';
import {
  type Actor,
  accessChanged,
  authenticate,
  beginOpenIdSignIn,
  endOpenIdSessions,
  entitlementMappings,
  finishOpenIdSignIn,
  groups,
  type InputOf,
  openIdIdentities,
  openIdProviders,
  openIdSignOutUrl,
  signInProviders,
  userCreated,
  users,
  userUpdated,
} from '@helpmesh/contracts';
import { type OpenIdServer, openIdServer, waitFor } from '@helpmesh/testing';
import { base64url, type JWTPayload, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HostileProvider, hostileProvider } from './hostile-provider.ts';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

const desk = 'https://desk.example.com';
const vo = 'urn:mace:egi.eu:group:vo.example.org';
const redirect = (name: string) => `${desk}/auth/openid/${name}/callback`;

let identity: TestIdentity;
let egi: OpenIdServer;
let other: OpenIdServer;
let hostile: HostileProvider;
const twisters: HostileProvider[] = [];
const provider: Record<string, number> = {};

beforeAll(async () => {
  egi = await openIdServer({
    redirectUris: [redirect('egi')],
    postLogoutRedirectUris: [`${desk}/sign-in`],
    backchannelLogoutUri: `${desk}/auth/openid/egi/backchannel-logout`,
  });
  other = await openIdServer({ redirectUris: [redirect('other')] });
  hostile = await hostileProvider();
  identity = await startIdentity({ HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' });
  const scopes = ['profile', 'email', 'voperson_id', 'entitlements', 'eduperson_entitlement'];
  for (const [name, server] of [
    ['egi', egi],
    ['other', other],
  ] as const) {
    provider[name] = await addProvider({ name, issuer: server.issuer, client_secret: server.clientSecret, scopes });
  }
  provider.hostile = await addProvider({ name: 'hostile', issuer: hostile.issuer });
});
afterAll(async () => {
  await identity?.stop();
  for (const server of [egi, other, hostile, ...twisters]) await server?.stop();
});
// Providers live in real time, and say so in what they sign.
beforeEach(() => identity.clock.set(new Date()));
afterEach(async () => {
  await identity.rows('DELETE FROM entitlement_mappings');
  await identity.rows(
    "UPDATE openid_providers SET enabled = true, trusts_email = name = 'egi', creates_accounts = true",
  );
});

async function addProvider(
  input: Partial<InputOf<typeof openIdProviders.create>['body']> & { name: string; issuer: string },
): Promise<number> {
  const body = {
    title: `Sign in with ${input.name}`,
    client_id: 'helpmesh',
    trusts_email: input.name === 'egi',
    ...input,
  };
  return (await identity.ask(openIdProviders.create, { params: {}, query: {}, body }, ids.admin)).id;
}

const begin = (name: string, returnTo?: string) =>
  identity.ask(beginOpenIdSignIn, { provider: name, ...(returnTo !== undefined && { returnTo }) });
const finish = (name: string, answer: string, transaction: string) =>
  identity.ask(finishOpenIdSignIn, { provider: name, answer, transaction, ip: '192.0.2.7', userAgent: 'Browser' });
const queryOf = (address: string) => new URL(address).search.slice(1);

/** The whole way of one person, as a browser and the gateway go it. */
async function signIn(login: string, { at = egi, name = 'egi' } = {}) {
  const { url, transaction } = await begin(name);
  return finish(name, queryOf(await at.signIn(url, login)), transaction);
}

async function rightsOf(userId: number): Promise<Actor> {
  return identity.actor(userId);
}

const map = (pattern: string, gift: object, name = 'egi') =>
  identity.ask(
    entitlementMappings.create,
    { params: {}, query: {}, body: { provider_id: provider[name] as number, pattern, ...gift } },
    ids.admin,
  );
const userOf = (userId: number) => identity.ask(users.get, { params: { id: userId }, query: {} }, ids.admin);
/** Also what does not count at present: groups of somebody who is no agent. */
async function stored(userId: number) {
  const roles = await identity.rows<{ id: number }>(
    'SELECT role_id AS id FROM user_role WHERE user_id = $1 ORDER BY 1',
    [userId],
  );
  const access = await identity.rows<{ id: number }>('SELECT group_id AS id FROM user_group WHERE user_id = $1', [
    userId,
  ]);
  return { roles: roles.map(({ id }) => id), groups: access.map(({ id }) => id) };
}
const refused = (code: string) => expect.objectContaining({ code });
const holds = (sessionToken: string) =>
  identity.ask(authenticate, { credential: { scheme: 'session', sessionToken } }).then(
    () => true,
    () => false,
  );

describe('the first sign-in by a provider', () => {
  it('makes an account with the claims of userinfo, and opens a session', async () => {
    egi.people.set('ada', {
      given_name: 'Ada',
      family_name: 'Lovelace',
      email: 'Ada@Example.org',
      email_verified: true,
      voperson_id: 'ada@aai.example',
      eduperson_entitlement: [vo],
      entitlements: [`${vo}:support`, vo],
    });
    egi.requests.length = 0;
    const { url, transaction, maxAgeSeconds } = await begin('egi', '/tickets/7');
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'helpmesh',
      redirect_uri: redirect('egi'),
      scope: 'openid profile email voperson_id entitlements eduperson_entitlement',
      code_challenge_method: 'S256',
    });
    expect(maxAgeSeconds).toBe(900);
    for (const secret of ['state', 'nonce', 'code_challenge']) expect(asked.get(secret)).toMatch(/^[\w-]{43}$/);

    const opened = await finish('egi', queryOf(await egi.signIn(url, 'ada')), transaction);
    expect(opened).toMatchObject({ returnTo: '/tickets/7' });
    const { actor, csrfToken } = await identity.ask(authenticate, {
      credential: { scheme: 'session', sessionToken: opened.sessionToken },
    });
    expect(csrfToken).toBe(opened.csrfToken);
    expect(actor).toMatchObject({ userId: opened.userId, login: 'ada@example.org', via: 'session' });
    expect(actor.permissions).toContain('ticket.customer');
    const user = await userOf(opened.userId);
    expect(user).toMatchObject({ firstname: 'Ada', lastname: 'Lovelace', email: 'ada@example.org', verified: true });
    expect(user.last_login).not.toBeNull();
    expect(egi.requests).toContain('GET /me');
    const [linked] = await identity.ask(
      openIdIdentities.list,
      { params: {}, query: { user_id: opened.userId } },
      ids.admin,
    );
    expect(linked).toMatchObject({
      issuer: egi.issuer,
      subject: 'ada',
      voperson_id: 'ada@aai.example',
      entitlements: [vo, `${vo}:support`],
    });
    await waitFor(() => identity.bus.heard(userCreated).some(({ data }) => data.id === opened.userId), {
      what: 'user.v1.created',
    });
  });

  it('finds the same account the next time, also when name and address changed', async () => {
    egi.people.set('grace', { name: 'Grace Hopper', email: 'grace@example.org', email_verified: true });
    const first = await signIn('grace');
    egi.people.set('grace', { name: 'Rear Admiral', email: 'other@example.org', email_verified: true });
    expect((await signIn('grace')).userId).toBe(first.userId);
    expect(await userOf(first.userId)).toMatchObject({ firstname: 'Grace', email: 'grace@example.org' });
  });

  it('makes one account of two sign-ins at the same time', async () => {
    egi.people.set('twin', { name: 'Twin' });
    const [one, two] = await Promise.all([signIn('twin'), signIn('twin')]);
    expect(one.userId).toBe(two.userId);
  });

  it('S27: the same subject at another issuer is somebody else', async () => {
    egi.people.set('same', { name: 'One' });
    other.people.set('same', { name: 'Other' });
    const one = await signIn('same');
    const two = await signIn('same', { at: other, name: 'other' });
    expect(two.userId).not.toBe(one.userId);
    expect((await signIn('same')).userId).toBe(one.userId);
  });

  it('refuses where there are no new accounts, and where the account is closed', async () => {
    await identity.rows('UPDATE openid_providers SET creates_accounts = false WHERE id = $1', [provider.egi]);
    egi.people.set('late', { name: 'Late' });
    await expect(signIn('late')).rejects.toEqual(refused('openid.no-account'));
    await identity.rows('UPDATE openid_providers SET creates_accounts = true');
    const { userId } = await signIn('late');
    const body = { active: false };
    await identity.ask(users.update, { params: { id: userId }, query: {}, body }, ids.admin);
    await expect(signIn('late')).rejects.toEqual(refused('openid.account-inactive'));
  });
});

describe('S27: an e-mail address', () => {
  const customer = async (email: string) => {
    const body = { firstname: 'Mail', lastname: 'Contact', email };
    return Number((await identity.ask(users.create, { params: {}, query: {}, body }, ids.admin)).id);
  };

  it('leads to the customer who has it, when it is verified and the provider is trusted with that', async () => {
    const id = await customer('contact@example.org');
    egi.people.set('contact', { name: 'C', email: 'contact@example.org', email_verified: true });
    expect((await signIn('contact')).userId).toBe(id);
  });

  it.each([
    ['says it is not verified', { email_verified: false }],
    ['says nothing about it', {}],
    ['says it in words', { email_verified: 'true' }],
  ])('takes over nobody when the provider %s', async (what, claims) => {
    const victim = `victim-${what.length}@example.org`;
    const id = await customer(victim);
    egi.people.set(`attacker ${what}`, { name: 'A', email: victim, ...claims });
    const { userId } = await signIn(`attacker ${what}`);
    expect(userId).not.toBe(id);
    expect(await userOf(userId)).toMatchObject({ email: '', login: expect.stringMatching(/^auto-/) });
  });

  it('takes over nobody, and names no new account, when the provider is not trusted with addresses', async () => {
    const id = await customer('untrusted@example.org');
    other.people.set('u', { name: 'U', email: 'untrusted@example.org', email_verified: true });
    other.people.set('v', { name: 'V', email: 'not-yet-here@example.org', email_verified: true });
    const one = await signIn('u', { at: other, name: 'other' });
    expect(one.userId).not.toBe(id);
    expect(await userOf(one.userId)).toMatchObject({ email: '' });
    // Else the requests that its real owner mails later would be this one's.
    const two = await signIn('v', { at: other, name: 'other' });
    expect(await userOf(two.userId)).toMatchObject({ email: '' });
  });

  it.each([
    ['an administrator', 'admin@example.com', ids.admin],
    ['an agent', 'agent1@example.com', ids.agent],
  ])('never takes over %s; linked by hand it leads there', async (_what, email, id) => {
    const subject = `link-${id}`;
    egi.people.set(subject, { name: 'L', email, email_verified: true });
    await expect(signIn(subject)).rejects.toEqual(refused('openid.account-has-rights'));
    const body = { user_id: id, provider_id: provider.egi as number, subject };
    const linked = await identity.ask(openIdIdentities.create, { params: {}, query: {}, body }, ids.admin);
    const again = identity.ask(openIdIdentities.create, { params: {}, query: {}, body }, ids.admin);
    await expect(again).rejects.toEqual(refused('openid.identity-exists'));
    const { userId, sessionToken } = await signIn(subject);
    expect(userId).toBe(id);

    await identity.ask(openIdIdentities.delete, { params: { id: linked.id }, query: {} }, ids.admin);
    expect(await holds(sessionToken)).toBe(false);
    await expect(signIn(subject)).rejects.toEqual(refused('openid.account-has-rights'));
  });
});

describe('entitlements', () => {
  it('give mapped roles and groups at sign-in, and take them back at the next one without them', async () => {
    await map(`${vo}:support:role=member`, { role: 'Agent', group: 'Users', access: 'change' });
    egi.people.set('eve', { name: 'Eve', entitlements: [`${vo}:support:role=member#aai.egi.eu`] });
    const first = await signIn('eve');
    const agent = await rightsOf(first.userId);
    expect(agent.permissions).toContain('ticket.agent');
    expect(agent.groups).toEqual({ 1: ['change'] });
    await waitFor(
      () => identity.bus.heard(userUpdated).some(({ data }) => data.id === first.userId && data.agent === true),
      { what: 'an event that tells neighbours of the new agent' },
    );

    const second = await signIn('eve');
    expect(await holds(first.sessionToken), 'rights did not change').toBe(true);

    egi.people.set('eve', { name: 'Eve', entitlements: [`${vo}:support`, `${vo}:role=member`] });
    const third = await signIn('eve');
    const customer = await rightsOf(first.userId);
    expect(customer.permissions).not.toContain('ticket.agent');
    expect(customer.permissions).toContain('ticket.customer');
    expect(customer.groups).toEqual({});
    for (const { sessionToken } of [first, second]) expect(await holds(sessionToken), 'S23: old rights').toBe(false);
    expect(await holds(third.sessionToken)).toBe(true);
    await waitFor(() => identity.bus.heard(accessChanged).some(({ data }) => data.userIds?.includes(first.userId)), {
      what: 'access.v1.changed',
    });
  });

  it('leave local rights alone, whether they came before or after', async () => {
    await map(vo, { role: 'Agent', group: 'Users', access: 'full' });
    egi.people.set('lou', { name: 'Lou', eduperson_entitlement: vo });
    const { userId } = await signIn('lou');
    // An administrator saves the form as it was shown, with one group more.
    const body = { role_ids: [2, 3], group_ids: { 1: ['full'], 2: ['read'] }, note: 'saved' };
    await identity.ask(users.update, { params: { id: userId }, query: {}, body }, ids.admin);
    expect((await rightsOf(userId)).groups).toEqual({ 1: ['full'], 2: ['read'] });
    egi.people.set('lou', { name: 'Lou' });
    await signIn('lou');
    expect(await stored(userId)).toEqual({ roles: [3], groups: [2] });

    await identity.ask(users.update, { params: { id: userId }, query: {}, body: { role_ids: [2, 3] } }, ids.admin);
    egi.people.set('lou', { name: 'Lou', entitlements: [vo] });
    await signIn('lou');
    egi.people.set('lou', { name: 'Lou' });
    await signIn('lou');
    expect(await stored(userId)).toEqual({ roles: [2, 3], groups: [2] });
  });

  it('of one provider count for its own mappings only', async () => {
    await map(vo, { role: 'Admin' }, 'egi');
    other.people.set('mallory', { name: 'Mallory', entitlements: [vo] });
    const { userId } = await signIn('mallory', { at: other, name: 'other' });
    expect((await rightsOf(userId)).permissions).not.toContain('admin');
  });

  it('change what they give with their mapping, at once', async () => {
    const { id } = await map(vo, { role: 'Agent', group: 'Users', access: 'read' });
    egi.people.set('pat', { name: 'Pat', entitlements: [vo] });
    const { userId, sessionToken } = await signIn('pat');
    const change = (body: object) =>
      identity.ask(entitlementMappings.update, { params: { id }, query: {}, body }, ids.admin);
    await change({ group: 'some group1', access: 'change' });
    expect((await rightsOf(userId)).groups).toEqual({ 2: ['change'] });
    expect(await holds(sessionToken)).toBe(false);
    await change({ note: 'no change of rights' });
    expect((await rightsOf(userId)).groups).toEqual({ 2: ['change'] });
    await change({ pattern: `${vo}:others` });
    expect((await rightsOf(userId)).groups, 'has to be earned anew').toEqual({});
    await change({ pattern: vo });
    await signIn('pat');
    expect((await rightsOf(userId)).groups).toEqual({ 2: ['change'] });
    await expect(
      identity.ask(groups.delete, { params: { id: 2 }, query: {} }, ids.admin),
      'a group that a mapping gives',
    ).rejects.toEqual(refused('identity.referenced'));
    await identity.ask(entitlementMappings.delete, { params: { id }, query: {} }, ids.admin);
    expect(await userOf(userId)).toMatchObject({ role_ids: [3] });
  });

  it('can be tried out: what would they give?', async () => {
    const agent = await map(`${vo}:support`, { role: 'Agent', group: 'Users', access: 'read' });
    await map(`${vo}:role=manager`, { role: 'Admin' });
    const entitlements = [
      'URN:mace:EGI.eu:group:vo.example.org:support:night',
      'urn:mace:dir:entitlement:common-lib-terms',
    ];
    const body = { provider_id: provider.egi as number, entitlements };
    const before = await identity.rows('SELECT count(*) FROM entitlement_grants');
    const shown = await identity.ask(entitlementMappings.preview, { params: {}, query: {}, body }, ids.admin);
    expect(shown).toEqual({
      entitlements: [
        { value: entitlements[0], normal: `${vo}:support:night` },
        { value: entitlements[1], normal: null },
      ],
      mappings: [{ id: agent.id, entitlement: entitlements[0] }],
      role_ids: [2],
      group_ids: { 1: ['read'] },
    });
    expect(await identity.rows('SELECT count(*) FROM entitlement_grants')).toEqual(before);
  });

  it.each([
    ['a pattern that is none', { pattern: 'urn:mace:egi.eu:res:x', role_id: 2 }, 'openid.pattern-invalid'],
    ['nothing to give', { pattern: vo }, 'openid.mapping-gives-nothing'],
    ['a group without a level', { pattern: vo, group_id: 1 }, 'identity.required'],
    ['a role that is not there', { pattern: vo, role_id: 99 }, 'identity.id-unknown'],
    ['a group that is not there', { pattern: vo, group: 'Nobody', access: 'read' }, 'identity.name-unknown'],
    ['a provider that is not there', { pattern: vo, role_id: 2, provider_id: 99 }, 'identity.id-unknown'],
  ])('are not mapped with %s', async (_what, input, code) => {
    await expect(map(input.pattern, input)).rejects.toEqual(refused(code));
  });
});

describe('S27: an answer that is not the one that was asked for', () => {
  it.each([
    ['another state', (query: URLSearchParams) => query.set('state', 'x'.repeat(43))],
    ['no state', (query: URLSearchParams) => query.delete('state')],
    ['another issuer (mix-up)', (query: URLSearchParams) => query.set('iss', other.issuer)],
    ['no issuer', (query: URLSearchParams) => query.delete('iss')],
    ['another code', (query: URLSearchParams) => query.set('code', 'x'.repeat(43))],
    ['no code', (query: URLSearchParams) => query.delete('code')],
    ['two codes', (query: URLSearchParams) => query.append('code', 'x')],
    ['an error', (query: URLSearchParams) => query.set('error', 'server_error')],
  ])('is refused: %s', async (_what, change) => {
    egi.people.set('bob', { name: 'Bob' });
    const { url, transaction } = await begin('egi');
    const query = new URL(await egi.signIn(url, 'bob')).searchParams;
    change(query);
    await expect(finish('egi', query.toString(), transaction)).rejects.toEqual(refused('openid.refused'));
  });

  it('is refused: a second time', async () => {
    egi.people.set('bob', { name: 'Bob' });
    const { url, transaction } = await begin('egi');
    const answer = queryOf(await egi.signIn(url, 'bob'));
    await finish('egi', answer, transaction);
    egi.requests.length = 0;
    await expect(finish('egi', answer, transaction)).rejects.toEqual(refused('openid.not-started'));
    expect(egi.requests, 'the provider is not even asked').toEqual([]);
  });

  it('is refused: the code of somebody else’s sign-in', async () => {
    egi.people.set('bob', { name: 'Bob' });
    const [mine, theirs] = [await begin('egi'), await begin('egi')];
    const answer = new URL(await egi.signIn(theirs.url, 'bob')).searchParams;
    answer.set('state', new URL(mine.url).searchParams.get('state') ?? '');
    await expect(finish('egi', answer.toString(), mine.transaction)).rejects.toEqual(refused('openid.refused'));
  });

  it('is refused: a code that expired', async () => {
    egi.people.set('bob', { name: 'Bob' });
    const { url, transaction } = await begin('egi');
    const answer = queryOf(await egi.signIn(url, 'bob'));
    egi.expireCodes();
    await expect(finish('egi', answer, transaction)).rejects.toEqual(refused('openid.refused'));
  });

  it.each([
    ['no cookie of ours', () => randomBytes(300).toString('base64url')],
    ['an empty one', () => ''],
    ['a changed one', (sealed: string) => `${sealed.slice(0, -4)}AAAA`],
  ])('is refused: %s', async (_what, change) => {
    egi.people.set('bob', { name: 'Bob' });
    const { url, transaction } = await begin('egi');
    const answer = queryOf(await egi.signIn(url, 'bob'));
    await expect(finish('egi', answer, change(transaction))).rejects.toEqual(refused('openid.not-started'));
  });

  it('is refused: begun at another provider, or too long ago', async () => {
    egi.people.set('bob', { name: 'Bob' });
    const { url, transaction } = await begin('egi');
    const answer = queryOf(await egi.signIn(url, 'bob'));
    await expect(finish('other', answer, transaction)).rejects.toEqual(refused('openid.not-started'));
    identity.clock.advance(16 * 60_000);
    await expect(finish('egi', answer, transaction)).rejects.toEqual(refused('openid.not-started'));
  });

  it('says so when somebody cancels', async () => {
    const { url, transaction } = await begin('egi');
    const answer = queryOf(await egi.signIn(url, null));
    await expect(finish('egi', answer, transaction)).rejects.toEqual(refused('openid.cancelled'));
  });

  it('names no other place to go than one of this desk', async () => {
    egi.people.set('bob', { name: 'Bob' });
    const { url, transaction } = await begin('egi', '//evil.example/');
    expect((await finish('egi', queryOf(await egi.signIn(url, 'bob')), transaction)).returnTo).toBe('/');
  });
});

/** A provider of its own whose metadata says something else. @returns its name here */
async function twisted(name: string, metadata: object): Promise<string> {
  const made = await hostileProvider();
  twisters.push(made);
  made.metadata = { ...made.metadata, ...metadata };
  await addProvider({ name, issuer: made.issuer });
  return name;
}

describe('S27: an ID token', () => {
  /** What comes of an honest answer with this token in it. */
  async function withToken(make: (honest: JWTPayload) => Promise<string> | string) {
    const { url, transaction } = await begin('hostile');
    const asked = new URL(url).searchParams;
    hostile.userinfo = { sub: 'somebody', name: 'Some Body' };
    hostile.idToken(() => make(hostile.honest(asked.get('nonce') ?? '')));
    const answer = new URLSearchParams({ code: 'any', state: asked.get('state') ?? '', iss: hostile.issuer });
    return finish('hostile', answer.toString(), transaction);
  }
  const unsigned = (claims: JWTPayload, alg: string) =>
    `${base64url.encode(JSON.stringify({ alg }))}.${base64url.encode(JSON.stringify(claims))}.`;

  it('that is as it should be is taken', async () => {
    expect((await withToken((claims) => hostile.sign(claims))).userId).toBeGreaterThan(4);
  });

  it.each<[string, (honest: JWTPayload) => Promise<string> | string]>([
    ['without a signature (alg none)', (claims) => unsigned(claims, 'none')],
    ['whose signature is missing', (claims) => unsigned(claims, 'RS256')],
    [
      'signed with the client id as a shared secret (HS256)',
      (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from('helpmesh'.repeat(8))),
    ],
    ['with a broken signature', async (claims) => `${(await hostile.sign(claims)).slice(0, -8)}AAAAAAAA`],
    ['of a key that is not published', (claims) => hostile.sign(claims, { kid: 'two' })],
    ['of another issuer', (claims) => hostile.sign({ ...claims, iss: egi.issuer })],
    ['for another client', (claims) => hostile.sign({ ...claims, aud: 'somebody-else' })],
    ['for several, made for another', (claims) => hostile.sign({ ...claims, aud: ['helpmesh', 'x'], azp: 'x' })],
    ['with another nonce', (claims) => hostile.sign({ ...claims, nonce: 'another' })],
    ['without a nonce', ({ nonce: _none, ...claims }) => hostile.sign(claims)],
    ['that has expired', (claims) => hostile.sign({ ...claims, exp: (claims.iat ?? 0) - 600 })],
    ['without an end', ({ exp: _none, ...claims }) => hostile.sign(claims)],
    ['about nobody', ({ sub: _none, ...claims }) => hostile.sign(claims)],
    ['about somebody else than userinfo', (claims) => hostile.sign({ ...claims, sub: 'another' })],
    ['that is none', () => 'x.y.z'],
    ['that is missing', () => ''],
  ])('%s is refused', async (_what, make) => {
    await expect(withToken(make)).rejects.toEqual(refused('openid.refused'));
  });

  it('with an endless or unreadable subject is refused', async () => {
    for (const sub of ['x'.repeat(256), 'nul\u0000', 'ünïcode']) {
      await expect(withToken((claims) => hostile.sign({ ...claims, sub }))).rejects.toEqual(refused('openid.refused'));
    }
  });

  it.each([
    ['calls itself another', () => ({ issuer: egi.issuer })],
    ['leads browsers astray', () => ({ authorization_endpoint: 'javascript:alert(1)' })],
    ['says nothing about itself', () => ({ authorization_endpoint: undefined })],
  ])('is not even asked for where a provider %s', async (what, metadata) => {
    const name = await twisted(what.replaceAll(' ', '-'), metadata());
    await expect(begin(name)).rejects.toEqual(refused('openid.provider-unavailable'));
  });
});

describe('keys of a provider', () => {
  it('may change between two sign-ins, and in the middle of one', async () => {
    egi.people.set('bob', { name: 'Bob' });
    await signIn('bob');
    egi.rotateKeys();
    await signIn('bob');
    const { url, transaction } = await begin('egi');
    const answer = queryOf(await egi.signIn(url, 'bob'));
    egi.rotateKeys();
    await finish('egi', answer, transaction);
  });
});

describe('S13: what is called for a provider', () => {
  it.each([
    'http://desk.example.org',
    'https://10.0.0.1',
    'https://[::ffff:169.254.169.254]',
    'https://user:pass@aai.example.org',
    'https://aai.example.org:6379',
  ])('is not %s', async (issuer) => {
    await expect(addProvider({ name: 'private', issuer })).rejects.toEqual(refused('net.address-refused'));
  });

  it.each(['token_endpoint', 'jwks_uri', 'userinfo_endpoint'])(
    'is not a private %s of its metadata',
    async (endpoint) => {
      const name = await twisted(endpoint.replaceAll('_', '-'), { [endpoint]: 'http://169.254.169.254/' });
      const { url, transaction } = await begin(name);
      const asked = new URL(url).searchParams;
      const { issuer, sign, honest } = twisters.at(-1) as HostileProvider;
      twisters.at(-1)?.idToken(() => sign(honest(asked.get('nonce') ?? '')));
      const answer = new URLSearchParams({ code: 'x', state: asked.get('state') ?? '', iss: issuer });
      await expect(finish(name, answer.toString(), transaction)).rejects.toEqual(
        refused('openid.provider-unavailable'),
      );
    },
  );
});

describe('signing out', () => {
  it('leads on to the provider, which is told who it is', async () => {
    egi.people.set('zoe', { name: 'Zoe' });
    const { sessionToken } = await signIn('zoe');
    const { url } = await identity.ask(openIdSignOutUrl, { sessionToken });
    const asked = new URL(url ?? '');
    expect(`${asked.origin}${asked.pathname}`).toBe(`${egi.issuer}/session/end`);
    expect(asked.searchParams.get('post_logout_redirect_uri')).toBe(`${desk}/sign-in`);
    expect(asked.searchParams.get('id_token_hint')).toMatch(/^ey/);
    const stored = await identity.rows<{ id_token: Buffer }>('SELECT id_token FROM openid_sessions');
    for (const row of stored) expect(row.id_token.toString('latin1')).not.toContain('eyJ');
    expect(await identity.ask(openIdSignOutUrl, { sessionToken: 'x'.repeat(43) })).toEqual({ url: null });
    expect(await identity.ask(openIdSignOutUrl, { sessionToken: '' })).toEqual({ url: null });
  });

  it('at the provider ends the session here, once and for that person alone', async () => {
    egi.people.set('yan', { name: 'Yan' });
    egi.people.set('xia', { name: 'Xia' });
    const [yan, xia] = [await signIn('yan'), await signIn('xia')];
    const [logoutToken = ''] = await egi.signOut('yan');
    expect(logoutToken).toMatch(/^ey/);
    await identity.ask(endOpenIdSessions, { provider: 'egi', logoutToken });
    expect(await holds(yan.sessionToken)).toBe(false);
    expect(await holds(xia.sessionToken)).toBe(true);
    await waitFor(() => identity.bus.heard(accessChanged).some(({ data }) => data.userIds?.includes(yan.userId)), {
      what: 'the gateway is told to forget the session',
    });
    const back = await signIn('yan');
    await identity.ask(endOpenIdSessions, { provider: 'egi', logoutToken });
    expect(await holds(back.sessionToken), 'the token was used before').toBe(true);
  });

  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const now = () => Math.floor(identity.clock.now() / 1000);
  const honest = () => ({
    iss: hostile.issuer,
    aud: 'helpmesh',
    sub: 'somebody',
    iat: now(),
    exp: now() + 120,
    jti: randomBytes(8).toString('hex'),
    events,
  });
  it.each<[string, () => Promise<string> | string]>([
    ['about nobody', () => hostile.sign({ ...honest(), sub: undefined } as never)],
    ['about something else', () => hostile.sign({ ...honest(), events: {} })],
    ['with a nonce: an ID token', () => hostile.sign({ ...honest(), nonce: 'x' })],
    ['for another client', () => hostile.sign({ ...honest(), aud: 'x' })],
    ['of another issuer', () => hostile.sign({ ...honest(), iss: egi.issuer })],
    ['without an id', () => hostile.sign({ ...honest(), jti: undefined } as never)],
    ['that is old', () => hostile.sign({ ...honest(), iat: now() - 600 })],
    ['of an unknown key', () => hostile.sign(honest(), { kid: 'two' })],
    [
      'signed with a shared secret',
      () => new SignJWT(honest()).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(Buffer.from('x'.repeat(32))),
    ],
    ['that is none', () => 'nonsense'],
  ])('is not ordered by a logout token %s', async (_what, make) => {
    const asked = identity.ask(endOpenIdSessions, { provider: 'hostile', logoutToken: await make() });
    await expect(asked).rejects.toEqual(refused('openid.logout-token-refused'));
  });

  it('is ordered by one that is as it should be', async () => {
    expect(
      await identity.ask(endOpenIdSessions, { provider: 'hostile', logoutToken: await hostile.sign(honest()) }),
    ).toEqual({});
  });
});

describe('providers', () => {
  const read = (id: number) => identity.ask(openIdProviders.get, { params: { id }, query: {} }, ids.admin);
  const change = (id: number, body: object) =>
    identity.ask(openIdProviders.update, { params: { id }, query: {}, body }, ids.admin);

  it('never show their secret, and keep it sealed', async () => {
    const shown = await read(provider.egi as number);
    expect(shown).toMatchObject({
      name: 'egi',
      client_secret_set: true,
      redirect_uri: redirect('egi'),
      backchannel_logout_uri: `${desk}/auth/openid/egi/backchannel-logout`,
    });
    expect(JSON.stringify(shown)).not.toContain(egi.clientSecret);
    const [row] = await identity.rows<{ client_secret: Buffer }>(
      'SELECT client_secret FROM openid_providers WHERE id = $1',
      [provider.egi],
    );
    expect(row?.client_secret.toString('latin1')).not.toContain(egi.clientSecret);
    expect(await read(provider.hostile as number)).toMatchObject({ client_secret_set: false });
  });

  it('take a new secret, and go on with the old one when none is written', async () => {
    egi.people.set('bob', { name: 'Bob' });
    await change(provider.egi as number, { client_secret: 'wrong' });
    await expect(signIn('bob')).rejects.toEqual(refused('openid.refused'));
    await change(provider.egi as number, { client_secret: egi.clientSecret });
    await change(provider.egi as number, { title: 'EGI Check-in' });
    await signIn('bob');
    expect(await identity.ask(signInProviders, { params: {}, query: {} })).toContainEqual({
      name: 'egi',
      title: 'EGI Check-in',
    });
  });

  it('that are disabled open nothing, end what they opened, and give nothing', async () => {
    await map(vo, { role: 'Agent' });
    egi.people.set('dis', { name: 'Dis', entitlements: [vo] });
    const { userId, sessionToken } = await signIn('dis');
    const { url, transaction } = await begin('egi');
    const answer = queryOf(await egi.signIn(url, 'dis'));
    await change(provider.egi as number, { enabled: false });
    expect(await identity.ask(signInProviders, { params: {}, query: {} })).not.toContainEqual(
      expect.objectContaining({ name: 'egi' }),
    );
    await expect(begin('egi')).rejects.toEqual(refused('openid.provider-unknown'));
    await expect(finish('egi', answer, transaction)).rejects.toEqual(refused('openid.provider-unknown'));
    expect(await holds(sessionToken)).toBe(false);
    expect(await userOf(userId)).toMatchObject({ role_ids: [3] });
    await change(provider.egi as number, { enabled: true });
    expect(await userOf(userId)).toMatchObject({ role_ids: [2, 3] });
  });

  it('that are removed leave accounts behind, which are found again by the same issuer', async () => {
    const shortLived = await openIdServer({ redirectUris: [redirect('short'), redirect('short-again')] });
    const settings = { issuer: shortLived.issuer, client_secret: shortLived.clientSecret };
    provider.short = await addProvider({ name: 'short', ...settings, scopes: ['profile', 'entitlements'] });
    await map(vo, { role: 'Agent' }, 'short');
    shortLived.people.set('rem', { name: 'Rem', entitlements: [vo] });
    const { userId, sessionToken } = await signIn('rem', { at: shortLived, name: 'short' });
    expect(await userOf(userId)).toMatchObject({ role_ids: [2, 3] });
    await identity.ask(openIdProviders.delete, { params: { id: provider.short }, query: {} }, ids.admin);
    expect(await holds(sessionToken)).toBe(false);
    expect(await userOf(userId)).toMatchObject({ role_ids: [3] });
    await addProvider({ name: 'short-again', ...settings });
    expect((await signIn('rem', { at: shortLived, name: 'short-again' })).userId).toBe(userId);
    await shortLived.stop();
  });

  it('are one for each name and issuer', async () => {
    const twice = { name: 'egi', issuer: 'https://aai.example.org' };
    await expect(addProvider(twice)).rejects.toEqual(refused('openid.provider-exists'));
    await expect(addProvider({ name: 'new', issuer: egi.issuer })).rejects.toEqual(refused('openid.provider-exists'));
  });

  it('that are silent are said to be', async () => {
    const gone = await openIdServer({ redirectUris: [redirect('gone')] });
    await addProvider({ name: 'gone', issuer: gone.issuer });
    await gone.stop();
    await expect(begin('gone')).rejects.toEqual(refused('openid.provider-unavailable'));
  });

  it('and mappings and identities are for those who may manage users and security', async () => {
    const nothing = { params: {}, query: {} };
    const admin = await identity.actor(ids.admin);
    const half = (permissions: string[]): Actor => ({ ...admin, permissions });
    for (const who of [ids.agent, ids.nicole, half(['admin.security']), half(['admin.user'])]) {
      const asked = [
        () => identity.ask(openIdProviders.list, nothing, who),
        () => identity.ask(openIdProviders.get, { params: { id: provider.egi as number }, query: {} }, who),
        () =>
          identity.ask(openIdProviders.update, { params: { id: provider.egi as number }, query: {}, body: {} }, who),
        () => identity.ask(openIdProviders.delete, { params: { id: provider.egi as number }, query: {} }, who),
        () => identity.ask(entitlementMappings.list, nothing, who),
        () => identity.ask(entitlementMappings.get, { params: { id: 1 }, query: {} }, who),
        () => identity.ask(entitlementMappings.update, { params: { id: 1 }, query: {}, body: {} }, who),
        () => identity.ask(entitlementMappings.delete, { params: { id: 1 }, query: {} }, who),
        () => identity.ask(openIdIdentities.list, { params: {}, query: { user_id: 3 } }, who),
        () => identity.ask(openIdIdentities.delete, { params: { id: 1 }, query: {} }, who),
      ];
      for (const ask of asked) await expect(ask()).rejects.toEqual(refused('identity.not-authorized'));
    }
    expect(await identity.ask(openIdProviders.list, nothing, half(['admin.security', 'admin.user']))).not.toEqual([]);
  });

  it.each([
    ['provider', openIdProviders.get, 'openid.no-such-provider'],
    ['mapping', entitlementMappings.get, 'openid.no-such-mapping'],
    ['identity', openIdIdentities.delete, 'openid.no-such-identity'],
  ] as const)('a %s that is not there is not found', async (_what, question, code) => {
    const asked = identity.ask(
      question as typeof openIdIdentities.delete,
      { params: { id: 999_999 }, query: {} },
      ids.admin,
    );
    await expect(asked).rejects.toEqual(refused(code));
  });
});
