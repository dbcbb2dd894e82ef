import {
  addLink,
  addMention,
  addTag,
  applyPeerChange,
  createArticle,
  createTicket,
  deleteMention,
  forgetRequester,
  getTicket,
  listLinks,
  listMentions,
  listTags,
  mentionableAgents,
  mergeTicket,
  notifyAgents,
  readForPeer,
  recordAudit,
  removeLink,
  removeTag,
  searchTags,
  searchTickets,
  tagList,
  takeInPast,
  ticketCreated,
  ticketHistory,
  ticketUpdated,
  triggers,
  updateTicket,
  userUpdated,
  workingTimeAfter,
} from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, handled, startDesk, user } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const { admin, agent, agent2, reader, customer, stranger } = cast;

const forbidden = { kind: 'forbidden', detail: 'Not authorized' };
const notFound = { kind: 'not-found' };
const invalid = (code: string) => ({ kind: 'invalid', code });

const open = (body: object = {}, who = agent) =>
  desk.rest(who, createTicket, {
    body: {
      title: 'Printer',
      group: 'Users',
      ...(who === customer ? {} : { customer: 'user10@example.org' }),
      article: { body: 'It burns' },
      ...body,
    },
  });
const all = (who: typeof agent, id: number): Promise<Record<string, unknown>> =>
  desk.rest(who, getTicket, { id, query: { all: 'true' } }) as never;

