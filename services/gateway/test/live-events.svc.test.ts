import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { articleAdded, type Correspondent, ticketUpdated } from '@helpmesh/contracts';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys, waitFor } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGatewayService, GatewayConfig } from '../src/service.ts';
import { agent, customer, events, type Neighbours, startNeighbours, world } from './neighbours.ts';

const keys = testKeys();
const dir = mkdtempSync(join(tmpdir(), 'helpmesh-live-'));
let natsUrl: string;
let stopNats: () => Promise<void>;
let neighbours: Neighbours;
let gateway: RunningService;

function makeGateway(): RunningService {
  return createGatewayService(
    loadConfig(GatewayConfig, {
      ...keys.envOf('gateway'),
      NATS_URL: natsUrl,
      HEALTH_PORT: '0',
      HTTP_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      BLOB_DIR: join(dir, 'blobs'),
      WEB_DIR: join(dir, 'web'),
      HELPMESH_EVENT_STREAMS_MAX: '20',
    }),
  );
}

beforeAll(async () => {
  const nats = await infra().nats();
  natsUrl = nats.url;
  stopNats = () => nats.stop();
  neighbours = await startNeighbours(natsUrl, keys.trustedKeys);
  gateway = makeGateway();
  await gateway.start();
});
afterAll(async () => {
  await gateway?.stop();
  await neighbours?.stop();
  await stopNats?.();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => world.reset());
afterEach(async () => {
  for (const stream of opened.splice(0)) stream.close();
  const metrics = async () => (await fetch(`${gateway.healthUrl}/metrics`)).text();
  await waitFor(async () => (await metrics()).includes('helpmesh_event_streams_open 0'), { what: 'streams to close' });
});

interface Heard {
  id?: string;
  event?: string;
  data?: { aggregateId: string; data: { ticket: { id: number }; article?: object } };
}

interface Stream {
  status: number;
  headers: Headers;
  heard: Heard[];
  ended: boolean;
  /** Types heard so far, without resets. */
  types(): string[];
  close(): void;
}

const opened: Stream[] = [];

async function open(token = 'agent-token', lastEventId?: number | string, path = '/api/v1/events'): Promise<Stream> {
  const abort = new AbortController();
  const response = await fetch(`${gateway.url}${path}`, {
    signal: abort.signal,
    headers: {
      authorization: `Token token=${token}`,
      ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
    },
  });
  const stream: Stream = {
    status: response.status,
    headers: response.headers,
    heard: [],
    ended: false,
    types: () => stream.heard.flatMap(({ event }) => (event && event !== 'reset' ? [event] : [])),
    close: () => abort.abort(),
  };
  opened.push(stream);
  void read(response, stream);
  return stream;
}

async function read(response: Response, stream: Stream): Promise<void> {
  let rest = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
        stream.heard.push({ ...fields, ...(fields.data && { data: JSON.parse(fields.data) }) });
      }
    }
  } catch {
    // aborted by the test
  }
  stream.ended = true;
}

const ticket = (id: number, over: object = {}) => ({
  id,
  number: `2000${id}`,
  title: 'canary title',
  groupId: 1,
  group: 'Users',
  stateId: 1,
  state: 'new',
  stateType: 'new',
  priorityId: 2,
  priority: '2 normal',
  customerId: customer.userId,
  organizationId: null,
  ownerId: 1,
  articleCount: 1,
  createdAt: '2026-03-02T09:00:00.000Z',
  updatedAt: '2026-03-02T09:00:00.000Z',
  closeAt: null,
  ...over,
});
const update = (id: number, over: object = {}, changes: object = {}) =>
  neighbours.publish(ticketUpdated, { ticket: ticket(id, over), changes, changedById: null });
const person: typeof Correspondent._output = { userId: 2, email: 'canary@example.com', name: 'N', locale: 'en' };
const article = (internal: boolean) => ({ id: 5, internal, excerpt: 'canary words', from: 'canary@example.com' });
const addArticle = (id: number, internal: boolean) =>
  neighbours.publish(articleAdded, {
    ticket: ticket(id),
    article: article(internal),
    changes: {},
    customer: person,
    createdById: 4,
  });

