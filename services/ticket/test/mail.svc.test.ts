import {
  type Actor,
  articleAdded,
  articleChanged,
  callWebhook,
  createArticle,
  createTicket,
  deliveryDeferred,
  deliveryFailed,
  deliverySent,
  fileLinkToken,
  fileMail,
  getTicket,
  groupUpdated,
  listArticles,
  listTags,
  markRedirected,
  markUndeliverable,
  notifyAgents,
  openFileLink,
  recordMail,
  retrySecurityProcess,
  sendMail,
  suspendMail,
  ticketCreated,
  ticketList,
  ticketMessageId,
  ticketOfMessageId,
  ticketReplyAddress,
  ticketUpdated,
  triggers,
  updateArticle,
  updateTicket,
} from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { MAIL_IDENTITY, type MailIdentity } from '../src/application/ports.ts';
import { actor, cast, type Desk, group, handled, startDesk } from './desk.ts';

type Mail = z.input<(typeof fileMail)['data']>;

let desk: Desk;
let inboundId = 0;
beforeAll(async () => {
  desk = await startDesk();
  desk.identity.addGroups(
    group({
      id: 3,
      name: 'Strict',
      followUpPossible: 'new_ticket',
      email: { name: 'Strict', address: 'strict@desk.example.org' },
    }),
  );
});
afterAll(() => desk.stop());

function mail(over: Partial<Mail> = {}): Mail {
  inboundId++;
  return {
    inboundId,
    channel: 'smtp',
    receivedAt: '2026-03-02T09:00:00.000Z',
    recipients: ['help@desk.example.org'],
    raw: { sha256: 'a'.repeat(64), size: 1234 },
    unreadable: null,
    from: { name: 'Clara Customer', address: 'user10@example.org' },
    replyTo: null,
    to: [{ name: '', address: 'help@desk.example.org' }],
    cc: [],
    subject: 'The printer burns',
    messageId: `<mail-${inboundId}@example.org>`,
    inReplyTo: [],
    references: [],
    date: null,
    text: 'Please help.',
    html: null,
    attachments: [],
    automatic: 'no',
    ...over,
  };
}

/** Files a mail and says on which ticket it is now. */
async function filed(over: Partial<Mail> = {}): Promise<{ ticketId: number; articles: number }> {
  const data = mail(over);
  await handled(desk, await desk.publish(fileMail, data));
  const [row] = await desk.query<{ ticketId: number; articles: number }>(
    `SELECT ticket_id AS "ticketId", (SELECT count(*) FROM article b WHERE b.ticket_id = a.ticket_id)::int AS articles
     FROM article a WHERE inbound_id = $1`,
    [data.inboundId],
  );
  if (!row) throw new Error(`mail ${data.inboundId} was not filed`);
  return row;
}

const anton = { name: 'Anton', address: 'user4@example.org' };
const signedFor = (ticketId: number) =>
  ticketMessageId(ticketId, desk.clock.now(), desk.threadingSecret, 'desk.example.org');
const ticket = (id: number) => desk.rest(cast.admin, getTicket, { id, query: { expand: 'true' } });
const thread = (id: number) => desk.rest(cast.admin, listArticles, { id });
const change = (id: number, body: object) => desk.rest(cast.admin, updateTicket, { id, body });
const reply = (id: number, body: object = {}) =>
  desk.rest(cast.admin, createArticle, { body: { ticket_id: id, type: 'email', body: 'Unplug it.', ...body } });

/** Word about an article that only agents see. */
const isNote = (data: object) => 'article' in data && (data.article as { internal: boolean }).internal;

describe('a mail that answers nothing', () => {
  it('goes into the group of its mailbox when no address names another, and there is such a group', async () => {
    const to = { recipients: ['nobody@desk.example.org'], to: [] };
    const second = (await ticket((await filed({ recipients: ['second@desk.example.org'] })).ticketId)).group_id;
    const placed = async (over: object) => (await ticket((await filed({ ...to, ...over })).ticketId)).group;
    expect(await placed({ mailboxGroupId: second })).toBe('Second');
    expect(await placed({ mailboxGroupId: second, recipients: ['help@desk.example.org'] })).not.toBe('Second');
    expect(await placed({ mailboxGroupId: 4711 })).not.toBe('Second');
  });

  it('opens a ticket in the group whose address it was sent to, for the sender', async () => {
    const { ticketId } = await filed({ recipients: ['second@desk.example.org'] });
    expect(await ticket(ticketId)).toMatchObject({
      title: 'The printer burns',
      group: 'Second',
      state: 'new',
      customer: 'user10@example.org',
      organization: 'Seven',
      create_article_type: 'email',
      create_article_sender: 'Customer',
      article_count: 1,
    });
    const told = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === ticketId);
    expect(told?.data).toMatchObject({
      customer: { userId: 10, email: 'user10@example.org', name: 'Clara Customer' },
      article: { type: 'email', sender: 'Customer', isAutoResponse: false, excerpt: 'Please help.' },
    });
  });

  it('makes a customer of an unknown sender and uses the first group when no address fits', async () => {
    const from = { name: 'New Person', address: 'New.Person@Example.net' };
    const { ticketId } = await filed({ from, recipients: ['nobody@desk.example.org'], to: [], subject: ' ' });
    expect(await ticket(ticketId)).toMatchObject({
      title: '(no subject)',
      group: 'Users',
      customer: 'new.person@example.net',
    });
    expect((await thread(ticketId))[0]).toMatchObject({ from: 'New Person <New.Person@Example.net>' });
  });

  it('keeps cleaned HTML and its attachments', async () => {
    const file = { sha256: 'b'.repeat(64), size: 8, filename: 'a.txt', contentType: 'text/plain' };
    const html = '<p onclick="x()">Hi <script>alert(1)</script><b style="position:fixed;color:red">there</b></p>';
    const { ticketId } = await filed({ html, attachments: [file] });
    expect((await thread(ticketId))[0]).toMatchObject({
      content_type: 'text/html',
      body: '<p>Hi <b style="color:red">there</b></p>',
      attachments: [{ filename: 'a.txt', size: '8', preferences: { 'Content-Type': 'text/plain' } }],
    });
  });

  it('shows an unreadable mail to the agents with the raw message', async () => {
    const { ticketId } = await filed({ unreadable: 'more than 1000 parts', from: null, messageId: null, text: '' });
    expect(await ticket(ticketId)).toMatchObject({ title: 'Unreadable mail', customer_id: 1 });
    expect((await thread(ticketId))[0]).toMatchObject({
      body: expect.stringContaining('more than 1000 parts'),
      attachments: [{ filename: 'unreadable.eml', size: '1234' }],
    });
  });

  it.each(['auto-reply', 'bulk', 'bounce', 'own'] as const)(
    'marks an automatic mail (%s) so that no machine answers',
    async (automatic) => {
      const { ticketId } = await filed({ automatic });
      const told = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === ticketId);
      expect(told?.data.article).toMatchObject({ isAutoResponse: true });
    },
  );
});

describe('a mail whose Reply-To says who speaks', () => {
  const form = { name: 'Contact form', address: 'form@shop.example' };
  const vera = { name: 'Vera Visitor', address: 'Vera@visitor.example' };
  const proof = { result: 'pass' as const, on: 'dmarc' as const, by: null, domain: 'shop.example' };
  const spoken = { from: form, replyTo: vera, replyToSpeaks: 'with-its-name' as const, proof };

  it('opens a ticket for them, which says whom it is from and that nothing is proven; a copy of it opens no other', async () => {
    const messageId = '<form-1@shop.example>';
    const { ticketId } = await filed({ ...spoken, messageId });
    expect(await ticket(ticketId)).toMatchObject({ customer: 'vera@visitor.example' });
    expect((await thread(ticketId))[0]).toMatchObject({
      ...{ from: 'Vera Visitor <Vera@visitor.example>', reply_to: null },
      preferences: {
        origin_from: 'Contact form <form@shop.example>',
        authentication: { result: 'none', on: null, by: null, domain: 'visitor.example' },
      },
    });
    const copy = mail({ ...spoken, messageId });
    await handled(desk, await desk.publish(fileMail, copy));
    expect(await desk.query('SELECT 1 FROM article WHERE inbound_id = $1', [copy.inboundId])).toEqual([]);
    // What they answer themselves is theirs.
    expect(await filed({ from: vera, inReplyTo: [messageId] })).toMatchObject({ ticketId, articles: 2 });
  });

  it('answers for nobody: neither for the customer of a ticket nor, with one of its own, for its agents', async () => {
    const { ticketId } = await filed();
    const clara = { name: 'Clara Customer', address: 'user10@example.org' };
    const { number } = await ticket(ticketId);
    const hooked = await filed({ ...spoken, replyTo: clara, subject: `Re: [Ticket#${number}] The printer burns` });
    expect(hooked.ticketId).not.toBe(ticketId);
    expect(await ticket(hooked.ticketId)).toMatchObject({ customer: 'form@shop.example' });
    expect((await thread(hooked.ticketId))[0]?.preferences).not.toHaveProperty('origin_from');
    for (const replyTo of [anton, { name: '', address: 'help@desk.example.org' }]) {
      const opened = await filed({ ...spoken, replyTo });
      expect(await ticket(opened.ticketId)).toMatchObject({ customer: 'form@shop.example' });
    }
    // Nobody becomes a user whom such a mail only names.
    const named = { name: '', address: 'nobody@named.example' };
    await filed({ ...spoken, replyTo: named, subject: `[Ticket#${number}]` });
    await filed({ ...spoken, replyTo: named, proof: { ...proof, result: 'fail' } });
    expect([...desk.identity.users.values()].map(({ email }) => email)).not.toContain(named.address);
  });
});

