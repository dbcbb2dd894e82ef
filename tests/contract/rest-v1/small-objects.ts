import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import { refused, type Section, unserved, walk } from './world.ts';

const condition = { 'ticket.title': { operator: 'contains', value: 'never there' } };
const perform = { 'ticket.priority_id': { value: '3' } };
const gone = { removed: [200, {}], gone: 404 };

export const smallObjects: Section = (world) => {
  describe('2.7 small objects', () => {
    it('2.7.1 ticket_states: the seeded ones, and exactly one for each default', async () => {
      const { admin } = world();
      const states: Json[] = await admin.get('/api/v1/ticket_states?expand=true');
      expect(
        states
          .slice(0, 6)
          .map(({ id, name, state_type, ignore_escalation }) => [id, name, state_type, ignore_escalation]),
      ).toEqual([
        [1, 'new', 'new', false],
        [2, 'open', 'open', false],
        [3, 'pending reminder', 'pending reminder', true],
        [4, 'closed', 'closed', true],
        [5, 'merged', 'merged', true],
        [6, 'pending close', 'pending action', true],
      ]);
      expect(states[5]).toMatchObject({ next_state_id: 4, next_state: 'closed', note: null, active: true });
      const made = await admin.post('/api/v1/ticket_states', {
        name: 'waiting',
        state_type_id: 2,
        default_follow_up: true,
      });
      const after: Json[] = await admin.get('/api/v1/ticket_states');
      expect(after.filter((one) => one.default_follow_up).map(({ id }) => id)).toEqual([made.id]);
      await admin.put('/api/v1/ticket_states/2', { default_follow_up: true });
      expect(await admin.call('DELETE', `/api/v1/ticket_states/${made.id}`)).toMatchObject({ status: 200, body: {} });
    });

    it('2.7.2 ticket_priorities', async () => {
      const done = await walk(world().admin, 'ticket_priorities', { name: '4 urgent' }, { ui_color: 'high-priority' });
      expect(done).toMatchObject({
        read: { name: '4 urgent', default_create: false, ui_icon: null, note: null, active: true },
        changed: { ui_color: 'high-priority' },
        ...gone,
      });
    });

    it('2.7.3 both are read by agents and customers, and written by administrators', async () => {
      const { agent, customer } = world();
      for (const desk of [agent, customer]) {
        expect((await desk.call('GET', '/api/v1/ticket_states')).status).toBe(200);
        expect((await desk.call('POST', '/api/v1/ticket_priorities', { name: 'x' })).status).toBe(403);
      }
    });

    it('2.7.4 to 2.7.7 tags of a ticket: read, added, found by what begins so, removed by query and by body', async () => {
      const { agent } = world();
      const { id } = await world().ticket();
      const about = { object: 'Ticket', o_id: id };
      for (const item of ['quasar', 'quark']) {
        expect(await agent.call('POST', '/api/v1/tags/add', { ...about, item })).toMatchObject({
          status: 201,
          body: true,
        });
      }
      const read = async () => (await agent.get(`/api/v1/tags?object=Ticket&o_id=${id}`)).tags.toSorted();
      expect(await read()).toEqual(['quark', 'quasar']);
      const found: Json[] = await agent.get('/api/v1/tag_search?term=qua&limit=10');
      expect(found.map(({ value }) => value).toSorted()).toEqual(['quark', 'quasar']);
      const query = `object=Ticket&o_id=${id}&item=quark`;
      expect(await agent.call('DELETE', `/api/v1/tags/remove?${query}`)).toMatchObject({ body: true });
      expect(await agent.call('DELETE', '/api/v1/tags/remove', { ...about, item: 'quasar' })).toMatchObject({
        body: true,
      });
      expect(await read()).toEqual([]);
    });

    it('2.7.8 tag_list: for administrators of tags, with how often each is used', async () => {
      const { admin, agent } = world();
      await world().ticket({ tags: 'counted' });
      const counted = (await admin.get('/api/v1/tag_list')).find(({ name }: Json) => name === 'counted');
      expect(counted).toMatchObject({ count: 1 });
      expect((await agent.call('GET', '/api/v1/tag_list')).status).toBe(403);
      expect(await admin.call('POST', '/api/v1/tag_list', { name: 'listed' })).toMatchObject({ status: 200, body: {} });
      const change = { id: counted.id, name: 'recounted' };
      expect(await admin.call('PUT', `/api/v1/tag_list/${counted.id}`, change)).toMatchObject({
        status: 200,
        body: {},
      });
      expect(await admin.call('DELETE', `/api/v1/tag_list/${counted.id}`)).toMatchObject({ status: 200, body: {} });
    });

    it('2.7.9 to 2.7.11 links: made by number, seen from both ends, removed', async () => {
      const { agent } = world();
      const [one, two] = [await world().ticket(), await world().ticket()];
      const ends = { link_object_source: 'Ticket', link_object_target: 'Ticket', link_type: 'parent' };
      const link = { ...ends, link_object_source_number: one.number, link_object_target_value: two.id };
      expect((await agent.call('POST', '/api/v1/links/add', link)).status).toBe(201);
      const seen = async (id: number) =>
        (await agent.get(`/api/v1/links?link_object=Ticket&link_object_value=${id}`)).links;
      const [fromOne, fromTwo] = [await seen(one.id), await seen(two.id)];
      expect(fromOne).toMatchObject([{ link_object: 'Ticket', link_object_value: two.id }]);
      expect(fromTwo).toMatchObject([{ link_object: 'Ticket', link_object_value: one.id }]);
      expect([fromOne[0].link_type, fromTwo[0].link_type].toSorted()).toEqual(['child', 'parent']);
      const nowhere = { ...link, link_object_source_number: '0000' };
      expect(refused(await agent.call('POST', '/api/v1/links/add', nowhere))).toEqual({
        status: 422,
        error: 'The object could not be found.',
      });
      const removed = {
        ...ends,
        link_type: fromTwo[0].link_type,
        link_object_source_value: one.id,
        link_object_target_value: two.id,
      };
      expect((await agent.call('DELETE', '/api/v1/links/remove', removed)).status).toBe(201);
      expect(await seen(one.id)).toEqual([]);
    });

    it('2.7.12 online_notifications: what one is told of, seen, gone', async () => {
      const { admin, agentId } = world();
      const { token } = await world().agent.post('/api/v1/user_access_token', {
        name: 'bell',
        permission: ['ticket.agent'],
      });
      const agent = world().anyone.as({ token });
      const path = '/api/v1/online_notifications';
      const { id } = await admin.post('/api/v1/tickets', {
        title: 'For you',
        group: 'Users',
        customer_id: world().customerId,
        owner_id: agentId,
        article: { body: 'x', type: 'note', internal: false },
      });
      const told = await waitFor(
        async () => (await agent.get(`${path}?expand=true`)).find(({ o_id }: Json) => o_id === id),
        { what: 'the notification' },
      );
      expect(told).toMatchObject({ object: 'Ticket', type: 'create', user: 'ann', user_id: agentId, seen: false });
      expect(await agent.put(`${path}/${told.id}`, { seen: true })).toMatchObject({ seen: true });
      expect(await agent.call('POST', `${path}/mark_all_as_read`)).toMatchObject({ status: 200, body: {} });
      expect(await agent.call('DELETE', `${path}/${told.id}`)).toMatchObject({ status: 200, body: {} });
    });

    it('2.7.13 mentions: of oneself, listed, ended', async () => {
      const { agent, agentId } = world();
      const { id } = await world().ticket();
      const about = { mentionable_type: 'Ticket', mentionable_id: id };
      expect(await agent.call('POST', '/api/v1/mentions', about)).toMatchObject({ status: 201, body: true });
      const { mentions } = await agent.get(`/api/v1/mentions?mentionable_type=Ticket&mentionable_id=${id}`);
      expect(mentions).toMatchObject([{ ...about, user_id: agentId }]);
      expect(await agent.call('DELETE', `/api/v1/mentions/${mentions[0].id}`)).toMatchObject({
        status: 200,
        body: true,
      });
    });

    it('2.7.14 checklists, their items, and templates of them', async () => {
      const { admin, agent } = world();
      const template = await admin.post('/api/v1/checklist_templates', { name: 'Arrival', items: ['Badge', 'Desk'] });
      const { id } = await world().ticket();
      const made = await agent.call('POST', '/api/v1/checklists', { ticket_id: id, template_id: template.id });
      expect([made.status, Object.keys(made.body.assets)]).toEqual([
        201,
        expect.arrayContaining(['Checklist', 'ChecklistItem']),
      ]);
      const list = made.body.id;
      await agent.post('/api/v1/checklist_items', { checklist_id: list, text: 'Key' });
      const shown = await agent.get(`/api/v1/checklists/${list}`);
      const items = Object.values<Json>(shown.assets.ChecklistItem);
      expect(items.map(({ text }) => text)).toEqual(['Badge', 'Desk', 'Key']);
      const checked = await agent.call('PATCH', `/api/v1/checklist_items/${items[0].id}`, { checked: true });
      expect(checked.status).toBe(200);
      expect((await agent.call('PATCH', `/api/v1/checklists/${list}`, { name: 'Welcome' })).status).toBe(200);
      expect(await agent.get(`/api/v1/tickets/${id}`)).toMatchObject({ checklist_id: list });
      expect((await agent.call('DELETE', `/api/v1/checklists/${list}`)).status).toBe(200);
    });

    it('2.7.15 time_accountings: a sum on the ticket, as a string', async () => {
      const { agent } = world();
      const { id } = await world().ticket();
      const path = `/api/v1/tickets/${id}/time_accountings`;
      const made = await agent.call('POST', path, { time_unit: '15' });
      expect(made).toMatchObject({ status: 201, body: { ticket_id: id, time_unit: '15.0' } });
      await agent.post(path, { time_unit: '1.23' });
      expect(await agent.get(`/api/v1/tickets/${id}`)).toMatchObject({ time_unit: '16.23' });
      for (const one of await agent.get(path)) await agent.call('DELETE', `${path}/${one.id}`);
      expect(await agent.get(`/api/v1/tickets/${id}`)).toMatchObject({ time_unit: '0.0' });
    });

    it('2.7.16 kinds of work, and the logs of a month', async () => {
      const { admin, agent } = world();
      const type = await admin.post('/api/v1/time_accounting/types', { name: 'On site' });
      const { id } = await world().ticket();
      await agent.post(`/api/v1/tickets/${id}/time_accountings`, { time_unit: 2, type_id: type.id });
      const now = new Date();
      const month = `${now.getUTCFullYear()}/${now.getUTCMonth() + 1}`;
      for (const by of ['by_activity', 'by_ticket', 'by_customer', 'by_organization']) {
        const log = await admin.get(`/api/v1/time_accounting/log/${by}/${month}`);
        expect(Array.isArray(log), by).toBe(true);
      }
      const file = await admin.call('GET', `/api/v1/time_accounting/log/by_ticket/${month}?download=true`);
      expect(file.headers.get('content-disposition')).toContain('attachment');
    });

    it('2.7.17 user_access_token: shown once', async () => {
      const { agent } = world();
      const { token } = await agent.post('/api/v1/user_access_token', { name: 'once', permission: ['ticket.agent'] });
      const { tokens } = await agent.get('/api/v1/user_access_token');
      const listed = tokens.find(({ name }: Json) => name === 'once');
      expect(listed).toMatchObject({
        preferences: { permission: ['ticket.agent'] },
        last_used_at: null,
        expires_at: null,
      });
      expect(JSON.stringify(tokens)).not.toContain(token);
      expect(await agent.call('DELETE', `/api/v1/user_access_token/${listed.id}`)).toMatchObject({
        status: 200,
        body: {},
      });
    });

    it('2.7.18 version, for administrators', async () => {
      expect(await world().admin.get('/api/v1/version')).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
      expect((await world().customer.call('GET', '/api/v1/version')).status).toBe(403);
    });

    it('2.7.19 to 2.7.21 monitoring: health, figures and amounts, by a token', async () => {
      const { admin, anyone } = world();
      const { token } = await admin.post('/api/v1/monitoring/token', {});
      const ask = (path: string, query = '') => anyone.get(`/api/v1/monitoring/${path}?token=${token}${query}`);
      const health = await ask('health_check');
      expect(health).toMatchObject({ healthy: health.issues.length === 0, message: expect.any(String), actions: [] });
      const { counts, last_created_at } = await ask('status');
      expect([counts.tickets > 0, counts.users > 3, Date.parse(last_created_at.tickets) > 0]).toEqual([
        true,
        true,
        true,
      ]);
      expect(await ask('amount_check', '&periode=1h&max_critical=1')).toMatchObject({ state: 'critical' });
      expect(await ask('amount_check', '&periode=1h&max_critical=9999')).toMatchObject({ state: 'ok' });
      expect((await anyone.call('GET', '/api/v1/monitoring/status?token=wrong')).status).toBeGreaterThanOrEqual(401);
    });

    it('2.7.21 POST /monitoring/restart_failed_jobs: services handle again what they gave up', async () => {
      const { admin, agent } = world();
      const { status, body } = await admin.call('POST', '/api/v1/monitoring/restart_failed_jobs', {});
      expect(status).toBe(200);
      expect(body.restarted).toMatchObject({ ticket: expect.any(Number), notification: expect.any(Number) });
      expect((await agent.call('POST', '/api/v1/monitoring/restart_failed_jobs', {})).status).toBe(403);
    });

    it('2.7.22 object_manager_attributes: made at run time, there after the migration is asked for', async () => {
      const { admin } = world();
      const screens = { create_middle: { 'ticket.agent': { shown: true } }, edit: { 'ticket.agent': { shown: true } } };
      const attribute = {
        object: 'Ticket',
        name: 'room',
        display: 'Room',
        data_type: 'input',
        data_option: { type: 'text', maxlength: 20, default: '' },
        active: true,
        screens,
      };
      const made = await admin.call('POST', '/api/v1/object_manager_attributes', attribute);
      expect(made).toMatchObject({ status: 201, body: { name: 'room', object: 'Ticket', editable: true } });
      const migrated = await admin.call('POST', '/api/v1/object_manager_attributes_execute_migrations', {});
      expect(migrated.status).toBe(200);
      const ticket = await world().ticket({ room: 'B 12' });
      expect(ticket.room).toBe('B 12');
      expect((await admin.call('DELETE', `/api/v1/object_manager_attributes/${made.body.id}`)).status).toBe(200);
    });

    it('2.7.23 slas', async () => {
      const [calendar] = await world().admin.get('/api/v1/calendars');
      const sla = { name: 'Gold', calendar_id: calendar.id, first_response_time: 60, solution_time: 480, condition };
      const done = await walk(world().admin, 'slas', sla, { update_time: 120 });
      expect(done).toMatchObject({
        read: { name: 'Gold', response_time: null },
        changed: { update_time: 120 },
        ...gone,
      });
    });

    it('2.7.24 calendars: hours of each day, days off, zones', async () => {
      const { admin } = world();
      const hours = {
        active: true,
        timeframes: [
          ['09:00', '12:00'],
          ['13:00', '17:00'],
        ],
      };
      const closed = { active: false, timeframes: [] };
      const business_hours = { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: closed, sun: closed };
      const public_holidays = { '2026-12-25': { active: true, summary: 'Christmas' } };
      const calendar = { name: 'Split day', timezone: 'Europe/Warsaw', business_hours, public_holidays };
      const done = await walk(admin, 'calendars', calendar, { name: 'Two halves' });
      expect(done).toMatchObject({
        read: { timezone: 'Europe/Warsaw', business_hours, public_holidays, default: false, ical_url: null },
        changed: { name: 'Two halves' },
        ...gone,
      });
      expect(JSON.stringify(await admin.get('/api/v1/calendars/timezones'))).toContain('Europe/Warsaw');
      expect((await admin.call('GET', '/api/v1/calendars_init')).status).toBe(200);
    });

    it('2.7.25 triggers', async () => {
      const done = await walk(world().admin, 'triggers', { name: 'Raise', condition, perform }, { note: 'why' });
      expect(done).toMatchObject({
        read: { condition, perform, activator: 'action', execution_condition_mode: 'selective', active: true },
        changed: { note: 'why' },
        ...gone,
      });
    });

    it('2.7.26 jobs', async () => {
      const timeplan = { days: { Mon: true }, hours: { 6: true }, minutes: { 0: true } };
      const job = { name: 'On Mondays', object: 'Ticket', condition, perform, timeplan, active: true };
      const done = await walk(world().admin, 'jobs', job, { note: 'weekly' });
      expect(done).toMatchObject({
        read: { object: 'Ticket', last_run_at: null },
        changed: { note: 'weekly' },
        ...gone,
      });
      expect(done.read.timeplan.hours[6]).toBe(true);
      expect(Date.parse(done.read.next_run_at)).toBeGreaterThan(Date.now());
    });

    it('2.7.26 jobs over users: the same rows, for who may write users', async () => {
      const { admin } = world();
      const { id: userId } = await admin.post('/api/v1/users', {
        firstname: 'Sleeps',
        email: 'sleeps@customer.example',
      });
      const job = {
        ...{ name: 'Sleepers', object: 'User', timeplan: { days: {}, hours: {}, minutes: {} } },
        condition: { 'user.email': { operator: 'is', value: 'sleeps@customer.example' } },
        perform: { 'user.active': { value: false } },
      };
      const preview = await admin.post('/api/v1/jobs/preview', job);
      expect(preview).toMatchObject({ matching: 1, objects: [{ object: { type: 'User', id: userId } }] });
      const made = await admin.post('/api/v1/jobs', job);
      expect(made).toMatchObject({ object: 'User', condition: job.condition, perform: job.perform, next_run_at: null });
      await admin.post(`/api/v1/jobs/${made.id}/run`, {});
      const done = await waitFor(
        async () => {
          const now = await admin.get(`/api/v1/jobs/${made.id}`);
          return now.last_run_at !== null && !now.running ? now : undefined;
        },
        { what: 'the end of the run' },
      );
      expect(done).toMatchObject({ matching: 1, processed: 1 });
      expect(await admin.get(`/api/v1/users/${userId}`)).toMatchObject({ active: false });
      const { history } = await admin.get(`/api/v1/users/history/${userId}`);
      expect(history.at(-1)).toMatchObject({
        attribute: 'active',
        sourceable_type: 'Job',
        sourceable_name: 'Sleepers',
      });
      await admin.call('DELETE', `/api/v1/jobs/${made.id}`);
    });

    it('2.7.27 macros', async () => {
      const macro = { name: 'Raise it', perform, ux_flow_next_up: 'next_task' };
      const done = await walk(world().admin, 'macros', macro, { group_ids: [1] });
      expect(done).toMatchObject({
        read: { ...macro, active: true, group_ids: [] },
        changed: { group_ids: [1] },
        ...gone,
      });
    });

    it('2.7.28 text_modules', async () => {
      const module = { name: 'Greeting', keywords: 'hi', content: 'Hello #{ticket.customer.firstname}' };
      const done = await walk(world().admin, 'text_modules', module, { active: false });
      expect(done).toMatchObject({ read: { name: 'Greeting', keywords: 'hi' }, changed: { active: false }, ...gone });
    });

    it('2.7.29 overviews, and their order', async () => {
      const { admin } = world();
      const view = { d: ['title'], s: ['title'], m: ['title'], view_mode_default: 's' };
      const overview = {
        name: 'Never',
        condition,
        order: { by: 'created_at', direction: 'DESC' },
        view,
        role_ids: [2],
      };
      const done = await walk(admin, 'overviews', overview, { group_by: 'customer' });
      expect(done).toMatchObject({
        read: { name: 'Never', link: 'never', condition, active: true, role_ids: [2] },
        changed: { group_by: 'customer' },
        ...gone,
      });
      const prios = (await admin.get('/api/v1/overviews')).map(({ id, prio }: Json) => [id, prio]);
      expect((await admin.call('POST', '/api/v1/overviews_prio', { prios })).status).toBe(200);
    });

    it('2.7.29 the own order of overviews', async () => {
      const { agent } = world();
      const { overviews } = await agent.get('/api/v1/user_overview_sortings');
      const [first, ...rest] = overviews.map(({ id }: Json) => id) as number[];
      const prios = [...rest, first].map((id, prio) => [id, prio]);
      const sorted = await agent.call('POST', '/api/v1/user_overview_sortings_prio', { prios });
      expect(sorted).toMatchObject({ status: 200, body: { success: true } });
      const now = await agent.get('/api/v1/user_overview_sortings');
      expect(now.overviews.map(({ id }: Json) => id)).toEqual([...rest, first]);
      expect(now.overview_sortings.map((one: Json) => [one.overview_id, one.prio])).toEqual(prios);
      const { id, user_id } = now.overview_sortings[0];
      const rowIds = now.overview_sortings.map((one: Json) => one.id).toSorted((a: number, b: number) => a - b);
      await waitFor(
        async () => String((await agent.get('/api/v1/users/me')).overview_sorting_ids) === String(rowIds) || undefined,
        { what: 'the rows of the order in the account' },
      );
      expect(await agent.get(`/api/v1/user_overview_sortings/${id}`)).toMatchObject({ id, user_id, prio: 0 });
      expect((await agent.call('DELETE', `/api/v1/user_overview_sortings/${id}`)).status).toBe(200);
      expect((await agent.call('GET', `/api/v1/user_overview_sortings/${id}`)).status).toBe(404);
    });

    it('2.7.30 templates', async () => {
      const options = { 'ticket.title': { value: 'Outage' } };
      const done = await walk(world().admin, 'templates', { name: 'Outage', options }, { active: false });
      expect(done).toMatchObject({ read: { name: 'Outage' }, changed: { active: false }, ...gone });
    });

    it('2.7.30 webhooks', async () => {
      const webhook = { name: 'Chat', endpoint: 'https://chat.example/hook' };
      const done = await walk(world().admin, 'webhooks', webhook, { active: false });
      expect(done).toMatchObject({ read: webhook, changed: { active: false }, ...gone });
    });

    it('2.7.30 email_addresses', async () => {
      const address = { name: 'Storage', email: 'storage@desk.example' };
      expect(await walk(world().admin, 'email_addresses', address, { note: 'Disks' })).toMatchObject({
        read: { ...address, channel_id: null, preferences: {}, note: null, active: true, group_ids: [] },
        changed: { note: 'Disks' },
        ...gone,
      });
    });

    it('2.7.30 signatures, which cannot be deleted while a group uses them', async () => {
      const { admin } = world();
      const signature = { name: 'Storage', body: '<p>#{user.firstname}</p>' };
      expect(await walk(admin, 'signatures', signature, { active: false })).toMatchObject({
        read: { ...signature, note: null, active: true, group_ids: [] },
        changed: { active: false },
        ...gone,
      });
      const { id } = await admin.post('/api/v1/signatures', signature);
      const group = await admin.post('/api/v1/groups?expand=true', { name: 'Signed', signature: 'Storage' });
      expect(group).toMatchObject({ signature_id: id, signature: 'Storage', email_address_id: null });
      expect(refused(await admin.call('DELETE', `/api/v1/signatures/${id}`))).toEqual({
        status: 422,
        error: "Can't delete, object has references.",
      });
      await admin.put(`/api/v1/groups/${group.id}`, { signature_id: null });
      expect((await admin.call('DELETE', `/api/v1/signatures/${id}`)).body).toEqual({});
    });

    it('2.7.30 postmaster_filters', async () => {
      const filter = {
        name: 'Spam',
        match: { subject: { operator: 'contains', value: '[spam]' } },
        perform: { 'x-zammad-ignore': { value: 'true' } },
      };
      expect(await walk(world().admin, 'postmaster_filters', filter, { active: false })).toMatchObject({
        read: { ...filter, channel: 'email', note: null, active: true },
        changed: { active: false },
        ...gone,
      });
    });

    it('2.7.30 applications, data_privacy_tasks, settings', async () => {
      const { admin } = world();
      expect((await admin.call('GET', '/api/v1/applications')).status).toBe(200);
      const goes = await admin.post('/api/v1/users', { firstname: 'Goes', email: 'goes@customer.example' });
      const order = { deletable_type: 'User', deletable_id: goes.id, preferences: { sure: 'DELETE' } };
      expect(await admin.post('/api/v1/data_privacy_tasks', order)).toMatchObject({ deletable_id: goes.id });
    });

    it('2.7.30 settings: what clients ask of a desk, by name and by id', async () => {
      const { admin, test } = world();
      const settings: Json[] = await admin.get('/api/v1/settings');
      const values = Object.fromEntries(settings.map(({ name, state_current }) => [name, state_current.value]));
      expect(values).toMatchObject({
        ...{ product_name: 'Helpmesh', http_type: 'http', ticket_hook: 'Ticket#', system_id: 1 },
        ...{ ui_ticket_zoom_article_delete_timeframe: 600, api_token_access: true, api_password_access: true },
        ...{ fqdn: expect.stringMatching(`:${new URL(test.platform.url).port}$`), user_create_account: true },
      });
      for (const setting of settings) {
        const { id, name, title, state_current, state_initial, preferences } = setting;
        expect(await admin.get(`/api/v1/settings/${id}`), name).toEqual(setting);
        expect([typeof title, 'value' in state_current, 'value' in state_initial]).toEqual(['string', true, true]);
        if (!preferences.readonly) continue;
        const { status } = await admin.call('PUT', `/api/v1/settings/${id}`, { state_current });
        expect(status, name).toBe(422);
      }
      expect((await admin.call('GET', '/api/v1/settings/99999')).status).toBe(404);
    });

    it('the configuration is one file: what it says is carried out, twice is once, and without it is as before', async () => {
      const { admin, agent } = world();
      const read = async (): Promise<Json> => await admin.get('/api/v1/configuration');
      const carryOut = async (document: Json, more: Json = {}): Promise<Json[]> =>
        (await admin.post('/api/v1/configuration/import', { document, ...more })).results;
      const before = await read();
      const { roles_reader: readers, roles_editor: editors }: Json = await admin.get(
        '/api/v1/knowledge_bases/1/permissions',
      );
      const says = (roles: Json[], access: string) => Object.fromEntries(roles.map(({ name }) => [name, access]));
      const helpOf = (writers: string) => ({
        permissions: { ...says(readers, 'none'), ...says(editors, 'editor'), 'file: writers': writers },
      });
      const state = { name: 'file: waits', state_type: 'open', next_state_id: 'file: later', active: true };
      const added: Json = {
        ticket_states: [state, { name: 'file: later', state_type: 'open' }],
        ticket_priorities: [{ name: 'file: now', ui_color: 'high-priority' }],
        signatures: [{ name: 'file: greeting', body: '<p>Yours</p>' }],
        groups: [{ name: 'file: desk', signature_id: 'file: greeting' }, { name: 'file: desk::night' }],
        roles: [
          { name: 'file: night', permissions: ['ticket.agent'], group_ids: { 'file: desk': ['read', 'change'] } },
          { name: 'file: writers', permissions: ['knowledge_base.editor'] },
        ],
        calendars: [
          {
            ...{ name: 'file: days', timezone: 'Europe/Warsaw' },
            business_hours: { mon: { active: true, timeframes: [['08:00', '16:00']] } },
          },
        ],
        tag_list: [{ name: 'file-tag' }],
        webhooks: [{ name: 'file: hook', endpoint: 'https://hooks.example.org/x', bearer_token: '<secret>' }],
        macros: [{ name: 'file: later', perform: { 'ticket.state_id': { value: 'file: later' } } }],
        slas: [
          {
            ...{ name: 'file: soon', calendar_id: 'file: days', first_response_time: 60 },
            condition: { 'ticket.group_id': { operator: 'is', value: ['file: desk'] } },
          },
        ],
        triggers: [
          {
            name: 'file: raise',
            condition: { 'ticket.state_id': { operator: 'is', value: ['file: waits'] } },
            perform: {
              'ticket.priority_id': { value: 'file: now' },
              'notification.webhook': { webhook_id: 'file: hook' },
            },
            active: false,
          },
        ],
        overviews: [
          {
            ...{ name: 'file: night', role_ids: ['file: night'], order: { by: 'created_at', direction: 'ASC' } },
            ...{ condition: { 'ticket.owner_id': { operator: 'is', pre_condition: 'current_user.id', value: '' } } },
            view: { s: ['title'] },
          },
        ],
        channels_email_outbound: [
          {
            ...{ name: 'file: out', addresses: ['file@example.org'] },
            options: {
              outbound: { adapter: 'smtp', options: { host: 'out.example.org', user: 'file', password: '<secret>' } },
            },
          },
        ],
        email_addresses: [{ name: 'File', email: 'file@example.org', channel_id: 'file: out' }],
        channels_email: [
          {
            ...{ name: 'file: in', group_id: 'file: desk', active: true },
            options: {
              inbound: { adapter: 'imap', options: { host: 'in.example.org', user: 'file', password: '<secret>' } },
            },
          },
        ],
        openid_providers: [
          {
            ...{ name: 'file-sso', title: 'File', issuer: 'https://sso.example.org', client_id: 'desk' },
            ...{ client_secret: '<secret>', scopes: ['email'] },
          },
        ],
        entitlement_mappings: [
          {
            provider_id: 'file-sso',
            pattern: 'urn:mace:egi.eu:group:file.example.org:role=member#aai.egi.eu',
            role_id: 'file: night',
          },
        ],
        directories: [
          {
            ...{ name: 'file: people', domains: ['file.example.org'], enabled: false },
            mappings: [{ directory_group: 'File', role_id: null, group_id: 'file: desk', access: 'read' }],
          },
        ],
        knowledge_base_categories: [
          { name: 'file: help', role_ids: ['file: night'], translations: [{ locale: 'en', title: 'file: help' }] },
          {
            ...{ name: 'file: help::paper', internal: true },
            translations: [
              { locale: 'en', title: 'paper' },
              { locale: 'pl', title: 'papier' },
            ],
          },
        ],
        knowledge_base_permissions: [helpOf('editor')],
        knowledge_base_category_permissions: [
          { name: 'file: help', ...helpOf('reader') },
          { name: 'file: help::paper', permissions: {} },
        ],
      };
      const secrets = ['channels_email_outbound', 'channels_email', 'openid_providers', 'webhooks'];
      const small = { helpmesh_configuration: 1, ...added };
      const results = await carryOut(small);
      expect(results.filter(({ done }) => !done)).toEqual([]);
      expect(results).toHaveLength(Object.values(added).flat().length);
      expect(results.filter(({ missing }) => missing.length > 0).map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(secrets),
      );
      const whole = await read();
      expect(JSON.stringify(whole)).not.toMatch(/"(?:id|created_at|updated_by_id)":/);
      for (const [kind, objects] of Object.entries(added) as [string, Json[]][]) {
        // What the desk says of itself in other words: a token that is not there, all days of a week, columns.
        for (const {
          bearer_token: _,
          business_hours: __,
          view: ___,
          client_secret,
          options,
          active,
          ...told
        } of objects) {
          const off = secrets.includes(kind) ? { [kind === 'openid_providers' ? 'enabled' : 'active']: false } : {};
          expect(whole[kind]).toContainEqual(expect.objectContaining({ ...told, ...off }));
        }
      }
      const secretOnDesk = (document: Json) =>
        document.channels_email.find(({ name }: Json) => name === 'file: in').options.inbound.options.password;
      expect(secretOnDesk(whole)).toBeNull();
      // Until the secret is set, the file says what is missing, and nothing is switched on.
      const waiting = await carryOut(small, { kinds: ['channels_email'] });
      expect(waiting).toMatchObject([{ action: 'update', done: true, missing: ['password'] }]);
      const mailbox = (await admin.get('/api/v1/channels_email')).find(({ name }: Json) => name === 'file: in');
      expect(mailbox.active).toBe(false);
      const { options } = mailbox;
      options.inbound.options.password = 'of the mailbox';
      await admin.put(`/api/v1/channels_email/${mailbox.id}`, { options });
      const set = await read();
      expect(secretOnDesk(set)).toBe('<secret>');
      expect(JSON.stringify(set)).not.toContain('of the mailbox');
      // Something else of it is changed, and the secret stays.
      const other = structuredClone(set);
      other.channels_email.find(({ name }: Json) => name === 'file: in').options.inbound.options.folder = 'Desk';
      const kept = await carryOut(other, { kinds: ['channels_email'] });
      expect(kept).toMatchObject([{ action: 'update', done: true, missing: [] }]);
      expect(secretOnDesk(await read())).toBe('<secret>');
      const gone = await carryOut(before, { delete: true });
      expect(gone.filter(({ done }) => !done)).toEqual([]);
      expect(await read()).toEqual(before);
      const again = await carryOut(whole);
      expect(again.filter(({ done }) => !done)).toEqual([]);
      expect(await read()).toEqual(whole);
      expect((await admin.post('/api/v1/configuration/diff', { document: whole })).steps).toEqual([]);
      const bad = {
        helpmesh_configuration: 1,
        macros: [{ name: 'file: x', perform: { 'ticket.state_id': { value: 'none' } } }],
      };
      expect(await carryOut(bad)).toMatchObject([
        { key: 'file: x', done: false, error: expect.stringMatching(/refers to/) },
      ]);
      await carryOut(before, { delete: true });
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/diff'],
        ['POST', '/import'],
      ] as const) {
        expect(
          (
            await agent.call(
              method,
              `/api/v1/configuration${path}`,
              method === 'POST' ? { document: small } : undefined,
            )
          ).status,
        ).toBe(403);
      }
    });

    it('2.7.30 public_links, on the pages that strangers see', async () => {
      const { admin, anyone } = world();
      const link = {
        link: 'https://desk.example/imprint',
        title: 'Imprint',
        screen: ['login', 'signup'],
        new_tab: true,
      };
      const done = await walk(admin, 'public_links', link, { description: 'Who we are', screen: ['login'] });
      expect(done).toMatchObject({
        read: { ...link, description: null, prio: expect.any(Number) },
        changed: { description: 'Who we are', screen: ['login'], title: 'Imprint' },
        ...gone,
      });
      const second = await admin.post('/api/v1/public_links', { ...link, title: 'Second' });
      await admin.post('/api/v1/public_links', { ...link, title: 'First', prio: second.prio - 1 });
      const shown = async (screen: string) => await anyone.get(`/api/v1/public_links/shown?screen=${screen}`);
      expect((await shown('login')).map(({ title }: Json) => title)).toEqual(['First', 'Second']);
      expect(await shown('password_reset')).toEqual([]);
      for (const wrong of ['javascript:alert(1)', 'data:text/html,x', '/relative', '']) {
        const refusal = await admin.call('POST', '/api/v1/public_links', { ...link, link: wrong });
        expect(refusal.status, wrong).toBe(422);
      }
    });

    it('2.7.30 report_profiles', async () => {
      const done = await walk(world().admin, 'report_profiles', { name: 'Printers', condition }, { active: false });
      expect(done).toMatchObject({ read: { name: 'Printers', condition }, changed: { active: false }, ...gone });
    });

    it('2.7.30 recent_view: what one looked at, the latest first', async () => {
      const { agent } = world();
      const { id } = await world().ticket();
      await agent.post('/api/v1/recent_view', { object: 'Ticket', o_id: id });
      expect((await agent.get('/api/v1/recent_view'))[0]).toMatchObject({ object: 'Ticket', o_id: id });
    });

    it('2.7.30 sessions, channels_email: for administrators', async () => {
      const { admin, agent } = world();
      expect(await admin.get('/api/v1/sessions')).toMatchObject({ sessions: expect.any(Array) });
      expect(await admin.get('/api/v1/channels_email')).toEqual(expect.any(Array));
      expect((await agent.call('GET', '/api/v1/channels_email')).status).toBe(403);
    });

    it.each([
      ...['2.7.30 core_workflows', '2.7.30 translations', '2.7.30 taskbar', '2.7.30 user_devices', '2.7.30 sms'],
      ...['2.7.30 activity_stream', '2.7.30 calendar_subscriptions', '2.7.30 packages', '2.7.30 http_logs'],
      ...['2.7.30 ssl_certificates', '2.7.30 chats', '2.7.36 ai_agents', '2.7.36 import_jira'],
    ])('%s: objects that the desk does not have are refused in words that clients can read', async (row) => {
      const path = `/api/v1/${row.split(' ')[1]}`;
      expect(unserved(await world().admin.call('GET', path))).toBe(404);
      expect(unserved(await world().admin.call('POST', path, {}))).toBe(404);
    });

    it('2.7.30 chat_sessions: for agents who chat, who say whether they do', async () => {
      const { agent, admin } = world();
      expect(await agent.put('/api/v1/chat_sessions/availability', { active: false, slots: 4 })).toEqual({
        ...{ active: false, slots: 4 },
      });
      expect(await agent.get('/api/v1/chat_sessions')).toMatchObject({ agent: { active: false, slots: 4 }, own: [] });
      expect(await admin.get('/api/v1/chat_settings')).toMatchObject({ chat_active: expect.any(Boolean) });
      expect(unserved(await agent.call('POST', '/api/v1/chat_sessions', {}))).toBe(404);
    });

    it('2.7.31 GET /reports/config: what can be counted, and for which profiles', async () => {
      const { admin, agent } = world();
      const { config, profiles } = await admin.get('/api/v1/reports/config');
      const names = (metric: string) => config.metric[metric].backend.map(({ name }: Json) => name);
      expect(names('count')).toEqual([
        ...['created', 'closed', 'backlog', 'first_solution', 'reopened', 'movedin', 'movedout', 'merged'],
      ]);
      const ways = ['phone_in', 'phone_out', 'email_in', 'email_out', 'web_in', 'twitter_in', 'twitter_out'];
      expect([names('create_channels'), names('communication')]).toEqual([ways, ways]);
      expect(config.metric.count).toMatchObject({ name: 'count', display: expect.any(String), default: true });
      expect(config.metric.count.backend[0]).toMatchObject({ display: 'Created', selected: true, dataDownload: true });
      expect(profiles).toContainEqual(expect.objectContaining({ id: 1, name: '-all-' }));
      expect((await agent.call('GET', '/api/v1/reports/config')).status).toBe(403);
    });

    it('2.7.32 POST /reports/generate and /reports/sets: numbers of a year, and the tickets behind one', async () => {
      const { admin } = world();
      const { id, number } = await world().ticket({ title: '=cmd()' });
      const now = new Date();
      const profile = await admin.post('/api/v1/report_profiles', {
        name: 'Formulas',
        condition: { 'ticket.title': { operator: 'contains', value: '=cmd' } },
      });
      const asked = {
        ...{ metric: 'count', timeRange: 'year', year: now.getUTCFullYear(), timezone: 'UTC' },
        ...{ backends: { created: true, closed: false }, profiles: { [profile.id]: true } },
      };
      const { data } = await admin.post('/api/v1/reports/generate', asked);
      expect(data).toEqual({ created: Array.from({ length: 12 }, (_, i) => (i === now.getUTCMonth() ? 1 : 0)) });
      const behind = { ...asked, downloadBackendSelected: 'created' };
      const set = await admin.post('/api/v1/reports/sets', behind);
      expect(set).toMatchObject({ ids: [id], count: 1, assets: { Ticket: { [id]: { number } } } });
      const sheet = await admin.call('POST', '/api/v1/reports/sets', { ...behind, sheet: true });
      expect(sheet.headers.get('content-disposition')).toBe('attachment; filename="report.csv"');
      expect(sheet.body.split('\r\n')[1]).toMatch(new RegExp(`^${id},${number},'=cmd\\(\\),new,2 normal,Users,`));
      const refusal = async (over: object) =>
        (await admin.call('POST', '/api/v1/reports/generate', { ...asked, ...over })).status;
      expect([await refusal({ metric: undefined }), await refusal({ profiles: {} })]).toEqual([422, 422]);
    });

    it('2.7.33 search: over all objects, over some, and by object', async () => {
      const { agent, customerId } = world();
      const { assets, result } = await agent.get('/api/v1/search?query=Clara');
      expect(result).toContainEqual(expect.objectContaining({ type: 'User', id: customerId }));
      expect(assets.User[customerId]).toMatchObject({ firstname: 'Clara' });
      const some = await agent.get('/api/v1/search/Ticket-User?query=Clara');
      expect(some.result.every(({ type }: Json) => ['Ticket', 'User'].includes(type))).toBe(true);
      const by = await agent.get('/api/v1/search?query=Clara&by_object=true');
      expect(by.result.User).toMatchObject({ object_ids: [customerId], total_count: 1 });
    });

    it('2.7.34 knowledge base: of what there is not, a refusal that clients can read', async () => {
      const { admin } = world();
      for (const path of ['999999', '999999/categories/1', '999999/answers/1']) {
        expect(unserved(await admin.call('GET', `/api/v1/knowledge_bases/${path}`)), path).toBe(404);
      }
    });

    it('2.7.34 knowledge base: categories and answers, flat by their ids, published and found', async () => {
      const { admin, agent } = world();
      const base = '/api/v1/knowledge_bases/1';
      const said = (title: string, more: object = {}) => ({ translations: [{ locale: 'en', title, ...more }] });
      const category = await admin.post(`${base}/categories`, said('Telescopes'));
      const words = said('Polishing a mirror', { body: '<p>Use a soft cloth.</p>' });
      const answer = await admin.post(`${base}/answers`, { category_id: category.id, ...words });
      expect(answer).toMatchObject({ category_id: category.id, state: 'draft' });
      expect(await admin.post(`${base}/answers/${answer.id}/publish`, {})).toMatchObject({ state: 'published' });
      const flat = await agent.post('/api/v1/knowledge_bases/init', {});
      expect(flat.KnowledgeBaseCategory[category.id]).toMatchObject({ id: category.id });
      expect(flat.KnowledgeBaseAnswer[answer.id]).toMatchObject({ id: answer.id, category_id: category.id });
      const titles = Object.values(flat.KnowledgeBaseAnswerTranslation as Record<string, Json>).filter(
        ({ answer_id }) => answer_id === answer.id,
      );
      expect(titles).toMatchObject([{ title: 'Polishing a mirror' }]);
      const { result } = await agent.post('/api/v1/knowledge_bases/search', { query: 'polish' });
      expect(result).toMatchObject([{ id: answer.id, state: 'published' }]);
      await admin.post(`${base}/answers/${answer.id}/archive`, {});
      expect((await agent.post('/api/v1/knowledge_bases/search', { query: 'polish' })).result).toEqual([]);
    });

    it('2.7.35 getting_started, as setup probes ask it', async () => {
      expect(await world().anyone.get('/api/v1/getting_started')).toMatchObject({ setup_done: true });
      expect((await world().anyone.call('GET', '/api/v1/getting_started/auto_wizard')).status).toBe(200);
    });
  });
};
