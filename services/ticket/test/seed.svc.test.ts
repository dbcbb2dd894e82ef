import {
  createTicket,
  getTicket,
  importTickets,
  listArticles,
  sendMail,
  ticketCreated,
  triggers,
  updateTicket,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededTriggers } from '../src/application/seed-triggers.ts';
import { cast, type Desk, startDesk } from './desk.ts';

it('an empty system has the welcome ticket, once, and nobody is written to about it', async () => {
  const desk = await startDesk({ seed: 'zammad' });
  try {
    await desk.service.migrate();
    expect(await desk.query('SELECT id FROM ticket')).toEqual([{ id: 1 }]);
    expect(await desk.rest(cast.agent, getTicket, { id: 1 })).toMatchObject({
      number: '10001',
      title: 'Welcome to Zammad!',
      group_id: 1,
      state_id: 1,
      customer_id: 2,
      created_by_id: 2,
      article_count: 1,
    });
    expect(await desk.rest(cast.agent, listArticles, { id: 1 })).toMatchObject([{ type: 'phone', sender: 'Customer' }]);
    const told = await desk.told(ticketCreated);
    expect(told).toHaveLength(1);
    expect(told[0]?.data.article).toMatchObject({ isAutoResponse: true });
  } finally {
    await desk.stop();
  }
});

it('a blank system has none, and triggers that wait to be switched on: the first confirms a new ticket in place of the desk', async () => {
  const desk = await startDesk();
  try {
    expect(await desk.query('SELECT id FROM ticket')).toEqual([]);
    await desk.service.migrate();
    const all = await desk.rest(cast.admin, triggers.list);
    expect(all.map(({ id, name, active }) => [id, name, active])).toEqual(
      seededTriggers.map(({ name }, i) => [i + 1, name, false]),
    );
    for (const { id, condition, perform } of all) {
      // As they are saved by an administrator: with all that is checked then.
      await desk.rest(cast.admin, triggers.update, { id, body: { condition, perform, active: true } });
    }
    const article = { body: 'x', type: 'phone', sender: 'Customer' };
    const opening = { title: 'Called', group: 'Users', customer: 'user10@example.org', article };
    const { id } = await desk.rest(cast.admin, createTicket, { body: opening });
    expect((await desk.told(ticketCreated)).at(-1)?.data).toMatchObject({ answered: true });
    const mails = async () => (await desk.told(sendMail)).map(({ data }) => data);
    const to = [{ address: 'user10@example.org' }];
    expect(await mails()).toMatchObject([{ to, content: { text: expect.stringContaining('has been received') } }]);
    await desk.rest(cast.admin, updateTicket, { id, body: { owner_id: cast.agent.userId } });
    expect((await mails()).at(-1)).toMatchObject({ to, content: { text: expect.stringContaining('looks after') } });
    await desk.rest(cast.admin, updateTicket, { id, body: { article } });
    expect((await mails()).at(-1)).toMatchObject({ to, content: { text: expect.stringContaining('your answer') } });
    expect(await mails()).toHaveLength(3);
    const health = await fetch(`${desk.service.url}/readyz`);
    expect(health.status).toBe(200);
  } finally {
    await desk.stop();
  }
});