describe('an answer', () => {
  it('joins its ticket by our signed id, by a known Message-ID and by the subject hook', async () => {
    const { ticketId } = await filed({ messageId: '<first@example.org>' });
    const { number } = await ticket(ticketId);
    const signed = ticketMessageId(ticketId, desk.clock.now(), desk.threadingSecret, 'desk.example.org');
    expect(await filed({ references: [signed] })).toEqual({ ticketId, articles: 2 });
    expect(await filed({ inReplyTo: ['<first@example.org>'] })).toEqual({ ticketId, articles: 3 });
    expect(await filed({ subject: `AW: [Ticket#${number}] The printer` })).toEqual({ ticketId, articles: 4 });
  });

  it('joins its ticket by the address that we gave it, whatever its program forgot', async () => {
    const { ticketId } = await filed({ recipients: ['second@desk.example.org'] });
    const identity = desk.service.get<MailIdentity>(MAIL_IDENTITY);
    const ordered = async () => {
      const { id } = await reply(ticketId, { to: 'user10@example.org' });
      return (await desk.told(sendMail)).find(({ data }) => data.articleId === id)?.data;
    };
    expect((await ordered())?.replyTo).toBeNull();
    identity.signedReplies = true;
    const order = await ordered();
    identity.signedReplies = false;
    const given = order?.replyTo?.address ?? '';
    expect(given).toBe(ticketReplyAddress(order?.from?.address ?? '', ticketId, desk.threadingSecret));
    const answer = {
      subject: 'Something else',
      recipients: [given.toUpperCase()],
      to: [{ name: 'Desk', address: given }],
    };
    expect(await filed(answer)).toMatchObject({ ticketId });
    // Who answers everybody does not write to it.
    expect((await thread(ticketId)).at(-1)?.to).toBe(`Desk <${order?.from?.address}>`);
    const forged = given.replace(/-[0-9a-f]{20}@/, `-${'0'.repeat(20)}@`);
    const other = await filed({ ...answer, recipients: [forged], to: [] });
    expect(other.ticketId).not.toBe(ticketId);
    expect((await ticket(other.ticketId)).group).toBe((await ticket(ticketId)).group);
    const stranger = await filed({ ...answer, from: { name: '', address: 'mallory@example.com' } });
    expect(stranger.ticketId).not.toBe(ticketId);
  });

  it('by a stranger opens a ticket of its own, whatever it refers to, and says why', async () => {
    const { ticketId } = await filed();
    const { number } = await ticket(ticketId);
    const from = { name: '', address: 'mallory@example.com' };
    const signed = ticketMessageId(ticketId, desk.clock.now(), desk.threadingSecret, 'desk.example.org');
    const pointers: [string, Partial<Mail>][] = [
      ['signed-id', { references: [signed] }],
      ['subject-hook', { subject: `Re: [Ticket#${number}] The printer` }],
    ];
    for (const [evidence, pointer] of pointers) {
      const other = await filed({ from, ...pointer });
      expect(other.ticketId).not.toBe(ticketId);
      expect(await ticket(other.ticketId)).toMatchObject({
        title: expect.not.stringContaining('Ticket#'),
        preferences: { follow_up_refused: { why: 'sender-is-a-stranger', ticket_id: ticketId, evidence } },
      });
      // Why is for agents; the stranger learns nothing about the other ticket.
      const { customer_id: userId } = await ticket(other.ticketId);
      const stranger = actor({ userId, permissions: ['ticket.customer'] });
      for (const query of [{}, { expand: 'true' }, { all: 'true' }]) {
        const seen = await desk.rest(stranger, getTicket, { id: other.ticketId, query });
        expect(JSON.stringify(seen)).not.toContain('follow_up_refused');
      }
      expect(await desk.rest(stranger, getTicket, { id: other.ticketId })).toMatchObject({
        preferences: { channel: 'smtp' },
      });
    }
    expect(await thread(ticketId)).toHaveLength(1);
  });

  it('with a forged id of ours is no answer', async () => {
    const { ticketId } = await filed();
    const forged = ticketMessageId(ticketId, desk.clock.now(), 'another secret', 'desk.example.org');
    expect((await filed({ references: [forged] })).ticketId).not.toBe(ticketId);
  });

  it('is taken from somebody who was in copy', async () => {
    const { ticketId } = await filed({ cc: [{ name: 'Boss', address: 'boss@example.com' }] });
    const { number } = await ticket(ticketId);
    const subject = `Re: [Ticket#${number}]`;
    expect(await filed({ from: { name: 'Boss', address: 'BOSS@example.com' }, subject })).toMatchObject({ ticketId });
  });

  it("with an agent's address is taken by our signed id alone", async () => {
    const { ticketId } = await filed({ messageId: '<asked@example.org>', cc: [{ name: '', address: anton.address }] });
    const { number } = await ticket(ticketId);
    for (const pointer of [{ subject: `Re: [Ticket#${number}]` }, { inReplyTo: ['<asked@example.org>'] }]) {
      const other = await filed({ from: anton, ...pointer });
      expect(other.ticketId).not.toBe(ticketId);
      expect(await ticket(other.ticketId)).toMatchObject({
        preferences: { follow_up_refused: { why: 'sender-is-not-proven', ticket_id: ticketId } },
      });
    }
    expect(await filed({ from: anton, references: [signedFor(ticketId)] })).toEqual({ ticketId, articles: 2 });
    const words = await thread(ticketId);
    expect(words.map(({ sender }) => sender)).toEqual(['Customer', 'Agent']);
    // An agent's mail takes nothing on and answers nobody.
    expect(await ticket(ticketId)).toMatchObject({ state: 'new' });
  });

  it("with the desk's own address is taken by our signed id alone, and shown to agents alone", async () => {
    const { ticketId } = await filed();
    const { number } = await ticket(ticketId);
    const from = { name: 'Help Desk', address: 'HELP@desk.example.org' };
    const subject = `Re: [Ticket#${number}]`;
    for (const automatic of ['own', 'no'] as const) {
      expect((await filed({ from, subject, automatic })).ticketId).not.toBe(ticketId);
    }
    const alone = await filed({ from, automatic: 'own' });
    expect(await thread(alone.ticketId)).toMatchObject([{ internal: true }]);
    expect(await filed({ from, automatic: 'own', references: [signedFor(ticketId)] })).toMatchObject({ ticketId });
    expect((await thread(ticketId))[1]).toMatchObject({ sender: 'System', internal: true });
  });

  it('says whether it showed our signed id; on a ticket that is there, answers are led elsewhere only then', async () => {
    const replyTo = { name: '', address: 'mallory@example.com' };
    const { ticketId } = await filed({ replyTo });
    const { number } = await ticket(ticketId);
    await filed({ replyTo, subject: `Re: [Ticket#${number}]` });
    await filed({ replyTo, references: [signedFor(ticketId)] });
    const words = await thread(ticketId);
    expect(words.map((one) => [one.reply_to, one.preferences])).toEqual([
      [replyTo.address, { verified: false }],
      [null, { verified: false, reply_to_unverified: replyTo.address }],
      [replyTo.address, { verified: true }],
    ]);
  });

  it('opens a closed ticket again, keeps a new one new, and changes nothing when it is automatic', async () => {
    const { ticketId } = await filed();
    const { number } = await ticket(ticketId);
    const subject = `Re: [Ticket#${number}]`;
    await filed({ subject });
    expect(await ticket(ticketId)).toMatchObject({ state: 'new' });
    await change(ticketId, { state: 'closed', owner_id: 3 });
    await filed({ subject, automatic: 'auto-reply' });
    expect(await ticket(ticketId)).toMatchObject({ state: 'closed', article_count: 3 });
    await filed({ subject });
    expect(await ticket(ticketId)).toMatchObject({ state: 'open', owner_id: 3, article_count: 4 });
    const added = (await desk.told(articleAdded)).filter(({ data }) => data.ticket.id === ticketId);
    expect(added.at(-1)?.data.changes).toMatchObject({ state_id: { from: 4, to: 2 } });
  });

  it('opens a closed ticket three times an hour, then leaves it closed and says so once', async () => {
    const { ticketId } = await filed();
    const { number } = await ticket(ticketId);
    const answer = async () => {
      await change(ticketId, { state: 'closed' });
      await filed({ subject: `Re: [Ticket#${number}]` });
      return (await ticket(ticketId)).state;
    };
    expect([await answer(), await answer(), await answer()]).toEqual(['open', 'open', 'open']);
    expect([await answer(), await answer()]).toEqual(['closed', 'closed']);
    const notes = (await thread(ticketId)).filter(({ sender }) => sender === 'System');
    expect(notes).toMatchObject([{ internal: true, body: expect.stringContaining('three times within an hour') }]);
    expect((await thread(ticketId)).filter(({ sender }) => sender === 'Customer')).toHaveLength(6);
    desk.clock.advance(61 * 60_000);
    expect(await answer()).toBe('open');
  });

  it('to a closed ticket of a strict group opens a new one with a clean subject', async () => {
    const { ticketId } = await filed({ recipients: ['strict@desk.example.org'] });
    const [{ number }] = (await desk.query<{ number: string }>(
      'UPDATE ticket SET state_id = 4 WHERE id = $1 RETURNING number',
      [ticketId],
    )) as [{ number: string }];
    const next = await filed({ recipients: ['strict@desk.example.org'], subject: `Re: [Ticket#${number}] Printer` });
    expect(next.ticketId).not.toBe(ticketId);
    expect(await desk.query('SELECT title, group_id FROM ticket WHERE id = $1', [next.ticketId])).toEqual([
      { title: 'Re: Printer', group_id: 3 },
    ]);
  });

  it('of the mail system about our mail reaches the ticket, for agents only', async () => {
    const { ticketId } = await filed();
    const signed = ticketMessageId(ticketId, desk.clock.now(), desk.threadingSecret, 'desk.example.org');
    const from = { name: 'Postman', address: 'mailer-daemon@example.org' };
    expect(await filed({ from, automatic: 'bounce', references: [signed] })).toEqual({ ticketId, articles: 2 });
    expect((await thread(ticketId))[1]).toMatchObject({ sender: 'System', internal: true });
    expect(await ticket(ticketId)).toMatchObject({ state: 'new', article_count: 1 });
  });
});

