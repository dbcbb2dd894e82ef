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
    const started = await testPlatform({ 'mail-ingest': { IMAP_MAILBOXES: JSON.stringify([support]) } });
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

  it('keeps an internal note away from the customer, in the portal and by mail', async () => {
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
