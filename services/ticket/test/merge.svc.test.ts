import {
  addLink,
  addMention,
  addTag,
  articleAdded,
  createArticle,
  createTicket,
  deleteArticle,
  deliverySent,
  fileMail,
  getTicket,
  listArticles,
  listLinks,
  listTags,
  mergeTicket,
  notifyAgents,
  openTicketLink,
  recordMail,
  searchTickets,
  ticketHistory,
  ticketLinkToken,
  ticketMessageId,
  ticketUpdated,
  undoMerge,
  updateTicket,
} from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, type Desk, handled, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const { admin, agent, agent2, reader, customer, stranger } = cast;

type Opened = { id: number; number: string };
const open = async (body: object = {}, who = admin): Promise<Opened> => {
  desk.clock.advance(1_000);
  return desk.rest(who, createTicket, {
    body: {
      title: 'Printer',
      group: 'Users',
      ...(who === customer ? {} : { customer: 'user10@example.org' }),
      article: { body: 'It burns', type: 'phone', sender: 'Customer' },
      ...body,
    },
  });
};
const read = (id: number, who = admin) => desk.rest(who, getTicket, { id, query: { expand: 'true' } });
const say = (id: number, body: object = {}, who = admin) => {
  desk.clock.advance(1_000);
  return desk.rest(who, createArticle, { body: { ticket_id: id, body: 'words', ...body } });
};
const thread = async (id: number) => (await desk.rest(admin, listArticles, { id })).map((article) => article.id);
const merge = (source: { id: number }, target: { number: string }, who = admin) => {
  desk.clock.advance(1_000);
  return desk.ask(who, mergeTicket, {
    params: { id: String(source.id), number: target.number },
    query: {},
    body: undefined,
  });
};
const undo = (source: { id: number }, who = admin) => {
  desk.clock.advance(1_000);
  return desk.rest(who, undoMerge, { id: source.id });
};
const tagsOf = async (id: number) =>
  (await desk.rest(admin, listTags, { query: { object: 'Ticket', o_id: String(id) } })).tags;
const linksOf = async (id: number) =>
  (await desk.rest(admin, listLinks, { query: { link_object: 'Ticket', link_object_value: String(id) } })).links;
const link = (type: string, source: Opened, target: Opened) =>
  desk.rest(admin, addLink, {
    body: { link_type: type, link_object_source_number: source.number, link_object_target_value: target.id },
  });

const forbidden = { kind: 'forbidden', detail: 'Not authorized' };
const alreadyMerged = {
  kind: 'invalid',
  code: 'merge.merged-already',
  detail: 'It is not possible to merge into an already merged ticket.',
};
const conflict = (code: string) => ({ kind: 'conflict', code });

