import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import { refused, type Section } from './world.ts';

export const compatibility: Section = (world) => {
  describe('2.9 what existing clients rely on', () => {
    it('2.9.1, 2.9.15 answers and refusals are "application/json;", with both keys', async () => {
      for (const path of ['/api/v1/tickets', '/api/v1/nowhere']) {
        const { headers, status, body } = await world().agent.call('GET', path);
        expect(headers.get('content-type')).toContain('application/json;');
        if (status === 404) expect(Object.keys(body).toSorted()).toEqual(['error', 'error_human']);
      }
    });

    it('2.9.2 what was created is what is read later, to the time of its last change', async () => {
      const { agent, customerId } = world();
      const made = await agent.post('/api/v1/tickets?expand=true', {
        title: 'Same later',
        group: 'Users',
        customer_id: customerId,
        article: { body: 'x', type: 'note' },
      });
      const [found] = await agent.post('/api/v1/tickets/search?expand=true', {
        condition: { 'ticket.number': { operator: 'is', value: made.number } },
      });
      expect(found).toEqual(made);
      expect(made).toMatchObject(await agent.get(`/api/v1/tickets/${made.id}?expand=true`));
    });

    it('2.9.3 a walk by single and by few rows ends with an empty page', async () => {
      const { admin } = world();
      const all = (await admin.get('/api/v1/users?per_page=1000')).map(({ id }: Json) => id);
      for (const size of [1, 3, 5, 100]) {
        const walked: number[] = [];
        for (let page = 1; ; page++) {
          const rows: Json[] = await admin.get(`/api/v1/users?per_page=${size}&page=${page}`);
          if (rows.length === 0) break;
          walked.push(...rows.map(({ id }) => id));
        }
        expect(walked, `${size} a page`).toEqual(all);
      }
    });

    it('2.9.4 expand on create, update, read, list and search', async () => {
      const { admin, agent } = world();
      const made = await admin.post('/api/v1/users?expand=true', { firstname: 'Ex', email: 'ex@customer.example' });
      expect(made.roles).toEqual(['Customer']);
      expect((await admin.put(`/api/v1/users/${made.id}?expand=1`, { vip: true })).roles).toEqual(['Customer']);
      expect((await admin.get('/api/v1/users?expand=true&per_page=1'))[0]).toHaveProperty('roles');
      expect((await agent.get('/api/v1/tickets?expand=false&per_page=1'))[0]).not.toHaveProperty('group');
    });

    it('2.9.5 forms on PUT and POST', async () => {
      const { id } = await world().ticket();
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const changed = await world().agent.call('PUT', `/api/v1/tickets/${id}`, 'title=By+form&state=open', form);
      expect(changed).toMatchObject({ status: 200, body: { title: 'By form', state_id: 2 } });
    });

    it('2.9.6 a token without "token=", as Ruby sends it', async () => {
      const { agent, agentId, anyone } = world();
      const { token } = await agent.post('/api/v1/user_access_token', { name: 'ruby', permission: ['ticket.agent'] });
      const authorization = `Token ${token}`;
      const { status, body } = await anyone.call('GET', '/api/v1/users/me', undefined, { authorization });
      expect([status, body.id]).toEqual([200, agentId]);
    });

    it('2.9.7 sizes of files and units of time are strings', async () => {
      const { agent } = world();
      const file = { filename: 'a.txt', data: Buffer.from('8 bytes.').toString('base64'), 'mime-type': 'text/plain' };
      const { id } = await world().ticket({ article: { body: 'x', type: 'note', attachments: [file] } });
      const said = { ticket_id: id, body: 'worked', type: 'note', time_unit: '15' };
      expect(await agent.post('/api/v1/ticket_articles', said)).toMatchObject({ time_unit: '15.0' });
      await agent.post('/api/v1/ticket_articles', { ...said, time_unit: 1.23 });
      const [first] = await agent.get(`/api/v1/ticket_articles/by_ticket/${id}`);
      expect(first.attachments).toMatchObject([{ size: '8' }]);
      expect(await agent.get(`/api/v1/tickets/${id}`)).toMatchObject({ time_unit: '16.23' });
    });

    it('2.9.8 access to groups is shown while the account is an active agent, and comes back', async () => {
      const { admin } = world();
      const made = { firstname: 'Back', email: 'back@desk.example', roles: ['Agent'], groups: { Users: ['full'] } };
      const { id } = await admin.post('/api/v1/users', made);
      const groups = async (change: object) => (await admin.put(`/api/v1/users/${id}?expand=true`, change)).groups;
      expect(await groups({ roles: ['Customer'] })).toEqual({});
      expect(await groups({ roles: ['Agent'] })).toEqual({ Users: ['full'] });
      expect(await groups({ active: false })).toEqual({});
    });

    it('2.9.9 who has tickets is not deleted', async () => {
      await world().ticket();
      expect(refused(await world().admin.call('DELETE', `/api/v1/users/${world().customerId}`))).toEqual({
        status: 422,
        error: "Can't delete, object has references.",
      });
    });

    it('2.9.10 a search for words finds tickets by title, number and what was said; none without an article', async () => {
      const { agent } = world();
      const title = `Zeppelin ${Date.now()}`;
      const [one, two] = [await world().ticket({ title }), await world().ticket({ title })];
      await world().ticket({ title, article: undefined });
      const found = async (query: string): Promise<number[]> =>
        (await agent.get(`/api/v1/tickets/search?sort_by=id&order_by=asc&query=${encodeURIComponent(query)}`)).map(
          ({ id }: Json) => id,
        );
      const both = await waitFor(
        async () => {
          const ids = await found(title);
          return ids.length >= 2 ? ids : undefined;
        },
        { what: 'both tickets among what is found' },
      );
      expect(both).toEqual([one.id, two.id]);
      expect(await found(one.number)).toContain(one.id);
    });

    it('2.9.11 a ticket without an article has no count of them', async () => {
      expect(await world().ticket({ article: undefined })).toMatchObject({ article_count: null });
    });

    it('2.9.12 defaults: empty notes of people and organizations, null elsewhere; nobody is "-"', async () => {
      const { admin, agent } = world();
      expect(await admin.post('/api/v1/organizations', { name: 'Noteless' })).toMatchObject({ note: '' });
      expect(await admin.get('/api/v1/groups/1')).toMatchObject({ note: null });
      const { id } = await world().ticket();
      expect(await agent.get(`/api/v1/tickets/${id}?expand=true`)).toMatchObject({ owner: '-', owner_id: 1 });
    });

    it('2.9.13 a ticket that is deleted answers with nothing at all, anything else with an empty object', async () => {
      const { admin } = world();
      const { id } = await world().ticket();
      const gone = await admin.call('DELETE', `/api/v1/tickets/${id}`);
      expect([gone.status, gone.body]).toEqual([200, '']);
      const { id: priorityId } = await admin.post('/api/v1/ticket_priorities', { name: 'passing' });
      const other = await admin.call('DELETE', `/api/v1/ticket_priorities/${priorityId}`);
      expect([other.status, other.body]).toEqual([200, {}]);
    });

    it('2.9.14 a merge leaves one article behind, and links seen from both ends', async () => {
      const { agent } = world();
      const [source, target] = [await world().ticket(), await world().ticket()];
      await agent.call('PUT', `/api/v1/ticket_merge/${source.id}/${target.number}`);
      const left = await agent.get(`/api/v1/ticket_articles/by_ticket/${source.id}`);
      expect(left).toMatchObject([{ type: 'note', sender: 'Agent', body: 'merged' }]);
      expect(await agent.get(`/api/v1/ticket_articles/by_ticket/${target.id}`)).toHaveLength(2);
      const links = async (id: number) =>
        (await agent.get(`/api/v1/links?link_object=Ticket&link_object_value=${id}`)).links;
      expect(await links(target.id)).toMatchObject([{ link_type: 'child', link_object_value: source.id }]);
      expect(await links(source.id)).toMatchObject([{ link_type: 'parent', link_object_value: target.id }]);
    });

    it('2.9.16 the rows of an empty desk have the ids that clients compare with', async () => {
      const { admin } = world();
      expect(await admin.get('/api/v1/users/2')).toMatchObject({
        login: 'nicole.braun@zammad.org',
        organization_id: 1,
      });
      expect(await admin.get('/api/v1/users/4')).toMatchObject({ login: 'agent1@example.com' });
      const names = async (path: string, count: number) =>
        (await admin.get(`/api/v1/${path}`)).slice(0, count).map(({ id, name }: Json) => [id, name]);
      expect(await names('groups', 2)).toEqual([
        [1, 'Users'],
        [2, 'some group1'],
      ]);
      expect(await names('roles', 3)).toEqual([
        [1, 'Admin'],
        [2, 'Agent'],
        [3, 'Customer'],
      ]);
      expect(await names('ticket_priorities', 3)).toEqual([
        [1, '1 low'],
        [2, '2 normal'],
        [3, '3 high'],
      ]);
      expect(await admin.get('/api/v1/tickets/1')).toMatchObject({ title: 'Welcome to Zammad!', customer_id: 2 });
    });
  });
};