describe('tags', () => {
  const tagsOf = async (id: number, who = agent) =>
    (await desk.rest(who, listTags, { query: { object: 'Ticket', o_id: String(id) } })).tags;
  const tag = (id: number, item: string, who = agent) =>
    desk.rest(who, addTag, { body: { object: 'Ticket', o_id: id, item } });
  const untag = (id: number, item: string, who = agent) =>
    desk.rest(who, removeTag, { query: { object: 'Ticket', o_id: String(id), item } });
  const find = async (query: string, who = agent) =>
    ((await desk.rest(who, searchTickets, { query: { query } })) as { id: number }[]).map(({ id }) => id);
  const listed = async (name: string) => (await desk.rest(admin, tagList.list)).find((one) => one.name === name);

  it('are added and removed, one spelling for all, and told as a change of the ticket', async () => {
    const { id, updated_at } = await open();
    desk.clock.advance(1_000);
    expect(await tag(id, '  Paper   Jam ')).toBe(true);
    await tag(id, 'VIP');
    await tag(id, 'paper jam');
    expect(await tagsOf(id)).toEqual(['Paper Jam', 'VIP']);
    const [last] = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === id).slice(-1);
    expect(last?.data).toMatchObject({
      changes: { tags: { from: ['Paper Jam'], to: ['Paper Jam', 'VIP'] } },
      changedById: 4,
    });
    expect((await desk.rest(agent, getTicket, { id })).updated_at).not.toBe(updated_at);
    const { id: other } = await open();
    await tag(other, 'vip');
    expect(await tagsOf(other)).toEqual(['VIP']);

    expect(await untag(id, 'vIp')).toBe(true);
    expect(await untag(id, 'never there')).toBe(true);
    expect(await tagsOf(id)).toEqual(['Paper Jam']);
    const { history } = await desk.rest(agent, ticketHistory, { id });
    expect(history.slice(2)).toMatchObject([
      { object: 'Ticket', type: 'added', attribute: 'tag', value_to: 'Paper Jam', created_by_id: 4 },
      { object: 'Ticket', type: 'added', attribute: 'tag', value_to: 'VIP' },
      { object: 'Ticket', type: 'removed', attribute: 'tag', value_from: 'VIP' },
    ]);
    expect(history).toHaveLength(5);
  });

  it('come as a list with a new ticket and with a change, which adds to those there are', async () => {
    const { id } = await open({ tags: 'Alpha, beta,, ALPHA' });
    expect(await tagsOf(id)).toEqual(['Alpha', 'beta']);
    await desk.rest(agent, updateTicket, { id, body: { title: 'Other', tags: 'Gamma,Beta' } });
    expect(await tagsOf(id)).toEqual(['Alpha', 'beta', 'Gamma']);
    const [last] = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === id).slice(-1);
    expect(last?.data.changes).toEqual({
      title: { from: 'Printer', to: 'Other' },
      tags: { from: ['Alpha', 'beta'], to: ['Alpha', 'beta', 'Gamma'] },
    });
    expect(await all(agent, id)).toMatchObject({ tags: ['Alpha', 'beta', 'Gamma'] });
  });

  it('S16: are the words of agents: customers neither see nor set them, nor find by them', async () => {
    const { id } = await open({ tags: 'difficult-person' }, customer);
    expect(await tagsOf(id)).toEqual([]);
    await tag(id, 'difficult-person');
    await expect(tagsOf(id, customer)).rejects.toMatchObject(forbidden);
    await expect(tag(id, 'x', customer)).rejects.toMatchObject(forbidden);
    await expect(untag(id, 'difficult-person', customer)).rejects.toMatchObject(forbidden);
    await expect(desk.rest(customer, searchTags, { query: { term: 'diff' } })).rejects.toMatchObject(forbidden);
    expect(await all(customer, id)).toMatchObject({ tags: [] });
    expect(await find('tags:difficult-person')).toEqual([id]);
    expect(await find('tags:difficult-person', customer)).toEqual([]);
    for (const who of [stranger, agent2]) {
      await expect(tagsOf(id, who)).rejects.toMatchObject(notFound);
      await expect(tag(id, 'x', who)).rejects.toMatchObject(notFound);
      await expect(untag(id, 'x', who)).rejects.toMatchObject(notFound);
    }
    expect(await tagsOf(id, reader)).toEqual(['difficult-person']);
    await expect(tag(id, 'x', reader)).rejects.toMatchObject(forbidden);
  });

  it('narrow a search: every tag that is named, in any spelling', async () => {
    const { id: both } = await open({ tags: 'search one,search two' });
    const { id: one } = await open({ tags: 'Search One' });
    expect(await find('tags:"SEARCH one"')).toEqual([one, both]);
    expect(await find('tags:"search one" AND tags:"search two" AND state.name:new')).toEqual([both]);
    expect(await find('tag:"search one" tags:"Search One"')).toEqual([one, both]);
    expect(await find('tags:nothing-has-this')).toEqual([]);
  });

  it('are suggested, those that begin with the term first', async () => {
    await open({ tags: 'zq-begin,has zq-begin inside,100%' });
    expect(await desk.rest(agent, searchTags, { query: { term: 'ZQ-b' } })).toMatchObject([
      { value: 'zq-begin' },
      { value: 'has zq-begin inside' },
    ]);
    expect(await desk.rest(agent, searchTags, { query: { term: 'zq-b', limit: '1' } })).toHaveLength(1);
    expect(await desk.rest(agent, searchTags, { query: { term: '0%' } })).toMatchObject([{ value: '100%' }]);
    expect(await desk.rest(agent, searchTags, { query: { term: '_' } })).toEqual([]);
  });

  it('have names within limits', async () => {
    const { id } = await open();
    await expect(tag(id, ' ')).rejects.toMatchObject(invalid('tag.name-blank'));
    await expect(tag(id, 'a,b')).rejects.toMatchObject(invalid('tag.name-comma'));
    await expect(tag(id, 'x'.repeat(251))).rejects.toMatchObject(invalid('tag.name-too-long'));
    await expect(open({ tags: 'x'.repeat(251) })).rejects.toMatchObject(invalid('tag.name-too-long'));
    const hundred = Array.from({ length: 100 }, (_, i) => `many ${i}`).join(',');
    await desk.rest(agent, updateTicket, { id, body: { tags: hundred } });
    await expect(tag(id, 'one more')).rejects.toMatchObject(invalid('tag.too-many'));
    expect(await listed('one more')).toBeUndefined();
    await expect(desk.rest(agent, listTags, { query: { o_id: '1' } })).rejects.toMatchObject(invalid('input.missing'));
  });

  it('are renamed and deleted everywhere by administrators of tags', async () => {
    const keeper = actor({ userId: 3, permissions: ['admin.tag'] });
    const { id: first } = await open({ tags: 'old name' });
    const { id: second } = await open({ tags: 'other name,old name' });
    const { id: tagId } = (await listed('old name')) as { id: number };
    expect(await desk.rest(keeper, tagList.update, { id: tagId, body: { id: tagId, name: 'New Name' } })).toEqual({});
    expect(await tagsOf(first)).toEqual(['New Name']);
    expect(await find('tags:"new name"')).toEqual([second, first]);
    expect(await find('tags:"old name"')).toEqual([]);

    await desk.rest(keeper, tagList.update, { id: tagId, query: { name: 'OTHER name' } });
    expect(await tagsOf(first)).toEqual(['other name']);
    expect(await tagsOf(second)).toEqual(['other name']);
    expect(await listed('other name')).toMatchObject({ count: 2 });
    expect(await listed('New Name')).toBeUndefined();
    await expect(desk.rest(keeper, tagList.update, { id: tagId, body: { name: 'x' } })).rejects.toMatchObject(notFound);

    expect(await desk.rest(keeper, tagList.create, { query: { name: 'not used yet' } })).toEqual({});
    expect(await listed('not used yet')).toMatchObject({ count: 0 });
    await expect(desk.rest(keeper, tagList.create, { body: { name: 'Not Used Yet' } })).rejects.toMatchObject(
      invalid('input.not-unique'),
    );
    const { id: otherId } = (await listed('other name')) as { id: number };
    expect(await desk.rest(keeper, tagList.delete, { id: otherId })).toEqual({});
    expect(await tagsOf(second)).toEqual([]);
    const actions = (await desk.told(recordAudit)).map(({ data }) => data.action);
    expect(actions).toEqual(['tag.changed', 'tag.changed', 'tag.created', 'tag.deleted']);

    for (const who of [agent, customer]) {
      await expect(desk.rest(who, tagList.list)).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, tagList.create, { body: { name: 'x' } })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, tagList.update, { id: 1, body: { name: 'x' } })).rejects.toMatchObject(forbidden);
      await expect(desk.rest(who, tagList.delete, { id: 1 })).rejects.toMatchObject(forbidden);
    }
  });

  it('are those of the list alone where the desk wants it so; administrators of tags add to it', async () => {
    const strict = await startDesk({ env: { HELPMESH_NEW_TAGS: 'false' } });
    try {
      const body = { title: 'Printer', group: 'Users', customer: 'user10@example.org' };
      await strict.rest(admin, createTicket, { body: { ...body, tags: 'known' } });
      const { id } = await strict.rest(agent, createTicket, { body: { ...body, tags: 'KNOWN' } });
      await expect(strict.rest(agent, createTicket, { body: { ...body, tags: 'new' } })).rejects.toMatchObject(
        invalid('tag.not-on-the-list'),
      );
      const item = { object: 'Ticket', o_id: id, item: 'new' };
      await expect(strict.rest(agent, addTag, { body: item })).rejects.toMatchObject(invalid('tag.not-on-the-list'));
      expect(await strict.rest(admin, tagList.list)).toMatchObject([{ name: 'known', count: 2 }]);
    } finally {
      await strict.stop();
    }
  });
});

