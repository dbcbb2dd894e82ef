import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import { isoTime, type Section } from './world.ts';

export const reading: Section = (world) => {
  describe('2.3 common reading rules', () => {
    let ticket: Json;
    beforeAll(async () => {
      ticket = await world().ticket({ title: 'Aardvark for reading', tags: 'zoo' });
    });
    const show = (query = '') => world().agent.get(`/api/v1/tickets/${ticket.id}${query}`);

    it('2.3.1 the plain shape has no names; a ticket that is read has no ids of what it has, one that is written does', async () => {
      const plain = await show();
      expect(plain).not.toHaveProperty('group');
      expect(plain).not.toHaveProperty('article_ids');
      expect(ticket.article_ids).toEqual([expect.any(Number)]);
      const [organization] = await world().admin.get('/api/v1/organizations');
      expect(organization.member_ids).toEqual([2]);
    });

    it('2.3.2 expand adds the names, and "false" means off', async () => {
      for (const flag of ['true', '1']) {
        expect(await show(`?expand=${flag}`)).toMatchObject({ group: 'Users', state: 'new', owner: '-' });
      }
      expect(await show('?expand=true')).not.toHaveProperty('organization');
      expect(await show('?expand=false')).not.toHaveProperty('group');
    });

    it('2.3.3 full answers ids and everything they refer to', async () => {
      const { id, assets } = await show('?full=true');
      expect([id, assets.Ticket[id].title, assets.User[world().customerId].id]).toEqual([
        ticket.id,
        ticket.title,
        world().customerId,
      ]);
      const users = await world().admin.get('/api/v1/users?full=true&per_page=2');
      expect(users.record_ids).toHaveLength(2);
      expect(Object.keys(users.assets)).toEqual(expect.arrayContaining(['User', 'Role']));
    });

    it('2.3.4 all is everything about one ticket', async () => {
      expect(await show('?all=true')).toMatchObject({
        ticket_id: ticket.id,
        ticket_article_ids: ticket.article_ids,
        assets: { Ticket: {} },
        form_meta: {},
        tags: ['zoo'],
        links: [],
        mentions: [],
        time_accountings: [],
      });
    });

    it('2.3.5 the count alone', async () => {
      const search = '/api/v1/tickets/search?query=Aardvark';
      expect(await world().agent.get(`${search}&only_total_count=true`)).toEqual({ total_count: 1 });
    });

    it('2.3.6 labels and terms for fields that complete what is typed', async () => {
      const { admin, customerId } = world();
      const search = '/api/v1/users/search?';
      const [labelled] = await admin.get(`${search}query=Clara&label=true`);
      expect(labelled).toMatchObject({
        id: customerId,
        label: expect.stringContaining('Clara'),
        value: expect.anything(),
      });
      const [termed] = await admin.get(`${search}term=Clara`);
      expect(termed).toMatchObject({ id: customerId, label: expect.stringContaining('Clara') });
    });

    it('2.3.7 pages from 1; past the end there is nothing', async () => {
      const { admin } = world();
      const all: Json[] = await admin.get('/api/v1/ticket_states');
      const paged: Json[] = [];
      for (let page = 1; page <= all.length; page++) {
        paged.push(...(await admin.get(`/api/v1/ticket_states?per_page=1&page=${page}`)));
      }
      expect(paged).toEqual(all);
      expect(await admin.get(`/api/v1/ticket_states?per_page=1&page=${all.length + 1}`)).toEqual([]);
      expect(await admin.get('/api/v1/users?limit=2')).toHaveLength(2);
    });

    it('2.3.8 by id, or as asked', async () => {
      const { admin } = world();
      const ids = (rows: Json[]) => rows.map(({ id }) => id);
      const plain = ids(await admin.get('/api/v1/groups'));
      expect(plain).toEqual(plain.toSorted((a, b) => a - b));
      expect(ids(await admin.get('/api/v1/groups?sort_by=id&order_by=desc'))).toEqual(plain.toReversed());
    });

    it('2.3.9 searches by GET and POST, by words and by condition', async () => {
      const { agent } = world();
      const path = '/api/v1/tickets/search';
      const condition = { 'ticket.title': { operator: 'contains', value: 'Aardvark' } };
      for (const found of [
        await agent.get(`${path}?query=Aardvark`),
        await agent.post(path, { query: 'Aardvark' }),
        await agent.post(path, { condition }),
      ]) {
        expect(found.map(({ id }: Json) => id)).toEqual([ticket.id]);
      }
      const byRole = await world().admin.post('/api/v1/users/search', { query: 'ann', role_ids: [2] });
      expect(byRole.map(({ login }: Json) => login)).toEqual(['ann']);
    });

    it('2.3.10 times are UTC with milliseconds', () => {
      expect([ticket.created_at, ticket.updated_at].every((time) => isoTime.test(time))).toBe(true);
    });

    it('2.3.11 names instead of ids; where both are given the id wins', async () => {
      const { agent } = world();
      const put = (body: object) => agent.put(`/api/v1/tickets/${ticket.id}?expand=true`, body);
      expect(await put({ state: 'open', priority: '3 high' })).toMatchObject({ state: 'open', priority: '3 high' });
      expect(await put({ priority: '1 low', priority_id: 2 })).toMatchObject({ priority: '2 normal', priority_id: 2 });
    });

    it('2.3.12 access to groups by names and by ids, shown while the account has it', async () => {
      const { admin } = world();
      const made = { email: 'gina@desk.example', roles: ['Agent'], groups: { Users: 'full', 'some group1': ['read'] } };
      const { id } = await admin.post('/api/v1/users', made);
      const read = await admin.get(`/api/v1/users/${id}?expand=true`);
      expect(read.groups).toEqual({ Users: ['full'], 'some group1': ['read'] });
      expect(read.group_ids).toEqual({ 1: ['full'], 2: ['read'] });
      expect(await admin.put(`/api/v1/users/${id}?expand=true`, { group_ids: { 1: ['change'] } })).toMatchObject({
        groups: { Users: ['change'] },
      });
    });

    it('2.3.13 what nobody may write is left out, and so is what nobody knows', async () => {
      const body = { created_at: '2001-01-01T00:00:00.000Z', id: 1, created_by_id: 1, nonsense: 'x', note: 'kept' };
      const changed = await world().agent.put(`/api/v1/tickets/${ticket.id}`, body);
      expect(changed).toMatchObject({ id: ticket.id, created_at: ticket.created_at, note: 'kept' });
      expect(changed).not.toHaveProperty('nonsense');
    });

    it('2.3.14 what is deleted answers an empty object, a ticket nothing', async () => {
      const { admin } = world();
      const { id } = await admin.post('/api/v1/organizations', { name: 'Goes at once' });
      const organization = await admin.call('DELETE', `/api/v1/organizations/${id}`);
      expect([organization.status, organization.body]).toEqual([200, {}]);
      const goes = await world().ticket();
      const gone = await admin.call('DELETE', `/api/v1/tickets/${goes.id}`);
      expect([gone.status, gone.body]).toEqual([200, '']);
    });
  });
};
