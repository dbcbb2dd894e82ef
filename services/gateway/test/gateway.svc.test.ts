import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  addUpload,
  auditLog,
  authenticate,
  countOpenedTickets,
  createArticle,
  createTicket,
  currentUser,
  deadLetterLists,
  deadLetterReplays,
  deleteTicket,
  exportTickets,
  getAttachment,
  getAvatarImage,
  getDataExportFile,
  getRawMail,
  getTicket,
  importRows,
  listTickets,
  recordActing,
  removeUploads,
  requestPasswordReset,
  searchTicketsByPost,
  serviceFigures,
  signIn,
  signInSecondStep,
  signOut,
  signUp,
  updateTicket,
  users,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { RequestTerms } from '@helpmesh/messaging';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { Authenticator } from '../src/application/authenticator.ts';
import { createGatewayService, GatewayConfig } from '../src/service.ts';
import { agent, customer, events, type Neighbours, startNeighbours, world } from './neighbours.ts';

const keys = testKeys();
const dir = mkdtempSync(join(tmpdir(), 'helpmesh-gateway-'));
let gateway: RunningService;
let neighbours: Neighbours;
let stopNats: () => Promise<void>;

const basic = (login: string, password = 'right') => `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
const asAgent = { authorization: 'Token token=agent-token' };

beforeAll(async () => {
  const nats = await infra().nats();
  stopNats = () => nats.stop();
  mkdirSync(join(dir, 'web/assets'), { recursive: true });
  writeFileSync(join(dir, 'web/index.html'), '<!doctype html><title>Desk</title>');
  writeFileSync(join(dir, 'web/assets/index-4f2a9c1b.js'), `/* ${'x'.repeat(2_000)} */`);
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
      HELPMESH_BODY_LIMIT_BYTES: '200000',
      HELPMESH_REQUEST_TIMEOUT_MS: '2000',
      HELPMESH_RATE_LIMIT_PER_SECOND: '0',
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
  gateway.get(Authenticator).forget(null);
});

interface Answer {
  status: number;
  headers: Headers;
  bytes: Buffer;
  text: string;
  json: Record<string, unknown>;
}

async function ask(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${gateway.url}${path}`, { ...init, method, redirect: 'manual' });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString();
  const json = /[/+]json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text || 'null') : {};
  return { status: response.status, headers: response.headers, bytes, text, json };
}

/** The parts of a ZIP file, as text. */
async function unpacked(zip: Buffer): Promise<Record<string, string>> {
  const parts: Record<string, string> = {};
  const file = await fromBufferPromise(zip);
  for await (const entry of file.eachEntry()) {
    parts[entry.fileName] = (await buffer(await file.openReadStreamPromise(entry))).toString();
  }
  return parts;
}
const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(method, path, {
    headers: { 'content-type': 'application/json', ...asAgent, ...headers },
    body: JSON.stringify(body),
  });

describe('the table of endpoints', () => {
  it("passes the owner's JSON text on, byte by byte, with the status of the contract", async () => {
    const text = '{"id":7,"title":"Ünïcödé  ","spaces" : [1, 2]}';
    world.ticket.set(getTicket.subject, () => text);
    world.ticket.set(createTicket.subject, () => text);
    const read = await ask('GET', '/api/v1/tickets/7?expand=true', { headers: asAgent });
    expect(read).toMatchObject({ status: 200, text });
    expect(read.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(read.headers.get('cache-control')).toContain('no-store');
    expect(world.asked(getTicket)[0]).toMatchObject({
      actor: 'agent1@example.com',
      input: { params: { id: 7 }, query: { expand: true } },
    });
    const written = await send('POST', '/api/v1/tickets', { title: 'Hi', group: 'Users' });
    expect(written).toMatchObject({ status: 201, text });
    expect(world.asked(createTicket)[0]?.input).toMatchObject({ body: { title: 'Hi', group: 'Users' } });
  });

  it('reads JSON that comes with GET, as some existing clients send it', async () => {
    const body = JSON.stringify({ note: 'x' });
    const status = await new Promise((resolve, reject) => {
      const headers = { ...asAgent, 'content-type': 'application/json', 'content-length': String(body.length) };
      const call = request(`${gateway.url}/api/v1/tickets/7`, { method: 'GET', headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode));
      });
      call.once('error', reject).end(body);
    });
    expect(status).toBe(200);
    expect(world.asked(getTicket)[0]?.input).toMatchObject({ body: { note: 'x' } });
  });

  it('takes form-encoded bodies and query parameters on any method', async () => {
    const form = new URLSearchParams('title=Hi&group=Users&article[body]=Hello&article[type]=note');
    await ask('POST', '/api/v1/tickets?expand=true', { headers: asAgent, body: form });
    expect(world.asked(createTicket)[0]?.input).toMatchObject({
      query: { expand: true },
      body: { title: 'Hi', group: 'Users', article: { body: 'Hello', type: 'note' } },
    });
  });

  it('takes what is to be written from the address as well, and the body before it', async () => {
    await ask('POST', '/api/v1/tickets?title=Hi&group=Users&expand=true', { headers: asAgent });
    await send('POST', '/api/v1/tickets?title=Hi&group=Users', { title: 'Hello' });
    expect(world.asked(createTicket).map(({ input }) => input)).toMatchObject([
      { query: { expand: true }, body: { title: 'Hi', group: 'Users' } },
      { body: { title: 'Hello', group: 'Users' } },
    ]);
  });

  it('hands the idempotency key of a POST to the owner and refuses one that is none', async () => {
    await send('POST', '/api/v1/tickets', { title: 'Hi' }, { 'idempotency-key': 'a1b2' });
    expect(world.asked(createTicket)[0]?.key).toBe('a1b2');
    const bad = await send('POST', '/api/v1/tickets', { title: 'Hi' }, { 'idempotency-key': 'x'.repeat(300) });
    expect(bad.status).toBe(422);
  });

  it('tells of a list how long it is and where its pages are', async () => {
    const headersOf = async (query: string, rows: number) => {
      world.ticket.set(listTickets.subject, () => Array.from({ length: rows }, (_, id) => ({ id })) as never);
      const { headers, json } = await ask('GET', `/api/v1/tickets?${query}`, { headers: asAgent });
      expect(json).toHaveLength(rows);
      return { link: headers.get('link'), total: headers.get('x-total-count') };
    };
    expect(await headersOf('page=2&per_page=3', 3)).toEqual({
      link:
        '</api/v1/tickets?page=1&per_page=3>; rel="first", </api/v1/tickets?page=1&per_page=3>; rel="prev", ' +
        '</api/v1/tickets?page=3&per_page=3>; rel="next"',
      total: null,
    });
    expect(await headersOf('page=2&per_page=3', 1)).toMatchObject({ total: '4' });
  });

  it('names what it shows, and answers 304 to who has it already', async () => {
    let title = 'Hi';
    world.ticket.set(getTicket.subject, () => `{"id":7,"updated_at":"2026-01-31T09:00:00.123Z","title":"${title}"}`);
    const first = await ask('GET', '/api/v1/tickets/7', { headers: asAgent });
    const etag = first.headers.get('etag') as string;
    const again = () => ask('GET', '/api/v1/tickets/7', { headers: { ...asAgent, 'if-none-match': etag } });
    expect(await again()).toMatchObject({ status: 304, text: '' });
    title = 'Renamed around it';
    expect(await again()).toMatchObject({ status: 200, text: expect.stringContaining(title) });
  });

  it('hands the version of If-Match to the owner, and refuses it where there is no object', async () => {
    const ifMatch = { 'if-match': 'W/"2026-01-31T09:00:00.123Z/x1", "2026-01-31T09:00:00.124Z/x2"' };
    await send('PUT', '/api/v1/tickets/7', { title: 'Hi' }, ifMatch);
    await send('PUT', '/api/v1/tickets/7', { title: 'Hi' }, { 'if-match': '*' });
    expect(world.asked(updateTicket).map((one) => one.ifMatch)).toEqual([
      ['2026-01-31T09:00:00.123Z', '2026-01-31T09:00:00.124Z'],
      undefined,
    ]);
    world.ticket.set(updateTicket.subject, () => {
      throw RequestTerms.stale();
    });
    const late = await send('PUT', '/api/v1/tickets/7', { title: 'Hi' }, ifMatch);
    expect(late).toMatchObject({ status: 412, json: { error: expect.stringContaining('Read it again') } });
    expect((await send('POST', '/api/v1/tickets', { title: 'Hi' }, ifMatch)).status).toBe(422);
  });

  it('answers a deleted ticket with an empty body, as existing clients expect', async () => {
    expect(await ask('DELETE', '/api/v1/tickets/7', { headers: asAgent })).toMatchObject({ status: 200, text: '' });
    expect(world.asked(deleteTicket)).toHaveLength(1);
  });

  it('lets anybody ask public questions, without saying who', async () => {
    const answer = await send('POST', '/api/v1/users/password_reset', { username: 'x' }, { authorization: '' });
    expect(answer.status).toBe(200);
    expect(world.asked(requestPasswordReset)[0]?.actor).toBeUndefined();
  });
});

