import { describe, expect, it } from 'vitest';
import type { Json } from '../desk.ts';
import { askingOf } from './requests.ts';
import { send } from './send.ts';
import { table } from './table.ts';
import { PASSWORD, type World } from './world.ts';

const LONG_AGO = '2001-01-01T00:00:00.000Z';
const INJECTED = 'Injected-password-1';

/** Fields that no caller below an administrator sets, with values that mean something here. */
const privileged = (world: World): Json => ({
  id: 1,
  role: 'Admin',
  roles: ['Admin'],
  role_ids: [1],
  permissions: ['admin'],
  permission_ids: [1],
  groups: { South: ['full'] },
  group_ids: { [world.id('South')]: ['full'] },
  created_at: LONG_AGO,
  updated_at: LONG_AGO,
  created_by_id: 1,
  updated_by_id: 1,
  created_by: '-',
  updated_by: '-',
  password: INJECTED,
  verified: true,
  login_failed: -99,
  last_login: LONG_AGO,
  user_id: world.id('stranger'),
  actor: { userId: 1, permissions: ['admin'] },
  acting_user_id: 1,
  number: '1',
  version: 99,
  article_count: 99,
  // As other helpdesks spell them.
  orgId: world.id('Nowhere'),
  groupId: world.id('South'),
  customerId: world.id('stranger'),
  createdAt: LONG_AGO,
});

/** These belong to tickets, whose agents set them. */
const placing = (world: World): Json => ({
  group_id: world.id('South'),
  organization_id: world.id('Nowhere'),
  customer_id: world.id('stranger'),
  owner_id: world.id('owner'),
  priority_id: 3,
  note: 'injected',
  preferences: { injected: true },
});

/** As text: in an object literal `__proto__` would be no field. */
const poisoned = (body: Json): string =>
  `{"__proto__":{"polluted":1,"permissions":["admin"]},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1},${JSON.stringify(body).slice(1)}`;

/** Routes that have one of these fields: there it asks for what the caller may not, and is refused. */
const refused = new Set(['POST /api/v1/data_exports']);

const writes = table.filter(({ route }) => /^(POST|PUT|PATCH) /.test(route));

