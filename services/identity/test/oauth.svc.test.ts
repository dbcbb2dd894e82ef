import { createHash, randomBytes } from 'node:crypto';
import {
  type Actor,
  accessChanged,
  applications,
  authenticate,
  changePassword,
  communities,
  createToken,
  groups,
  oauthEndpoints,
  oauthGrants,
  requestPasswordReset,
  sendMail,
  setPasswordByToken,
  users,
} from '@helpmesh/contracts';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OpenSession } from '../src/application/sign-in/open-session.ts';
import { Sweep } from '../src/application/sweep.ts';
import { adminPassword, ids, startIdentity, type TestIdentity } from './identity.ts';

const none = { params: {}, query: {} };
const redirectUri = 'https://app.example/done';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');
const MINUTE = 60_000;
const DAY = 86_400_000;

let desk: TestIdentity;
let person: Actor;
let app: { id: number; uid: string; secret: string | null };
let spa: { id: number; uid: string; secret: string | null };

beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());
beforeEach(async () => {
  await desk.rows('DELETE FROM oauth_applications');
  await desk.rows('UPDATE users SET active = true');
  const body = { name: 'Planner', redirect_uris: [redirectUri], scopes: ['ticket.agent', 'admin.tag', 'report'] };
  app = await desk.ask(applications.create, { ...none, body }, ids.admin);
  const open = { ...body, name: 'Pocket', confidential: false, redirect_uris: ['http://127.0.0.1/done'] };
  spa = await desk.ask(applications.create, { ...none, body: open }, ids.admin);
  person = await signedIn();
});

async function signedIn(): Promise<Actor> {
  const wish = { userId: ids.admin, way: 'passkey' as const, ip: undefined, userAgent: undefined };
  const { sessionToken } = await desk.service.get(OpenSession).run(desk.service.get(DataSource), wish);
  return (await desk.ask(authenticate, { credential: { scheme: 'session', sessionToken } })).actor;
}

const request = (of: { uid: string }, more: Record<string, string> = {}) =>
  new URLSearchParams({
    response_type: 'code',
    client_id: of.uid,
    redirect_uri: of === spa ? 'http://127.0.0.1:5005/done' : redirectUri,
    scope: 'ticket.agent',
    state: 'xyz',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  }).toString();

const preview = (query: string, who: Actor = person) =>
  desk.ask(oauthGrants.preview, { ...none, body: { request: query } }, who);
/** As somebody does who was shown `scopes`; everything that there is, when it does not matter. */
const decide = (query: string, allow = true, who: Actor = person, scopes = ['ticket', 'admin', 'report']) =>
  desk.ask(oauthGrants.decide, { ...none, body: { request: query, allow, scopes } }, who);

async function codeFor(of: { uid: string }, more: Record<string, string> = {}): Promise<string> {
  const { redirect_to } = await decide(request(of, more));
  return new URL(redirect_to).searchParams.get('code') ?? '';
}

type Form = Record<string, string | undefined>;
const formOf = (form: Form) =>
  new URLSearchParams(
    Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();
const basic = (id: string, secret: string | null) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const post = (endpoint: keyof typeof oauthEndpoints, form: Form, authorization?: string) =>
  desk.ask(oauthEndpoints[endpoint], { form: formOf(form), ...(authorization !== undefined && { authorization }) });

interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
  expires_in: number;
}
const exchange = (code: string, more: Form = {}, authorization = basic(app.uid, app.secret)) =>
  post(
    'token',
    { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, ...more },
    authorization,
  );
const refresh = (token: string, more: Form = {}, authorization = basic(app.uid, app.secret)) =>
  post('token', { grant_type: 'refresh_token', refresh_token: token, ...more }, authorization);
const tokensOf = async (answer: ReturnType<typeof post>): Promise<Tokens> => {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as Tokens;
};
const granted = async (more: Record<string, string> = {}) => tokensOf(exchange(await codeFor(app, more)));
const who = (token: string) => desk.ask(authenticate, { credential: { scheme: 'token', token } });
const dead = (code = 'identity.access-token-unknown') => ({ kind: 'unauthenticated', code });
const grants = () => desk.rows('SELECT id FROM oauth_grants');

