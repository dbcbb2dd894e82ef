import {
  callWebhook,
  createTicket,
  getTicket,
  listTags,
  recordAudit,
  sendMail,
  ticketCreated,
  ticketDeleted,
  ticketHistory,
  ticketUpdated,
  ticketWhy,
  triggers,
  updateTicket,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, group, startDesk, user } from './desk.ts';

const { agent, customer } = cast;
const ruler = actor({
  userId: 3,
  permissions: ['admin.trigger', 'admin.scheduler', 'ticket.agent'],
  groups: { 1: ['full'] },
});
const DAY = 86_400_000;

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());
afterEach(async () => {
  for (const { id } of await desk.rest(ruler, triggers.list)) await desk.rest(ruler, triggers.delete, { id });
});

let made = 0;
const trigger = (perform: object, condition: object = {}, more: object = {}) =>
  desk.rest(ruler, triggers.create, {
    body: { name: `Trigger ${String(++made).padStart(4, '0')}`, condition, perform, ...more },
  });
const is = (value: unknown) => ({ operator: 'is', value });
const onCreate = { 'ticket.action': is('create') };
const onUpdate = { 'ticket.action': is('update') };
const open = async (
  body: object = {},
  article: object | null = { body: 'It burns', type: 'web', sender: 'Customer' },
) =>
  (await desk.rest(agent, createTicket, {
    body: { title: 'Printer', group: 'Users', customer: 'user10@example.org', ...(article && { article }), ...body },
  })) as unknown as Record<string, unknown> & { id: number };
const read = (id: number) => desk.rest(agent, getTicket, { id }) as unknown as Promise<Record<string, unknown>>;
const change = (id: number, body: object) =>
  desk.rest(agent, updateTicket, { id, body }) as unknown as Promise<Record<string, unknown>>;
const runsOf = async (id: number) => (await desk.rest(ruler, triggers.runs, { id })).runs;
const tagsOf = async (id: number) =>
  (await desk.ask(agent, listTags, { params: {}, query: { object: 'Ticket', o_id: id } })).tags;
const mailsOf = async (id: number) => (await desk.told(sendMail)).filter(({ data }) => data.ticketId === id);
const mail = (over: object = {}) => ({
  'notification.email': {
    recipient: ['ticket_customer'],
    subject: 'About #{ticket.number}',
    body: '<p>Hello</p>',
    ...over,
  },
});