/** S17: whatever is sent along, a write does what its caller may do, to the row that its path names. */
export function hostileFields(made: () => World): void {
  /** What decides over people: by the administrator's eyes. */
  const standing = async (world: World) => {
    const people = ['owner', 'mate', 'full', 'stranger', 'boss'].map((who) =>
      world.boss.get(`/api/v1/users/${world.id(who)}`),
    );
    return (await Promise.all(people)).map((user: Json) => ({
      id: user.id,
      login: user.login,
      role_ids: user.role_ids,
      group_ids: user.group_ids,
      organization_id: user.organization_id,
      organization_ids: user.organization_ids,
      verified: user.verified,
      active: user.active,
      created_at: user.created_at,
      created_by_id: user.created_by_id,
    }));
  };

  describe('S17: fields that a caller may not set', () => {
    it.each(['owner', 'full'] as const)(
      'change nothing on any write route as %s, and nobody’s rights',
      async (who) => {
        const world = made();
        const before = await standing(world);
        for (const { route, sets } of writes) {
          const ask = await askingOf(route)(world, 'own', who);
          if (ask.body instanceof FormData || ask.body instanceof URLSearchParams) continue;
          const plain = await send(world, who, route, ask);
          const again = await askingOf(route)(world, 'own', who);
          const text = poisoned({ ...privileged(world), ...(who === 'owner' && placing(world)), ...again.body });
          const got = await send(world, who, route, again, { text });
          const fitting = refused.has(route) ? [403] : [plain.status, 422];
          expect(fitting, `${route} ${got.text} ${sets[0]}`).toContain(got.status);
          if (got.status >= 300 || !got.text.startsWith('{')) continue;
          const row: Json = JSON.parse(got.text);
          if ('created_at' in row) {
            expect(row.id, route).not.toBe(1);
            expect([row.created_at, row.updated_at], route).not.toContain(LONG_AGO);
            expect(row.created_by_id, route).not.toBe(1);
            expect(row.updated_by_id, route).not.toBe(1);
          }
          expect(got.text, route).not.toMatch(/polluted|injected/i);
        }
        expect(await standing(world)).toEqual(before);
        await world.signIn(world.addressOf(who), PASSWORD);
      },
      120_000,
    );

    it('leave a ticket of a customer where and whose it is', async () => {
      const world = made();
      const { id } = world.topics.own;
      const before = await world.boss.get(`/api/v1/tickets/${id}`);
      const text = poisoned({ ...privileged(world), ...placing(world), title: 'injected', state: 'closed' });
      const put = await send(world, 'owner', 'PUT /api/v1/tickets/{id}', { path: { id } }, { text });
      expect(put.status).toBe(200);
      const after = await world.boss.get(`/api/v1/tickets/${id}`);
      // Closing is a customer's wish like any other; all else stays as it was.
      expect(after.state_id).toBe(4);
      const moved = ['state_id', 'updated_at', 'updated_by_id', 'close_at', 'last_close_at'];
      for (const field of Object.keys(before)) {
        if (!moved.includes(field)) expect([field, after[field]]).toEqual([field, before[field]]);
      }
      await world.boss.put(`/api/v1/tickets/${id}`, { state: 'open' });
    });

    it('leave an opened ticket to the customer who opened it', async () => {
      const world = made();
      const body = {
        title: 'mine',
        group: 'North',
        article: { body: 'x', sender: 'Agent', internal: true, from: 'boss' },
      };
      const text = poisoned({
        ...privileged(world),
        ...placing(world),
        group_id: undefined,
        organization_id: undefined,
        ...body,
      });
      const got = await send(world, 'owner', 'POST /api/v1/tickets', {}, { text });
      expect(got.status, got.text).toBe(201);
      const ticket = await world.boss.get(`/api/v1/tickets/${JSON.parse(got.text).id}`);
      expect(ticket).toMatchObject({
        group_id: world.id('North'),
        customer_id: world.id('owner'),
        organization_id: world.id('Shared'),
        owner_id: 1,
        priority_id: 2,
        note: null,
        created_by_id: world.id('owner'),
      });
      const [article] = await world.boss.articlesOf(ticket.id);
      expect(article).toMatchObject({ sender: 'Customer', internal: false, type: 'note' });
      expect(article.from).not.toContain('boss');
    });

    it('leave an article to its author and ticket, whoever changes it', async () => {
      const world = made();
      const { id } = await world.noteOn('own');
      const before = await world.boss.get(`/api/v1/ticket_articles/${id}`);
      const fields = { ...privileged(world), body: 'injected', ticket_id: world.topics.foreign.id, sender: 'Customer' };
      const text = poisoned({ ...fields, internal: true });
      expect((await send(world, 'full', 'PUT /api/v1/ticket_articles/{id}', { path: { id } }, { text })).status).toBe(
        200,
      );
      const after = await world.boss.get(`/api/v1/ticket_articles/${id}`);
      const { updated_at, updated_by, updated_by_id, ...rest } = before;
      expect(after).toMatchObject({ ...rest, internal: true, updated_by_id: world.id('full') });
    });

    it('give a customer whom an agent adds or changes no role, group or password', async () => {
      const world = made();
      const email = `${world.fresh('spare')}@spare.example`;
      const text = poisoned({ ...privileged(world), email });
      const got = await send(world, 'full', 'POST /api/v1/users', {}, { text });
      expect(got.status, got.text).toBe(201);
      const { id } = JSON.parse(got.text);
      const changed = await send(world, 'full', 'PUT /api/v1/users/{id}', { path: { id } }, { text });
      expect(changed.status, changed.text).toBe(200);
      expect(await world.boss.get(`/api/v1/users/${id}`)).toMatchObject({
        role_ids: [3],
        group_ids: {},
        verified: false,
      });
      await expect(world.signIn(email, INJECTED)).rejects.toThrow(/401/);
    });
  });
}