describe('an application', () => {
  it('is registered with a secret that is shown once and kept as a hash; a public one has none', async () => {
    expect(app.secret).toMatch(/^[\w-]{43}$/);
    expect(spa.secret).toBeNull();
    const list = await desk.ask(applications.list, none, ids.admin);
    expect(list.map(({ name, confidential }) => [name, confidential])).toEqual([
      ['Planner', true],
      ['Pocket', false],
    ]);
    expect(JSON.stringify(list)).not.toContain('secret');
    const stored = JSON.stringify(await desk.rows('SELECT * FROM oauth_applications'));
    expect(stored).not.toContain(app.secret);
  });

  it('may look after the communities of whoever lets it, and does nothing else for them', async () => {
    const group = await desk.ask(groups.create, { ...none, body: { name: 'Kept' } }, ids.admin);
    const kept = { name: 'Kept', group_ids: [group.id], administrator_ids: [ids.admin] };
    const community = await desk.ask(communities.create, { ...none, body: kept }, ids.admin);
    const body = { name: 'Keeper', redirect_uris: [redirectUri], scopes: ['community'] };
    const keeper = await desk.ask(applications.create, { ...none, body }, ids.admin);
    const asked = request(keeper, { scope: 'community' });
    const { redirect_to } = await decide(asked, true, await signedIn(), ['community']);
    const code = new URL(redirect_to).searchParams.get('code') ?? '';
    const { access_token } = await tokensOf(exchange(code, {}, basic(keeper.uid, keeper.secret)));
    const { actor } = await who(access_token);
    expect([actor.permissions, actor.administers]).toEqual([['community'], [group.id]]);
    await desk.ask(communities.delete, { ...none, params: { id: community.id } }, ids.admin);
    expect((await who(access_token)).actor).toMatchObject({ permissions: [] });
  });

  it('can get a new secret; the old one ends', async () => {
    const renewed = await desk.ask(applications.renewSecret, { ...none, params: { id: app.id } }, ids.admin);
    const code = await codeFor(app);
    expect(await exchange(code)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await exchange(code, {}, basic(app.uid, renewed.secret))).toMatchObject({ status: 200 });
    const ofPublic = desk.ask(applications.renewSecret, { ...none, params: { id: spa.id } }, ids.admin);
    await expect(ofPublic).rejects.toMatchObject({ code: 'oauth.public-client' });
  });

  it.each([
    [{ redirect_uris: ['http://app.example/'] }, 'oauth.redirect-uri-refused'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'oauth.redirect-uri-refused'],
    [{ redirect_uris: [] }, 'identity.required'],
    [{ scopes: [] }, 'identity.required'],
    [{ scopes: ['everything'] }, 'oauth.scope-unknown'],
    [{ scopes: ['user_preferences'] }, 'oauth.scope-unknown'],
    [{ scopes: ['user_preferences.access_token'] }, 'oauth.scope-unknown'],
    [{ scopes: ['user_preferences.password'] }, 'oauth.scope-unknown'],
    [{ name: ' ' }, 'identity.blank'],
  ])('is not registered, nor changed, with %j', async (more, code) => {
    const body = { name: 'x', redirect_uris: [redirectUri], scopes: ['report'], ...more };
    await expect(desk.ask(applications.create, { ...none, body }, ids.admin)).rejects.toMatchObject({ code });
    const change = desk.ask(applications.update, { ...none, params: { id: app.id }, body: more }, ids.admin);
    await expect(change).rejects.toMatchObject({ code });
  });

  it('is for administrators alone', async () => {
    const params = { id: app.id };
    for (const act of [
      () => desk.ask(applications.list, none, ids.agent),
      () => desk.ask(applications.get, { ...none, params }, ids.agent),
      () => desk.ask(applications.update, { ...none, params, body: { name: 'x' } }, ids.agent),
      () => desk.ask(applications.renewSecret, { ...none, params }, ids.agent),
      () => desk.ask(applications.delete, { ...none, params }, ids.agent),
    ]) {
      await expect(act()).rejects.toMatchObject({ kind: 'forbidden' });
    }
  });
});