describe('merging', () => {
  it('is told to whoever owned the one and owns the other, with the number of the other', async () => {
    const [source, target] = [await open({ owner_id: agent.userId }), await open({ owner_id: agent.userId })];
    await merge(source, target);
    const told = async (id: number, field: string) =>
      (await desk.told(notifyAgents)).find(
        ({ data }) => data.ticket.id === id && data.changes.some((change) => change.field === field),
      )?.data;
    const left = await waitFor(() => told(source.id, 'merged_into'), { what: 'word of the merged one' });
    expect(left?.changes).toContainEqual({ field: 'merged_into', value: `#${target.number}` });
    expect(left?.people).toContainEqual(expect.objectContaining({ userId: agent.userId, reason: 'owner' }));
    const got = await waitFor(() => told(target.id, 'received_merge'), { what: 'word of the other' });
    expect(got?.changes).toEqual([{ field: 'received_merge', value: `#${source.number}` }]);
    expect(got?.people).toContainEqual(expect.objectContaining({ userId: agent.userId, reason: 'owner' }));
  });

  it('moves articles, tags, links and subscribers, and leaves a pointer', async () => {
    const [source, target, other] = [
      await open({ tags: 'one,both', owner_id: 3, title: 'Quokkaword' }),
      await open({ tags: 'both' }),
      await open(),
    ];
    await say(source.id, { type: 'phone', body: 'numbatword' });
    await link('normal', other, source);
    await link('normal', target, source);
    await desk.rest(admin, addMention, { body: { mentionable_type: 'Ticket', mentionable_id: source.id } });
    const moved = await thread(source.id);
    const [ofTarget] = await thread(target.id);

    const answer = await merge(source, target);
    expect(answer).toMatchObject({
      result: 'success',
      source_ticket: { id: source.id, state_id: 5, owner_id: 1, article_count: 1 },
      target_ticket: { id: target.id, state_id: 1, article_count: 3 },
    });
    expect(answer).not.toHaveProperty('source_ticket.article_ids');
    expect(await thread(target.id)).toEqual([moved[0], ofTarget, ...moved.slice(1)]);
    const [note, ...rest] = await desk.rest(admin, listArticles, { id: source.id });
    expect(rest).toEqual([]);
    expect(note).toMatchObject({ body: 'merged', type: 'note', sender: 'Agent', internal: false, from: 'Ada Admin' });
    expect(await tagsOf(target.id)).toEqual(['both', 'one']);
    expect(await tagsOf(source.id)).toEqual([]);
    expect(await linksOf(source.id)).toEqual([
      { link_type: 'parent', link_object: 'Ticket', link_object_value: target.id },
    ]);
    expect(await linksOf(target.id)).toEqual([
      { link_type: 'normal', link_object: 'Ticket', link_object_value: other.id },
      { link_type: 'child', link_object: 'Ticket', link_object_value: source.id },
    ]);
    const all = (await desk.rest(admin, getTicket, { id: target.id, query: { all: 'true' } })) as unknown as {
      mentions: { user_id: number }[];
    };
    expect(all.mentions).toMatchObject([{ user_id: 3, mentionable_id: target.id }]);
    const first = await read(target.id);
    expect(first.last_contact_customer_at).toBe(
      (await desk.rest(admin, listArticles, { id: target.id }))[0]?.created_at,
    );

    const history = async (id: number) => (await desk.rest(admin, ticketHistory, { id })).history;
    expect(await history(source.id)).toContainEqual(
      expect.objectContaining({ type: 'merged_into', related_object: 'Ticket', related_o_id: target.id }),
    );
    expect(await history(target.id)).toContainEqual(
      expect.objectContaining({ type: 'received_merge', related_o_id: source.id, value_to: source.number }),
    );
  });

  it.each([
    ['who waits in both waits since the first word', 'sc tc', 0],
    ['who was answered in one waits in the other', 'sa ta tc sc', 2],
    ['an answer in one is an answer to both', 'tc sa tc', 2],
    ['an answer that came last leaves nobody waiting', 'tc sc sa', 0],
    ['nobody asked in one of them', 'ta sc', 1],
  ])('makes one thread of two, as if it had been one: %s', async (_, words, since) => {
    const [source, target] = [await open({ article: undefined }), await open({ article: undefined })];
    const said: string[] = [];
    for (const [where, who] of words.split(' ')) {
      const sender = who === 'c' ? 'Customer' : 'Agent';
      const article = await say(where === 's' ? source.id : target.id, { type: 'phone', sender });
      said.push(article.created_at);
    }
    await merge(source, target);
    expect(await read(target.id)).toMatchObject({ article_count: said.length, last_contact_customer_at: said[since] });
  });

  it('is told of both tickets, each in its own order, with the state that reports count by', async () => {
    const [source, target] = [await open(), await open()];
    await merge(source, target);
    const saidOfSource = (await desk.told(articleAdded)).filter(({ data }) => data.ticket.id === source.id).at(-1);
    expect(saidOfSource).toMatchObject({
      aggregateVersion: 2,
      data: {
        ticket: { stateType: 'merged', articleCount: 1, closeAt: expect.any(String) },
        changes: { state_id: { from: 1, to: 5 }, merged_into: { from: null, to: target.id } },
      },
    });
    const saidOfTarget = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === target.id).at(-1);
    expect(saidOfTarget).toMatchObject({
      aggregateVersion: 2,
      data: { ticket: { articleCount: 2 }, changes: { received_merge: { from: null, to: source.id } }, changedById: 3 },
    });
    await undo(source);
    const last = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === source.id).at(-1);
    expect(last).toMatchObject({
      aggregateVersion: 3,
      data: { ticket: { stateType: 'new', articleCount: 1, closeAt: null } },
    });
  });

  it('lets words be found on the ticket that has them', async () => {
    const [source, target] = [await open(), await open()];
    await say(source.id, { body: 'wombatword' });
    const finds = async () =>
      ((await desk.rest(admin, searchTickets, { query: { query: 'wombatword' } })) as Opened[]).map(({ id }) => id);
    const found = (id: number) => waitFor(async () => String(await finds()) === String([id]), { what: `ticket ${id}` });
    await found(source.id);
    await merge(source, target);
    await found(target.id);
    await undo(source);
    await found(source.id);
  });

  it('answers as existing clients expect when there is no such ticket, and refuses what makes no sense', async () => {
    const [one, two, three] = [await open(), await open(), await open()];
    expect(await merge(one, { number: '4711' })).toEqual({
      result: 'failed',
      message: 'The target ticket number could not be found.',
    });
    expect(await merge({ id: 99_999 }, one)).toEqual({
      result: 'failed',
      message: 'The source ticket could not be found.',
    });
    await expect(merge(one, one)).rejects.toMatchObject({
      kind: 'invalid',
      detail: 'A ticket cannot be merged into itself.',
    });
    await merge(one, two);
    await expect(merge(two, one)).rejects.toMatchObject(alreadyMerged);
    await expect(merge(three, one)).rejects.toMatchObject(alreadyMerged);
    await expect(merge(one, three)).rejects.toMatchObject(alreadyMerged);
    await expect(undo(two)).rejects.toMatchObject(conflict('merge.not-merged'));
  });

  it('is for agents who may change both; what they cannot see is not there', async () => {
    const [mine, also, hidden] = [await open(), await open(), await open({ group: 'Second' })];
    for (const who of [reader, customer]) await expect(merge(mine, also, who)).rejects.toMatchObject(forbidden);
    const absent = { result: 'failed', message: 'The target ticket number could not be found.' };
    expect(await merge(mine, hidden, agent)).toEqual(absent);
    expect(await merge(mine, also, stranger)).toEqual(absent);
    expect(await merge(hidden, mine, agent)).toMatchObject({ message: 'The source ticket could not be found.' });
    await merge(mine, hidden);
    await expect(undo(mine, agent)).rejects.toMatchObject(forbidden);
    await expect(undo(mine, agent2)).rejects.toMatchObject({ kind: 'not-found' });
    const { history } = await desk.rest(agent, ticketHistory, { id: mine.id });
    expect(JSON.stringify(history.at(-1))).not.toContain(hidden.number);
    expect(history.at(-1)).toMatchObject({ type: 'merged_into' });
    await undo(mine);
    await merge(mine, also);
    for (const who of [reader, customer]) await expect(undo(mine, who)).rejects.toMatchObject(forbidden);
    await expect(undo(mine, stranger)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('undoing a merge', () => {
  it('moves back what the merge moved, and leaves what came since', async () => {
    const [source, target] = [await open({ tags: 'a' }), await open()];
    const [ofSource, ofTarget] = [await thread(source.id), await thread(target.id)];
    await merge(source, target);
    const since = await say(target.id, { type: 'phone' });
    await desk.rest(admin, addTag, { body: { object: 'Ticket', o_id: target.id, item: 'since' } });
    expect(await undo(source)).toMatchObject({
      result: 'success',
      source_ticket: { state_id: 1, article_count: 1 },
      target_ticket: { article_count: 2, last_contact_agent_at: since.created_at },
    });
    expect(await thread(source.id)).toEqual(ofSource);
    expect(await thread(target.id)).toEqual([...ofTarget, since.id]);
    expect([await tagsOf(source.id), await tagsOf(target.id)]).toEqual([['a'], ['since']]);
    await merge(source, target);
    expect(await thread(target.id)).toEqual([...ofSource, ...ofTarget, since.id].toSorted((a, b) => a - b));
  });

  it('says what contradicts', async () => {
    const [one, two, three] = [await open(), await open(), await open()];
    await merge(one, two);
    await merge(two, three);
    await expect(undo(one)).rejects.toMatchObject(conflict('merge.target-merged'));
    await undo(two);
    await desk.rest(admin, updateTicket, { id: one.id, body: { state: 'open' } });
    await expect(undo(one)).rejects.toMatchObject(conflict('merge.source-changed'));
    // Opened again it may be merged once more; the first merge is over with that.
    await merge(one, three);
    await undo(one);
    await expect(undo(one)).rejects.toMatchObject(conflict('merge.not-merged'));
  });

  it('does without an article that was deleted in the meantime', async () => {
    const [source, target] = [await open(), await open()];
    const note = await say(source.id, { type: 'note' });
    await merge(source, target);
    await desk.rest(admin, deleteArticle, { id: note.id });
    expect(await undo(source)).toMatchObject({
      source_ticket: { article_count: 1 },
      target_ticket: { article_count: 1 },
    });
  });

  it('is the identity on articles, tags, links, subscribers and what follows from them, over any merges', async () => {
    const tickets = 4;
    const ticketAt = fc.integer({ min: 0, max: tickets - 1 });
    const scene = fc.record({
      tags: fc.array(fc.tuple(ticketAt, fc.constantFrom('p', 'q', 'r')), { maxLength: 8 }),
      links: fc.array(fc.tuple(fc.constantFrom('normal', 'parent', 'child'), ticketAt, ticketAt), { maxLength: 6 }),
      words: fc.array(fc.tuple(ticketAt, fc.constantFrom('phone', 'note', 'web'), fc.boolean()), { maxLength: 5 }),
      mentions: fc.array(fc.tuple(ticketAt, fc.constantFrom(admin, agent, reader)), { maxLength: 4 }),
      states: fc.array(fc.tuple(ticketAt, fc.constantFrom('open', 'closed', 'pending reminder')), { maxLength: 2 }),
      merges: fc.array(fc.tuple(ticketAt, ticketAt), { minLength: 1, maxLength: 4 }),
    });
    const facts = (ids: number[]) =>
      desk.query(
        `SELECT t.id, t.state_id, t.owner_id, t.pending_time, t.article_count, t.first_response_at, t.last_contact_at,
           t.last_contact_agent_at, t.last_contact_customer_at, t.close_at, t.last_close_at, t.create_article_type_id,
           ARRAY(SELECT id FROM article WHERE ticket_id = t.id ORDER BY id) AS articles,
           ARRAY(SELECT tag_id FROM ticket_tag WHERE ticket_id = t.id ORDER BY place) AS tags,
           ARRAY(SELECT (id, kind, source_id, target_id, created_by_id, created_at)::text FROM ticket_link
                 WHERE t.id IN (source_id, target_id) ORDER BY id) AS links,
           ARRAY(SELECT (id, user_id, created_by_id, created_at)::text FROM mention WHERE ticket_id = t.id ORDER BY id) AS mentions
         FROM ticket t WHERE t.id = ANY ($1::int[]) ORDER BY t.id`,
        [ids],
      );
    await fc.assert(
      fc.asyncProperty(scene, async ({ tags, links, words, mentions, states, merges }) => {
        const all: Opened[] = [];
        for (let i = 0; i < tickets; i++) all.push(await open({ owner_id: i % 2 ? 3 : 1 }));
        const at = (i: number) => all[i] as Opened;
        const ids = all.map(({ id }) => id);
        for (const [i, item] of tags) {
          await desk.rest(admin, addTag, { body: { object: 'Ticket', o_id: at(i).id, item } });
        }
        for (const [type, i, j] of links) {
          await link(type, at(i), at(j)).catch((error) => expect(error.code).toMatch(/^link\./));
        }
        for (const [i, type, internal] of words) await say(at(i).id, { type, internal });
        for (const [i, who] of mentions) {
          await desk.rest(who, addMention, { body: { mentionable_type: 'Ticket', mentionable_id: at(i).id } });
        }
        for (const [i, state] of states) {
          const body = { state, pending_time: '2030-01-01T00:00:00.000Z' };
          await desk.rest(admin, updateTicket, { id: at(i).id, body });
        }
        const done: { source: Opened; before: unknown }[] = [];
        for (const [i, j] of merges) {
          const before = await facts(ids);
          try {
            await merge(at(i), at(j));
            done.push({ source: at(i), before });
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^merge\./) });
            expect(await facts(ids)).toEqual(before);
          }
        }
        for (const { source, before } of done.toReversed()) {
          await undo(source);
          expect(await facts(ids)).toEqual(before);
        }
      }),
      { numRuns: 8, seed: 4242 },
    );
  });
});