describe('in import mode', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk({ env: { HELPMESH_IMPORT_MODE: 'true' } });
  });
  afterAll(() => desk.stop());

  const past = '2025-01-02T03:04:05.000Z';
  const body = {
    title: 'Old',
    group: 'Users',
    customer: 'user10@example.org',
    created_at: past,
    article: { body: 'x', type: 'email', sender: 'Customer' },
  };

  it('administrators say when things happened, and nobody is mailed', async () => {
    const { id } = await desk.rest(cast.admin, createTicket, { body });
    const answer = { body: 'done', type: 'email', created_at: '2025-01-03T00:00:00.000Z' };
    await desk.rest(cast.admin, updateTicket, { id, body: { state: 'closed', article: answer } });
    expect(await desk.rest(cast.agent, getTicket, { id })).toMatchObject({
      created_at: past,
      updated_at: answer.created_at,
      close_at: answer.created_at,
      first_response_at: answer.created_at,
    });
    expect(await desk.told(sendMail)).toEqual([]);
    expect((await desk.told(ticketCreated)).at(-1)?.data.article).toMatchObject({ isAutoResponse: true });
  });

  it('others do not', async () => {
    const { created_at } = await desk.rest(cast.agent, createTicket, { body });
    expect(created_at).toBe(new Date(desk.clock.now()).toISOString());
  });

  const columns = ['Number', 'title', 'group', 'customer', 'state', 'owner', 'tags', 'created_at', 'article.body'];
  const row = (line: number, over: Record<string, string> = {}) => {
    const cells: Record<string, string> = {
      ...{ Number: '4711', title: `Row ${line}`, group: 'Users', customer: 'user10@example.org', state: 'closed' },
      ...{ owner: "'-", tags: 'old,paper', created_at: past, 'article.body': "'=1+1", ...over },
    };
    return { line, cells: columns.map((name) => cells[name] ?? '') };
  };
  const bring = (rows: ReturnType<typeof row>[], trial = false, who = cast.admin) =>
    desk.ask(who, importTickets, { columns, rows, try: trial });
  const count = async () => (await desk.query<{ n: number }>('SELECT count(*)::int AS n FROM ticket'))[0]?.n as number;

  it('rows of a file become tickets of the past, whose cells are read as exports write them', async () => {
    const before = await count();
    const mails = (await desk.told(sendMail)).length;
    const { records, errors } = await bring([row(2), row(3, { 'article.body': '' })]);
    expect(errors).toEqual([]);
    expect(records).toMatchObject([
      { line: 2, name: 'Row 2', what: 'created' },
      { line: 3, name: 'Row 3' },
    ]);
    expect(await count()).toBe(before + 2);
    const id = records[0]?.id as number;
    const ticket = await desk.rest(cast.agent, getTicket, { id, query: { all: true } });
    expect(ticket).toMatchObject({ tags: ['old', 'paper'] });
    const found = await desk.rest(cast.agent, getTicket, { id, query: { expand: true } });
    expect(found).toMatchObject({ created_at: past, state: 'closed', owner: '-', customer: 'user10@example.org' });
    expect(found.number).not.toBe('4711');
    expect(await desk.rest(cast.agent, listArticles, { id })).toMatchObject([{ body: '=1+1' }]);
    expect(await desk.told(sendMail)).toHaveLength(mails);
  });

  it('a trial tells what would come of it and changes nothing; so does a file with a mistake', async () => {
    const before = await count();
    const tried = await bring([row(2)], true);
    expect(tried).toMatchObject({ records: [{ line: 2, id: null, what: 'created' }], errors: [] });
    const wrong = await bring([
      row(2),
      row(3, { group: 'Nowhere' }),
      row(4, { customer: 'guess:new@example.org' }),
      row(5, { created_at: 'yesterday' }),
      { ...row(6), cells: [...row(6).cells, 'one more'] },
    ]);
    expect(wrong).toEqual({
      records: [],
      errors: [
        { line: 3, message: 'No lookup value found for \'group\': "Nowhere"' },
        { line: 4, message: 'The customer has to be there already: import people first.' },
        { line: 5, message: expect.stringContaining("'created_at'") },
        { line: 6, message: 'There are more cells than columns.' },
      ],
    });
    const strange = { columns: ['group', 'colour', 'colour'], rows: [{ line: 2, cells: ['Users'] }], try: false };
    const { errors } = await desk.ask(cast.admin, importTickets, strange);
    expect(errors.map(({ message }) => message)).toEqual([
      "There is no column 'colour'.",
      "There is no column 'colour'.",
      "The column 'colour' is there twice.",
      "The column 'title' is needed.",
    ]);
    expect(await count()).toBe(before);
    await expect(bring([row(2)], true, cast.agent)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
