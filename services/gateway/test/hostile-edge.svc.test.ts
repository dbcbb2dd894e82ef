import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTicket, currentUser, getTicket, requestPasswordReset, signIn, users } from '@helpmesh/contracts';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGatewayService, GatewayConfig } from '../src/service.ts';
import { type Neighbours, startNeighbours, world } from './neighbours.ts';

const PAGE = '<!doctype html><title>Desk</title>';
const keys = testKeys();
const dir = mkdtempSync(join(tmpdir(), 'helpmesh-hostile-'));
let neighbours: Neighbours;
let stopNats: () => Promise<void>;
/** One that trusts nobody, and one behind a proxy that is not us, which does not tell what its API offers. */
let gateway: RunningService;
let proxied: RunningService;

beforeAll(async () => {
  const nats = await infra().nats();
  stopNats = () => nats.stop();
  mkdirSync(join(dir, 'web/assets'), { recursive: true });
  writeFileSync(join(dir, 'web/index.html'), PAGE);
  writeFileSync(join(dir, 'secret.txt'), 'outside of the web folder');
  neighbours = await startNeighbours(nats.url, keys.trustedKeys);
  const make = (more: Record<string, string>) =>
    createGatewayService(
      loadConfig(GatewayConfig, {
        ...keys.envOf('gateway'),
        NATS_URL: nats.url,
        HEALTH_PORT: '0',
        HTTP_PORT: '0',
        HTTP_HOST: '127.0.0.1',
        BLOB_DIR: join(dir, 'blobs'),
        WEB_DIR: join(dir, 'web'),
        HELPMESH_RATE_LIMIT_PER_SECOND: '0',
        HELPMESH_SIGN_IN_LIMIT_PER_MINUTE: '0',
        ...more,
      }),
    );
  gateway = make({});
  proxied = make({ HELPMESH_TRUSTED_PROXIES: '192.0.2.0/24', HELPMESH_API_DOCS: 'false' });
  await Promise.all([gateway.start(), proxied.start()]);
});
afterAll(async () => {
  await Promise.all([gateway?.stop(), proxied?.stop()]);
  await neighbours?.stop();
  await stopNats?.();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => world.reset());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Sends the address letter by letter: `fetch` would tidy it up before. */
function raw(
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  { to = gateway, body }: { to?: RunningService; body?: unknown } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(to.url);
  const written = body === undefined ? undefined : JSON.stringify(body);
  const own = written === undefined ? {} : { 'content-type': 'application/json', 'content-length': written.length };
  return new Promise((resolve, reject) => {
    // A connection each: the server closes one on which it read something that is no HTTP.
    const call = request({ hostname, port, method, path, agent: false, headers: { ...own, ...headers } }, (answer) => {
      text(answer).then(
        (all) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: all }),
        reject,
      );
    });
    call.once('error', reject).end(written);
  });
}

const asAgent = { authorization: 'Token token=agent-token' };