describe('consent', () => {
  it('shows who asks for what, and leads back with a code, the state and the name of this server', async () => {
    expect(await preview(request(app))).toEqual({
      application: { name: 'Planner', redirect_host: 'app.example' },
      scopes: ['ticket.agent'],
    });
    expect(await grants()).toEqual([]);
    const to = new URL((await decide(request(app))).redirect_to);
    expect(to.href.startsWith(`${redirectUri}?`)).toBe(true);
    expect(Object.fromEntries(to.searchParams)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'xyz',
      iss: 'https://desk.example.com',
    });
    expect(JSON.stringify(await desk.rows('SELECT * FROM oauth_grants'))).not.toContain(to.searchParams.get('code'));
  });

  it('grants what the page showed, and no more when the application was registered for more meanwhile', async () => {
    const asked = new URLSearchParams(request(app));
    asked.delete('scope');
    const query = asked.toString();
    const params = { id: app.id };
    const change = (scopes: string[]) =>
      desk.ask(applications.update, { ...none, params, body: { scopes } }, ids.admin);
    await change(['report']);
    const shown = await preview(query);
    await change(['admin', 'report', 'ticket']);
    const to = new URL((await decide(query, true, person, 'scopes' in shown ? shown.scopes : [])).redirect_to);
    const tokens = await tokensOf(exchange(to.searchParams.get('code') ?? ''));
    expect(tokens.scope).toBe('report');
    await change(['admin']);
    const { redirect_to } = await decide(query, true, person, ['report']);
    expect(redirect_to).toContain('error=access_denied');
  });

  it('is told to the owner of the account by mail', async () => {
    const decided = async (allow: boolean) => {
      desk.clock.advance(MINUTE);
      await decide(request(app), allow);
      return new Date(desk.clock.now()).toISOString();
    };
    const toldAt = (at: string) =>
      desk.bus.heard(sendMail).filter(({ data: { content } }) => 'values' in content && content.values.at === at);
    const [first, second] = [await decided(false), await decided(true)];
    await desk.bus.hear(sendMail, () => toldAt(second).length > 0);
    expect(toldAt(second).map(({ data }) => data)).toMatchObject([
      {
        to: [{ address: 'admin@example.com' }],
        content: { template: 'account-changed', values: { change: 'application-granted' } },
      },
    ]);
    expect(toldAt(first)).toEqual([]);
  });

  it('names the scheme of an app, whose address has no host that would say anything', async () => {
    const body = { redirect_uris: ['com.example.app://bank.example/done'] };
    await desk.ask(applications.update, { ...none, params: { id: app.id }, body }, ids.admin);
    const query = request(app, { redirect_uri: 'com.example.app://bank.example/done' });
    expect(await preview(query)).toMatchObject({ application: { redirect_host: 'com.example.app:' } });
  });

  it('may be denied, and grants nothing then', async () => {
    const to = new URL((await decide(request(app), false)).redirect_to);
    expect(Object.fromEntries(to.searchParams)).toMatchObject({ error: 'access_denied', state: 'xyz' });
    expect(await grants()).toEqual([]);
  });

  it('is about what the person may do, no more; nothing of it is a denial', async () => {
    expect(await preview(request(app, { scope: 'report admin.tag' }))).toMatchObject({
      scopes: ['admin.tag', 'report'],
    });
    const agent = { ...(await desk.actor(ids.agent)), via: 'session' as const };
    expect(await preview(request(app, { scope: 'ticket.agent admin.tag' }), agent)).toMatchObject({
      scopes: ['ticket.agent'],
    });
    expect(await preview(request(app, { scope: 'admin.tag' }), agent)).toMatchObject({
      redirect_to: expect.stringContaining('error=access_denied'),
    });
  });

  it.each([
    ['an unknown application', (): string => request({ uid: 'nobody' }), 'oauth.application-unknown'],
    ['a foreign address', () => request(app, { redirect_uri: 'https://evil.example/' }), 'oauth.redirect-uri-unknown'],
    ['the address of another one', () => request(spa, { redirect_uri: redirectUri }), 'oauth.redirect-uri-unknown'],
  ])('of %s stops here', async (_, query, code) => {
    await expect(preview(query())).rejects.toMatchObject({ code });
    await expect(decide(query())).rejects.toMatchObject({ code });
  });

  it('is answered with an error that the application reads, whatever the person would say', async () => {
    const query = request(app, { code_challenge_method: 'plain' });
    for (const answer of [await preview(query), await decide(query)]) {
      expect(answer).toMatchObject({ redirect_to: expect.stringContaining('error=invalid_request') });
    }
    expect(await grants()).toEqual([]);
  });

  it('is given in person: by no token, for nobody else, by nobody who must set up a second factor', async () => {
    for (const change of [{ via: 'token' }, { via: 'basic' }, { actingUserId: ids.agent }, { mustEnrol: true }]) {
      const other = { ...person, ...change } as Actor;
      await expect(preview(request(app), other)).rejects.toMatchObject({ code: 'identity.not-authorized' });
      await expect(decide(request(app), true, other)).rejects.toMatchObject({ code: 'identity.not-authorized' });
    }
  });

  it('wants a recent proof of the person, to deny does not', async () => {
    desk.clock.advance(16 * MINUTE);
    await expect(decide(request(app))).rejects.toMatchObject({ code: 'identity.proof-needed' });
    await expect(decide(request(app), false)).resolves.toBeDefined();
  });
});

