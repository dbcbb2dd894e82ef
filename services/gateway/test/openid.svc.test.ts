import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signOut } from '@helpmesh/contracts';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGatewayService, GatewayConfig } from '../src/service.ts';
import { agent, type Neighbours, opened, startNeighbours, world } from './neighbours.ts';
import { linking, openIdHeard, providerUrl, transaction } from './openid-neighbour.ts';

const keys = testKeys();
const dir = mkdtempSync(join(tmpdir(), 'helpmesh-gateway-'));
let gateway: RunningService;
let neighbours: Neighbours;
let stopNats: () => Promise<void>;

beforeAll(async () => {
  const nats = await infra().nats();
  stopNats = () => nats.stop();
  neighbours = await startNeighbours(nats.url, keys.trustedKeys);
  gateway = createGatewayService(
    loadConfig(GatewayConfig, {
      ...keys.envOf('gateway'),
      NATS_URL: nats.url,
      HEALTH_PORT: '0',
      HTTP_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      BLOB_DIR: join(dir, 'blobs'),
      WEB_DIR: join(dir, 'web'),
      HELPMESH_PUBLIC_URL: 'https://desk.example.com',
      HELPMESH_SIGN_IN_LIMIT_PER_MINUTE: '20',
    }),
  );
  await gateway.start();
});
afterAll(async () => {
  await gateway?.stop();
  await neighbours?.stop();
  await stopNats?.();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  world.reset();
  openIdHeard.length = 0;
});

async function ask(path: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  const response = await fetch(`${gateway.url}${path}`, { redirect: 'manual', headers, ...init });
  const { status, headers: answered } = response;
  return { status, to: answered.get('location'), cookies: answered.getSetCookie(), text: await response.text() };
}
const cookie = (value: string, name = '__Host-helpmesh_openid') => ({ cookie: `${name}=${value}` });
const forgotten = '__Host-helpmesh_openid=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0';

describe('signing in by a provider', () => {
  it('leads to the provider and binds the sign-in to this browser', async () => {
    const answer = await ask('/auth/openid/egi?return_to=/tickets/7');
    expect(answer).toMatchObject({ status: 303, to: providerUrl });
    expect(answer.cookies).toEqual([
      `__Host-helpmesh_openid=${transaction}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=900`,
    ]);
    expect(openIdHeard).toEqual([
      { question: 'begin', input: { provider: 'egi', returnTo: '/tickets/7' }, by: 'service' },
    ]);
  });

  it('opens a session and leads to where identity says; the session before it ends', async () => {
    const answer = await ask('/auth/openid/egi/callback?code=right&state=s&iss=i', {
      cookie: `__Host-helpmesh_openid=${transaction}; __Host-helpmesh_session=session-of-before`,
      'user-agent': 'Browser',
      // Coming back from the provider is a navigation from another site.
      'sec-fetch-site': 'cross-site',
    });
    expect(answer).toMatchObject({ status: 303, to: '/tickets/7' });
    expect(answer.cookies).toEqual([
      forgotten,
      expect.stringMatching(
        /^__Host-helpmesh_session=session-by-provider; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=3(5\d\d|600)$/,
      ),
    ]);
    expect(openIdHeard[0]).toEqual({
      question: 'finish',
      input: {
        provider: 'egi',
        answer: 'code=right&state=s&iss=i',
        transaction,
        ip: '127.0.0.1',
        userAgent: 'Browser',
      },
      by: 'service',
    });
    expect(world.asked(signOut)[0]?.input).toEqual({ sessionToken: 'session-of-before' });
  });

  it.each([
    ['without the cookie', '/auth/openid/egi/callback?code=right', {}, 'openid.not-started'],
    [
      'with two of it',
      '/auth/openid/egi/callback?code=right',
      {
        cookie: `__Host-helpmesh_openid=${transaction}; __Host-helpmesh_openid=${transaction}`,
      },
      'openid.not-started',
    ],
    [
      'with one that a neighbouring host could plant',
      '/auth/openid/egi/callback?code=right',
      cookie(transaction, 'helpmesh_openid'),
      'openid.not-started',
    ],
    ['with a wrong code', '/auth/openid/egi/callback?code=wrong', cookie(transaction), 'openid.refused'],
    ['with nothing', '/auth/openid/egi/callback', cookie(transaction), 'openid.refused'],
    ['at an unknown provider', '/auth/openid/nobody', {}, 'openid.provider-unknown'],
    ['at one with an endless name', `/auth/openid/${'x'.repeat(300)}`, {}, 'openid.provider-unknown'],
  ])('%s says on the sign-in page what is wrong, and opens nothing', async (_what, path, headers, problem) => {
    const answer = await ask(path, headers as Record<string, string>);
    expect(answer).toMatchObject({ status: 303, to: `/sign-in?problem=${problem}` });
    expect(answer.cookies.join()).not.toContain('helpmesh_session');
    if (path.includes('callback')) expect(answer.cookies).toEqual([forgotten]);
  });

  it('never leads to what a query says, and shows nothing of an error that is ours', async () => {
    for (const query of ['return_to=https://evil.example', 'return_to[]=x', `return_to=/${'x'.repeat(2000)}`]) {
      expect((await ask(`/auth/openid/egi?${query}`)).to).toBe(providerUrl);
    }
    const broken = await ask('/auth/openid/egi/callback?code=broken', cookie(transaction));
    expect(broken).toMatchObject({ status: 500, to: null });
    expect(JSON.parse(broken.text).detail).not.toBe('only for our logs');
  });
});