describe('S29: headers that a proxy would set, from somebody who is none', () => {
  const identities = ['x-remote-user', 'remote-user', 'x-forwarded-user', 'x-forwarded-email', 'x-authenticated-user'];
  it.each([...identities, 'x-webauth-user', 'x-ssl-client-s-dn', 'ssl-client-verify'])(
    '%s signs nobody in',
    async (name) => {
      for (const to of [gateway, proxied]) {
        const answer = await raw('GET', '/api/v1/users/me', { [name]: 'agent1@example.com' }, { to });
        expect(answer.status).toBe(403);
        const signedIn = await raw('GET', '/api/v1/users/me', { [name]: 'admin@example.com', ...asAgent }, { to });
        expect(signedIn.status).toBe(200);
      }
      expect(world.asked(currentUser).map(({ actor }) => actor)).toEqual(['agent1@example.com', 'agent1@example.com']);
    },
  );

  const clients = {
    'x-forwarded-for': '203.0.113.7',
    'x-real-ip': '203.0.113.7',
    'x-client-ip': '203.0.113.7',
    'true-client-ip': '203.0.113.7',
    forwarded: 'for=203.0.113.7;proto=https;host=evil.example',
  };
  it.each(Object.entries(clients))('%s does not change where a sign-in came from', async (name, value) => {
    for (const to of [gateway, proxied]) {
      await raw('POST', '/api/v1/signin', { [name]: value }, { to, body: { username: 'agent', password: 'right' } });
    }
    const ips = world.asked(signIn).map(({ input }) => (input as { ip: string }).ip);
    expect(ips).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it.each(['x-original-url', 'x-rewrite-url', 'x-forwarded-uri', 'x-forwarded-prefix', 'x-forwarded-path'])(
    '%s does not lead to another route',
    async (name) => {
      const answer = await raw('GET', '/api/v1/users/me', { [name]: '/api/v1/tickets/7', ...asAgent });
      expect(answer.status).toBe(200);
      expect(world.asked(currentUser)).toHaveLength(1);
      expect(world.asked(getTicket)).toHaveLength(0);
    },
  );

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    '%s does not change the method',
    async (name) => {
      await raw('GET', '/api/v1/tickets/7', { [name]: 'DELETE', ...asAgent });
      await raw(
        'POST',
        '/api/v1/tickets?_method=DELETE',
        { [name]: 'DELETE', ...asAgent },
        { body: { title: 'x', _method: 'PUT' } },
      );
      expect(world.heard.map(({ question }) => question)).not.toContain('rpc.ticket.v1.delete-ticket');
      expect(world.asked(getTicket)).toHaveLength(1);
      expect(world.asked(createTicket)).toHaveLength(1);
    },
  );

  it('S24: a host of somebody’s choice stands in no answer and reaches no service', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    for (const path of ['/', '/docs', '/api/v1/nothing', '/auth/openid/nobody', '/openapi.json']) {
      const answer = await raw('GET', path, headers);
      expect(answer.text + JSON.stringify(answer.headers), path).not.toContain('evil.example');
    }
    await raw('POST', '/api/v1/users/password_reset', headers, { body: { username: 'agent' } });
    expect(world.asked(requestPasswordReset)).toHaveLength(1);
    expect(JSON.stringify(world.heard)).not.toContain('evil.example');
  });

  it('a signed actor of somebody’s making goes no further than the edge', async () => {
    const answer = await raw('GET', '/api/v1/users/me', { actor: 'x', 'helpmesh-actor': 'x', 'nats-actor': 'x' });
    expect(answer.status).toBe(403);
    expect(world.asked(currentUser)).toHaveLength(0);
  });
});

describe('S29: addresses written to be read in two ways', () => {
  const tricks = [
    ['GET', '//api/v1/users/me'],
    ['GET', '/api//v1/users/me'],
    ['GET', '/api/v1//users/me'],
    ['GET', '/api/v1/users//me'],
    ['GET', '/api/v1/users/me/'],
    ['GET', '/api/v1/users/me;a=b'],
    ['GET', '/api/v1/users;a=b/me'],
    ['GET', '/api/v1/;/users/me'],
    ['GET', '/api/v1/users/me%00'],
    ['GET', '/api/v1/users/me%20'],
    ['GET', '/api/v1/users/me%2f'],
    ['GET', '/api/v1/tickets/../users/me'],
    ['GET', '/api/v1/tickets/%2e%2e/users/me'],
    ['GET', '/api/v1/tickets/..%2fusers%2fme'],
    ['GET', '/api/v1/tickets/..;/users/me'],
    ['GET', '/docs/../api/v1/users/me'],
    ['GET', '/docs/%2e%2e/api/v1/users/me'],
    ['GET', '/docs/..%5capi%5cv1%5cusers%5cme'],
    ['GET', '/API/v1/users/me'],
    ['GET', '/api/V1/Users/me'],
    ['GET', '\\api\\v1\\users\\me'],
  ] as const;

  /** Node reads a fragment, which no browser sends, as the end of the path: the same route, asked openly. */
  const fragment = ['GET', '/api/v1/users/me#/docs'] as const;

  it.each([...tricks, fragment])('%s %s opens nothing without a credential', async (method, path) => {
    const answer = await raw(method, path);
    // Refused, not there, or the page of the web client: never what the address behind the trick answers.
    expect([200, 400, 403, 404], answer.text).toContain(answer.status);
    if (answer.status === 200) expect(answer.text).toBe(PAGE);
    expect(world.asked(currentUser)).toHaveLength(0);
    expect(world.asked(users.get)).toHaveLength(0);
  });

  it.each(tricks)('%s %s is no second name of a route for who has one', async (method, path) => {
    await raw(method, path, asAgent);
    expect(world.asked(currentUser)).toHaveLength(0);
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%252f..%252fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/./secret.txt',
    '/etc/passwd',
    '/docs/../secret.txt',
    '/docs/%2e%2e/%2e%2e/package.json',
  ])('%s leads out of no folder', async (path) => {
    const answer = await raw('GET', path);
    expect(answer.text).not.toMatch(/outside of the web folder|root:|"dependencies"/);
    if (answer.status === 200) expect(answer.text).toBe(PAGE);
  });
});