describe('the same mail twice', () => {
  it('is one article: the same inbound row, and a copy that came another way', async () => {
    const data = mail();
    await handled(desk, await desk.publish(fileMail, data));
    await handled(desk, await desk.publish(fileMail, data));
    await handled(
      desk,
      await desk.publish(fileMail, mail({ messageId: data.messageId, recipients: ['second@desk.example.org'] })),
    );
    const rows = await desk.query('SELECT id FROM article WHERE message_id = $1', [data.messageId]);
    expect(rows).toHaveLength(1);
  });

  it('counts once when both copies come at the same moment', async () => {
    const messageId = '<race@example.org>';
    const ids = await Promise.all(Array.from({ length: 8 }, () => desk.publish(fileMail, mail({ messageId }))));
    for (const id of ids) await handled(desk, id);
    expect(await desk.query('SELECT id FROM article WHERE message_id = $1', [messageId])).toHaveLength(1);
  });

  it('with the id of another sender is not a copy', async () => {
    const data = mail();
    await handled(desk, await desk.publish(fileMail, data));
    const other = await filed({ messageId: data.messageId, from: { name: '', address: 'other@example.com' } });
    expect(other.articles).toBe(1);
  });
});

describe('mails that come together', () => {
  it('see what older ones of their thread did: questions, copies, answers, and answers of those in copy', async () => {
    const peter = { name: 'Peter', address: 'peter@else.example.org' };
    const threads = Array.from({ length: 12 }, (_, n) => {
      const question = mail({ subject: `Question ${n}` });
      const answers = { inReplyTo: [question.messageId as string] };
      const inCopy = mail({ ...answers, subject: `Re: Question ${n}`, cc: [peter] });
      const fromCopy = mail({ inReplyTo: [inCopy.messageId as string], from: peter, subject: 'Re: Re: Question' });
      return [question, { ...mail(question), messageId: question.messageId }, inCopy, fromCopy];
    });
    // First all questions, then all copies, and so on: neighbours in a batch are of different threads and of the same.
    const order = [0, 1, 2, 3].flatMap((at) => threads.map((thread) => thread[at] as Mail));
    const sent: string[] = [];
    for (const one of order) sent.push(await desk.publish(fileMail, one));
    for (const id of sent) await handled(desk, id);
    for (const thread of threads) {
      const rows = await desk.query<{ inbound: number; ticketId: number }>(
        `SELECT inbound_id::int AS inbound, ticket_id AS "ticketId" FROM article
         WHERE inbound_id = ANY ($1::bigint[]) ORDER BY id`,
        [thread.map((one) => one.inboundId)],
      );
      const [question, , inCopy, fromCopy] = thread as [Mail, Mail, Mail, Mail];
      expect(rows.map(({ inbound }) => inbound)).toEqual([question, inCopy, fromCopy].map((one) => one.inboundId));
      expect(new Set(rows.map(({ ticketId }) => ticketId)).size).toBe(1);
    }
  });

  it('one that cannot be filed does not take the others with it', async () => {
    const good = Array.from({ length: 3 }, () => mail());
    const bad = {
      ...mail(),
      subject: 'NUL \u0000 in a name',
      from: { name: 'a\u0000b', address: 'nul@x.example.org' },
    };
    const sent = await Promise.all([good[0], bad, good[1], good[2]].map((one) => desk.publish(fileMail, one as Mail)));
    for (const id of sent) await handled(desk, id);
    const rows = await desk.query('SELECT 1 FROM article WHERE inbound_id = ANY ($1::bigint[])', [
      good.map((one) => one.inboundId),
    ]);
    expect(rows).toHaveLength(3);
  });
});

describe('a mail that can be read at last', () => {
  const unreadable = { unreadable: 'more than 1000 parts', from: null, subject: '', text: '' };
  const again = async (data: Mail) => handled(desk, await desk.publish(fileMail, data));
  const rowsOf = (data: Mail) =>
    desk.query<{ ticketId: number; body: string }>(
      'SELECT ticket_id AS "ticketId", body FROM article WHERE inbound_id = $1 ORDER BY id',
      [data.inboundId],
    );

  it('joins the ticket that says it could not be, once', async () => {
    const readable = mail();
    await again({ ...readable, ...unreadable });
    await again(readable);
    await again(readable);
    await again({ ...readable, ...unreadable });
    const [first, second, ...more] = await rowsOf(readable);
    expect(more).toEqual([]);
    expect(second).toEqual({ ticketId: first?.ticketId, body: 'Please help.' });
    expect(await ticket(first?.ticketId as number)).toMatchObject({
      title: 'The printer burns',
      customer: 'user10@example.org',
      organization: 'Seven',
      state: 'new',
      article_count: 2,
    });
  });

  it('is not taken for a copy of itself when its sender could be read', async () => {
    const readable = mail();
    await again({ ...readable, unreadable: 'broken' });
    await change((await rowsOf(readable))[0]?.ticketId as number, { state: 'closed' });
    await again(readable);
    const [first, second] = await rowsOf(readable);
    expect(second).toEqual({ ticketId: first?.ticketId, body: 'Please help.' });
    expect(await ticket(first?.ticketId as number)).toMatchObject({ state: 'closed' });
  });

  it('gives nobody the voice of an agent', async () => {
    const readable = mail({ from: anton });
    await again({ ...readable, unreadable: 'broken' });
    await again(readable);
    const words = await thread((await rowsOf(readable))[0]?.ticketId as number);
    expect(words.map(({ sender }) => sender)).toEqual(['Customer', 'Customer']);
  });
});