describe('a trigger', () => {
  it('does its work in the write that it looks at: the answer shows it, and nothing moves afterwards', async () => {
    const { id: ruleId, name } = await trigger(
      {
        'ticket.priority_id': { value: '3' },
        'ticket.tags': { operator: 'add', value: 'urgent, hot' },
        'article.note': {
          subject: 'S',
          body: 'Seen <b>#{ticket.title}</b> of #{ticket.customer.firstname}',
          internal: true,
        },
      },
      { ...onCreate, 'ticket.title': { operator: 'contains', value: 'fire' } },
    );
    const calm = await open();
    expect(calm).toMatchObject({ priority_id: 2 });
    const ticket = await open({ title: 'Fire & <smoke>' });
    expect(ticket).toMatchObject({ priority_id: 3, article_count: 1 });
    expect(await read(ticket.id)).toMatchObject({ updated_at: ticket.updated_at, priority_id: 3 });
    expect(await tagsOf(ticket.id)).toEqual(['urgent', 'hot']);
    const [note] = await desk.query<{ body: string; internal: boolean; sender_id: number }>(
      'SELECT body, internal, sender_id FROM article WHERE ticket_id = $1 ORDER BY id DESC LIMIT 1',
      [ticket.id],
    );
    expect(note).toEqual({
      body: 'Seen <b>Fire &amp; &lt;smoke&gt;</b> of Clara',
      internal: true,
      sender_id: 3,
    });

    // History, log and explanation name it.
    const { history } = await desk.rest(agent, ticketHistory, { id: ticket.id });
    const caused = (history as Record<string, unknown>[]).filter((entry) => entry.sourceable_type === 'Trigger');
    expect(caused.map(({ type, attribute }) => [type, attribute])).toEqual(
      expect.arrayContaining([
        ['updated', 'priority'],
        ['added', 'tag'],
      ]),
    );
    expect(caused[0]).toMatchObject({ sourceable_id: ruleId, sourceable_name: name });
    const [run] = await runsOf(ruleId);
    expect(run).toMatchObject({
      ...{ cause: 'create', outcome: 'done', chain: [name], ticket: { id: ticket.id } },
      did: ['ticket.priority_id', 'article.note', 'ticket.tags'],
    });
    const why = await desk.rest(agent, ticketWhy, { id: ticket.id });
    expect(why.changes.find(({ attribute }) => attribute === 'priority')).toMatchObject({
      ...{ from: '2 normal', to: '3 high', chain: ['create', name] },
      by: { kind: 'rule', type: 'Trigger', id: ruleId, name },
    });
    expect(why.changes[0]?.by).toMatchObject({ kind: 'user', id: 4 });
    await expect(desk.rest(customer, ticketWhy, { id: ticket.id })).rejects.toMatchObject({ kind: 'forbidden' });
    const updates = (await desk.told(ticketUpdated)).filter(({ data }) => data.ticket.id === ticket.id);
    expect(updates.every(({ data }) => data.rule?.name === name)).toBe(true);
  });

  it('sees what those before it did, each once, by name without case', async () => {
    await trigger({ 'ticket.title': { value: 'second' } }, { 'ticket.title': is('first') }, { name: 'b then' });
    await trigger({ 'ticket.title': { value: 'first' } }, onCreate, { name: 'A begin' });
    await trigger({ 'ticket.title': { value: 'early' } }, { 'ticket.title': is('second') }, { name: 'a too early' });
    expect(await open()).toMatchObject({ title: 'second' });
  });

  it('that is selective runs only when what it looks at has changed, or an article was added', async () => {
    const { id } = await trigger(
      { 'ticket.tags': { operator: 'add', value: 'x' } },
      { ...onUpdate, 'ticket.priority_id': is(2) },
    );
    const ticket = await open();
    await change(ticket.id, { title: 'Other' });
    expect(await runsOf(id)).toEqual([]);
    await change(ticket.id, { article: { body: 'words', type: 'note' } });
    expect(await runsOf(id)).toHaveLength(1);
    await change(ticket.id, { priority_id: 3 });
    await change(ticket.id, { priority_id: 2 });
    expect(await runsOf(id)).toHaveLength(2);
    await desk.rest(ruler, triggers.update, { id, body: { execution_condition_mode: 'always' } });
    await change(ticket.id, { title: 'Third' });
    expect(await runsOf(id)).toHaveLength(3);
  });

  it('may set whoever acts, and holds back what cannot be', async () => {
    const { id } = await trigger(
      { 'ticket.owner_id': { pre_condition: 'current_user.id' }, 'ticket.group_id': { value: 99 } },
      onUpdate,
    );
    const ticket = await open();
    expect(await change(ticket.id, { title: 'Mine' })).toMatchObject({ owner_id: 4, group_id: 1 });
    expect((await runsOf(id))[0]).toMatchObject({
      outcome: 'partly',
      held_back: [{ action: 'ticket.group_id', why: 'There is no active group 99.' }],
    });
  });

  it('takes back tags that the same write adds', async () => {
    await trigger(
      { 'ticket.tags': { operator: 'remove', value: 'bad' } },
      { 'ticket.tags': { operator: 'contains one', value: 'bad' } },
    );
    const ticket = await open({ tags: 'good, bad' });
    expect(await tagsOf(ticket.id)).toEqual(['good']);
  });

  it('deletes, calls webhooks, and subscribes', async () => {
    await trigger(
      { 'notification.webhook': { webhook_id: 7 }, 'ticket.subscribe': { pre_condition: 'specific', value: 4 } },
      { 'ticket.title': is('Spam') },
      { name: '1 hook' },
    );
    await trigger({ 'ticket.action': { value: 'delete' } }, { 'ticket.title': is('Spam') }, { name: '2 gone' });
    const ticket = await open({ title: 'Spam' });
    const call = (await desk.told(callWebhook)).find(({ data }) => data.ticket.id === ticket.id);
    expect(call?.data).toMatchObject({
      ...{ webhookId: 7, rule: { kind: 'trigger', name: '1 hook' }, article: { body: 'It burns' } },
      ticket: {
        title: 'Spam',
        group: { id: 1, name: 'Users' },
        customer: { email: 'user10@example.org' },
        owner: null,
      },
    });
    await waitFor(async () => (await desk.told(ticketDeleted)).some(({ data }) => data.ticket.id === ticket.id), {
      what: 'the ticket to be deleted',
    });
    await expect(read(ticket.id)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('S16: sends no internal article to a webhook', async () => {
    await trigger({ 'notification.webhook': { webhook_id: 8 } }, { 'ticket.title': is('Secret') }, { name: '3 hook' });
    const ticket = await open({ title: 'Secret' }, { body: 'For us alone', internal: true });
    const call = (await desk.told(callWebhook)).find(({ data }) => data.ticket.id === ticket.id);
    expect(call?.data).toMatchObject({ webhookId: 8, article: null, ticket: { article_ids: [] } });
    expect(JSON.stringify(call?.data)).not.toContain('For us alone');
  });

  it('of time runs when a pending time has come, once', async () => {
    const { id } = await trigger(
      { 'ticket.tags': { operator: 'add', value: 'reminded' } },
      { 'ticket.pending_time': { operator: 'has reached' } },
      { activator: 'time' },
    );
    const at = new Date(desk.clock.now() + 600_000).toISOString();
    const ticket = await open({ state: 'pending reminder', pending_time: at });
    const closing = await open({ state: 'pending close', pending_time: at });
    expect(await runsOf(id)).toEqual([]);
    desk.clock.advance(700_000);
    await waitFor(async () => (await tagsOf(ticket.id)).includes('reminded'), { what: 'the trigger of time' });
    await waitFor(async () => (await read(closing.id)).state_id === 4, { what: 'the ticket to be closed' });
    await change(ticket.id, { title: 'Still pending' });
    expect(await runsOf(id)).toMatchObject([{ cause: 'reminder_reached', chain: [expect.any(String)] }]);
  });
});

describe('a trigger of time', () => {
  it('looks again each day, as long as nobody goes on with the ticket, and once a day at most', async () => {
    const day = 86_400_000;
    const { id } = await trigger(
      { 'article.note': { body: 'Still waiting', internal: true } },
      { 'ticket.title': is('Waits for days'), 'ticket.pending_time': { operator: 'has reached' } },
      { activator: 'time' },
    );
    const ran = (times: number) =>
      waitFor(async () => (await runsOf(id)).length >= times && runsOf(id), { what: `${times} runs of the trigger` });
    const at = new Date(desk.clock.now() + 60_000).toISOString();
    const ticket = await open({ title: 'Waits for days', state: 'pending reminder', pending_time: at });
    desk.clock.advance(120_000);
    await ran(1);
    // The same day again: it is over for today.
    const again = new Date(desk.clock.now() + 60_000).toISOString();
    await change(ticket.id, { pending_time: again });
    desk.clock.advance(day);
    await ran(2);
    desk.clock.advance(day);
    expect(await ran(3)).toMatchObject(Array.from({ length: 3 }, () => ({ cause: 'reminder_reached' })));
    const days = (await runsOf(id)).map((run) => String(run.at).slice(0, 10));
    expect(new Set(days).size).toBe(3);
    // Once the round of a day is over, whoever came first that day marks it for the others.
    await change(ticket.id, { state: 'open' });
    const other = await trigger(
      { 'ticket.tags': { operator: 'add', value: 'round-over' } },
      { 'ticket.title': is('Marks the round'), 'ticket.pending_time': { operator: 'has reached' } },
      { activator: 'time' },
    );
    const soon = new Date(desk.clock.now() + 60_000).toISOString();
    const mark = await open({ title: 'Marks the round', state: 'pending reminder', pending_time: soon });
    desk.clock.advance(120_000);
    await waitFor(async () => (await runsOf(other.id)).length === 1, { what: 'the mark to be reminded of' });
    desk.clock.advance(day);
    await waitFor(async () => (await runsOf(other.id)).length === 2, { what: `a round that ticket ${mark.id} is in` });
    expect(await runsOf(id)).toHaveLength(3);
  });
});

describe('a mail of a trigger', () => {
  it('goes out once as a System article, in place of the standard confirmation', async () => {
    await trigger(mail(), { ...onCreate, 'article.sender_id': is(2) });
    const ticket = await open();
    const [sent, ...more] = await mailsOf(ticket.id);
    expect(more).toEqual([]);
    expect(sent?.data).toMatchObject({
      ...{ to: [{ address: 'user10@example.org' }], from: { address: 'help@desk.example.org' }, automatic: true },
      content: { subject: `[Ticket#${ticket.number}] About ${ticket.number}`, text: 'Hello', html: '<p>Hello</p>' },
    });
    const created = (await desk.told(ticketCreated)).find(({ data }) => data.ticket.id === ticket.id);
    expect(created?.data.answered).toBe(true);
    expect(ticket.article_count).toBe(1);
  });

  it.each([
    [
      'an article that wants none',
      { preferences: { 'send-auto-response': false } },
      {},
      /asks for no automatic answer/,
    ],
    ['a group without an address', {}, { group: 'Mute' }, /no address to send from/],
    ['a customer at one of our own addresses', {}, { customer: 'help@desk.example.org' }, /our own addresses/],
    ['a customer at whose address nobody reads', {}, { customer: 'noreply@elsewhere.example' }, /nobody reads/],
    ['a ticket of nobody', { recipient: 'ticket_owner' }, {}, /Nobody owns the ticket/],
  ])('is held back for %s', async (_what, article, body, why) => {
    desk.identity.addGroups(group({ id: 8, name: 'Mute' }));
    const { id } = await trigger(mail('recipient' in article ? { recipient: article.recipient } : {}), onCreate);
    const full = actor({ userId: 4, permissions: ['ticket.agent'], groups: { 1: ['full'], 8: ['full'] } });
    const { customer: address } = body as { customer?: string };
    if (address) desk.identity.add(user({ id: 900 + made, login: address, email: address }));
    const { recipient: _, ...words } = article as { recipient?: string };
    const ticket = await desk.rest(full, createTicket, {
      body: {
        ...{ title: 'x', group: 'Users', customer: 'user10@example.org' },
        ...{ article: { body: 'b', type: 'web', sender: 'Customer', ...words }, ...body },
      },
    });
    expect(await mailsOf((ticket as unknown as { id: number }).id)).toEqual([]);
    const [run] = await runsOf(id);
    expect(run).toMatchObject({ outcome: 'held-back', did: [] });
    expect(run?.held_back[0]?.why).toMatch(why);
  });

  it('reaches a person whom it names and of whom nothing was told yet; one that is gone is asked for once', async () => {
    desk.identity.add(user({ id: 950 }), user({ id: 951, email: null }), user({ id: 952, active: false }));
    const recipient = ['userid_950', 'userid_951', 'userid_952', 'userid_953'];
    const { id } = await trigger(mail({ recipient }), onUpdate);
    const ticket = await open();
    await change(ticket.id, { title: 'First' });
    const asked = () => desk.identity.lookedUp.filter((id) => id === 953).length;
    const before = asked();
    expect(before).toBeGreaterThan(0);
    await change(ticket.id, { title: 'Second' });
    expect(asked()).toBe(before);
    for (const { data } of await mailsOf(ticket.id))
      expect(data.to).toMatchObject([{ address: 'user950@example.org' }]);
    expect(await mailsOf(ticket.id)).toHaveLength(2);
    for (const { outcome, held_back } of await runsOf(id)) {
      expect({ outcome, why: held_back.map(({ why }) => why) }).toEqual({
        outcome: 'partly',
        why: [
          'There is no mail address of the user 951.',
          'The account of the user 952 is switched off.',
          'There is no user 953.',
        ],
      });
    }
    await expect(trigger(mail({ recipient: 'userid_99999999999' }))).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('comes to rest after ten within ten minutes to one address about one ticket', async () => {
    const { id } = await trigger(mail(), { ...onUpdate }, { execution_condition_mode: 'always' });
    const ticket = await open();
    for (let n = 0; n < 12; n++) await change(ticket.id, { title: `Title ${n}` });
    expect(await mailsOf(ticket.id)).toHaveLength(10);
    const runs = await runsOf(id);
    expect(runs.filter(({ outcome }) => outcome === 'held-back')).toHaveLength(2);
    expect(runs[0]?.held_back[0]?.why).toMatch(/Loop guard/);
    desk.clock.advance(11 * 60_000);
    await change(ticket.id, { title: 'Later' });
    expect(await mailsOf(ticket.id)).toHaveLength(11);
  });
});

describe('any set of triggers', () => {
  it('ends, and each does its work at most once for one change', async () => {
    const states = [1, 2, 4];
    const rule = fc.record({
      when: fc.option(fc.constantFrom(...states), { nil: undefined }),
      state: fc.constantFrom(...states),
      priority: fc.constantFrom(1, 2, 3),
      always: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 6 }), async (rules) => {
        const ids: number[] = [];
        for (const { when, state, priority, always } of rules) {
          const condition = when === undefined ? {} : { 'ticket.state_id': is(when) };
          const perform = {
            'ticket.state_id': { value: state },
            'ticket.priority_id': { value: priority },
            'article.note': { body: 'ran' },
          };
          const more = { execution_condition_mode: always ? 'always' : 'selective' };
          ids.push((await trigger(perform, condition, more)).id);
        }
        const ticket = await open();
        for (const id of ids) expect((await runsOf(id)).length).toBeLessThanOrEqual(1);
        const [notes] = await desk.query<{ count: number }>(
          'SELECT count(*)::int AS count FROM article WHERE ticket_id = $1 AND sender_id = 3',
          [ticket.id],
        );
        expect(notes?.count).toBeLessThanOrEqual(rules.length);
        for (const id of ids) await desk.rest(ruler, triggers.delete, { id });
      }),
      { numRuns: 12 },
    );
  });
});

describe('for administrators', () => {
  it('triggers are rows as Zammad shows them, and changes of them are audited', async () => {
    const row = await trigger({ 'ticket.state_id': { value: 4 } }, { 'ticket.title': is('x') }, { note: 'why' });
    expect(row).toMatchObject({
      ...{ activator: 'action', execution_condition_mode: 'selective', active: true, disable_notification: true },
      ...{ localization: null, timezone: null, note: 'why', perform: { 'ticket.state_id': { value: 4 } } },
    });
    expect(await desk.rest(ruler, triggers.get, { id: row.id })).toEqual(row);
    expect(await desk.rest(ruler, triggers.list)).toEqual([row]);
    expect(await desk.rest(ruler, triggers.list, { query: { full: 'true' } })).toEqual({
      record_ids: [row.id],
      assets: { Trigger: { [row.id]: row } },
    });
    const audits = (await desk.told(recordAudit)).map(({ data }) => data as Record<string, unknown>);
    expect(JSON.stringify(audits.at(-1))).toContain('trigger.created');
    await desk.rest(ruler, triggers.update, { id: row.id, body: { active: false } });
    expect(await open({ title: 'x' })).toMatchObject({ state_id: 1 });
  });

  it.each([
    ['a condition that cannot be read', { condition: { 'ticket.x': is(1) } }, 'condition.unsupported'],
    ['an action that nobody can do', { perform: { 'ticket.fly': { value: 1 } } }, 'action.invalid'],
    ['a zone that is none', { timezone: 'Mars/Base' }, 'rule.timezone-unknown'],
    ['no name', { name: ' ' }, 'input.name-blank'],
  ])('refuses %s', async (_, body, code) => {
    const given = { name: 'ok', perform: {}, ...body };
    await expect(desk.rest(ruler, triggers.create, { body: given })).rejects.toMatchObject({ kind: 'invalid', code });
    await expect(desk.rest(agent, triggers.create, { body: given })).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('a dry run tells what a trigger would have done to the past, and does nothing', async () => {
    const ticket = await open({ title: 'Dry' });
    desk.clock.advance(DAY);
    await change(ticket.id, { priority_id: 3 });
    desk.clock.advance(DAY);
    await change(ticket.id, { title: 'Wet' });
    const preview = (condition: object) =>
      desk.rest(ruler, triggers.preview, {
        body: {
          trigger: {
            ...{ condition, perform: { 'ticket.state_id': { value: 4 }, ...mail() } },
            execution_condition_mode: 'always',
          },
          ticket_ids: [ticket.id],
        },
      });
    const found = await preview({ ...onUpdate, 'ticket.title': is('Dry') });
    expect(found).toMatchObject({ looked_at: 3, matched: 1, complete: true });
    expect(found.examples[0]).toMatchObject({
      ...{ cause: 'update', ticket: { id: ticket.id } },
      would: [
        { action: 'ticket.state_id', from: 'new', to: 'closed' },
        { action: 'notification.email', to: `ticket_customer: About ${ticket.number}` },
      ],
    });
    expect((await preview(onCreate)).matched).toBe(1);
    expect((await preview({ ...onUpdate, 'ticket.priority_id': is(2) })).matched).toBe(0);
    expect(await read(ticket.id)).toMatchObject({ state_id: 1, title: 'Wet' });
    // Who looks after rules need not see tickets.
    const blind = actor({ userId: 3, permissions: ['admin.trigger'] });
    const body = { trigger: { condition: onCreate }, ticket_ids: [ticket.id] };
    expect(await desk.rest(blind, triggers.preview, { body })).toMatchObject({ matched: 1, examples: [] });
    const { id } = await trigger({ 'ticket.tags': { operator: 'add', value: 'y' } });
    await open({ title: 'Secret' });
    const { runs } = await desk.rest(blind, triggers.runs, { id });
    expect(runs).toMatchObject([{ ticket: null, outcome: 'done' }]);
    expect(await mailsOf(ticket.id)).toEqual([]);
  });
});