describe('what still comes for a merged ticket', () => {
  let inboundId = 0;
  async function filed(over: object): Promise<number> {
    inboundId++;
    await handled(
      desk,
      await desk.publish(fileMail, {
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
        messageId: `<merge-${inboundId}@example.org>`,
        inReplyTo: [],
        references: [],
        date: null,
        text: 'Please help.',
        html: null,
        attachments: [],
        automatic: 'no',
        ...over,
      }),
    );
    const [row] = await desk.query<{ id: number }>('SELECT ticket_id AS id FROM article WHERE inbound_id = $1', [
      inboundId,
    ]);
    return (row as { id: number }).id;
  }
  const signed = (id: number) => ticketMessageId(id, desk.clock.now(), desk.threadingSecret, 'desk.example.org');

  it('lands on the ticket it became, over several merges, and reopens that one', async () => {
    const first = { id: await filed({ messageId: '<known@example.org>' }), number: '' };
    first.number = (await read(first.id)).number;
    const [second, third] = [
      await open({ customer: 'user12@example.org' }),
      await open({ customer: 'user12@example.org' }),
    ];
    await merge(first, second);
    await merge(second, third);
    await desk.rest(admin, updateTicket, { id: third.id, body: { state: 'closed' } });
    expect(await filed({ inReplyTo: [signed(first.id)] })).toBe(third.id);
    expect(await read(third.id)).toMatchObject({ state: 'open' });
    expect(await filed({ subject: `Re: [Ticket#${first.number}] The printer burns` })).toBe(third.id);
    expect(await filed({ inReplyTo: ['<known@example.org>'] })).toBe(third.id);
    expect(await read(first.id)).toMatchObject({ state: 'merged', article_count: 1 });
    await undo(second);
    expect(await filed({ inReplyTo: [signed(first.id)] })).toBe(second.id);
  });

  it('is also written by the link of the merged ticket, until the one it became was closed a month ago', async () => {
    const [source, target] = [await open(), await open()];
    const customerId = (await read(source.id)).customer_id;
    const token = ticketLinkToken({ ticketId: source.id, customerId }, desk.threadingSecret);
    const opened = () => desk.ask(admin, openTicketLink, { token });
    expect(await opened()).toEqual({ ticketId: source.id, customerId, purpose: 'ticket' });
    await merge(source, target);
    expect(await opened()).toEqual({ ticketId: target.id, customerId, purpose: 'ticket' });

    await desk.rest(admin, updateTicket, { id: target.id, body: { state: 'closed' } });
    desk.clock.advance(29 * 86_400_000);
    expect(await opened()).toEqual({ ticketId: target.id, customerId, purpose: 'ticket' });
    desk.clock.advance(2 * 86_400_000);
    await expect(opened()).rejects.toMatchObject({ kind: 'not-found', code: 'ticket.link-closed' });
    await desk.rest(admin, updateTicket, { id: target.id, body: { state: 'open' } });
    expect(await opened()).toEqual({ ticketId: target.id, customerId, purpose: 'ticket' });
    await desk.rest(admin, updateTicket, { id: target.id, body: { customer_id: stranger.userId } });
    await expect(opened()).rejects.toMatchObject({ code: 'ticket.link-closed' });
  });

  it('is taken from the customer of the merged ticket, who never wrote, and from no stranger', async () => {
    const [source, target] = [await open(), await open({ customer: 'user12@example.org' })];
    const subject = `Re: [Ticket#${source.number}]`;
    await merge(source, target);
    expect(await filed({ subject })).toBe(target.id);
    const stranger = { name: 'Eve', address: 'eve@example.net' };
    expect(await filed({ subject, from: stranger })).not.toBe(target.id);
    const [apart, again] = [await open(), await open({ customer: 'user12@example.org' })];
    await merge(apart, again);
    await undo(apart);
    expect(await filed({ subject: `Re: [Ticket#${again.number}]` })).not.toBe(again.id);
  });

  it('is recorded there: automatic replies, and what became of a sent mail', async () => {
    const [source, target] = [await open(), await open()];
    const sent = await say(source.id, { type: 'email', to: 'user10@example.org' });
    await merge(source, target);
    const delivery = {
      mailId: uuidv7(),
      ticketId: source.id,
      articleId: sent.id,
      messageId: sent.message_id as string,
      kind: 'reply' as const,
      attempts: 1,
      recipients: ['user10@example.org'],
      sentAt: '2026-03-02T09:00:00.000Z',
      response: '250 OK',
    };
    await handled(desk, await desk.publish(deliverySent, delivery as never));
    const [article] = (await desk.rest(admin, listArticles, { id: target.id })).filter(({ id }) => id === sent.id);
    expect(article?.preferences).toMatchObject({ delivery: { state: 'sent' } });
    await handled(
      desk,
      await desk.publish(recordMail, {
        ticketId: source.id,
        mailId: uuidv7(),
        kind: 'auto-reply',
        from: { name: 'Help Desk', address: 'help@desk.example.org' },
        to: [{ name: '', address: 'user10@example.org' }],
        subject: 'We have it',
        messageId: '<auto-of-merged@desk.example.org>',
        inReplyTo: null,
        text: 'Thanks',
        html: null,
      } as never),
    );
    const [auto] = await desk.query('SELECT ticket_id FROM article WHERE message_id = $1', [
      '<auto-of-merged@desk.example.org>',
    ]);
    expect(auto).toEqual({ ticket_id: target.id });
  });
});