describe('what filters say of a mail', () => {
  it('is done to the ticket it opens, which tells who said so', async () => {
    const filtered = {
      by: [{ id: 7, name: 'Spare parts' }],
      ...{ groupId: 2, priorityId: 3, stateId: 2, type: 'Incident', internal: true },
      tags: ['spare', 'Parts', 'spare'],
    };
    const { ticketId } = await filed({ filtered });
    expect(await ticket(ticketId)).toMatchObject({
      ...{ group: 'Second', priority: '3 high', state: 'open', type: 'Incident' },
      preferences: { channel: 'smtp', filters: [{ id: 7, name: 'Spare parts' }] },
    });
    expect(await thread(ticketId)).toMatchObject([{ internal: true, from: 'Clara Customer <user10@example.org>' }]);
    const { tags } = await desk.rest(cast.admin, listTags, { query: { object: 'Ticket', o_id: ticketId } });
    expect(tags.toSorted()).toEqual(['Parts', 'spare']);
    // An answer joins its ticket, whatever filters would do to a new one.
    const { number } = await ticket(ticketId);
    expect(await filed({ subject: `Re: [Ticket#${number}]`, filtered: { by: filtered.by, groupId: 1 } })).toMatchObject(
      {
        ticketId,
      },
    );
    expect(await ticket(ticketId)).toMatchObject({ group: 'Second' });
    // Who wrote is heard on the ticket of another customer as well.
    const other = await filed({ filtered: { by: filtered.by, customerId: 11 } });
    expect(await ticket(other.ticketId)).toMatchObject({ customer_id: 11 });
    expect(await filed({ references: [signedFor(other.ticketId)] })).toMatchObject({ ticketId: other.ticketId });
  });

  it('may be said by name, where no number says otherwise', async () => {
    const named = { by: [], group: 'SECOND', priority: '3 High', state: 'open' };
    const { ticketId } = await filed({ filtered: named });
    expect(await ticket(ticketId)).toMatchObject({ group: 'Second', priority: '3 high', state: 'open' });
    expect((await ticket(ticketId)).preferences).toEqual({ channel: 'smtp' });
    const numbered = await filed({ filtered: { ...named, groupId: 1, priorityId: 1, stateId: 1 } });
    expect(await ticket(numbered.ticketId)).toMatchObject({ group: 'Users', priority: '1 low', state: 'new' });
    const wrong = await filed({ filtered: { by: [], group: 'Nobody', priority: 'x', state: 'merged' } });
    expect(await ticket(wrong.ticketId)).toMatchObject({ group: 'Users', priority: '2 normal', state: 'new' });
  });

  it('is left out where there is no such thing; the mail is filed in any case', async () => {
    const wrong = { groupId: 999, priorityId: 999, stateId: 5, ownerId: 10, customerId: 999, tags: ['x'.repeat(300)] };
    const { ticketId } = await filed({ filtered: { by: [{ id: 7, name: 'Broken' }], ...wrong } });
    expect(await ticket(ticketId)).toMatchObject({
      ...{ group: 'Users', priority: '2 normal', state: 'new', owner_id: 1, customer: 'user10@example.org' },
    });
  });
});

describe("an agent's e-mail", () => {
  it('is ordered in the same transaction, signed, hooked, and continues the thread', async () => {
    const signed = group({
      id: 1,
      name: 'Users',
      email: { name: 'Help Desk', address: 'help@desk.example.org' },
      signature: 'Yours, {{user.firstname}}\nTicket {{ticket.number}} {{nothing}}',
    });
    await handled(desk, await desk.publish(groupUpdated, signed, { aggregateId: '1', aggregateVersion: 2 }));
    const { ticketId } = await filed({ messageId: '<question@example.org>', references: ['<older@example.org>'] });
    const article = await reply(ticketId);
    const { number, state } = await ticket(ticketId);
    expect(state).toBe('open');
    expect(article).toMatchObject({
      type: 'email',
      sender: 'Agent',
      from: 'Help Desk <help@desk.example.org>',
      to: 'Clara Customer <user10@example.org>',
      in_reply_to: '<question@example.org>',
      references: '<older@example.org> <question@example.org>',
      preferences: { delivery: { state: 'queued' } },
      body: 'Unplug it.',
    });
    expect(ticketOfMessageId(article.message_id ?? '', desk.threadingSecret)).toBe(ticketId);
    const sent = (await desk.told(sendMail)).at(-1);
    expect(sent?.data).toMatchObject({
      kind: 'reply',
      ticketId,
      articleId: article.id,
      from: { name: 'Help Desk', address: 'help@desk.example.org' },
      to: [{ name: 'Clara Customer', address: 'user10@example.org' }],
      content: {
        subject: `[Ticket#${number}] RE: The printer burns`,
        text: `Unplug it.\n\n-- \nYours, Ada\nTicket ${number}`,
        html: null,
      },
      messageId: article.message_id,
      inReplyTo: '<question@example.org>',
      references: ['<older@example.org>', '<question@example.org>'],
    });
  });

  it('opens a ticket to the outside when it comes first, signed as an administrator wrote it but for scripts', async () => {
    const signed = group({
      ...{ id: 1, name: 'Users', signature: 'The desk' },
      signatureHtml: '<p><b>#{user.name}</b> of {{group.name}}<script>alert(1)</script></p>',
    });
    await handled(desk, await desk.publish(groupUpdated, signed, { aggregateId: '1', aggregateVersion: 3 }));
    const created = await desk.rest(cast.admin, createTicket, {
      query: { expand: 'true' },
      body: {
        title: 'Maintenance',
        group: 'Users',
        customer: 'guess:fresh@example.net',
        article: { type: 'email', body: '<p>On <b>Sunday</b></p>', content_type: 'text/html' },
      },
    });
    expect(created).toMatchObject({ state: 'open', customer: 'fresh@example.net', create_article_sender: 'Agent' });
    expect((await desk.told(sendMail)).at(-1)?.data).toMatchObject({
      to: [{ address: 'fresh@example.net' }],
      content: {
        subject: `[Ticket#${created.number}] Maintenance`,
        text: expect.stringMatching(/\n\n-- \nAda \w+ of Users$/),
        html: expect.stringMatching(/<b>Sunday<\/b>.*-- <br><p><b>Ada \w+<\/b> of Users<\/p>$/),
      },
    });
  });

  it('has files that whoever got it can fetch by a link, until it ends or the article is made internal', async () => {
    const { ticketId } = await filed();
    const file = { filename: 'film.mp4', 'mime-type': 'video/mp4', data: Buffer.from('a film').toString('base64') };
    const { id: articleId } = await reply(ticketId, { attachments: [file] });
    const [order] = (await desk.told(sendMail)).filter(({ data }) => data.articleId === articleId);
    const sha256 = order?.data.attachments[0]?.sha256 ?? '';
    const until = desk.clock.now() + 86_400_000;
    const open = (over: object = {}) =>
      desk.askAs('gateway', openFileLink, {
        token: fileLinkToken({ articleId, sha256, until, ...over }, desk.threadingSecret),
      });
    expect(await open()).toMatchObject({ sha256, size: 6, filename: 'film.mp4', contentType: 'video/mp4' });

    const over = { kind: 'not-found', code: 'article.file-link-over' };
    await expect(open({ sha256: 'f'.repeat(64) })).rejects.toMatchObject(over);
    await expect(open({ articleId: articleId + 1 })).rejects.toMatchObject(over);
    await expect(open({ until: desk.clock.now() })).rejects.toMatchObject(over);
    await expect(desk.askAs('gateway', openFileLink, { token: 'x' })).rejects.toMatchObject(over);
    await desk.rest(cast.admin, updateArticle, { id: articleId, body: { internal: true } });
    await expect(open()).rejects.toMatchObject(over);
  });

  it('shows which of its files went as links', async () => {
    const { ticketId } = await filed();
    const { id, message_id } = await reply(ticketId);
    const links = [{ filename: 'film.mp4', size: 48_000_000, until: '2026-04-02T09:00:00.000Z' }];
    const about = { mailId: uuidv7(), kind: 'reply', ticketId, articleId: id, messageId: message_id ?? '' };
    const sentAt = '2026-03-02T09:01:00.000Z';
    await handled(desk, await desk.publish(deliverySent, { ...about, attempts: 1, links, sentAt, response: '250 OK' }));
    expect((await thread(ticketId))[1]?.preferences).toMatchObject({ delivery: { state: 'sent', links } });
  });

  it('is not sent when it is internal, and refused without a recipient', async () => {
    const { ticketId } = await filed();
    const before = (await desk.told(sendMail)).length;
    await reply(ticketId, { internal: true });
    const nobody = await filed({ from: null });
    await expect(reply(nobody.ticketId)).rejects.toMatchObject({ kind: 'invalid', code: 'article.recipient-missing' });
    expect(await desk.told(sendMail)).toHaveLength(before);
    expect(await thread(nobody.ticketId)).toHaveLength(1);
  });
});

