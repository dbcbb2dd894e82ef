import { agreements, peerAdapters, peers } from '@helpmesh/contracts';
import { type RequestTracker, type RtAccount, requestTracker, requestTrackerMissing, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Between } from './between.ts';
import { Desk } from './desk.ts';
import { FakeDesk, type FakeTicket } from './fakes/core.ts';
import { zammad as dialect } from './fakes/zammad.ts';
import { Shared } from './shared.ts';

const missing = requestTrackerMissing();
const desk = new Desk();
beforeAll(() => desk.start(), 60_000);
afterAll(() => desk.stop());

type Article = ReturnType<typeof row>['articles'][number];
const row = (id: number) => desk.tickets.rows.get(id) as NonNullable<ReturnType<typeof desk.tickets.rows.get>>;
const bodies = (id: number) => row(id).articles.map(({ body }) => body);

describe('a real RT 5', { timeout: 240_000 }, () => {
  let rt: RequestTracker;
  let line: Between;
  let ours: RtAccount;
  let rita: RtAccount;
  let peer: Shared;

  beforeAll(async () => {
    if (missing) return;
    rt = await requestTracker();
    await rt.call(rt.root, 'POST', '/queue', { Name: 'EOSC', CorrespondAddress: 'eosc@rt.example.org' });
    ours = await rt.addAgent('helpmesh', 'EOSC');
    rita = await rt.addAgent('rita', 'EOSC');
    line = await new Between(() => rt.url).start();
    peer = await Shared.with(
      desk,
      { name: 'RT', node: line.node, secret: ours.password, groupId: 1 },
      { kind: 'rt', queue: 'EOSC', account: 'helpmesh', sign_in: 'password' },
    );
  }, 240_000);
  beforeEach((context) => context.skip(missing !== undefined, missing));
  afterAll(async () => {
    line?.close();
    await rt?.close();
  });

  const there = (subject: string) =>
    rt.rows<{ id: number }>('SELECT id FROM Tickets WHERE Subject = ? ORDER BY id', subject).map(({ id }) => id);
  const untilThere = (subject: string) =>
    waitFor(() => there(subject)[0], { what: `"${subject}" in RT`, timeoutMs: 90_000 });
  const ticket = (id: number) =>
    rt.rows<{ Status: string; Priority: number }>('SELECT Status, Priority FROM Tickets WHERE id = ?', id)[0];
  /** What was said there, with the name of who said it. */
  function said(id: number, types = ['Create', 'Correspond']): string[] {
    const rows = rt.rows<{ who: string; text: string | null; coded: string | null }>(
      `SELECT u.Name AS who, a.Content AS text, a.ContentEncoding AS coded FROM Transactions t JOIN Users u ON u.id = t.Creator
         LEFT JOIN Attachments a ON a.TransactionId = t.id AND a.ContentType LIKE 'text/%'
       WHERE t.ObjectType = 'RT::Ticket' AND t.ObjectId = ? AND t.Type IN (${types.map(() => '?')}) ORDER BY t.id`,
      ...[id, ...types],
    );
    return rows.map(({ who, text, coded }) => `${who}: ${coded === 'quoted-printable' ? unquoted(text ?? '') : text}`);
  }

  /** What is kept there of files. */
  function files(id: number): { name: string; base64: string }[] {
    const rows = rt.rows<{ name: string; content: Uint8Array | string; coded: string | null }>(
      `SELECT a.Filename AS name, a.Content AS content, a.ContentEncoding AS coded FROM Transactions t
         JOIN Attachments a ON a.TransactionId = t.id AND a.Filename IS NOT NULL AND a.Filename <> ''
       WHERE t.ObjectType = 'RT::Ticket' AND t.ObjectId = ? ORDER BY a.id`,
      id,
    );
    return rows.map(({ name, content, coded }) => {
      const text = Buffer.from(content);
      return { name, base64: coded === 'base64' ? text.toString().replaceAll('\n', '') : text.toString('base64') };
    });
  }

  it('is found to be what its settings say, and what is wrong with them is said', async () => {
    // Its first answers may take longer than whoever waits for the test does.
    const found = await waitFor(
      async () => {
        const told = await peer.verify();
        return told.ok && told;
      },
      { what: 'RT to be found', timeoutMs: 90_000 },
    );
    expect(found).toMatchObject({ product: 'RT', version: expect.stringMatching(/^5\./), account: 'helpmesh' });
    await peer.nudge({ queue: 'Nowhere' });
    expect((await peer.verify()).steps.at(-1)).toMatchObject({ step: 'queue', ok: false });
    await peer.nudge();
    await peer.keepSecret('wrong');
    expect((await peer.verify()).steps).toEqual([
      { step: 'connect', ok: true, detail: null },
      { step: 'sign-in', ok: false, detail: expect.stringContaining('401') },
    ]);
    await peer.keepSecret(ours.password);
  });

  it('has a ticket that begins here, and what is done there comes back; secrets stay on their side', async () => {
    const photo = await desk.file('Foto ü – 日.png', Buffer.from([0, 255, 137, 10]), 'image/png');
    const here = await desk.open('Portal ist zu');
    await desk.tickets.say(here, 'Seit heute früh', {
      ...{ sender: 'Customer', author: 'Zoë Müller' },
      files: [photo],
    });
    await desk.tickets.say(here, 'between us here', { internal: true });
    const id = await untilThere('Portal ist zu');
    await peer.quiet();
    const first = said(id);
    expect(first.join()).toContain('Seit heute früh');
    expect(first.join()).toContain('Zoë Müller');
    expect(said(id, ['Create', 'Correspond', 'Comment']).join()).not.toContain('between us here');
    expect(ticket(id)).toMatchObject({ Status: 'new', Priority: 50 });
    expect(files(id)).toEqual([{ name: 'Foto ü – 日.png', base64: Buffer.from([0, 255, 137, 10]).toString('base64') }]);
    await rt.call(rita, 'POST', `/ticket/${id}/correspond`, {
      ...{ Content: 'Wir sehen nach.', ContentType: 'text/plain' },
      Attachments: [{ FileName: 'log.txt', FileType: 'text/plain', FileContent: Buffer.from('x').toString('base64') }],
    });
    await rt.call(rita, 'POST', `/ticket/${id}/comment`, { Content: 'between us there', ContentType: 'text/plain' });
    await rt.call(rita, 'PUT', `/ticket/${id}`, { Status: 'stalled', Priority: 80 });
    await peer.look();
    await waitFor(() => row(here).stateType === 'pending reminder', { what: 'the state', timeoutMs: 90_000 });
    await peer.quiet();
    expect(row(here)).toMatchObject({ stateType: 'pending reminder', priority: '3 high' });
    expect(bodies(here)).toEqual(['Seit heute früh', 'between us here', 'Wir sehen nach.']);
    expect(await desk.contents(row(here).articles[2] as Article)).toEqual({ 'log.txt': 'x' });
    expect(row(here).articles.at(-1)).toMatchObject({ author: 'rita (RT)', sender: 'Agent', internal: false });
    // Looking again finds nothing new, here or there.
    const all = ['Create', 'Correspond', 'Comment', 'Status', 'Set'];
    const before = said(id, all);
    await peer.look();
    await peer.quiet();
    expect(said(id, all)).toEqual(before);
    expect(row(here).articles).toHaveLength(3);
    // What is theirs to decide stays as it is, and they read of the wish.
    await desk.tickets.change(here, { stateType: 'closed' });
    await waitFor(() => said(id, ['Comment']).join().includes('state: solved'), {
      what: 'the wish',
      timeoutMs: 90_000,
    });
    await waitFor(() => row(here).stateType === 'pending reminder', { what: 'the state to stay', timeoutMs: 90_000 });
    expect(ticket(id)).toMatchObject({ Status: 'stalled' });
    await peer.quiet();
    expect(await rt.mails()).toEqual([]);
  });

  it('opens a ticket, and what is done here goes there', async () => {
    await rt.call(rita, 'POST', '/ticket', {
      ...{ Queue: 'EOSC', Subject: 'From RT', Requestor: 'ivo@customer.example', Content: 'Hilfe ü' },
      ContentType: 'text/plain',
    });
    await peer.look();
    const here = await peer.arrived('From RT');
    const [id = 0] = there('From RT');
    await waitFor(() => bodies(here).length === 1, { what: 'the words', timeoutMs: 90_000 });
    expect(row(here).articles[0]).toMatchObject({ body: 'Hilfe ü', author: 'rita (RT)' });
    expect(row(here).stateType).toBe('new');
    await desk.tickets.say(here, '<p>Schon <b>erledigt</b></p>', { contentType: 'text/html' });
    await desk.tickets.change(here, { stateType: 'closed', priority: '3 high' });
    await waitFor(() => ticket(id)?.Status === 'resolved', { what: 'the state', timeoutMs: 90_000 });
    await peer.quiet();
    expect(ticket(id)).toMatchObject({ Status: 'resolved', Priority: 80 });
    const answers = said(id).filter((text) => text.includes('erledigt'));
    expect(answers).toEqual([expect.stringMatching(/^helpmesh: /)]);
    await peer.look();
    await peer.quiet();
    expect(bodies(here)).toHaveLength(2);
    // Its requester is told by RT, once for each thing that was said to him.
    const mails = (await rt.mails()).filter(
      (mail) => mail.includes('ivo@customer.example') && mail.includes('erledigt'),
    );
    expect(mails).toHaveLength(1);
    // A requester who takes it up again there does so here.
    await rt.call(rita, 'PUT', `/ticket/${id}`, { Status: 'open' });
    await peer.look();
    await waitFor(() => row(here).stateType === 'open', { what: 'the ticket to be open', timeoutMs: 90_000 });
  });

  it('has everything once although answers are lost, and is left alone for as long as it asks', async () => {
    line.troubles.push({ method: 'POST', path: /\/ticket$/, what: 'lose' });
    const here = await desk.open('Once');
    await desk.tickets.say(here, 'first word');
    await untilThere('Once');
    await peer.quiet();
    const [id = 0, ...more] = there('Once');
    expect(more).toEqual([]);
    line.troubles.push({ method: 'POST', path: /\/correspond$/, what: 'lose' });
    await desk.tickets.say(here, 'second word', { files: [await desk.file('once.txt', 'once')] });
    line.troubles.push({ method: 'POST', path: /\/correspond$/, what: 'throttle' });
    await desk.tickets.say(here, 'third word');
    await waitFor(() => said(id).join().includes('third word'), { what: 'the words', timeoutMs: 90_000 });
    await peer.quiet();
    const words = said(id)
      .map((text) => /(\w+ word)/.exec(text)?.[1])
      .filter(Boolean);
    expect(words).toEqual(['first word', 'second word', 'third word']);
    expect(files(id).map(({ name }) => name)).toEqual(['once.txt']);
    await peer.look();
    await peer.quiet();
    expect(bodies(here)).toEqual(['first word', 'second word', 'third word']);
  });

  it('takes a token of its own for the password', async () => {
    const token = await rt.addToken('helpmesh');
    await peer.nudge({ sign_in: 'token' });
    expect((await peer.verify()).ok).toBe(false);
    await peer.keepSecret(token);
    const here = await desk.open('By token');
    await desk.tickets.say(here, 'with a token');
    const id = await untilThere('By token');
    await peer.quiet();
    expect(said(id)).toEqual([expect.stringMatching(/^helpmesh: .*with a token/s)]);
    await peer.nudge();
    await peer.keepSecret(ours.password);
  });

  it('is seen to be down, and everything is made up for when it is back', async () => {
    const here = await desk.open('While down');
    const id = await untilThere('While down');
    await peer.quiet();
    await rt.stop();
    await desk.tickets.say(here, 'anybody?');
    const seen = await waitFor(
      async () => {
        const standing = await peer.standing();
        return standing?.failing_since && standing.waiting > 0 ? standing : undefined;
      },
      { what: 'the trouble and the word that waits to be seen', timeoutMs: 90_000, everyMs: 100 },
    );
    expect(seen.last_error).not.toBeNull();
    await rt.start();
    await rt.call(rita, 'POST', `/ticket/${id}/correspond`, { Content: 'back again', ContentType: 'text/plain' });
    await waitFor(
      async () => {
        await peer.nudge();
        return bodies(here).includes('back again') && said(id).join().includes('anybody?');
      },
      { what: 'both words', timeoutMs: 90_000, everyMs: 500 },
    );
    await peer.quiet();
    expect(await peer.standing()).toMatchObject({ failing_since: null, last_error: null });
  });
});