describe('links', () => {
  const linksOf = async (id: number, who = agent) =>
    (await desk.rest(who, listLinks, { query: { link_object: 'Ticket', link_object_value: String(id) } })).links;
  const link = (type: string, source: object, target: number, who = agent) =>
    desk.rest(who, addLink, {
      body: {
        link_type: type,
        link_object_source: 'Ticket',
        ...source,
        link_object_target: 'Ticket',
        link_object_target_value: target,
      },
    });
  const unlink = (type: string, source: number, target: number, who = agent) =>
    desk.rest(who, removeLink, {
      body: {
        link_type: type,
        link_object_source: 'Ticket',
        link_object_source_value: source,
        link_object_target: 'Ticket',
        link_object_target_value: target,
      },
    });
  const seen = (type: string, id: number) => ({ link_type: type, link_object: 'Ticket', link_object_value: id });

  it('say from each end what the other ticket is', async () => {
    const [parent, child, equal] = [await open(), await open(), await open()];
    const made = await link('parent', { link_object_source_number: parent.number }, child.id);
    expect(made).toMatchObject({
      link_type_id: 2,
      link_object_source_value: parent.id,
      link_object_target_value: child.id,
    });
    await link('normal', { link_object_source_number: equal.number }, child.id);
    expect(await linksOf(child.id)).toEqual([seen('parent', parent.id), seen('normal', equal.id)]);
    expect(await linksOf(parent.id)).toEqual([seen('child', child.id)]);
    expect(await linksOf(equal.id)).toEqual([seen('normal', child.id)]);
    expect(await all(agent, parent.id)).toMatchObject({ links: [seen('child', child.id)] });
    const { assets } = await desk.rest(agent, listLinks, {
      query: { link_object: 'Ticket', link_object_value: String(parent.id) },
    });
    expect(Object.keys(assets.Ticket as object)).toEqual([String(child.id)]);

    await unlink('child', child.id, parent.id);
    expect(await linksOf(child.id)).toEqual([seen('normal', equal.id)]);
    expect(await linksOf(parent.id)).toEqual([]);
    await expect(unlink('child', child.id, parent.id)).rejects.toMatchObject({ code: 'link.not-found' });
    const { history } = await desk.rest(agent, ticketHistory, { id: parent.id });
    expect(history.slice(2)).toMatchObject([
      { type: 'added', attribute: 'link', value_to: child.number, related_object: 'Ticket', related_o_id: child.id },
      { type: 'removed', attribute: 'link', value_from: child.number },
    ]);
  });

  it('are neither doubled nor contradicted, and never to the ticket itself', async () => {
    const [one, two] = [await open(), await open()];
    await link('parent', { link_object_source_number: one.number }, two.id);
    const numbered = (ticket: typeof one) => ({ link_object_source_number: ticket.number });
    await expect(link('parent', numbered(one), two.id)).rejects.toMatchObject(invalid('link.exists'));
    await expect(link('parent', numbered(two), one.id)).rejects.toMatchObject(invalid('link.exists'));
    await expect(link('child', numbered(two), one.id)).rejects.toMatchObject(invalid('link.exists'));
    await link('normal', numbered(one), two.id);
    await expect(link('normal', numbered(two), one.id)).rejects.toMatchObject(invalid('link.exists'));
    await expect(link('normal', numbered(one), one.id)).rejects.toMatchObject(invalid('link.to-itself'));
    await expect(link('normal', { link_object_source_number: '1' }, one.id)).rejects.toMatchObject({
      kind: 'invalid',
      detail: 'The object could not be found.',
    });
  });

  it('S15: are shown and made by agents who see both ends', async () => {
    const [mine, hidden] = [await open(), await open({ group: 'Second' }, admin)];
    await expect(link('normal', { link_object_source_number: hidden.number }, mine.id)).rejects.toMatchObject(
      invalid('link.object-unknown'),
    );
    await expect(link('normal', { link_object_source_value: hidden.id }, mine.id)).rejects.toMatchObject(notFound);
    await link('child', { link_object_source_number: hidden.number }, mine.id, admin);
    expect(await linksOf(mine.id)).toEqual([]);
    expect(await all(agent, mine.id)).toMatchObject({ links: [] });
    expect(await linksOf(mine.id, admin)).toEqual([seen('child', hidden.id)]);
    const told = (await desk.rest(agent, ticketHistory, { id: mine.id })).history.at(-1);
    expect(told).toMatchObject({ type: 'added', attribute: 'link' });
    expect(JSON.stringify(told)).not.toContain(hidden.number);
    await expect(unlink('child', hidden.id, mine.id)).rejects.toMatchObject(notFound);
    await expect(linksOf(mine.id, customer)).rejects.toMatchObject(forbidden);
    expect(await all(customer, mine.id)).toMatchObject({ links: [] });
    await expect(linksOf(mine.id, agent2)).rejects.toMatchObject(notFound);
    const third = await open();
    await expect(link('normal', { link_object_source_number: third.number }, mine.id, reader)).rejects.toMatchObject(
      forbidden,
    );
    await expect(link('normal', { link_object_source_number: third.number }, mine.id, customer)).rejects.toMatchObject(
      forbidden,
    );
  });
});

