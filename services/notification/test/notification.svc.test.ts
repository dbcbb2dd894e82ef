import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import {
  type Actor,
  deliveryFailed,
  deliverySent,
  groupCreated,
  hasMailAccount,
  leaveList,
  listOutboundMail,
  type Message,
  mailAccounts,
  mailTextTemplates,
  noticesChanged,
  notifyAgents,
  type OutputOf,
  onlineNotifications,
  readFileLink,
  recordMail,
  retryOutboundMail,
  sendMail,
  serviceFigures,
  ticketCreated,
  ticketOfMessageId,
} from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner, loadConfig, type RunningService } from '@helpmesh/service-kit';
import {
  infra,
  type Neighbours,
  neighbours,
  type SmtpSink,
  smtpSink,
  testKeys,
  tokenServer,
  waitFor,
} from '@helpmesh/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNotificationService, NotificationConfig } from '../src/service.ts';

const keys = testKeys();
const env = keys.envOf('notification');
let broker: Awaited<ReturnType<ReturnType<typeof infra>['nats']>>;
let others: Neighbours;
let sink: SmtpSink;
let folder: string;
let service: RunningService;

type Created = Message<typeof ticketCreated>['data'];
type SendMail = Message<typeof sendMail>['data'];
let sample: Created;
let blobs: BlobStore;
let ticketId = 1_000;

