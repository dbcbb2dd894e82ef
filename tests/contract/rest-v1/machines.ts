import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@helpmesh/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../e2e/desk.ts';
import { type Section, unserved } from './world.ts';

/** Nobody's token: whoever shows it is refused, also where there is nothing that a token opens. */
const TOKEN = 'x'.repeat(40);
/** Longer than 30 characters, as clients make it of a browser. */
const FINGERPRINT = 'f'.repeat(40);

export const machines: Section = (world) => {
  const post = (path: string, body: unknown, headers = {}) =>
    world().anyone.call('POST', `/api/v1/${path}`, body, headers);
  const form = (path: string, fields: Record<string, string>) =>
    post(path, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded' });
  const set = (body: object) => world().admin.put('/api/v1/integration_settings', body);
  const tokenFor = async (kind: string): Promise<string> =>
    (await world().admin.post('/api/v1/integration_settings/token', { for: kind })).token;

  describe('2.8 public and machine endpoints', () => {
    it.each([
      ['2.8.1 form_config', 'form_config', { fingerprint: FINGERPRINT }, 403],
      ['2.8.2 form_submit', 'form_submit', { fingerprint: FINGERPRINT, token: TOKEN, name: 'x' }, 403],
      ['2.8.3 cti', `cti/${TOKEN}`, { event: 'newCall', direction: 'in', from: '1', to: '2', callId: 'a' }, 422],
      ['2.8.4 sipgate', `sipgate/${TOKEN}/in`, { event: 'newCall', from: '1', to: '2', callId: 'a' }, 422],
      ['2.8.4 placetel', `placetel/${TOKEN}`, { event: 'IncomingCall', from: '1', to: '2', call_id: 'a' }, 422],
      ['2.8.5 integration/check_mk', `integration/check_mk/${TOKEN}`, { event_id: '1', host: 'h', state: 'down' }, 422],
      ['2.8.6 sms_webhook', `sms_webhook/${TOKEN}`, { Body: 'hello' }, 404],
    ])('%s: what nobody switched on is refused in words that clients can read', async (_row, path, body, status) => {
      expect(unserved(await post(path, body))).toBe(status);
    });

    it('2.8.1 form_config: an endpoint and a token for whoever shows a fingerprint, from any page', async () => {
      await set({ form_ticket_create: true });
      const page = { origin: 'https://shop.example' };
      const { status, body, headers } = await post('form_config', { fingerprint: FINGERPRINT }, page);
      expect([status, body]).toEqual([
        200,
        { enabled: true, endpoint: expect.stringMatching(/^http.*\/api\/v1\/form_submit$/), token: expect.any(String) },
      ]);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      const asked = await world().anyone.call('OPTIONS', '/api/v1/form_config', undefined, page);
      expect(asked.headers.get('access-control-allow-headers')).toBe('*');
      expect(unserved(await post('form_config', { fingerprint: 'short' }))).toBe(401);
      const script = await world().anyone.call('GET', '/assets/form/form.js');
      expect(script.headers.get('content-type')).toContain('text/javascript');
      expect(script.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
      expect(script.body).toContain('ZammadForm');
    });

    it('2.8.2 form_submit: a ticket with files, or what is wrong with the fields', async () => {
      const { token } = (await post('form_config', { fingerprint: FINGERPRINT })).body;
      const right = {
        fingerprint: FINGERPRINT,
        token,
        name: 'Fred Form',
        email: 'fred@form.example',
        title: 'Q',
        body: 'B',
      };
      const wrong = await post('form_submit', { ...right, email: 'x', title: '' });
      expect([wrong.status, wrong.body]).toEqual([200, { errors: { email: 'invalid', title: 'required' } }]);
      expect(unserved(await post('form_submit', { ...right, token: TOKEN }))).toBe(401);
      expect(unserved(await post('form_submit', { ...right, fingerprint: 'g'.repeat(40) }))).toBe(401);
      const made = await form('form_submit', right);
      expect([made.status, made.body]).toEqual([
        200,
        { ticket: { id: expect.any(Number), number: expect.any(String) } },
      ]);
      expect((await form('form_submit', right)).body).toEqual(made.body);
      const data = new FormData();
      for (const [name, value] of Object.entries({ ...right, title: 'With a file' })) data.append(name, value);
      data.append('file[]', new Blob(['the text']), 'notes.txt');
      const sent = await fetch(`${world().anyone.url}/api/v1/form_submit`, { method: 'POST', body: data });
      const { ticket } = (await sent.json()) as Json;
      const [article] = await world().agent.articlesOf(ticket.id);
      expect(article).toMatchObject({ type: 'web', sender: 'Customer', body: 'B' });
      expect(article.attachments).toMatchObject([{ filename: 'notes.txt', size: '8' }]);
      await set({ form_ticket_create_by_ip_per_hour: 2 });
      expect(unserved(await form('form_submit', { ...right, title: 'Third' }))).toBe(429);
      await set({ form_ticket_create: false, form_ticket_create_by_ip_per_hour: 20 });
    });

    describe('with telephony switched on', () => {
      let token: string;
      beforeAll(async () => {
        const cti_config = {
          outbound: { routing_table: [{ dest: '41*', caller_id: '4144' }], default_caller_id: '' },
          inbound: { block_caller_ids: [{ caller_id: '666' }] },
        };
        await set({ cti_integration: true, cti_config });
        token = await tokenFor('cti');
        await world().admin.put(`/api/v1/users/${world().customerId}`, { phone: '+49 30 123 456 78' });
      });
      const latest = async (): Promise<Json> => (await world().agent.get('/api/v1/cti/log')).list[0];

      it('2.8.3 cti: new calls, answers and ends, in the log that agents read; who calls is known', async () => {
        const call = { callId: 'r1', from: '004930123 45678', to: '4930999', direction: 'in' };
        const refusal = await post(`cti/${TOKEN}`, { event: 'newCall', ...call });
        expect([unserved(refusal), refusal.body.error]).toEqual([401, 'Invalid token, please contact your admin!']);
        expect(await post(`cti/${token}`, { event: 'newCall', ...call, user: ['Ann'] })).toMatchObject({
          ...{ status: 200, body: {} },
        });
        expect(await latest()).toMatchObject({
          ...{ call_id: 'r1', state: 'newCall', direction: 'in', from_comment: 'Clara Client', to_comment: 'Ann' },
          preferences: { from: [{ user_id: world().customerId, level: 'known' }] },
        });
        await form(`cti/${token}`, { event: 'answer', callId: 'r1', user: 'Ann', answeringNumber: '4930998' });
        await form(`cti/${token}`, { event: 'hangup', callId: 'r1', cause: 'normalClearing' });
        const ended = await latest();
        expect(ended).toMatchObject({ state: 'hangup', to: '4930998', comment: 'normalClearing', done: true });
        expect(await world().agent.post(`/api/v1/cti/done/${ended.id}`, { done: false })).toEqual({});
        const log = await world().agent.get('/api/v1/cti/log');
        expect(log.list[0].done).toBe(false);
        expect(log.assets.User[world().customerId]).toMatchObject({ firstname: 'Clara' });
        expect(log.backends).toEqual([{ name: 'CTI (generic)', enabled: true, url: expect.any(String) }]);
        expect((await world().customer.call('GET', '/api/v1/cti/log')).status).toBe(403);
      });

      it('2.8.3 cti: outgoing calls are dialled by the rule, blocked callers rejected', async () => {
        const out = { event: 'newCall', callId: 'r2', from: '10', to: '4144999', direction: 'out' };
        expect((await post(`cti/${token}`, out)).body).toEqual({
          action: 'dial',
          caller_id: '4144',
          number: '4144999',
        });
        const blocked = { event: 'newCall', callId: 'r3', from: '666', to: '4930', direction: 'in' };
        expect((await post(`cti/${token}`, blocked)).body).toEqual({ action: 'reject', reason: 'busy' });
      });

      it('2.8.4 sipgate and placetel: the same events in forms, answers in XML', async () => {
        const asked = await form(`sipgate/${token}/in`, {
          event: 'newCall',
          callId: 'r4',
          from: '1',
          to: '2',
          'user[]': 'Ann',
        });
        expect(asked.headers.get('content-type')).toContain('application/xml');
        const here = `/api/v1/sipgate/${token}/in`;
        expect(asked.body).toMatch(new RegExp(`<Response onHangup="http[^"]*${here}" onAnswer="http[^"]*${here}"/>`));
        expect(
          (await form(`sipgate/${token}/in`, { event: 'newCall', callId: 'r5', from: '666', to: '2' })).body,
        ).toContain('<Reject reason="busy"/>');
        const out = await form(`sipgate/${token}/out`, { event: 'newCall', callId: 'r6', from: '10', to: '4199' });
        expect(out.body).toContain('<Dial callerId="4144"><Number>4199</Number></Dial>');
        await form(`placetel/${token}`, { event: 'IncomingCall', call_id: 'r7', from: '1', to: '2' });
        await form(`placetel/${token}`, { event: 'HungUp', call_id: 'r7', type: 'missed' });
        expect(await latest()).toMatchObject({ call_id: 'r7', state: 'hangup', comment: 'cancel', done: false });
      });
    });

    it('2.8.5 integration/check_mk: opens a ticket, adds to it, closes it when all is well again', async () => {
      await set({ check_mk_integration: true });
      const token = await tokenFor('check_mk');
      const path = `integration/check_mk/${token}`;
      const event = { event_id: '1', host: 'web1', service: 'http', state: 'CRITICAL' };
      expect(unserved(await post(`integration/check_mk/${TOKEN}`, event))).toBe(401);
      const missing = await post(path, { ...event, event_id: '' });
      expect([missing.status, missing.body.error]).toEqual([422, 'event_id is missing!']);
      const { body: opened } = await form(path, { ...event, text: 'no answer', group: 'Users' });
      const { ticket_id: id } = opened;
      expect(opened).toEqual({
        ...{ result: `new ticket created (ticket id: ${id})`, ticket_id: id, ticket_number: expect.any(String) },
      });
      expect((await post(path, { ...event, event_id: '2' })).body).toEqual({
        ...{ result: 'ticket already open, added note', ticket_ids: [id] },
      });
      expect((await post(path, { ...event, event_id: '3', state: 'OK' })).body).toEqual({
        ...{ result: `closed tickets with ids ${id}`, ticket_ids: [id] },
      });
      expect((await world().agent.get(`/api/v1/tickets/${id}?expand=true`)).state).toBe('closed');
      expect((await post(path, { ...event, event_id: '4', state: 'OK' })).body).toEqual({
        ...{ result: 'no open tickets found, ignore action' },
      });
      await set({ check_mk_integration: false });
    });

    it.each([
      ['2.8.6 telegram', `channels_telegram_webhook/${TOKEN}`],
      ['2.8.6 whatsapp', `channels_whatsapp_webhook/${TOKEN}`],
    ])('%s: a channel that the desk does not have is refused in words that clients can read', async (_row, path) => {
      expect(unserved(await post(path, {}))).toBe(404);
    });

    it('2.8.7 chat: a visitor of a named page asks, an agent takes it, and it becomes a ticket', async () => {
      const { admin, agent } = world();
      const page = { origin: 'https://shop.example' };
      const session = 's'.repeat(43);
      const begin = {
        session,
        name: 'Vic',
        email: 'vic@chat.example',
        topic: '',
        client_id: 'first-words',
        text: 'Open?',
      };
      expect(unserved(await post('chat/start', { ...begin, session: 'short' }))).toBe(422);
      expect(unserved(await post('chat/status', {}, page))).toBe(403);
      const topics = [{ name: 'All', group_id: 1 }];
      await admin.put('/api/v1/chat_settings', { chat_active: true, chat_topics: topics, chat_origins: [page.origin] });
      const closed = await post('chat/status', {}, page);
      expect(closed.body).toEqual({ state: 'offline', title: '', topics: [] });
      expect(closed.headers.get('access-control-allow-origin')).toBe(page.origin);
      expect(closed.headers.get('access-control-allow-credentials')).toBeNull();
      for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example']) {
        const refused = await post('chat/status', {}, { origin });
        expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
        const asked = await world().anyone.call('OPTIONS', '/api/v1/chat/start', undefined, { origin });
        expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([403, null]);
      }
      expect((await world().anyone.call('OPTIONS', '/api/v1/chat/start', undefined, page)).status).toBe(200);

      await agent.put('/api/v1/chat_sessions/availability', { active: true });
      expect((await post('chat/status', {}, page)).body).toEqual({ state: 'online', title: '', topics: ['All'] });
      expect((await post('chat/start', { ...begin, email: 'x', text: '' }, page)).body).toEqual({
        errors: { email: 'invalid', text: 'required' },
      });
      expect((await post('chat/start', begin, page)).body).toMatchObject({ state: 'waiting', position: 1 });
      const { id } = (await agent.get('/api/v1/chat_sessions')).waiting[0];
      await agent.post(`/api/v1/chat_sessions/${id}/take`, {});
      await agent.post(`/api/v1/chat_sessions/${id}/messages`, { body: 'Until six.', client_id: 'the-answer' });
      expect(unserved(await post('chat/messages', { ...begin, session: 'x'.repeat(43) }, page))).toBe(404);
      expect((await post('chat/close', { session }, page)).body).toMatchObject({
        ...{ state: 'closed', messages: [{ body: 'Open?' }, { body: 'Until six.', sender: 'agent' }] },
      });
      const ticket = await waitFor(
        async () => (await agent.get(`/api/v1/chat_sessions/${id}`)).ticket_id ?? undefined,
        {
          what: 'the ticket of the chat',
        },
      );
      expect(await agent.get(`/api/v1/tickets/${ticket}?expand=true`)).toMatchObject({
        ...{ title: 'Open?', customer: 'vic@chat.example', create_article_type: 'chat' },
      });
      await admin.put('/api/v1/chat_settings', { chat_active: false });
    });

    it('2.8.8 outgoing webhooks: the headers, the signature and the objects that receivers know', async () => {
      const heard: { headers: Record<string, unknown>; body: Json }[] = [];
      const receiver = createServer((request, response) => {
        let text = '';
        request.on('data', (chunk) => {
          text += chunk;
        });
        request.on('end', () => {
          heard.push({ headers: request.headers, body: JSON.parse(text) });
          response.end();
        });
      });
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
      try {
        const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
        const hook = { name: 'Contract', endpoint, signature_token: 'shared' };
        const { id } = await world().admin.post('/api/v1/webhooks', hook);
        await world().admin.post('/api/v1/triggers', {
          ...{ name: 'Contract hook', activator: 'action', active: true, execution_condition_mode: 'selective' },
          condition: { 'ticket.title': { operator: 'is', value: 'To be told outside' } },
          perform: { 'notification.webhook': { webhook_id: id } },
        });
        await world().ticket({ title: 'To be told outside' });
        const [call] = await waitFor(async () => (heard.length > 0 ? heard : undefined), { what: 'the call' });
        expect(call?.headers).toMatchObject({
          ...{ 'user-agent': 'Zammad User Agent', 'x-zammad-trigger': 'Contract hook' },
          'x-zammad-delivery': expect.stringMatching(/^[\w-]{20,}$/),
          'x-hub-signature': expect.stringMatching(/^sha1=[0-9a-f]{40}$/),
        });
        expect(call?.body.ticket).toMatchObject({
          ...{ title: 'To be told outside', group: { name: 'Users' }, state: { name: 'new' } },
          ...{ priority: { name: '2 normal' }, customer: { email: 'clara@customer.example' } },
        });
        expect(call?.body.article).toMatchObject({ body: 'The printer burns.', attachments: [] });
        expect(JSON.stringify(call?.body)).not.toContain('last_login');
      } finally {
        receiver.close();
      }
    });
  });
};