describe('subscriptions', () => {
  const at = (id: number) => ({ mentionable_type: 'Ticket', mentionable_id: String(id) });
  const subscribers = async (id: number, who = agent) =>
    (await desk.rest(who, listMentions, { query: at(id) })).mentions;
  const subscribe = (id: number, who = agent) => desk.rest(who, addMention, { body: at(id) });

  it('are made for oneself, once, and ended', async () => {
    const { id, updated_at } = await open();
    expect(await subscribe(id)).toBe(true);
    await subscribe(id);
    await subscribe(id, reader);
    const both = await subscribers(id);
    expect(both).toMatchObject([
      { mentionable_type: 'Ticket', mentionable_id: id, user_id: 4, created_by_id: 4 },
      { user_id: 6 },
    ]);
    expect(await all(agent, id)).toMatchObject({ mentions: both });
    expect((await desk.rest(agent, getTicket, { id })).updated_at).toBe(updated_at);
    const [own, readers] = both.map((one) => one.id) as [number, number];
    await expect(desk.rest(reader, deleteMention, { id: own })).rejects.toMatchObject(forbidden);
    expect(await desk.rest(reader, deleteMention, { id: readers })).toBe(true);
    expect(await desk.rest(admin, deleteMention, { id: own })).toBe(true);
    expect(await subscribers(id)).toEqual([]);
    await expect(desk.rest(agent, deleteMention, { id: own })).rejects.toMatchObject(notFound);
  });

  it('S15: are for agents who may read the ticket', async () => {
    const { id } = await open();
    await subscribe(id);
    const [one] = await subscribers(id);
    for (const who of [agent2, stranger]) {
      await expect(subscribe(id, who)).rejects.toMatchObject(notFound);
      await expect(subscribers(id, who)).rejects.toMatchObject(notFound);
      await expect(desk.rest(who, deleteMention, { id: one?.id as number })).rejects.toMatchObject(notFound);
    }
    await expect(subscribe(id, customer)).rejects.toMatchObject(forbidden);
    await expect(subscribers(id, customer)).rejects.toMatchObject(forbidden);
    expect(await all(customer, id)).toMatchObject({ mentions: [] });
  });

  it('come with being named in an article, for agents of the group alone', async () => {
    const { id } = await open({}, agent);
    const html = (userId: number) => `<p>Look <a href="#" data-mention-user-id="${userId}">you</a></p>`;
    const say = (body: string, content_type = 'text/html', who = agent) =>
      desk.rest(who, createArticle, { body: { ticket_id: id, body, content_type, internal: true } });
    await say(html(3));
    await say(html(5));
    await say(html(10));
    await say(html(99_999));
    expect(await subscribers(id)).toMatchObject([{ user_id: 3, created_by_id: 4 }]);
    await say('please ask @@user4@example.org, not @@user5@example.org', 'text/plain', admin);
    expect((await subscribers(id)).map((one) => one.user_id)).toEqual([3, 4]);
    await say(html(4), 'text/html', customer);
    const other = await open({ article: { body: html(3), content_type: 'text/html' } });
    expect((await subscribers(other.id)).map((one) => one.user_id)).toEqual([3]);
    const quiet = await open({ article: { body: html(4), content_type: 'text/html' } }, customer);
    expect(await subscribers(quiet.id)).toEqual([]);
  });
});

