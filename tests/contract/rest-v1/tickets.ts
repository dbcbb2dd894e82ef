import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import { refused, type Section, unserved } from './world.ts';

const keys = [
  ...['id', 'group_id', 'priority_id', 'state_id', 'organization_id', 'number', 'title', 'owner_id', 'customer_id'],
  ...[
    'note',
    'first_response_at',
    'first_response_escalation_at',
    'first_response_in_min',
    'first_response_diff_in_min',
  ],
  ...['close_at', 'close_escalation_at', 'close_in_min', 'close_diff_in_min', 'update_escalation_at', 'update_in_min'],
  ...['update_diff_in_min', 'last_close_at', 'last_contact_at', 'last_contact_agent_at', 'last_contact_customer_at'],
  ...['last_owner_update_at', 'create_article_type_id', 'create_article_sender_id', 'article_count', 'escalation_at'],
  ...['pending_time', 'type', 'time_unit', 'preferences', 'updated_by_id', 'created_by_id', 'created_at', 'updated_at'],
  ...['checklist_id'],
];

export const tickets: Section = (world) => {
  describe('2.4 tickets', () => {
    it('2.4.1 GET /tickets: those one may read', async () => {
      const { id } = await world().ticket();
      const ids = async (desk: { get(path: string): Promise<Json> }) =>
        (await desk.get('/api/v1/tickets')).map((ticket: Json) => ticket.id);
      expect(await ids(world().agent)).toContain(id);
      expect(await ids(world().customer)).toContain(id);
      expect(await ids(world().customer)).not.toContain(1);
    });

    it('2.4.2 GET /tickets/:id: every key, with its type', async () => {
      const { id } = await world().ticket();
      const ticket = await world().agent.get(`/api/v1/tickets/${id}`);
      expect(Object.keys(ticket)).toEqual(expect.arrayContaining(keys));
      expect(ticket).toMatchObject({
        id: expect.any(Number),
        number: expect.stringMatching(/^\d+$/),
        owner_id: 1,
        preferences: {},
        time_unit: null,
        article_count: 1,
      });
    });

    it('2.4.3 POST /tickets: with everything beside it, for whoever is the customer', async () => {
      const { agent, agentId, customer, customerId } = world();
      const other = await world().ticket();
      const rich = await world().ticket({
        customer_id: undefined,
        customer: 'guess:new.person@customer.example',
        state: 'pending reminder',
        pending_time: '2030-01-01T10:00:00Z',
        priority: '3 high',
        owner: 'ann',
        tags: 'a,b',
        mentions: [agentId],
        links: { Ticket: { child: [other.id] } },
      });
      const all = await agent.get(`/api/v1/tickets/${rich.id}?all=true`);
      expect(all.assets.Ticket[rich.id]).toMatchObject({ priority_id: 3, state_id: 3, owner_id: agentId });
      expect(all.tags.toSorted()).toEqual(['a', 'b']);
      expect(all.mentions).toMatchObject([{ user_id: agentId }]);
      expect(all.links).toMatchObject([{ link_type: 'child', link_object_value: other.id }]);

      const article = { body: 'By myself', type: 'email', sender: 'Agent', internal: true };
      const own = { title: 'Mine', group: 'Users', owner: 'ann', article };
      const mine = await customer.post('/api/v1/tickets', own);
      expect(mine).toMatchObject({ customer_id: customerId, owner_id: 1 });
      const [first] = await agent.get(`/api/v1/ticket_articles/by_ticket/${mine.id}`);
      expect(first).toMatchObject({ sender: 'Customer', internal: false });
      expect(['note', 'web']).toContain(first.type);
    });

    it('2.4.4 PUT /tickets/:id: fields and an article; the number stays', async () => {
      const { id, number } = await world().ticket();
      const article = { body: 'And so on', type: 'note', internal: true };
      const changed = await world().agent.put(`/api/v1/tickets/${id}`, { title: 'Renamed', number: '1', article });
      expect(changed).toMatchObject({ title: 'Renamed', number, article_count: 2 });
      expect(changed.article_ids).toHaveLength(2);
    });

    it('2.4.5 DELETE /tickets/:id: for administrators', async () => {
      const { id } = await world().ticket();
      expect((await world().agent.call('DELETE', `/api/v1/tickets/${id}`)).status).toBe(403);
      expect((await world().admin.call('DELETE', `/api/v1/tickets/${id}`)).status).toBe(200);
      expect((await world().agent.call('GET', `/api/v1/tickets/${id}`)).status).toBe(404);
    });

    it('2.4.6 tickets/search: a plain list', async () => {
      const { id } = await world().ticket({ title: 'Xylophone' });
      const search = '/api/v1/tickets/search?query=xylophone&limit=10';
      // Words are indexed right after the ticket is committed.
      const found = await waitFor(
        async () => {
          const rows: Json[] = await world().agent.get(search);
          return rows.length > 0 ? rows : undefined;
        },
        { what: 'the ticket among what is found' },
      );
      expect(found).toMatchObject([{ id, title: 'Xylophone', article_ids: [expect.any(Number)] }]);
    });

    it('2.4.7 GET /ticket_history/:id: two entries of a fresh ticket', async () => {
      const { id, article_ids } = await world().ticket();
      const { history, assets } = await world().agent.get(`/api/v1/ticket_history/${id}`);
      expect(history).toMatchObject([
        { object: 'Ticket', type: 'created', o_id: id, created_by_id: world().agentId },
        { object: 'Ticket::Article', type: 'created', o_id: article_ids[0], related_o_id: id },
      ]);
      expect(assets.User[world().agentId]).toBeDefined();
    });

    it('2.4.8 GET /ticket_customer: what the customer has open and closed', async () => {
      const { agent, customerId } = world();
      const open = await world().ticket();
      const closed = await world().ticket({ state: 'closed' });
      const found = await agent.get(`/api/v1/ticket_customer?customer_id=${customerId}`);
      expect(found.ticket_ids_open).toContain(open.id);
      expect(found.ticket_ids_closed).toContain(closed.id);
      expect(found.assets.Ticket[open.id]).toMatchObject({ title: 'A ticket' });
    });

    it('2.4.9, 2.4.10 GET /ticket_related/:id and /ticket_recent: of the customer, and seen of late', async () => {
      const { agent } = world();
      const [one, two] = [await world().ticket(), await world().ticket()];
      await agent.post('/api/v1/recent_view', { object: 'Ticket', o_id: two.id });
      const related = await agent.get(`/api/v1/ticket_related/${one.id}`);
      expect(related.ticket_ids_by_customer).toContain(two.id);
      expect(related.ticket_ids_recent_viewed).toContain(two.id);
      const recent = await agent.get('/api/v1/ticket_recent');
      expect(recent.ticket_ids_recent_viewed).toContain(two.id);
      expect(recent.assets.Ticket[two.id]).toBeDefined();
    });

    it('2.4.11 PUT /ticket_merge/:source/:number: says what became of it, in the words of clients', async () => {
      const { agent } = world();
      const [source, target] = [await world().ticket(), await world().ticket()];
      const merge = (id: number, number: string) => agent.call('PUT', `/api/v1/ticket_merge/${id}/${number}`);
      expect(await merge(source.id, '0000')).toMatchObject({
        status: 200,
        body: { result: 'failed', message: 'The target ticket number could not be found.' },
      });
      expect(await merge(999_999, target.number)).toMatchObject({
        status: 200,
        body: { result: 'failed', message: 'The source ticket could not be found.' },
      });
      expect(refused(await merge(source.id, source.number))).toEqual({
        status: 422,
        error: 'A ticket cannot be merged into itself.',
      });
      expect(await merge(source.id, target.number)).toMatchObject({
        status: 200,
        body: { result: 'success', target_ticket: { id: target.id }, source_ticket: { id: source.id, state_id: 5 } },
      });
      const third = await world().ticket();
      expect(refused(await merge(third.id, source.number))).toEqual({
        status: 422,
        error: 'It is not possible to merge into an already merged ticket.',
      });
    });

    it('2.4.12 GET /ticket_split: what a new ticket from an article begins with', async () => {
      const { id, article_ids } = await world().ticket();
      const query = `ticket_id=${id}&article_id=${article_ids[0]}&form_id=7f0c6a52-31f9-4d5a-9a4c-7a1d9f4e1c11`;
      const split = await world().agent.get(`/api/v1/ticket_split?${query}`);
      expect(split.assets.TicketArticle[article_ids[0]]).toMatchObject({ body: 'The printer burns.' });
      expect(split.attachments).toEqual([]);
    });

    it('2.4.13 GET /ticket_create: what a form of a new ticket offers', async () => {
      const { form_meta, assets } = await world().agent.get('/api/v1/ticket_create');
      expect(form_meta.filter.group_id).toEqual(expect.arrayContaining([1, 2]));
      expect(assets.Group[1]).toMatchObject({ name: 'Users' });
    });

    it('2.4.14 GET /ticket_stats: of a person and of an organization', async () => {
      const { agent, customerId } = world();
      const { user } = await agent.get(`/api/v1/ticket_stats?user_id=${customerId}`);
      expect(user.open_ids.length).toBeGreaterThan(0);
      expect(user.volume_by_year[0]).toMatchObject({ month: expect.any(Number), year: expect.any(Number) });
      const { organization } = await agent.get('/api/v1/ticket_stats?organization_id=1');
      expect(organization).toMatchObject({ open_ids: expect.any(Array), closed_ids: expect.any(Array) });
    });

    it('2.4.15 POST /tickets/mass_update: all of them, or says which one stopped it', async () => {
      const { agent } = world();
      const ticket_ids = [(await world().ticket()).id, (await world().ticket()).id];
      const done = await agent.post('/api/v1/tickets/mass_update', { ticket_ids, attributes: { state_id: 2 } });
      expect(done.ticket_ids).toEqual(ticket_ids);
      const failed = await agent.call('POST', '/api/v1/tickets/mass_update', {
        ticket_ids,
        attributes: { owner_id: 999_999 },
      });
      expect(failed).toMatchObject({ status: 422, body: { error: true, ticket_id: ticket_ids[0] } });
    });

    it('2.4.16 POST /tickets/mass_macro', async () => {
      const { admin, agent } = world();
      const perform = { 'ticket.priority_id': { value: '3' } };
      const macro = await admin.post('/api/v1/macros', { name: 'Raise', perform, ux_flow_next_up: 'none' });
      const { id } = await world().ticket();
      await agent.post('/api/v1/tickets/mass_macro', { ticket_ids: [id], macro_id: macro.id });
      expect(await agent.get(`/api/v1/tickets/${id}`)).toMatchObject({ priority_id: 3 });
    });

    it('2.4.17 POST /tickets/:id/summarize: of a desk without it, a refusal that clients can read', async () => {
      const { id } = await world().ticket();
      expect(unserved(await world().agent.call('POST', `/api/v1/tickets/${id}/summarize`, {}))).toBe(404);
    });

    it('2.4.18 /tickets/:id/shared_draft and /tickets/shared_drafts', async () => {
      const { admin, agent } = world();
      await admin.put('/api/v1/groups/1', { shared_drafts: true });
      const { id } = await world().ticket();
      const draft = { new_article: { body: 'Half an answer' }, ticket_attributes: { state_id: 2 } };
      await agent.put(`/api/v1/tickets/${id}/shared_draft`, draft);
      expect(JSON.stringify(await agent.get(`/api/v1/tickets/${id}/shared_draft`))).toContain('Half an answer');
      expect((await agent.call('DELETE', `/api/v1/tickets/${id}/shared_draft`)).status).toBe(200);
      const start = { name: 'Outage', content: { title: 'Outage' }, group_id: 1 };
      const made = await agent.post('/api/v1/tickets/shared_drafts', start);
      expect(JSON.stringify(made)).toContain('shared_draft_id');
    });

    it('2.4.19 GET /ticket_overviews: own ones with counts, and one with its tickets', async () => {
      const { agent } = world();
      const { id } = await world().ticket();
      const views: Json[] = await agent.get('/api/v1/ticket_overviews');
      expect(views[0]).toMatchObject({ id: expect.any(Number), name: expect.any(String), count: expect.any(Number) });
      const unassigned = views.find(({ link }) => link === 'all_unassigned');
      const { index } = await agent.get(`/api/v1/ticket_overviews?view=${unassigned?.link}`);
      expect(index.tickets.map((ticket: Json) => ticket.id)).toContain(id);
      expect(index.count).toBe(unassigned?.count);
    });

    it('2.4.20 POST /tickets/import: outside of the import mode it says so, to administrators alone', async () => {
      const file = { data: 'title,group\nOld,Users\n', try: true };
      expect(refused(await world().admin.call('POST', '/api/v1/tickets/import', file))).toEqual({
        status: 422,
        error: 'Tickets can only be imported if system is in import mode.',
      });
      expect((await world().agent.call('POST', '/api/v1/tickets/import', file)).status).toBe(403);
    });
  });
};