describe('a copy in secret', () => {
  const hidden = { name: 'Hidden Hana', address: 'hana@elsewhere.example' };
  const copied = (id: number, body: object = {}) =>
    reply(id, { to: 'user10@example.org', bcc: `"${hidden.name}" <${hidden.address}>`, ...body });

  it('is ordered and shown to the agents of the ticket; its customer, their events and webhooks know nothing of it', async () => {
    const condition = { 'ticket.title': { operator: 'is', value: 'Copied' } };
    const rule = { name: 'Hook', condition, perform: { 'notification.webhook': { webhook_id: 7 } } };
    const { id: ruleId } = await desk.rest(cast.admin, triggers.create, { body: rule });
    const { ticketId } = await filed({ subject: 'Copied' });
    const article = await copied(ticketId);
    await desk.rest(cast.admin, triggers.delete, { id: ruleId });
    expect(article).toMatchObject({ to: 'user10@example.org', bcc: '"Hidden Hana" <hana@elsewhere.example>' });
    const order = (await desk.told(sendMail)).find(({ data }) => data.articleId === article.id)?.data;
    expect(order).toMatchObject({ to: [{ address: 'user10@example.org' }], cc: [], bcc: [hidden] });

    const error = `${hidden.address}: 550 no such user`;
    const about = {
      mailId: uuidv7(),
      kind: 'reply',
      ticketId,
      articleId: article.id,
      messageId: article.message_id ?? '',
    };
    await handled(desk, await desk.publish(deliveryFailed, { ...about, attempts: 1, error }));
    expect((await thread(ticketId))[1]).toMatchObject({ bcc: article.bcc, preferences: { delivery: { error } } });
    const theirs = await desk.rest(cast.customer, listArticles, { id: ticketId });
    expect(theirs[1]).toMatchObject({ id: article.id, bcc: null, preferences: {} });
    const events = [
      ...(await desk.told(articleAdded)),
      ...(await desk.told(articleChanged)),
      ...(await desk.told(ticketUpdated)),
    ];
    const calls = (await desk.told(callWebhook)).filter(({ data }) => data.ticket.id === ticketId);
    expect(calls.map(({ data }) => data.article?.id)).toContain(article.id);
    expect(
      JSON.stringify([theirs, calls, events.filter(({ data }) => data.ticket.id === ticketId && !isNote(data))]),
    ).not.toContain('hana');
  });

  it('is no sender of the ticket: what they answer is for its agents, who can answer them', async () => {
    const { ticketId } = await filed();
    const { message_id: sent } = await copied(ticketId);
    await change(ticketId, { state: 'closed' });
    const answer = { from: hidden, inReplyTo: [sent ?? ''], text: 'I did not know that.' };
    expect(await filed(answer)).toMatchObject({ ticketId });
    const said = (await thread(ticketId)).at(-1);
    expect(said).toMatchObject({ internal: true, sender: 'Customer', preferences: { side_thread: said?.id } });
    expect(await ticket(ticketId)).toMatchObject({ state: 'closed' });
    expect(JSON.stringify(await desk.rest(cast.customer, listArticles, { id: ticketId }))).not.toContain('hana');
    const back = await reply(ticketId, { side_thread: said?.id, body: 'Now you do.' });
    const order = (await desk.told(sendMail)).find(({ data }) => data.articleId === back.id)?.data;
    expect(order).toMatchObject({ to: [hidden], inReplyTo: said?.message_id });
    // And again, by the number alone: it goes on with the same conversation.
    const { number } = await ticket(ticketId);
    await filed({ from: hidden, subject: `Re: [Ticket#${number}] The printer burns` });
    expect((await thread(ticketId)).at(-1)).toMatchObject({ internal: true, preferences: { side_thread: said?.id } });
  });

  it('goes with no encrypted mail, leads no side conversation to the customer, and is not for customers to give', async () => {
    const { ticketId } = await filed();
    const security = { encryption: { success: true } };
    await expect(copied(ticketId, { preferences: { security } })).rejects.toMatchObject({
      ...{ kind: 'invalid', code: 'article.bcc-not-encrypted' },
    });
    await expect(
      reply(ticketId, { side_thread: 'new', to: hidden.address, bcc: 'user10@example.org' }),
    ).rejects.toMatchObject({ code: 'article.side-thread-customer' });
    const written = await desk.rest(cast.customer, createArticle, {
      body: { ticket_id: ticketId, body: 'Me', bcc: hidden.address },
    });
    expect((await thread(ticketId)).find(({ id }) => id === written.id)).toMatchObject({ bcc: null });
  });
});

describe('a conversation beside the ticket', () => {
  const supplier = { name: 'Sam Supplier', address: 'sam@supplier.example' };
  const forward = (id: number, body: object = {}) =>
    reply(id, { side_thread: 'new', to: supplier.address, subject: 'Fwd: Re: The printer burns', ...body });
  const orderOf = async (articleId: number) => {
    const [order] = (await desk.told(sendMail)).filter(({ data }) => data.articleId === articleId);
    return order?.data;
  };

  it('goes to whoever is asked, comes back to the agents alone, and leaves the ticket as it is', async () => {
    const { ticketId } = await filed({ messageId: '<private@customer.example>' });
    await change(ticketId, { owner_id: 1, state: 'closed' });
    const before = await ticket(ticketId);
    const file = { filename: 'smoke.txt', 'mime-type': 'text/plain', data: Buffer.from('smoke').toString('base64') };
    const first = await forward(ticketId, { attachments: [file] });
    expect(first).toMatchObject({ internal: true, type: 'email', preferences: { side_thread: first.id } });
    const order = await orderOf(first.id);
    expect(order).toMatchObject({ to: [{ address: supplier.address }], cc: [], inReplyTo: null, references: [] });
    expect(order?.content).toMatchObject({ subject: `[Ticket#${before.number}] FWD: The printer burns` });
    expect(order?.attachments).toMatchObject([{ filename: 'smoke.txt' }]);

    const to = { from: supplier, text: 'Order part 4711.' };
    const sent = first.message_id ?? '';
    expect(await filed({ ...to, inReplyTo: [sent], references: [sent] })).toMatchObject({ ticketId });
    // A program that keeps no references: the sender is known from here alone.
    const bare = { ...to, subject: `Re: [Ticket#${before.number}] FWD: The printer burns`, text: 'It is on its way.' };
    expect(await filed(bare)).toMatchObject({ ticketId, articles: 4 });
    for (const answer of (await thread(ticketId)).slice(2)) {
      expect(answer).toMatchObject({ internal: true, sender: 'Customer', preferences: { side_thread: first.id } });
    }
    const after = await ticket(ticketId);
    for (const field of ['state', 'owner_id', 'last_contact_customer_at', 'last_contact_agent_at', 'first_response_at'])
      expect([field, after[field]]).toEqual([field, before[field]]);
    expect((await desk.rest(cast.customer, listArticles, { id: ticketId })).map(({ id }) => id)).not.toContain(
      first.id,
    );
    expect(await desk.rest(cast.customer, listArticles, { id: ticketId })).toHaveLength(1);

    const again = await reply(ticketId, { side_thread: first.id, body: 'Thanks.' });
    const answered = (await thread(ticketId)).at(-2)?.message_id;
    expect(await orderOf(again.id)).toMatchObject({ to: [supplier], inReplyTo: answered });
    expect(again).toMatchObject({ internal: true, preferences: { side_thread: first.id } });
    // The customer's thread knows nothing of it.
    const open = await orderOf((await reply(ticketId)).id);
    expect(open?.to).toEqual([{ name: 'Clara Customer', address: 'user10@example.org' }]);
    expect(open?.inReplyTo).toBe('<private@customer.example>');
    expect(JSON.stringify(open?.references)).not.toContain(sent);
    expect(await filed({ inReplyTo: [open?.messageId ?? ''] })).toMatchObject({ ticketId });
    expect((await thread(ticketId)).at(-1)).toMatchObject({ internal: false, sender: 'Customer' });
  });

  it('is heard by the owner, and no rule writes to anybody because of it', async () => {
    const { ticketId } = await filed();
    await change(ticketId, { owner_id: 3 });
    const first = await forward(ticketId);
    await filed({ from: supplier, inReplyTo: [first.message_id ?? ''], text: 'Order part 4711.' });
    const told = async () =>
      (await desk.told(notifyAgents)).filter(({ data }) => data.ticket.id === ticketId && data.article?.internal);
    await waitFor(async () => (await told()).some(({ data }) => data.article?.text.includes('4711')), {
      what: 'the news',
    });
    const [news] = (await told()).filter(({ data }) => data.article?.text.includes('4711'));
    expect(news?.data.people.map(({ userId }) => userId)).toContain(3);
  });

  it('cannot be shown to the customer, nor be led to them', async () => {
    const { ticketId } = await filed();
    const first = await forward(ticketId);
    const made = { id: first.id, body: { internal: false } };
    await expect(desk.rest(cast.admin, updateArticle, made)).rejects.toMatchObject({
      code: 'article.side-thread-private',
    });
    for (const line of [{ to: 'USER10@example.org' }, { cc: 'Clara <user10@example.org>' }])
      await expect(forward(ticketId, line)).rejects.toMatchObject({ code: 'article.side-thread-customer' });
    await expect(forward(ticketId, { to: '' })).rejects.toMatchObject({ code: 'article.recipient-missing' });
    await expect(forward(ticketId, { type: 'note' })).rejects.toMatchObject({ code: 'article.side-thread-not-mail' });
    const other = await filed();
    await expect(reply(other.ticketId, { side_thread: first.id })).rejects.toMatchObject({
      code: 'article.side-thread-unknown',
    });
    // A mark of its own makes nothing one.
    const plain = await reply(ticketId, { preferences: { side_thread: first.id } });
    expect(plain.preferences.side_thread).toBeUndefined();
    const theirs = { ticket_id: ticketId, body: 'Me', side_thread: 'new', to: supplier.address, type: 'email' };
    const written = await desk.rest(cast.customer, createArticle, { body: theirs });
    expect(written).toMatchObject({ internal: false, type: 'web' });
    expect(written.preferences.side_thread).toBeUndefined();
  });

  it('keeps the customer who was forwarded a word of it among the agents, and a stranger out', async () => {
    const { ticketId } = await filed();
    const first = await forward(ticketId);
    const answers = { inReplyTo: [first.message_id ?? ''] };
    expect(await filed({ ...answers, text: 'They sent me your mail.' })).toMatchObject({ ticketId });
    expect((await thread(ticketId)).at(-1)).toMatchObject({ internal: true, preferences: { side_thread: first.id } });
    const stranger = await filed({ ...answers, from: { name: '', address: 'else@supplier.example' } });
    expect(stranger.ticketId).not.toBe(ticketId);
  });
});