beforeAll(async () => {
  broker = await infra().nats();
  others = await neighbours(broker.url, ['ticket', 'identity']);
  sink = await smtpSink();
  folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-notification-'));
  blobs = openBlobStore({ BLOB_DIR: folder });
  const program = `#!/bin/sh\n(echo "$@"; cat) >${folder}/program.new && mv ${folder}/program.new ${folder}/program.out\n`;
  await writeFile(path.join(folder, 'sendmail'), program, { mode: 0o755 });
  const samples = new URL('../../../libs/contracts/samples/', import.meta.url);
  sample = JSON.parse(await readFile(new URL('ticket.v1.created.1.json', samples), 'utf8')).data as Created;
  service = createNotificationService(
    loadConfig(NotificationConfig, {
      ...env,
      DATABASE_URL: await infra().database('notification'),
      NATS_URL: broker.url,
      HEALTH_PORT: '0',
      HEALTH_HOST: '127.0.0.1',
      HELPMESH_FQDN: 'desk.example.org',
      BLOB_DIR: folder,
      SMTP_URL: sink.url,
      HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1',
      SENDMAIL_PATH: path.join(folder, 'sendmail'),
      MAIL_FROM: 'Helpmesh <help@desk.example.org>',
      MAIL_OWN_ADDRESSES: 'in@desk.example.org',
      MAIL_MAX_SIZE_MB: '2',
      MAIL_POLL_MS: '50',
      MAIL_RETRY_BASE_MS: '100',
      MAIL_RETRY_CAP_MS: '100',
      MAIL_RETRY_TOTAL_MS: '60000',
    }),
  );
  await service.migrate();
  await service.start();
});
afterAll(async () => {
  await service.stop();
  await others.close();
  await sink.close();
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => sink.clear());

/** A new ticket of a customer nobody has mailed before. */
function aTicket(
  change: { article?: Partial<NonNullable<Created['article']>>; email?: string; title?: string } = {},
): Created {
  const id = ++ticketId;
  return {
    ...sample,
    ticket: {
      ...sample.ticket,
      id,
      number: String(10_000 + id),
      title: change.title ?? 'Portal is down',
      createdAt: new Date().toISOString(),
    },
    article: sample.article && { ...sample.article, messageId: `<q${id}@x.org>`, ...change.article },
    customer: { ...sample.customer, email: change.email ?? `customer${id}@x.org` },
  };
}

async function aFile(filename: string, size: number) {
  const stored = await blobs.put(Buffer.alloc(size, filename), { maxBytes: size });
  return { ...stored, filename, contentType: 'application/octet-stream' };
}

function aMailOrder(overrides: Partial<SendMail> = {}): SendMail {
  return {
    mailId: uuidv7(),
    kind: 'reply',
    ticketId: 17,
    articleId: 40,
    from: { name: 'Support', address: 'support@desk.example.org' },
    replyTo: null,
    to: [{ name: 'Ada', address: 'ada@x.org' }],
    cc: [],
    content: { subject: '[Ticket#10017] Re: Printer', text: 'Please try again.', html: null },
    messageId: '<20260302.17.x@desk.example.org>',
    inReplyTo: '<q@x.org>',
    references: ['<q@x.org>'],
    attachments: [],
    automatic: false,
    ...overrides,
  };
}

describe('a new ticket', () => {
  it.each([
    ['email', 'Customer', 'Ihre Anfrage ist eingegangen', /vielen Dank für Ihre Nachricht/],
    ['web', 'Customer', 'Ihre Anfrage ist eingegangen', /vielen Dank für Ihre Nachricht/],
    ['phone', 'Customer', 'Ihr Anruf: Portal is down', /vielen Dank für Ihren Anruf[\s\S]*> Portal is down/],
    [
      'phone',
      'Agent',
      'Unser Anruf: Portal is down',
      /wir haben Sie in folgender Sache angerufen[\s\S]*> Portal is down/,
    ],
  ] as const)(
    'by %s of a %s is confirmed in the language of the customer, and the thread is told',
    async (type, sender, subject, says) => {
      const ticket = aTicket({ article: { type, sender } });
      const event = await others.say(ticketCreated, ticket, { aggregateId: ticket.ticket.id });
      const got = await sink.next('the confirmation');
      expect(got.parsed.subject).toBe(`[Ticket#${ticket.ticket.number}] ${subject}`);
      expect(got.parsed.text).toMatch(says);
      expect(got.parsed.text).toContain(ticket.ticket.number);
      expect(got.envelope).toEqual({ from: '', to: [ticket.customer.email] });
      expect(got.parsed.headers.get('auto-submitted')).toBe('auto-replied');
      expect(got.parsed.inReplyTo).toBe(type === 'email' ? ticket.article?.messageId : undefined);
      const messageId = got.parsed.messageId ?? '';
      expect(ticketOfMessageId(messageId, env.HELPMESH_THREADING_SECRET ?? '')).toBe(ticket.ticket.id);

      const told = await others.hear(recordMail, ({ data }) => data.ticketId === ticket.ticket.id);
      expect(told).toMatchObject({ causationId: event.id, correlationId: event.correlationId });
      expect(told.data).toMatchObject({ kind: 'auto-reply', messageId, to: [{ address: ticket.customer.email }] });
      expect(told.data).toMatchObject({ text: expect.stringMatching(says), html: null });
      const sent = await others.hear(deliverySent, ({ data }) => data.mailId === told.data.mailId);
      expect(sent.data).toMatchObject({ kind: 'auto-reply', ticketId: ticket.ticket.id, articleId: null, attempts: 1 });
    },
  );

  it.each(['email', 'web'] as const)(
    'by %s carries nothing of what its sender wrote to the address it named',
    async (type) => {
      const ticket = aTicket({ article: { type, sender: 'Customer' }, title: 'CHEAP PILLS' });
      await others.say(ticketCreated, {
        ...ticket,
        customer: { ...ticket.customer, name: 'BUY NOW http://evil.example' },
      });
      const got = await sink.next('the confirmation');
      expect(JSON.stringify(got.parsed.headerLines) + got.parsed.text + got.parsed.html).not.toMatch(
        /CHEAP|PILLS|BUY|evil\.example/,
      );
    },
  );

  it('whose event comes five times is confirmed once', async () => {
    const ticket = aTicket();
    const id = uuidv7();
    for (let i = 0; i < 5; i++) await others.say(ticketCreated, ticket, { id });
    await sink.next('the confirmation');
    await others.settled('notification');
    await others.hear(deliverySent, ({ data }) => data.ticketId === ticket.ticket.id);
    expect(sink.mails).toHaveLength(1);
    expect(others.heard(recordMail).filter(({ data }) => data.ticketId === ticket.ticket.id)).toHaveLength(1);
  });

  it.each([
    ['written by an agent as e-mail', { article: { sender: 'Agent' } }],
    ['made by an automatic mail', { article: { isAutoResponse: true } }],
    ['of a machine', { email: 'mailer-daemon@x.org' }],
    ['of one of our own addresses', { email: 'In@desk.example.org' }],
    ['of the sender of our own mails', { email: 'help@desk.example.org' }],
  ] as const)('%s is not confirmed', async (_what, change) => {
    const silent = aTicket(change);
    await others.say(ticketCreated, silent);
    const heard = aTicket();
    await others.say(ticketCreated, heard);
    await sink.next('the mail of a later ticket', ({ envelope }) => envelope.to[0] === heard.customer.email);
    await others.settled('notification');
    expect(sink.mails).toHaveLength(1);
    expect(others.heard(recordMail).some(({ data }) => data.ticketId === silent.ticket.id)).toBe(false);
  });

  it('of a group with an address of its own is confirmed from there, and mail from there is never answered', async () => {
    const email = { name: 'Storage desk', address: 'Storage@desk.example.org' };
    const group = { active: true, followUpPossible: 'yes' as const, followUpAssignment: true, reopenTimeInDays: null };
    await others.say(groupCreated, { id: 77, name: 'Storage', signature: null, email, ...group }, { aggregateId: 77 });
    await others.settled('notification');
    const own = aTicket({ email: 'storage@desk.example.org' });
    await others.say(ticketCreated, own);
    const ticket = aTicket();
    await others.say(ticketCreated, { ...ticket, ticket: { ...ticket.ticket, groupId: 77 } });
    const got = await sink.next('the confirmation');
    expect(got.parsed.from?.text).toBe('"Storage desk" <Storage@desk.example.org>');
    await others.settled('notification');
    expect(sink.mails).toHaveLength(1);
  });

  it('after five within the hour for one address is held back, recorded with its reason, and not told to the thread', async () => {
    const email = 'looping@x.org';
    const tickets = Array.from({ length: 7 }, () => aTicket({ email }));
    for (const ticket of tickets) await others.say(ticketCreated, ticket);
    await others.settled('notification');
    const toThem = (mails: { envelope: { to: string[] } }[]) =>
      mails.filter(({ envelope }) => envelope.to[0] === email);
    await waitFor(() => toThem([...sink.mails]).length === 5, { what: 'five confirmations' });
    const held = await ask(listOutboundMail, { params: {}, query: { state: 'suppressed' }, body: undefined });
    expect(held).toHaveLength(2);
    expect(held[0]).toMatchObject({
      state: 'suppressed',
      to: [email],
      last_error: expect.stringMatching(/^Loop guard: 5/),
    });
    expect(toThem([...sink.mails])).toHaveLength(5);
    const ids = new Set(tickets.map(({ ticket }) => ticket.id));
    expect(others.heard(recordMail).filter(({ data }) => ids.has(data.ticketId))).toHaveLength(5);
  });
});

it('S12: after thirty confirmations within the hour to one domain the next ones are held back', async () => {
  const tickets = Array.from({ length: 32 }, (_, i) => aTicket({ email: `victim${i}@flooded.example` }));
  for (const ticket of tickets) await others.say(ticketCreated, ticket);
  await others.settled('notification');
  await waitFor(() => sink.mails.length === 30, { what: 'thirty confirmations' });
  const held = await ask(listOutboundMail, { params: {}, query: { state: 'suppressed' }, body: undefined });
  const here = held.filter(({ to }) => to[0]?.endsWith('@flooded.example'));
  expect(here).toHaveLength(2);
  expect(here[0]?.last_error).toBe('Volume guard: 30 automatic mails to this domain within 60 minutes.');
  const elsewhere = aTicket({ email: 'somebody@quiet.example' });
  await others.say(ticketCreated, elsewhere);
  await sink.next('the mail to another domain', ({ envelope }) => envelope.to[0] === 'somebody@quiet.example');
});

describe('a mail that another service orders', () => {
  it('is sent as ordered, and the outcome is told', async () => {
    const order = aMailOrder();
    await others.say(sendMail, order);
    const got = await sink.next('the reply');
    expect(got.parsed).toMatchObject({ subject: '[Ticket#10017] Re: Printer', messageId: order.messageId });
    expect(got.parsed.headers.has('auto-submitted')).toBe(false);
    const sent = await others.hear(deliverySent, ({ data }) => data.mailId === order.mailId);
    expect(sent.data).toMatchObject({ articleId: 40, ticketId: 17, kind: 'reply', messageId: order.messageId });
  });

  it('copied in secret reaches everybody, and names in no header who was', async () => {
    const [cc, bcc] = [[{ name: '', address: 'bob@x.org' }], [{ name: 'Hidden Hana', address: 'hana@y.org' }]];
    const order = aMailOrder({ cc, bcc: [...bcc, { name: '', address: 'BOB@x.org' }] });
    await others.say(sendMail, order);
    const got = await sink.next('the reply');
    expect(got.envelope.to.map((address) => address.toLowerCase()).sort()).toEqual([
      'ada@x.org',
      'bob@x.org',
      'hana@y.org',
    ]);
    expect(String(got.raw)).not.toMatch(/hana|^bcc:/im);
    await others.hear(deliverySent, ({ data }) => data.mailId === order.mailId);
    const [shown] = await ask(listOutboundMail, { params: {}, query: { limit: 1 }, body: undefined });
    expect(shown).toMatchObject({ id: order.mailId, to: expect.arrayContaining(['hana@y.org']) });
  });

  it('of a group with a branding looks like the community, an answer of an agent above and below its words', async () => {
    const brand = {
      ...{ name: 'Bio <Hub>', sender: 'Bio Hub help', support: 'Mondays & Fridays', footer: 'Imprint' },
      ...{ accent: { light: '#8a1a5c', dark: '#f090c8' }, logo: '/branding/logo/abc' },
      ...{ id: 4, host: 'bio.example' },
    };
    const rules = { active: true, followUpPossible: 'yes' as const, followUpAssignment: true, reopenTimeInDays: null };
    const email = { name: 'Box', address: 'bio@desk.example.org' };
    const facts = { id: 71, name: 'Branded', signature: null, email, ...rules };
    await others.say(groupCreated, { ...facts, brand }, { aggregateId: 71 });
    await others.settled('notification');
    await others.say(
      sendMail,
      aMailOrder({ groupId: 71, content: { subject: 'Re: x', text: 'Hi.', html: '<p>Hi.</p>' } }),
    );
    const reply = await sink.next('the reply');
    expect(reply.parsed.from?.text).toBe('"Bio Hub help" <support@desk.example.org>');
    expect(reply.parsed.text).toBe('Hi.\n\nBio <Hub>\nMondays & Fridays\nImprint\n');
    expect(reply.parsed.html).toMatch(
      /<img src="http:\/\/bio.example:8080\/branding\/logo\/abc".*<p>Hi\.<\/p>.*#8a1a5c.*Bio &lt;Hub&gt;<br>Mondays &amp; Fridays<br>Imprint/s,
    );
    sink.clear();
    const ticket = aTicket();
    await others.say(ticketCreated, { ...ticket, ticket: { ...ticket.ticket, groupId: 71 } });
    const confirmation = await sink.next('the confirmation');
    expect(confirmation.parsed.from?.text).toBe('"Bio Hub help" <bio@desk.example.org>');
    const html = String(confirmation.parsed.html);
    expect(html).toMatch(/<img src="http[^"]+\/branding\/logo\/abc" alt="Bio &lt;Hub&gt;"/);
    for (const part of ['#8a1a5c', '#f090c8', 'Mondays &amp; Fridays', 'automatisch von Bio &lt;Hub&gt;']) {
      expect(html).toContain(part);
    }
    expect(html).not.toContain('<Hub>');
    expect(confirmation.parsed.text).toContain('Bio <Hub> versendet.\nMondays & Fridays\nImprint');
    expect(confirmation.parsed.text).toContain('http://bio.example:8080/r/');
    sink.clear();
    const values = { number: '1', title: 'x', link: 'http://localhost:8080/r/abc' };
    const content = { template: 'rating-request', locale: 'en', values };
    await others.say(sendMail, aMailOrder({ kind: 'rating-request', groupId: 71, content }));
    expect((await sink.next('the question')).parsed.text).toContain('http://bio.example:8080/r/abc');
  });

  it('twice with one mail id is sent once', async () => {
    const order = aMailOrder();
    await others.say(sendMail, order);
    await others.say(sendMail, order);
    await others.hear(deliverySent, ({ data }) => data.mailId === order.mailId);
    await others.settled('notification');
    expect(sink.mails).toHaveLength(1);
  });

  it('from a template is filled, and its link is gone from the database afterwards', async () => {
    const link = 'https://desk.example.org/reset?token=S3CRET';
    const content = { template: 'password-reset', locale: 'pl', values: { name: 'Jan', link, hours: '1' } };
    const order = aMailOrder({
      kind: 'password-reset',
      ticketId: null,
      articleId: null,
      from: null,
      content,
      automatic: true,
    });
    await others.say(sendMail, { ...order, messageId: null, inReplyTo: null, references: [] });
    const got = await sink.next('the reset mail');
    expect(got.parsed.subject).toBe('Nowe hasło do Helpmesh');
    expect(got.parsed.text).toContain(link);
    expect(got.parsed.html).toContain(`href="${link}"`);
    expect(got.parsed.messageId).toBe(`<${order.mailId}@desk.example.org>`);
    expect(got.parsed.from?.text).toBe('"Helpmesh" <help@desk.example.org>');
    await others.hear(deliverySent, ({ data }) => data.mailId === order.mailId);
  });

  it('that is put off arrives later, and one that is refused is told and can be retried by an administrator', async () => {
    sink.fail({ at: 'data', code: 451 }, { at: 'data', code: 554 });
    const order = aMailOrder();
    await others.say(sendMail, order);
    const failed = await others.hear(deliveryFailed, ({ data }) => data.mailId === order.mailId);
    expect(failed.data).toMatchObject({ attempts: 2, articleId: 40 });
    const again = await ask(retryOutboundMail, { params: { id: order.mailId }, query: {}, body: undefined });
    expect(again).toMatchObject({ id: order.mailId, state: 'queued' });
    const sent = await others.hear(deliverySent, ({ data }) => data.mailId === order.mailId);
    expect(sent.data.attempts).toBe(3);
    expect(sink.mails.map(({ parsed }) => parsed.messageId)).toEqual([order.messageId]);
  });

  it.each([
    ['en', 'Files that are too large for this mail:', 'They can be fetched until'],
    ['de-at', 'Dateien, die für diese E-Mail zu groß sind:', 'ohne Anmeldung'],
    ['fr', 'Fichiers trop volumineux pour ce message', 'sans se connecter'],
    ['pl', 'Pliki zbyt duże', 'bez logowania'],
  ])('with files that are too large for a mail has links in their place, in %s', async (locale, heading, over) => {
    const [small, large] = await Promise.all([aFile('small.txt', 1_000), aFile('film <1>.mp4', 3_000_000)]);
    const content = { subject: 'x', text: 'See it.', html: '<p>See it.</p>', locale };
    const order = aMailOrder({ content, attachments: [small, large] });
    await others.say(sendMail, order);
    const { parsed, raw } = await sink.next('the reply');
    expect(Buffer.byteLength(raw)).toBeLessThan(2_000_000);
    expect(parsed.attachments.map(({ filename }) => filename)).toEqual(['small.txt']);
    const [link = ''] = /http:\/\/\S+\/f\/\S+/.exec(parsed.text ?? '') ?? [];
    const named = readFileLink(link.split('/f/')[1] ?? '', env.HELPMESH_THREADING_SECRET ?? '');
    expect(named).toMatchObject({ articleId: 40, sha256: large.sha256.slice(0, 16) });
    expect((named?.until ?? 0) - Date.now()).toBeGreaterThan(29 * 86_400_000);
    for (const text of [heading, over, 'film <1>.mp4']) expect(parsed.text).toContain(text);
    expect(parsed.text).toMatch(/3[.,]?0?\s?M[Bo]/);
    expect(parsed.html).toContain(`<a href="${link}">film &lt;1&gt;.mp4</a>`);
    const sent = await others.hear(deliverySent, ({ data }) => data.mailId === order.mailId);
    expect(sent.data.links).toMatchObject([{ filename: 'film <1>.mp4', size: 3_000_000 }]);
    expect(Math.floor(Date.parse(sent.data.links?.[0]?.until ?? '') / 1000) * 1000).toBe(named?.until);
  });

  it('that is to be encrypted hands none of its files out in the clear', async () => {
    const large = await aFile('film.mp4', 3_000_000);
    const order = aMailOrder({ attachments: [large], security: { sign: false, encrypt: true } });
    await others.say(sendMail, order);
    // There is no key of hers here; it fails whole instead of leaving in pieces.
    const failed = await others.hear(deliveryFailed, ({ data }) => data.mailId === order.mailId);
    expect(failed.data.links).toBeUndefined();
  });

  it('asks how it went only those who did not stop such mails by one click', async () => {
    const values = { number: '1', title: 'x', link: 'https://x.org/r/1' };
    const content = { template: 'rating-request', locale: 'en', values };
    const to = [{ name: '', address: 'Rita@x.org' }];
    const question = () => aMailOrder({ kind: 'rating-request', content, to, automatic: true });
    await others.say(sendMail, question());
    const { headers } = (await sink.next('the question')).parsed;
    const header = headers.get('list') as {
      'unsubscribe-post': { name: string };
      unsubscribe: { url: string };
      id: object;
    };
    expect(header.id).toMatchObject({ name: 'ratings.desk.example.org' });
    expect(header['unsubscribe-post']).toEqual({ name: 'List-Unsubscribe=One-Click' });
    const token = header.unsubscribe.url.split('/u/')[1] ?? '';
    const signer = new ActorSigner({ service: 'gateway', key: keys.pairs.gateway?.privateKey ?? '' });
    await service.get(RpcClient).call(leaveList, { token, on: false }, { actor: signer.service() });
    const stopped = question();
    await others.say(sendMail, stopped);
    await others.settled('notification');
    const kept = (await ask(listOutboundMail, { params: {}, query: { state: 'suppressed' }, body: undefined })) as {
      id: string;
    }[];
    expect(kept.map(({ id }) => id)).toContain(stopped.mailId);
    // A letter is of no list.
    await others.say(sendMail, aMailOrder({ to }));
    const reply = await sink.next('a reply', ({ parsed }) => parsed.subject?.includes('Re: Printer') === true);
    expect(reply.parsed.headers.has('list')).toBe(false);
  });

  it('to nobody who can be written to has failed at once', async () => {
    const order = aMailOrder({ to: [{ name: '', address: 'not an address' }] });
    await others.say(sendMail, order);
    const failed = await others.hear(deliveryFailed, ({ data }) => data.mailId === order.mailId);
    expect(failed.data).toMatchObject({ attempts: 0, error: 'None of the recipients is a mail address.' });
  });

  it('to nobody, ordered more than once, is told to have failed once', async () => {
    const order = aMailOrder({ to: [{ name: '', address: 'not an address' }] });
    // The first starts a batch, the others stand in the next one together.
    await Promise.all([aMailOrder(), order, order, order].map((one) => others.say(sendMail, one)));
    await others.hear(deliveryFailed, ({ data }) => data.mailId === order.mailId);
    await others.settled('notification');
    expect(others.heard(deliveryFailed).filter(({ data }) => data.mailId === order.mailId)).toHaveLength(1);
  });

  it('from a template nobody knows goes to the dead letters and holds up nothing', async () => {
    const content = { template: 'newsletter', locale: 'en', values: {} };
    await others.say(sendMail, aMailOrder({ content }));
    const good = aMailOrder();
    await others.say(sendMail, good);
    await others.hear(deliverySent, ({ data }) => data.mailId === good.mailId);
    await waitFor(async () => (await metric('helpmesh_dead_letters_count')) === 1, { what: 'one dead letter' });
  });
});

describe('agents', () => {
  let person = 500;
  const lists = { params: {}, query: {}, body: undefined };
  const listOf = (userId: number) => ask(onlineNotifications.list, lists, [], userId);
  const order = (over: Partial<Notice> = {}, ...people: Partial<Notice['people'][number]>[]): Notice => ({
    ...{ kind: 'update', changes: [{ field: 'state', value: 'open' }], dueAt: null, settles: null, onceOn: null },
    ticket: {
      id: ++ticketId,
      number: '10042',
      title: 'Portal is down',
      customerId: 10,
      group: 'Users',
      state: 'open',
      priority: '2 normal',
    },
    article: { id: 97, internal: false, text: 'It does not <b>work</b>.', createdById: 7, sender: 'Agent' },
    by: { userId: 7, name: 'Zoë Müller' },
    at: new Date().toISOString(),
    ...over,
    people: people.map((one) => ({
      ...{ userId: ++person, reason: 'owner', online: true, seen: false },
      mail: { address: `agent${person}@desk-team.org`, name: `Agent ${person}`, locale: 'de' },
      ...one,
    })),
  });

  it('are told in their list and by mail, once however often the order comes', async () => {
    const notice = order({}, {}, { mail: null });
    const [id, mailless] = [notice.people[0]?.userId ?? 0, notice.people[1]?.userId ?? 0];
    const command = await others.say(notifyAgents, notice);
    await others.say(notifyAgents, notice, { id: command.id });
    const got = await sink.next('the notification');
    expect(got.parsed.subject).toBe('[Ticket#10042] Geändert: Portal is down');
    expect(got.envelope).toEqual({ from: '', to: [`agent${id}@desk-team.org`] });
    expect(got.parsed.text).toContain('Status: open');
    expect(got.parsed.text).toContain('Zoë Müller hat geschrieben:');
    expect(got.parsed.text).toContain('> It does not <b>work</b>.');
    expect(got.parsed.text).toContain('Dieses Ticket gehört Ihnen.');
    expect(got.parsed.html).toContain('&lt;b&gt;work&lt;/b&gt;');
    expect(got.parsed.html).toContain(`/tickets/${notice.ticket.id}"`);
    const header = (name: string) => got.parsed.headers.get(name);
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('precedence')).toBe('bulk');
    expect(header('x-auto-response-suppress')).toBe('All');
    expect(JSON.stringify(header('list'))).toContain('notifications.desk.example.org');
    await others.settled('notification');
    expect(sink.mails).toHaveLength(1);
    await others.hear(noticesChanged, ({ data }) => data.userIds.includes(mailless));
    for (const user of [id, mailless]) {
      expect(await listOf(user)).toMatchObject([
        { o_id: notice.ticket.id, object_lookup_id: 1, type_lookup_id: 2, type: 'update', user_id: user, seen: false },
      ]);
    }
  });

  it('answer a notification into the ticket, but not one that quotes what is internal', async () => {
    const secret = env.HELPMESH_THREADING_SECRET ?? '';
    for (const internal of [false, true]) {
      const notice = order({ article: { id: 1, internal, text: 'Psst', createdById: 7, sender: 'Agent' } }, {});
      await others.say(notifyAgents, notice);
      const got = await sink.next(
        'the notification',
        ({ envelope }) => envelope.to[0] === notice.people[0]?.mail?.address,
      );
      expect(ticketOfMessageId(got.parsed.messageId ?? '', secret)).toBe(internal ? null : notice.ticket.id);
    }
  });

  it.each(['create', 'update'] as const)('are told of an encrypted message that there is one (%s)', async (kind) => {
    const article = { id: 1, internal: false, text: '', encrypted: true, createdById: 7, sender: 'Customer' };
    const notice = order({ kind, article, changes: [] }, {});
    await others.say(notifyAgents, notice);
    const { parsed } = await sink.next('the notification', ({ envelope }) =>
      envelope.to.includes(notice.people[0]?.mail?.address ?? ''),
    );
    expect(parsed.text).toContain('Die Nachricht ist verschl\u00fcsselt: Ihr Wortlaut steht nur im Ticket.');
    expect(parsed.text).toContain(`/tickets/${notice.ticket.id}`);
    expect(parsed.text).not.toMatch(/^>\s*$|ge\u00e4ndert/m);
    expect(parsed.text?.includes('hat geschrieben.')).toBe(kind === 'update');
  });

  it('have a list of their own, which nobody else sees or changes', async () => {
    const notice = order({}, { mail: null });
    const id = notice.people[0]?.userId ?? 0;
    await others.say(notifyAgents, notice);
    await others.settled('notification');
    const [one] = await listOf(id);
    const its = { params: { id: String(one?.id) }, query: {} };
    for (const [question, body] of [
      [onlineNotifications.get, undefined],
      [onlineNotifications.update, { seen: true }],
      [onlineNotifications.delete, undefined],
    ] as const) {
      await expect(ask(question, { ...its, body }, [], id + 1000)).rejects.toMatchObject({ kind: 'not-found' });
    }
    expect(
      await ask(onlineNotifications.update, { ...its, query: { expand: 'true' }, body: { seen: true } }, [], id),
    ).toMatchObject({
      ...{ seen: true, object: 'Ticket', updated_by_id: id },
    });
    expect(await ask(onlineNotifications.list, { ...lists, query: { full: 'true' } }, [], id)).toMatchObject({
      record_ids: [one?.id],
      assets: { OnlineNotification: { [String(one?.id)]: { seen: true } } },
    });
    expect(await ask(onlineNotifications.delete, { ...its, body: undefined }, [], id)).toEqual({});
    expect(await listOf(id)).toEqual([]);
  });

  it('have seen what was settled, but not what mentions them; and all of it when they say so', async () => {
    const ticket = order().ticket;
    const people = [{ mail: null }, { mail: null, reason: 'mentioned' as const }];
    const first = order({ ticket }, ...people);
    await others.say(notifyAgents, first);
    await others.say(notifyAgents, order({ ticket, settles: { but: [] } }));
    await others.settled('notification');
    const [settled, mentioned] = first.people.map(({ userId }) => userId) as [number, number];
    expect(await listOf(settled)).toMatchObject([{ seen: true }]);
    expect(await listOf(mentioned)).toMatchObject([{ seen: false }]);
    await ask(onlineNotifications.markAllAsRead, lists, [], mentioned);
    expect(await listOf(mentioned)).toMatchObject([{ seen: true }]);
  });

  it('clear their list up to what they have looked at, and that of nobody else', async () => {
    const notice = order({}, { mail: null }, { mail: null });
    const [id, other] = notice.people.map(({ userId }) => userId) as [number, number];
    for (const next of [notice, order({}, { mail: null, userId: id })]) await others.say(notifyAgents, next);
    await others.settled('notification');
    const [late, early] = await listOf(id);
    const clear = (query: object) => ask(onlineNotifications.clear, { ...lists, query }, [], id);
    expect(await clear({ up_to: String(early?.id) })).toEqual({});
    expect((await listOf(id)).map((one) => one.id)).toEqual([late?.id]);
    await clear({});
    expect(await listOf(id)).toEqual([]);
    expect(await listOf(other)).toHaveLength(1);
  });

  it('have in their list exactly what they were told and did not take away, seen or not, whatever the order', async () => {
    const steps = fc.array(fc.constantFrom('told', 'mentioned', 'settled', 'see', 'remove', 'see all', 'clear'), {
      ...{ minLength: 3, maxLength: 12 },
    });
    await fc.assert(
      fc.asyncProperty(steps, async (deeds) => {
        const [userId, ticket] = [++person, order().ticket];
        // Newest first, as the list is.
        let known: { seen: boolean; mentioned: boolean }[] = [];
        for (const deed of deeds) {
          const [newest] = await listOf(userId);
          const its = { params: { id: String(newest?.id) }, query: {} };
          if (deed === 'told' || deed === 'mentioned') {
            const reason = deed === 'told' ? ('owner' as const) : ('mentioned' as const);
            await others.say(notifyAgents, order({ ticket }, { mail: null, userId, reason }));
            await others.settled('notification');
            known = [{ seen: false, mentioned: deed === 'mentioned' }, ...known];
          } else if (deed === 'settled') {
            await others.say(notifyAgents, order({ ticket, settles: { but: [] } }));
            await others.settled('notification');
            known = known.map((one) => ({ ...one, seen: one.seen || !one.mentioned }));
          } else if (deed === 'see' && newest) {
            await ask(onlineNotifications.update, { ...its, body: { seen: true } }, [], userId);
            known = known.map((one, i) => ({ ...one, seen: one.seen || i === 0 }));
          } else if (deed === 'remove' && newest) {
            await ask(onlineNotifications.delete, { ...its, body: undefined }, [], userId);
            known = known.slice(1);
          } else if (deed === 'see all') {
            await ask(onlineNotifications.markAllAsRead, lists, [], userId);
            known = known.map((one) => ({ ...one, seen: true }));
          } else if (deed === 'clear') {
            await ask(onlineNotifications.clear, lists, [], userId);
            known = [];
          }
          expect((await listOf(userId)).map(({ seen }) => seen)).toEqual(known.map(({ seen }) => seen));
        }
      }),
      { numRuns: 8 },
    );
  });

  it('hear of a time that came once a day, in place of the day before', async () => {
    const first = order(
      { kind: 'escalation', dueAt: '2026-11-21T10:00:00.000Z', onceOn: '2026-11-21', article: null, changes: [] },
      {},
    );
    const id = first.people[0]?.userId ?? 0;
    await others.say(notifyAgents, first);
    await others.say(notifyAgents, first);
    await sink.next('the mail of the first day');
    await others.say(notifyAgents, { ...first, onceOn: '2026-11-22' });
    await waitFor(() => sink.mails.length === 2, { what: 'the mail of the second day' });
    await others.settled('notification');
    expect(sink.mails.map(({ parsed }) => parsed.subject)).toEqual(
      Array(2).fill('[Ticket#10042] Überfällig: Portal is down'),
    );
    expect(await listOf(id)).toHaveLength(1);
  });

  it('whose mailbox is not there are told online only', async () => {
    sink.fail({ at: 'rcpt', code: 550, text: '5.1.1 User unknown' });
    const notice = order({}, {});
    const [one] = notice.people;
    await others.say(notifyAgents, notice);
    await waitFor(
      async () =>
        (await ask(listOutboundMail, { ...lists, query: { state: 'failed' } })).some(
          ({ to }) => to[0] === one?.mail?.address,
        ),
      {
        what: 'a mail that failed',
      },
    );
    await others.say(notifyAgents, { ...order({}, {}), people: [...notice.people] });
    await others.settled('notification');
    expect(await listOf(one?.userId ?? 0)).toHaveLength(2);
    const all = await ask(listOutboundMail, lists);
    expect(all.filter(({ to }) => to[0] === one?.mail?.address)).toHaveLength(1);
  });
});

