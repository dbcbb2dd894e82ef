import { execFile, execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import type { Platform } from '@helpmesh/deploy/local';
import { type ImapServer, imapServer, rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, type Json, linkIn, type Mailbox } from './desk.ts';
import { testPlatform } from './platform.ts';

/**
 * The acceptance list of a company's move to its own helpdesk, by number: what must arrive in whose mailbox. Every
 * scenario reads the mail that really arrived.
 */
describe('the main job', () => {
  let platform: Platform;
  let mailbox: Mailbox;
  let agent: Desk;
  let imap: ImapServer;

  beforeAll(async () => {
    imap = await imapServer();
    const { port, user, password } = imap;
    const support = {
      name: 'support',
      host: '127.0.0.1',
      port,
      tls: false,
      user,
      password,
      folder: 'INBOX',
      pollSeconds: 1,
    };
    const started = await testPlatform({
      'mail-ingest': { IMAP_MAILBOXES: JSON.stringify([support]) },
      notification: { MAIL_MAX_SIZE_MB: '1' },
    });
    ({ platform, mailbox, admin: agent } = started);
  }, 120_000);
  afterAll(async () => {
    await platform?.stop();
    await imap?.close();
  });

  const mailIn = (mail: Parameters<typeof rawMail>[0] & { from: string }) =>
    sendRaw({ port: platform.smtpPort }, rawMail(mail), {
      from: /<(.+)>/.exec(mail.from)?.[1] ?? mail.from,
      to: 'helpdesk@localhost',
    });

  const opened = (title: string, customer: string, article: Json) =>
    agent.post('/api/v1/tickets', { title, group: 'Users', customer: `guess:${customer}`, article });

  it('1: a received call becomes a ticket and the customer gets an e-mail', async () => {
    const ticket = await opened('Received call about storage', 'call-in@customer.example', {
      type: 'phone',
      sender: 'Customer',
      body: 'The customer called: the storage is full.',
    });
    const mail = await mailbox.mail('call-in@customer.example');
    expect(mail.subject).toContain(`[Ticket#${ticket.number}]`);
    expect(mail.headers.get('auto-submitted')).toBe('auto-replied');
  });

  it('2: an outbound call becomes a ticket and the customer gets an e-mail', async () => {
    const ticket = await opened('Outbound call about storage', 'call-out@customer.example', {
      type: 'phone',
      sender: 'Agent',
      body: 'I called the customer about the storage.',
    });
    const mail = await mailbox.mail('call-out@customer.example');
    expect(mail.subject).toContain(`[Ticket#${ticket.number}]`);
  });

  it('3: an outbound e-mail ticket is mailed to the customer', async () => {
    const ticket = await opened('Maintenance on Monday', 'mail-out@customer.example', {
      type: 'email',
      sender: 'Agent',
      content_type: 'text/html',
      body: '<p>We will be <b>down</b> on Monday from 8 to 9.</p>',
      attachments: [
        { filename: 'plan.txt', 'mime-type': 'text/plain', data: Buffer.from('8:00 down\n').toString('base64') },
      ],
    });
    const mail = await mailbox.mail('mail-out@customer.example');
    expect(mail.subject).toContain(`[Ticket#${ticket.number}]`);
    expect(mail.subject).toContain('Maintenance on Monday');
    expect(mail.html).toContain('<b>down</b>');
    expect(mail.text).toContain('down');
    expect(mail.attachments.map(({ filename, content }) => [filename, content.toString()])).toEqual([
      ['plan.txt', '8:00 down\n'],
    ]);
    await waitFor(async () => (await agent.articlesOf(ticket.id))[0]?.preferences.delivery?.state === 'sent', {
      what: 'the article to be marked as sent',
      timeoutMs: 10_000,
    });
    // Only the mail itself: an outgoing mail is not confirmed by a second one.
    expect(await mailbox.to('mail-out@customer.example')).toHaveLength(1);
  });

  it('3b: a file that is too large for a mail goes as a link that opens it without signing in', async () => {
    const film = Buffer.alloc(1_500_000, 'film');
    const ticket = await opened('The recording', 'film@customer.example', {
      type: 'email',
      sender: 'Agent',
      body: 'Here it is.',
      attachments: [{ filename: 'film.mp4', 'mime-type': 'video/mp4', data: film.toString('base64') }],
    });
    const mail = await mailbox.mail('film@customer.example');
    expect(mail.attachments).toEqual([]);
    const link = /http:\/\/\S+\/f\/\S+/.exec(mail.text ?? '')?.[0] ?? '';
    const fetched = await fetch(link);
    expect(fetched.status).toBe(200);
    expect(fetched.headers.get('content-disposition')).toMatch(/^attachment; filename="film\.mp4"/);
    expect(fetched.headers.get('cache-control')).toBe('no-store');
    expect(film.equals(Buffer.from(await fetched.arrayBuffer()))).toBe(true);
    await waitFor(async () => (await agent.articlesOf(ticket.id))[0]?.preferences.delivery?.links?.length === 1, {
      what: 'the article to say that its file went as a link',
      timeoutMs: 10_000,
    });
    const [article] = await agent.articlesOf(ticket.id);
    await agent.call('PUT', `/api/v1/ticket_articles/${article.id}`, { internal: true });
    const over = await fetch(link);
    expect(over.status).toBe(404);
    expect(await over.text()).toContain('does not open a file any more');
  });

  it('4: a mail from a customer becomes a ticket and is confirmed by e-mail', async () => {
    const messageId = '<first-contact@customer.example>';
    await mailIn({
      from: 'Zoë Müller <zoe@customer.example>',
      subject: 'Portal antwortet nicht – Fehler 502',
      text: 'Guten Tag,\nseit heute früh antwortet das Portal mit 502.\n',
      messageId,
      attachments: [{ name: 'fehler.log', type: 'text/plain', content: '502 Bad Gateway\n' }],
    });
    const ticket = await agent.ticketTitled('Portal antwortet nicht');
    expect(ticket).toMatchObject({
      title: 'Portal antwortet nicht – Fehler 502',
      state: 'new',
      customer_email: 'zoe@customer.example',
    });

    const confirmation = await mailbox.mail('zoe@customer.example');
    expect(confirmation.subject).toContain(`[Ticket#${ticket.number}]`);
    expect(confirmation.inReplyTo).toBe(messageId);
    expect(confirmation.headers.get('auto-submitted')).toBe('auto-replied');

    const articles = await waitFor(
      async () => {
        const all = await agent.articlesOf(ticket.id);
        return all.length === 2 && all;
      },
      { what: 'the mail and its confirmation in the thread', timeoutMs: 10_000 },
    );
    expect(articles[0]).toMatchObject({ type: 'email', sender: 'Customer', internal: false });
    expect(articles[0].body).toContain('seit heute früh');
    expect(articles[1]).toMatchObject({ type: 'email', sender: 'System' });

    const [attachment] = articles[0].attachments;
    expect(attachment).toMatchObject({ filename: 'fehler.log', size: '16' });
    const file = await agent.call('GET', `/api/v1/ticket_attachment/${ticket.id}/${articles[0].id}/${attachment.id}`);
    expect(file.body).toBe('502 Bad Gateway\n');
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    const raw = await agent.call('GET', `/api/v1/ticket_article_plain/${articles[0].id}`);
    expect(raw.body).toContain(`Message-ID: ${messageId}`);
  });

  it('4b: the confirmation links to the ticket: read, answered, closed and opened again without signing in or a script', async () => {
    await mailIn({ from: 'Lin <lin@customer.example>', subject: 'Locked out', text: 'I <b>cannot</b> sign in.' });
    const ticket = await agent.ticketTitled('Locked out');
    const confirmation = await mailbox.mail('lin@customer.example');
    const link = /http:\/\/\S+\/r\/\S+/.exec(confirmation.text ?? '')?.[0] ?? '';
    const page = async (url: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
      const given = form && { method: 'POST', body: new URLSearchParams(form) };
      const response = await fetch(url, { headers, ...given });
      return { status: response.status, url: response.url, headers: response.headers, text: await response.text() };
    };
    await agent.post('/api/v1/ticket_articles', {
      ticket_id: ticket.id,
      type: 'web',
      body: '<p>Try the <i>second</i> door.</p><script>alert(1)</script>',
      content_type: 'text/html',
      attachments: [
        { filename: 'doors.txt', 'mime-type': 'text/plain', data: Buffer.from('left\n').toString('base64') },
      ],
    });
    await agent.post('/api/v1/ticket_articles', {
      ticket_id: ticket.id,
      type: 'note',
      internal: true,
      body: 'Among ourselves',
    });

    const read = await page(link);
    expect(read.status).toBe(200);
    expect(read.headers.get('cache-control')).toBe('no-store');
    expect(read.headers.get('referrer-policy')).toBe('no-referrer');
    expect(read.headers.get('content-security-policy')).not.toContain('script');
    expect(read.text).toContain('I &#60;b&#62;cannot&#60;/b&#62; sign in.');
    expect(read.text).toContain('Try the second door.');
    expect(read.text).not.toContain('Among ourselves');
    expect(read.text).not.toContain('<script');
    expect((await page(link, undefined, { 'accept-language': 'pl, en;q=0.5' })).text).toContain('Odpowiedź</label>');
    const file = /href="(\/r\/[^"]+\/files\/\d+\/\d+)">doors\.txt/.exec(read.text)?.[1] ?? '';
    const fetched = await page(new URL(file, link).href);
    expect(fetched).toMatchObject({ status: 200, text: 'left\n' });
    expect(fetched.headers.get('content-disposition')).toMatch(/^attachment/);

    // Sent twice, as an impatient finger does.
    const answer = { answer: 'It is open now.\r\nThanks!', once: 'once-0123456789' };
    for (const sent of [await page(link, answer), await page(link, answer)]) {
      expect(sent).toMatchObject({ status: 200, url: `${link}?done=sent` });
      expect(sent.text).toContain('Your answer is here.');
    }
    const articles = await agent.articlesOf(ticket.id);
    const theirs = articles.filter((article) => article.body === 'It is open now.\nThanks!');
    expect(theirs).toMatchObject([{ sender: 'Customer', type: 'web', internal: false }]);
    // The link in the confirmation is the customer's alone.
    expect(articles.map((article) => article.body).join('\n')).not.toContain(link.split('/r/')[1]);

    const state = async () => (await agent.get(`/api/v1/tickets/${ticket.id}?expand=true`)).state;
    expect(await page(link, { answer: '', once: 'once-2' })).toMatchObject({ status: 422 });
    expect((await page(link, { answer: '', close: '1', once: 'once-3' })).url).toBe(`${link}?done=closed`);
    expect(await state()).toBe('closed');
    await page(link, { answer: 'It happened again.', once: 'once-4' });
    expect(await state()).toBe('open');

    // Another customer's ticket from now on: the link ends, whatever is changed about it.
    for (const wrong of [`${link}x`, link.replace(/\d+-\d+-/, '1-2-'), link.replace(/r\/.*/, 'r/anything')])
      expect(await page(wrong)).toMatchObject({ status: 404, text: expect.stringContaining('does not open') });
    await agent.call('PUT', `/api/v1/tickets/${ticket.id}`, { customer_id: 2 });
    expect(await page(link)).toMatchObject({ status: 404 });
    expect(await page(link, { answer: 'Still me', once: 'once-5' })).toMatchObject({ status: 404 });
  });

  it('4c: somebody without an account or a script reads the help and sends a request when it has no answer', async () => {
    const page = async (path: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
      const body = form && new URLSearchParams(form);
      const answer = await fetch(new URL(path, platform.url), {
        method: form ? 'POST' : 'GET',
        headers,
        ...(body && { body }),
      });
      return {
        status: answer.status,
        url: new URL(answer.url).pathname,
        headers: answer.headers,
        text: await answer.text(),
      };
    };
    const kb = '/api/v1/knowledge_bases/1';
    await agent.call('PUT', '/api/v1/knowledge_bases/manage/1', { locales: ['en', 'pl'], requests: true });
    const { id: category_id } = await agent.post(`${kb}/categories`, {
      translations: [{ locale: 'en', title: 'Doors' }],
    });
    const answer = async (title: string, body: string, how?: string) => {
      const { id } = await agent.post(`${kb}/answers`, { category_id, translations: [{ locale: 'en', title, body }] });
      if (how) await agent.post(`${kb}/answers/${id}/${how}`, {});
      return `/help/en/answers/${title.toLowerCase().replaceAll(' ', '-')}-${id}`;
    };
    const locked = await answer('Locked doors', '<p>Turn the <b>key</b>.</p><script>alert(1)</script>', 'publish');
    const secret = await answer('Secret doors', '<p>Knock thrice.</p>', 'internal');

    expect((await page('/help', undefined, { 'accept-language': 'pl' })).url).toBe('/help/pl');
    const home = await page('/help', undefined, { 'accept-language': 'it' });
    expect(home).toMatchObject({ status: 200, url: '/help/en', text: expect.stringContaining('>Doors</a>') });
    const read = await page(locked);
    expect(read.text).toContain('<div class="body"><p>Turn the <b>key</b>.</p></div>');
    expect(read.headers.get('content-security-policy')).not.toContain('script');
    expect(read.headers.get('cache-control')).toContain('public');
    const etag = read.headers.get('etag') as string;
    expect(await page(locked, undefined, { 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    expect((await page(locked.replace('locked', 'open'))).url).toBe(locked);
    const map = (await page('/sitemap.xml')).text;
    expect(map).toContain(`${locked}</loc>`);
    const feed = (await page('/help/en/feed.xml')).text;
    expect(feed).toContain(`${locked}"/>`);
    for (const text of [map, feed, home.text, (await page('/help/en/search?q=knock')).text])
      expect(text).not.toContain('ecret');
    for (const path of [secret, locked.replace('/en/', '/pl/'), '/help/en/nothing-999', '/help/de', '/help/en/x'])
      expect(await page(path), path).toMatchObject({ status: 404, text: expect.stringContaining('</html>') });
    expect((await page('/help/en/search?q=keys')).text).toContain('Turn the <mark>key</mark>');
    const voted = await page(`${locked}/feedback`, { helpful: 'yes', comment: 'It <i>turned</i>.' });
    expect(voted).toMatchObject({ status: 200, url: locked, text: expect.stringContaining('Thank you.') });
    const figures = await agent.get(`${kb}/answers/${locked.split('-').at(-1)}/figures`);
    expect(figures).toMatchObject({ helpful: 1, comments: [{ comment: 'It <i>turned</i>.' }] });

    // Files of an answer are everybody's as long as the answer is.
    const files = (of: string) => `${kb}/answers/${of.split('-').at(-1)}/attachments`;
    const attach = async (of: string) => {
      const form = new FormData();
      form.set('file', new Blob(['<script>alert(1)</script>'], { type: 'text/html' }), '../plan & more.html');
      const sent = await fetch(platform.url + files(of), { method: 'POST', headers: agent.authorization, body: form });
      return (await sent.json()) as Json;
    };
    const [open, closed] = [await attach(locked), await attach(secret)];
    expect(open).toMatchObject({ filename: expect.stringMatching(/^[^/]*plan & more\.html$/), size: 25 });
    const href = /href="(\/help\/files\/[^"]+)"/.exec((await page(locked)).text)?.[1] as string;
    expect(href).toContain(`/help/files/${open.id}/`);
    const got = await page(href);
    expect(got).toMatchObject({ status: 200, text: '<script>alert(1)</script>' });
    expect(got.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(got.headers.get('content-security-policy')).toContain('sandbox');
    expect((await page(`/help/files/${closed.id}/x`)).status).toBe(404);
    expect(await agent.get(`${files(secret)}/${closed.id}`)).toBe('<script>alert(1)</script>');
    expect((await agent.call('GET', `${files(locked)}/${closed.id}`)).status).toBe(404);
    await agent.call('DELETE', `${files(locked)}/${open.id}`);
    expect((await page(href)).status).toBe(404);
    expect((await page(locked)).text).not.toContain('/help/files/');
    const { result } = await agent.get('/api/v1/knowledge_bases/recent_answers');
    expect(result.map(({ title }: Json) => title).toSorted()).toEqual(['Locked doors', 'Secret doors']);

    const at = '/help/en/request';
    const field = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
    const shown = (await page(at)).text;
    const hidden = { stamp: field(shown, 'stamp'), once: field(shown, 'once') };
    const asked = {
      ...{ ...hidden, name: 'Ina Stranger', email: 'ina@stranger.example', subject: 'My door is locked' },
      ...{ text: 'I <b>lost</b> the key.', consent: 'yes', step: 'look' },
    };
    const lacking = await page(at, { ...asked, email: 'ina', consent: '' });
    expect(lacking).toMatchObject({ status: 422, text: expect.stringContaining('I &#60;b&#62;lost') });
    // Whoever is faster than people is asked to send it again.
    const looked = await waitFor(
      async () => {
        const found = await page(at, asked);
        return found.status === 200 && found.text;
      },
      { what: 'the form to take what is sent' },
    );
    expect(looked).toContain('Does one of these answer it?');
    expect(looked).toContain(`<a href="${locked}">Locked doors</a>`);
    const enough = await page(`${at}/answered`, { answer: field(looked, 'answer') });
    expect(enough.url).toBe(locked);
    await waitFor(
      async () => (await agent.get(`${kb}/answers/${locked.split('-').at(-1)}/figures`)).deflections === 1,
      { what: 'the request that was not sent to be counted', timeoutMs: 15_000 },
    );
    const sending = { ...asked, step: 'send' };
    const [first, again] = [await page(at, sending), await page(at, sending)];
    const ticket = await agent.ticketTitled('My door is locked');
    for (const sent of [first, again]) expect(sent.text).toContain(`Its number: <strong>${ticket.number}</strong>`);
    const [question] = await agent.articlesOf(ticket.id);
    expect(question).toMatchObject({ sender: 'Customer', type: 'web', body: 'I <b>lost</b> the key.' });
    const confirmation = await mailbox.mail('ina@stranger.example');
    const link = /http:\/\/\S+(\/r\/\S+)/.exec(confirmation.text ?? '')?.[1] ?? '';
    expect(await page(link)).toMatchObject({ status: 200, text: expect.stringContaining('My door is locked') });
    // What fills in every field is told the same, and opens nothing.
    expect(await page(at, { ...sending, website: 'x', once: 'once-of-a-robot' })).toMatchObject({ url: `${at}/sent` });
    await agent.call('PUT', '/api/v1/knowledge_bases/manage/1', { requests: false });
    expect(await page(at, { ...sending, once: 'once-too-late' })).toMatchObject({ status: 404 });
  });

  it('4d, J1: whose request was closed is asked by mail how it went, and says so by a link that opens nothing else', async () => {
    const { id: groupId } = await agent.post('/api/v1/groups', { name: 'Asking', ask_rating: true, user_ids: [] });
    const me = (await agent.get('/api/v1/users/me')).id;
    const { group_ids } = await agent.get(`/api/v1/users/${me}`);
    await agent.call('PUT', `/api/v1/users/${me}`, { group_ids: { ...group_ids, [groupId]: ['full'] } });
    const article = { type: 'phone', sender: 'Customer', body: 'It hums.' };
    const ticket = await agent.post('/api/v1/tickets', {
      ...{ title: 'It hums', group: 'Asking', customer: 'guess:kim@customer.example', article },
    });
    await agent.call('PUT', `/api/v1/tickets/${ticket.id}`, { state: 'closed' });
    const asked = await mailbox.mail('kim@customer.example', (mail) => /how did it go/i.test(mail.Subject));
    expect(asked.subject).toContain(`[Ticket#${ticket.number}]`);
    const link = /http:\/\/\S+\/r\/\S+/.exec(asked.text ?? '')?.[0] ?? '';
    const page = async (form?: Record<string, string>, path = '') => {
      const answer = await fetch(`${link}${path}`, form && { method: 'POST', body: new URLSearchParams(form) });
      return { status: answer.status, url: answer.url, text: await answer.text() };
    };
    const rating = () => agent.get(`/api/v1/tickets/${ticket.id}/rating`);
    // A scanner that follows every link in a mail rates nothing.
    const shown = await page(undefined, '?score=4');
    expect(shown.text).toMatch(/value="4" required checked/);
    expect(shown.text).not.toContain('It hums.');
    expect(await rating()).toMatchObject({ score: null });
    expect(await page({ answer: 'Let me in', once: 'once-0123' })).toMatchObject({ status: 404 });

    expect(await page({ comment: 'No number' }, '/rating')).toMatchObject({ status: 422 });
    const said = await page({ score: '2', comment: 'It <b>still</b> hums' }, '/rating');
    expect(said).toMatchObject({ status: 200, url: `${link}?done=rated` });
    expect(said.text).toContain('It &#60;b&#62;still&#60;/b&#62; hums');
    await page({ score: '5', comment: '' }, '/rating');
    expect(await page({ score: '1', comment: '' }, '/rating')).toMatchObject({ status: 422 });
    expect(await rating()).toMatchObject({ score: 5, comment: '', changed_at: expect.any(String), may_rate: false });
    const unhappy = { 'ticket.rating': { operator: 'greater than', value: 4 } };
    const found = await agent.post('/api/v1/tickets/search', { condition: unhappy, only_total_count: true });
    expect(found).toMatchObject({ total_count: 1 });
  });

  it('5: the answer of a customer is attached to its ticket and can be seen there', async () => {
    await mailIn({ from: 'Ana <ana@customer.example>', subject: 'Quota', text: 'My quota is used up.' });
    const ticket = await agent.ticketTitled('Quota');
    await mailbox.mail('ana@customer.example');

    await agent.post('/api/v1/ticket_articles', {
      ticket_id: ticket.id,
      type: 'email',
      body: 'We raised it to 2 TB.',
      content_type: 'text/plain',
    });
    const ours = (await agent.articlesOf(ticket.id)).find((article) => article.body.includes('2 TB'));
    const answer = await mailbox.mail(
      'ana@customer.example',
      (mail) => `<${mail.MessageID}>` === ours.message_id,
      'the answer of the agent',
    );
    expect(answer.subject).toContain(`[Ticket#${ticket.number}]`);
    expect(answer.text).toContain('We raised it to 2 TB.');

    await mailIn({
      from: 'Ana <ana@customer.example>',
      subject: 'Re: something else entirely',
      text: 'Thank you, by reference!',
      inReplyTo: ours.message_id,
      references: [ours.message_id],
    });
    await mailIn({
      from: 'Ana <ana@customer.example>',
      subject: `AW: [Ticket#${ticket.number}] Quota`,
      text: 'Thank you, by subject!',
    });
    const bodies = await waitFor(
      async () => {
        const all = (await agent.articlesOf(ticket.id)).map((article) => article.body).join('\n');
        return all.includes('by reference') && all.includes('by subject') && all;
      },
      { what: 'both answers in the thread', timeoutMs: 15_000 },
    );
    expect(bodies).toContain('My quota is used up.');
    expect((await agent.get(`/api/v1/tickets/${ticket.id}?expand=true`)).state).toBe('open');
  });

  it('6: a forgotten password is set anew by a mailed link that works once', async () => {
    const anyone = agent.as(undefined);
    const same = await anyone.call('POST', '/api/v1/users/password_reset', { username: 'nobody@nowhere.example' });
    const asked = await anyone.call('POST', '/api/v1/users/password_reset', { username: 'agent1@example.com' });
    expect(asked.status).toBe(200);
    expect(same).toMatchObject({ status: asked.status, body: asked.body });

    const link = linkIn(await mailbox.mail('agent1@example.com', ({ Subject }) => /password/i.test(Subject)), '/reset');
    const token = link.searchParams.get('token');
    const password = 'A-new-password-4-agent1';
    const set = () => anyone.call('POST', '/api/v1/users/password_reset_verify', { token, password });
    expect(await set()).toMatchObject({ status: 200 });
    expect((await set()).status).toBeGreaterThanOrEqual(400);

    const signedIn = agent.as({ basic: ['agent1@example.com', password] });
    expect((await signedIn.get('/api/v1/users/me')).login).toBe('agent1@example.com');
    expect(await mailbox.to('nobody@nowhere.example')).toHaveLength(0);
  });

  it('6b: a customer without a password signs in by a mailed link, once', async () => {
    const anyone = agent.as(undefined);
    const address = 'no-password@customer.example';
    await opened('How do I get in?', address, { type: 'phone', sender: 'Customer', body: 'I have no password.' });
    const wish = (username: string) => anyone.call('POST', '/api/v1/users/sign_in_link', { username });
    // People of the desk are told the same, and mailed nothing.
    expect((await wish(address)).body).toEqual((await wish('agent1@example.com')).body);
    const link = linkIn(await mailbox.mail(address, (mail) => /sign in/i.test(mail.Subject), 'the link'), '/link');
    const enter = () => anyone.call('POST', '/api/v1/signin/link', { token: link.searchParams.get('token') });
    const entered = await enter();
    expect(entered.status).toBe(201);
    const cookie = String(entered.headers.get('set-cookie')).split(';')[0] as string;
    const me = await fetch(new URL('/api/v1/users/me', platform.url), { headers: { cookie } });
    expect(await me.json()).toMatchObject({ email: address });
    expect((await enter()).status).toBe(401);
    const toAgent = await mailbox.to('agent1@example.com');
    expect(toAgent.filter(({ Subject }) => /sign in/i.test(Subject))).toEqual([]);
  });

  it('7: an invited colleague sets a password by a mailed link and signs in', async () => {
    await agent.post('/api/v1/users', {
      firstname: 'Ines',
      lastname: 'New',
      email: 'ines@example.org',
      roles: ['Agent'],
      groups: { Users: ['full'] },
      invite: true,
    });
    const link = linkIn(
      await mailbox.mail('ines@example.org', ({ Subject }) => /invitation/i.test(Subject)),
      '/invite',
    );
    const password = 'Invited-and-welcome-7';
    await agent
      .as(undefined)
      .post('/api/v1/users/password_reset_verify', { token: link.searchParams.get('token'), password });

    const session = await fetch(`${platform.url}/api/v1/signin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ines@example.org', password, fingerprint: 'test' }),
    });
    expect(session.status).toBe(201);
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const csrf = session.headers.get('csrf-token') ?? '';
    const ines = agent.as({ cookie, csrf });
    expect((await ines.get('/api/v1/users/me')).email).toBe('ines@example.org');
    expect((await ines.get('/api/v1/ticket_list?view=all')).total).toBeGreaterThan(0);
  });

  it('a mail in an IMAP mailbox becomes a ticket with a confirmation, and is marked seen', async () => {
    imap.append(rawMail({ from: 'Ivo <ivo@customer.example>', subject: 'From the mailbox', text: 'Hello by IMAP' }));
    const ticket = await agent.ticketTitled('From the mailbox', 30_000);
    expect((await agent.articlesOf(ticket.id))[0].body).toContain('Hello by IMAP');
    await mailbox.mail('ivo@customer.example');
    await waitFor(() => imap.messages().every(({ flags }) => flags.includes('\\Seen')), {
      what: 'the mail to be marked seen',
      timeoutMs: 15_000,
    });
  });

  it('a mail that a mail server pipes into `helpmesh mail-in` becomes a ticket, its words as they were', async () => {
    const raw = rawMail({
      from: 'Pia <pia@customer.example>',
      subject: 'From an alias',
      text: 'Hello by a pipe\n.\nend',
    });
    const env = { ...process.env, RECIPIENT: 'helpdesk@localhost', SENDER: 'pia@customer.example' };
    const pipe = (port: number) => {
      const command = ['deploy/bin/helpmesh.mjs', 'mail-in', '--server', `127.0.0.1:${port}`];
      const running = promisify(execFile)(process.execPath, command, { env });
      running.child.stdin?.end(raw);
      return running;
    };
    await pipe(platform.smtpPort);
    const ticket = await agent.ticketTitled('From an alias', 30_000);
    const [article] = await agent.articlesOf(ticket.id);
    expect(article.body).toContain('Hello by a pipe\n.\nend');
    await mailbox.mail('pia@customer.example');
    // Nobody listens at the port of no service: the mail server is to try again.
    await expect(pipe(1)).rejects.toMatchObject({ code: 75 });
  });

  it('a customer opens a request in the portal, and the confirmation quotes none of it', async () => {
    const email = 'portal@customer.example';
    const password = 'Customer-password-2';
    const user = await agent.post('/api/v1/users', {
      firstname: 'Por',
      lastname: 'Tal',
      email,
      roles: ['Customer'],
      password,
    });
    const portal = agent.as({ basic: [email, password] });
    const groups: Json[] = await portal.get('/api/v1/groups');
    expect(groups).toContainEqual({ id: 1, name: 'Users', active: true });
    const ticket = await portal.post('/api/v1/tickets', {
      title: 'Cheap words',
      group_id: 1,
      article: { type: 'web', subject: 'Cheap words', body: '<p>Please help.</p>', content_type: 'text/html' },
    });
    expect(ticket).toMatchObject({ customer_id: user.id, group_id: 1 });
    const mail = await mailbox.mail(email);
    expect(mail.subject).toContain(`[Ticket#${ticket.number}]`);
    expect(JSON.stringify(mail.headerLines) + mail.text + mail.html).not.toMatch(/Cheap words|Por Tal/);
  });

  describe('with a PBA-S control panel', () => {
    const secret = 'the phrase of both sides';
    const endpoint = () => `${platform.url}/soap/external-helpdesk`;
    const send = (envelope: string, guard: string) =>
      fetch(endpoint(), {
        method: 'POST',
        headers: { 'content-type': 'text/xml; charset=utf-8', 'x-hspc-security': guard },
        body: envelope,
      });
    const call = async (inner: string) => {
      const names = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"';
      const envelope = `<s:Envelope ${names}><s:Body>${inner}</s:Body></s:Envelope>`;
      const answer = await send(envelope, createHmac('sha256', secret).update(envelope).digest('hex'));
      return { status: answer.status, text: await answer.text() };
    };
    const result = (text: string) => /<result[^>]*>([^<]*)</.exec(text)?.[1] ?? '';
    const follow = (link: string, method = 'GET') => {
      const { pathname, search } = new URL(link);
      return agent.as(undefined).call(method, pathname + search);
    };

    beforeAll(async () => {
      await agent.put('/api/v1/pbas_settings', { active: true, secret, replay_window_seconds: 0 });
    });

    it('signs its customers in by a link that is good once', async () => {
      const contact = '<id>77</id><email>panel@customer.example</email><last_name>Müller</last_name>';
      expect(result((await call(`<alter_contacts><c>${contact}</c></alter_contacts>`)).text)).toBe('1');
      const wish = '<init_session><id>77</id><ip>127.0.0.1</ip><act>add</act></init_session>';
      const link = result((await call(wish)).text);

      // Who only looks at the link leaves it as it is.
      expect((await follow(link, 'HEAD')).status).not.toBe(303);
      const opened = await follow(link);
      expect([opened.status, opened.headers.get('location')]).toEqual([303, '/tickets/new']);
      expect(opened.headers.get('referrer-policy')).toBe('no-referrer');
      const cookie = opened.headers.get('set-cookie') ?? '';
      expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/);
      const portal = agent.as({ cookie: cookie.split(';')[0] ?? '', csrf: '' });
      expect(await portal.get('/api/v1/users/me')).toMatchObject({
        email: 'panel@customer.example',
        lastname: 'Müller',
      });
      expect((await portal.call('GET', '/api/v1/pbas_settings')).status).toBe(403);

      const again = await follow(link);
      expect(again.headers.get('location')).toBe('/sign-in?problem=pbas.link-used');
      expect(again.headers.get('set-cookie')).toBeNull();
    });

    it('refuses who has not the phrase, and answers in the words of SOAP', async () => {
      const refused = await send('<greet/>', '0'.repeat(64));
      expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'text/xml; charset=utf-8']);
      expect(await refused.text()).toContain('<faultcode>soap:Client</faultcode>');
      const laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>';
      const guarded = await send(laughs, createHmac('sha256', secret).update(laughs).digest('hex'));
      expect(guarded.status).toBe(500);
      expect(await guarded.text()).toContain('<code>soap.doctype</code>');
      const huge = await send('x'.repeat(5_000_000), '');
      expect(await huge.text()).toContain('<code>http.body-too-large</code>');
      const wsdl = await (await fetch(`${endpoint()}?wsdl`)).text();
      expect(wsdl).toContain(`<soap:address location="${endpoint()}"/>`);
    });

    it('talks to the library that the panel is written with', async (context) => {
      const missing = soapLiteMissing();
      context.skip(missing !== undefined, missing);
      const script = new URL('./pbas-panel.pl', import.meta.url).pathname;
      const { stdout } = await promisify(execFile)('perl', [script, endpoint(), secret], { timeout: 50_000 });
      const seen = JSON.parse(stdout);
      expect(seen).toMatchObject({
        ...{ greet: 'Helpmesh at localhost', altered: '2', again: '0' },
        link: expect.stringMatching(/\/sso\/pbas\/[\w-]{43}\?act=add$/),
        unknown: { code: 'soap:Client', string: 'There is no contact with this id.' },
        method: { code: 'soap:Client', string: 'The helpdesk has no such method.' },
        intruder: { code: 'soap:Client', string: 'The security header is missing or wrong.' },
      });
      expect(seen.listed).toEqual(expect.arrayContaining(['4711', '0042']));
      const [found] = await agent.get('/api/v1/users/search?query=joerg@panel.example');
      expect(found).toMatchObject({ firstname: 'Dr. Jörg', lastname: 'van der Müller ☃' });
    });
  });

  describe('with the CMDB i-doit', () => {
    const search = (query: Record<string, string>) =>
      fetch(`${platform.url}/REST/1.0/search/ticket?${new URLSearchParams(query)}`);
    const sql = (object: number) => `'CF.{i-doit objects}' = '${object}' AND 'CF.{i-doit tenant}' = '1'`;
    let id: number;

    beforeAll(async () => {
      const ticket = await agent.post('/api/v1/tickets', {
        ...{ title: 'Server: disk full', group: 'Users', customer: 'guess:cmdb@customer.example' },
        ...{ article: { body: 'x', type: 'note', internal: true } },
        preferences: { idoit: { object_ids: ['8834'], tenant: '1' } },
      });
      id = ticket.id;
    });

    it('lists the tickets of an object as a Request Tracker does', async () => {
      const { email: user, password: pass } = platform.admin;
      const answer = await search({ query: sql(8834), format: 'l', user, pass });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
      const lines = (await answer.text()).split('\n');
      expect(lines.slice(0, 3)).toEqual(['RT/5.0.7 200 Ok', '', `id: ticket/${id}`]);
      expect(lines).toContain('Subject: Server:\u00a0disk full');
      expect(lines).toContain('CF.{i-doit objects}: ,8834,');
      const none = await search({ query: sql(8835), format: 'l', user, pass });
      expect(await none.text()).toBe('RT/5.0.7 200 Ok\n\nNo matching results.\n');
      // The same in a form, and with the credentials in the header.
      const form = await fetch(`${platform.url}/REST/1.0/search/ticket`, {
        method: 'POST',
        headers: agent.authorization,
        body: new URLSearchParams({ query: sql(8834), format: 'i' }),
      });
      expect(await form.text()).toBe(`RT/5.0.7 200 Ok\n\nticket/${id}\n`);
      const show = await fetch(`${platform.url}/REST/1.0/ticket/${id}/show`, { headers: agent.authorization });
      expect(await show.text()).toContain(`id: ticket/${id}\nQueue: Users\n`);
      const gone = await fetch(`${platform.url}/REST/1.0/ticket/99999999/show`, { headers: agent.authorization });
      expect(await gone.text()).toContain('# Ticket 99999999 does not exist.');
    });

    it('tells nobody anything who does not sign in', async () => {
      for (const wrong of [{}, { user: platform.admin.email, pass: 'wrong' }]) {
        const answer = await search({ query: sql(8834), format: 'l', ...wrong });
        expect(await answer.text()).toBe('RT/5.0.7 401 Credentials required\n\n\n');
      }
    });

    it('lists them as Zammad does, asked by a form', async () => {
      const answer = await fetch(`${platform.url}/api/v1/tickets/search`, {
        method: 'POST',
        headers: agent.authorization,
        body: new URLSearchParams({ query: 'preferences.idoit.object_ids:8834', limit: '10', expand: '1' }),
      });
      expect(await answer.json()).toMatchObject([
        { id, title: 'Server: disk full', group: 'Users', preferences: { idoit: { object_ids: ['8834'] } } },
      ]);
    });

    it('lists them as an ((OTRS)) Community Edition does, to the client of PHP', async () => {
      const { email, password } = platform.admin;
      const call = async (method: string, inside: string, pass = password) => {
        const answer = await fetch(`${platform.url}/nph-genericinterface.pl/Webservice/GenericTicketConnector`, {
          method: 'POST',
          headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"Core#${method}"` },
          body:
            '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns1="Core"><SOAP-ENV:Body>' +
            `<ns1:${method}><UserLogin>${email}</UserLogin><Password>${pass}</Password>${inside}</ns1:${method}>` +
            '</SOAP-ENV:Body></SOAP-ENV:Envelope>',
        });
        return [answer.status, await answer.text()] as const;
      };
      const like = (object: number) =>
        `<DynamicField_IDoitObjects><Like>*,${object},*</Like></DynamicField_IDoitObjects>`;
      const [status, text] = await call('TicketSearch', like(8834));
      expect([status, text]).toEqual([
        200,
        expect.stringContaining(`<TicketID>${id}</TicketID></TicketSearchResponse>`),
      ]);
      expect((await call('TicketSearch', like(8835)))[1]).toContain('<TicketSearchResponse xmlns="Core"></Ticket');
      const [, told] = await call('TicketGet', `<TicketID>${id},99999999</TicketID><DynamicFields>1</DynamicFields>`);
      expect(told.match(/<Ticket>/g)).toHaveLength(1);
      expect(told).toContain('<Title>Server: disk full</Title>');
      expect(told).toContain('<DynamicField_IDoitObjects>,8834,</DynamicField_IDoitObjects>');
      const [refused, fault] = await call('TicketSearch', like(8834), 'wrong');
      expect([refused >= 400, fault.includes('Fault'), fault.includes('TicketID')]).toEqual([true, true, false]);
    });

    it('lists them as an iTop does', async () => {
      const ask = async (object: number, pass = platform.admin.password) => {
        const key = `SELECT UserRequest AS u JOIN FunctionalCI AS f ON 1 WHERE f.idoit_id = ${object}`;
        const json_data = JSON.stringify({ operation: 'core/get', class: 'UserRequest', key });
        const answer = await fetch(`${platform.url}/webservices/rest.php?version=1.0`, {
          method: 'POST',
          body: new URLSearchParams({ version: '1.0', auth_user: platform.admin.email, auth_pwd: pass, json_data }),
        });
        return (await answer.json()) as { code: number; objects: Record<string, object> | null };
      };
      expect(await ask(8834)).toMatchObject({
        code: 0,
        objects: { [`UserRequest::${id}`]: { key: String(id), fields: { title: 'Server: disk full', status: 'new' } } },
      });
      expect(await ask(8835)).toMatchObject({ code: 0, objects: null });
      expect(await ask(8834, 'wrong')).toMatchObject({ code: 1, objects: null });
    });

    it.each([
      ['/index.pl?Action=AgentTicketZoom;TicketID=12', '/tickets/12'],
      ['/index.pl?DynamicField_IDoitObjects=,8834,&Action=AgentTicketPhone', '/tickets/new?objects=8834'],
      ['/index.pl', '/tickets/new'],
      ['/pages/UI.php?operation=details&class=UserRequest&id=12&c[org_id]=1&c[menu]=UserRequest', '/tickets/12'],
      ['/pages/UI.php?operation=new&class=UserRequest&c%5Borg_id%5D=1&c%5Bmenu%5D=NewUserRequest', '/tickets/new'],
      ['/Ticket/Display.html?id=12', '/tickets/12'],
      ['/Ticket/Display.html?id=//evil.example', '/tickets'],
      [
        '/Ticket/Create.html?IDoitTenant=1&IDoitObjects=8834undefined&Queue=Users',
        '/tickets/new?objects=8834&tenant=1&group=Users',
      ],
      ['/Ticket/Create.html', '/tickets/new'],
    ])('leads from %s to %s', async (from, to) => {
      const answer = await agent.as(undefined).call('GET', from);
      expect([answer.status, answer.headers.get('location')]).toEqual([302, to]);
    });
  });

  it('J6: keeps an internal note away from the customer, in the portal and by mail', async () => {
    const customer = 'quiet@customer.example';
    const ticket = await opened('Quiet', customer, { type: 'phone', sender: 'Customer', body: 'Hello' });
    await mailbox.mail(customer);
    await agent.post('/api/v1/ticket_articles', { ticket_id: ticket.id, type: 'note', internal: true, body: 'SECRET' });
    const user = (await agent.get(`/api/v1/users/search?query=${customer}`))[0];
    await agent.put(`/api/v1/users/${user.id}`, { password: 'Customer-password-1' });
    const portal = agent.as({ basic: [customer, 'Customer-password-1'] });
    expect(JSON.stringify(await portal.articlesOf(ticket.id))).not.toContain('SECRET');
    expect((await portal.call('GET', '/api/v1/tickets/1')).status).toBe(404);
    const aboutIt = (await mailbox.to(customer)).filter((mail) => mail.Subject.includes(`Ticket#${ticket.number}`));
    expect(aboutIt).toHaveLength(1);
  });
});

/** Why the control panel of PBA-S cannot be played here, or undefined. */
function soapLiteMissing(): string | undefined {
  try {
    execFileSync('perl', ['-MSOAP::Lite', '-e', '1'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'SOAP::Lite of Perl is not installed (deploy/tools/install-peers.sh installs it, as root)';
  }
}
