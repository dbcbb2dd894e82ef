import { serviceNames } from '@helpmesh/deploy/local';
import { waitFor } from '@helpmesh/testing';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import type { Json } from '../desk.ts';
import { askingOfMany } from './requests.ts';
import { forEach, send } from './send.ts';
import { table } from './table.ts';
import type { World } from './world.ts';

/**
 * What a desk notes about the asking itself, what the bus notes about itself, and sums that are folded together now and
 * then: none is an effect of a request.
 */
const NOTES = ['last_used_at', 'last_seen_at'];
const OWN_BOOKS = ['bus_stream', 'delivery', 'ticket_tally'];

/**
 * Two have an effect that is meant and that nobody can use against anybody: handing out an archive of a person's data is
 * put on record, and a split lays the files of the message into a form of the asker's own, for a day.
 */
export const meant = new Set(['GET /api/v1/data_exports/{id}/download', 'GET /api/v1/ticket_split']);

const reads = table.filter(({ route }) => route.startsWith('GET ') && !meant.has(route));

/** What only directories and other helpdesks are answered. */
const ofOthers = /^GET \/(scim|federation)\//;
/** Sign-in by providers that are not there, and things that none of the askers has. */
const nobodys = [
  'GET /auth/openid/{provider}',
  'GET /auth/openid/{provider}/callback',
  'GET /api/v1/cmdb_objects/{id}',
  'GET /api/v1/mail/quarantine/{id}/raw',
  'GET /api/v1/online_notifications/{id}',
  'GET /api/v1/ticket_jobs/{id}',
  'GET /api/v1/ticket_jobs/{id}/results',
  'GET /api/v1/webhook_deliveries/{id}',
  // Of whoever has it, and open only to agents with a chat.
  'GET /api/v1/user_overview_sortings/{id}',
  'GET /api/v1/chat_sessions/{id}',
  // For who administers people and reads the ticket.
  'GET /api/v1/tickets/{id}/access',
];

/** Every table of every service, as one number each. */
async function everything(world: World): Promise<Record<string, string>> {
  const databases = serviceNames.filter((service) => service !== 'gateway');
  const contents = await Promise.all(databases.map((service) => contentOf(world.databaseUrl(service), service)));
  return Object.assign({}, ...contents);
}

async function contentOf(connectionString: string, service: string): Promise<Record<string, string>> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL ($1)`,
      [OWN_BOOKS],
    );
    const content: Record<string, string> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ digest: string }>(
        `SELECT count(*) || ':' || COALESCE(md5(string_agg(row, E'\\n' ORDER BY row)), '') AS digest
         FROM (SELECT (to_jsonb(t) - $1::text[])::text AS row FROM ${name} AS t) AS rows`,
        [NOTES],
      );
      content[`${service} ${name}`] = rows[0]?.digest ?? '';
    }
    return content;
  } finally {
    await client.end();
  }
}

/** Once nothing moves any more: what was made for the requests is on its way for a moment. */
export async function contentWhenSettled(world: World): Promise<Record<string, string>> {
  const erased = async () => {
    const tasks: Json[] = await world.boss.get('/api/v1/data_privacy_tasks');
    return tasks.every(({ state }) => state === 'completed');
  };
  await waitFor(erased, { what: 'erasures to be through', timeoutMs: 60_000, everyMs: 500 });
  let before = await everything(world);
  return waitFor(
    async () => {
      const now = await everything(world);
      const still = JSON.stringify(now) === JSON.stringify(before);
      before = now;
      return still && now;
    },
    { what: 'databases that rest', timeoutMs: 30_000, everyMs: 1_500 },
  );
}

/** S21: a page of another site can have a browser ask for anything with GET; nothing may come of it. */
export function safeReading(made: () => World): void {
  describe('S21: a crawler', () => {
    it('asks every GET route as administrator, agent and customer, with what is there, and changes nothing in any service', async () => {
      const world = made();
      const asked = await forEach(reads, ({ route }) => {
        const asking = askingOfMany(route);
        const askers = ['admin', 'full', 'owner'] as const;
        return Promise.all(askers.map(async (who) => ({ who, route, ask: await asking(world, 'own', who) })));
      });
      const before = await contentWhenSettled(world);
      expect(Object.keys(before).length).toBeGreaterThan(80);
      const answered = new Set<string>();
      await forEach(asked.flat(), async ({ who, route, ask }) => {
        const { status } = await send(world, who, route, ask);
        expect(status, route).toBeLessThan(500);
        if (status < 300) answered.add(route);
      });
      const silent = reads.map(({ route }) => route).filter((route) => !answered.has(route) && !ofOthers.test(route));
      expect(nobodys).toEqual(expect.arrayContaining(silent));
      expect(await contentWhenSettled(world)).toEqual(before);
    }, 120_000);
  });
}