describe('S22: pages of other origins', () => {
  const origins = [
    'null',
    'https://evil.example',
    'http://localhost:8080.evil.example',
    'http://evil-localhost:8080',
    'http://localhost:80800',
    'https://localhost:8080',
    'http://localhost:8080@evil.example',
    'file://',
  ];
  const requestHeaders = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-csrf-token' };

  it.each(origins)('%s is reflected nowhere, and is never allowed a cookie', async (origin) => {
    world.people.set('session a-cookie-of-the-agent', world.people.get('token agent-token') as never);
    const cookie = 'helpmesh_session=a-cookie-of-the-agent';
    const answers = [
      await raw('OPTIONS', '/api/v1/users/me', { origin, ...requestHeaders }),
      await raw('OPTIONS', '/api/v1/signin', { origin, ...requestHeaders }),
      await raw('GET', '/api/v1/users/me', { origin }),
      await raw('GET', '/api/v1/users/me', { origin, ...asAgent }),
      await raw('GET', '/api/v1/users/me', { origin, cookie }),
      await raw('GET', '/api/v1/nothing', { origin, cookie }),
      await raw('POST', '/api/v1/signin', { origin }, { body: { username: 'agent', password: 'right' } }),
      await raw('GET', '/api/v1/signshow', { origin, cookie }),
      await raw('GET', '/', { origin, cookie }),
    ];
    for (const { headers } of answers) {
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect([undefined, '*']).toContain(headers['access-control-allow-origin']);
      expect(JSON.stringify(headers)).not.toContain(origin === 'null' ? '"null"' : origin);
    }
    // What a cookie opens, no foreign page may read at all.
    for (const at of [4, 6, 7, 8]) expect(answers[at]?.headers['access-control-allow-origin']).toBeUndefined();
    expect(answers[4]?.status).toBe(200);
  });
});

describe('S40: what is for operators', () => {
  const inside = [
    ...['/metrics', '/healthz', '/readyz', '/livez', '/health', '/status', '/ready', '/debug', '/debug/pprof'],
    ...['/debug/vars', '/actuator', '/actuator/env', '/env', '/config', '/config.json', '/server-status', '/setup'],
    ...['/install', '/getting_started', '/admin/setup', '/inspector', '/json/list', '/.env', '/.git/config'],
    ...['/package.json', '/node_modules/.package-lock.json', '/trace', '/logs', '/varz', '/jsz', '/connz'],
  ];
  const signs = /helpmesh_|process_cpu|nodejs_|"checks"|DATABASE_URL|NATS_URL|SIGNING_KEY|"dependencies"|heap/i;

  it.each(inside)('%s tells nothing on the public port, with or without a credential', async (path) => {
    for (const headers of [{}, asAgent]) {
      const answer = await raw('GET', path, headers);
      expect([200, 404]).toContain(answer.status);
      if (answer.status === 200) expect(answer.text).toBe(PAGE);
      expect(answer.text).not.toMatch(signs);
      expect((await raw('POST', path, headers, { body: {} })).status).toBe(404);
    }
  });

  it.each([
    'metrics',
    'healthz',
    'getting_started/base',
    'setup',
    'debug',
    'monitoring/restart',
    'packages',
    'import/otrs',
  ])('/api/v1/%s is no route for anybody', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await raw(method, `/api/v1/${path}`, asAgent, method === 'GET' ? {} : { body: {} });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text).error).toMatch(/^No route matches/);
    }
  });

  it.each(['TRACE', 'TRACK', 'CONNECT', 'DEBUG', 'PROPFIND'])(
    '%s is answered with nothing of the request',
    async (method) => {
      const answer = await raw(method, '/api/v1/users/me', { ...asAgent, 'x-canary': 'echo' }).catch(() => undefined);
      expect(answer?.status ?? 400).toBeGreaterThanOrEqual(400);
      expect(answer?.text ?? '').not.toContain('echo');
      expect(world.asked(currentUser)).toHaveLength(0);
    },
  );

  it('tells what the API offers only where that is wished', async () => {
    for (const path of ['/docs', '/docs/errors', '/openapi.json']) {
      const open = await raw('GET', path);
      expect([open.status, open.text === PAGE], path).toEqual([200, false]);
      const closed = await raw('GET', path, asAgent, { to: proxied });
      expect([200, 404]).toContain(closed.status);
      if (closed.status === 200) expect(closed.text).toBe(PAGE);
    }
  });

  it('says of itself only what it is: no version of a server in any header', async () => {
    for (const path of ['/', '/api/v1/users/me', '/api/v1/nothing', '/docs']) {
      const { headers } = await raw('GET', path);
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-powered-by']));
      expect(headers.server).toBeUndefined();
    }
  });
});

