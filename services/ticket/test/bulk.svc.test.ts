import {
  applyMacro,
  createTicket,
  getTicket,
  listArticles,
  listTags,
  macros,
  massMacro,
  massUpdate,
  previewMacro,
  recordAudit,
  type TicketJob,
  templates,
  textModules,
  ticketHistory,
  ticketJobProgressed,
  ticketJobs,
  undoMerge,
  updateTicket,
} from '@helpmesh/contracts';
import { Session, sql } from '@helpmesh/persistence';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, startDesk } from './desk.ts';

const { admin, agent, agent2, customer } = cast;
const keeper = actor({ userId: 3, permissions: ['admin.macro', 'admin.text_module', 'admin.template'] });

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

let made = 0;
const open = async (body: object = {}) => {
  const ticket = await desk.rest(agent, createTicket, {
    body: { title: `Printer ${++made}`, group: 'Users', customer: 'user10@example.org', ...body },
  });
  return (ticket as { id: number }).id;
};
const several = (n: number) => Promise.all(Array.from({ length: n }, () => open()));
const read = (id: number) => desk.rest(admin, getTicket, { id }) as unknown as Promise<Record<string, unknown>>;
const tagsOf = async (id: number) => (await desk.rest(admin, listTags, { query: { object: 'Ticket', o_id: id } })).tags;
const macro = (perform: object, over: object = {}) =>
  desk.rest(keeper, macros.create, { body: { name: `Macro ${++made}`, perform, ...over } });
const order = (body: object, who = agent) => desk.rest(who, ticketJobs.create, { body });
const ended = (id: number, who = agent): Promise<TicketJob> =>
  waitFor(
    async () => {
      const job = await desk.rest(who, ticketJobs.get, { id });
      return job.status === 'running' ? undefined : job;
    },
    { what: `job ${id} to end` },
  );
const results = (id: number, query: object = {}) => desk.rest(agent, ticketJobs.results, { id, query });
const closed = { 'ticket.state_id': { value: '4' } };