describe('what the notification service reports', () => {
  it('shows the automatic reply in the thread without moving updated_at', async () => {
    const { ticketId } = await filed();
    const before = await ticket(ticketId);
    desk.clock.advance(5_000);
    const command = {
      mailId: uuidv7(),
      ticketId,
      kind: 'auto-reply',
      from: { name: 'Help Desk', address: 'help@desk.example.org' },
      to: [{ name: '', address: 'user10@example.org' }],
      subject: 'Received',
      text: 'We got it.',
      html: null,
      messageId: `<auto-${ticketId}@desk.example.org>`,
      inReplyTo: null,
    };
    await handled(desk, await desk.publish(recordMail, command));
    await handled(desk, await desk.publish(recordMail, command));
    expect(await ticket(ticketId)).toEqual(before);
    const words = await thread(ticketId);
    expect(words).toHaveLength(2);
    expect(words[1]).toMatchObject({ sender: 'System', type: 'email', body: 'We got it.', to: 'user10@example.org' });
    // The customer's answer to the automatic reply finds the ticket.
    expect(await filed({ inReplyTo: [command.messageId] })).toMatchObject({ ticketId });
  });

  it('keeps the state of delivery, and puts a mail given up on before the agents again', async () => {
    const { ticketId } = await filed();
    const article = await reply(ticketId);
    const before = await ticket(ticketId);
    desk.clock.advance(60_000);
    const outcome = {
      mailId: uuidv7(),
      kind: 'reply',
      ticketId,
      articleId: article.id,
      messageId: article.message_id ?? '',
      attempts: 1,
    };
    const at = '2026-03-02T09:01:00.000Z';
    await handled(desk, await desk.publish(deliverySent, { ...outcome, sentAt: at, response: '250 OK' }, { time: at }));
    expect((await thread(ticketId))[1]?.preferences).toMatchObject({ delivery: { state: 'sent', attempts: 1, at } });
    expect(await ticket(ticketId)).toEqual(before);
    expect((await desk.told(articleChanged)).at(-1)?.data).toMatchObject({ articleId: article.id, what: 'delivery' });

    await change(ticketId, { state: 'closed' });
    const failure = { ...outcome, attempts: 2, error: '550 no such user' };
    await handled(desk, await desk.publish(deliveryFailed, failure));
    const words = await thread(ticketId);
    expect(words[1]?.preferences).toMatchObject({ delivery: { state: 'failed', error: '550 no such user' } });
    expect(words[2]).toMatchObject({
      type: 'note',
      sender: 'System',
      internal: true,
      body: expect.stringContaining('550'),
    });
    expect(await ticket(ticketId)).toMatchObject({ state: 'open' });

    const waits = async (who = cast.agent) =>
      (await desk.rest(who, ticketList, { query: { view: 'my-bounced' } })).tickets.map(({ id }) => id);
    expect(await waits()).toEqual([]);
    await change(ticketId, { owner_id: cast.agent.userId });
    expect(await waits()).toEqual([ticketId]);
    expect(await waits(cast.admin)).toEqual([]);
    await handled(desk, await desk.publish(deliverySent, { ...outcome, attempts: 3, sentAt: at, response: '250 OK' }));
    expect(await waits()).toEqual([]);
  });

  it('keeps the last try, also when word of an earlier one comes again behind it', async () => {
    const { ticketId } = await filed();
    const { id, message_id } = await reply(ticketId);
    const about = { mailId: uuidv7(), kind: 'reply', ticketId, articleId: id, messageId: message_id ?? '' };
    const [at, error] = ['2026-03-02T09:01:00.000Z', '451 later'];
    const elsewhere = { ...about, mailId: uuidv7(), ticketId: null, articleId: null, messageId: '<other@example.org>' };
    // The first one starts a batch, so that the two that count stand in the next one together.
    const words = await Promise.all([
      desk.publish(deliverySent, { ...elsewhere, attempts: 1, sentAt: at, response: '250 OK' }),
      desk.publish(deliverySent, { ...about, attempts: 2, sentAt: at, response: '250 OK' }),
      desk.publish(deliveryDeferred, { ...about, attempts: 1, nextAttemptAt: at, error }),
    ]);
    for (const word of words) await handled(desk, word);
    expect((await thread(ticketId))[1]?.preferences).toMatchObject({ delivery: { state: 'sent', attempts: 2 } });
  });

  it('says nothing of a failed try once a later one went well', async () => {
    const { ticketId } = await filed();
    const { id, message_id } = await reply(ticketId);
    const about = { mailId: uuidv7(), kind: 'reply', ticketId, articleId: id, messageId: message_id ?? '' };
    const sentAt = '2026-03-02T09:01:00.000Z';
    await handled(desk, await desk.publish(deliverySent, { ...about, attempts: 3, sentAt, response: '250 OK' }));
    const told = (await desk.told(articleChanged)).length;
    await handled(desk, await desk.publish(deliveryFailed, { ...about, attempts: 2, error: '550 no such user' }));
    expect(await thread(ticketId)).toHaveLength(2);
    expect((await thread(ticketId))[1]?.preferences).toMatchObject({ delivery: { state: 'sent', attempts: 3 } });
    expect(await desk.told(articleChanged)).toHaveLength(told);
  });
});

it('a redirected ticket ends, once, and takes no state any more', async () => {
  const { ticketId } = await filed();
  const command = { ticketId, agreementId: 1, listAddress: 'list@example.net' };
  await handled(desk, await desk.publish(markRedirected, command));
  await handled(desk, await desk.publish(markRedirected, command));
  expect(await ticket(ticketId)).toMatchObject({ state: 'redirected', close_at: expect.any(String) });
  const told = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === ticketId);
  expect(told).toHaveLength(1);
  await expect(change(ticketId, { state: 'open' })).rejects.toMatchObject({ code: 'ticket.state-is-terminal' });
  const { number } = await ticket(ticketId);
  expect((await filed({ subject: `Re: [Ticket#${number}]` })).ticketId).not.toBe(ticketId);
});