describe('live events', () => {
  it('arrive with the stream sequence as id and the type as name, and carry no words of people', async () => {
    const stream = await open();
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const seq = await addArticle(1, false);
    await waitFor(() => stream.types().length > 0, { what: 'the event' });
    const heard = stream.heard.find(({ event }) => event);
    expect(heard).toMatchObject({
      id: String(seq),
      event: 'ticket.v1.article-added',
      data: {
        type: 'ticket.v1.article-added',
        aggregateId: '1',
        data: { ticket: { id: 1 }, article: { id: 5, internal: false } },
      },
    });
    expect(JSON.stringify(heard)).not.toMatch(/canary (words|@)|canary@/);
  });

  it('S15: reach who may see the ticket, and nobody else', async () => {
    world.people.set('token stranger-token', { ...customer, userId: 77 });
    const [byAgent, byCustomer, byStranger] = await Promise.all([
      open(),
      open('customer-token'),
      open('stranger-token'),
    ]);
    await update(1);
    await update(2, { groupId: 9, customerId: 77 });
    await update(3, { groupId: 9, customerId: 88 });
    await update(4);
    const ids = (stream: Stream) => stream.heard.flatMap(({ data }) => (data ? [data.data.ticket.id] : []));
    await waitFor(() => ids(byAgent).includes(4) && ids(byCustomer).includes(4), { what: 'the last event' });
    await waitFor(() => ids(byStranger).includes(2), { what: "the stranger's own event" });
    expect([ids(byAgent), ids(byCustomer), ids(byStranger)]).toEqual([[1, 4], [1, 4], [2]]);
  });

  it('S16: show an internal article to others only as a change of the ticket', async () => {
    const [byAgent, byCustomer] = await Promise.all([open(), open('customer-token')]);
    await addArticle(1, true);
    await waitFor(() => byAgent.types().length + byCustomer.types().length === 2, { what: 'both events' });
    expect(byAgent.types()).toEqual(['ticket.v1.article-added']);
    expect(byCustomer.types()).toEqual(['ticket.v1.updated']);
    expect(JSON.stringify(byCustomer.heard)).not.toContain('internal');
  });

  it('tell who could see a ticket that it is gone, without telling where', async () => {
    const stream = await open();
    await update(1, { groupId: 9, group: 'Secret' }, { group_id: { from: 1, to: 9 } });
    await waitFor(() => stream.types().length > 0, { what: 'the event' });
    expect(stream.heard.find(({ event }) => event)).toMatchObject({
      event: 'ticket.v1.deleted',
      data: { data: { ticket: { id: 1 } } },
    });
    expect(JSON.stringify(stream.heard)).not.toContain('Secret');
  });

  it('S15: follow the rights of the moment: taken away, the events stop; given, they start', async () => {
    const stream = await open();
    await update(1);
    await waitFor(() => stream.types().length === 1, { what: 'the first event' });
    world.people.set('token agent-token', { ...agent, groups: {} });
    await neighbours.publish(events.accessChanged, { userIds: [agent.userId], reason: 'left the group' });
    await waitFor(
      async () => {
        const before = stream.types().length;
        await update(2);
        await pause(neighbours);
        return stream.types().length === before;
      },
      { what: 'the events to stop' },
    );
    world.people.set('token agent-token', agent);
    await neighbours.publish(events.accessChanged, { userIds: null, reason: 'joined again' });
    await waitFor(
      async () => {
        const before = stream.types().length;
        await update(3);
        await pause(neighbours);
        return stream.types().length > before;
      },
      { what: 'the events to start again' },
    );
  });

  it('S23: end when the credential does', async () => {
    const stream = await open();
    await update(1);
    await waitFor(() => stream.types().length === 1, { what: 'the first event' });
    world.people.delete('token agent-token');
    await neighbours.publish(events.accessChanged, { userIds: [agent.userId], reason: 'token revoked' });
    await waitFor(
      async () => {
        await update(2);
        return stream.ended;
      },
      { what: 'the stream to end' },
    );
  });

  it.each(['header', 'address'])('F23: resume after the last id a client saw, given in the %s', async (where) => {
    const before = await open();
    const seen = await update(1);
    await waitFor(() => before.types().length > 0, { what: 'the first event' });
    before.close();
    await update(2);
    await update(3);
    const again =
      where === 'header'
        ? await open('agent-token', seen)
        : await open('agent-token', undefined, `/api/v1/events?last_event_id=${seen}`);
    await waitFor(() => again.types().length >= 2, { what: 'what was missed' });
    expect(again.heard.flatMap(({ data }) => (data?.data?.ticket ? [data.data.ticket.id] : []))).toEqual([2, 3]);
  });

  it.each([
    ['an id from the future', '999999999'],
    ['an id that is none', 'abc'],
    ['a negative id', '-1'],
  ])('tell a client with %s to load anew', async (_what, id) => {
    const stream = await open('agent-token', id);
    await waitFor(() => stream.heard.some(({ event }) => event === 'reset'), { what: 'the reset' });
  });

  it('give a new client its position at once, so that a cut right after loses nothing', async () => {
    const seq = await update(1);
    const stream = await waitFor(
      async () => {
        const one = await open();
        await waitFor(() => one.heard.some(({ id }) => id !== undefined), { what: 'a position' });
        return one.heard.some(({ id }) => Number(id) >= seq) ? one : undefined;
      },
      { what: 'the newest position' },
    );
    expect(stream.types()).toEqual([]);
  });

  it('are refused without a credential, and beyond the number of streams allowed', async () => {
    expect((await fetch(`${gateway.url}/api/v1/events`)).status).toBe(403);
    const streams = await Promise.all(Array.from({ length: 24 }, () => open()));
    const statuses = streams.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect(statuses).toContain(503);
  });
});