it('figures of the queue are for everybody who monitors it', async () => {
  expect(await metric('helpmesh_mail_queue_items{state="queued"}')).toBe(0);
  expect(await metric('helpmesh_mail_oldest_due_seconds')).toBe(0);
  expect(await metric('helpmesh_mail_deliveries_total{kind="reply",outcome="sent"}')).toBeGreaterThan(0);
  expect(await metric('helpmesh_mail_suppressed_total')).toBe(4);
});

describe('the queue is closed', () => {
  it.each([
    ['to an agent', ['ticket.agent']],
    ['to a customer', ['ticket.customer']],
  ])('%s', async (_whom, permissions) => {
    const asked = ask(listOutboundMail, { params: {}, query: {}, body: undefined }, permissions);
    await expect(asked).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

type Notice = Message<typeof notifyAgents>['data'];
type Question =
  | typeof listOutboundMail
  | typeof retryOutboundMail
  | typeof serviceFigures.notification
  | (typeof onlineNotifications)[keyof typeof onlineNotifications]
  | (typeof mailAccounts)[keyof typeof mailAccounts]
  | (typeof mailTextTemplates)[keyof typeof mailTextTemplates];
describe('texts that administrators wrote', () => {
  const asked = <Q extends Question>(
    question: Q,
    input: object,
    permissions?: string[],
    ifMatch?: string,
  ): Promise<OutputOf<Q>> =>
    ask(question, { params: {}, query: {}, body: undefined, ...input }, permissions, 3, {
      ...(ifMatch !== undefined && { ifMatch: [ifMatch] }),
    }) as Promise<OutputOf<Q>>;
  const text = { kind: 'password-reset', locale: 'de', subject: 'Neues Kennwort', body: 'Hallo {{ name }}!\n\n[Los]' };
  const make = (over = {}) => asked(mailTextTemplates.create, { body: { ...text, ...over } });
  const reset = (locale: string, brand?: SendMail['brand']) => {
    const link = 'https://desk.example.org/reset?token=1';
    const content = { template: 'password-reset', locale, values: { link, name: 'Ada' } };
    return others.say(
      sendMail,
      aMailOrder({
        ...{ kind: 'password-reset', ticketId: null, articleId: null, content, messageId: null },
        ...(brand && { brand }),
      }),
    );
  };
  const look = { sender: null, accent: null, logo: null, support: null, footer: null };
  afterEach(async () => {
    for (const { id } of await asked(mailTextTemplates.list, {})) {
      await asked(mailTextTemplates.delete, { params: { id } });
    }
  });

  it('are sent in their language, and those of the system again when they are gone', async () => {
    const { id } = await make();
    await reset('de-AT');
    const own = await sink.next('the mail in the words of the administrator');
    expect(own.parsed.subject).toBe('Neues Kennwort');
    expect(own.parsed.text).toContain('Hallo Ada!\n\nLos:\nhttps://desk.example.org/reset?token=1');
    sink.clear();
    await reset('fr');
    expect((await sink.next('the mail in French')).parsed.subject).toMatch(/mot de passe/);
    sink.clear();
    await asked(mailTextTemplates.delete, { params: { id } });
    await reset('de');
    expect((await sink.next('the mail in the words of the system')).parsed.subject).toBe('Neues Passwort für Helpmesh');
  });

  it('of a community are for its mails alone', async () => {
    const facts = { id: 79, name: 'Bio', signature: null, email: null, active: true, reopenTimeInDays: null };
    const brand = { ...look, id: 5, name: 'Bio', host: 'help.bio.example' };
    const rules = { followUpPossible: 'yes' as const, followUpAssignment: true };
    await others.say(groupCreated, { ...facts, ...rules, brand }, { aggregateId: 79, aggregateVersion: 1 });
    await others.settled('notification');
    await expect(make({ branding_id: 6 })).rejects.toMatchObject({ code: 'mail-template.no-such-branding' });
    await make({ branding_id: 5, body: 'Bio: {{ page }}\n\n[Los]' });
    await make({ body: 'Alle: {{ page }}\n\n[Los]' });
    await reset('de', brand);
    expect((await sink.next('the mail of the community')).parsed.text).toContain('Bio: http://help.bio.example:8080\n');
    sink.clear();
    await reset('de', { ...brand, id: 7 });
    expect((await sink.next('the mail of another one')).parsed.text).toContain('Alle: ');
  });

  it('may be the footer of all mails: with a look at it first, in one language, and back again', async () => {
    const kinds = await asked(mailTextTemplates.kinds, {});
    const footer = kinds.find(({ kind }) => kind === 'footer');
    expect(footer?.variables.map(({ name }) => name)).toEqual(['brand', 'page']);
    const system = 'Diese Nachricht wurde automatisch von {{ brand }} versendet.';
    expect(footer?.defaults.de).toEqual({ subject: '', body: system });
    const draft = {
      kind: 'footer',
      locale: 'de',
      body: 'Ihr Team von {{ brand }}\n\n[Impressum](https://example.org/i)',
    };
    const seen = (body: object) =>
      asked(mailTextTemplates.preview, { body: { ...draft, subject: '', branding_id: null, ...body } });
    expect((await seen({})).mail?.text).toMatch(/\n-- \nIhr Team von Helpmesh\nImpressum: https:\/\/example.org\/i\n$/);
    const wrong = await seen({ subject: 'x', body: '{{ name }}\n\n[Button]' });
    expect(wrong.mail).toBeNull();
    expect(wrong.errors.map(({ field, line, message }) => `${field} ${line} ${message}`)).toEqual([
      'body 1 There is no value "name". There are: brand, page.',
      'subject 1 A footer has no subject.',
      'body 3 A footer is made of lines, and of links: [words](https://…).',
    ]);
    const { id } = await asked(mailTextTemplates.create, { body: draft });
    await make();
    const own = await asked(mailTextTemplates.preview, { body: { ...text, branding_id: null } });
    expect(own.mail?.text).toContain('Ihr Team von Helpmesh');
    await reset('de');
    const mail = await sink.next('the mail with the footer');
    expect(mail.parsed.subject).toBe('Neues Kennwort');
    expect(mail.parsed.text).toMatch(/-- \nIhr Team von Helpmesh\nImpressum: https:\/\/example.org\/i\s*$/);
    expect(mail.parsed.text).not.toContain('automatisch');
    sink.clear();
    await asked(mailTextTemplates.delete, { params: { id } });
    await reset('de');
    expect((await sink.next('the mail with that of the system')).parsed.text).toContain('automatisch von Helpmesh');
  });

  it('that cannot be used hold no mail back, and say so', async () => {
    const { id } = await make();
    const { failure } = await asked(mailTextTemplates.get, { params: { id } });
    expect(failure).toBeNull();
    // Found good with the values of the example; this mail leaves nothing of it.
    await asked(mailTextTemplates.update, {
      params: { id },
      body: { subject: '{% unless name == "Ada" %}Neu{% endunless %}' },
    });
    await reset('de');
    expect((await sink.next('the mail')).parsed.subject).toBe('Neues Passwort für Helpmesh');
    const told = async () => (await asked(mailTextTemplates.get, { params: { id } })).failure;
    await waitFor(async () => (await told()) !== null, { what: 'the failure' });
    expect(await told()).toBe('It leaves the subject empty.');
    expect(await metric('helpmesh_mail_text_failures_total{kind="password-reset"}')).toBe(1);
    const { updated_at } = await asked(mailTextTemplates.update, { params: { id }, body: { subject: 'Neu' } });
    expect(await told()).toBeNull();
    const late = asked(mailTextTemplates.update, { params: { id }, body: { subject: 'x' } }, undefined, 'of long ago');
    await expect(late).rejects.toMatchObject({ code: 'precondition.failed' });
    await asked(mailTextTemplates.update, { params: { id }, body: { subject: 'Neuer' } }, undefined, updated_at);
  });

  it.each([
    [{ body: 'a\n\n{% if name %}\n\nb{% endif %}\n\n[Los]' }, /body, line 3: .*not closed.*ends in the paragraph/],
    [{ body: 'x' }, /body, line 1: The link of this mail is missing/],
    [{ subject: '{{ titel }}' }, /subject, line 1: There is no value "titel"\. There are: link, name, brand/],
    [{ body: '[Los](javascript:alert)' + '\n\n[Los]' }, /not a web address/],
    [{ kind: 'webhook-disabled', body: '[Los]' }, /no address for a button/],
    [{ kind: 'constructor' }, /There is no mail that is called/],
  ])('are refused with what is wrong: %j', async (over, why) => {
    await expect(make(over)).rejects.toMatchObject({ kind: 'invalid', detail: expect.stringMatching(why) });
  });

  it('can be looked at before they are kept, by those who may', async () => {
    const body = { ...text, subject: '{{ brand }}' };
    const { mail, errors } = await asked(mailTextTemplates.preview, { body });
    expect(errors).toEqual([]);
    expect(mail?.subject).toBe('Helpmesh');
    expect(mail?.html).toContain('Hallo Ada Lovelace!');
    const broken = await asked(mailTextTemplates.preview, { body: { ...text, body: '{{ titel }}\n\n[Los]' } });
    expect(broken).toMatchObject({ mail: null, errors: [{ field: 'body', line: 1 }] });
    const kinds = await asked(mailTextTemplates.kinds, {});
    for (const { kind, defaults } of kinds) {
      const shown = await asked(mailTextTemplates.preview, { body: { kind, locale: 'pl', ...defaults.pl } });
      expect(shown.errors, kind).toEqual([]);
    }
    await expect(asked(mailTextTemplates.kinds, {}, ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('accounts that administrators set up', () => {
  const MASK = '**********';
  let made = 0;
  let theirs: SmtpSink;
  const lets = (user: string, secret: string) => user === 'desk' && secret === 'opens';

  beforeAll(async () => {
    theirs = await smtpSink({ lets });
  });
  afterAll(() => theirs.close());
  afterEach(async () => {
    theirs.clear();
    for (const { id } of await asked(mailAccounts.list, {})) await asked(mailAccounts.delete, { params: { id } });
  });

  const asked = <Q extends Question>(question: Q, input: object, permissions?: string[]): Promise<OutputOf<Q>> =>
    ask(question, { params: {}, query: {}, body: undefined, ...input }, permissions) as Promise<OutputOf<Q>>;
  const smtp = (options = {}) => ({
    adapter: 'smtp',
    options: { host: '127.0.0.1', port: theirs.port, ssl: 'off', user: 'desk', password: 'opens', ...options },
  });
  const create = (over = {}) => {
    const body = {
      name: `Account ${++made}`,
      addresses: ['Help@theirs.example'],
      options: { outbound: smtp() },
      ...over,
    };
    return asked(mailAccounts.create, { body });
  };
  const sent = async (from: string, subject: string) => {
    const content = { subject, text: 'x', html: null };
    await others.say(sendMail, aMailOrder({ from: { name: '', address: from }, content, messageId: null }));
  };
  const bySubject =
    (subject: string) =>
    ({ parsed }: { parsed: { subject?: string | undefined } }) =>
      parsed.subject === subject;
  const get = (id: number) => asked(mailAccounts.get, { params: { id } });

  it('send the mails of addresses that are tied to them, until one is not any more', async () => {
    const { id } = await create({ addresses: [] });
    const rules = { active: true, followUpPossible: 'yes' as const, followUpAssignment: true, reopenTimeInDays: null };
    const tied = (channelId: number | null, aggregateVersion: number) => {
      const email = { name: 'Tied', address: 'Tied@desk.example.org', channelId };
      const facts = { id: 78, name: 'Tied', signature: null, email, ...rules };
      return others.say(groupCreated, facts, { aggregateId: 78, aggregateVersion });
    };
    let n = 0;
    // Each process looks every two seconds whether something is another way now.
    const leavesBy = (which: SmtpSink) => async () => {
      const subject = `Tied ${++n}`;
      await sent('tied@desk.example.org', subject);
      const arrived = () => [theirs, sink].some(({ mails }) => mails.some(bySubject(subject)));
      await waitFor(arrived, { what: 'the mail' });
      return which.mails.some(bySubject(subject));
    };
    await tied(id, 1);
    await waitFor(leavesBy(theirs), { what: 'a mail by the account', timeoutMs: 15_000 });
    await tied(null, 2);
    await waitFor(leavesBy(sink), { what: 'a mail by the relay', timeoutMs: 15_000 });
    const signer = new ActorSigner({ service: 'identity', key: keys.pairs.identity?.privateKey ?? '' });
    const asIdentity = { actor: signer.service() };
    const has = (asked: number) => service.get(RpcClient).call(hasMailAccount, { id: asked }, asIdentity);
    expect([await has(id), await has(9_999)]).toEqual([{ there: true }, { there: false }]);
  });

  it('take mails as large as their server does', async () => {
    const { id, max_size_mb } = await create({ max_size_mb: 5 });
    expect(max_size_mb).toBe(5);
    const large = await aFile('film.mp4', 3_000_000);
    const from = { name: '', address: 'help@theirs.example' };
    await others.say(sendMail, aMailOrder({ from, attachments: [large] }));
    const whole = await theirs.next('the mail that fits');
    expect(whole.parsed.attachments.map(({ size }) => size)).toEqual([3_000_000]);
    theirs.clear();
    await asked(mailAccounts.update, { params: { id }, body: { max_size_mb: null } });
    await others.say(sendMail, aMailOrder({ from, attachments: [large] }));
    const linked = await theirs.next('the mail with a link');
    expect(linked.parsed.attachments).toEqual([]);
    expect(linked.parsed.text).toContain('/f/40-');
    theirs.clear();
    // A mail of a rule: its files hang on the article that the rule ran for.
    const ruled = { kind: 'auto-reply' as const, automatic: true, articleId: 41, filesOf: 39, attachments: [large] };
    await others.say(sendMail, aMailOrder({ from, ...ruled }));
    const byRule = await theirs.next('the mail of a rule with a link');
    expect(byRule.parsed.attachments).toEqual([]);
    expect(byRule.parsed.text).toContain('/f/39-');
  });

  it('send the mails of their addresses, and no others, until they are gone', async () => {
    const { id, options } = await create();
    expect(options.outbound.options).toMatchObject({ password: MASK, user: 'desk' });
    await sent('help@theirs.example', 'By their account');
    await sent('help@desk.example.org', 'By the relay');
    await theirs.next('the mail of the account', bySubject('By their account'));
    await sink.next('the mail of the relay', bySubject('By the relay'));
    expect(sink.mails.some(bySubject('By their account'))).toBe(false);
    await waitFor(async () => (await get(id)).status_out === 'ok', { what: 'its state' });
    await asked(mailAccounts.update, { params: { id }, body: { active: false } });
    await sent('help@theirs.example', 'While it is out of use');
    await sink.next('the mail by the relay', bySubject('While it is out of use'));
  });

  it('say what keeps mails from leaving, which wait and leave when it was put right', async () => {
    const { id } = await create({ options: { outbound: smtp({ password: 'wrong' }) } });
    await sent('help@theirs.example', 'Patient');
    await waitFor(async () => (await get(id)).status_out === 'error', { what: 'its state' });
    expect((await get(id)).last_log_out).toContain('wrong credentials');
    await asked(mailAccounts.update, { params: { id }, body: { options: { outbound: smtp() } } });
    await theirs.next('the mail', bySubject('Patient'));
    expect(theirs.mails.filter(bySubject('Patient'))).toHaveLength(1);
  });

  it('are tried step by step, with a mail where that is wished', async () => {
    const tried = async (options: object, more = {}) => {
      const body = { options: { outbound: smtp(options) }, ...more };
      return (await asked(mailAccounts.test, { body })).steps.map(({ step, ok }) => `${step} ${ok}`);
    };
    expect(await tried({})).toEqual(['connect true', 'sign-in true']);
    expect(await tried({ password: 'wrong' })).toEqual(['connect true', 'sign-in false']);
    expect(await tried({ port: 1 })).toEqual(['connect false']);
    const mail = { from: 'help@theirs.example', to: 'boss@x.org' };
    expect(await tried({}, mail)).toEqual(['connect true', 'sign-in true', 'send true']);
    expect((await theirs.next('the test')).envelope).toEqual({ from: mail.from, to: [mail.to] });
    const bad = asked(mailAccounts.test, { body: { options: { outbound: smtp() }, to: 'a@x.org, b@x.org' } });
    await expect(bad).rejects.toMatchObject({ code: 'mail-account.address-invalid' });
  });

  it('open by OAuth 2, with tokens of their provider', async () => {
    const provider = await tokenServer('desk', 'opens');
    const auth = {
      ...{ provider: 'other', client_id: provider.clientId, client_secret: provider.clientSecret },
      ...{ authorize_url: provider.authorizeUrl, token_url: provider.tokenUrl, scope: 'mail' },
    };
    const { id } = await create({ options: { outbound: smtp({ password: null }), auth } });
    const { url } = await asked(mailAccounts.authorize, { params: { id } });
    await asked(mailAccounts.authorized, { body: provider.agree(url) });
    await sent('help@theirs.example', 'By token');
    await theirs.next('the mail', bySubject('By token'));
    expect(provider.grants).toEqual(['authorization_code', 'refresh_token']);
    await provider.close();
  });

  it('hand mails to the program of the operator, byte for byte and to nobody else', async () => {
    await create({ options: { outbound: { adapter: 'sendmail' } } });
    await sent('help@theirs.example', 'By program');
    const [args, ...lines] = (
      await waitFor(() => readFile(path.join(folder, 'program.out'), 'utf8').catch(() => undefined), {
        what: 'the mail',
      })
    ).split('\n');
    expect(args).toBe('-i -f help@theirs.example -- ada@x.org');
    expect(lines).toContain('Subject: By program');
  });

  it('show their secrets to no server but the one they were typed in for, and to administrators of mail only', async () => {
    const { id } = await create();
    const elsewhere = { options: { outbound: smtp({ host: 'localhost', password: MASK }) } };
    for (const question of [
      () => asked(mailAccounts.update, { params: { id }, body: elsewhere }),
      () => asked(mailAccounts.test, { body: { id, ...elsewhere } }),
    ]) {
      await expect(question()).rejects.toMatchObject({ code: 'mail-account.secret-needed' });
    }
    await expect(asked(mailAccounts.list, {}, ['ticket.agent'])).rejects.toMatchObject({ kind: 'forbidden' });
    await create({ fallback: true });
    await expect(create({ fallback: true })).rejects.toMatchObject({ code: 'mail-account.fallback-taken' });
    await expect(create({ addresses: ['no address'] })).rejects.toMatchObject({ code: 'mail-account.address-invalid' });
  });
});

it('what goes out is counted for programs that watch', async () => {
  const { counts, outbox, dead_letters } = await ask(serviceFigures.notification, {});
  expect(counts).toEqual({
    mails_queued: expect.any(Number),
    mails_overdue: expect.any(Number),
    mails_failed: expect.any(Number),
    webhooks_failing: 0,
  });
  // The one of the template that nobody knows.
  expect({ outbox, dead_letters }).toEqual({ outbox: expect.any(Object), dead_letters: 1 });
});

async function ask<Q extends Question>(
  question: Q,
  input: Parameters<RpcClient['call']>[1],
  permissions = ['admin.channel_email'],
  userId = 3,
  more: { ifMatch?: readonly string[] } = {},
) {
  const actor: Actor = {
    ...{ kind: 'user', userId, login: 'admin', permissions, groups: {}, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'session' },
  };
  return service.get(RpcClient).call(question, input as never, { actor: await keys.actorToken(actor), ...more });
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.healthUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}