describe('a mail whose sender is not proven', () => {
  const pass = { result: 'pass', on: 'dmarc', by: null, domain: 'example.org' } as const;
  const fail = { ...pass, result: 'fail' } as const;
  /** Files a mail; says on which ticket it is, and why it waits where it does. */
  const judged = async (over: Partial<Mail>) => {
    const data = mail(over);
    await handled(desk, await desk.publish(fileMail, data));
    const [on] = await desk.query<{ ticket_id: number; sender: string }>(
      "SELECT ticket_id, CASE sender_id WHEN 1 THEN 'Agent' ELSE 'Customer' END AS sender FROM article WHERE inbound_id = $1",
      [data.inboundId],
    );
    const waits = (await desk.told(suspendMail)).find((told) => told.data.inboundId === data.inboundId);
    return { ticketId: on?.ticket_id, sender: on?.sender, cause: waits?.data.cause };
  };

  it('shows what was found on its article, and is not answered by a machine when its domain disowns it', async () => {
    for (const proof of [pass, fail]) {
      const { ticketId } = await filed({ proof });
      expect((await thread(ticketId))[0]).toMatchObject({ preferences: { authentication: proof } });
      const told = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === ticketId);
      expect(told?.data.article?.isAutoResponse).toBe(proof === fail);
    }
  });

  it('speaks with no agent’s voice by a signed id that anybody may have been sent, when its domain disowns it', async () => {
    const { ticketId } = await filed();
    const answer = { from: anton, inReplyTo: [signedFor(ticketId)] };
    expect(await judged({ ...answer, proof: pass })).toMatchObject({ ticketId, sender: 'Agent' });
    const forged = await judged({ ...answer, proof: fail });
    expect(forged).toMatchObject({ sender: 'Customer', cause: undefined });
    expect(forged.ticketId).not.toBe(ticketId);
  });

  it.each([
    ['an agent’s name, and nothing proves it', { from: anton }, /works here, and nothing proves/],
    [
      'an agent’s name, and it cannot be looked up',
      { from: anton, proof: { ...pass, result: 'unknown' } },
      /looked up/,
    ],
    ['a name that its domain disowns', { proof: fail }, /owner of example\.org/],
    [
      'a name nobody knew, that its domain disowns',
      { from: { name: '', address: 'new@example.org' }, proof: fail },
      /owner/,
    ],
  ] as const)('waits where that is demanded: in %s', async (_what, over, why) => {
    const { ticketId } = await filed();
    const answer = { ...over, inReplyTo: [signedFor(ticketId)], proofDemanded: true } as Partial<Mail>;
    expect(await judged(answer)).toEqual({ ticketId: undefined, sender: undefined, cause: expect.stringMatching(why) });
    expect(await thread(ticketId)).toHaveLength(1);
    expect((await ticket(ticketId)).state).toBe('new');
    expect([...desk.identity.users.values()].some(({ email }) => email === 'new@example.org')).toBe(false);
  });

  it.each([
    ['the number in the subject', (number: string) => ({ subject: `Re: [Ticket#${number}] The printer` })],
    ['an id copied from a mail that somebody saw', (number: string) => ({ references: [`<${number}@example.org>`] })],
  ])(
    'S10: an answer that rests on %s waits where proof is demanded, and is none when its domain disowns it',
    async (_what, point) => {
      const { ticketId } = await filed();
      const { number } = await ticket(ticketId);
      await filed({ messageId: `<${number}@example.org>`, references: [signedFor(ticketId)] });
      await change(ticketId, { state: 'closed' });
      const before = { ticket: await ticket(ticketId), mails: (await desk.told(sendMail)).length };
      for (const proof of [undefined, { ...pass, result: 'none' }, { ...pass, result: 'unknown' }, fail] as const) {
        const waits = await judged({ ...point(number), ...(proof && { proof }), proofDemanded: true });
        expect(waits).toEqual({ ticketId: undefined, sender: undefined, cause: expect.any(String) });
      }
      // Where none is demanded it opens a ticket of its own, and says why.
      const other = await judged({ ...point(number), proof: fail });
      expect(other.ticketId).not.toBe(ticketId);
      const refused = { why: 'sender-is-not-proven', ticket_id: ticketId };
      expect((await ticket(other.ticketId as number)).preferences).toMatchObject({ follow_up_refused: refused });
      expect(await ticket(ticketId)).toEqual(before.ticket);
      expect(await desk.told(sendMail)).toHaveLength(before.mails);
      expect(await judged({ ...point(number), proof: pass, proofDemanded: true })).toMatchObject({ ticketId });
    },
  );

  it.each([
    [
      'an id like ours, signed by somebody who does not know how',
      (id: number) => ({ references: [ticketMessageId(id, desk.clock.now(), 'a guess', 'desk.example.org')] }),
    ],
    [
      'the number, with the address of the customer as the name of somebody else',
      (_id: number, subject: string) => ({
        subject,
        from: { name: 'user10@example.org', address: 'mallory@x.example' },
      }),
    ],
    ['the number, with the address of an agent', (_id: number, subject: string) => ({ subject, from: anton })],
  ])('S10: %s leaves the ticket as it is', async (_what, spoof) => {
    const { ticketId } = await filed();
    const { number } = await ticket(ticketId);
    await change(ticketId, { state: 'closed' });
    const before = { ticket: await ticket(ticketId), mails: (await desk.told(sendMail)).length };
    for (const proofDemanded of [false, true]) {
      const spoofed = spoof(ticketId, `Re: [Ticket#${number}] The printer`);
      expect((await judged({ ...spoofed, proofDemanded })).ticketId).not.toBe(ticketId);
    }
    expect(await ticket(ticketId)).toEqual(before.ticket);
    expect(await desk.told(sendMail)).toHaveLength(before.mails);
  });

  it.each([
    ['a customer’s of whom nothing is known', {}],
    ['an agent’s that is proven', { from: anton, proof: pass }],
    ['a mail server’s', { from: anton, proof: fail, automatic: 'bounce' }],
  ] as const)('does not wait: %s', async (_what, over) => {
    expect(await judged({ ...over, proofDemanded: true })).toMatchObject({
      cause: undefined,
      ticketId: expect.any(Number),
    });
  });

  it('that somebody lets in is a customer’s, on the ticket it answers when it has a part in that', async () => {
    const { ticketId } = await filed({ from: anton });
    const answer = { from: anton, inReplyTo: [signedFor(ticketId)], proofDemanded: true, released: true };
    expect(await judged({ ...answer, proof: fail })).toMatchObject({ ticketId, sender: 'Customer', cause: undefined });
    const other = await filed();
    const stranger = await judged({ ...answer, inReplyTo: [signedFor(other.ticketId)] });
    expect(stranger).toMatchObject({ sender: 'Customer', cause: undefined });
    expect(stranger.ticketId).not.toBe(other.ticketId);
  });
});

describe('a report that a mail of ours did not arrive', () => {
  const postman = { name: 'Mail Delivery System', address: 'mailer-daemon@mx.example.org' };
  const failed = (address: string, status = '5.1.1') => ({ address, status, reason: `550 ${status} no such user` });
  const reported = async (kind: 'permanent' | 'temporary', recipients = [failed('user10@example.org')]) => {
    const { ticketId } = await filed();
    await reply(ticketId, { to: 'user10@example.org' });
    const sent = (await thread(ticketId)).at(-1);
    const closed = await change(ticketId, { state: 'closed' });
    expect(closed.state_id).not.toBe(1);
    const bounce = { kind, messageId: sent?.message_id ?? '', recipients };
    const on = await filed({ from: postman, automatic: 'bounce', bounce, subject: 'Undelivered Mail' });
    expect(on.ticketId).toBe(ticketId);
    const article = (await thread(ticketId)).find(({ id }) => id === sent?.id);
    const orders = (await desk.told(markUndeliverable)).filter(({ data }) => data.address === 'user10@example.org');
    return { ticketId, delivery: article?.preferences?.delivery as { bounce?: object }, orders: orders.length };
  };

  it('for good puts the ticket before the agents again, marks the mail, and has the person known', async () => {
    const before = (await desk.told(markUndeliverable)).length;
    const { ticketId, delivery, orders } = await reported('permanent');
    const reason = 'user10@example.org: 550 5.1.1 no such user';
    expect(delivery).toMatchObject({ bounce: { kind: 'permanent', reason, at: expect.any(String) } });
    expect((await ticket(ticketId)).state).toBe('open');
    expect(orders).toBe(before + 1);
    const told = (await desk.told(articleAdded)).filter(({ data }) => data.ticket.id === ticketId).at(-1);
    expect(told?.data.article).toMatchObject({ internal: true, sender: 'System', isAutoResponse: true });
  });

  it('for now marks the mail and leaves the ticket alone', async () => {
    const { ticketId, delivery } = await reported('temporary', [failed('user10@example.org', '4.4.1')]);
    expect(delivery).toMatchObject({ bounce: { kind: 'temporary' } });
    expect((await ticket(ticketId)).state).toBe('closed');
  });

  it('says nothing about people whom the mail did not go to', async () => {
    const before = (await desk.told(markUndeliverable)).length;
    await reported('permanent', [failed('user11@example.org')]);
    expect(await desk.told(markUndeliverable)).toHaveLength(before);
  });

  it('counts only by the id that our mail carried', async () => {
    const { ticketId } = await filed({ messageId: '<known@example.org>' });
    const bounce = {
      kind: 'permanent' as const,
      messageId: '<known@example.org>',
      recipients: [failed('user10@example.org')],
    };
    expect((await filed({ from: postman, automatic: 'bounce', bounce })).ticketId).not.toBe(ticketId);
  });
});