describe('linking an account at a provider', () => {
  const link = `__Host-helpmesh_openid_link=${linking}`;
  const linkForgotten = '__Host-helpmesh_openid_link=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0';
  let session: string;
  let csrf: string;
  beforeEach(() => {
    ({ sessionToken: session, csrfToken: csrf } = opened(agent));
  });
  const begin = (headers: Record<string, string>, body: object = { provider: 'egi' }) =>
    ask(
      '/api/v1/users/linked_accounts',
      { 'content-type': 'application/json', ...headers },
      { method: 'POST', body: JSON.stringify(body) },
    );
  const own = () => `__Host-helpmesh_session=${session}`;

  it('begins for who is signed in, and binds it to this browser; a sign-in that was left is forgotten', async () => {
    const cookies = `${own()}; __Host-helpmesh_openid=${transaction}`;
    const answer = await begin({ cookie: cookies, 'x-csrf-token': csrf });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ url: providerUrl });
    expect(answer.cookies).toEqual([
      `__Host-helpmesh_openid_link=${linking}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=900`,
      forgotten,
    ]);
    expect(openIdHeard).toEqual([{ question: 'begin-link', input: { provider: 'egi' }, by: agent.login }]);
  });

  it('S21: does not begin without the token of our page, from another site, or for nobody', async () => {
    expect((await begin({ cookie: own() })).status).toBe(401);
    expect((await begin({ cookie: own(), 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' })).status).toBe(401);
    expect((await begin({})).status).toBe(403);
    expect(openIdHeard).toEqual([]);
  });

  it('takes what is no name for an unknown provider', async () => {
    for (const provider of [undefined, 7, ['egi'], 'x'.repeat(5000)]) {
      expect((await begin({ cookie: own(), 'x-csrf-token': csrf }, { provider })).status).toBe(404);
    }
  });

  it('ends on the account page, in the session that it began in', async () => {
    const headers = { cookie: `${own()}; ${link}`, 'sec-fetch-site': 'cross-site' };
    const answer = await ask('/auth/openid/egi/callback?code=right&state=s', headers);
    expect(answer).toMatchObject({ status: 303, to: '/account?linked=egi', cookies: [linkForgotten] });
    expect(openIdHeard).toEqual([
      {
        question: 'finish-link',
        input: { provider: 'egi', answer: 'code=right&state=s', transaction: linking },
        by: agent.login,
      },
    ]);
    expect(world.asked(signOut)).toEqual([]);
  });

  it('says on the account page what is wrong, and opens no session', async () => {
    const wrong = await ask('/auth/openid/egi/callback?code=wrong', { cookie: `${own()}; ${link}` });
    expect(wrong).toMatchObject({ status: 303, to: '/account?problem=openid.identity-exists' });
    const nobody = await ask('/auth/openid/egi/callback?code=right', { cookie: link });
    expect(nobody).toMatchObject({ status: 303, to: '/account?problem=auth.required', cookies: [linkForgotten] });
  });

  it('is forgotten when a sign-in begins', async () => {
    expect((await ask('/auth/openid/egi', { cookie: link })).cookies.at(-1)).toBe(linkForgotten);
  });
});

describe('signing out', () => {
  const signingOut = (session: string) =>
    ask('/api/v1/signout', { cookie: `__Host-helpmesh_session=${session}` }, { method: 'DELETE' });

  it('says where to go on at the provider that opened the session', async () => {
    const answer = await signingOut('session-by-provider');
    expect(JSON.parse(answer.text)).toEqual({ end_session_url: 'https://aai.example.org/logout' });
    expect(world.asked(signOut)).toHaveLength(1);
    expect(JSON.parse((await signingOut('session-by-password')).text)).toEqual({});
  });

  it('is taken from a provider, and from nobody who only says so', async () => {
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      ask('/auth/openid/egi/backchannel-logout', { 'content-type': type }, { method: 'POST', body });
    expect((await post('logout_token=good')).status).toBe(200);
    expect((await post('logout_token=bad')).status).toBe(400);
    expect((await post('')).status).toBe(400);
    expect(openIdHeard.map(({ by }) => by)).toEqual(['service', 'service', 'service']);
  });
});

// Last: it uses up what this address may get wrong in a minute.
describe('a wrong answer', () => {
  it('S26: is tried as seldom as a password', async () => {
    const tries = Array.from({ length: 25 }, () => ask('/auth/openid/egi/callback?code=wrong', cookie(transaction)));
    const answers = await Promise.all(tries);
    expect(answers.some(({ to }) => to === '/sign-in?problem=auth.too-many-failures')).toBe(true);
    expect(openIdHeard.length).toBeLessThanOrEqual(20);
  });
});