describe('S30: bodies that are not what their type says', () => {
  const good = '{"title":"x","group_id":1,"customer_id":2,"article":{"body":"b"}}';

  /** Header lines as they are given, also twice the same. */
  const post = (body: string, lines: string[]): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gateway.url);
      const socket = connectTo({ host: hostname, port: Number(port) });
      const head = ['POST /api/v1/tickets HTTP/1.1', 'Host: localhost', 'Connection: close'];
      const own = [`Authorization: ${asAgent.authorization}`, `Content-Length: ${Buffer.byteLength(body)}`];
      socket.write(`${[...head, ...own, ...lines].join('\r\n')}\r\n\r\n${body}`);
      text(socket).then((all) => resolve({ status: Number(all.split(' ')[1]), text: all }), reject);
    });
  const json = 'Content-Type: application/json';
  const opened = () => world.asked(createTicket).length;

  it.each([
    ['as it is', [json], 201],
    ['with blanks and a tab around', ['Content-Type: \t application/json \t'], 201],
    ['in capitals', ['CONTENT-TYPE: APPLICATION/JSON; CHARSET=UTF-8'], 201],
    ['with a tab within', ['Content-Type: application/json\t;a=b'], undefined],
    ['with the tab of the bypass of a validator', ['Content-Type: application/json\ta'], undefined],
    ['a list of two', ['Content-Type: application/json, text/plain'], undefined],
    ['twice, the same', [json, json], undefined],
    ['twice, another one first', ['Content-Type: text/plain', json], undefined],
    ['text', ['Content-Type: text/plain'], 415],
    ['of a vendor', ['Content-Type: application/vnd.api+json'], 415],
    ['XML', ['Content-Type: application/xml'], 415],
    ['empty', ['Content-Type:'], 415],
    ['none', [], 415],
    ['of a form that has no boundary', ['Content-Type: multipart/form-data'], undefined],
  ] as const)('a type %s is read as JSON or refused, and never half of it', async (_what, lines, expected) => {
    const { status } = await post(good, [...lines]);
    if (expected) expect(status).toBe(expected);
    else expect(status).toBeOneOf([201, 400, 415, 422]);
    expect(opened()).toBe(status === 201 ? 1 : 0);
    // What got through was checked as any other.
    if (status === 201) expect((await post('{"title":7}', [...lines])).status).toBe(422);
  });

  it.each([
    ...['false', 'true', 'null', '0', '""', '"{}"', '[]', '[[]]', '', ' ', '{', '{}{}', '{"title":}', "{'title':'x'}"],
    ...['{"title":"x",}', 'NaN', '\uFEFF{"title":7}'],
  ])('the body %j is refused with a reason', async (body) => {
    const { status, text: answer } = await post(body, [json]);
    expect(status, answer).toBeOneOf([400, 422]);
    expect(answer).toMatch(/"error":"[^"]/);
    expect(opened()).toBe(0);
  });

  it('of a key that stands twice the last one counts, for the check and for who acts on it', async () => {
    expect((await post('{"group_id":1,"customer_id":2,"title":"x","title":7}', [json])).status).toBe(422);
    expect((await post(good.replace('{', '{"title":7,'), [json])).status).toBe(201);
    expect(world.asked(createTicket).map(({ input }) => (input as { body: { title: unknown } }).body.title)).toEqual([
      'x',
    ]);
  });

  it('a hundred thousand keys are answered like any others', async () => {
    const many = Array.from({ length: 100_000 }, (_, n) => `"k${n}":${n}`).join(',');
    expect((await post(good.replace('{', `{${many},`), [json])).status).toBeOneOf([201, 422]);
    expect((await post(good, [json])).status).toBe(201);
  });
});
