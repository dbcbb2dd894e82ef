import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessChanged, authenticate } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, testKeys, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
