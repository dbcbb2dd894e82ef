import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessChanged, authenticate, getTicket, ticketUpdated } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys, waitFor } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Authenticator } from '../src/application/authenticator.ts';
import { createGatewayService, GatewayConfig } from '../src/service.ts';
import { agent, customer, type Neighbours, startNeighbours, world } from './neighbours.ts';

/** What a replica may take to hear that somebody's rights changed. */
const WITHIN_MS = 1_000;
const dir = mkdtempSync(join(tmpdir(), 'helpmesh-gateway-'));
let replicas: [RunningService, RunningService];
let neighbours: Neighbours;
let stopNats: () => Promise<void>;

beforeAll(async () => {
  const keys = testKeys();
  const nats = await infra().nats();
  stopNats = () => nats.stop();
  neighbours = await startNeighbours(nats.url, keys.trustedKeys);
  const make = () =>
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
      }),
    );
  replicas = [make(), make()];
  await Promise.all(replicas.map((gateway) => gateway.start()));
});
afterAll(async () => {
  await Promise.all((replicas ?? []).map((gateway) => gateway.stop()));
  await neighbours?.stop();
  await stopNats?.();
  rmSync(dir, { recursive: true, force: true });
});

const call = async (gateway: RunningService, token = 'agent-token') =>
  (await fetch(`${gateway.url}/api/v1/users/me`, { headers: { authorization: `Token token=${token}` } })).status;
const asked = () => world.asked(authenticate).length;
const revoke = (token: string) => world.people.delete(`token ${token}`);

/** Both know the agent and the customer, and ask nobody about them. */
beforeEach(async () => {
  world.reset();
  for (const gateway of replicas) {
    gateway.get(Authenticator).forget(null);
    for (const token of ['agent-token', 'customer-token']) expect(await call(gateway, token)).toBe(200);
  }
  expect(asked()).toBe(4);
  for (const gateway of replicas) for (let i = 0; i < 5; i++) expect(await call(gateway)).toBe(200);
  expect(asked()).toBe(4);
});

/** The event as identity sends it: ahead of its answer, on the connection of the answer. */
function changed(userIds: number[] | null): void {
  const id = uuidv7();
  const envelope = { id, type: accessChanged.type, time: new Date().toISOString(), source: 'identity' };
  const rest = { aggregateId: 'access', aggregateVersion: 0, correlationId: id, data: { userIds, reason: 'test' } };
  neighbours.bus.nc.publish(accessChanged.type, JSON.stringify({ ...envelope, ...rest }));
}

describe('a right that ended', () => {
  it('S23: is over at once at the gateway that had it ended, and within a second at the others', async () => {
    const [own, other] = replicas;
    world.meanwhile = () => {
      world.meanwhile = undefined;
      revoke('agent-token');
      changed([agent.userId]);
    };
    expect(await call(own)).toBe(200);
    // The very next request, without waiting for anything.
    expect(await call(own)).toBe(401);
    await waitFor(async () => (await call(other)) === 401, { timeoutMs: WITHIN_MS, what: 'the other gateway to hear' });
    // Of others nothing was forgotten.
    const before = asked();
    for (const gateway of replicas) expect(await call(gateway, 'customer-token')).toBe(200);
    expect(asked()).toBe(before);
  });

  it('S23: is over within a second everywhere when only the relay tells, by way of the stream', async () => {
    revoke('customer-token');
    await neighbours.publish(accessChanged, { userIds: [customer.userId], reason: 'test' });
    await Promise.all(
      replicas.map((gateway) =>
        waitFor(async () => (await call(gateway, 'customer-token')) === 401, {
          timeoutMs: WITHIN_MS,
          what: 'the gateway to hear',
        }),
      ),
    );
    for (const gateway of replicas) expect(await call(gateway)).toBe(200);
  });

  it('is over for everybody when everybody is meant', async () => {
    for (const token of ['agent-token', 'customer-token']) revoke(token);
    changed(null);
    for (const gateway of replicas) {
      for (const token of ['agent-token', 'customer-token']) {
        const ended = async () => (await call(gateway, token)) === 401;
        await waitFor(ended, { timeoutMs: WITHIN_MS, what: 'the gateway to hear' });
      }
    }
  });
});