describe('live events when things break', () => {
  it('go on after the stream was deleted and made again, with a reset', async () => {
    const stream = await open();
    await update(1);
    await waitFor(() => stream.types().length === 1, { what: 'the first event' });
    await neighbours.replaceTicketStream();
    await waitFor(
      async () => {
        await update(2);
        return stream.heard.some(({ data }) => data?.data?.ticket?.id === 2);
      },
      { what: 'events of the new stream', timeoutMs: 20_000, everyMs: 200 },
    );
    expect(stream.heard.some(({ event }) => event === 'reset')).toBe(true);
  });

  it('F23: catch up over a restart of the gateway', async () => {
    const before = await open();
    const seen = await update(1);
    await waitFor(() => before.heard.some(({ id }) => id === String(seen)), { what: 'the first event' });
    await gateway.stop();
    await waitFor(() => before.ended, { what: 'the stream to end with the gateway' });
    await update(2);
    gateway = makeGateway();
    await gateway.start();
    const after = await waitFor(
      async () => {
        const one = await open('agent-token', seen);
        await waitFor(() => one.heard.some(({ id, event }) => id !== undefined || event === 'reset'), {
          what: 'an answer',
        });
        return one.types().length > 0 ? one : undefined;
      },
      { what: 'what was missed' },
    );
    expect(after.heard.filter(({ event }) => event).map(({ event }) => event)).toEqual(['ticket.v1.updated']);
  });

  it('F23: eighteen clients hear every event once, in its order, over five restarts of the gateway', async () => {
    const clients = Array.from({ length: 18 }, () => ({ last: undefined as string | undefined, ids: [] as number[] }));
    const connect = async (client: (typeof clients)[number]): Promise<Stream> => {
      const stream = await waitFor(() => open('agent-token', client.last).catch(() => undefined), { what: 'a stream' });
      expect(stream.status).toBe(200);
      return stream;
    };
    const takeDown = (client: (typeof clients)[number], stream: Stream) => {
      for (const { id, event, data } of stream.heard.splice(0)) {
        client.last = id ?? client.last;
        expect(event).not.toBe('reset');
        if (data?.data?.ticket) client.ids.push(data.data.ticket.id);
      }
    };
    let streams = await Promise.all(clients.map(connect));
    await waitFor(() => streams.every(({ heard }) => heard.some(({ id }) => id !== undefined)), { what: 'positions' });
    let told = 0;
    let slowest = 0;
    for (let round = 1; round <= 5; round++) {
      await update(++told);
      await update(++told);
      await gateway.stop();
      await waitFor(() => streams.every(({ ended }) => ended), { what: 'the streams to end with the gateway' });
      for (const [i, client] of clients.entries()) takeDown(client, streams[i] as Stream);
      await update(++told);
      await update(++told);
      gateway = makeGateway();
      await gateway.start();
      const began = performance.now();
      streams = await Promise.all(clients.map(connect));
      const all = () => clients.every(({ ids }, i) => ids.length + (streams[i]?.types().length ?? 0) >= told);
      await waitFor(all, { what: `event ${told} everywhere`, timeoutMs: 10_000 });
      slowest = Math.max(slowest, performance.now() - began);
    }
    for (const [i, client] of clients.entries()) takeDown(client, streams[i] as Stream);
    expect(clients.map(({ ids }) => ids)).toEqual(Array(18).fill(Array.from({ length: told }, (_, i) => i + 1)));
    expect(slowest).toBeLessThan(10_000);
  });
});

/** A round trip over the bus: what was published before has been delivered. */
async function pause({ bus }: Neighbours): Promise<void> {
  await bus.nc.flush();
  await new Promise((done) => setImmediate(done));
  await bus.nc.flush();
}