describe('what agents are told', () => {
  it('begins with whom one may call: those who may read the ticket, by parts of their names', async () => {
    const { id } = await open({}, agent);
    const offered = async (query: string, who = agent) => {
      const on = { mentionable_type: 'Ticket', mentionable_id: id, query };
      return (await desk.rest(who, mentionableAgents, { query: on })).map((one) => one.id);
    };
    const all = await offered('');
    expect(all).toEqual(expect.arrayContaining([3, 4, 6]));
    expect(all).not.toContain(5);
    expect(all).not.toContain(10);
    const { firstname, lastname, login } = user({ id: 4 });
    expect(await offered(`${lastname.slice(0, 3)} ${firstname.slice(1).toUpperCase()}`)).toContain(4);
    expect(await offered(login)).toEqual([4]);
    expect(await offered('100%_')).toEqual([]);
    // Read access is enough, also to be called.
    const called = [5, 6].map((one) => `<span data-mention-user-id="${one}">@Somebody</span>`).join(' ');
    await say(id, agent, { body: called, content_type: 'text/html', internal: true });
    const { mentions } = await desk.rest(agent, listMentions, {
      query: { mentionable_type: 'Ticket', mentionable_id: String(id) },
    });
    expect(mentions.map((one) => one.user_id)).toEqual([6]);
    await expect(offered('', customer)).rejects.toMatchObject(forbidden);
    await expect(offered('', agent2)).rejects.toMatchObject(notFound);
  });

  const know = async (over: Partial<ReturnType<typeof user>> & { id: number }, version: number) => {
    const one = { ...(desk.identity.users.get(over.id) ?? user(over)), ...over };
    await handled(
      desk,
      await desk.publish(userUpdated, one, { aggregateId: String(one.id), aggregateVersion: version }),
    );
  };
  const notices = async (id: number) =>
    (await desk.told(notifyAgents)).map(({ data }) => data).filter(({ ticket }) => ticket.id === id);
  const nth = (id: number, kind: string, n = 1) =>
    waitFor(async () => (await notices(id)).filter((notice) => notice.kind === kind)[n - 1], {
      what: `notice ${n} of kind ${kind} about ticket ${id}`,
    });
  const say = (id: number, who: typeof agent, article: object) =>
    desk.rest(who, createArticle, { body: { ticket_id: id, ...article } });
  const toldOf = (notice: Awaited<ReturnType<typeof notices>>[number]) =>
    notice.people.map(({ userId, reason, mail }) => [userId, reason, mail !== null]);

  beforeAll(async () => {
    for (const id of [3, 4, 5, 6]) await know({ id, ...(id === 6 && { readGroupIds: [1] }) }, 1);
  });

  it('is a new ticket of nobody, to those who may take it', async () => {
    const { id } = await open({}, customer);
    const notice = await nth(id, 'create');
    expect(notice).toMatchObject({
      kind: 'create',
      by: { userId: 10, name: 'Clara Customer' },
      article: { text: 'It burns' },
    });
    expect(toldOf(notice)).toEqual([
      [3, 'unassigned', true],
      [4, 'unassigned', true],
    ]);
  });

  it('is an internal word to who is mentioned in it, and to subscribers that may read it, but no longer than that', async () => {
    const { id } = await open({ owner_id: 4 });
    await desk.rest(reader, addMention, { body: { mentionable_type: 'Ticket', mentionable_id: id } });
    await say(id, agent, { body: 'Please look @@user3@example.org', internal: true });
    const notice = await nth(id, 'update');
    expect(notice).toMatchObject({ kind: 'update', article: { internal: true }, by: { userId: 4 } });
    expect(toldOf(notice)).toEqual([
      [3, 'mentioned', true],
      [6, 'subscribed', true],
    ]);
    await know({ id: 6, readGroupIds: [] }, 2);
    await say(id, admin, { body: 'And again', internal: true });
    expect(toldOf(await nth(id, 'update', 2))).toEqual([[4, 'owner', true]]);
    await know({ id: 6, readGroupIds: [1] }, 3);
  });

  it('is that something encrypted was written, without a word of it', async () => {
    const { id } = await open({ owner_id: 3 });
    const preferences = { security: { type: 'S/MIME', encryption: { success: true } } };
    await say(id, agent, { type: 'email', to: 'user10@example.org', body: 'The code is 1234', preferences });
    const { article } = await nth(id, 'update');
    expect(article).toMatchObject({ text: '', encrypted: true, sender: 'Agent' });
  });

  it('is a closed ticket as nothing left to do; tags alone are nothing', async () => {
    const { id } = await open({ owner_id: 3 });
    await desk.rest(agent, addTag, { body: { object: 'Ticket', o_id: id, item: 'quiet' } });
    await desk.rest(agent, updateTicket, { id, body: { state: 'closed' } });
    const notice = await nth(id, 'update');
    expect((await notices(id)).map(({ kind }) => kind)).toEqual(['create', 'update']);
    expect(notice).toMatchObject({ changes: [{ field: 'state', value: 'closed' }], settles: { but: [] } });
    expect(notice.people).toMatchObject([{ userId: 3, seen: true }]);
  });

  it('is a reminder to the owner, or to who stands in for them, as they chose', async () => {
    const matrix = { reminder_reached: { criteria: { owned_by_me: true }, channel: { online: true } } };
    const day = (shift: number) => new Date(desk.clock.now() + shift * 86_400_000).toISOString().slice(0, 10);
    await know({ id: 4, away: { from: day(-1), until: day(1), replacementId: 3 }, notices: { matrix } }, 4);
    const pending_time = new Date(desk.clock.now() + 600_000).toISOString();
    const { id } = await open({ owner_id: 4, state: 'pending reminder', pending_time });
    desk.clock.advance(700_000);
    const reminder = await nth(id, 'reminder_reached');
    expect(toldOf(reminder)).toEqual([
      [3, 'replacement', true],
      [4, 'owner', false],
    ]);
    expect(reminder).toMatchObject({ onceOn: day(0), by: { userId: 1, name: '' } });
    await know({ id: 4, away: null, notices: null }, 5);
  });

  it('is each of many tickets that come at once, once', async () => {
    const before = (await desk.told(notifyAgents)).length;
    const opened = await Promise.all(Array.from({ length: 12 }, () => open({}, customer)));
    await Promise.all(opened.map(({ id }) => nth(id, 'create')));
    expect((await desk.told(notifyAgents)).length - before).toBe(12);
  });
});

