import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refused, type Section } from './world.ts';

export const authentication: Section = (world) => {
  describe('2.1 authentication and headers', () => {
    it('2.1.1 Basic, by login or address', async () => {
      for (const login of ['ann', 'ANN@desk.example']) {
        const me = await world().as(login, 'Right-and-proper-password-1').get('/api/v1/users/me');
        expect(me).toMatchObject({ login: 'ann' });
      }
    });

    it('2.1.2 a token in every way it is sent; what it may is its own right and that of its owner', async () => {
      const made = { name: 'script', permission: ['ticket.agent'] };
      const { token } = await world().agent.post('/api/v1/user_access_token', made);
      for (const value of [`Token token=${token}`, `Token token="${token}"`, `Token ${token}`, `Bearer ${token}`]) {
        const me = await world().anyone.call('GET', '/api/v1/users/me', undefined, { authorization: value });
        expect(me).toMatchObject({ status: 200, body: { login: 'ann' } });
      }
      const beyond = { name: 'too much', permission: ['admin.user'] };
      expect(await world().agent.call('POST', '/api/v1/user_access_token', beyond)).toMatchObject({ status: 403 });
    });

    it('2.1.3 OAuth 2 by authorization code, with PKCE', async () => {
      const redirect_uri = 'https://planner.example/back';
      const app = { name: 'Planner', redirect_uris: [redirect_uri], scopes: ['ticket.agent'] };
      const { uid, secret } = await world().admin.post('/api/v1/applications', app);
      const code_verifier = randomBytes(32).toString('base64url');
      const code_challenge = createHash('sha256').update(code_verifier).digest('base64url');
      const asked = { response_type: 'code', client_id: uid, redirect_uri, scope: 'ticket.agent', state: 's' };
      const challenge = { ...asked, code_challenge, code_challenge_method: 'S256' };
      const signedIn = await world().anyone.call('POST', '/api/v1/signin', {
        username: 'ann',
        password: 'Right-and-proper-password-1',
      });
      const session = world().anyone.as({
        cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '',
        csrf: signedIn.headers.get('csrf-token') ?? '',
      });
      const request = String(new URLSearchParams(challenge));
      const { redirect_to } = await session.post('/api/v1/oauth/authorizations', {
        request,
        allow: true,
        scopes: ['ticket.agent'],
      });
      const code = new URL(redirect_to).searchParams.get('code') ?? '';
      const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri, code_verifier });
      form.set('client_id', uid);
      if (secret) form.set('client_secret', secret);
      const issued = await fetch(`${world().anyone.url}/oauth/token`, { method: 'POST', body: form });
      const { access_token } = (await issued.json()) as { access_token: string };
      const authorization = `Bearer ${access_token}`;
      const me = await world().anyone.call('GET', '/api/v1/users/me', undefined, { authorization });
      expect(me).toMatchObject({ status: 200, body: { login: 'ann' } });
    });

    it('2.1.4 a session with its cookie and its CSRF token', async () => {
      const credentials = { username: 'ann', password: 'Right-and-proper-password-1', fingerprint: 'x' };
      const { status, headers } = await world().anyone.call('POST', '/api/v1/signin', credentials);
      expect(status).toBe(201);
      const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
      const csrf = headers.get('csrf-token') ?? '';
      const session = world().anyone.as({ cookie, csrf });
      expect((await session.get('/api/v1/signshow')).session).toMatchObject({ login: 'ann' });
      const forged = await world().anyone.as({ cookie, csrf: 'forged' }).call('POST', '/api/v1/tickets', {});
      expect(forged.status).toBe(401);
      expect((await session.call('DELETE', '/api/v1/signout')).status).toBe(200);
      expect((await session.call('GET', '/api/v1/users/me')).status).toBe(401);
    });

    it('2.1.5 acting for another, in both headers, by id, login and address', async () => {
      const { admin, agent, agentId } = world();
      for (const header of ['from', 'x-on-behalf-of']) {
        for (const who of [String(agentId), 'ann', 'Ann@desk.example']) {
          const me = await admin.call('GET', '/api/v1/users/me', undefined, { [header]: who });
          expect(me).toMatchObject({ status: 200, body: { id: agentId } });
        }
      }
      const other = { from: 'nicole.braun@zammad.org' };
      expect(refused(await agent.call('GET', '/api/v1/users/me', undefined, other))).toEqual({
        status: 403,
        error: "Current user has no permission to use 'From'/'X-On-Behalf-Of'!",
      });
      expect(refused(await admin.call('GET', '/api/v1/users/me', undefined, { from: 'ghost' }))).toEqual({
        status: 403,
        error: "No such user 'ghost'",
      });
    });

    it('2.1.6 CORS for who shows a credential of their own; OPTIONS is empty; nothing is cached', async () => {
      const origin = { origin: 'https://elsewhere.example' };
      const answer = await world().agent.call('GET', '/api/v1/users/me', undefined, origin);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('cache-control')).toContain('no-cache');
      const options = await world().anyone.call('OPTIONS', '/api/v1/tickets', undefined, origin);
      expect([options.status < 300, options.body]).toEqual([true, '']);
    });

    it('2.1.7 bodies as JSON and as forms, parameters in the query of any verb, and a content type that clients test for', async () => {
      const { agent, admin, customerId } = world();
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const fields = new URLSearchParams({ title: 'By form', group: 'Users', customer_id: String(customerId) });
      const made = await agent.call('POST', '/api/v1/tickets', String(fields), form);
      expect(made).toMatchObject({ status: 201, body: { title: 'By form' } });
      expect(made.headers.get('content-type')).toBe('application/json; charset=utf-8');
      const byQuery = await admin.call('POST', '/api/v1/tag_list?name=by-query');
      expect(byQuery.status).toBe(200);
      const gone = `object=Ticket&o_id=${made.body.id}&item=x`;
      expect((await agent.call('DELETE', `/api/v1/tags/remove?${gone}`)).body).toBe(true);
    });
  });
};
