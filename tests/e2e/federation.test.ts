import { request } from 'node:http';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBrowser } from './browser.ts';
import type { Desk, Json } from './desk.ts';
import { type TestPlatform, testPlatform } from './platform.ts';

/** Group of the agreement on both sides. */
const SHARED = 2;

const inAWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString();

describe('two complete helpdesks with an agreement', () => {
  let here: TestPlatform;
  let there: TestPlatform;
  /** What the other desk may show at each. */
  let tokens: string[];
  const browser = useBrowser(() => here.platform.url);

  beforeAll(async () => {
    const env = { federation: { HELPMESH_ALLOWED_PRIVATE_HOSTS: 'localhost,127.0.0.1' } };
    here = await testPlatform(env);
    there = await testPlatform(env);
    const [one, other] = [await peerAt(here.admin, there), await peerAt(there.admin, here)];
    tokens = [one.token, other.token];
    await here.admin.call('PUT', `/api/v1/federation/peers/${one.id}/token`, { token: other.token });
    await there.admin.call('PUT', `/api/v1/federation/peers/${other.id}/token`, { token: one.token });
    for (const [desk, peer_id] of [
      [here.admin, one.id],
      [there.admin, other.id],
    ] as const) {
      const name = 'With the other';
      await desk.post('/api/v1/agreements', {
        kind: 'full',
        name,
        group_id: SHARED,
        peer_id,
        disclosure: 'name+email',
      });
    }
  }, 180_000);
  afterAll(async () => {
    await here?.platform.stop();
    await there?.platform.stop();
  });

  /** What the other desk is called, and the token made for it. */
  async function peerAt(desk: Desk, { platform }: TestPlatform): Promise<{ id: number; token: string }> {
    const { id } = await desk.post('/api/v1/federation/peers', { name: 'The other', node: platform.url });
    const { token } = await desk.post(`/api/v1/federation/peers/${id}/tokens`, {});
    return { id, token };
  }
  const soon = <T>(what: string, look: () => Promise<T>) => waitFor(look, { what, timeoutMs: 60_000 });
  const said = async (desk: Desk, id: number): Promise<string> =>
    (await desk.articlesOf(id)).map(({ body }: Json) => body).join('\n');

  it('J10: hold the same ticket: opened at one, answered and closed at the other, and what is internal stays at home', async () => {
    const opened = await here.admin.post('/api/v1/tickets', {
      title: 'Across the mesh',
      group_id: SHARED,
      customer: 'guess:lin@customer.example',
      article: { type: 'phone', sender: 'Customer', body: 'The portal is down.' },
    });
    const copy = await soon('the ticket at the other desk', () => there.admin.ticketTitled('Across the mesh'));
    expect(copy).toMatchObject({ customer_email: 'lin@customer.example' });
    await soon('its words', async () => (await said(there.admin, copy.id)).includes('The portal is down.'));

    const note = { ticket_id: copy.id, type: 'note', internal: true, body: 'Among ourselves' };
    await there.admin.post('/api/v1/ticket_articles', note);
    const answer = { ticket_id: copy.id, type: 'web', content_type: 'text/plain', body: 'It is up again.' };
    await there.admin.post('/api/v1/ticket_articles', answer);
    const change = { priority: '3 high', state: 'closed' };
    await there.admin.call('PUT', `/api/v1/tickets/${copy.id}`, change);
    await soon('the answer and the state here', async () => {
      const { state, priority } = await here.admin.get(`/api/v1/tickets/${opened.id}?expand=true`);
      const words = await said(here.admin, opened.id);
      return state === change.state && priority === change.priority && words.includes('It is up again.');
    });
    expect(await said(here.admin, opened.id)).not.toContain('Among ourselves');
    const answers = (await here.admin.articlesOf(opened.id)).filter(({ body }: Json) => body === 'It is up again.');
    expect(answers).toMatchObject([{ sender: 'Agent', internal: false, from: expect.stringContaining('The other') }]);

    await here.admin.post('/api/v1/ticket_articles', { ticket_id: opened.id, type: 'web', body: 'Thank you all.' });
    await soon('the thanks there', async () => (await said(there.admin, copy.id)).includes('Thank you all.'));
    const data = Buffer.from('Grüße').toString('base64');
    const attachments = [{ filename: 'log.txt', data, 'mime-type': 'text/plain' }];
    const withFile = { ticket_id: copy.id, type: 'web', content_type: 'text/plain', body: 'See the log', attachments };
    await there.admin.post('/api/v1/ticket_articles', withFile);
    const mirrored = await soon('the file here', async () =>
      (await here.admin.articlesOf(opened.id)).find(({ body }: Json) => body === 'See the log'),
    );
    expect(mirrored.attachments).toMatchObject([{ filename: 'log.txt', size: '7' }]);
    const bytes = `/api/v1/ticket_attachment/${opened.id}/${mirrored.id}/${mirrored.attachments[0].id}`;
    expect(await here.admin.get(bytes)).toBe('Grüße');
    const fed = `${there.platform.url}/federation/v1`;
    const shown = async (path: string, headers = {}, method = 'GET') =>
      fetch(`${fed}/${path}`, { method, headers: { authorization: `Bearer ${tokens[1]}`, ...headers } });
    const { tickets: shared } = (await (await shown('tickets')).json()) as Json;
    const { comments } = (await (await shown(`tickets/${shared[0].uuid}/comments`)).json()) as Json;
    const { attachments: files } = comments.find(({ body }: Json) => body === 'See the log');
    const place = `attachments/${files[0].uuid}/content`;
    const part = await shown(place, { range: 'bytes=2-3' });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'ü', 'bytes 2-3/7']);
    expect([part.headers.get('content-digest'), part.headers.get('repr-digest')]).toEqual([
      ...[null, `sha-256=:${Buffer.from(files[0].sha256, 'hex').toString('base64')}:`],
    ]);
    const head = await shown(place, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      ...[200, '7', `"${files[0].sha256}"`],
    ]);
    const beyond = await shown(place, { range: 'bytes=7-' });
    expect([beyond.status, ((await beyond.json()) as Json).code]).toEqual([416, 'http.range-not-satisfiable']);
    // Looking at a feed is no reading of it.
    expect((await shown('events?after=999999999', {}, 'HEAD')).status).toBe(404);
    await soon('nothing to be under way', async () => {
      const peers: Json[] = [
        ...(await here.admin.get('/api/v1/federation/peers')),
        ...(await there.admin.get('/api/v1/federation/peers')),
      ];
      return peers.every(({ waiting, failing, tickets }) => waiting === 0 && failing === 0 && tickets === 1);
    });
  });

  it('J10: hold the same ticket although one of them speaks to the other as to a Zammad', async () => {
    const bridge = { email: 'bridge@desk.example', password: 'Bridge-2026-of-desks' };
    const [ours, theirs] = [
      await here.admin.post('/api/v1/groups', { name: 'To the Zammad' }),
      await there.admin.post('/api/v1/groups', { name: 'From outside' }),
    ];
    for (const [desk, group] of [
      [here, ours],
      [there, theirs],
    ] as const) {
      const me = await desk.admin.get('/api/v1/users/me');
      await desk.admin.put(`/api/v1/users/${me.id}`, { group_ids: { ...me.group_ids, [group.id]: ['full'] } });
    }
    await there.admin.post('/api/v1/users', {
      ...{ firstname: 'Bridge', ...bridge, roles: ['Agent'], group_ids: { [theirs.id]: ['full'] } },
    });
    // The same desk by another name: one address is one helpdesk.
    const node = there.platform.url.replace('localhost', '127.0.0.1');
    const { id: peer_id } = await here.admin.post('/api/v1/federation/peers', { name: 'A Zammad', node });
    const path = `/api/v1/federation/peers/${peer_id}`;
    await here.admin.put(`${path}/token`, { token: bridge.password });
    const settings = { kind: 'zammad', queue: 'From outside', account: bridge.email, sign_in: 'password' };
    await here.admin.put(`${path}/adapter`, settings);
    expect(await here.admin.post(`${path}/adapter/verify`, {})).toMatchObject({ ok: true, account: bridge.email });
    const agreement = { kind: 'full', name: 'As a Zammad', group_id: ours.id, peer_id, disclosure: 'name+email' };
    await here.admin.post('/api/v1/agreements', agreement);
    // Settings that are saved are tried at once: nobody waits here for the time to look.
    const seen = <T>(what: string, look: () => Promise<T>) =>
      waitFor(
        async () => {
          await here.admin.put(`${path}/adapter`, settings);
          return look();
        },
        { what, timeoutMs: 60_000, everyMs: 1_000 },
      );
    await seen('the first look', async () => (await here.admin.get(`${path}/adapter`)).polled_at);

    const data = Buffer.from('Grüße').toString('base64');
    const attachments = [{ filename: 'log ü.txt', data, 'mime-type': 'text/plain' }];
    const opened = await here.admin.post('/api/v1/tickets', {
      ...{ title: 'Through the other door', group_id: ours.id, customer: 'guess:kai@customer.example' },
      article: { type: 'phone', sender: 'Customer', body: 'It burns.', attachments },
    });
    const copy = await there.admin.ticketTitled('Through the other door', 60_000);
    await soon('its words', async () => (await said(there.admin, copy.id)).includes('It burns.'));
    const bytesOf = async (desk: Desk, id: number, body: string) => {
      const article = (await desk.articlesOf(id)).find(
        (one: Json) => one.body.includes(body) && one.attachments.length > 0,
      );
      return article && (await desk.get(`/api/v1/ticket_attachment/${id}/${article.id}/${article.attachments[0].id}`));
    };
    expect(await bytesOf(there.admin, copy.id, 'It burns.')).toBe('Grüße');
    const answer = { ticket_id: copy.id, type: 'web', content_type: 'text/plain', body: 'See the log', attachments };
    await there.admin.post('/api/v1/ticket_articles', answer);
    await there.admin.post('/api/v1/ticket_articles', { ...answer, body: 'Among ourselves', internal: true });
    await there.admin.put(`/api/v1/tickets/${copy.id}`, { state: 'closed', priority: '3 high' });
    await there.admin.post('/api/v1/tags/add', { object: 'Ticket', o_id: copy.id, item: 'fire' });
    expect(await seen('the answer with its file', () => bytesOf(here.admin, opened.id, 'See the log'))).toBe('Grüße');
    await seen('the state, the priority and the tag', async () => {
      const { state, priority } = await here.admin.get(`/api/v1/tickets/${opened.id}?expand=true`);
      const { tags } = await here.admin.get(`/api/v1/tags?object=Ticket&o_id=${opened.id}`);
      return state === 'closed' && priority === '3 high' && tags.includes('fire');
    });
    expect(await said(here.admin, opened.id)).not.toContain('Among ourselves');

    // And the other way round.
    const theirTicket = await there.admin.post('/api/v1/tickets', {
      ...{ title: 'Begun at the Zammad', group_id: theirs.id, customer: 'guess:noa@customer.example' },
      article: { type: 'phone', sender: 'Customer', body: 'Hallo' },
    });
    const arrived = await seen('the ticket here', async () => {
      const { tickets } = await here.admin.get('/api/v1/ticket_list?view=all&limit=200&sort=created_at');
      return tickets.find(({ title }: Json) => title === 'Begun at the Zammad');
    });
    await soon('the words here', async () => (await said(here.admin, arrived.id)).includes('Hallo'));
    const reply = { ticket_id: arrived.id, type: 'web', content_type: 'text/plain', body: 'On our way', attachments };
    await here.admin.post('/api/v1/ticket_articles', reply);
    await here.admin.put(`/api/v1/tickets/${arrived.id}`, { state: 'pending reminder', pending_time: inAWeek() });
    await soon('the reply there', () => bytesOf(there.admin, theirTicket.id, 'On our way'));
    await soon('the state there', async () => {
      const { state } = await there.admin.get(`/api/v1/tickets/${theirTicket.id}?expand=true`);
      return state === 'pending reminder';
    });
    await soon('nothing to be under way', async () => {
      const { waiting, failing, tickets } = await here.admin.get(path);
      return waiting === 0 && failing === 0 && tickets === 2;
    });
    const replies = (await there.admin.articlesOf(theirTicket.id)).filter(({ body }: Json) =>
      body.includes('On our way'),
    );
    expect(replies).toHaveLength(1);
    expect(await here.admin.articlesOf(arrived.id)).toHaveLength(2);
  }, 120_000);

  it('let nobody send megabytes who is not known', async () => {
    const { hostname, port } = new URL(here.platform.url);
    const headers = { 'content-type': 'application/json', 'content-length': 5_000_000, authorization: 'Bearer hmp_x' };
    const path = '/federation/v1/events';
    const status = await new Promise((done, fail) => {
      const call = request({ hostname, port, method: 'POST', path, headers }, (answer) => {
        done(answer.statusCode);
        call.destroy();
      });
      // One byte of five million: who reads the body first waits for the others.
      call.on('error', fail).write('{');
    });
    expect(status).toBe(401);
  });

  it('J10: are looked after in the browser: tried, stopped in an incident and let go on, seen beside a ticket', async () => {
    const person = await browser.person();
    const { page } = person;
    const { email, password } = here.platform.admin;
    await person.comeIn(email, password, { at: '/admin/federation' });
    await page.getByRole('link', { name: 'The other', exact: true }).click();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText(/^Helpmesh answers in/).waitFor();
    await page.getByText('Agreements with us that it knows: 1').waitFor();

    await person.goOn('/admin/federation');
    await page.getByRole('button', { name: 'Stop all sending' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop all sending' }).click();
    await page.getByText('Nothing leaves this desk.').waitFor();
    expect(await here.admin.get('/api/v1/federation/switch')).toEqual({ stopped: true });
    await page.getByRole('button', { name: 'Go on sending' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go on sending' }).click();
    await page.getByRole('button', { name: 'Stop all sending' }).waitFor();
    expect(await here.admin.get('/api/v1/federation/switch')).toEqual({ stopped: false });

    const { id } = await here.admin.ticketTitled('Across the mesh');
    await person.goto(`/tickets/${id}`);
    const section = page.locator('section', { has: page.getByRole('heading', { name: 'Other helpdesks' }) });
    await section.getByText('Synced').waitFor();
    await section.getByRole('button', { name: 'Sync again' }).click();
    await page.getByText('The ticket is being compared.').waitFor();
    await section.getByText('Synced').waitFor();

    const copy = await there.admin.ticketTitled('Across the mesh');
    const path = `/api/v1/tickets/${copy.id}/federation`;
    const [share] = (await there.admin.get(path)).shares;
    await there.admin.post(`${path}/hand_over`, { peer_id: share.peer_id, reason: 'It is your network' });
    const wordAt = async (desk: Desk, ticketId: number) =>
      (await desk.get(`/api/v1/tickets/${ticketId}/federation`)).handover?.answer;
    await soon('the offer', async () => (await wordAt(here.admin, id)) === '');
    await person.goto(`/tickets/${id}`);
    await section.getByText('The other wants to hand this ticket over to you.').waitFor();
    await section.getByText('It is your network').waitFor();
    await section.getByRole('button', { name: 'Accept the ticket' }).click();
    await section.getByText('Taken over from The other.').waitFor({ timeout: 60_000 });
    await section.getByRole('button', { name: 'Give back to The other' }).click();
    await section.getByLabel('Why is it given back?').fill('Not ours after all');
    await section.getByRole('button', { name: 'Give back', exact: true }).click();
    await section.getByText('Given back to The other.').waitFor();
    await soon('the reason there', async () => (await wordAt(there.admin, copy.id)) === 'Not ours after all');
  });
});