describe('a ticket that another helpdesk had', () => {
  const says = (body: string, over: object = {}) => ({
    ...{
      uuid: uuidv7(),
      type: 'email',
      sender: 'Customer',
      to: 'desk@old.example',
      subject: 'Portal',
      internal: false,
    },
    ...{ author: { name: 'Zoë M', email: 'zoe@past.example' }, contentType: 'text/html', body, files: [] },
    ...{ createdAt: '2024-03-01T09:00:00.000Z', ...over },
  });
  const old = {
    ...{ source: 'Zammad, old.example', uuid: uuidv7(), groupId: 1, title: 'Portal of old', stateType: 'closed' },
    ...{ priority: '3 high', customer: { name: 'Zoë M', email: 'zoe@past.example' }, owner: null, tags: ['old times'] },
    ...{ createdAt: '2024-03-01T09:00:00.000Z', changedAt: '2024-03-05T10:00:00.000Z' },
    articles: [
      says('<p>Shut<script>alert(1)</script></p>'),
      says('Between us', { sender: 'Agent', type: 'note', internal: true, createdAt: '2024-03-02T09:00:00.000Z' }),
    ],
  };
  const bring = (over: object = {}) => desk.askAs('federation', takeInPast, { ...old, ...over });

  it('comes with its times, once, and nobody is told; no rule looks at it', async () => {
    const ruler = actor({ ...admin, permissions: ['admin'] });
    const rule = await desk.rest(ruler, triggers.create, {
      body: {
        ...{
          name: 'Marks everything',
          active: true,
          condition: { 'ticket.action': { operator: 'is', value: ['create'] } },
        },
        perform: { 'ticket.tags': { operator: 'add', value: 'seen by a rule' } },
      },
    });
    const notices = (await desk.told(notifyAgents)).length;
    const { ticketId, made, articles } = await bring();
    expect([made, articles]).toEqual([true, 2]);
    expect(await bring()).toEqual({ ticketId, made: false, articles: 0 });
    const ticket: Record<string, unknown> = await desk.rest(admin, getTicket, { id: ticketId });
    expect(ticket).toMatchObject({
      title: 'Portal of old',
      ...{ created_at: '2024-03-01T09:00:00.000Z', close_at: '2024-03-05T10:00:00.000Z', escalation_at: null },
    });
    expect(ticket.customer_id).not.toBe(1);
    expect((await desk.rest(admin, listTags, { query: { object: 'Ticket', o_id: String(ticketId) } })).tags).toEqual([
      'old times',
    ]);
    const told = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === ticketId);
    expect(told?.data).toMatchObject({ rule: { type: 'Peer', name: 'Zammad, old.example', quiet: true } });
    expect(told?.data.article).toMatchObject({ isAutoResponse: true, createdAt: '2024-03-01T09:00:00.000Z' });
    // One that others are told of comes through behind it.
    await desk.rest(ruler, triggers.delete, { id: rule.id });
    const { id } = await open({}, customer);
    const noticed = async () => (await desk.told(notifyAgents)).slice(notices).map(({ data }) => data.ticket.id);
    await waitFor(async () => (await noticed()).includes(id), { what: 'the notice of another ticket' });
    expect(await noticed()).not.toContain(ticketId);
  });

  it('gets what was said there since, and stays as people here have left it', async () => {
    const { ticketId } = await bring();
    await desk.rest(agent, updateTicket, { id: ticketId, body: { title: 'Worked on here', state: 'open' } });
    const later = says('And again', { createdAt: '2024-04-01T09:00:00.000Z' });
    expect(await bring({ title: 'Other', articles: [...old.articles, later] })).toMatchObject({
      made: false,
      articles: 1,
    });
    expect(await desk.rest(admin, getTicket, { id: ticketId })).toMatchObject({
      title: 'Worked on here',
      article_count: 3,
    });
    const told = await desk.askAs('federation', readForPeer, {
      ...{ ticketId, knownArticleIds: [], internal: true, limit: 50 },
    });
    expect(told?.stateType).toBe('open');
    expect(told?.articles.map(({ body, internal }) => [body, internal])).toEqual([
      ['<p>Shut</p>', false],
      ['Between us', true],
      ['And again', false],
    ]);
  });

  it('is owned, closed too, by who may own tickets of the group, and makes nobody a customer for it', async () => {
    const owners = [
      ['an agent', 'user4@example.org', 4],
      ['an agent of another group', 'user5@example.org', 1],
      ['a customer', 'user10@example.org', 1],
      ['nobody', 'nora@past.example', 1],
    ] as const;
    for (const stateType of ['closed', 'open'])
      for (const [who, owner, ownerId] of owners) {
        const { ticketId } = await bring({ uuid: uuidv7(), stateType, owner, articles: [says('Shut')] });
        const { owner_id: owned }: Record<string, unknown> = await desk.rest(admin, getTicket, { id: ticketId });
        expect([stateType, who, owned]).toEqual([stateType, who, ownerId]);
      }
    expect([...desk.identity.users.values()].map(({ email }) => email)).not.toContain('nora@past.example');
  });

  it('is none that helpdesks share: who finds out its name opens another', async () => {
    const { ticketId } = await bring();
    const opening = { ticket: { uuid: old.uuid, groupId: 1, customer: null }, title: 'Mine now', articles: [] };
    const opened = await desk.askAs('federation', applyPeerChange, { peer: { id: 1, name: 'Desk B' }, ...opening });
    expect(opened.ticketId).not.toBe(ticketId);
    expect(opened.after.title).toBe('Mine now');
    expect(await bring()).toEqual({ ticketId, made: false, articles: 0 });
  });

  it('is brought by nobody but the federation service', async () => {
    await expect(desk.ask(admin, takeInPast, old as never)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(bring({ uuid: uuidv7(), groupId: 4_040 })).rejects.toMatchObject({ code: 'peer.group-inactive' });
  });
});

