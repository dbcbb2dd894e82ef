import { randomUUID } from 'node:crypto';
import {
  addUpload,
  applyMacro,
  articleAdded,
  changes,
  createArticle,
  createTicket,
  deleteArticle,
  deleteTicket,
  endpoints,
  getArticle,
  getAttachment,
  getRawMail,
  getTicket,
  listArticles,
  listTickets,
  macros,
  missingPriorities,
  recordAudit,
  searchTickets,
  sendMail,
  type TicketChange,
  tagList,
  ticketCreated,
  ticketDeleted,
  ticketHistory,
  ticketList,
  ticketPriorities,
  ticketStates,
  ticketUpdated,
  updateArticle,
  updateTicket,
  userCreated,
  userUpdated,
} from '@helpmesh/contracts';
import { CursorCodec } from '@helpmesh/service-kit';
import { waitFor } from '@helpmesh/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionedTables } from '../src/service.ts';
import { actor, cast, type Desk, group, handled, startDesk, user } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const { admin, agent, agent2, reader, customer, colleague, stranger } = cast;

const open = (who = agent, body: object = {}, article: object | null = {}, query: object = {}) =>
  desk.rest(who, createTicket, {
    query,
    body: {
      title: 'Printer',
      group: 'Users',
      ...(who === customer ? {} : { customer: 'user10@example.org' }),
      ...(article && { article: { body: 'It burns', ...article } }),
      ...body,
    },
  });
const change = (who: typeof agent, id: number, body: object) => desk.rest(who, updateTicket, { id, body });
const say = (who: typeof agent, id: number, body: object) =>
  desk.rest(who, createArticle, { body: { ticket_id: id, body: 'words', ...body } });
const read = (who: typeof agent, id: number, query: object = {}) => desk.rest(who, getTicket, { id, query });

const invalid = (code: string, detail?: string) => ({ kind: 'invalid', code, ...(detail && { detail }) });
const forbidden = { kind: 'forbidden', detail: expect.stringContaining('Not authorized') };

