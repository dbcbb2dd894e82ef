import { createHash, randomUUID } from 'node:crypto';
import { type FederationRoute, federationRoutes } from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../desk.ts';
import type { World } from './world.ts';

/** How a route is called so that all is well. */
interface Sample {
  /** An id of nothing; absent: any uuid. */
  nothing?: string;
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: Json;
  bytes?: string;
  headers?: Record<string, string>;
}
interface Said {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

/** A helpdesk that may call here, and what it shares with the desk. */
interface Mesh {
  node: string;
  token: string;
  /** Of a helpdesk that shares nothing. */
  strangersToken: string;
  /** The desk. */
  desk: string;
  shared: string;
  agreement: number;
  /** One that the caller works on. */
  theirs: string;
  fileId: string;
  /** Not shared yet. */
  ticket(): Json;
  event(ticket: Json): Json;
  webhook(): Promise<string>;
}

const routeOf = ({ method, path }: Pick<FederationRoute, 'method' | 'path'>) =>
  `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
const BYTES = 'bytes of a log';
const digest = `sha-256=:${createHash('sha256').update(BYTES).digest('base64')}:`;
const comment = (node: string): Json => ({
  ...{ uuid: randomUUID(), author: { node, displayName: 'Ada', role: 'requester' }, visibility: 'public' },
  ...{ createdAt: new Date().toISOString(), format: 'text/plain', body: 'It still burns.', attachments: [] },
});
let proposed = 0;
const proposal = () => ({
  ...{ number: ++proposed, name: 'Together', mode: 'full', requesterDisclosure: 'name', internalNotes: 'never' },
});
const hook = () => ({ url: `https://hook-${randomUUID()}.example/in` });

/** One row for each route; the rest is what they all promise. */
const samples: Record<string, (mesh: Mesh, world: World) => Sample | Promise<Sample>> = {
  'GET /federation/v1': () => ({}),
  'GET /federation/v1/jwks': () => ({}),
  'GET /federation/v1/agreements': () => ({}),
  'POST /federation/v1/agreements': () => ({ body: proposal() }),
  'GET /federation/v1/agreements/{id}': ({ agreement: id }) => ({ path: { id: String(id) }, nothing: '999999' }),
  'PATCH /federation/v1/agreements/{id}': ({ agreement: id }) => ({
    ...{ path: { id: String(id) }, nothing: '999999', body: { status: 'accepted' } },
  }),
  'GET /federation/v1/code-lists': () => ({}),
  'GET /federation/v1/events': () => ({ query: { after: '0' } }),
  'POST /federation/v1/events': (mesh) => ({ body: mesh.event(mesh.ticket()) }),
  'GET /federation/v1/tickets': () => ({}),
  'GET /federation/v1/tickets/{id}': ({ shared: id }) => ({ path: { id } }),
  'PUT /federation/v1/tickets/{id}': (mesh) => {
    const body = mesh.ticket();
    return { path: { id: body.uuid }, body, headers: { 'if-none-match': '*' } };
  },
  'PATCH /federation/v1/tickets/{id}': ({ shared: id }) => ({
    path: { id },
    body: { subject: `Subject ${Date.now()}` },
  }),
  'POST /federation/v1/tickets/{id}/handover': ({ theirs: id }) => ({
    ...{ path: { id }, body: { reason: `Reason ${randomUUID()}` } },
  }),
  'PATCH /federation/v1/tickets/{id}/handover': ({ shared: id }) => ({ path: { id }, body: { status: 'withdrawn' } }),
  'GET /federation/v1/tickets/{id}/comments': ({ shared: id }) => ({ path: { id } }),
  'PUT /federation/v1/tickets/{id}/comments/{comment}': ({ shared: id, node }) => {
    const body = comment(node);
    return { path: { id, comment: body.uuid }, body };
  },
  'GET /federation/v1/attachments/{id}/content': ({ fileId: id }) => ({ path: { id } }),
  'PUT /federation/v1/attachments/{id}/content': () => ({
    ...{ path: { id: randomUUID() }, bytes: BYTES, headers: { 'content-digest': digest } },
  }),
  'PUT /federation/v1/tickets/{id}/requester-erased': ({ shared: id }) => ({
    path: { id },
    body: { event: randomUUID() },
  }),
  'DELETE /federation/v1/tickets/{id}/share': async (mesh, world) => ({ path: { id: await opened(mesh, world) } }),
  'GET /federation/v1/webhooks': () => ({}),
  'POST /federation/v1/webhooks': () => ({ body: hook() }),
  'GET /federation/v1/webhooks/{id}': async (mesh) => ({ path: { id: await mesh.webhook() } }),
  'PATCH /federation/v1/webhooks/{id}': async (mesh) => ({
    ...{ path: { id: await mesh.webhook() }, body: { description: 'Of the night' } },
  }),
  'DELETE /federation/v1/webhooks/{id}': async (mesh) => ({ path: { id: await mesh.webhook() } }),
  'POST /federation/v1/webhooks/{id}/rotate': async (mesh) => ({ path: { id: await mesh.webhook() } }),
  'POST /federation/v1/webhooks/{id}/ping': async (mesh) => ({ path: { id: await mesh.webhook() } }),
  'POST /federation/v1/webhooks/{id}/replay': async (mesh) => ({
    ...{ path: { id: await mesh.webhook() }, body: { after: 0 } },
  }),
  'GET /federation/v1/webhooks/{id}/deliveries': async (mesh) => ({ path: { id: await mesh.webhook() } }),
};

async function call(
  world: World,
  route: FederationRoute,
  { path = {}, query = {}, body, bytes, headers = {} }: Sample & { body?: unknown },
  token: string | undefined,
  text?: string,
): Promise<Said> {
  const at = route.path.replaceAll(/:(\w+)/g, (_, name) => path[name] ?? '');
  const sent = text ?? bytes ?? (body === undefined ? undefined : JSON.stringify(body));
  const type = bytes === undefined ? (route.bodyType ?? 'application/json') : 'text/plain';
  const response = await fetch(`${world.url}${at}?${new URLSearchParams(query)}`, {
    method: route.method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(sent !== undefined && { 'content-type': type }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
  const answered = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text: answered,
    json: isJson ? JSON.parse(answered) : null,
  };
}

const find = (route: string): FederationRoute => {
  const found = federationRoutes.find((one) => routeOf(one) === route);
  if (!found) throw new Error(`there is no ${route}`);
  return found;
};

/** A ticket that is shared from now on. */
async function opened(mesh: Mesh, world: World, fields: Json = {}): Promise<string> {
  const made = mesh.ticket();
  const body = { ...made, fields: { ...made.fields, ...fields } };
  const sample = { path: { id: body.uuid }, body, headers: { 'if-none-match': '*' } };
  const put = await call(world, find('PUT /federation/v1/tickets/{id}'), sample, mesh.token);
  expect(put.status, put.text).toBe(202);
  const get = find('GET /federation/v1/tickets/{id}');
  const there = async () => (await call(world, get, { path: { id: body.uuid } }, mesh.token)).status === 200;
  await waitFor(there, { what: 'the ticket to be there', timeoutMs: 20_000 });
  return body.uuid;
}

async function meshOf(world: World): Promise<Mesh> {
  const [name, other] = [world.fresh('contract'), world.fresh('stranger')];
  const node = `https://${name}.example`;
  const group = await world.boss.post('/api/v1/groups', { name });
  const me = await world.boss.get('/api/v1/users/me');
  const access = { ...me.group_ids, [group.id]: ['full'] };
  await world.boss.put(`/api/v1/users/${me.id}`, { group_ids: access });
  const peerOf = async (called: string, at: string) => {
    const { id } = await world.boss.post('/api/v1/federation/peers', { name: called, node: at });
    const { token } = await world.boss.post(`/api/v1/federation/peers/${id}/tokens`, {});
    return { id, token };
  };
  const peer = await peerOf(name, node);
  const stranger = await peerOf(other, `https://${other}.example`);
  const terms = { kind: 'full', name, group_id: group.id, peer_id: peer.id };
  const { id: agreement } = await world.boss.post('/api/v1/agreements', terms);
  const { json } = await call(world, find('GET /federation/v1'), {}, undefined);
  let number = 0;
  const ticket = (): Json => ({
    ...{ uuid: randomUUID(), number: String(++number), url: `${node}/tickets/${number}`, originNode: node },
    createdAt: new Date().toISOString(),
    fields: {
      ...{ subject: `${name} ${number}`, requester: { pseudonym: 'p1', name: 'Ada' }, assignedNode: json.node },
      ...{ state: 'new', priority: 'normal', ownerName: null, tags: [] },
    },
  });
  const event = (of: Json): Json => ({
    ...{ specversion: '1.0', id: randomUUID(), source: node, type: 'eu.eosc.helpdesk.ticket.created.v1' },
    ...{ subject: of.uuid, time: new Date().toISOString(), datacontenttype: 'application/json' },
    data: { sequence: 1, acknowledged: 0, via: [node], ticket: of, changed: [], comments: [comment(node)] },
  });
  let webhook: Promise<string> | undefined;
  const mesh: Mesh = {
    ...{ node, token: peer.token, strangersToken: stranger.token, desk: json.node, shared: '', theirs: '', fileId: '' },
    agreement,
    ...{ ticket, event },
    async webhook() {
      // Those that a row has ended make room.
      const { json: list } = await call(world, find('GET /federation/v1/webhooks'), {}, peer.token);
      const [first] = list.webhooks as Json[];
      if (first) return first.id;
      webhook = call(world, find('POST /federation/v1/webhooks'), { body: hook() }, peer.token).then(
        (said) => said.json.id,
      );
      return webhook;
    },
  };
  await opened(mesh, world);
  mesh.theirs = await opened(mesh, world, { assignedNode: node });
  mesh.shared = await opened(mesh, world);
  const here = await world.boss.ticketTitled(`${name} ${number}`, 20_000);
  for (const body of ['We look into it.', 'The log says why.']) {
    await world.boss.post('/api/v1/ticket_articles', {
      ...{ ticket_id: here.id, type: 'note', internal: false, body },
      attachments: [{ filename: 'log.txt', 'mime-type': 'text/plain', data: Buffer.from(body).toString('base64') }],
    });
  }
  const comments = find('GET /federation/v1/tickets/{id}/comments');
  mesh.fileId = await waitFor(
    async () => {
      const { json: told } = await call(world, comments, { path: { id: mesh.shared } }, mesh.token);
      const files = (told.comments as Json[]).flatMap(({ attachments }) => attachments as Json[]);
      return told.comments.length >= 2 && files[0]?.uuid;
    },
    { what: 'the comments to be told', timeoutMs: 20_000 },
  );
  return mesh;
}

/** What every route of `/federation/v1` promises, asked of every one of them. */
export function federationContract(made: () => World, operations: () => ReadonlyMap<string, Json>): void {
  describe('the protocol between helpdesks keeps its promises', () => {
    let world: World;
    let mesh: Mesh;
    beforeAll(async () => {
      world = made();
      mesh = await meshOf(world);
    }, 60_000);

    /** Every refusal is a problem (RFC 9457) that its document names. */
    const refused = (said: Said, route: FederationRoute, ...statuses: number[]) => {
      expect(statuses, said.text).toContain(said.status);
      expect(said.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(said.json).toMatchObject({
        ...{ type: `/docs/errors#${said.json.code}`, status: said.status, title: expect.any(String) },
        ...{ detail: expect.any(String), code: expect.stringMatching(/^[a-z]+(-[a-z]+)*\.[a-z-]+$/) },
      });
      expect(said.headers.get('cache-control')).toContain('no-store');
      const documented = operations().get(routeOf(route)).responses as Json;
      expect(Object.keys(documented)).toContain(String(said.status));
    };
    const sampleOf = async (route: FederationRoute): Promise<Sample> => {
      const sample = await samples[routeOf(route)]?.(mesh, world);
      if (!sample) throw new Error(`${routeOf(route)} has no row`);
      if (route.precondition !== 'If-Match') return sample;
      const at = { ...route, method: 'GET', path: route.path.replace(/\/handover$/, '') } as const;
      const { headers } = await call(world, at, { path: sample.path ?? {} }, mesh.token);
      return { ...sample, headers: { 'if-match': headers.get('etag') ?? '' } };
    };
    const rows = (when: (route: FederationRoute) => unknown) =>
      federationRoutes.filter(when).map((route) => [routeOf(route), route] as const);

    it('has a row for every route of the document, and for no other', () => {
      const documented = [...operations().keys()].filter((route) => route.includes(' /federation/v1'));
      expect(Object.keys(samples).toSorted()).toEqual(documented.toSorted());
      expect(federationRoutes.map(routeOf).toSorted()).toEqual(documented.toSorted());
    });

    it('says where its document is', async () => {
      const { json } = await call(world, find('GET /federation/v1'), {}, undefined);
      const document = await fetch(`${world.url}${new URL(json.openapi).pathname}`);
      expect(await document.json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
    });

    it.each(rows(() => true))('%s answers as its document says', async (_, route) => {
      const said = await call(world, route, await sampleOf(route), mesh.token);
      expect(said.status, said.text).toBe(route.status);
      expect(Object.keys(operations().get(routeOf(route)).responses)).toContain(String(route.status));
      expect(said.headers.get('ratelimit-policy')).toMatch(/^"fed";q=\d+;w=60$/);
      if (!route.open) expect(said.headers.get('ratelimit')).toMatch(/^"fed";r=\d+;t=\d+$/);
      if (!route.open) expect(said.headers.get('cache-control')).toContain('no-store');
      expect(said.headers.has('etag')).toBe(route.versioned === true || route.file === 'out');
      if (route.answer) {
        expect(said.headers.get('content-type')).toMatch(/^application\/json/);
        const { error } = route.answer.safeParse(said.json);
        expect(error?.issues ?? []).toEqual([]);
      } else if (route.file === 'out') {
        expect(said.headers.get('content-digest')).toMatch(/^sha-256=:.+:$/);
      } else {
        expect(said.text).toBe('');
      }
    });

    it.each(rows(({ open }) => !open))('%s is for helpdesks that show their token', async (_, route) => {
      const sample = await sampleOf(route);
      refused(await call(world, route, sample, undefined), route, 401);
      const wrong = await call(world, route, sample, 'wrong');
      refused(wrong, route, 401);
      expect(wrong.headers.get('www-authenticate')).toMatch(/^Bearer/);
    });

    it.each(rows(({ path }) => path.includes(':')))('%s tells nobody of what is of others', async (_, route) => {
      const sample = await sampleOf(route);
      const malformed = { ...sample, path: { ...sample.path, id: 'not-a-uuid' } };
      refused(await call(world, route, malformed, mesh.token), route, 422);
      // Bringing something makes it, so there is nothing of others to be told of.
      if (route.file === 'in') return;
      const creates = route.precondition === 'If-None-Match';
      const stranger = await call(world, route, sample, mesh.strangersToken);
      refused(stranger, route, creates ? 403 : 404);
      if (!creates) {
        const id = sample.nothing ?? randomUUID();
        const nothing = await call(world, route, { ...sample, path: { ...sample.path, id } }, mesh.token);
        refused(nothing, route, 404);
        const { code, detail, status } = nothing.json;
        expect(stranger.json).toMatchObject({ code, detail, status });
      }
    });

    it.each(rows(({ body }) => body))('%s refuses what it does not know, and what it cannot read', async (_, route) => {
      const sample = await sampleOf(route);
      const more = await call(world, route, { ...sample, body: { ...sample.body, surprise: 1 } }, mesh.token);
      refused(more, route, 422);
      expect(more.json.errors.map(({ pointer }: Json) => pointer)).toContain('/surprise');
      refused(await call(world, route, sample, mesh.token, '{"broken'), route, 400);
      const asText = { ...sample, headers: { ...sample.headers, 'content-type': 'text/plain' } };
      refused(await call(world, route, asText, mesh.token), route, 415);
      refused(await call(world, route, sample, mesh.token, '[]'), route, 422);
    });

    it.each(rows(({ precondition }) => precondition))('%s wants to know what was seen', async (_, route) => {
      const sample = await sampleOf(route);
      refused(await call(world, route, { ...sample, headers: {} }, mesh.token), route, 428);
      if (route.precondition !== 'If-Match') return;
      const stale = { ...sample, headers: { 'if-match': '"v999999"' } };
      refused(await call(world, route, stale, mesh.token), route, 412);
    });

    it.each(rows(({ versioned, method }) => versioned && method === 'GET'))(
      '%s says when nothing changed',
      async (_, route) => {
        const sample = await sampleOf(route);
        const etag = (await call(world, route, sample, mesh.token)).headers.get('etag') ?? '';
        expect(etag).toMatch(/^"v\d+"$/);
        const same = await call(world, route, { ...sample, headers: { 'if-none-match': etag } }, mesh.token);
        expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag]);
      },
    );

    it.each(rows(({ method }) => method === 'POST'))('%s has one effect by its key', async (_, route) => {
      const sample = await sampleOf(route);
      const keyed = { ...sample, headers: { 'idempotency-key': `"${randomUUID()}"` } };
      const first = await call(world, route, keyed, mesh.token);
      expect(first.status, first.text).toBe(route.status);
      const again = await call(world, route, keyed, mesh.token);
      if (route.secretAnswer) refused(again, route, 409);
      else expect([again.status, again.text]).toEqual([first.status, first.text]);
      if (!route.body) return;
      const body = { ...(await sampleOf(route)).body, ...(route.path.endsWith('/replay') && { after: 1 }) };
      refused(await call(world, route, { ...keyed, body }, mesh.token), route, 422);
    });

    it.each(rows(({ paged }) => paged))(
      '%s goes on where Link says, and refuses pages of no size',
      async (_, route) => {
        const sample = await sampleOf(route);
        const first = await call(world, route, { ...sample, query: { ...sample.query, limit: '1' } }, mesh.token);
        const [list = []] = Object.values(first.json as Record<string, Json[]>).filter(Array.isArray);
        expect(list).toHaveLength(1);
        const next = /^<(\/federation\/v1\/[^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
        const headers = { authorization: `Bearer ${mesh.token}` };
        const second = await fetch(`${world.url}${next}`, { headers });
        expect(second.status).toBe(200);
        const [more = []] = Object.values((await second.json()) as Record<string, Json[]>).filter(Array.isArray);
        expect(more).not.toEqual(list);
        for (const limit of ['0', '201', 'x']) {
          refused(await call(world, route, { ...sample, query: { limit } }, mesh.token), route, 422);
        }
      },
    );

    it('says when a helpdesk calls more often than was agreed, and when it may again', async () => {
      const name = world.fresh('hasty');
      const peer = { name, node: `https://${name}.example`, calls_per_minute: 1 };
      const { id } = await world.boss.post('/api/v1/federation/peers', peer);
      const { token } = await world.boss.post(`/api/v1/federation/peers/${id}/tokens`, {});
      const route = find('GET /federation/v1/agreements');
      expect((await call(world, route, {}, token)).status).toBe(200);
      const said = await call(world, route, {}, token);
      refused(said, route, 429);
      expect(said.headers.get('ratelimit')).toMatch(/^"fed";r=0;t=\d+$/);
      expect(Number(said.headers.get('retry-after'))).toBeGreaterThan(0);
    });

    it('has nothing at other addresses', async () => {
      const route = { ...find('GET /federation/v1/agreements'), path: '/federation/v1/nothing' };
      const said = await call(world, route, {}, mesh.token);
      expect([said.status, said.json.code]).toEqual([404, 'federation.no-such-path']);
    });
  });
}
