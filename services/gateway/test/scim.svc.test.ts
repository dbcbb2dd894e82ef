import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGatewayService, GatewayConfig } from '../src/service.ts';
import { agent, type Neighbours, startNeighbours, world } from './neighbours.ts';
import { scimHeard, scimUser } from './scim-neighbour.ts';

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
  scimHeard.length = 0;
  world.people.set('token of-directory', { ...agent, permissions: [], groups: {}, via: 'token', directoryId: 5 });
});

const bearer = { authorization: 'Bearer of-directory' };

async function ask(
  method: string,
  path: string,
  { body, headers = bearer }: { body?: string; headers?: Record<string, string> } = {},
) {
  const type = { 'content-type': 'application/scim+json' };
  const sent = body === undefined ? { method, headers } : { method, headers: { ...type, ...headers }, body };
  const response = await fetch(`${gateway.url}${path}`, sent);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === '' ? null : JSON.parse(text) };
}

describe('SCIM', () => {
  it('reaches identity as it came, in the name of the directory, and is answered in its media type', async () => {
    const operation = { op: 'Replace', path: 'active', value: 'False' };
    const answer = await ask('PATCH', '/scim/v2/Users/7?attributes=userName', {
      body: JSON.stringify({ Operations: [operation] }),
      headers: { ...bearer, 'if-match': 'W/"1"', 'content-type': 'application/scim+json; charset=utf-8' },
    });
    expect(answer).toMatchObject({ status: 200, json: scimUser });
    expect(answer.headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
    expect(answer.headers.get('etag')).toBe('W/"1"');
    expect(answer.headers.get('location')).toBe('https://desk.example.com/scim/v2/Users/7');
    expect(scimHeard).toMatchObject([
      {
        input: {
          method: 'PATCH',
          resource: 'Users',
          id: '7',
          query: { attributes: 'userName' },
          body: { Operations: [operation] },
          ifMatch: 'W/"1"',
        },
        actor: { directoryId: 5, permissions: [] },
      },
    ]);
    expect(
      await ask('POST', '/scim/v2/Users', { body: '{}', headers: { ...bearer, 'content-type': 'application/json' } }),
    ).toMatchObject({
      status: 201,
    });
    expect(await ask('DELETE', '/scim/v2/Users/7')).toMatchObject({ status: 204, text: '' });
    const schema = 'urn:ietf:params:scim:schemas:core:2.0:User';
    await ask('GET', `/scim/v2/Schemas/${schema}`);
    expect(scimHeard.at(-1)?.input).toMatchObject({ resource: 'Schemas', id: schema });
  });

  it.each([
    ['Users/taken', 409, 'uniqueness'],
    ['Users/filter', 400, 'invalidFilter'],
    ['Users/refused', 400, undefined],
    ['Users/stale', 412, undefined],
    ['Users/bug', 500, undefined],
    ['Me', 501, undefined],
    ['Bulk', 501, undefined],
    ['Users/.search', 501, undefined],
    ['Users/7/more', 404, undefined],
  ])('says in its own words that it cannot: %s is %i %s', async (path, status, scimType) => {
    const answer = await ask('GET', `/scim/v2/${path}`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
    expect(answer.json).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      ...(scimType && { scimType }),
      detail: expect.any(String),
    });
    expect(answer.text).not.toMatch(/nobody reads|only for our logs/);
  });

  it('wants a token, and reads no body of who has none', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const answer = await ask('POST', '/scim/v2/Users', { body: '{', headers });
      expect(answer).toMatchObject({ status: 401, json: { status: '401' } });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    expect(scimHeard).toEqual([]);
  });

  it.each([
    ['is no JSON', '{', 400],
    ['is too deep', `${'['.repeat(100)}${']'.repeat(100)}`, 400],
    ['is too large', JSON.stringify('x'.repeat(3 * 1024 * 1024)), 413],
  ])('refuses a body that %s', async (_what, body, status) => {
    expect(await ask('POST', '/scim/v2/Users', { body })).toMatchObject({ status, json: { status: String(status) } });
    expect(scimHeard).toEqual([]);
  });

  it('is all that the token of a directory is good for', async () => {
    for (const path of ['/api/v1/users/me', '/api/v1/tickets', '/api/v1/events', '/api/v1/audit/export']) {
      const answer = await ask('GET', path);
      expect(answer.status, path).toBe(403);
      expect(answer.headers.get('x-error-code'), path).toBe('auth.directory-token');
    }
  });
});
