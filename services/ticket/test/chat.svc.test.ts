import {
  chatChanged,
  chatSessions,
  chatSettings,
  endChat,
  getTicket,
  listArticles,
  readChatDoor,
  readVisitorChat,
  recordAudit,
  sayInChat,
  seeVisitor,
  startChat,
  updateTicket,
  type VisitorChat,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const gateway = actor({ userId: 1 });
const chatter = (who: typeof cast.agent) => actor({ ...who, permissions: ['ticket.agent', 'chat.agent'] });
const [anton, berta, boss] = [chatter(cast.agent), chatter(cast.agent2), chatter(cast.admin)];
const rita = chatter(cast.reader);
const here = (who: typeof anton, over: object = {}) =>
  desk.rest(who, chatSessions.setAvailability, { body: { active: true, slots: 2, ...over } });
const door = async (origin: string | null = null) => desk.ask(gateway, readChatDoor, { origin });
const read = (session: string, after = 0) => desk.ask(gateway, readVisitorChat, { session, after });
const set = (body: object) => desk.rest(cast.admin, chatSettings.update, { body });
const list = (who = anton) => desk.rest(who, chatSessions.list);
const act = (who: typeof anton, id: number, what: 'get' | 'take' | 'close') =>
  desk.rest(who, chatSessions[what], { id });
const answer = (who: typeof anton, id: number, body: string, client_id = `answer-${Math.random()}`.replace('.', '-')) =>
  desk.rest(who, chatSessions.say, { id, body: { body, client_id } });

let visitors = 0;
interface Visitor {
  session: string;
  id: number;
  email: string;
  say: (text: string, clientId?: string) => Promise<{ id: number }>;
}

async function visitor(over: object = {}): Promise<Visitor> {
  visitors += 1;
  const session = `secret-of-visitor-${visitors}`.padEnd(40, 'x');
  const email = `visitor${visitors}@shop.example`;
  const chat = await desk.ask(gateway, startChat, {
    ...{ session, name: `Visitor ${visitors}`, email, topic: 'Boats', page: 'https://shop.example/boats' },
    ...{ clientId: 'first-words', text: 'Does it float?', network: `network-${visitors}`, ...over },
  });
  let n = 0;
  const say = (text: string, clientId = `client-id-${n++}`) =>
    desk.ask(gateway, sayInChat, { session, clientId, text });
  return { session, id: chat.id, email, say };
}

const ticketOf = (session: string): Promise<VisitorChat & { ticket: string }> =>
  waitFor(
    async () => {
      const chat = await read(session);
      return chat.ticket === null ? undefined : { ...chat, ticket: chat.ticket };
    },
    { what: 'the ticket of the chat' },
  ) as Promise<VisitorChat & { ticket: string }>;

async function endAll(): Promise<void> {
  for (const who of [anton, berta, boss]) {
    const { waiting, own } = await list(who);
    for (const { id } of waiting)
      await desk.query("UPDATE chat SET state = 'open', agent_id = $2 WHERE id = $1", [id, who.userId]);
    for (const { id } of [...waiting, ...own]) await act(who, id, 'close');
  }
}

beforeEach(async () => {
  await set({
    ...{ chat_active: true, chat_title: 'Ask the yard', chat_waiting_max: 5 },
    chat_topics: [
      { name: 'Boats', group_id: 1 },
      { name: 'Sails', group_id: 2 },
    ],
    ...{ chat_origins: ['https://shop.example'], chat_idle_minutes: 15, chat_away_seconds: 60 },
  });
  await endAll();
  await here(anton);
  await here(berta, { active: false });
});

describe('the settings of live chat', () => {
  it('are for administrators, are audited, and name pages and groups that there are', async () => {
    for (const who of [anton, cast.customer]) {
      await expect(desk.rest(who, chatSettings.get)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(desk.rest(who, chatSettings.update, { body: { chat_active: false } })).rejects.toMatchObject({
        kind: 'forbidden',
      });
    }
    const admin = actor({ ...cast.agent, permissions: ['admin.channel_chat'] });
    const after = await desk.rest(admin, chatSettings.update, {
      body: { chat_origins: ['https://Shop.example/path', 'https://shop.example'], chat_waiting_max: 9 },
    });
    expect(after).toMatchObject({ chat_origins: ['https://shop.example'], chat_waiting_max: 9, chat_active: true });
    for (const chat_origins of [['shop.example'], ['https://*.example'], ['javascript:alert(1)']]) {
      await expect(set({ chat_origins })).rejects.toMatchObject({ code: 'chat.origin-invalid' });
    }
    await expect(set({ chat_topics: [{ name: 'x', group_id: 77 }] })).rejects.toMatchObject({
      code: 'input.unknown-id',
    });
    const twice = { name: 'x', group_id: 1 };
    await expect(set({ chat_topics: [twice, twice] })).rejects.toMatchObject({ code: 'chat.topic-twice' });
    const audits = await desk.told(recordAudit);
    expect(audits.at(-1)?.data).toMatchObject({ objectLabel: expect.stringContaining('chat_waiting_max') });
  });
});

describe('the door', () => {
  it('is open to named pages alone, while somebody of the group is there with a free slot', async () => {
    expect(await door('https://shop.example')).toEqual({
      ...{ state: 'online', allowed: true, title: 'Ask the yard', topics: ['Boats'] },
    });
    expect(await door(null)).toMatchObject({ allowed: true, state: 'online' });
    for (const origin of [
      'https://shop.example.evil.example',
      'http://shop.example',
      'null',
      'https://other.example',
    ]) {
      expect(await door(origin)).toEqual({ state: 'off', allowed: false, title: '', topics: [] });
    }
    await here(berta);
    expect((await door()).topics).toEqual(['Boats', 'Sails']);
    await here(berta, { active: false });
    await here(anton, { active: false });
    expect(await door()).toMatchObject({ state: 'offline', topics: [] });
    await set({ chat_active: false });
    expect(await door()).toMatchObject({ state: 'off', title: '' });
  });

  it('closes when the agent has as many chats as they take, and when nobody was heard of', async () => {
    await here(anton, { slots: 1 });
    const { id } = await visitor();
    expect((await door()).state).toBe('online');
    await act(anton, id, 'take');
    expect((await door()).state).toBe('busy');
    const second = visitor();
    await expect(second).rejects.toMatchObject({ code: 'chat.nobody-there' });
    await here(anton, { slots: 2 });
    expect((await door()).state).toBe('online');
    desk.clock.advance(101_000);
    expect((await door()).state).toBe('offline');
    await here(anton);
    await set({ chat_waiting_max: 1 });
    await visitor();
    expect((await door()).state).toBe('busy');
  });
});

describe('a chat', () => {
  it('waits, is taken once, is talked in by both, and becomes one ticket of the visitor that the agent looks after', async () => {
    const vic = await visitor({ name: '<b>Vic</b>' });
    const next = await visitor();
    expect(await read(vic.session)).toMatchObject({ state: 'waiting', position: 1, agent: null, ticket: null });
    expect(await read(next.session)).toMatchObject({ position: 2 });
    const { waiting } = await list();
    expect(waiting.map(({ id }) => id)).toEqual([vic.id, next.id]);
    expect(waiting[0]).toMatchObject({
      ...{ name: '<b>Vic</b>', email: vic.email, page: 'https://shop.example/boats', visitor_here: true },
      ...{ topic: 'Boats', last_words: 'Does it float?', unanswered: 1 },
    });
    const both = await Promise.allSettled([act(anton, vic.id, 'take'), act(boss, vic.id, 'take')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const taker = both[0]?.status === 'fulfilled' ? anton : boss;
    expect(await read(next.session)).toMatchObject({ position: 1 });
    const said = await answer(taker, vic.id, 'It does.', 'same-client-id');
    expect(await answer(taker, vic.id, 'It does.', 'same-client-id')).toEqual(said);
    const words = await vic.say('<img src=x onerror=alert(1)>', 'same-client-id');
    expect(await vic.say('anything', 'same-client-id')).toEqual(words);
    const chat = await read(vic.session, 1);
    expect(chat).toMatchObject({ state: 'open', position: null, said: 3, agent: expect.stringMatching(/^A\w+ A/) });
    expect(chat.messages.map(({ sender, body }) => [sender, body])).toEqual([
      ['agent', 'It does.'],
      ['visitor', '<img src=x onerror=alert(1)>'],
    ]);
    expect((await list(taker)).own).toMatchObject([{ id: vic.id, unanswered: 1 }]);

    await act(taker, vic.id, 'close');
    await expect(vic.say('Too late')).rejects.toMatchObject({ code: 'chat.closed' });
    expect(await vic.say('anything', 'same-client-id')).toEqual(words);
    const { ticket: number } = await ticketOf(vic.session);
    const made = await desk.query<{ id: number }>('SELECT id FROM ticket WHERE title = $1', ['Does it float?']);
    expect(made.length).toBeGreaterThan(0);
    const closed = await act(taker, vic.id, 'get');
    expect(closed).toMatchObject({ state: 'closed', closed_by: 'agent', ticket_number: number });
    const id = closed.ticket_id as number;
    const ticket = await desk.rest(cast.agent, getTicket, { id, query: { expand: 'true' } });
    expect(ticket).toMatchObject({
      ...{ title: 'Does it float?', customer: vic.email, group: 'Users', owner_id: taker.userId, state: 'open' },
    });
    const articles = await desk.rest(cast.agent, listArticles, { id });
    expect(articles).toMatchObject([{ type: 'chat', sender: 'Customer', internal: false, content_type: 'text/plain' }]);
    expect(articles[0]?.body).toMatch(/^https:\/\/shop\.example\/boats\n\n<b>Vic<\/b> \(.*\)\nDoes it float\?/);
    expect(articles[0]?.body).toContain('<img src=x onerror=alert(1)>');
    const told = (await desk.told(chatChanged)).filter(({ data }) => data.id === vic.id).map(({ data }) => data.what);
    expect(told).toEqual(['state', 'state', 'words', 'words', 'state', 'state']);
  });

  it('begun twice by the same browser is one chat; an address of nobody begins none', async () => {
    const vic = await visitor();
    const again = {
      session: vic.session,
      name: 'Other',
      email: 'other@shop.example',
      topic: 'Boats',
      page: '',
      clientId: 'other-words',
      network: 'another',
    };
    expect(await desk.ask(gateway, startChat, { ...again, text: 'Again' })).toMatchObject({ id: vic.id, said: 1 });
    await expect(visitor({ email: 'no address' })).rejects.toMatchObject({ code: 'chat.request-refused' });
    await expect(visitor({ text: ' \0 ' })).rejects.toMatchObject({ code: 'chat.nothing-said' });
    await expect(visitor({ topic: 'Sails' })).rejects.toMatchObject({ code: 'chat.nobody-there' });
    await expect(read('x'.repeat(40))).rejects.toMatchObject({ code: 'chat.no-session' });
    const strange = await visitor({ page: 'javascript:alert(1)' });
    expect(await act(anton, strange.id, 'get')).toMatchObject({ page: '' });
  });

  it('is for those who chat in its group: others see none of it, and only who has it speaks', async () => {
    const vic = await visitor();
    expect((await list(berta)).waiting).toEqual([]);
    for (const what of ['get', 'take', 'close'] as const) {
      await expect(act(berta, vic.id, what)).rejects.toMatchObject({ kind: 'not-found' });
      await expect(act(cast.agent, vic.id, what)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(act(cast.customer, vic.id, what)).rejects.toMatchObject({ kind: 'forbidden' });
    }
    await expect(answer(anton, vic.id, 'Not taken yet')).rejects.toMatchObject({ code: 'chat.not-yours' });
    await act(anton, vic.id, 'take');
    await expect(answer(boss, vic.id, 'Not mine')).rejects.toMatchObject({ code: 'chat.not-yours' });
    await expect(answer(anton, vic.id, '  ')).rejects.toMatchObject({ code: 'chat.nothing-said' });
    await expect(act(boss, vic.id, 'take')).rejects.toMatchObject({ code: 'chat.taken' });
    await expect(list(cast.agent)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('is looked at by who reads its group, and taken by who may change there', async () => {
    await here(anton, { active: false });
    await here(rita);
    expect((await door()).state).toBe('offline');
    await here(anton);
    const vic = await visitor();
    expect((await list(rita)).waiting).toMatchObject([{ id: vic.id, may_take: false }]);
    expect((await list(anton)).waiting).toMatchObject([{ id: vic.id, may_take: true }]);
    expect(await act(rita, vic.id, 'get')).toMatchObject({ state: 'waiting', may_take: false });
    expect(await act(anton, vic.id, 'get')).toMatchObject({ may_take: true });
    await expect(act(rita, vic.id, 'take')).rejects.toMatchObject({ kind: 'forbidden' });
    await act(anton, vic.id, 'take');
    await act(anton, vic.id, 'close');
    await ticketOf(vic.session);
    const { ticket_id: id } = await act(rita, vic.id, 'get');
    // What was said is where the ticket is, also for the agent who had the chat.
    await desk.rest(boss, updateTicket, { id: id as number, body: { group_id: 2 } });
    for (const who of [rita, anton]) {
      await expect(act(who, vic.id, 'get')).rejects.toMatchObject({ code: 'chat.not-found' });
    }
    expect(await act(boss, vic.id, 'get')).toMatchObject({ state: 'closed', ticket_id: id });
  });

  it('an agent takes no more at once than they said', async () => {
    await here(anton, { slots: 1 });
    const [one, two] = [await visitor(), await visitor()];
    const both = await Promise.allSettled([act(anton, one.id, 'take'), act(anton, two.id, 'take')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find((result) => result.status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ code: 'chat.no-slot' });
  });

  it('ends when the visitor stays away, not when a page is loaded anew; also one that nobody took is a ticket', async () => {
    const vic = await visitor();
    const see = (open: boolean) => desk.ask(gateway, seeVisitor, { session: vic.session, here: open });
    await see(false);
    expect(await act(anton, vic.id, 'get')).toMatchObject({ visitor_here: false });
    desk.clock.advance(50_000);
    expect(await see(true)).toMatchObject({ state: 'waiting' });
    expect(await act(anton, vic.id, 'get')).toMatchObject({ visitor_here: true });
    desk.clock.advance(59_000);
    expect((await read(vic.session)).state).toBe('waiting');
    await see(false);
    desk.clock.advance(61_000);
    expect(await ticketOf(vic.session)).toMatchObject({ state: 'closed' });
    const chat = await act(anton, vic.id, 'get');
    expect(chat).toMatchObject({ closed_by: 'away', agent_id: null });
    expect(
      await desk.rest(cast.agent, getTicket, { id: chat.ticket_id as number, query: { expand: 'true' } }),
    ).toMatchObject({
      ...{ state: 'new', owner_id: 1, customer: vic.email },
    });
    // Whoever comes back reads how it ended.
    expect(await see(true)).toMatchObject({ state: 'closed' });
  });

  it('begins while no more wait than may and two of its network are live, however many come at once', async () => {
    const network = 'one-household';
    const some = await Promise.allSettled(Array.from({ length: 4 }, () => visitor({ network })));
    expect(some.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const refused = some.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason.code)).toEqual(Array(2).fill('chat.too-many-of-network'));
    await set({ chat_waiting_max: 4 });
    const others = await Promise.allSettled(Array.from({ length: 4 }, () => visitor()));
    expect(others.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const [one] = (await list()).waiting;
    await act(anton, one?.id ?? 0, 'take');
    await act(anton, one?.id ?? 0, 'close');
    expect(await visitor({ network })).toMatchObject({ id: expect.any(Number) });
  });

  it('tells nobody but its agent that the visitor comes and goes, and words of who waits keep no place', async () => {
    const vic = await visitor();
    const see = (open: boolean) => desk.ask(gateway, seeVisitor, { session: vic.session, here: open });
    const told = async () => (await desk.told(chatChanged)).filter(({ data }) => data.id === vic.id);
    await see(false);
    await see(true);
    expect(await told()).toHaveLength(1);
    for (let i = 0; i < 20; i++) {
      desk.clock.advance(46_000);
      if ((await see(true)).state === 'closed') break;
      await vic.say(`Hello? ${i}`).catch(() => undefined);
    }
    const ended = await ticketOf(vic.session);
    expect(ended.said).toBeGreaterThan(10);
    expect(await act(anton, vic.id, 'get')).toMatchObject({ closed_by: 'idle', agent_id: null });
    await here(anton);
    const next = await visitor();
    await act(anton, next.id, 'take');
    await desk.ask(gateway, seeVisitor, { session: next.session, here: false });
    const last = (await desk.told(chatChanged)).filter(({ data }) => data.id === next.id).at(-1);
    expect(last?.data).toMatchObject({ what: 'words', agentId: anton.userId });
  });

  it('ends when nobody writes, and when the visitor ends it, once', async () => {
    const idle = await visitor();
    await act(anton, idle.id, 'take');
    for (let i = 0; i < 20; i++) {
      desk.clock.advance(46_000);
      if ((await desk.ask(gateway, seeVisitor, { session: idle.session, here: true })).state === 'closed') break;
    }
    await ticketOf(idle.session);
    expect(await act(anton, idle.id, 'get')).toMatchObject({ closed_by: 'idle' });
    await here(anton);
    const vic = await visitor();
    const end = () => desk.ask(gateway, endChat, { session: vic.session });
    expect((await Promise.all([end(), end()])).map(({ state }) => state)).toEqual(['closed', 'closed']);
    await ticketOf(vic.session);
    expect(await act(anton, vic.id, 'get')).toMatchObject({ closed_by: 'visitor' });
    const tickets = await desk.query(
      'SELECT 1 FROM ticket t JOIN replica_user u ON u.id = t.customer_id WHERE u.email = $1',
      [vic.email],
    );
    expect(tickets).toHaveLength(1);
  });
});
