import { describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import type { Section } from './world.ts';

const userKeys = [
  ...[
    'id',
    'organization_id',
    'login',
    'firstname',
    'lastname',
    'email',
    'image',
    'image_source',
    'web',
    'phone',
    'fax',
  ],
  ...['mobile', 'department', 'street', 'zip', 'city', 'country', 'address', 'vip', 'verified', 'active', 'note'],
  ...['last_login', 'source', 'login_failed', 'out_of_office', 'out_of_office_start_at', 'out_of_office_end_at'],
  ...['out_of_office_replacement_id', 'preferences', 'updated_by_id', 'created_by_id', 'created_at', 'updated_at'],
  ...[
    'role_ids',
    'organization_ids',
    'authorization_ids',
    'two_factor_preference_ids',
    'overview_sorting_ids',
    'group_ids',
  ],
];

export const people: Section = (world) => {
  describe('2.6 users, organizations, groups, roles', () => {
    it('2.6.1 users: every key but the password; login and address in small letters; agents make customers only', async () => {
      const { admin, agent, agentId } = world();
      const user = await admin.get(`/api/v1/users/${agentId}`);
      expect(Object.keys(user)).toEqual(expect.arrayContaining(userKeys));
      expect(user).not.toHaveProperty('password');
      const made = await admin.post('/api/v1/users', { email: 'Mixed@Case.example', firstname: 'Mixed' });
      expect(made).toMatchObject({ login: 'mixed@case.example', email: 'mixed@case.example', role_ids: [3], note: '' });
      expect((await admin.post('/api/v1/users', { firstname: 'Nameless' })).login).toMatch(/^auto-/);
      const raised = { firstname: 'Would', email: 'would@desk.example', roles: ['Agent'] };
      const byAgent = await agent.call('POST', '/api/v1/users', raised);
      expect(byAgent.status === 403 || byAgent.body.role_ids?.join() === '3').toBe(true);
      const changed = await admin.put(`/api/v1/users/${made.id}`, { lastname: 'Changed' });
      expect(changed).toMatchObject({ lastname: 'Changed' });
      expect(await admin.call('DELETE', `/api/v1/users/${made.id}`)).toMatchObject({ status: 200, body: {} });
    });

    it('2.6.2 GET /users/me', async () => {
      expect(await world().agent.get('/api/v1/users/me?expand=true')).toMatchObject({ login: 'ann', roles: ['Agent'] });
    });

    it('2.6.3 users/search by words; customers may not', async () => {
      const found = await world().agent.get('/api/v1/users/search?query=Clara');
      expect(found.map(({ id }: Json) => id)).toEqual([world().customerId]);
      expect((await world().customer.call('GET', '/api/v1/users/search?query=Clara')).status).toBe(403);
    });

    it('2.6.4 around an account: history, unlocking, password, preferences, absence, picture, import', async () => {
      const { admin, agent, agentId, anyone, test } = world();
      await admin.put(`/api/v1/users/${agentId}`, { department: 'First line' });
      const { history } = await admin.get(`/api/v1/users/history/${agentId}`);
      expect(JSON.stringify(history)).toContain('First line');
      expect(await admin.call('PUT', `/api/v1/users/unlock/${agentId}`)).toMatchObject({ status: 200, body: {} });
      expect((await agent.call('PUT', `/api/v1/users/unlock/${agentId}`)).status).toBe(403);
      for (const username of ['ann@desk.example', 'nobody@desk.example']) {
        expect(await anyone.post('/api/v1/users/password_reset', { username })).toEqual({ message: 'ok' });
      }
      const reset = ({ Subject }: Json) => Subject.startsWith('Set a new password');
      expect((await test.mailbox.mail('ann@desk.example', reset)).text).toContain('/reset');
      expect((await agent.call('PUT', '/api/v1/users/preferences', { locale: 'de-de' })).status).toBe(200);
      expect((await agent.get('/api/v1/users/me')).preferences).toMatchObject({ locale: 'de-de' });
      const away = { out_of_office: true, out_of_office_start_at: '2030-01-01', out_of_office_end_at: '2030-01-31' };
      await agent.put('/api/v1/users/out_of_office', { ...away, out_of_office_replacement_id: 4 });
      expect(await agent.get('/api/v1/users/me')).toMatchObject({ ...away, out_of_office_replacement_id: 4 });
      await agent.put('/api/v1/users/out_of_office', { out_of_office: false });
      const data = 'login,firstname,lastname,email,roles\r\ncsv1,Csv,One,csv1@customer.example,Customer\r\n';
      const dry = await admin.post('/api/v1/users/import', { data, try: true });
      expect(dry).toMatchObject({ try: true, result: 'success', stats: { created: 1 } });
      expect(await admin.get('/api/v1/users/search?query=csv1')).toEqual([]);
      expect(await admin.post('/api/v1/users/import', { data })).toMatchObject({ result: 'success' });
      expect(await admin.get('/api/v1/users/search?query=csv1')).toMatchObject([{ firstname: 'Csv' }]);
    });

    it('2.6.5 organizations: members of both kinds, search, history; deleted by administrators alone', async () => {
      const { admin, agent, customerId } = world();
      const made = await admin.post('/api/v1/organizations?expand=true', {
        name: 'Observatory',
        member_ids: [customerId],
      });
      expect(made).toMatchObject({
        shared: true,
        domain: '',
        domain_assignment: false,
        active: true,
        vip: false,
        note: '',
        member_ids: [customerId],
        secondary_member_ids: [],
        members: ['clara@customer.example'],
        secondary_members: [],
      });
      expect(await agent.get('/api/v1/organizations/search?query=Observatory')).toMatchObject([{ id: made.id }]);
      await admin.put(`/api/v1/organizations/${made.id}`, { note: 'Stars', member_ids: [] });
      const { history } = await admin.get(`/api/v1/organizations/history/${made.id}`);
      expect(JSON.stringify(history)).toContain('Stars');
      expect((await agent.call('DELETE', `/api/v1/organizations/${made.id}`)).status).toBe(403);
      expect((await admin.call('DELETE', `/api/v1/organizations/${made.id}`)).status).toBe(200);
    });

    it('2.6.6 groups: a full path as name, a parent, and who is in them', async () => {
      const { admin } = world();
      const made = await admin.post('/api/v1/groups?expand=true', { name: 'Users::Storage' });
      expect(made).toMatchObject({
        name: 'Users::Storage',
        name_last: 'Storage',
        parent_id: 1,
        signature_id: null,
        email_address_id: null,
        assignment_timeout: null,
        follow_up_possible: 'yes',
        reopen_time_in_days: null,
        follow_up_assignment: true,
        active: true,
        shared_drafts: true,
        user_ids: [],
        users: [],
      });
      expect((await admin.call('DELETE', `/api/v1/groups/${made.id}`)).status).toBe(200);
    });

    it('2.6.7 roles: what they grant; the list of permissions comes with tokens', async () => {
      const { admin } = world();
      const made = await admin.post('/api/v1/roles?expand=true', { name: 'Reader', permissions: ['report'] });
      expect(made).toMatchObject({ name: 'Reader', default_at_signup: false, active: true, permissions: ['report'] });
      expect(await admin.put(`/api/v1/roles/${made.id}`, { note: 'Reads' })).toMatchObject({ note: 'Reads' });
      const { permissions } = await admin.get('/api/v1/user_access_token');
      expect(permissions.map(({ name }: Json) => name)).toEqual(expect.arrayContaining(['ticket.agent', 'admin.user']));
    });

    it('2.6.8 a token writes roles and groups like a password', async () => {
      const { admin } = world();
      const { token } = await admin.post('/api/v1/user_access_token', { name: 'people', permission: ['admin.user'] });
      const script = admin.as({ token });
      const user = {
        firstname: 'By',
        lastname: 'Token',
        email: 'token@desk.example',
        role_ids: [2],
        group_ids: { 1: ['full'] },
      };
      expect(await script.post('/api/v1/users', user)).toMatchObject({ role_ids: [2], group_ids: { 1: ['full'] } });
    });

    it('2.6 customers see of others who they are, and nothing else', async () => {
      const { customer, customerId, agentId } = world();
      const { id } = await world().ticket();
      const { assets } = await customer.get(`/api/v1/tickets/${id}?full=true`);
      expect(Object.keys(assets.User[agentId])).not.toContain('email');
      const users: Json[] = await customer.get('/api/v1/users');
      expect(users.map((one) => one.id)).toEqual([customerId]);
    });
  });
};
