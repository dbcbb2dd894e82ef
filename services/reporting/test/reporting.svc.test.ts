import {
  type Actor,
  groupCreated,
  ticketCreated,
  ticketDeleted,
  ticketReport,
  ticketUpdated,
} from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, type Neighbours, neighbours, testKeys, waitFor } from '@helpmesh/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReportingService, ReportingConfig, rebuildProjection } from '../src/service.ts';
import { history, type Step } from './history.ts';

const keys = testKeys();
const definitions = [ticketCreated, ticketUpdated, ticketDeleted];
let broker: Awaited<ReturnType<ReturnType<typeof infra>['nats']>>;
let others: Neighbours;
let service: RunningService;
let config: ReportingConfig;

beforeAll(async () => {
  broker = await infra().nats();
  others = await neighbours(broker.url, ['ticket', 'identity']);
  config = loadConfig(ReportingConfig, {
    ...{ ...keys.envOf('reporting'), DATABASE_URL: await infra().database('reporting'), NATS_URL: broker.url },
    ...{ HEALTH_PORT: '0', HEALTH_HOST: '127.0.0.1', HELPMESH_CHECK_ANSWERS: 'true' },
  });
  service = createReportingService(config);
  await service.migrate();
  await service.start();
});
afterAll(async () => {
  await service.stop();
  await others.close();
  await broker.stop();
});

async function tell(ticketId: number, steps: Step[], times = 1): Promise<void> {
  for (const event of history(ticketId, steps))
    for (let i = 0; i < times; i++) {
      const definition = definitions.find(({ type }) => type === event.type) ?? ticketUpdated;
      const { id, aggregateId, aggregateVersion } = event;
      await others.say(definition as typeof ticketUpdated, event.data as never, { id, aggregateId, aggregateVersion });
    }
}

async function report(query: object, permissions = ['report'], groups: Actor['groups'] = {}) {
  const actor: Actor = {
    ...{ kind: 'user', userId: 3, login: 'x', permissions, groups, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
  };
  const input = { params: {}, query, body: undefined };
  return service.get(RpcClient).call(ticketReport, input as never, { actor: await keys.actorToken(actor) });
}

const march = { from: '2026-03-01', to: '2026-03-02' };

describe('the report of tickets', () => {
  beforeAll(async () => {
    const group = { active: true, followUpPossible: 'yes' as const, followUpAssignment: true, reopenTimeInDays: null };
    await others.say(
      groupCreated,
      { id: 2, name: 'Storage', email: null, signature: null, ...group },
      { aggregateId: 2 },
    );
    await tell(
      1,
      [{ at: '2026-03-01T09:00:00Z' }, { at: '2026-03-02T09:00:00Z', stateType: 'closed', state: 'done' }],
      5,
    );
    await tell(2, [{ at: '2026-03-02T09:00:00Z', groupId: 2 }], 3);
    await others.settled('reporting');
  });

  it('counts each ticket once, however often its events came', async () => {
    expect(await report(march)).toMatchObject({
      days: [
        { date: '2026-03-01', created: 1, closed: 0 },
        { date: '2026-03-02', created: 1, closed: 1 },
      ],
      open: [{ group_id: 2, group: 'Storage', state: 'new', count: 1 }],
    });
  });

  it('shows an agent the groups they may read, and nothing of others', async () => {
    const own = await report(march, ['ticket.agent'], { 1: ['read'] });
    expect(own).toMatchObject({ open: [], days: [{ created: 1 }, { created: 0, closed: 1 }] });
    await expect(report({ ...march, group_id: '2' }, ['ticket.agent'], { 1: ['read'] })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  it('is closed to customers and refuses a window that ends before it begins', async () => {
    await expect(report(march, ['ticket.customer'])).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(report({ from: '2026-03-02', to: '2026-03-01' })).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('is a gauge of open tickets for those who monitor', async () => {
    const text = await (await fetch(`${service.healthUrl}/metrics`)).text();
    expect(text).toContain('helpmesh_tickets_open_items{group_id="2",state_type="new"} 1');
  });

  it('comes out the same after a rebuild, with tables damaged before and the service running', async () => {
    const before = await report(march);
    const db = service.get(DataSource);
    await sql(db, 'UPDATE state_interval SET opening = false');
    await sql(db, 'DELETE FROM ticket_fact');
    await sql(db, 'DELETE FROM ticket_point WHERE ticket_id = 2');
    expect(await report(march)).not.toEqual(before);
    await rebuildProjection(config);
    await waitFor(async () => JSON.stringify(await report(march)) === JSON.stringify(before), {
      what: 'the report to be as it was',
    });
    await tell(3, [{ at: '2026-03-01T10:00:00Z' }]);
    await waitFor(async () => (await report(march)).days[0]?.created === 2, { what: 'a new ticket to be counted' });
  });
});