describe('opening a ticket', () => {
  it('is answered with what a later read answers', async () => {
    const created = await open(agent, {}, {}, { expand: 'true' });
    expect(created).toMatchObject({
      title: 'Printer',
      group: 'Users',
      state: 'new',
      priority: '2 normal',
      customer: 'user10@example.org',
      owner: '-',
      organization: 'Seven',
      article_count: 1,
      article_ids: [expect.any(Number)],
    });
    desk.clock.advance(60_000);
    expect(created).toMatchObject(await read(agent, created.id, { expand: 'true' }));
    const plain = await read(agent, created.id);
    expect(plain).not.toHaveProperty('article_ids');
    expect(plain).not.toHaveProperty('group');
    expect(created).toMatchObject(plain);
  });

  it('gives numbers of five digits, one higher each time', async () => {
    const [one, two] = [await open(), await open()];
    expect(one.number).toMatch(/^1\d{4}$/);
    expect(Number(two.number)).toBe(Number(one.number) + 1);
  });

  it('tells the neighbours with all names', async () => {
    const { id, number } = await open(agent, { priority: '3 high', owner: 'user4@example.org' });
    expect((await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === id)).toMatchObject({
      aggregateVersion: 1,
      data: {
        ticket: {
          number,
          group: 'Users',
          state: 'new',
          stateType: 'new',
          priority: '3 high',
          ownerId: 4,
          articleCount: 1,
        },
        article: { type: 'note', sender: 'Agent', excerpt: 'It burns', isAutoResponse: false },
        customer: { userId: 10, email: 'user10@example.org', name: 'Clara Customer', locale: 'en' },
        createdById: 4,
      },
    });
  });

  it('without an article leaves article_count empty', async () => {
    expect(await open(agent, {}, null)).toMatchObject({ article_count: null, create_article_type_id: null });
  });

  it('opened closed has its close times', async () => {
    expect(await open(agent, { state: 'closed' })).toMatchObject({
      close_at: new Date(desk.clock.now()).toISOString(),
      last_close_at: new Date(desk.clock.now()).toISOString(),
    });
  });

  it.each([
    ['no group', { group: undefined }, invalid('input.missing', "The required value 'group_id' is missing.")],
    ['an unknown group', { group: 'x' }, invalid('input.unknown-name', `No lookup value found for 'group': "x"`)],
    ['an unknown group id', { group_id: 99 }, invalid('input.unknown-id', "Invalid value for param 'group_id': 99")],
    ['no title', { title: ' ' }, invalid('input.missing', "The required value 'title' is missing.")],
    ['no customer', { customer: undefined }, invalid('input.missing', "The required value 'customer_id' is missing.")],
    [
      'an unknown customer',
      { customer: 'x@y.z' },
      invalid('input.unknown-name', `No lookup value found for 'customer': "x@y.z"`),
    ],
    [
      'a customer without address',
      { customer: 'guess:x' },
      invalid('ticket.customer-email-invalid', "Invalid email 'x' of customer"),
    ],
    ['an unknown state', { state: 'x' }, invalid('input.unknown-name', `No lookup value found for 'state': "x"`)],
    ['an unknown priority', { priority_id: 9 }, invalid('input.unknown-id')],
    ['an unknown owner', { owner_id: 999 }, invalid('input.unknown-id', "Invalid value for param 'owner_id': 999")],
    [
      'an empty article',
      { article: { body: ' ' } },
      invalid('article.body-missing', "Need at least an 'article body' field."),
    ],
    ['an unknown article type', { article: { body: 'x', type: 'pigeon' } }, invalid('input.unknown-name')],
    ['a group without the right to create', { group: 'Second' }, forbidden],
  ])('is refused with %s', async (_, body, error) => {
    const before = await desk.query('SELECT count(*) FROM ticket');
    await expect(open(agent, body)).rejects.toMatchObject(error);
    expect(await desk.query('SELECT count(*) FROM ticket')).toEqual(before);
  });

  it('of one request does not suffer from a bad one of the same tick', async () => {
    const all = await Promise.allSettled([
      open(),
      open(agent, { group: 'x' }),
      open(customer),
      open(stranger, { customer: undefined }),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });

  it('finds people that were created a moment ago, before any event', async () => {
    desk.identity.add(user({ id: 55, login: 'fresh', email: 'fresh@example.org', firstname: 'Fresh', lastname: '' }));
    expect(await open(agent, { customer: 'fresh@example.org' })).toMatchObject({ customer_id: 55 });
    expect(await open(agent, { customer_id: 'guess:made@example.org' }, {}, { expand: '1' })).toMatchObject({
      customer: 'made@example.org',
    });
  });
});

describe('a customer', () => {
  it('opens a ticket for themselves and cannot set what is not theirs', async () => {
    const created = await open(
      customer,
      { customer: 'user12@example.org', owner_id: 4, state: 'closed', priority: '3 high', preferences: { a: 1 } },
      { type: 'phone', sender: 'Agent', internal: true, from: 'The Boss' },
    );
    expect(created).toMatchObject({ customer_id: 10, owner_id: 1, state_id: 1, priority_id: 2, preferences: {} });
    expect(await desk.rest(customer, listArticles, { id: created.id })).toMatchObject([
      { type: 'web', sender: 'Customer', internal: false, from: 'Clara Customer' },
    ]);
  });

  it('learns of no organization but their own', async () => {
    desk.identity.organizations.set(8, { id: 8, name: 'ACME', shared: true, active: true });
    for (const organization of ['ACME', 'Nowhere']) {
      const error = invalid('input.unknown-name', `No lookup value found for 'organization': "${organization}"`);
      await expect(open(customer, { organization })).rejects.toMatchObject(error);
    }
    for (const organization_id of [8, 99]) {
      const error = invalid('input.unknown-id', `Invalid value for param 'organization_id': ${organization_id}`);
      await expect(open(customer, { organization_id })).rejects.toMatchObject(error);
    }
    expect(await open(customer, { organization: 'Seven' })).toMatchObject({ organization_id: 7 });
    expect(await open(agent, { organization: 'ACME' })).toMatchObject({ organization_id: 8 });
  });

  it.each([
    ['a customer', customer],
    ['an agent who may only read', reader],
  ])('is not made by %s', async (_, who) => {
    const { id } = await open(customer);
    const guess = { customer: `guess:nobody-of-${who.userId}@example.net` };
    const before = desk.identity.users.size;
    await expect(open(who, guess)).rejects.toMatchObject(forbidden);
    await expect(change(who, id, guess)).rejects.toMatchObject(forbidden);
    expect(desk.identity.users.size).toBe(before);
  });

  it('sees own tickets and those of a shared organization, and no internal article', async () => {
    const { id } = await open(customer);
    await say(agent, id, { body: 'secret', internal: true });
    const publicNote = await say(agent, id, { body: 'seen' });
    for (const who of [customer, colleague]) {
      expect((await desk.rest(who, listArticles, { id })).map(({ body }) => body)).toEqual(['It burns', 'seen']);
      const all = (await read(who, id, { all: 'true' })) as unknown as {
        ticket_article_ids: number[];
        assets: { TicketArticle: object };
      };
      expect(all.ticket_article_ids).toHaveLength(2);
      expect(Object.keys(all.assets.TicketArticle)).toHaveLength(2);
    }
    await expect(read(stranger, id)).rejects.toMatchObject({
      kind: 'not-found',
      detail: `Couldn't find Ticket with 'id'=${id}`,
    });
    await expect(desk.rest(stranger, getArticle, { id: publicNote.id })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(desk.rest(stranger, listArticles, { id })).rejects.toMatchObject({ kind: 'not-found' });
    expect(await desk.rest(stranger, listTickets)).not.toContainEqual(expect.objectContaining({ id }));
  });

  it('opens a closed ticket again by writing, and may close it', async () => {
    const { id } = await open(customer, {}, {});
    await change(customer, id, { state: 'closed', title: 'Hacked', owner_id: 3, priority: '3 high' });
    expect(await read(agent, id)).toMatchObject({ state_id: 4, title: 'Printer', owner_id: 1, priority_id: 2 });
    await say(customer, id, { type: 'web' });
    expect(await read(agent, id)).toMatchObject({ state_id: 2 });
    expect((await desk.told(articleAdded)).at(-1)?.data.changes).toEqual({ state_id: { from: 4, to: 2 } });
  });
});

describe('S28: acting for another', () => {
  it('what is done is done by whom it is done for; the audit log names both', async () => {
    const forAgent = { ...agent, actingUserId: 3 };
    const { id } = await open(forAgent);
    await change(forAgent, id, { title: 'By proxy' });
    const { history } = await desk.rest(agent, ticketHistory, { id });
    expect(history.map(({ type, created_by_id }) => [type, created_by_id])).toEqual([
      ['created', 4],
      ['created', 4],
      ['updated', 4],
    ]);
    expect(await read(agent, id)).toMatchObject({ created_by_id: 4, updated_by_id: 4 });
    // Only what they may do for whom they act: the administrator's own rights are gone.
    await expect(desk.rest(forAgent, deleteTicket, { id })).rejects.toMatchObject(forbidden);
    await desk.rest({ ...admin, actingUserId: 99 }, deleteTicket, { id });
    expect((await desk.told(recordAudit)).at(-1)?.data).toMatchObject({
      action: 'ticket.deleted',
      actorId: 99,
      onBehalfOfId: 3,
      objectType: 'Ticket',
      objectId: String(id),
      requestId: expect.any(String),
    });
  });
});

describe('changing a ticket', () => {
  it('keeps history with names, and tells what changed', async () => {
    const { id } = await open();
    await change(agent, id, { title: 'Fire', state: 'open', owner: 'user4@example.org', number: '1', nonsense: 1 });
    const { history } = await desk.rest(agent, ticketHistory, { id });
    expect(
      history.map(({ object, type, attribute, value_from, value_to }) => [
        object,
        type,
        attribute,
        value_from,
        value_to,
      ]),
    ).toEqual([
      ['Ticket', 'created', undefined, undefined, undefined],
      ['Ticket::Article', 'created', undefined, undefined, undefined],
      ['Ticket', 'updated', 'title', 'Printer', 'Fire'],
      ['Ticket', 'updated', 'state', 'new', 'open'],
      ['Ticket', 'updated', 'owner', '-', 'user4@example.org'],
    ]);
    expect((await desk.told(ticketUpdated)).at(-1)).toMatchObject({
      aggregateVersion: 2,
      data: { changes: { title: { from: 'Printer', to: 'Fire' }, owner_id: { from: 1, to: 4 } }, changedById: 4 },
    });
  });

  it('follows the rules of owners, pending times and closing', async () => {
    const { id } = await open(admin);
    expect(await change(admin, id, { owner_id: 5 })).toMatchObject({ owner_id: 1 }); // not of this group
    expect(await change(admin, id, { owner_id: 4 })).toMatchObject({ owner_id: 4 });
    const pending = { state: 'pending reminder', pending_time: '2026-04-01T10:20:30.400Z' };
    expect(await change(admin, id, pending)).toMatchObject({ pending_time: '2026-04-01T10:20:00.000Z' });
    const closed = await change(admin, id, { state: 'closed' });
    expect(closed).toMatchObject({ pending_time: null, owner_id: 4 });
    desk.clock.advance(3_600_000);
    await change(admin, id, { state: 'open' });
    const again = await change(admin, id, { state: 'closed' });
    expect(again.close_at).toBe(closed.close_at);
    expect(again.last_close_at).not.toBe(closed.last_close_at);
    expect(await change(admin, id, { group: 'Second', state: 'open' })).toMatchObject({ owner_id: 1, group_id: 2 });
  });

  describe('of the group', () => {
    const levels = (over: object) =>
      actor({ userId: 4, permissions: ['ticket.agent'], groups: { 1: ['full'], ...over } });
    beforeAll(() => desk.identity.addGroups(group({ id: 15, name: 'Given up', active: false })));
    it.each([
      ['nothing there', {}, forbidden],
      ['who may only read there', { 2: ['read', 'overview'] }, forbidden],
      ['who may open tickets there', { 2: ['create'] }, null],
      ['who works there', { 2: ['change'] }, null],
      ['with full access', { 2: ['full'] }, null],
      ['into one that is not active', { 15: ['full'] }, invalid('ticket.group-not-active')],
    ])('is for agents with rights there: %s', async (_, rights, refusal) => {
      const who = levels(rights);
      const { id } = await open(who, { tags: 'kept' });
      const wish = { group: '15' in rights ? 'Given up' : 'Second' };
      if (refusal) {
        await expect(change(who, id, wish)).rejects.toMatchObject(refusal);
        expect(await read(admin, id)).toMatchObject({ group_id: 1 });
      } else expect(await change(who, id, wish)).toMatchObject({ group_id: 2 });
    });

    it.each([
      // Owner and state before, what is asked for, and what becomes of the owner.
      ['loses an owner who has no full access there', { owner_id: 4 }, {}, 1],
      ['keeps one who has', { owner_id: 3 }, {}, 3],
      ['takes the one who is named with it', { owner_id: 4 }, { owner_id: 5 }, 5],
      ['does not take one who has no access there', { owner_id: 3 }, { owner_id: 4 }, 1],
      ['keeps the owner of a closed ticket', { owner_id: 4, state: 'closed' }, {}, 4],
      ['frees a closed ticket that is opened with it', { owner_id: 4, state: 'closed' }, { state: 'open' }, 1],
    ])('%s; type, priority and what it says stay, and history tells it', async (_, before, wish, owner) => {
      const { id } = await open(admin, { ...before, type: 'Incident', priority: '3 high', note: 'n' });
      const moved = await change(admin, id, { group: 'Second', ...wish });
      expect(moved).toMatchObject({ group_id: 2, owner_id: owner, type: 'Incident', priority_id: 3, note: 'n' });
      const { history } = await desk.rest(admin, ticketHistory, { id });
      const told = history.filter(
        ({ type, attribute }) => type === 'updated' && ['group', 'owner'].includes(String(attribute)),
      );
      expect(told).toMatchObject([
        { attribute: 'group', value_from: 'Users', value_to: 'Second', created_by_id: 3 },
        ...(owner === before.owner_id ? [] : [{ attribute: 'owner', id_from: before.owner_id, id_to: owner }]),
      ]);
    });

    it('sends what is written with it from the address of the new group', async () => {
      const { id } = await open(admin);
      const article = { type: 'email', to: 'user10@example.org', body: 'We take over.' };
      await change(admin, id, { group: 'Second', article });
      const mail = (await desk.told(sendMail)).find(({ data }) => data.ticketId === id);
      expect(mail?.data.from).toMatchObject({ address: 'second@desk.example.org' });
    });

    it('is as a macro what it is by hand', async () => {
      const perform = { 'ticket.group_id': { value: 2 } };
      const macro = await desk.rest(admin, macros.create, { body: { name: 'Hand over', perform } });
      const { id } = await open();
      const run = (who: typeof agent) => desk.rest(who, applyMacro, { id, body: { macro_id: macro.id } });
      await expect(run(agent)).rejects.toMatchObject({ kind: 'forbidden' });
      expect(await run(levels({ 2: ['create'] }))).toMatchObject({ group_id: 2 });
    });
  });

  it('needs the level change; who sees the ticket hears "Not authorized", who does not hears "not found"', async () => {
    const { id } = await open();
    await expect(change(reader, id, { title: 'x' })).rejects.toMatchObject(forbidden);
    await expect(say(reader, id, {})).rejects.toMatchObject(forbidden);
    await expect(change(agent2, id, { title: 'x' })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(change(agent, 999_999, {})).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('does each of many changes of one tick, one after the other', async () => {
    const { id } = await open();
    await Promise.all(Array.from({ length: 20 }, (_, i) => say(agent, id, { body: `n${i}` })));
    expect(await read(agent, id)).toMatchObject({ article_count: 21 });
    const versions = (await desk.told(articleAdded)).filter(({ data }) => data.ticket.id === id);
    expect(versions.map(({ aggregateVersion }) => aggregateVersion)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 2),
    );
  });

  it('can add an article in the same step', async () => {
    const { id } = await open();
    const changed = await change(agent, id, { state: 'closed', article: { body: 'done' } });
    expect(changed).toMatchObject({ state_id: 4, article_count: 2 });
    expect((changed as { article_ids?: number[] }).article_ids).toHaveLength(2);
  });
});

describe('articles', () => {
  it('move the facts of their ticket', async () => {
    const { id } = await open(agent, {}, { type: 'phone', sender: 'Customer' });
    const first = await read(agent, id);
    expect(first).toMatchObject({ state_id: 1, first_response_at: null, last_contact_customer_at: first.created_at });
    desk.clock.advance(60_000);
    await say(agent, id, { type: 'note' });
    expect(await read(agent, id)).toMatchObject({ state_id: 1, first_response_at: null });
    await say(agent, id, { type: 'phone' });
    const answered = await read(agent, id);
    expect(answered).toMatchObject({ state_id: 2, article_count: 3 });
    expect(answered.first_response_at).toBe(answered.last_contact_agent_at);
    expect(answered.last_contact_at).toBe(answered.last_contact_agent_at);
  });

  it('are written for the customer when an agent notes down a call', async () => {
    const { id } = await open(agent, {}, { type: 'phone', sender: 'Customer' });
    const [article] = await desk.rest(agent, listArticles, { id });
    expect(article).toMatchObject({
      from: 'Clara Customer',
      origin_by_id: 10,
      origin_by: 'user10@example.org',
      created_by_id: 4,
    });
  });

  it('are cleaned when HTML, kept byte for byte when text, and lose images into attachments', async () => {
    const { id } = await open();
    const text = '<script>x</script>  & "so"\n';
    expect(await say(agent, id, { body: text })).toMatchObject({ body: text, content_type: 'text/plain' });
    const png = Buffer.from('fake image').toString('base64');
    const html = `<p style="background:url(//evil)">a<img src="data:image/png;base64,${png}"><a href="javascript:x()">b</a></p>`;
    const article = await say(agent, id, { body: html, content_type: 'text/html' });
    expect(article.body).toMatch(
      /^<p>a<img src="cid:[\w-]+@inline\.helpmesh" \/><a rel="[^"]+" target="_blank">b<\/a><\/p>$/,
    );
    expect(article.attachments).toMatchObject([
      { size: '10', filename: 'image1.png', preferences: { 'Content-Disposition': 'inline' } },
    ]);
  });

  it('carry files: of the store, as base64 and from the form they were dropped on', async () => {
    const { id } = await open();
    const stored = { sha256: 'c'.repeat(64), size: 3, filename: 's.bin', contentType: 'application/octet-stream' };
    const upload = { ...stored, filename: 'dropped.txt' };
    await desk.ask(agent, addUpload, { formId: 'f1', file: upload });
    await desk.ask(agent2, addUpload, { formId: 'f1', file: { ...upload, filename: 'of somebody else' } });
    const article = await say(agent, id, {
      form_id: 'f1',
      attachments: [
        stored,
        { filename: 'b.txt', data: Buffer.from('hello').toString('base64'), 'mime-type': 'text/plain' },
      ],
    });
    expect(article.attachments.map(({ filename, size }) => [filename, size])).toEqual([
      ['s.bin', '3'],
      ['b.txt', '5'],
      ['dropped.txt', '3'],
    ]);
    const at = { ticketId: id, articleId: article.id, attachmentId: article.attachments[1]?.id ?? 0 };
    expect(await desk.ask(customer, getAttachment, at)).toMatchObject({
      filename: 'b.txt',
      size: 5,
      contentType: 'text/plain',
    });
    await expect(desk.ask(stranger, getAttachment, at)).rejects.toMatchObject({ kind: 'not-found' });
    expect((await say(agent, id, { form_id: 'f1' })).attachments).toEqual([]);
    const broken = { attachments: [{ filename: 'x', data: '%%%', 'mime-type': 'a/b' }] };
    await expect(say(agent, id, broken)).rejects.toMatchObject(
      invalid('article.attachment-unreadable', "Invalid base64 for attachment with index '0'"),
    );
    await expect(desk.ask(agent, getRawMail, { articleId: article.id })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('become internal or public, and that is all', async () => {
    const { id } = await open();
    const { id: articleId } = await say(agent, id, { body: 'oops' });
    const body = { internal: true, body: 'rewritten', preferences: { highlight: 'x', other: 1 } };
    expect(await desk.rest(agent, updateArticle, { id: articleId, body })).toMatchObject({
      internal: true,
      body: 'oops',
      preferences: { highlight: 'x' },
    });
    await expect(desk.rest(customer, getArticle, { id: articleId })).rejects.toMatchObject({
      detail: `Couldn't find Ticket::Article with 'id'=${articleId}`,
    });
  });

  it('are taken back by their author only, only notes, and only for ten minutes', async () => {
    const { id } = await open();
    const note = await say(agent, id, {});
    await expect(desk.rest(admin, deleteArticle, { id: note.id })).rejects.toMatchObject({ kind: 'forbidden' });
    const call = await say(agent, id, { type: 'phone' });
    await expect(desk.rest(agent, deleteArticle, { id: call.id })).rejects.toMatchObject({
      detail: 'Not authorized (communication articles cannot be deleted)!',
    });
    const own = await say(customer, id, {});
    await expect(desk.rest(customer, deleteArticle, { id: own.id })).rejects.toMatchObject({
      ...{ kind: 'forbidden', detail: 'Not authorized (agent permission required)!' },
    });
    expect(await desk.rest(agent, deleteArticle, { id: note.id })).toEqual({});
    expect(await read(agent, id)).toMatchObject({ article_count: 3 });
    const old = await say(agent, id, {});
    desk.clock.advance(600_001);
    await expect(desk.rest(agent, deleteArticle, { id: old.id })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('the policy of the group', () => {
  it('keeps customers from a closed ticket, and lets agents write', async () => {
    const { id } = await open(customer);
    await change(agent, id, { state: 'closed' });
    await desk.query(`UPDATE replica_group SET follow_up_possible = 'new_ticket' WHERE id = 1`);
    await expect(say(customer, id, {})).rejects.toMatchObject(
      invalid('ticket.closed-for-follow-up', 'Cannot follow-up on a closed ticket. Please create a new ticket.'),
    );
    await expect(change(customer, id, { state: 'open' })).rejects.toMatchObject(invalid('ticket.closed-for-follow-up'));
    await say(agent, id, {});
    await desk.query(`UPDATE replica_group SET follow_up_possible = 'yes' WHERE id = 1`);
    expect(await change(customer, id, { state: 'open' })).toMatchObject({ state_id: 2 });
  });
});

describe('deleting a ticket', () => {
  it('is for administrators, takes everything along and is told', async () => {
    const { id } = await open();
    await expect(desk.rest(agent, deleteTicket, { id })).rejects.toMatchObject(forbidden);
    expect(await desk.rest(admin, deleteTicket, { id })).toEqual({});
    await expect(read(agent, id)).rejects.toMatchObject({ kind: 'not-found' });
    expect(await desk.query('SELECT 1 FROM article WHERE ticket_id = $1', [id])).toEqual([]);
    expect((await desk.told(ticketDeleted)).at(-1)?.data.ticket.id).toBe(id);
  });
});

describe('idempotency keys', () => {
  const body = { title: 'Once', group: 'Users', customer: 'user10@example.org', article: { body: 'x' } };
  const count = async (title: string) => (await desk.query('SELECT 1 FROM ticket WHERE title = $1', [title])).length;

  it('give a repeated POST the same answer and no second effect', async () => {
    const first = await desk.rest(agent, createTicket, { body, key: 'k1' });
    desk.clock.advance(60_000);
    expect(await desk.rest(agent, createTicket, { body, key: 'k1' })).toEqual(first);
    expect(await count('Once')).toBe(1);
  });

  it('hold for many at the same time', async () => {
    const many = { ...body, title: 'Many' };
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => desk.rest(agent, createTicket, { body: many, key: 'k2' })),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await count('Many')).toBe(1);
  });

  it('are refused with another body, free again after an error, and a matter of each user', async () => {
    await expect(
      desk.rest(agent, createTicket, { body: { ...body, title: 'Other' }, key: 'k1' }),
    ).rejects.toMatchObject(invalid('idempotency.key-reused'));
    await expect(desk.rest(agent, createTicket, { body: { ...body, group: 'x' }, key: 'k3' })).rejects.toMatchObject(
      invalid('input.unknown-name'),
    );
    await desk.rest(agent, createTicket, { body: { ...body, title: 'Third' }, key: 'k3' });
    await desk.rest(admin, createTicket, { body: { ...body, title: 'Third' }, key: 'k3' });
    expect(await count('Third')).toBe(2);
  });

  it('work for articles', async () => {
    const { id } = await open();
    const post = () => desk.rest(agent, createArticle, { body: { ticket_id: id, body: 'once' }, key: 'a1' });
    const [one, two] = await Promise.all([post(), post()]);
    expect(one).toEqual(two);
    expect(await read(agent, id)).toMatchObject({ article_count: 2 });
  });
});

describe('idempotency keys of whatever else is created', () => {
  const count = async (name: string) => (await desk.query('SELECT 1 FROM macro WHERE name = $1', [name])).length;
  const body = { name: 'Only once', perform: { 'ticket.state_id': { value: '4' } } };
  const post = (over: object = {}, key = 'm1') => desk.rest(admin, macros.create, { body: { ...body, ...over }, key });

  it('give the first answer again, to one at a time and to many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post()));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    desk.clock.advance(60_000);
    expect(await post()).toEqual(answers[0]);
    expect(await count('Only once')).toBe(1);
  });

  it('are refused for another request, and free again when the first one failed', async () => {
    await expect(post({ name: 'Other' })).rejects.toMatchObject(invalid('idempotency.key-reused'));
    expect(await count('Other')).toBe(0);
    await expect(post({ name: ' ' }, 'm2')).rejects.toMatchObject({ kind: 'invalid' });
    expect(await post({ name: 'Second' }, 'm2')).toMatchObject({ name: 'Second' });
  });
});

describe('a version that a change was made for', () => {
  const versionOf = async (id: number) => String((await read(agent, id)).updated_at);
  const put = (id: number, ifMatch: string[], body: object) => desk.rest(agent, updateTicket, { id, body, ifMatch });

  it('lets one of two changes through, and tells the other to read again', async () => {
    const { id } = await open();
    const ifMatch = [await versionOf(id)];
    const both = await Promise.allSettled([put(id, ifMatch, { title: 'One' }), put(id, ifMatch, { title: 'Two' })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { kind: 'stale', code: 'precondition.failed' },
    });
    await expect(put(id, ifMatch, { title: 'Three' })).rejects.toMatchObject({ kind: 'stale' });
  });

  it('loses nothing when many write at once and each repeats until it got through (F27)', async () => {
    const { id } = await open();
    const [writers, each] = [5, 4];
    const write = async (writer: number) => {
      for (let n = 0; n < each; ) {
        const { title, updated_at } = await read(agent, id);
        const next = { title: `${String(title)} ${writer}.${n}` };
        const done = await put(id, [String(updated_at)], next).catch((error: { kind: string }) => {
          if (error.kind !== 'stale') throw error;
        });
        if (done) n++;
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    const words = String((await read(agent, id)).title).split(' ');
    const wanted = Array.from({ length: writers * each }, (_, i) => `${Math.floor(i / each)}.${i % each}`);
    expect(wanted.filter((word) => !words.includes(word))).toEqual([]);
    const entries = await desk.query(`SELECT 1 FROM history WHERE ticket_id = $1 AND attribute = 'title'`, [id]);
    expect(entries).toHaveLength(writers * each);
  });

  it('moves with each of two changes in one millisecond', async () => {
    const { id } = await open();
    const before = await versionOf(id);
    await desk.rest(agent, updateTicket, { id, body: { title: 'Changed' } });
    await expect(put(id, [before], { title: 'Lost' })).rejects.toMatchObject({ kind: 'stale' });
  });

  it('guards every object that has an address of its own, its removal as well', async () => {
    const nouns = Object.entries(versionedTables);
    const paths = new Map(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]));
    const { id: ticketId } = await open();
    const perform = { 'ticket.state_id': { value: '4' } };
    const condition = { 'ticket.state_id': { operator: 'is', value: ['1'] } };
    const timeplan = { days: { Mon: true }, hours: { 0: true }, minutes: { 0: true } };
    const bodies: Record<string, object> = {
      slas: { first_response_time: 60, condition: {} },
      text_modules: { content: 'x' },
      templates: { options: { 'ticket.title': { value: 'x' } } },
      triggers: { condition, perform },
      jobs: { condition, perform, timeplan },
      overviews: { condition, order: { by: 'created_at', direction: 'ASC' }, view: { s: ['title'] }, role_ids: [1] },
      checklists: { ticket_id: ticketId },
      checklist_templates: { items: ['x'] },
      retention_rules: { older_than_days: 30, action: 'delete' },
    };
    const endpointAt = (method: string, path: string) =>
      paths.get(`${method} /api/v1/${path}`) as NonNullable<ReturnType<typeof paths.get>>;
    for (const [noun, body] of Object.entries(bodies))
      await desk.rest(admin, endpointAt('POST', noun), { body: { name: `Guarded ${noun}`, ...body } });
    const help = { params: { knowledge_base_id: '1' }, query: {} };
    const translations = [{ locale: 'en', title: 'Guarded', body: 'x' }];
    const base = 'knowledge_bases/:knowledge_base_id';
    const { id: category_id } = (await desk.ask(admin, endpointAt('POST', `${base}/categories`), {
      ...help,
      body: { translations: [{ locale: 'en', title: 'Guarded' }] },
    })) as { id: number };
    await desk.ask(admin, endpointAt('POST', `${base}/answers`), { ...help, body: { category_id, translations } });
    const places: Record<string, string> = {
      knowledge_bases: 'knowledge_bases/manage',
      categories: `${base}/categories`,
      answers: `${base}/answers`,
    };
    for (const [noun, table] of nouns) {
      const [row] = await desk.query<{ id: number }>(`SELECT max(id) AS id FROM ${table}`);
      expect(row?.id, noun).toBeGreaterThan(0);
      if (!row) continue;
      // There is one knowledge base, which nobody can delete.
      for (const method of noun === 'knowledge_bases' ? ['PUT'] : ['PUT', 'DELETE']) {
        const endpoint = endpointAt(method, `${places[noun] ?? noun}/:id`);
        const params = { ...(noun in places && help.params), id: String(row.id) };
        const change = desk.ask(
          admin,
          endpoint,
          { params, query: {}, body: { note: 'x' } },
          { ifMatch: ['of long ago'] },
        );
        await expect(change, `${method} ${noun}`).rejects.toMatchObject({ code: 'precondition.failed' });
      }
    }
  });

  it('is refused where nobody looks at it', async () => {
    const attempt = desk.rest(admin, tagList.update, { id: 1, body: { name: 'x' }, ifMatch: ['y'] });
    await expect(attempt).rejects.toMatchObject(invalid('precondition.not-supported'));
  });
});

describe('impact and urgency', () => {
  const calm = { low: 1, medium: 1, high: 2 };
  const matrix = { low: calm, medium: { low: 1, medium: 2, high: 3 }, high: { low: 2, medium: 3, high: 3 } };
  const handler = actor({ userId: 4, permissions: ['ticket.agent'], groups: { 1: ['full'], 9: ['full'] } });
  beforeAll(() => desk.identity.addGroups(group({ id: 9, name: 'Incidents', priorityMatrix: matrix })));
  const incident = (body: object = {}) => open(handler, { group: 'Incidents', ...body });
  const lines = async (id: number) =>
    (await desk.rest(handler, ticketHistory, { id })).history
      .filter(({ type, object }) => type === 'updated' && object === 'Ticket')
      .map(({ attribute, value_from, value_to }) => [attribute, value_from, value_to]);

  it('make the priority, which stays where somebody chooses another one, until they take that back', async () => {
    const created = await incident({ impact: 'high', urgency: 'medium' });
    const reckoned = { impact: 'high', urgency: 'medium', original_priority_id: 3, priority_overridden: false };
    expect(created).toMatchObject({ priority_id: 3, ...reckoned });
    const { id } = created;
    expect(await change(handler, id, { priority_id: 1 })).toMatchObject({
      ...{ priority_id: 1, original_priority_id: 3, priority_overridden: true },
    });
    expect(await change(handler, id, { title: 'x', urgency: 'low' })).toMatchObject({
      ...{ priority_id: 1, original_priority_id: 2, priority_overridden: true },
    });
    expect(await change(handler, id, { priority_id: 2 })).toMatchObject({ priority_id: 2, priority_overridden: false });
    expect(await change(handler, id, { urgency: 'high' })).toMatchObject({ priority_id: 3, original_priority_id: 3 });
    expect(await read(handler, id, { expand: 'true' })).toMatchObject({ original_priority: '3 high' });
    expect((await desk.rest(handler, ticketHistory, { id })).history).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ attribute: 'original_priority', value_from: '3 high', value_to: '2 normal' }),
        expect.objectContaining({ attribute: 'urgency', value_from: 'medium', value_to: 'low' }),
      ]),
    );
  });

  it('are no business of groups without a matrix, nor of customers', async () => {
    const plain = await open();
    expect(plain).not.toHaveProperty('impact');
    await expect(change(agent, plain.id, { impact: 'high' })).rejects.toMatchObject(invalid('ticket.impact-not-used'));
    await expect(open(agent, { urgency: 'low' })).rejects.toMatchObject(invalid('ticket.impact-not-used'));
    await expect(incident({ impact: 'huge' })).rejects.toMatchObject({ kind: 'invalid' });
    const own = await open(customer, { group: 'Incidents', impact: 'high', urgency: 'high' });
    expect(own).toMatchObject({ priority_id: 2 });
    expect(own).not.toHaveProperty('impact');
    expect(await change(customer, own.id, { impact: 'high' })).not.toHaveProperty('impact');
    expect((await lines(own.id)).filter(([attribute]) => attribute !== 'state')).toEqual([]);
  });

  it('come along into another group, and count there again if it reckons', async () => {
    const { id } = await incident({ impact: 'high', urgency: 'low' });
    expect(await change(handler, id, { group: 'Users' })).toMatchObject({ priority_id: 2, impact: 'high' });
    await change(handler, id, { priority_id: 1 });
    expect(await change(handler, id, { group: 'Incidents' })).toMatchObject({
      priority_id: 1,
      priority_overridden: true,
    });
    const back = { impact: null, urgency: null, priority_id: 3 };
    expect(await change(handler, id, back)).not.toHaveProperty('original_priority_id');
  });

  it('are found and asked for, shown in lists, and done by macros that can be taken back', async () => {
    const { id } = await incident({ title: 'Outage', impact: 'high', urgency: 'high' });
    const other = await incident({ title: 'Nuisance', impact: 'low', urgency: 'low' });
    const find = async (query: object) =>
      ((await desk.rest(handler, searchTickets, { query })) as { id: number }[]).map((one) => one.id);
    expect(await find({ query: `impact:high id:${id}` })).toEqual([id]);
    expect(await find({ query: `-impact:high id:${other.id}` })).toEqual([other.id]);
    const condition = { 'ticket.urgency': { operator: 'is', value: ['low'] } };
    expect(await find({ query: '', condition: JSON.stringify(condition) })).toContain(other.id);
    const { tickets } = await desk.rest(handler, ticketList, { query: { query: `id:${id}` } });
    expect(tickets).toMatchObject([{ id, impact: 'high', urgency: 'high', original_priority_id: 3 }]);
    const perform = { 'ticket.urgency': { value: 'high' }, 'ticket.impact': { value: 'medium' } };
    const wrong = { 'ticket.impact': { value: 'huge' } };
    await expect(desk.rest(admin, macros.create, { body: { name: 'Huge', perform: wrong } })).rejects.toMatchObject(
      invalid('action.invalid'),
    );
    const macro = await desk.rest(admin, macros.create, { body: { name: 'Worse', perform } });
    expect(await desk.rest(handler, applyMacro, { id: other.id, body: { macro_id: macro.id } })).toMatchObject({});
    expect(await read(handler, other.id)).toMatchObject({ priority_id: 3, impact: 'medium' });
    const plain = await open(handler);
    await desk.rest(handler, applyMacro, { id: plain.id, body: { macro_id: macro.id } });
    expect(await read(handler, plain.id)).not.toHaveProperty('impact');
  });

  it('need priorities that are there', async () => {
    const spare = await desk.rest(admin, ticketPriorities.create, { body: { name: '4 spare' } });
    desk.identity.addGroups(
      group({ id: 12, name: 'Spare', priorityMatrix: { ...matrix, low: { ...calm, low: spare.id } } }),
    );
    expect(await desk.askAs('identity', missingPriorities, { ids: [1, spare.id, 99] })).toEqual({ ids: [99] });
    const sparing = actor({ ...handler, groups: { 12: ['full'] } });
    expect(await open(sparing, { group: 'Spare', impact: 'low', urgency: 'low' })).toMatchObject({
      priority_id: spare.id,
    });
    const remove = () => desk.rest(admin, ticketPriorities.delete, { id: spare.id });
    await expect(remove()).rejects.toMatchObject(invalid('input.referenced'));
  });
});

describe('states and priorities', () => {
  it('are read by everybody who has tickets and written by administrators', async () => {
    const states = await desk.rest(customer, ticketStates.list);
    expect(states.map(({ id, name }) => [id, name])).toEqual([
      [1, 'new'],
      [2, 'open'],
      [3, 'pending reminder'],
      [4, 'closed'],
      [5, 'merged'],
      [6, 'pending close'],
      [7, 'redirected'],
    ]);
    await expect(desk.rest(agent, ticketStates.create, { body: { name: 'x' } })).rejects.toMatchObject(forbidden);
    await expect(desk.rest(actor({ userId: 9 }), ticketStates.list)).rejects.toMatchObject(forbidden);
  });

  it('have exactly one default, wherever it moves', async () => {
    const made = await desk.rest(admin, ticketStates.create, {
      body: { name: 'waiting', state_type: 'open', default_follow_up: true },
    });
    const holders = async () =>
      (await desk.rest(admin, ticketStates.list)).filter((state) => state.default_follow_up).map(({ id }) => id);
    expect(await holders()).toEqual([made.id]);
    await desk.rest(admin, ticketStates.update, { id: made.id, body: { default_follow_up: false } });
    expect(await holders()).toEqual([made.id]);
    await desk.rest(admin, ticketStates.update, { id: 2, body: { default_follow_up: true } });
    expect(await holders()).toEqual([2]);
    expect(await desk.rest(admin, ticketStates.delete, { id: made.id })).toEqual({});
    const told = (await desk.told(recordAudit)).filter(({ data }) => data.objectId === String(made.id));
    expect(told.map(({ data: { action, actorId, changes } }) => [action, actorId, changes])).toEqual([
      [
        'ticket-state.created',
        3,
        {
          ...{ name: { to: 'waiting' }, state_type_id: { to: 2 }, ignore_escalation: { to: false } },
          ...{ default_create: { to: false }, default_follow_up: { to: true }, active: { to: true } },
        },
      ],
      ['ticket-state.changed', 3, {}],
      ['ticket-state.deleted', 3, expect.objectContaining({ name: { from: 'waiting' } })],
    ]);
  });

  it('are kept while something refers to them, and have one name each', async () => {
    await open(agent, { priority: '3 high' });
    const referenced = invalid('input.referenced', "Can't delete, object has references.");
    await expect(desk.rest(admin, ticketPriorities.delete, { id: 3 })).rejects.toMatchObject(referenced);
    await expect(desk.rest(admin, ticketPriorities.create, { body: { name: '3 high' } })).rejects.toMatchObject(
      invalid('input.not-unique', 'This object already exists.'),
    );
    await expect(desk.rest(admin, ticketPriorities.create, { body: { name: ' ' } })).rejects.toMatchObject(
      invalid('input.name-blank', "Name can't be blank"),
    );
    await expect(desk.rest(admin, ticketPriorities.get, { id: 99 })).rejects.toMatchObject({
      kind: 'not-found',
      detail: "Couldn't find Ticket::Priority with 'id'=99",
    });
  });
});

describe('the replicas', () => {
  it('keep the newest word of identity, whatever order it comes in', async () => {
    const row = async () => (await desk.query('SELECT firstname, version FROM replica_user WHERE id = 77'))[0];
    const at = (aggregateVersion: number) => ({ aggregateId: '77', aggregateVersion });
    await handled(desk, await desk.publish(userUpdated, user({ id: 77, firstname: 'New' }), at(3)));
    await handled(desk, await desk.publish(userCreated, user({ id: 77, firstname: 'Old' }), at(1)));
    expect(await row()).toEqual({ firstname: 'New', version: 3 });
  });
});

describe('the feed of changes', () => {
  type Person = typeof agent;
  const poll = async (who: Person, since: string, limit = 100) => {
    const query = { since, limit: String(limit) };
    return desk.rest(who, changes, { query });
  };
  const published = () =>
    waitFor(async () => (await desk.query('SELECT 1 FROM outbox WHERE due_at IS NULL')).length === 0, {
      what: 'everything to be published',
    });
  const mayRead = async (read: Promise<unknown>) => read.then(() => true).catch(() => false);

  /** A program that keeps a copy: the ids of tickets, and of their articles. */
  class Reader {
    readonly copy = new Map<number, Set<number>>();
    private readonly heard = new Set<string>();
    constructor(
      readonly who: Person,
      private since: string,
    ) {}

    async poll(limit: number): Promise<void> {
      for (let more = true; more; ) {
        const answer = await poll(this.who, this.since, limit);
        expect(answer.changes.length).toBeLessThanOrEqual(limit);
        for (const change of answer.changes) await this.take(change);
        this.since = answer.next;
        more = answer.more;
      }
    }

    private async take({ id, type, ticket_id: ticket, article_id: article }: TicketChange): Promise<void> {
      expect(this.heard).not.toContain(id);
      this.heard.add(id);
      expect(await mayRead(read(this.who, ticket))).toBe(type !== 'removed');
      if (type === 'removed') return void this.copy.delete(ticket);
      const known = this.copy.get(ticket) ?? new Set(await articlesOf(this.who, ticket));
      this.copy.set(ticket, known);
      if (article === undefined) return;
      expect(await mayRead(desk.rest(this.who, getArticle, { id: article }))).toBe(type !== 'article_deleted');
      if (type === 'article_deleted') known.delete(article);
      else known.add(article);
    }
  }
  const articlesOf = async (who: Person, id: number) =>
    (await desk.rest(who, listArticles, { id })).map(({ id: article }) => article);

  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const), second: fc.boolean(), for: fc.nat(1) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), at: fc.nat(9), second: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('say' as const), at: fc.nat(9), internal: fc.boolean() }) },
    fc.record({ do: fc.constant('hide' as const), at: fc.nat(9), internal: fc.boolean() }),
    fc.record({ do: fc.constant('give' as const), at: fc.nat(9), for: fc.nat(1) }),
    fc.record({ do: fc.constant('delete' as const), at: fc.nat(9) }),
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('poll' as const), who: fc.nat(3), limit: fc.integer({ min: 1, max: 4 }) }),
    },
  );

  it('tells each reader everything once and nothing they may not see, and leaves them with what there is', async () => {
    const steps = fc.array(step, { minLength: 12, maxLength: 18 });
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        await published();
        const { next } = await poll(admin, 'now');
        const readers = [agent, agent2, customer, stranger].map((who) => new Reader(who, next));
        const made: number[] = [];
        // What befalls other tickets meanwhile is told as well.
        const ours = new Set<number>();
        const customers = ['user10@example.org', 'user12@example.org'];
        for (const one of story) {
          const id = 'at' in one ? made[one.at % Math.max(1, made.length)] : undefined;
          if (one.do === 'open') {
            const body = { group: one.second ? 'Second' : 'Users', customer: customers[one.for] };
            made.push((await open(admin, body)).id);
            ours.add(made.at(-1) as number);
          } else if (one.do === 'poll') await (readers[one.who] as Reader).poll(one.limit);
          else if (id === undefined) continue;
          else if (one.do === 'move') await change(admin, id, { group: one.second ? 'Second' : 'Users' });
          else if (one.do === 'say') await say(admin, id, { internal: one.internal });
          else if (one.do === 'give') await change(admin, id, { customer: customers[one.for] });
          else if (one.do === 'hide') {
            const [first] = await articlesOf(admin, id);
            if (first) await desk.rest(admin, updateArticle, { id: first, body: { internal: one.internal } });
          } else {
            await desk.rest(admin, deleteTicket, { id });
            made.splice(made.indexOf(id), 1);
          }
        }
        await published();
        for (const reader of readers) {
          await reader.poll(3);
          const there = new Map<number, number[]>();
          for (const id of made) {
            if (await mayRead(read(reader.who, id))) there.set(id, await articlesOf(reader.who, id));
          }
          const copy = new Map(
            [...reader.copy]
              .filter(([id]) => ours.has(id))
              .map(([id, articles]) => [id, [...articles].sort((a, b) => a - b)]),
          );
          expect(new Map([...copy].sort(([a], [b]) => a - b))).toEqual(there);
        }
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('misses nothing that began before and was committed after what it has told', async () => {
    const { id } = await open();
    await published();
    const { next } = await poll(agent, 'now');
    const slow = desk.db.createQueryRunner();
    await slow.startTransaction();
    try {
      const late = randomUUID();
      await slow.query(
        `INSERT INTO outbox (id, subject, kind, payload, headers)
         SELECT $1::uuid, subject, kind, jsonb_set(payload::jsonb, '{id}', to_jsonb($2::text))::text, headers
         FROM event_log WHERE subject = 'ticket.v1.created' ORDER BY seq DESC LIMIT 1`,
        [late, late],
      );
      await change(agent, id, { title: 'Overtook' });
      const quick = await waitFor(
        async () => {
          const told = await poll(agent, next);
          return told.changes.some(({ attributes }) => attributes?.includes('title')) && told;
        },
        { what: 'the quick one to be told' },
      );
      expect(quick.changes.map((change) => change.id)).not.toContain(late);
      await slow.commitTransaction();
      const told = await waitFor(
        async () => (await poll(agent, quick.next)).changes.find((change) => change.id === late),
        { what: 'the slow one, too' },
      );
      expect(told).toMatchObject({ type: 'created', ticket_id: id });
    } finally {
      if (slow.isTransactionActive) await slow.rollbackTransaction();
      await slow.release();
    }
  });

  it('says that a cursor is too old rather than leaving changes out, and takes none that it did not give', async () => {
    const { next } = await poll(agent, 'now');
    await expect(poll(agent, `${next}x`)).rejects.toMatchObject(invalid('paging.cursor-refused'));
    const old = desk.service.get<CursorCodec>(CursorCodec).encode('changes', [1_000_000, 1]);
    await expect(poll(agent, old)).rejects.toMatchObject({ kind: 'conflict', code: 'changes.cursor-expired' });
  });

  it('tells customers nothing of internal notes but that the ticket changed, and not what', async () => {
    const { id } = await open();
    await published();
    const { next } = await poll(customer, 'now');
    await say(agent, id, { internal: true });
    await published();
    // What befalls other tickets meanwhile is told as well: theirs may be due by the SLA that a test above made.
    const toldTo = async (who: Person) =>
      (await poll(who, next)).changes.filter(({ ticket_id: ticket }) => ticket === id);
    expect(await toldTo(customer)).toEqual([
      { id: expect.any(String), at: expect.any(String), type: 'updated', ticket_id: id },
    ]);
    expect(await toldTo(agent)).toMatchObject([{ type: 'article_added', article_id: expect.any(Number) }]);
  });
});