describe('a code', () => {
  it('gets tokens: the person’s rights, narrowed to what was granted, for a short time', async () => {
    const tokens = await granted({ scope: 'ticket.agent admin.tag' });
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 1800, scope: 'admin.tag ticket.agent' });
    const { actor, maxAgeMs } = await who(tokens.access_token);
    expect(actor).toMatchObject({
      userId: ids.admin,
      via: 'token',
      permissions: ['admin.tag', 'ticket.agent'],
      groups: { 1: ['full'], 2: ['full'] },
    });
    expect(maxAgeMs).toBe(30_000);
    desk.clock.advance(30 * MINUTE);
    await expect(who(tokens.access_token)).rejects.toMatchObject(dead('identity.access-token-expired'));
    const stored = JSON.stringify(await desk.rows('SELECT * FROM oauth_tokens'));
    for (const token of [tokens.access_token, tokens.refresh_token]) expect(stored).not.toContain(token);
  });

  it('gets them for a public client by its verifier alone, at the port that it listened on', async () => {
    const code = await codeFor(spa);
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, client_id: spa.uid };
    const wrong = await post('token', { ...form, redirect_uri: 'http://127.0.0.1/done' });
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await tokensOf(post('token', { ...form, redirect_uri: 'http://127.0.0.1:5005/done' }));
  });

  it.each([
    ['a wrong verifier', { code_verifier: randomBytes(32).toString('base64url') }, 'invalid_grant'],
    ['the challenge as verifier', { code_verifier: challenge }, 'invalid_grant'],
    ['no verifier', { code_verifier: undefined }, 'invalid_request'],
    ['another redirect URI', { redirect_uri: 'https://app.example/other' }, 'invalid_grant'],
    ['no redirect URI', { redirect_uri: undefined }, 'invalid_request'],
    ['another code', { code: randomBytes(32).toString('base64url') }, 'invalid_grant'],
    ['no code', { code: undefined }, 'invalid_request'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no grant', { grant_type: undefined }, 'invalid_request'],
  ] as [string, Form, string][])('gets nothing with %s, and is good afterwards', async (_, more, error) => {
    const code = await codeFor(app);
    expect(await exchange(code, more)).toMatchObject({ status: 400, body: { error } });
    await tokensOf(exchange(code));
  });

  it.each([
    ['no client', () => undefined, {}],
    ['a wrong secret', () => basic(app.uid, 'wrong'), {}],
    ['an empty secret', () => basic(app.uid, ''), {}],
    ['an unknown client', () => basic('nobody', app.secret), {}],
    ['its name alone', () => undefined, { uid: true }],
    ['a public client with a secret', () => basic(spa.uid, 'x'), {}],
  ])('gets nothing from %s', async (_, authorization, { uid }: { uid?: boolean }) => {
    const form = { grant_type: 'authorization_code', code: await codeFor(app), redirect_uri: redirectUri };
    const more = { code_verifier: verifier, ...(uid && { client_id: app.uid }) };
    const answer = await post('token', { ...form, ...more }, authorization());
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('gets nothing for another application', async () => {
    const code = await codeFor(app);
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    const stolen = await post('token', { ...form, client_id: spa.uid });
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await tokensOf(exchange(code));
  });

  it('gets nothing after a minute', async () => {
    const code = await codeFor(app);
    desk.clock.advance(MINUTE);
    expect(await exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('used twice ends all that came of it, and everybody hears of it', async () => {
    const code = await codeFor(app);
    const tokens = await tokensOf(exchange(code));
    const next = await tokensOf(refresh(tokens.refresh_token));
    expect(await exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await desk.bus.hear(accessChanged, ({ data }) => data.reason === 'application-revoked');
    for (const { access_token } of [tokens, next]) await expect(who(access_token)).rejects.toMatchObject(dead());
    expect(await refresh(next.refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } });
    const audited = "SELECT object_label FROM audit_entry WHERE action = 'application.token-reused'";
    expect(await desk.rows(audited)).toContainEqual({ object_label: 'Planner' });
  });

  it('used twice at once never leaves two sets of tokens', async () => {
    const code = await codeFor(app);
    const answers = await Promise.all([exchange(code), exchange(code), exchange(code)]);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    for (const { body } of answers) {
      if ('access_token' in body) await expect(who(String(body.access_token))).rejects.toMatchObject(dead());
    }
  });
});

describe('a refresh token', () => {
  it('gets new tokens, once; the consent lives on as long as it is used', async () => {
    let { refresh_token } = await granted();
    for (let day = 0; day < 60; day += 20) {
      desk.clock.advance(20 * DAY);
      const tokens = await tokensOf(refresh(refresh_token));
      expect(tokens.refresh_token).not.toBe(refresh_token);
      await expect(who(tokens.access_token)).resolves.toMatchObject({ actor: { userId: ids.admin } });
      refresh_token = tokens.refresh_token;
    }
    desk.clock.advance(30 * DAY);
    expect(await refresh(refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('used twice ends the whole family (RFC 9700 4.14.2)', async () => {
    const first = await granted();
    const second = await tokensOf(refresh(first.refresh_token));
    expect(await refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await expect(who(second.access_token)).rejects.toMatchObject(dead());
    expect(await refresh(second.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await grants()).toEqual([]);
  });

  it('can ask for less, and for all of it the next time, but never for more', async () => {
    const { refresh_token } = await granted({ scope: 'ticket.agent report' });
    const less = await tokensOf(refresh(refresh_token, { scope: 'report' }));
    expect(less.scope).toBe('report');
    expect((await who(less.access_token)).actor.permissions).toEqual(['report']);
    const more = await refresh(less.refresh_token, { scope: 'report admin.tag' });
    expect(more).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect((await tokensOf(refresh(less.refresh_token))).scope).toBe('report ticket.agent');
  });

  it('is worth nothing to another application, and opens nothing by itself', async () => {
    const { access_token, refresh_token } = await granted();
    const stolen = post('token', { grant_type: 'refresh_token', refresh_token, client_id: spa.uid });
    expect(await stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await expect(who(refresh_token)).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(await refresh(access_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await tokensOf(refresh(refresh_token));
  });

  it('gets nothing for somebody whose account was closed', async () => {
    const { access_token, refresh_token } = await granted();
    await desk.rows('UPDATE users SET active = false WHERE id = $1', [ids.admin]);
    await expect(who(access_token)).rejects.toMatchObject(dead());
    expect(await refresh(refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
});

describe('the end of a grant', () => {
  it('comes by the person, who sees what was granted', async () => {
    expect(await desk.ask(oauthGrants.list, none, person)).toEqual([]);
    const { access_token, refresh_token } = await granted({ scope: 'ticket.agent report' });
    await who(access_token);
    const [one] = await desk.ask(oauthGrants.list, none, person);
    expect(one).toMatchObject({ id: app.id, name: 'Planner', scopes: ['report', 'ticket.agent'] });
    expect(one?.last_used_at).not.toBeNull();
    const other = desk.ask(oauthGrants.revoke, { ...none, params: { id: app.id } }, ids.agent);
    await expect(other).rejects.toMatchObject({ kind: 'not-found' });
    await desk.ask(oauthGrants.revoke, { ...none, params: { id: app.id } }, person);
    await expect(who(access_token)).rejects.toMatchObject(dead());
    expect(await refresh(refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } });
    expect(await desk.ask(oauthGrants.list, none, person)).toEqual([]);
  });

  it('comes by an administrator of users, in person; the log names whose it was, a mail tells them', async () => {
    const { access_token } = await granted({ scope: 'ticket.agent' });
    const params = { id: ids.admin, application_id: app.id };
    const list = (by: number | Actor) => desk.ask(oauthGrants.listOfUser, { ...none, params: { id: ids.admin } }, by);
    const end = (by: number | Actor) => desk.ask(oauthGrants.revokeOfUser, { ...none, params }, by);
    const boss = { ...(await desk.actor(ids.agent)), permissions: ['admin'] };
    for (const by of [ids.agent, ids.nicole, { ...boss, actingUserId: ids.nicole }]) {
      await expect(list(by)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(end(by)).rejects.toMatchObject({ kind: 'forbidden' });
    }
    expect(await list(boss)).toMatchObject([{ id: app.id, name: 'Planner', scopes: ['ticket.agent'] }]);
    // Of somebody who administers more, it is seen and not ended.
    const lesser = { ...boss, permissions: ['admin.user'] };
    expect(await list(lesser)).toHaveLength(1);
    await expect(end(lesser)).rejects.toMatchObject({ code: 'identity.beyond-own-rights' });
    await who(access_token);
    desk.clock.advance(1000);
    await end(boss);
    await expect(who(access_token)).rejects.toMatchObject(dead());
    expect(await list(boss)).toEqual([]);
    await expect(end(boss)).rejects.toMatchObject({ kind: 'not-found' });
    const nobody = desk.ask(oauthGrants.listOfUser, { ...none, params: { id: 999_999 } }, boss);
    await expect(nobody).rejects.toMatchObject({ kind: 'not-found' });
    const [entry] = await desk.rows('SELECT * FROM audit_entry ORDER BY seq DESC LIMIT 1');
    expect(JSON.stringify(entry)).toMatch(/application\.revoked.*Planner/);
    const at = new Date(desk.clock.now()).toISOString();
    const mail = await desk.bus.hear(
      sendMail,
      ({ data: { content } }) =>
        'values' in content && content.values.change === 'application-revoked' && content.values.at === at,
    );
    expect(mail.data).toMatchObject({
      to: [{ address: 'admin@example.com' }],
      content: { values: { by: expect.any(String) } },
    });
  });

  it('comes by the application (RFC 7009): an access token alone, or all of it', async () => {
    const first = await granted();
    const { access_token, refresh_token } = await tokensOf(refresh(first.refresh_token));
    const header = basic(app.uid, app.secret);
    const strange = await post('revoke', { token: access_token, client_id: spa.uid });
    expect(strange).toMatchObject({ status: 200 });
    await who(access_token);
    expect(await post('revoke', { token: access_token }, header)).toEqual({ status: 200, body: {} });
    await expect(who(access_token)).rejects.toMatchObject(dead());
    await who(first.access_token);
    expect(await post('revoke', { token: refresh_token, token_type_hint: 'access_token' }, header)).toMatchObject({
      status: 200,
    });
    await expect(who(first.access_token)).rejects.toMatchObject(dead());
    const audited = "SELECT actor_id, changes FROM audit_entry WHERE action = 'application.revoked' AND object_id = $1";
    expect(await desk.rows(audited, [String(app.id)])).toEqual([
      { actor_id: null, changes: { user_id: { from: ids.admin } } },
    ]);
    expect(await post('revoke', { token: 'unknown' }, header)).toEqual({ status: 200, body: {} });
    expect(await post('revoke', {}, header)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await post('revoke', { token: 'x' })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('comes by the administrator: with a scope of the application, or with the application', async () => {
    const { access_token, refresh_token } = await granted({ scope: 'ticket.agent report' });
    const params = { id: app.id };
    await desk.ask(applications.update, { ...none, params, body: { scopes: ['report'] } }, ids.admin);
    expect((await who(access_token)).actor.permissions).toEqual(['report']);
    const next = await tokensOf(refresh(refresh_token));
    expect(next.scope).toBe('report');
    await desk.ask(applications.delete, { ...none, params }, ids.admin);
    await expect(who(next.access_token)).rejects.toMatchObject(dead());
  });

  it('comes with the right itself, and with the person', async () => {
    const { id } = (await desk.ask(
      users.create,
      { ...none, body: { email: 'temp@desk.example', roles: ['Agent'] } },
      ids.admin,
    )) as { id: number };
    await desk.rows('UPDATE oauth_grants SET user_id = $1', [id]);
    const tokens = await granted({ scope: 'ticket.agent admin.tag' });
    await desk.rows('UPDATE oauth_grants SET user_id = $1', [id]);
    expect((await who(tokens.access_token)).actor.permissions).toEqual(['ticket.agent']);
    await desk.rows('DELETE FROM user_role WHERE user_id = $1', [id]);
    expect((await who(tokens.access_token)).actor.permissions).toEqual([]);
    await desk.ask(users.delete, { ...none, params: { id } }, ids.admin);
    await expect(who(tokens.access_token)).rejects.toMatchObject(dead());
  });

  it('is swept away when nothing of it can be used any more', async () => {
    await granted();
    await codeFor(app);
    desk.clock.advance(2 * MINUTE);
    await desk.service.get(Sweep).run();
    expect(await grants()).toHaveLength(1);
    desk.clock.advance(30 * DAY);
    await desk.service.get(Sweep).run();
    expect(await grants()).toEqual([]);
  });
});

it('introspection tells a confidential application of its own tokens only (RFC 7662)', async () => {
  const { access_token, refresh_token } = await granted();
  const header = basic(app.uid, app.secret);
  expect(await post('introspect', { token: access_token }, header)).toEqual({
    status: 200,
    body: {
      active: true,
      scope: 'ticket.agent',
      client_id: app.uid,
      username: 'admin@example.com',
      sub: String(ids.admin),
      token_type: 'Bearer',
      iat: expect.any(Number),
      exp: expect.any(Number),
      iss: 'https://desk.example.com',
    },
  });
  expect(await post('introspect', { token: refresh_token }, header)).toMatchObject({ body: { active: true } });
  await tokensOf(refresh(refresh_token));
  const body = { name: 'Other', redirect_uris: [redirectUri], scopes: ['report'] };
  const other = await desk.ask(applications.create, { ...none, body }, ids.admin);
  for (const [token, as] of [
    [refresh_token, header],
    ['unknown', header],
    [access_token, basic(other.uid, other.secret)],
  ] as const) {
    expect(await post('introspect', { token }, as)).toEqual({ status: 200, body: { active: false } });
  }
  desk.clock.advance(30 * MINUTE);
  expect(await post('introspect', { token: access_token }, header)).toMatchObject({ body: { active: false } });
  const open = await post('introspect', { token: access_token, client_id: spa.uid });
  expect(open).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
});

describe('S23: a new password', () => {
  const tokens = () => desk.rows('SELECT 1 FROM api_tokens WHERE user_id = $1', [ids.admin]);
  const ends = async (act: () => Promise<unknown>) => {
    person = await signedIn();
    const { access_token: access, refresh_token: again } = await granted();
    await desk.ask(createToken, { ...none, body: { name: 'script', permission: ['ticket.agent'] } }, ids.admin);
    await act();
    await expect(who(access)).rejects.toMatchObject(dead());
    expect((await refresh(again)).status).toBe(400);
    expect(await grants()).toEqual([]);
    const left = (await tokens()).length;
    await desk.rows('DELETE FROM api_tokens');
    return left;
  };
  const next = adminPassword;
  const change = (more: object) =>
    desk.ask(changePassword, { ...none, body: { password_old: adminPassword, password_new: next, ...more } }, person);

  it('ends what applications were allowed; API tokens when that is wished', async () => {
    expect(await ends(() => change({}))).toBe(1);
    expect(await ends(() => change({ end_tokens: true }))).toBe(0);
  });

  it('does so by a link from a mail, and when an administrator sets it', async () => {
    const [{ email }] = (await desk.rows<{ email: string }>('SELECT email FROM users WHERE id = $1', [ids.admin])) as [
      { email: string },
    ];
    const byLink = async (more: object) => {
      const before = desk.bus.heard(sendMail).length;
      await desk.ask(requestPasswordReset, { ...none, body: { username: email } });
      const reset = ({ data }: { data: { kind: string } }) => data.kind === 'password-reset';
      const mail = await desk.bus.hear(
        sendMail,
        (one) => reset(one) && desk.bus.heard(sendMail).indexOf(one) >= before,
      );
      const { link } = (mail.data.content as unknown as { values: { link: string } }).values;
      const body = { token: new URL(link).searchParams.get('token') ?? '', password: next, ...more };
      return desk.ask(setPasswordByToken, { ...none, body });
    };
    expect(await ends(() => byLink({}))).toBe(1);
    expect(await ends(() => byLink({ end_tokens: true }))).toBe(0);
    const set = () =>
      desk.ask(users.update, { params: { id: ids.admin }, query: {}, body: { password: adminPassword } }, person);
    expect(await ends(set)).toBe(1);
  });
});
