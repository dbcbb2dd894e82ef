import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import { refused, type Section } from './world.ts';

export const errors: Section = (world) => {
  describe('2.2 errors', () => {
    it('2.2 bear the same words twice, as JSON', async () => {
      const { status, headers, body } = await world().agent.call('GET', '/api/v1/tickets/999999');
      expect(status).toBe(404);
      expect(body.error_human).toBe(body.error);
      expect(headers.get('content-type')).toContain('application/json;');
    });

    it('2.2.1 401: what is shown is wrong', async () => {
      const { anyone } = world();
      const wrong = anyone.as({ basic: ['ann', 'wrong'] });
      const basic = await wrong.call('GET', '/api/v1/users/me');
      expect(refused(basic)).toEqual({ status: 401, error: 'Invalid BasicAuth credentials' });
      expect(basic.headers.get('x-failure')).toBeTruthy();
      const token = await anyone.as({ token: 'never-was' }).call('GET', '/api/v1/users/me');
      expect(refused(token)).toEqual({ status: 401, error: "Can't find User for Token" });
    });

    it('2.2.2 403: nothing is shown, or it is not enough', async () => {
      const { anyone, agent, customer } = world();
      const none = await anyone.call('GET', '/api/v1/users/me');
      expect(refused(none)).toEqual({ status: 403, error: 'Authentication required' });
      expect(none.headers.get('x-failure')).toBeTruthy();
      expect((await agent.call('POST', '/api/v1/roles', { name: 'x' })).status).toBe(403);
      expect((await customer.call('GET', '/api/v1/users/search?query=a')).status).toBe(403);
      const { id } = await world().ticket();
      expect(refused(await agent.call('DELETE', `/api/v1/tickets/${id}`))).toEqual({
        ...{ status: 403, error: 'Not authorized (admin permission required)!' },
      });
      const own = await customer.post('/api/v1/tickets', { title: 'Mine', group: 'Users', article: { body: 'x' } });
      expect(refused(await customer.call('DELETE', `/api/v1/ticket_articles/${own.article_ids[0]}`))).toEqual({
        ...{ status: 403, error: 'Not authorized (agent permission required)!' },
      });
    });

    it.each([
      ['api_password_access', false, 'API password access disabled!'],
      ['maintenance_mode', true, 'Maintenance mode enabled!'],
    ])('2.2.2 403: who is kept out by %s, until it is as before', async (name, closed, error) => {
      const { admin, agent } = world();
      const { token } = await admin.post('/api/v1/user_access_token', {
        name: `key of ${name}`,
        permission: ['admin'],
      });
      const settings: Json[] = await admin.get('/api/v1/settings');
      const id = settings.find((setting) => setting.name === name)?.id;
      const choose = (value: boolean) =>
        admin.as({ token }).put(`/api/v1/settings/${id}`, { state_current: { value } });
      const asked = (status: number) =>
        waitFor(
          async () => {
            const answer = await agent.call('GET', '/api/v1/users/me');
            return answer.status === status ? answer : undefined;
          },
          { what: `an answer of ${status} to a password` },
        );
      try {
        await choose(closed);
        expect(refused(await asked(403))).toEqual({ status: 403, error });
      } finally {
        await choose(!closed);
      }
      await asked(200);
    });

    it('2.2.3 404: an object by its class, a route by its verb', async () => {
      const { agent, admin } = world();
      expect(refused(await agent.call('GET', '/api/v1/tickets/999999'))).toEqual({
        status: 404,
        error: "Couldn't find Ticket with 'id'=999999",
      });
      expect(refused(await admin.call('GET', '/api/v1/ticket_states/999'))).toEqual({
        status: 404,
        error: "Couldn't find Ticket::State with 'id'=999",
      });
      for (const [method, path] of [
        ['GET', '/api/v1/no-such'],
        ['POST', '/api/v1/tickets/1/no-such'],
      ] as const) {
        expect(refused(await agent.call(method, path))).toEqual({
          status: 404,
          error: `No route matches [${method}] ${path}`,
        });
      }
    });

    it.each([
      ['No lookup value found for \'group\': "x"', { group: 'x' }],
      ["Invalid value for param 'owner_id': 0", { owner_id: 0 }],
      ["The required value 'group_id' is missing.", { group: undefined }],
      ["Need at least an 'article body' field.", { article: { body: '' } }],
      [
        "Attachment needs 'mime-type' param for attachment with index '0'",
        { article: { body: 'x', attachments: [{ filename: 'a', data: 'YQ==' }] } },
      ],
      [
        "Invalid base64 for attachment with index '0'",
        { article: { body: 'x', attachments: [{ filename: 'a', data: '***', 'mime-type': 'text/plain' }] } },
      ],
      ["Invalid email 'x' of customer", { customer_id: undefined, customer: 'guess:x' }],
    ])('2.2.4 422 at a ticket: %s', async (error, over) => {
      const { agent, customerId } = world();
      const ticket = { title: 'Refused', group: 'Users', customer_id: customerId, ...over };
      expect(refused(await agent.call('POST', '/api/v1/tickets', ticket))).toEqual({ status: 422, error });
    });

    it('2.2.4 422 at people and small objects', async () => {
      const { admin } = world();
      const user = (body: object) => admin.call('POST', '/api/v1/users', body);
      expect(refused(await user({ email: 'ann@desk.example' }))).toEqual({
        status: 422,
        error: "Email address 'ann@desk.example' is already used for another user.",
      });
      expect(refused(await user({ note: 'nobody' }))).toEqual({
        status: 422,
        error: 'At least one identifier (firstname, lastname, phone, mobile or email) for user is required.',
      });
      expect(refused(await user({ firstname: 'x', role_ids: [99] }))).toEqual({
        status: 422,
        error: "No value found for 'roles' with id 99",
      });
      expect(refused(await admin.call('POST', '/api/v1/groups', { name: 'Users' }))).toEqual({
        status: 422,
        error: 'This object already exists.',
      });
      expect(refused(await admin.call('DELETE', '/api/v1/groups/1'))).toEqual({
        status: 422,
        error: "Can't delete, object has references.",
      });
    });
  });
};