describe('who is on a ticket', () => {
  const colleague = { ...agent, userId: 5, login: 'agent2@example.com' };
  const open: AbortController[] = [];
  afterEach(() => {
    for (const stream of open.splice(0)) stream.abort();
  });
  beforeEach(() => {
    world.people.set('token colleague-token', colleague);
    world.people.set('token elsewhere-token', { ...colleague, userId: 6, groups: { 9: ['full'] } });
    world.ticket.set(getTicket.subject, () => ({
      id: 7,
      group_id: 1,
      customer_id: customer.userId,
      organization_id: null,
    }));
  });

  /** What a page shows of tickets: people and what they do. */
  async function page(gateway: RunningService, token: string, name = `page-of-${token}`) {
    const abort = new AbortController();
    open.push(abort);
    const { body } = await fetch(`${gateway.url}/api/v1/events?page=${name}`, {
      headers: { authorization: `Token token=${token}` },
      signal: abort.signal,
    });
    const seen = { shown: {} as Record<number, unknown>, text: '', close: () => abort.abort() };
    void (async () => {
      let rest = '';
      for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        seen.text += chunk;
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, data] = /^event: presence\ndata: (.*)$/.exec(block) ?? [];
          if (!data) continue;
          const { whole, tickets } = JSON.parse(data);
          if (whole) seen.shown = {};
          for (const { id, people } of tickets) seen.shown[id] = people;
        }
      }
    })().catch(() => undefined);
    await waitFor(() => seen.text.includes('event: presence'), { what: 'what is there' });
    return seen;
  }

  const say = async (gateway: RunningService, token: string, doing: string, id = 7) =>
    (
      await fetch(`${gateway.url}/api/v1/tickets/${id}/presence`, {
        method: 'PUT',
        headers: { authorization: `Token token=${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ page: `page-of-${token}`, doing }),
      })
    ).status;
  const facts = (groupId: number) => ({
    ...{ id: 7, number: '20007', title: 't', groupId, group: 'Users', stateId: 1, state: 'new', stateType: 'new' },
    ...{ priorityId: 2, priority: '2 normal', customerId: customer.userId, organizationId: null, ownerId: 1 },
    ...{ articleCount: 1, createdAt: '2026-03-02T09:00:00.000Z', updatedAt: '2026-03-02T09:00:00.000Z', closeAt: null },
  });

  it('is told by one gateway and shown by all, to agents of its group alone, until its page closes', async () => {
    const [one, other] = replicas;
    const [seen, byCustomer, elsewhere] = await Promise.all([
      page(one, 'agent-token'),
      page(one, 'customer-token'),
      page(one, 'elsewhere-token'),
    ]);
    const own = await page(other, 'colleague-token');
    // What a page says may come to another gateway than its stream.
    expect(await say(one, 'colleague-token', 'viewing')).toBe(204);
    await waitFor(() => seen.shown[7], { what: 'the colleague on the ticket' });
    expect(seen.shown[7]).toEqual([{ id: 5, doing: 'viewing' }]);
    expect(await say(other, 'colleague-token', 'replying')).toBe(204);
    await waitFor(() => JSON.stringify(seen.shown[7])?.includes('replying'), { what: 'what they do' });
    // Somebody who comes later is shown it at once.
    expect((await page(other, 'agent-token', 'another-page')).shown).toEqual({ 7: [{ id: 5, doing: 'replying' }] });
    // The facts of the ticket are asked for once; what is said again costs no question.
    expect(world.asked(getTicket)).toHaveLength(1);
    own.close();
    await waitFor(() => (seen.shown[7] as unknown[]).length === 0, { what: 'the colleague to be gone' });
    for (const stranger of [byCustomer, elsewhere]) expect(stranger.shown).toEqual({});
  });

  it('leaves the screen of whoever may not see the ticket any more', async () => {
    const [one, other] = replicas;
    const seen = await page(one, 'agent-token');
    const byOthers = await page(other, 'elsewhere-token');
    expect(await say(one, 'colleague-token', 'noting')).toBe(204);
    await waitFor(() => (seen.shown[7] as unknown[])?.length === 1, { what: 'the colleague on the ticket' });
    const changes = { group_id: { from: 1, to: 9 } };
    await neighbours.publish(ticketUpdated, { ticket: facts(9), changes, changedById: null });
    await waitFor(() => (seen.shown[7] as unknown[]).length === 0, { what: 'the ticket to go' });
    await waitFor(() => byOthers.shown[7], { what: 'the ticket to come' });
    world.people.set('token elsewhere-token', { ...colleague, userId: 6, groups: {} });
    changed([6]);
    await waitFor(() => (byOthers.shown[7] as unknown[]).length === 0, { what: 'the right to end' });
    await fetch(`${one.url}/api/v1/tickets/7/presence?page=page-of-colleague-token`, {
      method: 'DELETE',
      headers: { authorization: 'Token token=colleague-token' },
    });
  });

  it('is said by agents of its group alone, and names what they do', async () => {
    const [one] = replicas;
    expect(await say(one, 'customer-token', 'viewing')).toBe(403);
    expect(await say(one, 'elsewhere-token', 'viewing')).toBe(403);
    expect(await say(one, 'agent-token', 'sleeping')).toBe(422);
    expect(await say(one, 'agent-token', 'viewing', 0)).toBe(404);
  });
});
