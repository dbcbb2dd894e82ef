import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createGatewayService, GatewayConfig } from '../src/service.ts';
import { type Neighbours, startNeighbours, world } from './neighbours.ts';
import { answers, programsHeard } from './oauth-neighbour.ts';

const dir = mkdtempSync(join(tmpdir(), 'helpmesh-gateway-'));
let gateway: RunningService;
let neighbours: Neighbours;
let stopNats: () => Promise<void>;

beforeAll(async () => {
  const keys = testKeys();
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
      HELPMESH_PUBLIC_URL: 'https://desk.example.com/',
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
  programsHeard.length = 0;
});

const FORM = 'application/x-www-form-urlencoded';
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, { method: 'POST', body, headers: { 'content-type': FORM, ...headers } });

it.each(['token', 'revoke', 'introspect'])(
  '%s: the form and the header go to identity as they came',
  async (endpoint) => {
    // With what a parsed form could not tell any more, and with a cookie that counts for nothing here.
    const form = 'grant_type=a&code=1&code=2&x%5By%5D=%E4&=&client_id=%20';
    const answer = await post(`/oauth/${endpoint}`, form, {
      authorization: 'Basic eDp5',
      cookie: 'helpmesh_session=x',
    });
    expect([answer.status, await answer.json()]).toEqual([200, answers[200].body]);
    expect(programsHeard).toEqual([{ endpoint, input: { form, authorization: 'Basic eDp5' }, by: 'service' }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    // A program in a browser may ask from anywhere: no cookie counts.
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
    const asked = await fetch(`${gateway.url}/oauth/${endpoint}`, { method: 'OPTIONS' });
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
  },
);

it.each([400, 401] as const)('a refusal with %i is answered in the words of the RFC', async (status) => {
  const answer = await post('/oauth/token', `want=${status}`);
  expect([answer.status, await answer.json()]).toEqual([status, answers[status].body]);
  expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="oauth"' : null);
});

it.each([
  ['JSON', '{"grant_type":"refresh_token"}', { 'content-type': 'application/json' }],
  ['a text', 'grant_type=refresh_token', { 'content-type': 'text/plain' }],
  ['a form that is too long', `code=${'x'.repeat(16_000)}`, {}],
  ['a form that is far too long', `code=${'x'.repeat(100_000)}`, {}],
  ['a header that is too long', 'code=x', { authorization: `Basic ${'x'.repeat(5_000)}` }],
] as [string, string, Record<string, string>][])(
  '%s is an invalid request, and nobody is asked',
  async (_, body, headers) => {
    const answer = await post('/oauth/token', body, headers);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
    expect(programsHeard).toEqual([]);
  },
);

it('other methods than POST are no routes, and the page of consent is the web client’s', async () => {
  expect((await fetch(`${gateway.url}/oauth/authorize?client_id=x`)).status).toBe(200);
  expect((await post('/oauth/authorize', 'client_id=x')).status).toBe(404);
  expect((await fetch(`${gateway.url}/oauth/token`, { method: 'PUT', body: 'x' })).status).toBe(404);
  expect(programsHeard).toEqual([]);
});

it('client libraries find all of it by the metadata (RFC 8414)', async () => {
  const answer = await fetch(`${gateway.url}/.well-known/oauth-authorization-server`);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  const metadata = (await answer.json()) as Record<string, unknown>;
  expect(metadata).toMatchObject({
    issuer: 'https://desk.example.com',
    authorization_endpoint: 'https://desk.example.com/oauth/authorize',
    token_endpoint: 'https://desk.example.com/oauth/token',
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  });
});

it('a program whose access token ended is told so in the header that it looks at (RFC 6750)', async () => {
  const of = async (authorization: string) =>
    (await fetch(`${gateway.url}/api/v1/users/me`, { headers: { authorization } })).headers.get('www-authenticate');
  expect(await of('Bearer hma_ended')).toBe('Bearer error="invalid_token"');
  // A browser would ask its user for a password at the word Basic.
  expect(await of('Token token=unknown')).toBeNull();
  expect(await of(`Basic ${Buffer.from('agent:wrong').toString('base64')}`)).toBeNull();
});
