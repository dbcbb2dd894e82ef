import {
  createArticle,
  createTicket,
  deliverySent,
  getTicket,
  listArticles,
  listLinks,
  listMentions,
  moveArticle,
  searchTickets,
  sendMail,
  splitTicket,
  ticketHistory,
  ticketUpdated,
  undoMoveArticle,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, type Desk, handled, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const { admin, agent, agent2, reader, customer } = cast;
const text = (name: string) => ({
  filename: name,
  data: Buffer.from(name).toString('base64'),
  'mime-type': 'text/plain',
});

const open = (title: string, body: object = {}, who = agent) =>
  desk.rest(who, createTicket, {
    body: { title, group: 'Users', customer: 'user10@example.org', article: { body: `${title} said` }, ...body },
  });
const say = (ticket_id: number, body: string, more: object = {}, who = agent) =>
  desk.rest(who, createArticle, { body: { ticket_id, body, ...more } });
const move = (id: number, to: object, who = agent) => desk.rest(who, moveArticle, { id, body: to });
const bodies = async (id: number) => (await desk.rest(agent, listArticles, { id })).map(({ body }) => body);
const found = async (query: string) =>
  ((await desk.rest(agent, searchTickets, { query: { query } })) as { id: number }[]).map(({ id }) => id);

describe('one article on another ticket', () => {
  it('takes along what both tickets say of their threads, can be found there, and comes back by an undo', async () => {
    const [source, target] = [await open('Printer'), await open('Scanner')];
    const answered = await say(source.id, 'xylophone answer', { type: 'phone' });
    const before = await desk.rest(agent, getTicket, { id: source.id });
    expect(before).toMatchObject({ article_count: 2, first_response_at: expect.any(String) });
    expect(await move(answered.id, { number: target.number })).toEqual({
      article_id: answered.id,
      ticket_id: target.id,
      from_ticket_id: source.id,
    });
    expect([await bodies(source.id), await bodies(target.id)]).toEqual([
      ['Printer said'],
      ['Scanner said', 'xylophone answer'],
    ]);
    expect(await desk.rest(agent, getTicket, { id: source.id })).toMatchObject({
      article_count: 1,
      first_response_at: null,
    });
    expect(await desk.rest(agent, getTicket, { id: target.id })).toMatchObject({
      article_count: 2,
      first_response_at: before.first_response_at,
    });
    await waitFor(async () => (await found('xylophone')).join() === String(target.id), {
      what: 'the search to follow',
    });
    await desk.rest(agent, undoMoveArticle, { id: answered.id });
    expect(await bodies(target.id)).toEqual(['Scanner said']);
    const after = await desk.rest(agent, getTicket, { id: source.id });
    expect(after).toMatchObject({ article_count: 2, first_response_at: before.first_response_at });
    const again = desk.rest(agent, undoMoveArticle, { id: answered.id });
    await expect(again).rejects.toMatchObject({ kind: 'conflict', code: 'article.not-moved' });
    const lines = async (id: number) =>
      (await desk.rest(agent, ticketHistory, { id })).history
        .filter(({ attribute }) => attribute === 'move')
        .map(({ type, value_to }) => [type, value_to]);
    expect(await lines(source.id)).toEqual([
      ['moved_away', target.number],
      ['moved_here', target.number],
    ]);
    expect(await lines(target.id)).toEqual([
      ['moved_here', source.number],
      ['moved_away', source.number],
    ]);
    const told = (await desk.told(ticketUpdated)).filter(({ data }) => 'article_moved' in data.changes);
    expect(told.map(({ data }) => [data.ticket.id, data.changes.article_moved])).toEqual([
      [source.id, { from: answered.id, to: null }],
      [target.id, { from: null, to: answered.id }],
      [target.id, { from: answered.id, to: null }],
      [source.id, { from: null, to: answered.id }],
    ]);
  });

  it('the only one of its ticket stays, and so does one that would go nowhere', async () => {
    const [source, target] = [await open('Lonely'), await open('Other')];
    const [only] = await desk.rest(agent, listArticles, { id: source.id });
    const id = only?.id as number;
    await expect(move(id, { ticket_id: target.id })).rejects.toMatchObject({ code: 'article.only-one' });
    await expect(move(id, { ticket_id: source.id })).rejects.toMatchObject({ code: 'article.target-same' });
    await expect(move(id, { number: '0815' })).rejects.toMatchObject({ code: 'article.target-unknown' });
    await expect(move(id, {})).rejects.toMatchObject({ code: 'input.missing' });
    await expect(move(id, { ticket_id: 999_999 })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('takes the right to change both tickets', async () => {
    const [source, target] = [await open('Mine'), await open('Theirs', { group: 'Second' }, admin)];
    const { id } = await say(source.id, 'two');
    await expect(move(id, { ticket_id: target.id })).rejects.toMatchObject({ kind: 'not-found' });
    for (const who of [reader, customer]) {
      await expect(move(id, { ticket_id: (await open('x')).id }, who)).rejects.toMatchObject({ kind: 'forbidden' });
    }
    await expect(move(id, { ticket_id: target.id }, agent2)).rejects.toMatchObject({ kind: 'not-found' });
    await move(id, { ticket_id: target.id }, admin);
    // The number of a ticket that one may not see is nobody's business.
    const { history } = await desk.rest(agent, ticketHistory, { id: source.id });
    const line = history.find(({ attribute }) => attribute === 'move');
    expect(line).toMatchObject({ type: 'moved_away' });
    expect(line).not.toHaveProperty('value_to');
  });

  it('what becomes of a mail that was moved is told where it is', async () => {
    const [source, target] = [await open('Mail'), await open('Elsewhere')];
    const mail = await say(source.id, 'by mail', { type: 'email', to: 'user10@example.org' });
    const order = (await desk.told(sendMail)).find(({ data }) => data.articleId === mail.id);
    await move(mail.id, { ticket_id: target.id });
    const { mailId, messageId } = (order?.data ?? {}) as { mailId: string; messageId: string };
    const word = { mailId, ticketId: source.id, articleId: mail.id, messageId, kind: 'reply', attempts: 1 };
    const sent = { ...word, sentAt: '2026-03-02T10:00:00.000Z', response: '250 ok' };
    await handled(desk, await desk.publish(deliverySent, sent as never));
    const shown = (await desk.rest(agent, listArticles, { id: target.id })).find(({ id }) => id === mail.id);
    expect(shown?.preferences.delivery).toMatchObject({ state: 'sent' });
  });
});

describe('a new ticket from an article', () => {
  it('begins with its files, once however often it is asked, and can be linked as it is opened', async () => {
    const source = await open('Two things', {
      article: { body: 'first', attachments: [text('a.txt'), text('b.txt')] },
    });
    const [article] = await desk.rest(agent, listArticles, { id: source.id });
    const query = { ticket_id: source.id, article_id: article?.id, form_id: 'form-7' };
    await desk.rest(agent, splitTicket, { query });
    const { assets, attachments } = await desk.rest(agent, splitTicket, { query });
    expect(attachments.map(({ filename }) => filename)).toEqual(['a.txt', 'b.txt']);
    expect(assets).toMatchObject({ TicketArticle: { [String(article?.id)]: { body: 'first' } } });
    const made = await open('The second', {
      article: { body: 'second', form_id: 'form-7' },
      links: { Ticket: { parent: [source.id] } },
    });
    const [first] = await desk.rest(agent, listArticles, { id: made.id });
    expect(first?.attachments.map(({ filename }) => filename)).toEqual(['a.txt', 'b.txt']);
    const { links } = await desk.rest(agent, listLinks, {
      query: { link_object: 'Ticket', link_object_value: made.id },
    });
    expect(links).toEqual([{ link_type: 'parent', link_object: 'Ticket', link_object_value: source.id }]);
    const line = (await desk.rest(agent, ticketHistory, { id: source.id })).history.at(-1);
    expect(line).toMatchObject({ type: 'added', attribute: 'link', value_to: made.number });
    await expect(desk.rest(customer, splitTicket, { query })).rejects.toMatchObject({ kind: 'forbidden' });
    const wrong = { ...query, ticket_id: made.id };
    await expect(desk.rest(agent, splitTicket, { query: wrong })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('links and subscribers of a new ticket are for agents, and only what they may see', async () => {
    const secret = await open('Secret', { group: 'Second' }, admin);
    const body = { links: { Ticket: { normal: [secret.id] } } };
    await expect(open('Nosy', body)).rejects.toMatchObject({ code: 'link.object-unknown' });
    const other = await open('Seen');
    const made = await open('Told', { mentions: [3, 5, 10], links: { Ticket: { child: other.id } } });
    const { mentions } = await desk.rest(agent, listMentions, {
      query: { mentionable_type: 'Ticket', mentionable_id: made.id },
    });
    // Only those who may work on it: user 5 has another group, user 10 is a customer.
    expect(mentions.map(({ user_id }) => user_id)).toEqual([3]);
    const byCustomer = await desk.rest(customer, createTicket, {
      body: {
        title: 'Mine',
        group: 'Users',
        article: { body: 'x' },
        mentions: [4],
        links: { Ticket: { normal: [other.id] } },
      },
    });
    const at = { query: { link_object: 'Ticket', link_object_value: byCustomer.id } };
    expect((await desk.rest(agent, listLinks, at)).links).toEqual([]);
  });
});

it('a search leaves out what is named with a minus', async () => {
  const [one, two] = [await open('zebra one', { tags: 'ink, paper' }), await open('zebra two', { tags: 'ink' })];
  await open('zebra three', { state: 'closed' });
  await waitFor(async () => (await found('zebra')).length === 3, { what: 'three tickets to be found' });
  expect(await found('zebra tags:ink -tags:paper')).toEqual([two.id]);
  expect(await found('zebra -state:closed NOT tags:paper')).toEqual([two.id]);
  expect((await found('zebra -state.name:closed')).toSorted()).toEqual([one.id, two.id].toSorted());
});

describe('moving the last word of a customer', () => {
  it('leaves a customer waiting since their first word that nobody answered', async () => {
    const [asked, other] = [await open('Waits'), await open('Elsewhere')];
    const word = (sender: string, type: string) => {
      desk.clock.advance(60_000);
      return say(asked.id, `${sender} ${type}`, { sender, type });
    };
    await word('Customer', 'web');
    await word('Agent', 'phone');
    const first = await word('Customer', 'web');
    await word('Customer', 'phone');
    const last = await word('Customer', 'web');
    const since = async (id: number) => (await desk.rest(agent, getTicket, { id })).last_contact_customer_at;
    expect(await since(asked.id)).toBe(first.created_at);
    await move(last.id, { number: other.number });
    expect([await since(asked.id), await since(other.id)]).toEqual([first.created_at, last.created_at]);
  });
});