describe('a ticket that another helpdesk has too', () => {
  const peer = { id: 1, name: 'Desk B' };
  const words = (body: string, over: object = {}) => ({
    ...{ uuid: uuidv7(), sender: 'Agent', author: 'Eve', internal: false, contentType: 'text/html', body, files: [] },
    ...over,
  });
  const apply = (input: object) => desk.askAs('federation', applyPeerChange, { peer, articles: [], ...input });
  const read = (ticketId: number, over: object = {}) =>
    desk.askAs('federation', readForPeer, { ticketId, knownArticleIds: [], internal: false, limit: 50, ...over });

  it('is opened once, however often that is asked, and says where it comes from', async () => {
    const article = words('<p>Down<script>alert(1)</script></p>', { sender: 'Customer', author: 'Zoë' });
    const opening = {
      ticket: { uuid: uuidv7(), groupId: 1, customer: { name: 'Zoë M', email: 'zoe@peer.example' } },
      ...{ title: 'Portal', stateType: 'open', priority: '3 high', tags: ['grid'], articles: [article] },
    };
    const { ticketId, articleIds, after } = await apply(opening);
    expect(await apply(opening)).toMatchObject({ ticketId, articleIds });
    expect(after).toMatchObject({
      title: 'Portal',
      stateType: 'open',
      priority: '3 high',
      tags: ['grid'],
      owner: null,
    });
    expect(after.customer).toMatchObject({ name: 'Zoë M', email: 'zoe@peer.example' });
    const unsaid = { service: null, impact: null, urgency: null, firstResponseDue: null, solutionDue: null };
    expect(after.details).toEqual({ group: 'Users', ...unsaid });
    const told = await read(ticketId);
    expect(told?.articles).toMatchObject([
      { id: articleIds[0], uuid: article.uuid, sender: 'Customer', body: '<p>Down</p>' },
    ]);
    expect(told?.articles[0]?.author).toBe('Zoë (Desk B)');
    const event = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === ticketId);
    expect(event?.data.rule).toMatchObject({ type: 'Peer', name: 'Desk B' });
    expect(event?.data.article).toMatchObject({ type: 'note', isAutoResponse: true });
  });

  it('is opened in the first group where none is named', async () => {
    const note = words('Nobody answers there', { sender: 'System', internal: true, calls: [] });
    const { after, ticketId } = await apply({
      ticket: { uuid: uuidv7(), groupId: null, customer: null },
      ...{ title: 'Helpdesk away', articles: [note] },
    });
    expect(after).toMatchObject({ groupId: 1, stateType: 'new' });
    // Nobody outside is told of it.
    expect((await read(ticketId, { internal: true }))?.articles).toEqual([]);
  });

  it('is changed as it was there, and its history says by whom', async () => {
    const { id } = await open({ tags: 'old, both' });
    const { version } = (await read(id)) as { version: number };
    const note = words('one', { contentType: 'text/plain' });
    const change = { stateType: 'closed', tags: ['both', 'new'], articles: [note] };
    const { after } = await apply({ ticket: { id, version }, ...change });
    expect(after).toMatchObject({ stateType: 'closed', tags: ['both', 'new'] });
    const again = await apply({ ticket: { id, version: after.version }, ...change });
    expect((await read(id))?.articles.filter(({ uuid }) => uuid === note.uuid)).toHaveLength(1);
    expect(again.after.version).toBe(after.version);
    const { history } = (await desk.rest(agent, ticketHistory, { id })) as { history: Record<string, unknown>[] };
    const theirs = history.filter((line) => line.sourceable_type === 'Peer');
    expect(theirs.map(({ attribute, type, value_to }) => [attribute, type, value_to])).toEqual(
      expect.arrayContaining([
        ['state', 'updated', 'closed'],
        ['tag', 'added', 'new'],
        ['tag', 'removed', undefined],
      ]),
    );
    expect(theirs.every((line) => line.sourceable_name === 'Desk B')).toBe(true);
  });

  it('is not changed when it has moved on, nor by anybody but the federation service', async () => {
    const { id } = await open();
    const { version } = (await read(id)) as { version: number };
    await desk.rest(agent, updateTicket, { id, body: { title: 'Moved on' } });
    const late = { ticket: { id, version }, title: 'Too late' };
    await expect(apply(late)).rejects.toMatchObject({ kind: 'stale', code: 'peer.ticket-moved' });
    expect((await read(id))?.title).toBe('Moved on');
    await expect(desk.ask(admin, applyPeerChange, { peer, articles: [], ...late })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(
      desk.ask(admin, readForPeer, { ticketId: id, knownArticleIds: [], internal: false, limit: 1 }),
    ).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await read(404_404)).toBeNull();
  });

  it('forgets its requester when they were erased there, and nobody else; once, and not under a legal hold', async () => {
    const said = [
      words('<p>Lou Ferro cannot print</p>', { sender: 'Customer', author: 'Lou Ferro' }),
      words('<p>Lou, ask lou@peer.example</p>', { author: 'Eve Stone' }),
    ];
    const opening = {
      ticket: { uuid: uuidv7(), groupId: 1, customer: { name: 'Lou Ferro', email: 'lou@peer.example' } },
      ...{ title: 'Printer of Lou', stateType: 'open', articles: said },
    };
    const { ticketId, after } = await apply(opening);
    const { id: theirs } = await open({ customer: 'lou@peer.example', title: 'Lou asks here' });
    const lou = { names: ['Lou Ferro', 'erased-1'], emails: ['lou@peer.example'], isFirst: true, isOnly: false };
    const forget = () => desk.askAs('federation', forgetRequester, { ticketId, peer, requester: lou });
    desk.identity.held.ticketIds.push(ticketId);
    await expect(forget()).rejects.toMatchObject({ kind: 'conflict', code: 'ticket.legal-hold' });
    desk.identity.held.ticketIds.pop();
    expect((await read(ticketId))?.customer.id).toBe(after.customer.id);

    await forget();
    const told = await read(ticketId);
    expect(told?.customer.id).toBe(1);
    expect(told?.title).toBe('Printer of anonymous');
    expect(told?.articles.map(({ author, body }) => [author, body])).toEqual([
      ['anonymous (Desk B)', '<p>anonymous cannot print</p>'],
      ['Eve Stone (Desk B)', '<p>anonymous, ask anonymous@erased.invalid</p>'],
    ]);
    const rows = await desk.query<{ text: string }>(
      `SELECT t::text || h::text || s::text AS text FROM ticket t JOIN history h ON h.ticket_id = t.id
       JOIN search_doc s ON s.ticket_id = t.id WHERE t.id = $1`,
      [ticketId],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(/ferro|lou@/i);
    const event = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === ticketId).at(-1);
    expect(event?.data).toMatchObject({ changes: { customer_id: { from: after.customer.id, to: 1 } } });
    // What they have asked us themselves is theirs.
    expect(await desk.rest(agent, getTicket, { id: theirs })).toMatchObject({
      ...{ title: 'Lou asks here', customer_id: after.customer.id },
    });

    const { version } = told as { version: number };
    await forget();
    expect((await read(ticketId))?.version).toBe(version);
    await expect(desk.ask(admin, forgetRequester, { ticketId, peer, requester: lou })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    // Agents have given it to somebody else, who stays.
    const given = await apply({ ...opening, ticket: { ...opening.ticket, uuid: uuidv7() }, articles: [] });
    await desk.rest(agent, updateTicket, { id: given.ticketId, body: { customer: 'user10@example.org' } });
    await desk.askAs('federation', forgetRequester, { ticketId: given.ticketId, peer, requester: lou });
    expect(await read(given.ticketId)).toMatchObject({ customer: { id: 10 }, title: 'Printer of anonymous' });
  });

  it('forgets in our own words no more than whole names, in notes addresses alone, and none of ours', async () => {
    const { ticketId } = await apply({
      ticket: { uuid: uuidv7(), groupId: 1, customer: { name: 'Error By You', email: 'eby@peer.example' } },
      ...{ title: 'Error by day', stateType: 'open' },
      articles: [words('<p>an error by you</p>', { sender: 'Customer', author: 'Somebody' })],
    });
    const say = async (body: string, internal: boolean) =>
      desk.rest(agent, createArticle, { body: { ticket_id: ticketId, body, internal, content_type: 'text/plain' } });
    const [own] = await desk.query<{ email: string }>('SELECT email FROM replica_user WHERE agent AND email <> $1', [
      '',
    ]);
    const ours = own?.email as string;
    await say(`no error; error by you? ask eby@peer.example or ${ours}`, false);
    await say(`an error by you, says eby@peer.example, not ${ours}`, true);
    const requester = { names: ['Error By You'], emails: ['eby@peer.example', ours], isFirst: true, isOnly: true };
    await desk.askAs('federation', forgetRequester, { ticketId, peer, requester });
    const told = await read(ticketId, { internal: true });
    expect(told?.title).toBe('anonymous by day');
    expect(told?.articles.map(({ author, body }) => [author, body])).toEqual([
      ['anonymous (Desk B)', '<p>an anonymous</p>'],
      [expect.any(String), `no error; anonymous? ask anonymous@erased.invalid or ${ours}`],
      [expect.any(String), `an error by you, says anonymous@erased.invalid, not ${ours}`],
    ]);
  });

  it('forgets a requester whom it was not opened for in its words, and its customer stays', async () => {
    const { ticketId, after } = await apply({
      ticket: { uuid: uuidv7(), groupId: 1, customer: { name: 'Ada First', email: 'ada@peer.example' } },
      ...{ title: 'Of Ada', stateType: 'open' },
      articles: [words('<p>Bob takes it over from Ada</p>', { sender: 'Customer', author: 'Bob Next' })],
    });
    const bob = { names: ['Bob Next'], emails: [], isFirst: false, isOnly: false };
    await desk.askAs('federation', forgetRequester, { ticketId, peer, requester: bob });
    const told = await read(ticketId);
    expect(told).toMatchObject({ title: 'Of Ada', customer: { id: after.customer.id, name: 'Ada First' } });
    expect(told?.articles.map(({ author, body }) => [author, body])).toEqual([
      ['anonymous (Desk B)', '<p>anonymous takes it over from Ada</p>'],
    ]);
  });

  it('forgets its requester also where it was merged, and not under a legal hold there', async () => {
    const opening = {
      ticket: { uuid: uuidv7(), groupId: 1, customer: { name: 'Mia Moved', email: 'mia@peer.example' } },
      ...{ title: 'Of Mia', stateType: 'open' },
      articles: [words('<p>Mia here</p>', { sender: 'Customer', author: 'Mia Moved' })],
    };
    const { ticketId } = await apply(opening);
    const target = await open({ title: 'Took it', article: { body: 'Mia is somebody else here' } });
    await desk.ask(admin, mergeTicket, {
      ...{ params: { id: String(ticketId), number: target.number }, query: {}, body: undefined },
    });
    const mia = { names: ['Mia Moved'], emails: ['mia@peer.example'], isFirst: true, isOnly: true };
    const forget = () => desk.askAs('federation', forgetRequester, { ticketId, peer, requester: mia });
    desk.identity.held.ticketIds.push(target.id);
    await expect(forget()).rejects.toMatchObject({ code: 'ticket.legal-hold' });
    desk.identity.held.ticketIds.pop();
    const { version } = (await read(target.id)) as { version: number };
    await forget();
    const told = await read(target.id);
    const said = told?.articles.map(({ author, body }) => [author, body]);
    expect(said).toContainEqual(['anonymous (Desk B)', '<p>anonymous here</p>']);
    expect(said?.map(([, body]) => body)).toContain('Mia is somebody else here');
    expect(told?.version).toBeGreaterThan(version);
  });

  it('has notes that call whoever is to see to it, and time to answer that passes while somebody works', async () => {
    const { id } = await open({ owner_id: 4 });
    const { version } = (await read(id)) as { version: number };
    const over = { sender: 'System', internal: true, contentType: 'text/plain' };
    const articles = [words('Only written down', over), { ...words('Nobody answers', over), calls: [3] }];
    await apply({ ticket: { id, version }, articles });
    const told = async () =>
      (await desk.told(notifyAgents)).flatMap(({ data }) => (data.ticket.id === id ? [data] : []));
    const notice = await waitFor(async () => (await told()).find(({ article }) => article?.text === 'Nobody answers'), {
      what: 'the notice',
    });
    expect(notice.people.map(({ userId, reason }) => [userId, reason])).toEqual([
      [3, 'mentioned'],
      [4, 'owner'],
    ]);
    expect((await told()).some(({ article }) => article?.text === 'Only written down')).toBe(false);

    // A Friday afternoon, and eight hours: nobody works at the weekend.
    const asked = { from: '2026-11-20T15:00:00.000Z', minutes: 480 };
    const { at } = await desk.askAs('federation', workingTimeAfter, asked);
    expect(at > '2026-11-23T00:00:00.000Z').toBe(true);
    await expect(desk.ask(admin, workingTimeAfter, asked)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('tells nobody what only agents may read, unless that was agreed', async () => {
    const { id } = await open();
    await desk.rest(agent, createArticle, { body: { ticket_id: id, body: 'between us', internal: true } });
    const bodies = async (over: object) => (await read(id, over))?.articles.map(({ body }) => body);
    expect(await bodies({})).toEqual(['It burns']);
    expect(await bodies({ internal: true })).toEqual(['It burns', 'between us']);
    const [first] = (await read(id))?.articles ?? [];
    expect(await bodies({ internal: true, knownArticleIds: [first?.id] })).toEqual(['between us']);
    expect(await bodies({ internal: true, onlyArticleIds: [first?.id] })).toEqual(['It burns']);
  });
});