describe('who it is', () => {
  it.each([
    ['Basic', basic('agent')],
    ['Token token=', 'Token token=agent-token'],
    ['Token token="…"', 'Token token="agent-token"'],
    ['Token …', 'Token agent-token'],
    ['Bearer …', 'Bearer agent-token'],
  ])('believes %s', async (_what, authorization) => {
    const answer = await ask('GET', '/api/v1/users/me', { headers: { authorization } });
    expect(answer).toMatchObject({ status: 200, json: { login: 'agent1@example.com' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    ['no credential', '', 403, 'Authentication required'],
    ['a wrong password', basic('agent', 'wrong'), 401, 'Invalid BasicAuth credentials'],
    ['a Basic header that is no base64', 'Basic %%%', 401, 'Invalid BasicAuth credentials'],
    ['an unknown token', 'Token token=nobody', 401, "Can't find User for Token"],
    ['an empty token', 'Token token=', 401, "Can't find User for Token"],
    ['a scheme nobody knows', 'Digest x', 403, 'Authentication required'],
  ])('refuses %s', async (_what, authorization, status, error) => {
    const answer = await ask('GET', '/api/v1/tickets/7', { headers: { authorization } });
    expect(answer).toMatchObject({ status, json: { error, error_human: error } });
    expect(answer.headers.get('x-failure')).toBe(error);
    expect(world.asked(getTicket)).toHaveLength(0);
  });

  it('asks identity once for many requests, and again as soon as rights change', async () => {
    const look = () => ask('GET', '/api/v1/users/me', { headers: asAgent });
    await Promise.all(Array.from({ length: 10 }, look));
    await look();
    expect(world.asked(authenticate)).toHaveLength(1);
    world.people.delete('token agent-token');
    await neighbours.publish(events.accessChanged, { userIds: [4], reason: 'token revoked' });
    await waitFor(async () => (await look()).status === 401, { what: 'the token to be refused' });
  });

  it('keeps what it knows of others when the rights of one change', async () => {
    const byCustomer = { headers: { authorization: 'Token customer-token' } };
    await ask('GET', '/api/v1/users/me', byCustomer);
    await ask('GET', '/api/v1/users/me', { headers: asAgent });
    world.people.delete('token agent-token');
    await neighbours.publish(events.accessChanged, { userIds: [4], reason: 'test' });
    const look = () => ask('GET', '/api/v1/users/me', { headers: asAgent });
    await waitFor(async () => (await look()).status === 401, { what: 'the agent to be forgotten' });
    const before = world.asked(authenticate).length;
    await ask('GET', '/api/v1/users/me', byCustomer);
    expect(world.asked(authenticate)).toHaveLength(before);
  });

  it.each(['from', 'x-on-behalf-of'])('acts for another with %s, when identity allows it', async (header) => {
    const answer = await ask('GET', '/api/v1/users/me', {
      headers: { ...asAgent, [header]: 'nicole.braun@zammad.org' },
    });
    expect(answer.json).toMatchObject({ login: 'nicole.braun@zammad.org' });
    const refused = await ask('GET', '/api/v1/users/me', {
      headers: { authorization: basic('customer'), [header]: '3' },
    });
    expect(refused).toMatchObject({
      status: 403,
      json: { error: "Current user has no permission to use 'From'/'X-On-Behalf-Of'!" },
    });
  });

  it.each(['GET', 'PUT', 'DELETE'])('S28: a request in another name is recorded first: %s', async (method) => {
    const before = world.asked(recordActing).length;
    await ask(method, '/api/v1/tickets/7?secret=1', {
      headers: { ...asAgent, from: '2', ...(method === 'PUT' && { 'content-type': 'application/json' }) },
      ...(method === 'PUT' && { body: JSON.stringify({ title: 'x' }) }),
    });
    const [recorded, ...more] = world.asked(recordActing).slice(before);
    expect(more).toEqual([]);
    expect(recorded).toMatchObject({
      input: { method, path: '/api/v1/tickets/7' },
      userId: 2,
      actingUserId: 4,
      address: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/),
    });
    const [question] = world.heard.slice(-1);
    expect(question).toMatchObject({ userId: 2, actingUserId: 4, requestId: recorded?.requestId });
  });

  it('S28: who looks as somebody else reads tickets, changes nothing, and sees nothing private', async () => {
    const viewingUntil = new Date(Date.now() + 60_000).toISOString();
    world.people.set('token viewer-token', { ...customer, actingUserId: 4, viewingUntil });
    const asViewer = { authorization: 'Token token=viewer-token' };
    const recorded = world.asked(recordActing).length;
    expect(await ask('GET', '/api/v1/users/me', { headers: asViewer })).toMatchObject({ status: 200 });
    expect(world.asked(recordActing)).toHaveLength(recorded);
    const told = world.heard.length;
    const changes = [
      ...['POST /api/v1/tickets', 'PUT /api/v1/tickets/7', 'DELETE /api/v1/tickets/7', 'POST /api/v1/tickets/search'],
      ...['POST /api/v1/view_as', 'POST /api/v1/upload_caches/1', 'PUT /api/v1/users/preferences'],
    ];
    for (const route of changes) {
      const [method = '', path = ''] = route.split(' ');
      const json = { headers: { ...asViewer, 'content-type': 'application/json' }, body: '{}' };
      const answer = await ask(method, path, method === 'DELETE' ? { headers: asViewer } : json);
      expect([route, answer.status, answer.headers.get('x-error-code')]).toEqual([route, 403, 'auth.view-only']);
    }
    const hidden = [
      ...[
        'tickets/7/drafts',
        'sessions',
        'user_access_token',
        'data_exports',
        'users/linked_accounts',
        'users/account',
      ],
      ...['users/two_factor/personal_configuration', 'users/2/access_tokens'],
    ];
    for (const path of hidden) {
      const answer = await ask('GET', `/api/v1/${path}`, { headers: asViewer });
      expect([path, answer.status, answer.headers.get('x-error-code')]).toEqual([path, 403, 'auth.view-private']);
    }
    expect(world.heard.slice(told).filter(({ question }) => !question.includes('authenticate'))).toEqual([]);
  });

  it('S28: nobody acts for another when that cannot be recorded; others go on', async () => {
    world.audit = undefined;
    const before = world.heard.length;
    const refused = await send('PUT', '/api/v1/tickets/7', {}, { from: '2' });
    expect(refused.status).toBe(503);
    expect(world.heard.slice(before).map(({ question }) => question)).not.toContain(updateTicket.subject);
    expect((await ask('GET', '/api/v1/tickets/7', { headers: asAgent })).status).toBe(200);
    expect(world.asked(recordActing).map(({ actor }) => actor)).not.toContain('agent1@example.com');
    world.audit = [];
  });

  it('does not let one answer for another stand for oneself', async () => {
    await ask('GET', '/api/v1/users/me', { headers: { ...asAgent, from: '2' } });
    expect((await ask('GET', '/api/v1/users/me', { headers: asAgent })).json).toMatchObject({
      login: 'agent1@example.com',
    });
  });

  it('answers 503 with Retry-After, and knows nobody, while identity cannot answer', async () => {
    world.ticket.set(getTicket.subject, () => {
      throw new AppError('unavailable', 'db.unavailable', 'The database is away.');
    });
    const answer = await ask('GET', '/api/v1/tickets/7', { headers: asAgent });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('sessions', () => {
  const signIn = async (password = 'right', headers: Record<string, string> = {}) =>
    send(
      'POST',
      '/api/v1/signin',
      { username: 'agent', password, fingerprint: 'x' },
      { authorization: '', ...headers },
    );
  const cookieOf = (answer: Answer) => answer.headers.get('set-cookie')?.split(';')[0] ?? '';

  it('sets a cookie scripts cannot read, and lets it sign requests', async () => {
    const answer = await signIn();
    expect(answer).toMatchObject({ status: 201, json: { session: { user_id: 4 } } });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^helpmesh_session=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
    );
    const me = await ask('GET', '/api/v1/users/me', { headers: { cookie: cookieOf(answer) } });
    expect(me).toMatchObject({ status: 200, json: { login: 'agent1@example.com' } });
    expect(me.headers.get('csrf-token')).toBe(answer.headers.get('csrf-token'));
    expect(me.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { 'x-csrf-token': 'guessed' }],
    ['the right token from another site', { 'sec-fetch-site': 'cross-site' }],
    ['the right token from a neighbouring host', { 'sec-fetch-site': 'same-site' }],
    ['the right token from another origin', { origin: 'https://evil.example' }],
    ['the right token from no origin that has a name', { origin: 'null' }],
  ])('S21: refuses to change anything with a cookie and %s', async (what, headers: Record<string, string>) => {
    const signedIn = await signIn();
    const token = what.startsWith('the right') ? { 'x-csrf-token': signedIn.headers.get('csrf-token') ?? '' } : {};
    const cookie = cookieOf(signedIn);
    const answer = await send(
      'POST',
      '/api/v1/tickets',
      { title: 'x' },
      { authorization: '', cookie, ...token, ...headers },
    );
    expect(answer).toMatchObject({ status: 401, json: { error: 'CSRF token verification failed!' } });
    expect(world.asked(createTicket)).toHaveLength(0);
  });

  it('changes things with a cookie and its token', async () => {
    const signedIn = await signIn();
    const headers = {
      authorization: '',
      cookie: cookieOf(signedIn),
      'x-csrf-token': signedIn.headers.get('csrf-token') ?? '',
    };
    expect((await send('POST', '/api/v1/tickets', { title: 'x' }, headers)).status).toBe(201);
  });

  it('S23: ends at sign-out, at once and for good', async () => {
    const cookie = cookieOf(await signIn());
    expect((await ask('GET', '/api/v1/users/me', { headers: { cookie } })).status).toBe(200);
    const out = await ask('DELETE', '/api/v1/signout', { headers: { cookie } });
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await ask('GET', '/api/v1/users/me', { headers: { cookie } })).status).toBe(401);
  });

  it('S23: gives a new session at each sign-in and ends the old one of the browser', async () => {
    const first = cookieOf(await signIn());
    const second = cookieOf(await signIn('right', { cookie: first }));
    expect(second).not.toBe(first);
    expect(world.asked(signOut)).toHaveLength(1);
    expect((await ask('GET', '/api/v1/users/me', { headers: { cookie: first } })).status).toBe(401);
  });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://localhost:8080.evil.example' },
    { origin: 'http://localhost:80800' },
  ])('S21: takes no sign-in from the page of a stranger: %j', async (headers: Record<string, string>) => {
    expect((await signIn('right', headers)).status).toBe(401);
    expect(world.heard).toEqual([]);
  });

  it('takes one from our own page, also of a browser that names its origin only, and from a program', async () => {
    const { host } = new URL(gateway.url);
    for (const origin of ['http://localhost:8080', `http://${host}`, `https://${host}`])
      expect((await signIn('right', { origin })).status, origin).toBe(201);
    expect((await signIn('right', { origin: 'https://proxy.example', 'sec-fetch-site': 'same-origin' })).status).toBe(
      201,
    );
    expect((await signIn()).status).toBe(201);
  });

  it('tells a page whether it has a session, without an error', async () => {
    expect((await ask('GET', '/api/v1/signshow')).json).toEqual({ error: 'no valid session' });
    const cookie = cookieOf(await signIn());
    expect((await ask('GET', '/api/v1/signshow', { headers: { cookie } })).json).toMatchObject({
      session: { user_id: 4 },
    });
    const stale = { cookie: 'helpmesh_session=0123456789abcdef0123' };
    expect((await ask('GET', '/api/v1/signshow', { headers: stale })).json).toEqual({ error: 'no valid session' });
    world.closed = true;
    const shutOut = { cookie: 'helpmesh_session=abcdef0123456789abcd' };
    expect((await ask('GET', '/api/v1/signshow', { headers: shutOut })).json).toEqual({ error: 'no valid session' });
    const refused = await ask('GET', '/api/v1/users/me', { headers: shutOut });
    expect([refused.status, refused.json.error]).toEqual([403, 'Maintenance mode enabled!']);
  });

  it('S21, S23: takes none of two cookies of its name', async () => {
    const cookie = cookieOf(await signIn());
    const tossed = { cookie: `helpmesh_session=00000000000000000000; ${cookie}` };
    expect((await ask('GET', '/api/v1/users/me', { headers: tossed })).status).toBe(403);
  });
});

describe('signing in with more than a password', () => {
  const anonymous = { authorization: '' };
  const password = (more: object = {}) =>
    send('POST', '/api/v1/signin', { username: 'agent', password: 'right', ...more }, anonymous);
  const cookieOf = (answer: Answer) => answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  beforeEach(() => {
    world.secondFactor = '123456';
  });

  it('asks for the second factor in the words of existing clients, and opens nothing yet', async () => {
    const answer = await password();
    expect(answer.status).toBe(422);
    expect(answer.json.two_factor_required).toEqual({
      default_two_factor_authentication_method: 'security_keys',
      available_two_factor_authentication_methods: ['security_keys', 'authenticator_app'],
      recovery_codes_available: true,
      token: 'first-step',
      passkey_options: { challenge: 'sign me', rpId: 'localhost' },
    });
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('takes it in a second step, or with the password', async () => {
    const factor = { method: 'authenticator_app', payload: '123456' };
    const second = await send('POST', '/api/v1/signin/second_factor', { token: 'first-step', ...factor }, anonymous);
    expect(second).toMatchObject({ status: 201, json: { session: { user_id: 4 } } });
    expect((await ask('GET', '/api/v1/users/me', { headers: { cookie: cookieOf(second) } })).status).toBe(200);
    const input = world.asked(signInSecondStep)[0]?.input;
    expect(input).toMatchObject({ token: 'first-step', ...factor, ip: '127.0.0.1' });
    const both = await password({ two_factor_method: 'authenticator_app', two_factor_payload: '123456' });
    expect(both.status).toBe(201);
  });

  it.each([
    ['/api/v1/signin/second_factor', { token: 'first-step' }],
    ['/api/v1/signin/second_factor', { token: 'first-step', method: 'sms', payload: '1' }],
    ['/api/v1/signin/second_factor', { token: 'first-step', method: 'authenticator_app', payload: 123456 }],
    ['/api/v1/signin/second_factor', { method: 'authenticator_app', payload: '123456' }],
    ['/api/v1/signin/passkey', {}],
    ['/api/v1/signin/passkey', { credential: 'known' }],
    ['/api/v1/signin', { username: 'agent', password: 'right', two_factor_method: 'sms', two_factor_payload: '1' }],
  ])('refuses what is incomplete at %s: %j', async (path, body) => {
    expect((await send('POST', path, body, anonymous)).status).toBe(422);
  });

  it('signs in with a passkey alone', async () => {
    const options = await send('POST', '/api/v1/signin/passkey/options', {}, anonymous);
    expect(options).toMatchObject({ status: 200, json: { challenge: 'sign me' } });
    const part = { type: 'public-key', response: {}, clientExtensionResults: {} };
    const credential = (id: string) => ({ credential: { id, rawId: id, ...part } });
    const answer = await send('POST', '/api/v1/signin/passkey', credential('known'), anonymous);
    expect(answer.status).toBe(201);
    expect((await ask('GET', '/api/v1/users/me', { headers: { cookie: cookieOf(answer) } })).status).toBe(200);
    expect((await send('POST', '/api/v1/signin/passkey', credential('other'), anonymous)).status).toBe(401);
  });

  it('S21: is refused from a page of another site, each way', async () => {
    const foreign = { ...anonymous, 'sec-fetch-site': 'cross-site' };
    for (const path of ['second_factor', 'passkey', 'passkey/options'])
      expect((await send('POST', `/api/v1/signin/${path}`, {}, foreign)).status, path).toBe(401);
  });

  it('leaves a session that has to set a second factor up nothing but that', async () => {
    world.secondFactor = '';
    world.people.set('basic agent right', { ...agent, mustEnrol: true });
    const answer = await password();
    expect(answer).toMatchObject({ status: 201, json: { session: { two_factor_needed: true } } });
    const headers = { cookie: cookieOf(answer), 'x-csrf-token': answer.headers.get('csrf-token') ?? '' };
    const status = async (method: string, path: string) => (await ask(method, path, { headers })).status;
    expect(await status('GET', '/api/v1/users/me')).toBe(200);
    expect(await status('GET', '/api/v1/users/two_factor/personal_configuration')).toBe(200);
    const refused = await ask('GET', '/api/v1/tickets/7', { headers });
    expect(refused).toMatchObject({ status: 403, json: { error: expect.stringContaining('second factor') } });
    expect(refused.headers.get('x-error-code')).toBe('auth.second-factor-needed');
    for (const path of ['/api/v1/events', '/api/v1/ticket_attachment/1/2/3', '/api/v1/user_access_token'])
      expect(await status('GET', path), path).toBe(403);
    expect(await status('DELETE', '/api/v1/upload_caches/1')).toBe(403);
    expect(await status('DELETE', '/api/v1/signout')).toBe(200);
  });
});

describe('bad input', () => {
  it.each([
    ['malformed JSON', 400, { body: '{"title":', headers: { 'content-type': 'application/json' } }],
    ['S21: JSON that is announced as text', 415, { body: '{}', headers: { 'content-type': 'text/plain' } }],
    ['XML', 415, { body: '<a/>', headers: { 'content-type': 'application/xml' } }],
    ['a content type that is none', 415, { body: '{}', headers: { 'content-type': 'nonsense' } }],
    [
      'a body over the limit',
      413,
      { body: JSON.stringify({ title: 'x'.repeat(300_000) }), headers: { 'content-type': 'application/json' } },
    ],
  ])('answers %s with %i and the error shape', async (_what, status, init) => {
    const answer = await ask('POST', '/api/v1/tickets', { body: init.body, headers: { ...asAgent, ...init.headers } });
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error: expect.any(String), error_human: expect.any(String) });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('answers before a refused body is sent, lets the client finish it, and goes on with the connection', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).setEncoding('latin1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    const head = (length: number) =>
      `POST /api/v1/signin HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
    socket.write(head(8_000_000));
    await waitFor(async () => heard.includes('larger than allowed'), { what: 'the refusal' });
    socket.write('x'.repeat(8_000_000));
    socket.write(`${head(2)}{}`);
    await waitFor(async () => heard.includes('HTTP/1.1 422'), { what: 'the answer to the next request' });
    expect(heard.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 422']);
    socket.destroy();
  });

  it('reads no large body of a stranger', async () => {
    const large = JSON.stringify({ title: 'x', padding: 'x'.repeat(150_000) });
    const headers = { 'content-type': 'application/json' };
    expect((await ask('POST', '/api/v1/tickets', { headers, body: large })).status).toBe(403);
    expect((await ask('POST', '/api/v1/tickets', { headers: { ...headers, ...asAgent }, body: large })).status).toBe(
      201,
    );
    for (const path of ['/api/v1/signin', '/api/v1/users/password_reset', '/api/v1/nothing'])
      expect((await ask('POST', path, { headers, body: large })).status).toBe(413);
    for (const path of ['/api/v1/signout', '/api/v1/upload_caches/1'])
      expect((await ask('DELETE', path, { headers: { ...headers, ...asAgent }, body: large })).status).toBe(413);
  });

  it.each([
    ['/api/v1/users/password_reset', ''],
    ['/api/v1/signin', ''],
    ['/api/v1/tickets', asAgent.authorization],
  ])('answers JSON nested too deeply at %s with 400', async (path, authorization) => {
    const nested = (depth: number) => `{"username":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const post = (depth: number) =>
      ask('POST', path, { headers: { 'content-type': 'application/json', authorization }, body: nested(depth) });
    for (const depth of [64, 5_000, 30_000])
      expect(await post(depth)).toMatchObject({ status: 400, json: { error: 'The body is nested too deeply.' } });
    expect((await post(63)).status).toBeOneOf([201, 422]);
  });

  it("hands the owner's refusal of a wrong type to the caller", async () => {
    const answer = await send('POST', '/api/v1/tickets', { title: 7 });
    expect(answer.status).toBe(422);
    expect(answer.json.error).toContain('title');
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('answers an unknown route with JSON: %s', async (method) => {
    const error = `No route matches [${method}] /api/v1/x`;
    expect(await ask(method, '/api/v1/x?a=1')).toMatchObject({ status: 404, json: { error, error_human: error } });
  });

  it.each([
    ['a URL that cannot be decoded', '/api/v1/tickets/%E0%A4%A'],
    ['an id that is none', '/api/v1/tickets/abc'],
    ['a path that climbs', '/api/v1/..%2f..%2fetc/passwd'],
    ['a long parameter', `/api/v1/tickets/${'1'.repeat(600)}`],
  ])('answers %s without a failure of its own', async (_what, path) => {
    const { status } = await ask('GET', path, { headers: asAgent });
    expect([400, 404, 414, 422]).toContain(status);
  });

  it.each([
    ['tickets/abc', "Couldn't find Ticket with 'id'=abc"],
    ['tickets/0', "Couldn't find Ticket with 'id'=0"],
  ])('takes an id that cannot be one for the id of nothing: %s', async (path, error) => {
    expect(await ask('GET', `/api/v1/${path}`, { headers: asAgent })).toMatchObject({ status: 404, json: { error } });
  });

  it('drops keys that would change the prototype', async () => {
    await ask('POST', '/api/v1/tickets', {
      headers: { ...asAgent, 'content-type': 'application/json' },
      body: '{"title":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(world.asked(createTicket)[0]?.input).toMatchObject({ body: { title: 'x' } });
  });

  it('2.2.5 500: says nothing of an error that is ours but an id', async () => {
    world.ticket.set(getTicket.subject, () => {
      throw new Error('canary');
    });
    const answer = await ask('GET', '/api/v1/tickets/7', { headers: asAgent });
    expect(answer.status).toBe(500);
    expect(answer.json.error).toMatch(/^Error ID [\w-]{8}: Please contact your administrator\.$/);
    expect(answer.text).not.toContain('canary');
  });

  it('answers 503 with Retry-After when the owner takes too long', async () => {
    world.ticket.set(getTicket.subject, () => new Promise(() => undefined));
    const answer = await ask('GET', '/api/v1/tickets/7', { headers: asAgent });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

describe('files', () => {
  const data = Buffer.from('Grüße\n').toString('base64');

  it('takes base64 attachments out of a body before it travels, and gives them back byte by byte', async () => {
    const attachments = [{ filename: '../../Grüße\u202e.txt', data, 'mime-type': 'text/plain' }];
    const body = { ticket_id: 1, body: 'see file', attachments };
    expect((await send('POST', '/api/v1/ticket_articles', body)).status).toBe(201);
    const [stored] = (world.asked(createArticle)[0]!.input as { body: { attachments: Record<string, unknown>[] } }).body
      .attachments;
    expect(stored).toEqual({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      size: 8,
      filename: 'Grüße.txt',
      contentType: 'text/plain',
    });
    world.ticket.set(getAttachment.subject, () => stored);
    const file = await ask('GET', '/api/v1/ticket_attachment/1/2/3', { headers: asAgent });
    expect(file).toMatchObject({ status: 200, text: 'Grüße\n' });
    expect(world.asked(getAttachment)[0]?.input).toEqual({ ticketId: 1, articleId: 2, attachmentId: 3 });
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-disposition': `attachment; filename="Gr__e.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
  });

  it('takes the files of the article inside a ticket, and pasted images, too', async () => {
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47]).toString('base64');
    const html = `<p>Hi <img alt="x" src="data:image/png;base64,${png}"></p>`;
    const article = {
      body: html,
      content_type: 'text/html',
      attachments: [{ filename: 'a', data, 'mime-type': 'a/b' }],
    };
    await send('POST', '/api/v1/tickets', { title: 'x', article });
    const { body } = world.asked(createTicket)[0]!.input as {
      body: { article: { body: string; attachments: Record<string, unknown>[] } };
    };
    const image = body.article.attachments[1];
    expect(image).toMatchObject({ filename: 'image1.png', contentType: 'image/png', size: 4, inline: true });
    expect(body.article.body).toBe(`<p>Hi <img alt="x" src="cid:${image?.contentId}"></p>`);
  });

  it("never believes a client's word about what is in the store", async () => {
    const stolen = { sha256: 'a'.repeat(64), size: 1, filename: 'x', contentType: 'text/plain' };
    const answer = await send('POST', '/api/v1/ticket_articles', { ticket_id: 1, body: 'x', attachments: [stolen] });
    expect(answer).toMatchObject({
      status: 422,
      json: { error: "Attachment needs 'data' param for attachment with index '0'" },
    });
    expect(world.asked(createArticle)).toHaveLength(0);
  });

  it.each([
    ['ticket_articles', createArticle],
    ['tickets', createTicket],
  ] as const)('believes none at %s beside an article either, nor inside it', async (path, question) => {
    const stolen = { sha256: 'a'.repeat(64), size: 1, filename: 'x', contentType: 'text/plain' };
    const article = { body: 'y' };
    const answer = await send('POST', `/api/v1/${path}`, { ticket_id: 1, body: 'x', article, attachments: [stolen] });
    expect(answer).toMatchObject({
      status: 422,
      json: { error: "Attachment needs 'data' param for attachment with index '0'" },
    });
    const inside = { body: 'y', attachments: [stolen] };
    expect((await send('POST', `/api/v1/${path}`, { ticket_id: 1, body: 'x', article: inside })).status).toBe(422);
    expect(world.asked(question)).toHaveLength(0);
  });

  it.each([
    [{ filename: 'a', data }, "Attachment needs 'mime-type' param for attachment with index '1'"],
    [{ data, 'mime-type': 'a/b' }, "Attachment needs 'filename' param for attachment with index '1'"],
    [{ filename: 'a', 'mime-type': 'a/b', data: '***' }, "Invalid base64 for attachment with index '1'"],
    ['nonsense', "Attachment needs 'filename' param for attachment with index '1'"],
  ])('refuses %j', async (file, error) => {
    const good = { filename: 'a', data, 'mime-type': 'a/b' };
    const answer = await send('POST', '/api/v1/ticket_articles', {
      ticket_id: 1,
      body: 'x',
      attachments: [good, file],
    });
    expect(answer).toMatchObject({ status: 422, json: { error } });
  });

  it('shows bitmaps in place when asked, and nothing else', async () => {
    const { sha256, size } = await storedText('<script>');
    const look = async (contentType: string) => {
      world.ticket.set(getAttachment.subject, () => ({ sha256, size, filename: 'f', contentType }));
      const file = await ask('GET', '/api/v1/ticket_attachment/1/2/3?view=inline', { headers: asAgent });
      return file.headers.get('content-disposition')?.split(';')[0];
    };
    expect(await look('image/png')).toBe('inline');
    for (const type of ['image/svg+xml', 'text/html', 'application/pdf', 'image/png\r\nx: y'])
      expect(await look(type)).toBe('attachment');
  });

  it.each([
    ['a drawing with a script', 'image/svg+xml', 'x.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'],
    ['a page', 'text/html', 'x.html', '<script>x()</script>'],
    ['a page of XML', 'application/xhtml+xml', 'x.xhtml', '<html xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['XML with a style sheet', 'text/xml', 'x.xml', '<?xml-stylesheet href="//evil.example/x.xsl"?><a/>'],
    ['a PDF with a script', 'application/pdf', 'x.pdf', '%PDF-1.7 1 0 obj <</OpenAction <</S /JavaScript>>>>'],
    ['a picture that is a page as well', 'image/gif', 'x.gif', 'GIF89a=1;//<script>x()</script>'],
    ['a page that says it is a picture', 'image/png', 'x.png', '<!DOCTYPE html><script>x()</script>'],
    ['a script', 'text/javascript', 'x.js', 'x()'],
    ['something that says nothing of itself', '', 'x.html', '<script>x()</script>'],
  ])('S03: %s is a file to keep, of the type it came with, and nothing that runs', async (_what, type, name, words) => {
    const { sha256, size } = await storedText(words);
    world.ticket.set(getAttachment.subject, () => ({ sha256, size, filename: name, contentType: type }));
    for (const view of ['', '?view=inline', '?view=preview']) {
      const file = await ask('GET', `/api/v1/ticket_attachment/1/2/3${view}`, { headers: asAgent });
      expect(file.text).toBe(words);
      const shown = view !== '' && /^image\/(png|gif)$/.test(type);
      expect(Object.fromEntries(file.headers)).toMatchObject({
        'content-type': type === '' ? 'application/octet-stream' : type,
        'content-disposition': expect.stringMatching(shown ? /^inline;/ : /^attachment;/),
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('hands out the part of a file that is asked for, and nothing of one that the asker has', async () => {
    const stored = await storedText('0123456789');
    world.ticket.set(getAttachment.subject, () => ({ ...stored, filename: 'f', contentType: 'text/plain' }));
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      ask(method, '/api/v1/ticket_attachment/1/2/3', { headers: { ...asAgent, ...headers } });
    const whole = await get();
    const etag = whole.headers.get('etag') as string;
    expect([whole.status, whole.headers.get('accept-ranges'), etag]).toEqual([200, 'bytes', `"${stored.sha256}"`]);
    const part = await get({ range: 'bytes=2-4', 'if-range': etag });
    expect([part.status, part.text]).toEqual([206, '234']);
    expect(Object.fromEntries(part.headers)).toMatchObject({
      ...{ 'content-range': 'bytes 2-4/10', 'content-length': '3', 'content-type': 'text/plain', etag },
      'content-security-policy': "sandbox; default-src 'none'",
    });
    expect(await get({ range: 'bytes=2-4', 'if-range': '"other"' })).toMatchObject({ status: 200, text: '0123456789' });
    const beyond = await get({ range: 'bytes=10-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    expect(beyond.headers.get('x-error-code')).toBe('http.range-not-satisfiable');
    const known = await get({ 'if-none-match': etag });
    expect([known.status, known.text, known.headers.get('etag')]).toEqual([304, '', etag]);
    const head = await get({ range: 'bytes=2-4' }, 'HEAD');
    expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '10']);
    // Whoever may not read it learns nothing of it, by no header.
    world.ticket.set(getAttachment.subject, () => {
      throw new AppError('not-found', 'ticket.not-found', "Couldn't find Ticket with 'id'=1");
    });
    expect((await get({ 'if-none-match': etag, range: 'bytes=2-4' })).status).toBe(404);
  });

  it('answers 404 for what is not visible, not there, or no id', async () => {
    world.ticket.set(getAttachment.subject, () => {
      throw new AppError('not-found', 'ticket.not-found', "Couldn't find Ticket with 'id'=1");
    });
    expect((await ask('GET', '/api/v1/ticket_attachment/1/2/3', { headers: asAgent })).status).toBe(404);
    expect((await ask('GET', '/api/v1/ticket_attachment/1/2/..', { headers: asAgent })).status).toBe(404);
    expect((await ask('GET', '/api/v1/ticket_attachment/1/2/x', { headers: asAgent })).status).toBe(404);
    world.ticket.set(getAttachment.subject, () => ({
      sha256: 'b'.repeat(64),
      size: 1,
      filename: 'x',
      contentType: 'a/b',
    }));
    expect((await ask('GET', '/api/v1/ticket_attachment/1/2/3', { headers: asAgent })).status).toBe(404);
  });

  it('hands out the archive of a person as a download that no cache keeps', async () => {
    const stored = await storedText('PK');
    world.ticket.set(getDataExportFile.subject, () => ({ ...stored, filename: 'personal-data-4.zip' }));
    const file = await ask('GET', '/api/v1/data_exports/7/download', { headers: asAgent });
    expect(file).toMatchObject({ status: 200, text: 'PK' });
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': expect.stringMatching(/^attachment; filename="personal-data-4\.zip"/),
      'cache-control': 'no-store',
    });
    expect(world.asked(getDataExportFile)[0]?.input).toEqual({ id: 7 });
    expect((await ask('GET', '/api/v1/data_exports/x/download', { headers: asAgent })).status).toBe(404);
    expect((await ask('GET', '/api/v1/data_exports/7/download')).status).toBe(403);
  });

  it('shows pictures of people to who is signed in, as pictures and nothing else', async () => {
    world.ticket.set(getAvatarImage.subject, () => ({ contentType: 'image/gif', base64: 'R0lGODlh' }));
    const shown = await ask('GET', '/api/v1/users/image/0123abcd', { headers: asAgent });
    expect(shown).toMatchObject({ status: 200, text: 'GIF89a' });
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/gif',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, max-age=3600',
    });
    expect(world.asked(getAvatarImage)[0]?.input).toEqual({ hash: '0123abcd' });
    world.ticket.set(getAvatarImage.subject, () => ({ contentType: 'image/svg+xml', base64: 'PHN2Zz4=' }));
    const other = await ask('GET', '/api/v1/users/image/0123abcd', { headers: asAgent });
    expect(other.headers.get('content-type')).toBe('application/octet-stream');
    expect((await ask('GET', '/api/v1/users/image/0123abcd')).status).toBe(403);
  });

  it('takes people from a file: its text, or a form with a file in whatever encoding', async () => {
    world.ticket.set(importRows.subject, () => ({ records: [], errors: [] }));
    const rows = () => world.asked(importRows).map(({ input }) => input);
    const json = JSON.stringify({ data: 'email;firstname\nj@x.example;Jörg', try: true });
    const headers = { ...asAgent, 'content-type': 'application/json' };
    const sent = await ask('POST', '/api/v1/users/import', { headers, body: json });
    expect(sent).toMatchObject({ status: 200, json: { result: 'success', try: true, records: [], errors: [] } });
    const file = new FormData();
    file.append('try', 'true');
    file.append('file', new File([Buffer.from('email;firstname\nj@x.example;J\xf6rg', 'latin1')], 'people.csv'));
    expect((await ask('POST', '/api/v1/organizations/import', { headers: asAgent, body: file })).status).toBe(200);
    const read = { columns: ['email', 'firstname'], rows: [{ line: 2, cells: ['j@x.example', 'Jörg'] }], try: true };
    expect(rows()).toEqual([
      { object: 'User', ...read },
      { object: 'Organization', ...read },
    ]);
    expect((await ask('POST', '/api/v1/users/import', { headers, body: '{}' })).json).toMatchObject({
      error: "The file is missing: send it as 'data'.",
    });
    expect((await ask('POST', '/api/v1/users/import', { body: json })).status).toBe(403);
  });

  it('tells whoever asks for it how far an import is, line by line, and refuses what it cannot begin', async () => {
    world.ticket.set(importRows.subject, () => ({ records: [], errors: [] }));
    const headers = { ...asAgent, 'content-type': 'application/json', accept: 'application/x-ndjson' };
    const people = Array.from({ length: 250 }, (_, n) => `p${n}@x.example`);
    const send = (data: string) =>
      ask('POST', '/api/v1/users/import', { headers, body: JSON.stringify({ data, try: true }) });
    const { status, text } = await send(`email\n${people.join('\n')}`);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(status).toBe(200);
    expect(lines).toMatchObject([
      { progress: { phase: 'looking', line: 201, lines: 251 } },
      { progress: { phase: 'looking', line: 251, lines: 251 } },
      { result: 'success', try: true },
    ]);
    expect(await send('\n \n')).toMatchObject({ status: 422, json: { error: 'The file has no rows.' } });
  });

  it('S20: writes people into a file page by page, without formulas and without what nobody could read again', async () => {
    const person = (id: number) => ({
      id,
      login: `p${id}`,
      phone: '+49',
      roles: ['Agent', 'Customer'],
      role_ids: [2, 3],
      room: 'B',
    });
    world.ticket.set(users.list.subject, ({ query }: { query: { page: number } }) =>
      query.page === 1 ? Array.from({ length: 500 }, (_, n) => person(n + 1)) : [person(501)],
    );
    const file = await ask('GET', '/api/v1/users/export', { headers: asAgent });
    const lines = file.text.split('\r\n');
    expect(lines).toHaveLength(503);
    expect(lines[0]).toMatch(/^id,login,firstname,.*,note,room$/);
    expect(lines[1]).toMatch(/^1,p1,.*,Agent~~~Customer,'\+49,.*,B$/);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="users.csv"');
    const example = await ask('GET', '/api/v1/organizations/import_example', { headers: asAgent });
    expect(example.text).toMatch(/^name,shared,/);
  });

  it('S20: writes a list of tickets into a file from its first row to its last, without formulas', async () => {
    const ticket = (id: number) => ({ id, number: `1000${id}`, title: '=cmd()', group_id: 1, owner: '-', room: 'B' });
    world.ticket.set(exportTickets.subject, ({ after }: { after?: string }) =>
      after === undefined ? { rows: [ticket(1), ticket(2)], next: 'more' } : { rows: [ticket(3)], next: null },
    );
    const file = await ask('GET', '/api/v1/tickets/export?view=open&sort=title', { headers: asAgent });
    const lines = file.text.split('\r\n');
    expect(lines[0]).toMatch(/^id,number,title,group,state,.*,note,.*,room$/);
    expect(lines.slice(1).map((line) => line.replace(/,{2,}/g, ',…,'))).toEqual([
      ...[1, 2, 3].map((id) => `${id},1000${id},'=cmd(),…,'-,…,B`),
      '',
    ]);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="tickets.csv"');
    expect(world.asked(exportTickets).map(({ input }) => input)).toMatchObject([
      { view: 'open', sort: 'title' },
      { view: 'open', sort: 'title', after: 'more' },
    ]);
    world.ticket.set(exportTickets.subject, () => ({ rows: [], next: null }));
    const empty = await ask('GET', '/api/v1/tickets/export', { headers: asAgent });
    expect(empty.text.split('\r\n')).toEqual([expect.stringMatching(/^id,number,/), '']);
  });

  it('S20: writes the same list into a workbook: texts are texts, times those of who reads it', async () => {
    const ticket = (id: number) => ({
      ...{ id, number: `1000${id}`, title: '=cmd()&<b>', note: '2026-01-01', updated_at: '2026-07-01T22:30:00.000Z' },
      ...{ article_count: 3, priority_overridden: true, sites: ['a', 'b'], since: '2026-02-03' },
    });
    world.ticket.set(exportTickets.subject, ({ after }: { after?: string }) =>
      after === undefined ? { rows: [ticket(1)], next: 'more' } : { rows: [ticket(2)], next: null },
    );
    const query = 'view=open&format=xlsx&timezone=Europe/Berlin';
    const file = await ask('GET', `/api/v1/tickets/export?${query}`, { headers: asAgent });
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="tickets.xlsx"');
    const parts = await unpacked(file.bytes);
    const sheet = parts['xl/worksheets/sheet1.xml'] as string;
    expect(sheet.match(/<row /g)).toHaveLength(3);
    expect(sheet).toContain('<t xml:space="preserve">=cmd()&amp;&lt;b&gt;</t>');
    expect(sheet).not.toContain('<f>');
    expect(sheet).toContain('<t xml:space="preserve">2026-01-01</t>');
    expect(sheet).toContain('<t xml:space="preserve">a, b</t>');
    // 2026-07-02 00:30 in Berlin, and a day.
    expect(sheet).toContain(` s="2"><v>${25_569 + Date.UTC(2026, 6, 2, 0, 30) / 86_400_000}</v>`);
    expect(sheet).toContain(' s="3"><v>46056</v>');
    expect(world.asked(exportTickets)[0]?.input).toEqual({ view: 'open', sort: 'updated_at', order: 'desc' });
    const wrong = (more: string) => ask('GET', `/api/v1/tickets/export?${more}`, { headers: asAgent });
    expect(await wrong('format=ods')).toMatchObject({
      status: 422,
      json: { error: 'The format of a list is csv or xlsx.' },
    });
    expect(await wrong('format=xlsx&timezone=Nowhere')).toMatchObject({
      status: 422,
      json: { error: expect.stringContaining('Nowhere') },
    });
  });

  it('keeps uploads for a form and forgets them', async () => {
    world.ticket.set(addUpload.subject, () => ({ id: 9 }));
    const form = new FormData();
    // More than anybody else's body may be.
    form.append('File', new File(['hello'.repeat(20_000)], 'a b.txt', { type: 'text/plain' }));
    const up = await ask('POST', '/api/v1/upload_caches/form1', { headers: asAgent, body: form });
    expect(up).toMatchObject({
      status: 200,
      json: { success: true, data: { id: 9, filename: 'a b.txt', size: 100_000, contentType: 'text/plain' } },
    });
    expect((await ask('DELETE', '/api/v1/upload_caches/form1/items/9', { headers: asAgent })).json).toEqual({
      success: true,
    });
    expect((await ask('DELETE', '/api/v1/upload_caches/form1', { headers: asAgent })).json).toEqual({ success: true });
    expect(world.asked(removeUploads).map(({ input }) => input)).toEqual([
      { formId: 'form1', id: 9 },
      { formId: 'form1' },
    ]);
  });

  it('refuses an upload over the limit, one that is no form, and one without a file', async () => {
    const form = new FormData();
    form.append('File', new File(['x'.repeat(250_000)], 'big'));
    expect((await ask('POST', '/api/v1/upload_caches/f', { headers: asAgent, body: form })).status).toBe(413);
    expect((await send('POST', '/api/v1/upload_caches/f', {})).status).toBe(415);
    const empty = new FormData();
    empty.append('a', 'b');
    expect((await ask('POST', '/api/v1/upload_caches/f', { headers: asAgent, body: empty })).status).toBe(422);
    expect(world.asked(addUpload)).toHaveLength(0);
  });

  it('gives the mail of an article as it arrived', async () => {
    const stored = await storedText('Subject: x\r\n\r\nbody');
    world.ticket.set(getRawMail.subject, () => ({ sha256: stored.sha256, size: stored.size }));
    const mail = await ask('GET', '/api/v1/ticket_article_plain/5', { headers: asAgent });
    expect(mail.text).toBe('Subject: x\r\n\r\nbody');
    expect(mail.headers.get('content-type')).toBe('message/rfc822');
  });

  async function storedText(text: string): Promise<{ sha256: string; size: number }> {
    const file = { filename: 'f', data: Buffer.from(text).toString('base64'), 'mime-type': 'text/plain' };
    await send('POST', '/api/v1/ticket_articles', { ticket_id: 1, body: 'x', attachments: [file] });
    const asked = world.asked(createArticle).at(-1)?.input as
      | { body: { attachments: { sha256: string; size: number }[] } }
      | undefined;
    const [stored] = asked?.body.attachments ?? [];
    if (!stored) throw new Error('nothing was stored');
    return stored;
  }
});

describe('pages', () => {
  it('serves the web client: pages for every address of a page, assets for ever, and never a missing one', async () => {
    for (const path of ['/', '/tickets/7']) {
      const page = await ask('GET', path);
      expect(page.text).toContain('<title>Desk</title>');
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
      expect(page.headers.get('content-security-policy')).toContain(
        "require-trusted-types-for 'script'; trusted-types ",
      );
      // Of mail, once its reader asks for them.
      expect(page.headers.get('content-security-policy')).toContain("img-src 'self' data: blob: https:;");
    }
    const asset = await ask('GET', '/assets/index-4f2a9c1b.js', { headers: { 'accept-encoding': 'br, gzip' } });
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
    expect((await ask('GET', '/assets/gone-12345678.js')).status).toBe(404);
    expect((await ask('GET', '/assets/..%2f..%2fblobs/x.js')).status).toBe(404);
  });

  it('stops mails by one click of a mail program or a button, and never because a link was followed', async () => {
    const send = (body: string, path = '/u/known') => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'de' };
      return ask('POST', path, { headers, body });
    };
    const look = async () => (await ask('GET', '/u/known')).text;
    expect(await look()).toContain('You get these e-mails.');
    expect(await look()).toContain('You get these e-mails.');
    expect(await send('List-Unsubscribe=One-Click')).toMatchObject({ status: 200 });
    expect(await look()).toContain('no longer');
    expect((await send('on=1')).text).toContain('Sie bekommen diese E-Mails.');
    expect(await look()).toContain('You get these e-mails.');
    const page = await send('on=0');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await look()).toContain('no longer');
    expect(await send('on=1', '/u/other')).toMatchObject({ status: 404 });
  });

  it('answers a page it was given before with 304', async () => {
    const etag = (await ask('GET', '/')).headers.get('etag') ?? '';
    expect((await ask('GET', '/', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('describes itself', async () => {
    const { json } = await ask('GET', '/openapi.json');
    expect(json).toMatchObject({
      openapi: '3.1.0',
      paths: { '/api/v1/tickets/{id}': { get: { operationId: 'getTicket' } } },
    });
    expect((await ask('GET', '/docs')).text).toContain('/api/v1/ticket_articles');
  });

  it('answers CORS questions with an empty answer and never allows a cookie', async () => {
    const answer = await ask('OPTIONS', '/api/v1/tickets', { headers: { origin: 'https://elsewhere.example' } });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('counts requests by route, not by address', async () => {
    await ask('GET', '/api/v1/users/me', { headers: asAgent });
    const metrics = await (await fetch(`${gateway.healthUrl}/metrics`)).text();
    expect(metrics).toContain('helpmesh_http_requests_total{method="GET",route="/api/v1/users/me",status="200"}');
    expect(metrics).not.toContain('route="/api/v1/tickets/7"');
  });
});

describe('signing up', () => {
  it('S12: is heard twenty times an hour from one network', async () => {
    const ask = () => send('POST', '/api/v1/users/signup', { email: 'new@example.org' }, { authorization: '' });
    for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect(world.asked(signUp)).toHaveLength(20);
  });
});

describe('too many failures', () => {
  it('S26: counts no wrong token: nobody can guess one, and an old one is no reason to lock an office out', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 30; n++)
      statuses.add((await ask('GET', '/api/v1/users/me', { headers: { authorization: `Token old-${n}` } })).status);
    expect([...statuses]).toEqual([401]);
  });

  it('S26: stops guessing from one address, but not who is known already', async () => {
    expect((await ask('GET', '/api/v1/users/me', { headers: asAgent })).status).toBe(200);
    const guess = async (n: number) =>
      (await ask('GET', '/api/v1/users/me', { headers: { authorization: basic('agent', `guess${n}`) } })).status;
    // All at once: what counts only when identity has answered lets each of them through.
    const statuses = await Promise.all(Array.from({ length: 60 }, (_, n) => guess(n)));
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(20);
    expect(world.asked(authenticate).length).toBeLessThanOrEqual(21);
    expect(await guess(60)).toBe(429);
    const headers = { authorization: '' };
    expect((await send('POST', '/api/v1/signin', { username: 'agent', password: 'x' }, headers)).status).toBe(429);
    expect(world.asked(signIn)).toHaveLength(0);
    expect((await ask('GET', '/api/v1/users/me', { headers: asAgent })).status).toBe(200);
    expect(world.asked(currentUser).length).toBeGreaterThan(1);
  });
});

describe('the search over everything', () => {
  const tickets = { record_ids: [7], total_count: 3, assets: { Ticket: { 7: { id: 7 } }, User: { 2: { id: 2 } } } };
  beforeEach(() => world.ticket.set(searchTicketsByPost.subject, () => tickets));

  it('asks each owner with the rights of the caller, and leaves out what they may not look for', async () => {
    for (const call of [
      ask('GET', '/api/v1/search?query=printer&limit=5', { headers: asAgent }),
      send('POST', '/api/v1/search', { query: 'printer', limit: 5 }),
      send('POST', '/api/v1/search/Ticket-User?query=printer', { limit: 5 }),
    ]) {
      const { status, json } = await call;
      expect({ status, json }).toEqual({
        status: 200,
        json: { assets: tickets.assets, result: [{ type: 'Ticket', id: 7 }] },
      });
    }
    expect(world.asked(searchTicketsByPost).map(({ actor, input }) => [actor, input])).toEqual(
      Array(3).fill([
        agent.login,
        expect.objectContaining({ query: { query: 'printer', limit: 5, per_page: 5, page: 1, full: true } }),
      ]),
    );
  });

  it('gives each kind by itself when asked, and knows no others', async () => {
    const { json } = await ask('GET', '/api/v1/search/Ticket?query=x&by_object=true', { headers: asAgent });
    expect(json.result).toEqual({ Ticket: { object_ids: [7], total_count: 3 } });
    expect((await ask('GET', '/api/v1/search/Secret', { headers: asAgent })).status).toBe(422);
    expect((await ask('GET', '/api/v1/search', {})).status).toBe(403);
  });
});

describe('monitoring', () => {
  const figures = {
    outbox: { waiting: 2, oldest: 90 },
    dead_letters: 1,
    counts: { tickets: 7, stored_bytes: 3_145_728 },
    last_created_at: { tickets: '2026-01-31T08:00:00.000Z' },
  };
  const get = (path: string, headers = {}) => ask('GET', `/api/v1/monitoring/${path}`, { headers });
  beforeEach(() => {
    world.people.set('token watch-token', { ...agent, permissions: ['admin.monitoring'] });
    world.ticket.set(serviceFigures.ticket.subject, () => figures);
    world.ticket.set(countOpenedTickets.subject, () => ({ count: 6 }));
  });
  const asWatcher = { authorization: 'Token watch-token' };

  it('tells what is wrong, of services that are silent as well, to a token or somebody with the right', async () => {
    for (const [path, headers] of [['health_check?token=watcher'], ['health_check', asWatcher]] as const) {
      const { status, json } = await get(path, headers);
      expect(status).toBe(200);
      expect(json).toMatchObject({ healthy: false, actions: [] });
      expect(json.issues).toEqual(
        expect.arrayContaining([
          'ticket: messages wait to be published since 90 s',
          'ticket: 1 messages were given up',
          'The reporting service does not answer',
        ]),
      );
      expect(json.message).toBe((json.issues as string[]).join(';'));
      expect(json.problems).toContainEqual({ kind: 'messages-late', service: 'ticket', value: 90 });
      expect(json.services).toMatchObject({ ticket: figures, identity: { dead_letters: 0 } });
    }
    for (const path of ['health_check', 'status', 'amount_check?periode=1h', 'health_check?token=wrong']) {
      expect((await get(path, asAgent)).status).toBe(403);
      expect((await get(path)).status).toBe(403);
    }
  });

  it('has each service do again what it gave up; the token that is good for looking is not enough', async () => {
    world.ticket.set(deadLetterReplays.ticket.subject, () => ({ open: 4 }));
    const restart = (headers = {}, query = '') =>
      ask('POST', `/api/v1/monitoring/restart_failed_jobs${query}`, { headers });
    const { status, json } = await restart(asWatcher);
    expect(status).toBe(200);
    expect(json.restarted).toMatchObject({ ticket: 4, reporting: null });
    expect((await restart(asAgent)).status).toBe(403);
    expect((await restart({}, '?token=watcher')).status).toBe(403);
    expect(world.asked(deadLetterReplays.ticket)).toHaveLength(1);
  });

  it('lists what services gave up, and has one of it done again', async () => {
    const line = { id: 3, consumer: 'ticket__mail', subject: 'cmd.ticket.v1.file-mail', cause: 'no', tries: 8 };
    const letter = { ...line, died_at: '2026-01-31T08:00:00.000Z' };
    world.ticket.set(deadLetterLists.ticket.subject, () => ({ letters: [letter] }));
    world.ticket.set(deadLetterReplays.ticket.subject, ({ id }: { id?: number }) => ({ open: id === 3 ? 1 : 0 }));
    const { json } = await get('dead_letters', asWatcher);
    expect(json.services).toMatchObject({ ticket: [letter], reporting: null });
    const replay = (which: string, headers: Record<string, string> = asWatcher) =>
      ask('POST', `/api/v1/monitoring/dead_letters/${which}/replay`, { headers });
    expect(await replay('ticket/3')).toMatchObject({ status: 200, json: { restarted: true } });
    for (const which of ['ticket/4', 'ticket/0', 'ticket/x', 'gateway/3', 'constructor/3'])
      expect((await replay(which)).status, which).toBe(404);
    expect((await replay('ticket/3', asAgent)).status).toBe(403);
    expect((await get('dead_letters', asAgent)).status).toBe(403);
    expect((await get('dead_letters?token=watcher')).status).toBe(403);
  });

  it('counts what there is, and holds new tickets against bounds', async () => {
    expect((await get('status?token=watcher')).json).toEqual({
      counts: { tickets: 7, users: 5 },
      last_created_at: { tickets: '2026-01-31T08:00:00.000Z', users: null },
      last_login: '2026-01-31T09:00:00.000Z',
      agents: 2,
      storage: { kB: 3072, MB: 3, GB: 0 },
    });
    expect((await get('amount_check?token=watcher&periode=1h&max_warning=5')).json).toMatchObject({
      state: 'warning',
      message: 'The limit of 5 was exceeded with 6 in the last 1h',
      count: 6,
    });
    expect((await get('amount_check?token=watcher')).json).toMatchObject({ error: 'periode is missing!' });
    for (const query of ['periode=1w', 'periode=1h&max_warning=many']) {
      expect((await get(`amount_check?token=watcher&${query}`)).status).toBe(422);
    }
  });

  it('tells administrators the version', async () => {
    const { json } = await ask('GET', '/api/v1/version', { headers: asWatcher });
    expect(json.version).toMatch(/^\d+\.\d+\.\d+/);
    expect((await ask('GET', '/api/v1/version', { headers: asAgent })).status).toBe(403);
  });
});

describe('the audit log as a file', () => {
  const entry = (id: number) => ({
    ...{ id, created_at: '2026-11-21T09:15:00.123Z', service: 'identity', action: 'user.changed', actor_id: 3 },
    ...{ actor: 'admin@example.com', on_behalf_of_id: null, on_behalf_of: null, object_type: 'User', object_id: '4' },
    ...{ object_label: '=1+1', changes: {}, ip: null, request_id: null, hash: 'ab' },
  });
  const file = async (query: string, headers: Record<string, string> = asAgent) => {
    const answer = await fetch(`${gateway.url}/api/v1/audit/export${query}`, { headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it('comes whole, page by page, with the filters of the list', async () => {
    world.audit = Array.from({ length: 2_500 }, (_, n) => entry(2_500 - n));
    const before = world.asked(auditLog.list).length;
    const csv = await file('?action=user');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    const lines = csv.text.trim().split('\r\n');
    expect(lines).toHaveLength(2_501);
    expect(lines[1]).toMatch(/^2500,/);
    expect(lines.at(-1)).toBe(
      "1,2026-11-21T09:15:00.123Z,identity,user.changed,3,admin@example.com,,,User,4,'=1+1,{},,,ab",
    );
    const asked = world.asked(auditLog.list).slice(before) as { input: { query: object } }[];
    expect(asked.map(({ input }) => input.query)).toEqual([
      { action: 'user', limit: 1_000 },
      { action: 'user', limit: 1_000, before: 1_501 },
      { action: 'user', limit: 1_000, before: 501 },
    ]);
    const json = await file('?format=json');
    expect(JSON.parse(json.text)).toEqual(world.audit);
  });

  it('has its beginning and its end when it is empty', async () => {
    world.audit = [];
    expect((await file('')).text).toMatch(/^id,created_at,.*hash\r\n$/);
    expect(JSON.parse((await file('?format=json')).text)).toEqual([]);
  });

  it('is refused like the list, and in formats nobody knows', async () => {
    expect((await file('', { authorization: 'Token token=customer-token' })).status).toBe(403);
    expect((await file('', {})).status).toBe(403);
    expect((await file('?format=xml')).status).toBe(422);
  });
});
