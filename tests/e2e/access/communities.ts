import { beforeAll, describe, expect, it } from 'vitest';
import type { Desk, Json } from '../desk.ts';
import { PASSWORD, type World } from './world.ts';

/** One of each kind for a group of the community, and one for a group of somebody else. */
interface Pair {
  path: string;
  own: number;
  other: number;
  /** A change that whoever looks after it could wish. */
  body: Json;
}

/** Whoever administers a community looks after what is for its groups, at every service, and reaches nothing else. */
export function communities(made: () => World): void {
  describe('whoever administers a community', () => {
    let world: World;
    let delegate: Desk;
    let group: Json;
    let pairs: Pair[];

    beforeAll(async () => {
      world = made();
      const { boss } = world;
      const name = world.fresh('community');
      group = await boss.post('/api/v1/groups', { name });
      const elsewhere = await boss.post('/api/v1/groups', { name: world.fresh('elsewhere') });
      const email = `${name}@people.example`;
      const person = await boss.post('/api/v1/users', { email, password: PASSWORD, roles: ['Customer'] });
      await boss.post('/api/v1/communities', { name, group_ids: [group.id], administrator_ids: [person.id] });
      delegate = world.as('anonymous').as(await world.signIn(email, PASSWORD));
      const both = async (path: string, body: (groupId: number) => Json, change: Json): Promise<Pair> => {
        const [own, other] = [await boss.post(path, body(group.id)), await boss.post(path, body(elsewhere.id))];
        return { path, own: own.id, other: other.id, body: change };
      };
      const fresh = () => ({ name: world.fresh('spare') });
      const of = (id: number) => ({ 'ticket.group_id': { operator: 'is', value: [id] } });
      const agreements = await both('/api/v1/agreements', (group_id) => ({ ...fresh(), kind: 'direct', group_id }), {
        name: 'x',
      });
      const inbound = { adapter: 'imap', options: { host: 'imap.example', user: 'x', password: 'x' } };
      const [ofOwn, ofOther] = [agreements.own, agreements.other];
      pairs = [
        { path: '/api/v1/groups', own: group.id, other: elsewhere.id, body: { note: 'Looked after' } },
        await both('/api/v1/slas', (id) => ({ ...fresh(), condition: of(id) }), { first_response_time: 90 }),
        await both('/api/v1/text_modules', (id) => ({ ...fresh(), content: 'x', group_ids: [id] }), { content: 'y' }),
        await both('/api/v1/brandings', (id) => ({ ...fresh(), group_ids: [id] }), { footer: 'y' }),
        await both(
          '/api/v1/channels_email',
          (group_id) => ({ ...fresh(), group_id, active: false, options: { inbound } }),
          { email: `${name}@people.example` },
        ),
        await both(
          '/api/v1/services',
          (id) => ({ ...fresh(), agreement_id: id === group.id ? ofOwn : ofOther, active: false }),
          { summary: 'y' },
        ),
      ];
    }, 60_000);

    it('changes what is its own, by REST, of every kind', async () => {
      for (const { path, own, body } of pairs) {
        const answer = await delegate.call('PUT', `${path}/${own}`, body);
        expect([path, answer.status]).toEqual([path, 200]);
        expect(answer.body, path).toMatchObject(body);
      }
    });

    it('neither sees nor changes nor deletes what is of others, and they stay as they were', async () => {
      for (const { path, other, body } of pairs) {
        const before = await world.boss.get(`${path}/${other}`);
        for (const [method, sent] of [['GET'], ['PUT', body], ['DELETE']] as const) {
          const { status } = await delegate.call(method, `${path}/${other}`, sent);
          expect([403, 404], `${method} ${path}`).toContain(status);
        }
        expect(await world.boss.get(`${path}/${other}`)).toEqual(before);
        const listed = (await delegate.get(path)) as Json[];
        // Names of groups are everybody's who may write to them.
        if (path !== '/api/v1/groups')
          expect(
            listed.map(({ id }) => id),
            path,
          ).not.toContain(other);
      }
    });

    it('has no other administration than that', async () => {
      for (const path of ['roles', 'settings', 'triggers', 'macros', 'federation/peers', 'audit']) {
        expect([path, (await delegate.call('GET', `/api/v1/${path}`)).status]).toEqual([path, 403]);
      }
      const seen = (await delegate.get('/api/v1/agreements')) as Json[];
      expect(seen.map(({ group_id }) => group_id)).toEqual([group.id]);
      const required: Record<string, Json> = { agreements: { kind: 'direct', group_id: group.id } };
      for (const path of ['groups', 'brandings', 'agreements', 'communities', 'roles', 'users']) {
        const { status } = await delegate.call('POST', `/api/v1/${path}`, { name: 'x', ...required[path] });
        expect([path, status]).toEqual([path, 403]);
      }
    });

    it('has no more to say once somebody says so', async () => {
      const [{ id }] = (await delegate.get('/api/v1/communities')) as [Json];
      await world.boss.put(`/api/v1/communities/${id}`, { administrator_ids: [] });
      for (const { path, own, body } of pairs) {
        const { status } = await delegate.call('PUT', `${path}/${own}`, body);
        expect([403, 404], path).toContain(status);
      }
    });
  });
}
