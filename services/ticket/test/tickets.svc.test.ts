import {
  type Actor,
  countHelpDeflection,
  createTicket,
  getTicket,
  helpAnswers,
  helpCategories,
  knowledgeBase,
  listArticles,
  listHelpPages,
  listTickets,
  openPublicRequest,
  openTicketLink,
  rateHelpAnswer,
  ratings,
  readHelp,
  readHelpAnswer,
  readHelpCategory,
  readHelpHome,
  recordAudit,
  searchHelp,
  sendMail,
  ticketCreated,
  ticketHistory,
  ticketsReferTo,
  ticketUpdated,
  updateTicket,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, group, startDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const open = (over: object = {}, article: object = {}) => ({
  body: {
    title: 'Printer',
    group: 'Users',
    customer: 'user10@example.org',
    article: { body: 'It burns', ...article },
    ...over,
  },
});

describe('opening a ticket', () => {
  it('answers with what a later read answers, in every shape', async () => {
    const created = await desk.rest(cast.agent, createTicket, { ...open(), query: { expand: 'true' } });
    expect(created).toMatchObject({
      number: '10001',
      title: 'Printer',
      group: 'Users',
      state: 'new',
      priority: '2 normal',
      customer: 'user10@example.org',
      owner: '-',
      organization: 'Seven',
      article_count: 1,
    });
    const read = await desk.rest(cast.agent, getTicket, { id: created.id, query: { expand: 'true' } });
    expect(created).toMatchObject(read);
    expect(await desk.rest(cast.agent, listArticles, { id: created.id })).toMatchObject([
      { body: 'It burns', type: 'note', sender: 'Agent', from: 'Anton Agent', created_by: 'user4@example.org' },
    ]);
    expect(await desk.rest(cast.agent, listTickets)).toHaveLength(1);
    const [event] = await desk.told(ticketCreated);
    expect(event).toMatchObject({ aggregateVersion: 1, data: { ticket: { id: created.id, group: 'Users' } } });
  });

  it('refuses a body that is too long before cleaning it, whatever would be left of it', async () => {
    const body = `<p onclick="${'x'.repeat(1_500_000)}">It burns</p>`;
    await expect(
      desk.rest(cast.agent, createTicket, open({}, { body, content_type: 'text/html' })),
    ).rejects.toMatchObject({ kind: 'invalid', code: 'article.body-too-long' });
  });
});

describe('a request for a service of the catalogue', () => {
  const ask = (who: Actor, body: object) =>
    desk.rest(who, createTicket, {
      body: { title: 'Move it', article: { body: 'Please', type: 'web' }, ...body },
    }) as unknown as Promise<Record<string, unknown>>;

  it('opens in the group that the service leads to, whatever else is said, and keeps what was asked for', async () => {
    desk.catalogue.set(8, { id: 8, name: 'Data transfer', groupId: 2 });
    const service = { id: 8, name: 'Data transfer' };
    const made = await ask(cast.customer, { service_id: 8 });
    expect(made).toMatchObject({ group_id: 2, preferences: { service } });
    for (const place of [{ group_id: 1 }, { group: 'Users' }]) {
      expect(await ask(cast.customer, { service_id: 8, ...place })).toMatchObject({ group_id: 2 });
    }
    const byAgent = await ask(cast.agent2, { service_id: 8, customer_id: 10, preferences: { x: 1 } });
    expect(byAgent).toMatchObject({ group_id: 2, preferences: { x: 1, service } });
  });

  it('is refused when it is not offered, and where the agent may open no ticket', async () => {
    const refusal = { code: 'ticket.service-not-offered' };
    await expect(ask(cast.customer, { service_id: 99, group_id: 1 })).rejects.toMatchObject(refusal);
    await expect(ask(cast.agent, { service_id: 8, customer_id: 10 })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('what tickets refer to', () => {
  const referred = async (kind: 'user' | 'group' | 'organization', id: number) =>
    (await desk.askAs('identity', ticketsReferTo, { kind, id })).referred;

  it('is their customer, their owner, who wrote or changed, their group and organization, and nobody else', async () => {
    const { id } = await desk.rest(cast.agent, createTicket, open({ owner_id: cast.agent.userId }));
    const ticket = await desk.rest(cast.agent, getTicket, { id });
    expect(await referred('user', ticket.customer_id)).toBe(true);
    expect(await referred('user', cast.agent.userId)).toBe(true);
    expect(await referred('group', ticket.group_id)).toBe(true);
    expect(await referred('organization', ticket.organization_id as number)).toBe(true);
    for (const kind of ['user', 'group', 'organization'] as const) {
      expect(await referred(kind, 9_999)).toBe(false);
      expect(await referred(kind, 99_999_999_999)).toBe(false);
    }
  });
});

describe('how a customer found it to go', () => {
  const RATED = 31;
  const agent = actor({ userId: 4, permissions: ['ticket.agent'], groups: { [RATED]: ['full'] } });
  const { customer, colleague } = cast;
  const notAsked = { kind: 'conflict', code: 'rating.not-asked' };
  const groupOf = (over: object = {}) =>
    group({
      ...{ id: RATED, name: 'Rated', email: { name: 'Rated', address: 'rated@desk.example.org' } },
      ...{ askRating: true, ...over },
    });
  beforeAll(() => desk.identity.addGroups(groupOf()));

  const opened = async () => (await desk.rest(agent, createTicket, open({ group: 'Rated' }))).id as number;
  const set = (id: number, state: string, who = agent) => desk.rest(who, updateTicket, { id, body: { state } });
  const rate = (id: number, score: number, comment?: string, who = customer) =>
    desk.rest(who, ratings.set, { id, body: { score, comment } });
  const mails = async (id: number) =>
    (await desk.told(sendMail)).filter(({ data }) => data.kind === 'rating-request' && data.ticketId === id);

  it('is asked once by mail when somebody else closed the ticket, with a link for that alone', async () => {
    const id = await opened();
    await set(id, 'closed');
    const [mail] = await waitFor(async () => (await mails(id)).length > 0 && mails(id), { what: 'the question' });
    expect(mail?.data).toMatchObject({
      from: { address: 'rated@desk.example.org' },
      to: [{ address: 'user10@example.org', name: 'Clara Customer' }],
      content: { template: 'rating-request', values: { title: 'Printer', number: expect.any(String) } },
      automatic: true,
    });
    const { content } = (mail as { data: { content: unknown } }).data;
    const { values } = content as { values: { link: string } };
    const token = values.link.split('/r/')[1] as string;
    const named = { ticketId: id, customerId: 10, purpose: 'rating' };
    expect(await desk.askAs('gateway', openTicketLink, { token })).toEqual(named);

    await set(id, 'open');
    await set(id, 'closed');
    // By themselves, and where nobody asks: no mail. The one after them shows that they had their turn.
    const own = await opened();
    await set(own, 'closed', customer);
    const silent = (await desk.rest(cast.agent, createTicket, open())).id as number;
    await desk.rest(cast.agent, updateTicket, { id: silent, body: { state: 'closed' } });
    const last = await opened();
    await set(last, 'closed');
    await waitFor(async () => (await mails(last)).length === 1, { what: 'the last question' });
    for (const [ticket, n] of [
      [id, 1],
      [own, 0],
      [silent, 0],
    ] as const)
      expect(await mails(ticket)).toHaveLength(n);

    desk.clock.advance(31 * 86_400_000);
    await expect(desk.askAs('gateway', openTicketLink, { token })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(rate(id, 5)).rejects.toMatchObject(notAsked);
  });

  it('is said by the customer alone, of a closed ticket, and changed once; agents read it', async () => {
    const id = await opened();
    await expect(rate(id, 4)).rejects.toMatchObject(notAsked);
    expect(await desk.rest(customer, ratings.get, { id })).toMatchObject({ score: null, may_rate: false });
    await set(id, 'closed');
    expect(await desk.rest(customer, ratings.get, { id })).toMatchObject({ score: null, may_rate: true });
    for (const who of [agent, colleague])
      await expect(rate(id, 5, '', who)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.rest(colleague, ratings.get, { id })).rejects.toMatchObject({ kind: 'forbidden' });
    for (const score of [0, 6, 2.5]) await expect(rate(id, score)).rejects.toMatchObject({ kind: 'invalid' });

    expect(await rate(id, 2, ' Slow. ')).toMatchObject({
      score: 2,
      comment: 'Slow.',
      changed_at: null,
      may_rate: true,
    });
    // Sent twice by an impatient finger: not the one change there is.
    expect(await rate(id, 2, 'Slow.')).toMatchObject({ changed_at: null, may_rate: true });
    expect(await rate(id, 5, 'All well now')).toMatchObject({
      score: 5,
      changed_at: expect.any(String),
      may_rate: false,
    });
    await expect(rate(id, 1)).rejects.toMatchObject({ kind: 'conflict', code: 'rating.changed-already' });
    expect(await desk.rest(agent, ratings.get, { id })).toMatchObject({
      ...{ ticket_id: id, score: 5, comment: 'All well now', may_rate: false },
    });
    const history = await desk.rest(agent, ticketHistory, { id });
    expect(history.history.filter(({ attribute }) => attribute === 'rating')).toMatchObject([
      { value_to: '2', created_by_id: 10 },
      { value_from: '2', value_to: '5' },
    ]);
    const [told] = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === id && data.changes.rating);
    expect(told?.data.changes).toEqual({ rating: { from: null, to: 2 } });
  });
});

describe('the knowledge base', () => {
  const editor = actor({
    userId: 20,
    permissions: ['knowledge_base.editor'],
    roleIds: [2],
    helpRoles: { 2: 'editor' },
  });
  const reader = actor({
    userId: 21,
    permissions: ['knowledge_base.reader', 'ticket.agent'],
    roleIds: [2],
    helpRoles: { 2: 'reader' },
  });
  const { admin, customer } = cast;
  const gone = { kind: 'not-found', code: 'help.no-such-page' };
  const missing = { kind: 'not-found', code: 'help-answer.not-found' };
  const forbidden = { kind: 'forbidden' };

  const at = (id?: number, body?: object) => ({
    params: { knowledge_base_id: '1', ...(id !== undefined && { id: String(id) }) },
    ...{ query: {}, body },
  });
  const page = <Q extends Parameters<Desk['askAs']>[1]>(question: Q, input: object) =>
    desk.askAs('gateway', question, input);
  const category = (title: string, over: object = {}) =>
    desk.ask(editor, helpCategories.create, at(undefined, { translations: [{ locale: 'en', title }], ...over }));
  const answer = (category_id: number, title: string, body = '<p>Some words.</p>', over: object = {}) =>
    desk.ask(
      editor,
      helpAnswers.create,
      at(undefined, { category_id, translations: [{ locale: 'en', title, body }], ...over }),
    );
  const published = async (category_id: number, title: string, body?: string, over?: object) => {
    const { id } = await answer(category_id, title, body, over);
    return desk.ask(editor, helpAnswers.publish, at(id));
  };
  const found = async (query: string, locale = 'en', any = false) =>
    (await page(searchHelp, { locale, query, any, limit: 10 })).hits as {
      id: number;
      preview: object[];
      url: string;
    }[];

  it('shows an answer to whom its state is for, and to nobody else', async () => {
    const { id: inside } = await category('Accounts');
    const { id, state } = await answer(inside, 'Passwords');
    expect(state).toBe('draft');
    const reads = (who: typeof editor) => desk.ask(who, helpAnswers.get, at(id));
    const open = () => page(readHelpAnswer, { locale: 'en', id });
    for (const who of [reader, customer]) await expect(reads(who)).rejects.toMatchObject(missing);
    await desk.ask(editor, helpAnswers.internal, at(id));
    expect(await reads(reader)).toMatchObject({ id, state: 'internal' });
    await expect(reads(customer)).rejects.toMatchObject(missing);
    await expect(open()).rejects.toMatchObject(gone);
    await desk.ask(editor, helpAnswers.publish, at(id));
    expect(await reads(customer)).toMatchObject({ state: 'published', internal_note: null });
    expect(await open()).toMatchObject({ title: 'Passwords', body: '<p>Some words.</p>', above: [{ id: inside }] });
    await desk.ask(editor, helpAnswers.archive, at(id));
    for (const who of [reader, customer]) await expect(reads(who)).rejects.toMatchObject(missing);
    await expect(open()).rejects.toMatchObject(gone);
    await expect(desk.ask(editor, helpAnswers.publish, at(id))).rejects.toMatchObject({ kind: 'conflict' });
    await expect(desk.ask(cast.agent, helpAnswers.get, at(id))).rejects.toMatchObject(forbidden);
    await expect(desk.ask(reader, helpAnswers.update, at(id, {}))).rejects.toMatchObject(forbidden);
  });

  it('closes with a category all that is below it: to everybody, or to people without a role', async () => {
    const { id: internal } = await category('For the desk', { internal: true });
    const { id: below } = await category('Below', { parent_id: internal });
    const { id: roles } = await category('For some', { role_ids: [2] });
    const one = await published(below, 'Zeppelins below');
    const other = await published(roles, 'Zeppelins of some');
    expect(await found('zeppelins')).toEqual([]);
    for (const { id } of [one, other])
      await expect(page(readHelpAnswer, { locale: 'en', id })).rejects.toMatchObject(gone);
    const ids = async (who: typeof editor) =>
      (await desk.rest(who, knowledgeBase.search, { body: { query: 'zeppelins' } })).result
        .map(({ id }) => id)
        .toSorted();
    expect(await ids(reader)).toEqual([one.id, other.id]);
    expect(await ids({ ...reader, roleIds: [3] })).toEqual([one.id]);
    expect(await ids(admin)).toEqual([one.id, other.id]);
    expect(await ids(customer)).toEqual([]);
    const seen = await desk.rest({ ...reader, roleIds: [3] }, knowledgeBase.init);
    expect(Object.keys(seen.KnowledgeBaseCategory).map(Number)).not.toContain(roles);
    expect(Object.keys(seen.KnowledgeBaseAnswer).map(Number)).not.toContain(other.id);
    const pages = (await page(listHelpPages, {})).pages as { kind: string; id: number }[];
    expect(pages.filter(({ kind, id }) => kind === 'category' && [internal, below, roles].includes(id))).toEqual([]);
    await expect(desk.ask(editor, helpCategories.update, at(roles, { role_ids: [99] }))).rejects.toMatchObject({
      code: 'help-category.closed-to-you',
    });
    await expect(desk.ask(editor, helpCategories.update, at(internal, { parent_id: below }))).rejects.toMatchObject({
      code: 'help-category.below-itself',
    });
    await expect(desk.ask(editor, helpCategories.delete, at(below))).rejects.toMatchObject({
      code: 'input.referenced',
    });
  });

  it('lets roles do what is said of them and no more: in rows, texts, files, searches, and what everybody sees', async () => {
    const [deskRole, writers] = [7, 8];
    desk.identity.helpRoles.push(
      { id: deskRole, name: 'Agent', access: 'reader' },
      { id: writers, name: 'Writers', access: 'editor' },
    );
    const writer: typeof editor = {
      ...{ ...editor, userId: 30, roleIds: [deskRole, writers] },
      helpRoles: { [deskRole]: 'reader', [writers]: 'editor' },
    };
    const clerk: typeof reader = { ...reader, userId: 31, roleIds: [deskRole], helpRoles: { [deskRole]: 'reader' } };
    const { id: above } = await category('Narwhals', { internal: true });
    const { id: below } = await category('Narwhals below', { parent_id: above });
    const { id: open } = await category('Narwhals for all');
    const shown = await published(below, 'Narwhal one');
    const draft = await answer(below, 'Narwhal two');
    const everybodys = await published(open, 'Narwhal three');
    const draftOfAll = await answer(open, 'Narwhal four');
    const say = (id: number, permissions: object, who = admin) =>
      desk.ask(who, helpCategories.setPermissions, at(id, { permissions }));
    const sees = async (who: typeof editor) => {
      const { result } = await desk.rest(who, knowledgeBase.search, { body: { query: 'narwhal' } });
      const flat = await desk.rest(who, knowledgeBase.init);
      const listed = Object.keys(flat.KnowledgeBaseAnswer).map(Number);
      const all = [shown, draft, everybodys, draftOfAll].map(({ id }) => id);
      const readable = await Promise.all(
        all.map((id) =>
          desk.ask(who, helpAnswers.get, at(id)).then(
            () => [id],
            () => [],
          ),
        ),
      );
      // One place decides for all of them.
      expect(listed.filter((id) => all.includes(id)).toSorted()).toEqual(readable.flat());
      expect(result.map(({ id }) => id).toSorted()).toEqual(readable.flat());
      return readable.flat();
    };
    expect(await sees(writer)).toEqual([shown.id, draft.id, everybodys.id, draftOfAll.id]);
    expect(await sees(clerk)).toEqual([shown.id, everybodys.id]);

    // Of a role that is left out: what it may anyway.
    expect(await say(above, { [deskRole]: 'none' })).toEqual({
      roles_reader: [{ id: deskRole, name: 'Agent' }],
      roles_editor: [{ id: writers, name: 'Writers' }],
      permissions: [
        { role_id: deskRole, access: 'none' },
        { role_id: writers, access: 'editor' },
      ],
      inherited: [],
    });
    expect(await sees(clerk)).toEqual([everybodys.id]);
    expect(await sees(writer)).toEqual([shown.id, draft.id, everybodys.id, draftOfAll.id]);
    await expect(desk.ask(clerk, helpCategories.get, at(below))).rejects.toMatchObject({
      code: 'help-category.not-found',
    });
    const tooMuch = { code: 'help-permission.too-much' };
    await expect(say(below, { [deskRole]: 'reader' })).rejects.toMatchObject(tooMuch);
    await expect(say(open, { [deskRole]: 'editor' })).rejects.toMatchObject(tooMuch);
    await expect(say(open, { 99: 'reader' })).rejects.toMatchObject({ code: 'input.unknown-id' });
    await expect(say(open, { [writers]: 'reader' }, writer)).rejects.toMatchObject({
      code: 'help-category.closed-to-you',
    });

    await say(open, { [deskRole]: 'none', [writers]: 'reader' });
    expect(await sees(clerk)).toEqual([everybodys.id]);
    expect(await sees(writer)).toEqual([shown.id, draft.id, everybodys.id]);
    for (const change of [
      () => desk.ask(writer, helpAnswers.update, at(everybodys.id, { internal_note: 'x' })),
      () =>
        desk.ask(
          writer,
          helpAnswers.create,
          at(undefined, { category_id: open, translations: [{ locale: 'en', title: 'a', body: 'b' }] }),
        ),
      () => desk.ask(writer, helpCategories.update, at(open, { internal: true })),
      () =>
        desk.ask(
          writer,
          helpCategories.create,
          at(undefined, { parent_id: open, translations: [{ locale: 'en', title: 'x' }] }),
        ),
      () => desk.ask(writer, helpAnswers.versions, at(everybodys.id)),
      () => say(open, {}, writer),
      () => desk.ask(clerk, helpCategories.permissions, at(open)),
      () => desk.ask(editor, knowledgeBase.permissions, { params: { id: '1' }, query: {}, body: undefined }),
    ]) {
      await expect(change()).rejects.toMatchObject(forbidden);
    }
    // What is published stays so for everybody: on the public pages, and in what customers are shown.
    expect(await page(readHelpAnswer, { locale: 'en', id: everybodys.id })).toMatchObject({ title: 'Narwhal three' });
    expect((await found('narwhal')).map(({ id }) => id)).toEqual([everybodys.id]);
    expect(await sees(customer)).toEqual([everybodys.id]);

    const whole = (permissions: object) =>
      desk.ask(admin, knowledgeBase.setPermissions, { params: { id: '1' }, query: {}, body: { permissions } });
    await say(open, {});
    await whole({ [writers]: 'none', [deskRole]: 'none' });
    expect(await sees(writer)).toEqual([everybodys.id]);
    expect(await desk.ask(admin, helpCategories.permissions, at(below))).toMatchObject({
      permissions: [],
      inherited: [
        { role_id: deskRole, access: 'none' },
        { role_id: writers, access: 'none' },
      ],
    });
    await whole({});
    expect(await sees(writer)).toEqual([shown.id, draft.id, everybodys.id, draftOfAll.id]);
    const audit = (await desk.told(recordAudit)).map(({ data }) => data);
    const told = audit.filter(({ changes }) => changes && 'permissions' in changes);
    expect(told.map(({ action }) => action)).toEqual([
      ...Array(3).fill('help-category.changed'),
      ...Array(2).fill('knowledge-base.changed'),
    ]);
  });

  it('finds answers by their stems, without accents, in their language, and says where', async () => {
    await desk.ask(admin, knowledgeBase.update, { params: { id: '1' }, query: {}, body: { locales: ['en', 'de'] } });
    const { id: inside } = await category('Printing');
    const { id } = await published(inside, 'Printers that burn', '<p>Unplug the <b>café</b> machine &amp; run.</p>', {
      translations: [
        { locale: 'en', title: 'Printers that burn', body: '<p>Unplug the <b>café</b> machine &amp; run.</p>' },
        { locale: 'de', title: 'Brennende Drucker', body: '<p>Ziehen Sie den Stecker.</p>' },
      ],
    });
    expect(await found('cafe')).toMatchObject([{ id, url: `/help/en/answers/printers-that-burn-${id}` }]);
    expect((await found('cafe'))[0]?.preview).toContainEqual({ text: 'café', hit: true });
    expect(await found('burning printer')).toMatchObject([{ id }]);
    expect(await found('print')).toMatchObject([{ id }]);
    expect(await found('drucker')).toEqual([]);
    expect(await found('druckern', 'de')).toMatchObject([{ id, url: `/help/de/answers/brennende-drucker-${id}` }]);
    expect(await found('my unicorn has a burning printer')).toMatchObject([{ id }]);
    for (const query of ['"', "a:' & | !", '-', ':', ' ', '\\', '\0', '(((', "'':*", 'the'])
      expect(await found(query, 'en', true), query).toEqual([]);
    expect(await page(readHelpAnswer, { locale: 'de', id })).toMatchObject({
      title: 'Brennende Drucker',
      locales: [{ locale: 'en' }, { locale: 'de' }],
    });
    await desk.ask(editor, helpAnswers.update, at(id, { removed_locales: ['de'] }));
    expect(await found('drucker', 'de')).toEqual([]);
    const home = (await page(readHelpHome, { locale: 'en' })).categories;
    expect(home).toContainEqual({ id: inside, parentId: null, title: 'Printing', answers: 1 });
    expect(await page(readHelpCategory, { locale: 'en', id: inside })).toMatchObject({
      ...{ answers: [{ id }], locales: [{ locale: 'en', title: 'Printing' }] },
    });
    await expect(page(readHelpCategory, { locale: 'de', id: inside })).rejects.toMatchObject(gone);
    await expect(page(readHelpHome, { locale: 'pl' })).rejects.toMatchObject(gone);
  });

  it('keeps what a text was, brings it back, and refuses changes of what is older than it is', async () => {
    const { id: inside } = await category('History');
    const first = await answer(inside, 'One', '<p>First.<script>alert(1)</script></p>');
    const { id } = first;
    expect(first.translations).toMatchObject([{ title: 'One', body: '<p>First.</p>' }]);
    desk.clock.advance(1_000);
    const body = { translations: [{ locale: 'en', title: 'Two', body: '<p>Second.</p>' }] };
    await desk.ask(editor, helpAnswers.update, at(id, body), { ifMatch: [first.updated_at] });
    await expect(
      desk.ask(editor, helpAnswers.update, at(id, body), { ifMatch: [first.updated_at] }),
    ).rejects.toMatchObject({ kind: 'stale' });
    await desk.ask(editor, helpAnswers.update, at(id, body));
    const versions = await desk.ask(editor, helpAnswers.versions, at(id));
    expect(versions.map(({ title }) => title)).toEqual(['Two', 'One']);
    await desk.ask(editor, helpAnswers.restore, at(id, { version_id: versions[1]?.id }));
    expect(await desk.ask(editor, helpAnswers.get, at(id))).toMatchObject({ translations: [{ title: 'One' }] });
    await expect(desk.ask(reader, helpAnswers.versions, at(id))).rejects.toMatchObject(forbidden);
    const { id: other } = await answer(inside, 'Other');
    await expect(
      desk.ask(editor, helpAnswers.restore, at(other, { version_id: versions[1]?.id })),
    ).rejects.toMatchObject({ code: 'input.unknown-id' });
    const told = (await desk.told(recordAudit)).filter(({ data }) => data.objectType === 'KnowledgeBase::Answer');
    expect(told.filter(({ data }) => data.objectId === String(id)).map(({ data }) => data.action)).toEqual([
      ...['help-answer.created', 'help-answer.changed', 'help-answer.changed'],
    ]);
    await desk.ask(editor, helpAnswers.delete, at(id));
    await expect(desk.ask(editor, helpAnswers.get, at(id))).rejects.toMatchObject(missing);
  });

  it('publishes and archives by itself when the time has come, and counts what readers make of it', async () => {
    const { id: inside } = await category('Later');
    const soon = (minutes: number) => new Date(desk.clock.now() + minutes * 60_000).toISOString();
    const { id } = await answer(inside, 'Soon', undefined, { publish_at: soon(10), archive_at: soon(60) });
    const { id: rated } = await published(inside, 'Rated');
    const says = (visitor: string, helpful: boolean, comment = '') =>
      page(rateHelpAnswer, { id: rated, locale: 'en', visitor, helpful, comment });
    await says('ann', false, ' It is wrong. ');
    await says('ann', true);
    await says('bob', false, 'I am bob@people.example');
    await expect(
      page(rateHelpAnswer, { id, locale: 'en', visitor: 'x', helpful: true, comment: '' }),
    ).rejects.toMatchObject(gone);
    await page(readHelpAnswer, { locale: 'en', id: rated });
    await page(readHelpAnswer, { locale: 'en', id: rated });
    await page(countHelpDeflection, { id: rated });
    const state = async () => (await desk.ask(editor, helpAnswers.get, at(id))).state;
    desk.clock.advance(11 * 60_000);
    await waitFor(async () => (await state()) === 'published', { what: 'the answer to be published' });
    const counted = { views: 2, deflections: 1 };
    const countedSo = async () => {
      const { views, deflections } = await desk.ask(editor, helpAnswers.figures, at(rated));
      return views === counted.views && deflections === counted.deflections;
    };
    await waitFor(countedSo, { what: 'views and deflections' });
    expect(await desk.ask(editor, helpAnswers.figures, at(rated))).toMatchObject({
      ...{ ...counted, helpful: 1, unhelpful: 1, comments: [{ comment: 'I am bob@people.example' }] },
    });
    const lately = { params: { knowledge_base_id: '1' }, query: { days: '2' }, body: undefined };
    const { since, answers } = await desk.ask(editor, knowledgeBase.figures, lately);
    const figures = { ...counted, helpful: 1, unhelpful: 1 };
    expect(answers.filter(({ answer_id }) => [rated, id].includes(answer_id))).toEqual([
      { answer_id: rated, ...figures },
    ]);
    expect(since).toBe(new Date(desk.clock.now() - 86_400_000).toISOString().slice(0, 10));
    await expect(desk.ask(reader, knowledgeBase.figures, lately)).rejects.toMatchObject(forbidden);
    const home = await page(readHelpHome, { locale: 'en' });
    expect(home.popular).toContainEqual({ id: rated, title: 'Rated' });
    desk.clock.advance(60 * 60_000);
    await waitFor(async () => (await state()) === 'archived', { what: 'the answer to be archived' });
    expect(await desk.ask(editor, helpAnswers.get, at(id))).toMatchObject({ publish_at: null, archive_at: null });
  });

  it('opens a ticket for somebody who has proven nothing, once, where the desk takes such requests', async () => {
    const asked = {
      ...{
        name: 'Nina New',
        email: 'Nina@people.example',
        subject: 'Help me',
        text: 'It <b>burns</b>.',
        once: 'abcdefgh',
      },
    };
    await expect(page(openPublicRequest, asked)).rejects.toMatchObject({ code: 'help.no-requests' });
    const set = (body: object) => desk.ask(admin, knowledgeBase.update, { params: { id: '1' }, query: {}, body });
    await expect(set({ request_group_ids: [77] })).rejects.toMatchObject({ code: 'input.unknown-id' });
    await set({ requests: true, request_group_ids: [2, 1] });
    expect(await page(readHelp, {})).toMatchObject({ requests: true, groups: [{ id: 2 }, { id: 1 }] });
    const { number } = await page(openPublicRequest, { ...asked, groupId: 1 });
    expect(await page(openPublicRequest, { ...asked, groupId: 1 })).toEqual({ number });
    const [event, ...others] = (await desk.told(ticketCreated)).filter(({ data }) => data.ticket.number === number);
    expect(others).toEqual([]);
    const [ticket] = (await desk.rest(cast.agent, listTickets)).filter((one) => one.number === number);
    expect(ticket).toMatchObject({ group_id: 1, title: 'Help me', customer_id: event?.data.ticket.customerId });
    expect(await desk.rest(cast.agent, listArticles, { id: ticket?.id as number })).toMatchObject([
      { body: 'It <b>burns</b>.', content_type: 'text/plain', type: 'web', sender: 'Customer', internal: false },
    ]);
    // A group that is not for strangers is not theirs to choose.
    await set({ request_group_ids: [2] });
    const other = await page(openPublicRequest, { ...asked, groupId: 1, once: 'another-one' });
    const found = (await desk.rest(cast.agent2, listTickets)).find((one) => one.number === other.number);
    expect(found).toMatchObject({ group_id: 2 });
    await expect(set({ locales: [] })).rejects.toMatchObject({ code: 'knowledge-base.locales' });
    await expect(
      desk.ask(editor, knowledgeBase.update, { params: { id: '1' }, query: {}, body: {} }),
    ).rejects.toMatchObject(forbidden);
  });
});