describe('a Zammad', { timeout: 120_000 }, () => {
  let zammad: FakeDesk;
  let peer: Shared;

  beforeAll(async () => {
    zammad = await new FakeDesk(dialect).start();
    zammad.open('Older than the agreement');
    const { node, secret } = zammad;
    peer = await Shared.with(desk, { name: 'Zammad', node, secret, groupId: 2 }, { kind: 'zammad', queue: 'EOSC' });
  });
  afterAll(() => zammad.close());

  const at = (title: string) => zammad.tickets.filter((one) => one.title === title);
  const words = (id: number) => (zammad.find(id) as FakeTicket).entries;

  it('says who we are there, and which group is not to be seen', async () => {
    const who = { product: 'Zammad', version: '', account: 'bridge' };
    expect(await peer.verify()).toMatchObject({ ok: true, ...who, steps: Array(4).fill({ ok: true, detail: null }) });
    await peer.nudge({ queue: 'Nowhere' });
    expect((await peer.verify()).steps.at(-1)).toMatchObject({ step: 'queue', ok: false });
    await peer.nudge();
    await peer.keepSecret('wrong');
    expect((await peer.verify()).steps.at(-1)).toMatchObject({ step: 'sign-in', ok: false });
    await peer.keepSecret(zammad.secret);
  });

  it('shows an administrator what it would get, and gets nothing', async () => {
    const here = desk.tickets.open('Only shown', { groupId: 2 });
    await desk.tickets.say(here, 'to all');
    await desk.tickets.say(here, 'to us', { internal: true });
    const agreement = (await desk.ask(agreements.list, {})).find(({ peer_id: id }) => id === peer.peerId);
    const ask = { params: { id: agreement?.id }, body: { ticket_id: here } };
    const look = () => desk.ask(agreements.preview, ask, ['admin.integration', 'ticket.agent'], { '2': ['read'] });
    const { request } = await look();
    expect(request).toMatchObject({ method: 'POST', url: `${zammad.node}/api/v1/tickets` });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      ...{ title: 'Only shown', group: 'EOSC', state: 'new', article: { type: 'note', internal: false } },
    });
    expect(request?.body).toContain('to all');
    expect(JSON.stringify(request)).not.toContain('to us');
    expect(JSON.stringify(request)).not.toContain(zammad.secret);
    expect(at('Only shown')).toEqual([]);
    await peer.keepSecret('wrong');
    expect(await look()).toMatchObject({ request: null, request_problem: expect.stringContaining('401') });
    await peer.keepSecret(zammad.secret);
  });

  it('is called no more often than was said', async () => {
    const params = { id: peer.peerId };
    await desk.ask(peers.update, { params, body: { calls_per_minute: 1 } });
    await waitFor(
      async () => {
        const { ok, steps } = await peer.verify();
        return !ok && steps.at(-1)?.detail?.includes('used up');
      },
      { what: 'the calls to be used up', timeoutMs: 20_000 },
    );
    const before = zammad.calls;
    await peer.verify();
    expect(zammad.calls).toBe(before);
    await desk.ask(peers.update, { params, body: { calls_per_minute: 6_000 } });
    expect(await peer.verify()).toMatchObject({ ok: true });
  });

  it('keeps what its agents decide while a ticket is still being opened there', async () => {
    zammad.before = ({ method, url }) => {
      const [made] = at('Taken up at once');
      // The comments are looked at after the ticket was read, and before its words are written.
      if (!made || method !== 'GET' || !url.pathname.includes('/by_ticket/')) return;
      zammad.before = undefined;
      zammad.change(made.id, { state: 'closed', priority: '3 high' });
    };
    const here = await desk.open('Taken up at once', { groupId: 2 });
    await desk.tickets.say(here, 'Solved already?');
    await waitFor(() => row(here).stateType === 'closed', { what: 'the state', timeoutMs: 60_000 });
    await peer.quiet();
    expect(at('Taken up at once')).toMatchObject([{ state: 'closed', priority: '3 high' }]);
    expect(row(here)).toMatchObject({ stateType: 'closed', priority: '3 high' });
  });

  it('has a ticket that begins here, without a mail to anybody, and its agents’ words and tags come back', async () => {
    const here = await desk.open('Printer', { groupId: 2 });
    await desk.tickets.say(here, '<p>It <i>burns</i></p>', { contentType: 'text/html', sender: 'Customer' });
    await desk.tickets.say(here, 'psst', { internal: true });
    await waitFor(() => at('Printer').length === 1, { what: 'the copy', timeoutMs: 60_000 });
    await peer.quiet();
    const [{ id, requester }] = at('Printer') as [FakeTicket];
    expect(words(id).map(({ body }) => body)).toEqual([expect.stringContaining('burns')]);
    // A mail would be a fault of the model.
    expect(requester).toBe('bridge');
    zammad.say(id, 'Which floor?');
    zammad.say(id, 'between us', { internal: true });
    zammad.change(id, { state: 'pending reminder', priority: '3 high', owner: 'nora', labels: ['fire'] });
    await peer.look();
    await waitFor(() => row(here).stateType === 'pending reminder', { what: 'the state', timeoutMs: 60_000 });
    await peer.quiet();
    expect(row(here)).toMatchObject({ priority: '3 high', tags: ['fire'] });
    expect(bodies(here).slice(2)).toEqual(['Which floor?']);
    const before = structuredClone(words(id));
    await peer.look();
    await peer.quiet();
    expect(words(id)).toEqual(before);
    expect(bodies(here)).toHaveLength(3);
  });

  it('opens tickets, of which only new ones come, and what is done here goes there although it is refused at first', async () => {
    const { id } = zammad.open('From Zammad');
    zammad.say(id, 'Hallo', { who: 'ivo' });
    await peer.look();
    const here = await peer.arrived('From Zammad');
    await waitFor(() => bodies(here).length === 1, { what: 'the words', timeoutMs: 60_000 });
    expect(row(here).articles[0]).toMatchObject({ sender: 'Customer', author: 'Ivo Čapek (Zammad)' });
    expect([...desk.tickets.rows.values()].some(({ title }) => title === 'Older than the agreement')).toBe(false);
    zammad.troubles.push('refuse', 'lose', 'throttle', 'page');
    await desk.tickets.say(here, 'on our way');
    await desk.tickets.change(here, { stateType: 'pending reminder', tags: ['urgent'] });
    await waitFor(() => at('From Zammad')[0]?.state === 'pending reminder', { what: 'the state', timeoutMs: 60_000 });
    await peer.quiet();
    expect(words(id).map(({ body }) => body)).toEqual(['Hallo', expect.stringContaining('on our way')]);
    expect(at('From Zammad')[0]?.labels).toEqual(['urgent']);
    await peer.look();
    await peer.quiet();
    expect(bodies(here)).toEqual(['Hallo', 'on our way']);
  });

  it('keeps its address and its kind while tickets are shared, and another desk gets no secret of it', async () => {
    const params = { id: peer.peerId };
    const wrong = { code: 'peer.has-tickets' };
    await expect(desk.ask(peers.update, { params, body: { node: 'https://else.example' } })).rejects.toMatchObject(
      wrong,
    );
    await expect(peer.nudge({ kind: 'rt', account: 'x' })).rejects.toMatchObject(wrong);
    const { id } = await desk.ask(peers.create, { body: { name: 'Third', node: 'https://third.example' } });
    const third = { params: { id } };
    await desk.ask(peers.keepToken, { ...third, body: { token: 'secret' } });
    const body = { kind: 'rt', queue: 'General' };
    await expect(desk.ask(peerAdapters.update, { ...third, body })).rejects.toMatchObject({
      code: 'peer.account-missing',
    });
    await expect(desk.ask(peerAdapters.show, third)).rejects.toMatchObject({ code: 'peer.no-adapter' });
    expect(await desk.ask(peers.update, { ...third, body: { node: 'https://fourth.example' } })).toMatchObject({
      has_token: false,
    });
    await expect(desk.ask(peerAdapters.update, { ...third, body }, ['ticket.agent'])).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  it('takes a ticket out of the group: it is shared no longer, and the others go on', async () => {
    const [gone, stays] = ['Moves away', 'Stays'].map((title) => {
      const { id } = zammad.open(title);
      zammad.say(id, 'one');
      return id;
    }) as [number, number];
    await peer.look();
    const here = await peer.arrived('Moves away');
    const other = await peer.arrived('Stays');
    await peer.quiet();
    zammad.change(gone, { queue: 'Users' });
    await desk.tickets.say(here, 'never told');
    await desk.tickets.say(other, 'told');
    await waitFor(() => words(stays).length === 2, { what: 'the words of the other', timeoutMs: 60_000 });
    await peer.quiet();
    expect(words(gone)).toHaveLength(1);
  });
});

function unquoted(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