describe('macros', () => {
  it('are kept by administrators, and each change is in the audit log', async () => {
    const row = await macro(closed, { groups: ['Users'], note: 'n', ux_flow_next_up: 'next_task' });
    expect(row).toMatchObject({ perform: closed, group_ids: [1], active: true, ux_flow_next_up: 'next_task' });
    const changed = await desk.rest(keeper, macros.update, {
      id: row.id,
      body: { active: false },
      query: { expand: true },
    });
    expect(changed).toMatchObject({ active: false, groups: ['Users'] });
    await desk.rest(keeper, macros.delete, { id: row.id });
    await expect(desk.rest(keeper, macros.get, { id: row.id })).rejects.toMatchObject({ code: 'macro.not-found' });
    const audit = (await desk.told(recordAudit)).map(({ data }) => data);
    const told = audit.filter(({ action, objectId }) => action.startsWith('macro.') && objectId === String(row.id));
    expect(told.map(({ action }) => action)).toEqual(['macro.created', 'macro.changed', 'macro.deleted']);
    expect(told[1]?.changes).toEqual({ active: { from: true, to: false } });
  });

  it('hold nothing that cannot be done', async () => {
    const wrong = (perform: object) => expect(macro(perform)).rejects;
    await wrong({ 'ticket.action': { value: 'delete' } }).toMatchObject({ code: 'action.not-allowed' });
    await wrong({ 'ticket.state_id': { value: 'closed' } }).toMatchObject({ code: 'action.invalid' });
    await expect(desk.rest(agent, macros.create, { body: { name: 'x' } })).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.rest(customer, macros.list)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('are seen by the agents of their groups while they are active', async () => {
    const [own, foreign, off] = [
      await macro(closed, { group_ids: [1] }),
      await macro(closed, { group_ids: [2] }),
      await macro(closed, { active: false }),
    ];
    const ids = (await desk.rest(agent, macros.list)).map(({ id }) => id);
    expect([own.id, foreign.id, off.id].map((id) => ids.includes(id))).toEqual([true, false, false]);
    const id = await open();
    for (const { id: macro_id } of [foreign, off]) {
      const run = desk.rest(agent, applyMacro, { id, body: { macro_id } });
      await expect(run).rejects.toMatchObject({ code: 'macro.not-found' });
    }
  });

  it('do everything in one step, with the words of the ticket', async () => {
    const { id: macro_id } = await macro({
      ...closed,
      'ticket.owner_id': { pre_condition: 'current_user.id' },
      'ticket.tags': { operator: 'add', value: 'done, vpn' },
      'article.note': { subject: 'Closed', body: '<b>#{ticket.title}</b> by #{user.firstname}<script>1</script>' },
    });
    const id = await open({ title: '<i>Printer</i>' });
    const before = await desk.rest(agent, getTicket, { id });
    const would = await desk.rest(agent, previewMacro, { id, body: { macro_id } });
    expect(would).toEqual({
      changes: [
        { field: 'state_id', from: 'new', to: 'closed' },
        { field: 'owner_id', from: null, to: 'Anton Agent' },
        { field: 'tags', from: null, to: 'done, vpn' },
      ],
      articles: [{ internal: true, subject: 'Closed', text: '<i>Printer</i> by Anton' }],
    });
    expect(await desk.rest(agent, getTicket, { id })).toEqual(before);
    expect(await tagsOf(id)).toEqual([]);
    const answer = await desk.rest(agent, applyMacro, { id, body: { macro_id } });
    expect(answer).toMatchObject({ id, state_id: 4, owner_id: agent.userId, article_count: 1 });
    expect(await tagsOf(id)).toEqual(['done', 'vpn']);
    const [note] = await desk.rest(agent, listArticles, { id });
    expect(note).toMatchObject({ internal: true, type: 'note', content_type: 'text/html' });
    expect(note?.body).toBe('<b>&lt;i&gt;Printer&lt;/i&gt;</b> by Anton');
    const { history } = (await desk.rest(agent, ticketHistory, { id })) as { history: { attribute?: string }[] };
    expect(history.map(({ attribute }) => attribute)).toEqual(expect.arrayContaining(['state', 'owner', 'tag']));
  });

  it('are refused where the agent may not change the ticket, or what they name is gone', async () => {
    const id = await open();
    const { id: macro_id } = await macro({ 'ticket.priority_id': { value: 99 } });
    await expect(desk.rest(agent, applyMacro, { id, body: { macro_id } })).rejects.toMatchObject({
      code: 'input.unknown-id',
    });
    await expect(desk.rest(agent, previewMacro, { id, body: { macro_id } })).rejects.toMatchObject({
      code: 'input.unknown-id',
    });
    const { id: fine } = await macro(closed);
    for (const what of [applyMacro, previewMacro]) {
      const run = (who: typeof agent) => desk.rest(who, what, { id, body: { macro_id: fine } });
      await expect(run(agent2)).rejects.toMatchObject({ code: 'ticket.not-found' });
      await expect(run(cast.reader)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(run(customer)).rejects.toMatchObject({ code: 'macro.not-found' });
    }
  });
});

describe('a change of some tickets at once', () => {
  it('is all or none, and names the ticket that could not be', async () => {
    const ids = await several(3);
    const answer = await desk.rest(agent, massUpdate, {
      body: { ticket_ids: ids, attributes: { priority_id: 3, tags: 'many' }, article: { body: 'Known issue' } },
    });
    expect(answer.ticket_ids).toEqual(ids);
    expect(Object.keys(answer.assets.Ticket as object)).toEqual(ids.map(String));
    for (const id of ids) expect(await read(id)).toMatchObject({ priority_id: 3, article_count: 1 });
    const foreign = await desk.rest(admin, createTicket, {
      body: { title: 'Elsewhere', group: 'Second', customer: 'user10@example.org' },
    });
    const { id: macro_id } = await macro(closed);
    const run = desk.rest(agent, massMacro, { body: { ticket_ids: [...ids, foreign.id], macro_id } });
    await expect(run).rejects.toMatchObject({ kind: 'invalid', members: { error: true, ticket_id: foreign.id } });
    for (const id of ids) expect(await read(id)).toMatchObject({ state_id: 1 });
    await desk.rest(agent, massMacro, { body: { ticket_ids: ids, macro_id } });
    for (const id of ids) expect(await read(id)).toMatchObject({ state_id: 4 });
  });

  it('is for agents, and for a hundred at most', async () => {
    const body = { ticket_ids: await several(1), attributes: { state: 'closed' } };
    await expect(desk.rest(customer, massUpdate, { body })).rejects.toMatchObject({ kind: 'forbidden' });
    const many = { ...body, ticket_ids: Array.from({ length: 101 }, (_, i) => i + 1) };
    await expect(desk.rest(agent, massUpdate, { body: many })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a job', () => {
  it('gives each ticket its result, tells how far it is, and is seen by its owner only', async () => {
    const ids = await several(120);
    const done = await open({ state: 'closed' });
    const [missing, foreign] = [
      999_999,
      await desk.rest(admin, createTicket, {
        body: { title: 'Elsewhere', group: 'Second', customer: 'user10@example.org' },
      }),
    ];
    const job = await order({ ticket_ids: [...ids, ids[0], done, missing, foreign.id], perform: closed });
    expect(job).toMatchObject({ total: 123, macro: null, undo_of_id: null });
    expect(await ended(job.id)).toMatchObject({
      ...{ status: 'finished', changed: 120, unchanged: 1, refused: 2, waiting: 0 },
    });
    const refused = await results(job.id, { result: 'refused' });
    expect(refused).toEqual([
      expect.objectContaining({
        ticket_id: missing,
        number: null,
        title: null,
        reason: expect.stringContaining("Couldn't find"),
      }),
      expect.objectContaining({ ticket_id: foreign.id, number: null, title: null }),
    ]);
    expect(await results(job.id, { after: 122 })).toHaveLength(1);
    for (const id of [ids[0], ids[119]]) expect(await read(id as number)).toMatchObject({ state_id: 4 });
    const told = (await desk.told(ticketJobProgressed)).map(({ data }) => data.job).filter(({ id }) => id === job.id);
    expect(told.at(-1)).toMatchObject({ userId: agent.userId, status: 'finished', total: 123, waiting: 0 });
    await expect(desk.rest(admin, ticketJobs.get, { id: job.id })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(desk.rest(customer, ticketJobs.list)).rejects.toMatchObject({ kind: 'forbidden' });
    expect((await desk.rest(agent, ticketJobs.list))[0]).toMatchObject({ id: job.id });
  });

  it('takes all of a list, as the agent sees it', async () => {
    const ids = await several(3);
    for (const id of ids)
      await desk.rest(agent, updateTicket, { id, body: { owner_id: agent.userId, priority_id: 1 } });
    const list = { view: 'my-open' };
    const job = await ended((await order({ list, perform: { 'ticket.priority_id': { value: 3 } } })).id);
    expect(job.total).toBeGreaterThanOrEqual(3);
    for (const id of ids) expect(await read(id)).toMatchObject({ priority_id: 3 });
    await expect(order({ list: { view: 'my-open', group_id: 77 }, perform: closed })).rejects.toMatchObject({
      code: 'ticket-job.no-tickets',
    });
  });

  it('is taken back where nobody changed the ticket since', async () => {
    const [plain, touched, tagged] = (await several(3)) as [number, number, number];
    const perform = {
      ...closed,
      'ticket.priority_id': { value: 3 },
      'ticket.tags': { operator: 'add', value: 'wave' },
    };
    const job = await ended((await order({ ticket_ids: [plain, touched, tagged], perform })).id);
    expect(job.undo_until).not.toBeNull();
    await desk.rest(agent, updateTicket, { id: touched, body: { priority_id: 1 } });
    const before = await read(plain);
    expect(before).toMatchObject({ state_id: 4, close_at: expect.any(String) });
    const undo = await ended((await desk.rest(agent, ticketJobs.undo, { id: job.id })).id);
    expect(undo).toMatchObject({ undo_of_id: job.id, changed: 3, refused: 0, undo_until: null });
    expect(await read(plain)).toMatchObject({ state_id: 1, priority_id: 2, close_at: null, last_close_at: null });
    expect(await tagsOf(plain)).toEqual([]);
    expect(await read(touched)).toMatchObject({ state_id: 1, priority_id: 1 });
    const kept = (await results(undo.id)).map(({ ticket_id, kept: left }) => [ticket_id, left]);
    expect(kept).toEqual([
      [plain, []],
      [touched, ['priority_id']],
      [tagged, []],
    ]);
    expect(await desk.rest(agent, ticketJobs.get, { id: job.id })).toMatchObject({ undone_by_id: undo.id });
    const again = desk.rest(agent, ticketJobs.undo, { id: job.id });
    await expect(again).rejects.toMatchObject({ code: 'ticket-job.no-undo' });
  });

  it('cannot be taken back after a day', async () => {
    const job = await ended((await order({ ticket_ids: await several(1), perform: closed })).id);
    desk.clock.advance(25 * 3_600_000);
    await expect(desk.rest(agent, ticketJobs.undo, { id: job.id })).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('leaves the rest alone once it is cancelled', async () => {
    const ids = await several(2);
    // As if its worker had not come to it yet.
    const { id } = await order({ ticket_ids: ids, perform: { 'ticket.priority_id': { value: 1 } } });
    const cancelled = await desk.rest(agent, ticketJobs.cancel, { id });
    expect(['cancelled', 'finished']).toContain(cancelled.status);
    expect(cancelled.changed + cancelled.waiting).toBe(2);
    const changed = (await Promise.all(ids.map(read))).filter(({ priority_id }) => priority_id === 1);
    expect(changed).toHaveLength(cancelled.changed);
  });

  it('ends with the rights of who ordered it', async () => {
    const ids = await several(2);
    const everybody = desk.identity.actors;
    desk.identity.actors = everybody.filter(({ userId }) => userId !== admin.userId);
    try {
      const { id } = await order({ ticket_ids: ids, perform: { 'ticket.action': { value: 'delete' } } }, admin);
      expect(await ended(id, admin)).toMatchObject({ refused: 2, changed: 0 });
    } finally {
      desk.identity.actors = everybody;
    }
    expect(await Promise.all(ids.map(read))).toMatchObject(ids.map((id) => ({ id })));
  });

  it('needs tickets and something to do', async () => {
    const refused = (body: object) => expect(order(body)).rejects;
    await refused({ ticket_ids: [1] }).toMatchObject({ code: 'ticket-job.nothing-to-do' });
    await refused({ perform: closed }).toMatchObject({ code: 'ticket-job.no-tickets' });
    await refused({ ticket_ids: [1], macro_id: 999 }).toMatchObject({ code: 'macro.not-found' });
    await refused({ ticket_ids: [1], perform: { 'ticket.merge': { value: 999_999 } } }).toMatchObject({
      code: 'ticket.not-found',
    });
  });

  it('merges tickets into one of them, each with its result, and parts them again', async () => {
    const [target, gone, ...others] = (await several(5)) as [number, number, ...number[]];
    const foreign = await desk.rest(admin, createTicket, {
      body: { title: 'Elsewhere', group: 'Second', customer: 'user10@example.org' },
    });
    const messages = (id: number) => desk.rest(admin, listArticles, { id });
    const words = (id: number) => desk.rest(agent, updateTicket, { id, body: { article: { body: `Said in ${id}` } } });
    for (const id of [target, ...others]) await words(id);
    const into = (value: number) => ({ 'ticket.merge': { value } });
    // Merged elsewhere by hand, and so none of this job's.
    await ended((await order({ ticket_ids: [gone], perform: into(others[0] as number) })).id);
    const chosen = { ticket_ids: [target, ...others, gone, foreign.id], perform: into(target) };
    const job = await ended((await order(chosen)).id);
    expect(job).toMatchObject({ total: 5, changed: 3, unchanged: 0, refused: 2, undo_until: expect.any(String) });
    const refused = (await results(job.id, { result: 'refused' })) as { ticket_id: number }[];
    expect(refused.map(({ ticket_id }) => ticket_id)).toEqual([gone, foreign.id]);
    for (const id of others) expect(await read(id)).toMatchObject({ state_id: 5 });
    const said = (await messages(target)).map(({ body }) => body).filter((body) => body.startsWith('Said in'));
    expect(said).toEqual([target, ...others].map((id) => `Said in ${id}`));

    const undo = await ended((await desk.rest(agent, ticketJobs.undo, { id: job.id })).id);
    expect(undo).toMatchObject({ undo_of_id: job.id, total: 3, changed: 3, refused: 0, undo_until: null });
    for (const id of others) expect(await read(id)).toMatchObject({ state_id: 1, article_count: 1 });
    expect(await read(target)).toMatchObject({ article_count: 1 });
    expect(await read(gone)).toMatchObject({ state_id: 5 });
  });

  it('parts nothing that was parted and merged elsewhere since', async () => {
    const [one, first, second] = (await several(3)) as [number, number, number];
    const job = await ended((await order({ ticket_ids: [one], perform: { 'ticket.merge': { value: first } } })).id);
    await desk.rest(agent, undoMerge, { id: one });
    await ended((await order({ ticket_ids: [one], perform: { 'ticket.merge': { value: second } } })).id);
    const undo = await ended((await desk.rest(agent, ticketJobs.undo, { id: job.id })).id);
    expect(undo).toMatchObject({ changed: 0, refused: 1 });
    expect(await read(one)).toMatchObject({ state_id: 5 });
  });

  it('merges five hundred at most, into a ticket of whoever orders it', async () => {
    const [target] = (await several(1)) as [number];
    const foreign = await desk.rest(admin, createTicket, {
      body: { title: 'Elsewhere', group: 'Second', customer: 'user10@example.org' },
    });
    const merge = (value: number, ids: number[], who = agent) =>
      expect(order({ ticket_ids: ids, perform: { 'ticket.merge': { value } } }, who)).rejects;
    const many = Array.from({ length: 501 }, (_, i) => 100_000 + i);
    await merge(target, many).toMatchObject({ code: 'ticket-job.too-many' });
    await merge(target, [target]).toMatchObject({ code: 'ticket-job.no-tickets' });
    await merge(foreign.id, [target]).toMatchObject({ code: 'ticket.not-found' });
    await merge(target, [foreign.id], cast.reader).toMatchObject({ kind: 'forbidden' });
  });

  it('that deletes is seen and stopped by any administrator, who is then in the audit log', async () => {
    const ids = await several(2);
    const other = actor({ userId: 9, permissions: ['admin'] });
    // As if another replica were busy: nothing is done meanwhile.
    const { url } = desk.db.options as { url: string };
    const session = await Session.open({ url });
    const whileBusy = async () => {
      await waitFor(() => session.tryLock('ticket-jobs'), { what: 'the lock of whoever works on jobs' });
      const perform = { 'ticket.action': { value: 'delete' } };
      const { id } = await order({ ticket_ids: ids, perform }, admin);
      const change = await order({ ticket_ids: ids, perform: closed });
      expect(await desk.rest(other, ticketJobs.list)).toMatchObject([{ id, user_id: admin.userId, status: 'running' }]);
      await expect(desk.rest(other, ticketJobs.cancel, { id: change.id })).rejects.toMatchObject({ kind: 'forbidden' });
      const gone = { code: 'ticket-job.not-found' };
      await expect(desk.rest(admin, ticketJobs.cancel, { id: change.id })).rejects.toMatchObject(gone);
      await expect(desk.rest(agent, ticketJobs.cancel, { id })).rejects.toMatchObject(gone);
      expect(await desk.rest(other, ticketJobs.cancel, { id })).toMatchObject({ status: 'cancelled', waiting: 2 });
      expect(await desk.rest(other, ticketJobs.list)).toEqual([]);
      return { id, change };
    };
    const { id, change } = await whileBusy().finally(() => session.close());
    await ended(change.id);
    expect(await Promise.all(ids.map(read))).toMatchObject(ids.map((id) => ({ id })));
    const told = (await desk.told(recordAudit)).filter(({ data }) => data.action === 'ticket-job.stopped');
    expect(told.map(({ data }) => [data.objectId, data.actorId])).toEqual([[String(id), other.userId]]);
  });

  it('deletes what an administrator chose, keeps what a legal hold keeps, and cannot be taken back', async () => {
    const perform = { 'ticket.action': { value: 'delete' } };
    const ids = await several(3);
    const held = ids[2] as number;
    await expect(order({ ticket_ids: ids, perform })).rejects.toMatchObject({ kind: 'forbidden' });
    desk.identity.held.ticketIds = [held];
    const { id } = await order({ ticket_ids: [...ids, 999_999], perform }, admin);
    const job = await ended(id, admin);
    expect(job).toMatchObject({ total: 4, changed: 2, refused: 2, waiting: 0, undo_until: null });
    desk.identity.held.ticketIds = [];
    for (const gone of ids.slice(0, 2)) await expect(read(gone)).rejects.toMatchObject({ code: 'ticket.not-found' });
    expect(await read(held)).toMatchObject({ id: held });
    const refused = (await desk.rest(admin, ticketJobs.results, { id, query: { result: 'refused' } })) as object[];
    expect(refused).toEqual([
      expect.objectContaining({ ticket_id: held, reason: expect.stringContaining('legal hold') }),
      expect.objectContaining({ ticket_id: 999_999, number: null }),
    ]);
    await expect(desk.rest(admin, ticketJobs.undo, { id })).rejects.toMatchObject({ code: 'ticket-job.no-undo' });
    const audit = (await desk.told(recordAudit)).map(({ data }) => data);
    const deleted = audit.filter(
      ({ action, objectId }) => action === 'ticket.deleted' && ids.map(String).includes(`${objectId}`),
    );
    expect(deleted.map(({ actorId }) => actorId)).toEqual([admin.userId, admin.userId]);
  });
});

describe('text modules', () => {
  const module = (body: object, who = keeper) =>
    desk.rest(who, textModules.create, { body: { name: `Module ${++made}`, content: 'Hello', ...body } });

  it('read as the ticket says, and quote what is public or internal to its agents only', async () => {
    const id = await open({ title: '<b>VPN</b>', article: { body: 'It is down', type: 'phone', sender: 'Customer' } });
    const { id: moduleId } = await module({
      content: '<p>Dear #{ticket.customer.firstname}, #{ticket.title}: #{article.body}</p><script>1</script>',
    });
    const preview = (who: typeof agent, body: object) => desk.rest(who, textModules.preview, { body });
    expect(await preview(agent, { id: moduleId, ticket_id: id })).toEqual({
      content: '<p>Dear Clara, &lt;b&gt;VPN&lt;/b&gt;: It is down</p>',
      errors: [],
    });
    expect(await preview(agent, { content: 'I am #{user.firstname}' })).toEqual({ content: 'I am Anton', errors: [] });
    await expect(preview(agent2, { id: moduleId, ticket_id: id })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(preview(customer, { content: 'x', ticket_id: id })).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('know mustache beside the other grammar: as it is saved, previewed, used and imported', async () => {
    const id = await open({
      title: '{{user.email}} <b>',
      article: { body: 'It is down', type: 'phone', sender: 'Customer' },
    });
    const content =
      '<p>Dear {{customer.firstname}}{{#customer.organization}} of {{name}}{{/customer.organization}},</p><p>{{^owner}}</p>' +
      '<p>{{ticket.title}} #{ticket.number} {{article.body}}</p><p>{{/owner}}</p><p>helm: {{ .Values.tag }} {{{user.name}}}</p>';
    const ticket = (await desk.rest(agent, getTicket, { id })) as unknown as { number: string };
    const expected =
      `<p>Dear Clara of Seven,</p><p>{{user.email}} &lt;b&gt; ${ticket.number} It is down</p>` +
      '<p>helm: {{ .Values.tag }} {{{user.name}}}</p>';
    const preview = (body: object) => desk.rest(agent, textModules.preview, { body });
    const kept = await module({ content });
    expect(kept.content).toBe(content);
    expect(await preview({ id: kept.id, ticket_id: id })).toEqual({ content: expected, errors: [] });
    expect(await preview({ content, ticket_id: id })).toEqual({ content: expected, errors: [] });
    expect(await preview({ content: '{{user.firstname}} [{{customer.firstname}}]' })).toMatchObject({
      content: 'Anton []',
    });

    const open_ = '<p>{{#customer}}Dear {{firstname}}</p>';
    const told = '{{#customer}} is never closed.';
    const refused = {
      kind: 'invalid',
      code: 'text-module.unbalanced',
      fields: [{ pointer: '/content', detail: told }],
    };
    await expect(module({ content: open_ })).rejects.toMatchObject(refused);
    await expect(
      desk.rest(keeper, textModules.update, { id: kept.id, body: { content: open_ } }),
    ).rejects.toMatchObject(refused);
    expect(await preview({ content: open_, ticket_id: id })).toEqual({ content: open_, errors: [told] });
    const file = await desk.rest(keeper, textModules.import, { body: { data: `name,content\nNew,${open_}\n` } });
    expect(file.errors).toEqual([`Line 2: ${told}`]);
    // One that is older than the grammar.
    await sql(desk.db, 'UPDATE text_module SET content = $1 WHERE id = $2', [open_, kept.id]);
    expect(await preview({ id: kept.id, ticket_id: id })).toMatchObject({ content: open_ });
    await desk.rest(keeper, textModules.update, { id: kept.id, body: { note: 'old' } });
  });

  it('of agents are their own business', async () => {
    const own = await module({}, agent);
    expect(own.user_id).toBe(agent.userId);
    const seen = async (who: typeof agent) => (await desk.rest(who, textModules.list)).some(({ id }) => id === own.id);
    expect([await seen(agent), await seen(agent2), await seen(keeper)]).toEqual([true, false, false]);
    await desk.rest(agent, textModules.update, { id: own.id, body: { content: 'Bye' } });
    await expect(desk.rest(keeper, textModules.delete, { id: own.id })).rejects.toMatchObject({ kind: 'not-found' });
    const shared = await module({});
    await expect(desk.rest(agent, textModules.update, { id: shared.id, body: { content: 'x' } })).rejects.toMatchObject(
      {
        kind: 'forbidden',
      },
    );
    await expect(module({ user_id: 5 }, agent)).rejects.toMatchObject({ kind: 'forbidden' });
    await desk.rest(agent, textModules.delete, { id: own.id });
  });

  it('for the groups of a community are written by whoever administers it, and no others', async () => {
    const delegate = actor({ userId: 9, permissions: ['community'], administers: [1] });
    const own = await module({ group_ids: [1] }, delegate);
    expect(own).toMatchObject({ user_id: null, group_ids: [1] });
    const [all, others, both] = [
      await module({}),
      await module({ group_ids: [2] }),
      await module({ group_ids: [1, 2] }),
    ];
    await desk.rest(delegate, textModules.update, { id: own.id, body: { active: false } });
    const listed = (await desk.rest(delegate, textModules.list)).map(({ id }) => id);
    expect(listed).toContain(own.id);
    expect(listed).not.toContain(others.id);
    for (const { id } of [all, others, both]) {
      const kind = expect.stringMatching(/^(not-found|forbidden)$/);
      for (const body of [{ content: 'x' }, { group_ids: [1] }]) {
        await expect(desk.rest(delegate, textModules.update, { id, body })).rejects.toMatchObject({ kind });
      }
      await expect(desk.rest(delegate, textModules.delete, { id })).rejects.toMatchObject({ kind });
    }
    for (const group_ids of [[], [2], [1, 2]]) {
      const moved = desk.rest(delegate, textModules.update, { id: own.id, body: { group_ids } });
      await expect(moved).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(module({ group_ids }, delegate)).rejects.toMatchObject({ kind: 'forbidden' });
    }
    await expect(desk.rest(delegate, macros.list)).rejects.toMatchObject({ kind: 'forbidden' });
    await desk.rest(delegate, textModules.delete, { id: own.id });
  });

  it('come from a file: what would happen first, then all of it or nothing', async () => {
    const known = await module({ name: 'Greeting' });
    const data =
      'name,keywords,content,active\nGREETING,hi,<p>Hi</p>,false\n"Bye, now",end,"<p>Bye</p><script>1</script>",\n';
    const run = (body: object) => desk.rest(keeper, textModules.import, { body });
    const expected = { result: 'success', stats: { created: 1, updated: 1 }, errors: [] };
    expect(await run({ data, try: true })).toMatchObject({ ...expected, try: true });
    expect(await desk.rest(keeper, textModules.get, { id: known.id })).toMatchObject({
      name: 'Greeting',
      active: true,
    });
    expect(await run({ data })).toMatchObject({ ...expected, try: false });
    expect(await desk.rest(keeper, textModules.get, { id: known.id })).toMatchObject({
      content: '<p>Hi</p>',
      active: false,
    });
    const rows = await desk.rest(keeper, textModules.list);
    expect(rows.find(({ name }) => name === 'Bye, now')).toMatchObject({ content: '<p>Bye</p>', keywords: 'end' });
    const wrong = await run({ data: 'name,content\nA,\nB,x\nb,y\n' });
    expect(wrong).toMatchObject({ result: 'failed', stats: { created: 0, updated: 0 } });
    expect(wrong.errors).toEqual(['Line 2: the content is missing.', 'Line 4: line 3 has the same name.']);
    expect((await desk.rest(keeper, textModules.list)).some(({ name }) => name === 'B')).toBe(false);
    expect(await run({ data: 'title\nx' })).toMatchObject({ result: 'failed' });
    await expect(desk.rest(agent, textModules.import, { body: { data } })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('templates', () => {
  it('hold what the form of a new ticket knows, and nothing harmful', async () => {
    const options = {
      'ticket.title': { value: 'Onboarding' },
      'ticket.pending_time': { operator: 'relative', value: '2', range: 'day' },
      'ticket.tags': { operator: 'add', value: 'new, staff' },
      'article.body': { value: '<p>Hi<script>1</script></p>' },
    };
    const made = await desk.rest(keeper, templates.create, { body: { name: 'New colleague', options } });
    expect(made.options).toEqual({ ...options, 'article.body': { value: '<p>Hi</p>' } });
    expect((await desk.rest(agent, templates.list)).map(({ name }) => name)).toContain('New colleague');
    const wrong = (bad: object) =>
      expect(desk.rest(keeper, templates.create, { body: { name: 'x', options: bad } })).rejects;
    await wrong({ 'ticket.action': { value: 'delete' } }).toMatchObject({ code: 'action.not-allowed' });
    await wrong({ 'article.body': { value: 4 } }).toMatchObject({ code: 'template.invalid' });
    await expect(desk.rest(agent, templates.delete, { id: made.id })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