describe('a signed or encrypted mail', () => {
  const part = (success: boolean, reason: string | null = null) => ({ success, comment: reason, reason });
  const closed = { type: 'S/MIME' as const, sign: { ...part(false), signer: null }, encryption: part(false, 'no-key') };
  const opened = { type: 'S/MIME' as const, sign: { ...part(false), signer: null }, encryption: part(true) };
  const retry = (who: Actor, id: number) => desk.rest(who, retrySecurityProcess, { id });

  it('shows what it was, and is opened when its key has come', async () => {
    const file = { sha256: 'b'.repeat(64), size: 9, filename: 'smime.p7m', contentType: 'application/pkcs7-mime' };
    const { ticketId } = await filed({ security: closed, text: '', attachments: [{ ...file, inline: false }] });
    const read = async () =>
      (await desk.rest(cast.agent, listArticles, { id: ticketId }))[0] as Record<string, unknown>;
    const article = await read();
    expect(article).toMatchObject({ body: '(no text)', preferences: { security: closed } });
    desk.protectedMail.reopened = { text: '', html: null, attachments: [{ ...file, inline: false }], security: closed };
    expect(await retry(cast.agent, Number(article.id))).toEqual(closed);
    expect(await read()).toEqual(article);
    const found = { ...file, filename: 'offer.pdf', contentType: 'application/pdf', inline: false };
    desk.protectedMail.reopened = {
      ...{ text: 'x', html: '<p>Secret</p><script>alert(1)</script>', attachments: [found], security: opened },
    };
    expect(await retry(cast.agent, Number(article.id))).toEqual(opened);
    expect(await read()).toMatchObject({
      ...{ content_type: 'text/html', body: '<p>Secret</p>', attachments: [{ filename: 'offer.pdf' }] },
      preferences: { security: opened },
    });
    expect(await desk.told(articleChanged)).toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ articleId: article.id, what: 'visibility' }) }),
    );
    await expect(retry(cast.customer, Number(article.id))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(retry(cast.stranger, Number(article.id))).rejects.toMatchObject({ kind: 'not-found' });
  });

  it.each([
    ['opened', opened, true],
    ['closed', closed, true],
    ['only signed', { ...opened, sign: { ...part(true), signer: null }, encryption: part(false) }, undefined],
  ])('%s, tells others whether its words are for everybody', async (_, security, encrypted) => {
    const { ticketId } = await filed({ security });
    const told = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === ticketId);
    expect(told?.data.article?.encrypted).toBe(encrypted);
  });

  it('has its words and files sent to nobody in the clear by rules; those of others go, as links where they must', async () => {
    const body = '<p>#{article.body} / #{last_article.body_as_text}</p>';
    const perform = {
      'notification.email': { recipient: ['ticket_customer'], subject: 'x', body, include_attachments: true },
      'notification.webhook': { webhook_id: 7 },
    };
    const condition = { 'ticket.title': { operator: 'is', value: 'Code' } };
    const rule = { name: 'Tells what was said', condition, perform };
    const { id } = await desk.rest(cast.admin, triggers.create, { body: rule });
    const file = { sha256: 'c'.repeat(64), size: 9, filename: 'code.txt', contentType: 'text/plain', inline: false };
    const said = async (security?: Mail['security']) => {
      const recipients = ['strict@desk.example.org'];
      const from = { name: 'Sealed', address: 'sealed@customer.example' };
      const { ticketId } = await filed({
        recipients,
        from,
        subject: 'Code',
        text: 'It is 4711.',
        attachments: [file],
        security,
      });
      const orders = (await desk.told(sendMail)).filter(({ data }) => data.ticketId === ticketId);
      const calls = (await desk.told(callWebhook)).filter(({ data }) => data.ticket.id === ticketId);
      const sql = 'SELECT min(id) AS id FROM article WHERE ticket_id = $1';
      const [article] = await desk.query<{ id: number }>(sql, [ticketId]);
      return { order: orders.at(-1)?.data, call: calls.at(-1)?.data, article };
    };
    for (const security of [opened, closed]) {
      const { order, call } = await said(security);
      const instead = 'The message is encrypted: its words are shown in the ticket alone.';
      expect(order).toMatchObject({ content: { html: `<p>${instead} / ${instead}</p>` }, attachments: [] });
      expect(call?.article).toMatchObject({ body: instead, content_type: 'text/plain' });
      expect(JSON.stringify([order, call])).not.toContain('4711');
    }
    const { order, call, article } = await said();
    expect(order).toMatchObject({ attachments: [{ filename: 'code.txt' }], filesOf: article?.id });
    expect(order?.content).toMatchObject({ html: '<p>It is 4711. / It is 4711.</p>', locale: 'en' });
    expect(call?.article?.body).toBe('It is 4711.');
    await desk.rest(cast.admin, triggers.delete, { id });
  });

  it('of a rule leaves as its keys allow, which the ticket learns afterwards; one that is left out is no failure', async () => {
    const mailed = { recipient: ['ticket_customer'], body: 'x', sign: 'always', encryption: 'discard' };
    const condition = { 'ticket.title': { operator: 'is', value: 'Sealed by rule' } };
    const rule = { name: 'Seals', condition, perform: { 'notification.email': mailed } };
    const { id } = await desk.rest(cast.admin, triggers.create, { body: rule });
    const { ticketId } = await filed({
      ...{ recipients: ['strict@desk.example.org'], subject: 'Sealed by rule' },
      from: { name: 'Rita', address: 'rita@customer.example' },
    });
    await desk.rest(cast.admin, triggers.delete, { id });
    const order = (await desk.told(sendMail)).filter(({ data }) => data.ticketId === ticketId).at(-1)?.data;
    expect(order?.sealing).toEqual({ sign: 'always', encryption: 'discard' });
    const { mailId = '', messageId = '', articleId = null } = order ?? {};
    const about = { mailId, kind: 'auto-reply', ticketId, articleId, messageId: messageId ?? '' };
    const said = async () => {
      const text = `SELECT preferences, (SELECT count(*)::int FROM article WHERE ticket_id = $1) AS articles,
        (SELECT state_id FROM ticket WHERE id = $1) AS state FROM article WHERE id = $2`;
      const [row] = await desk.query<{ preferences: unknown; articles: number; state: number }>(text, [
        ticketId,
        articleId,
      ]);
      return row;
    };
    await desk.query(`UPDATE ticket SET state_id = (SELECT id FROM ticket_state WHERE name = 'closed') WHERE id = $1`, [
      ticketId,
    ]);
    const before = await said();
    const error = 'There is no key to encrypt for rita@customer.example.';
    await handled(desk, await desk.publish(deliveryFailed, { ...about, attempts: 0, error, discarded: true }));
    const { articles, state } = before ?? {};
    expect(await said()).toMatchObject({ preferences: { delivery: { state: 'discarded', error } }, articles, state });

    const security = { type: 'PGP' as const, sign: false, encrypt: true };
    const sentAt = '2026-03-02T09:01:00.000Z';
    await handled(desk, await desk.publish(deliverySent, { ...about, attempts: 1, sentAt, response: '250', security }));
    expect((await said())?.preferences).toMatchObject({
      ...{ delivery: { state: 'sent' }, mail_kind: 'rule' },
      security: { type: 'PGP', sign: { success: false }, encryption: { success: true } },
    });
  });

  it('is what no other article can be', async () => {
    const { ticketId } = await filed();
    const [article] = (await desk.rest(cast.agent, listArticles, { id: ticketId })) as { id: number }[];
    await expect(retry(cast.agent, article?.id ?? 0)).rejects.toMatchObject({ code: 'article.not-protected' });
    const note = { ticket_id: ticketId, type: 'note', body: 'x', preferences: { security: opened, colour: 'red' } };
    const made = await desk.rest(cast.agent, createArticle, { body: note });
    expect(made).toMatchObject({ preferences: { colour: 'red' } });
    expect((made as { preferences: object }).preferences).not.toHaveProperty('security');
  });

  it('leaves as its writer wants it, or is refused', async () => {
    const { ticketId } = await filed();
    const security = { type: 'S/MIME', sign: { success: true }, encryption: { success: true } };
    const body = { ticket_id: ticketId, type: 'email', to: 'user10@example.org', cc: 'b@x.example', body: 'x' };
    const write = (wish: object = security) =>
      desk.rest(cast.agent, createArticle, { body: { ...body, preferences: { security: wish } } });
    desk.protectedMail.check = { type: 'S/MIME', sign: null, missing: ['b@x.example'] };
    await expect(write()).rejects.toMatchObject({ code: 'article.no-key-to-encrypt', kind: 'invalid' });
    desk.protectedMail.check = { type: 'S/MIME', sign: 'expired', missing: [] };
    await expect(write()).rejects.toMatchObject({ code: 'article.no-key-to-sign', kind: 'invalid' });
    await expect(write({ ...security, type: 'ROT13' })).rejects.toMatchObject({ code: 'article.security-unknown' });
    desk.protectedMail.check = { type: 'S/MIME', sign: null, missing: [] };
    const made = (await write()) as { id: number; preferences: unknown };
    expect(made.preferences).toMatchObject({
      security: { type: 'S/MIME', sign: { success: true, signer: null }, encryption: { success: true } },
    });
    const order = (await desk.told(sendMail)).find(({ data }) => data.articleId === made.id);
    expect(order?.data.security).toEqual({ type: 'S/MIME', sign: true, encrypt: true });
    expect(desk.protectedMail.asked.at(-1)).toEqual({
      from: order?.data.from?.address ?? null,
      ...{ to: ['user10@example.org', 'b@x.example'], sign: true, encrypt: true, type: 'S/MIME' },
    });
    // Whoever names no kind of keys gets the one that there is.
    desk.protectedMail.check = { type: 'PGP', sign: null, missing: [] };
    const { type: _, ...open } = security;
    const other = (await write(open)) as { id: number; preferences: unknown };
    expect(other.preferences).toMatchObject({ security: { type: 'PGP', encryption: { success: true } } });
    expect(desk.protectedMail.asked.at(-1)).toMatchObject({ type: null });
    const sent = (await desk.told(sendMail)).find(({ data }) => data.articleId === other.id);
    expect(sent?.data.security).toEqual({ type: 'PGP', sign: true, encrypt: true });
  });
});
