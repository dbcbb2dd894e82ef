import {
  applyMacro,
  attributeChanged,
  attributeDeleted,
  createTicket,
  customFields,
  getTicket,
  jobs,
  listTickets,
  macros,
  massMacro,
  objectAttributes,
  overviews,
  recordAudit,
  searchTickets,
  slas,
  templates,
  ticketHistory,
  ticketJobs,
  ticketList,
  ticketOverviews,
  triggers,
  updateTicket,
} from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { actor, cast, type Desk, startDesk } from './desk.ts';

const { admin, agent, customer } = cast;
const keeper = actor({
  userId: 3,
  permissions: [
    ...['admin.object', 'admin.sla', 'admin.overview', 'admin.trigger', 'admin.scheduler'],
    ...['admin.macro', 'admin.template'],
  ],
});
type Row = Record<string, unknown> & { id: number };

const forAgents = { create_middle: { 'ticket.agent': { shown: true } }, edit: { 'ticket.agent': { shown: true } } };
const both = { 'ticket.agent': { shown: true }, 'ticket.customer': { shown: true } };
const forBoth = { create_middle: both, edit: both };
const impacts = { one: 'One person', many: 'Many people' };
const places = [
  { name: 'Europe', value: 'Europe', children: [{ name: 'Berlin', value: 'Europe::Berlin' }] },
  { name: 'Asia' },
];

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());
afterEach(async () => {
  for (const one of await list()) await desk.rest(keeper, objectAttributes.delete, { id: String(one.id) });
  await execute();
  await waitFor(async () => (await desk.query('SELECT 1 FROM attribute_definition')).length === 0, {
    what: 'values of deleted attributes to be gone',
  });
});

const list = () => desk.rest(keeper, objectAttributes.list) as unknown as Promise<Row[]>;
const execute = () => desk.rest(keeper, objectAttributes.execute);
const define = (body: object) =>
  desk.rest(keeper, objectAttributes.create, {
    body: { object: 'Ticket', display: 'Field', screens: forBoth, ...body },
  }) as unknown as Promise<Row>;
const field = async (name: string, data_type: string, data_option: object = {}, more: object = {}) => {
  const made = await define({ name, display: name, data_type, data_option, ...more });
  await execute();
  return made;
};
const open = (body: object = {}, who = agent) =>
  desk.rest(who, createTicket, {
    body: {
      title: 'Printer',
      group: 'Users',
      ...(who === agent && { customer: 'user10@example.org' }),
      article: { body: 'It burns' },
      ...body,
    },
  }) as unknown as Promise<Row>;
const change = (id: number, body: object, who = agent) =>
  desk.rest(who, updateTicket, { id, body }) as unknown as Promise<Row>;
const read = (id: number, who = agent, query: object = {}) =>
  desk.rest(who, getTicket, { id, query }) as unknown as Promise<Row>;

describe('a custom attribute', () => {
  it('is there when the changes were carried out, at once and for tickets that were there before', async () => {
    const old = await open();
    const made = await define({
      name: 'Ref',
      display: 'Reference',
      data_type: 'input',
      data_option: { maxlength: 20 },
    });
    expect(made).toMatchObject({
      ...{ name: 'ref', object: 'Ticket', data_type: 'input', active: true, editable: true, deletable: true },
      ...{ to_create: true, to_migrate: true, to_delete: false, to_config: false, data_option_new: {} },
      data_option: { type: 'text', maxlength: 20, null: true },
    });
    expect(await open({ ref: 'A-1' })).not.toHaveProperty('ref');
    await execute();
    expect(await read(old.id)).toMatchObject({ ref: null });
    const ticket = await open({ ref: 'A-1' });
    expect(ticket).toMatchObject({ ref: 'A-1' });
    expect(await read(ticket.id)).toMatchObject({ ref: 'A-1' });
    expect(await read(ticket.id, agent, { expand: 'true' })).toMatchObject({ ref: 'A-1', state: 'new' });
    expect(await read(ticket.id, agent, { all: 'true' })).toMatchObject({
      assets: { Ticket: { [ticket.id]: { ref: 'A-1' } } },
    });
    expect(await desk.rest(agent, listTickets)).toContainEqual(expect.objectContaining({ id: ticket.id, ref: 'A-1' }));
    expect((await list())[0]).toMatchObject({ to_create: false, to_migrate: false });
  });

  it('shows its default until somebody sets it, also to nothing', async () => {
    const old = await open();
    await field('affected', 'select', { options: impacts, default: 'one' });
    expect(await read(old.id)).toMatchObject({ affected: 'one' });
    expect(await change(old.id, { affected: 'many' })).toMatchObject({ affected: 'many' });
    expect(await change(old.id, { affected: null })).toMatchObject({ affected: null });
    expect(await read(old.id)).toMatchObject({ affected: null });
  });

  it('keeps its values through a change of what it takes, and the label of an option that is offered no more', async () => {
    const { id } = await field('affected', 'select', { options: impacts });
    const ticket = await open({ affected: 'many' });
    const changed = (await desk.rest(keeper, objectAttributes.update, {
      id: String(id),
      body: { display: 'Impact', data_option: { options: { one: 'One person', some: 'Some' } } },
    })) as unknown as Row;
    expect(changed).toMatchObject({ to_config: true, display: 'Impact', data_option: { options: impacts } });
    expect(await change(ticket.id, { affected: 'some' }).catch((e: Error) => e.message)).toBe(
      'Impact has no option "some"',
    );
    await execute();
    expect(await change(ticket.id, { affected: 'many', title: 'Same' })).toMatchObject({
      affected: 'many',
      title: 'Same',
    });
    await change(ticket.id, { affected: 'some' });
    const { history } = (await desk.rest(agent, ticketHistory, { id: ticket.id })) as { history: Row[] };
    expect(history.filter((entry) => entry.attribute === 'affected')).toMatchObject([
      { value_from: 'Many people', value_to: 'Some' },
    ]);
    await expect(change(ticket.id, { affected: 'many' })).rejects.toMatchObject({ code: 'attribute.value-invalid' });
  });

  it('goes with its values, and its name begins anew', async () => {
    const { id } = await field('ref', 'input');
    const ticket = await open({ ref: 'A-1' });
    await desk.rest(keeper, objectAttributes.delete, { id: 'Ticket', query: { name: 'ref' } });
    expect((await list())[0]).toMatchObject({ id, to_delete: true });
    expect(await read(ticket.id)).toMatchObject({ ref: 'A-1' });
    await desk.rest(keeper, objectAttributes.discard);
    expect((await list())[0]).toMatchObject({ id, to_delete: false });
    await desk.rest(keeper, objectAttributes.delete, { id: String(id) });
    await execute();
    expect(await read(ticket.id)).not.toHaveProperty('ref');
    const again = await waitFor(() => define({ name: 'ref', data_type: 'input' }).catch(() => undefined), {
      what: 'the name to be free again',
    });
    await execute();
    expect(again.id).not.toBe(id);
    expect(await read(ticket.id)).toMatchObject({ ref: null, updated_at: ticket.updated_at });
  });

  it('is told to the neighbours in the order of what happened, and to the audit log', async () => {
    const { id } = await field('ref', 'input');
    await desk.rest(keeper, objectAttributes.update, { id: String(id), body: { position: 7 } });
    await desk.rest(keeper, objectAttributes.delete, { id: String(id) });
    await execute();
    const changed = (await desk.told(attributeChanged)).filter(({ data }) => data.attribute.id === id);
    const [deleted] = (await desk.told(attributeDeleted)).filter(({ data }) => data.id === id);
    expect(changed.map(({ data }) => data.attribute.position === 7)).toEqual([false, true]);
    expect(deleted?.data).toEqual({ object: 'Ticket', id, name: 'ref' });
    expect(deleted?.aggregateVersion).toBeGreaterThan(changed[1]?.aggregateVersion ?? 0);
    const audit = (await desk.told(recordAudit)).filter(({ data }) => data.objectId === String(id));
    expect(audit.map(({ data }) => data.action)).toEqual([
      ...['attribute.created', 'attribute.changed', 'attribute.changed', 'attribute.changed', 'attribute.deleted'],
    ]);
  });

  it('is inactive: nobody sees it, and its values come back with it', async () => {
    const { id } = await field('ref', 'input');
    const ticket = await open({ ref: 'A-1' });
    const set = (active: boolean) => desk.rest(keeper, objectAttributes.update, { id: String(id), body: { active } });
    await set(false);
    expect(await read(ticket.id)).not.toHaveProperty('ref');
    expect(await change(ticket.id, { ref: 'B' })).not.toHaveProperty('ref');
    await set(true);
    expect(await read(ticket.id)).toMatchObject({ ref: 'A-1' });
  });
});

describe('values', () => {
  const long = 'x'.repeat(21);
  const cases: [type: string, option: object, accepted: [unknown, unknown][], refused: [unknown, RegExp][]][] = [
    [
      'input',
      { maxlength: 20, regex: '^[A-Z]-\\d+$' },
      [
        ['A-1', 'A-1'],
        [' A-22 ', 'A-22'],
        ['', null],
        [null, null],
      ],
      [
        [`A-${long}`, /is longer than the allowed length 20/],
        ['a1', /expected form/],
        [['A-1'], /no text/],
        [{}, /no text/],
      ],
    ],
    [
      'textarea',
      { maxlength: 20 },
      [
        ['two\nlines', 'two\nlines'],
        [5, '5'],
      ],
      [
        [long, /allowed length 20/],
        ['a\u0000', /stored/],
      ],
    ],
    [
      'integer',
      { min: -5, max: 10 },
      [
        [7, 7],
        ['-5', -5],
        ['', null],
      ],
      [
        [-6, /minimum value of -5/],
        [11, /maximum value of 10/],
        [1.5, /not an integer/],
        ['x', /not an integer/],
        [true, /not an integer/],
      ],
    ],
    [
      'boolean',
      {},
      [
        [true, true],
        ['false', false],
        [1, true],
        [null, null],
      ],
      [
        ['maybe', /neither/],
        [2, /neither/],
      ],
    ],
    [
      'date',
      {},
      [
        ['2028-02-29', '2028-02-29'],
        [null, null],
      ],
      [
        ['2027-02-29', /not a date/],
        ['31.12.2026', /not a date/],
        ['2026-13-01', /not a date/],
        [20261231, /not a date/],
      ],
    ],
    [
      'datetime',
      {},
      [
        ['2026-12-31T15:30:00+01:00', '2026-12-31T14:30:00.000Z'],
        ['2026-12-31T14:30:00Z', '2026-12-31T14:30:00.000Z'],
      ],
      [
        ['tomorrow', /not a time/],
        ['2026-12-31', /not a time/],
        [1, /not a time/],
      ],
    ],
    [
      'select',
      { options: impacts },
      [
        ['many', 'many'],
        ['', null],
      ],
      [
        ['Many people', /no option/],
        [['many'], /no option/],
      ],
    ],
    [
      'multiselect',
      { options: impacts },
      [
        [
          ['many', 'one', 'many'],
          ['many', 'one'],
        ],
        ['one', ['one']],
        [[], null],
      ],
      [
        [['many', 'none'], /no option "none"/],
        [{ one: 1 }, /no option/],
      ],
    ],
    [
      'tree_select',
      { options: places },
      [
        ['Europe::Berlin', 'Europe::Berlin'],
        ['Asia', 'Asia'],
      ],
      [
        ['Berlin', /no option "Berlin"/],
        ['Europe::Paris', /no option/],
      ],
    ],
    [
      'multi_tree_select',
      { options: places },
      [
        [
          ['Asia', 'Europe::Berlin'],
          ['Asia', 'Europe::Berlin'],
        ],
      ],
      [[['Berlin'], /no option/]],
    ],
  ];

  it.each(cases)(
    'of %s are kept as they are written, and refused by what is wrong',
    async (type, option, good, bad) => {
      await field('myfield', type, option);
      const { id } = await open();
      for (const [given, kept] of good) {
        expect(await change(id, { myfield: given })).toMatchObject({ myfield: kept });
        expect(await read(id)).toMatchObject({ myfield: kept });
        expect((await open({ myfield: given })).myfield).toEqual(kept);
      }
      const before = await read(id);
      for (const [given, why] of bad) {
        const refused = { kind: 'invalid', code: 'attribute.value-invalid', message: expect.stringMatching(why) };
        await expect(change(id, { myfield: given })).rejects.toMatchObject(refused);
        await expect(open({ myfield: given })).rejects.toMatchObject(refused);
      }
      expect(await read(id)).toEqual(before);
    },
  );

  it('of one side of now only, where that is all that is allowed', async () => {
    await field('due_on', 'date', { past: false });
    const { id } = await open();
    await expect(change(id, { due_on: '2001-01-01' })).rejects.toThrow('due_on does not allow past dates.');
    expect(await change(id, { due_on: '2999-01-01' })).toMatchObject({ due_on: '2999-01-01' });
  });

  it('of 150 attributes are told in the order of their positions', async () => {
    for (let i = 0; i < 150; i++) await define({ name: `f${i}`, data_type: 'input', position: 1000 - i });
    await expect(define({ name: 'one_more', data_type: 'input' })).rejects.toMatchObject({
      code: 'attribute.too-many',
    });
    await execute();
    const { id } = await open({ f7: 'seven' });
    const names = Object.keys(await read(id)).filter((name) => /^f\d/.test(name));
    expect(names).toEqual(Array.from({ length: 150 }, (_, i) => `f${149 - i}`));
  });
});

describe('a definition', () => {
  it.each([
    [{ name: 'owner_id' }, "can't get used because *_id and *_ids are not allowed"],
    [{ name: 'some_ids' }, "can't get used because *_id and *_ids are not allowed"],
    [{ name: 'two words' }, 'spaces are not allowed'],
    [{ name: 'größe' }, 'only letters from a-z'],
    [{ name: '2nd' }, 'must begin with a letter'],
    [{ name: '__proto__' }, 'must begin with a letter'],
    [{ name: 'constructor' }, 'constructor is a reserved word!'],
    [{ name: 'title' }, 'title already exists!'],
    [{ name: 'tags' }, 'tags already exists!'],
    [{ name: '' }, "can't be blank"],
    [{ display: ' ' }, "Display can't be blank"],
    [{ data_type: 'richtext' }, 'is not a valid data type'],
    [{ data_type: 'select' }, 'Options are required.'],
    [{ data_type: 'tree_select', data_option: { options: impacts } }, 'a list'],
    [{ data_type: 'select', data_option: { options: impacts, default: 'x' } }, 'Default'],
    [{ data_type: 'select', data_option: { options: [{ name: 'a' }, { name: 'a' }] } }, 'there twice'],
    [{ data_option: { maxlength: 'x' } }, 'Max length must be an integer.'],
    [{ data_option: { type: 'password' } }, 'Input field must be'],
    [{ data_option: { regex: '(a' } }, 'regular expression cannot be used'],
    [{ data_option: { regex: '(?=a)' } }, 'regular expression cannot be used'],
    [{ data_type: 'integer', data_option: { min: 5, max: 4 } }, 'Maximal value must be higher than or equal'],
    [{ object: 'Article' }, 'Object must be one of'],
  ])('%j is refused', async (body, why) => {
    const refusal = define({ name: 'fine', data_type: 'input', ...body }).then(
      () => 'accepted',
      (error: { kind: string; message: string }) => `${error.kind}: ${error.message}`,
    );
    expect(await refusal).toMatch(/^invalid: /);
    expect(await refusal).toContain(why);
  });

  it('has its name once for an object, and keeps it; its type only becomes one that takes the same values', async () => {
    const made = await define({ name: 'ref', data_type: 'input' });
    const update = (body: object) => desk.rest(keeper, objectAttributes.update, { id: String(made.id), body });
    await expect(define({ name: 'ref', data_type: 'input' })).rejects.toMatchObject({ code: 'attribute.name-invalid' });
    await define({ name: 'ref', data_type: 'input', object: 'User' });
    await execute();
    await expect(update({ name: 'other' })).rejects.toMatchObject({ code: 'attribute.name-invalid' });
    await expect(update({ data_type: 'integer' })).rejects.toMatchObject({ code: 'attribute.type-fixed' });
    await update({ data_type: 'select', data_option: { options: impacts } });
    await execute();
    await expect(open({ ref: 'A-1' })).rejects.toThrow('has no option "A-1"');
  });

  it('is for administrators of objects', async () => {
    await expect(desk.rest(agent, objectAttributes.list)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.rest(agent, objectAttributes.execute)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.rest(keeper, objectAttributes.get, { id: '999' })).rejects.toMatchObject({ kind: 'not-found' });
    await expect(desk.rest(admin, objectAttributes.get, { id: 'x' })).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('screens', () => {
  it.each([
    ['nothing', {}, {}],
    ['creating', { create_middle: { 'ticket.customer': { shown: true } } }, { create: true }],
    ['editing', { edit: { 'ticket.customer': { shown: true } } }, { edit: true }],
    [
      'both, as everybody',
      { create_middle: { '-all-': { shown: true } }, edit: { '-all-': { shown: true } } },
      { create: true, edit: true },
    ],
    ['neither, being switched off', { edit: { 'ticket.customer': { shown: false } }, ...{} }, {}],
    ['neither, being for agents', forAgents, {}],
  ])(
    'of %s are all that customers have of an attribute',
    async (_name, screens, may: { create?: boolean; edit?: boolean }) => {
      await field('ref', 'input', {}, { screens });
      const sees = may.create || may.edit;
      const theirs = await open({ ref: 'mine' }, customer);
      expect('ref' in theirs).toBe(sees ?? false);
      expect((await read(theirs.id)).ref).toBe(may.create ? 'mine' : null);
      const changed = await change(theirs.id, { ref: 'changed' }, customer);
      expect((await read(theirs.id)).ref).toBe(may.edit ? 'changed' : may.create ? 'mine' : null);
      if (sees) expect(changed.ref).toBe((await read(theirs.id)).ref);
      // Agents write whatever there is.
      expect(await change(theirs.id, { ref: 'agent' })).toMatchObject({ ref: 'agent' });
      const offered = await desk.rest(customer, customFields);
      expect(offered.Ticket.map(({ create, edit }) => [create.shown, edit.shown])).toEqual(
        sees ? [[may.create ?? false, may.edit ?? false]] : [],
      );
      const found = await desk.rest(customer, searchTickets, { query: { query: 'ref:agent' } });
      expect(found).toHaveLength(sees ? 1 : 0);
    },
  );

  it('ask for what is required of whom it is required, and let nobody empty it', async () => {
    const rule = { shown: true, required: true };
    const screens = {
      create_middle: { 'ticket.agent': rule, 'ticket.customer': { shown: true } },
      edit: { 'ticket.agent': rule },
    };
    const old = await open();
    await field('ref', 'input', {}, { screens });
    await expect(open()).rejects.toMatchObject({ code: 'attribute.required', message: 'ref is required but missing.' });
    await open({}, customer);
    const { id } = await open({ ref: 'A' });
    await expect(change(id, { ref: '' })).rejects.toMatchObject({ code: 'attribute.required' });
    expect(await change(old.id, { title: 'Other' })).toMatchObject({ title: 'Other', ref: null });
  });
});

describe('searching', () => {
  it('finds tickets by a field, by words of it for agents, and narrows lists', async () => {
    await field('affected', 'select', { options: impacts });
    await field('site', 'input');
    await field('seats', 'integer');
    await field('parts', 'multiselect', { options: { cpu: 'Processor', ram: 'Memory' } });
    await open();
    const { id } = await open({ affected: 'many', site: 'Quetzaltenango', seats: 12, parts: ['ram', 'cpu'] }, customer);
    const { id: ours } = await open({ affected: 'many', site: 'Quetzaltenango', seats: 12, parts: ['ram', 'cpu'] });
    const find = async (query: string, who = agent) =>
      ((await desk.rest(who, searchTickets, { query: { query } })) as unknown as Row[]).map((one) => one.id);
    const words = [
      'affected:many',
      'affected:"many people"',
      'site:quetzal',
      'seats:12',
      'parts:Memory',
      'printer parts:cpu',
    ];
    for (const query of words) {
      await waitFor(async () => (await find(query)).includes(ours), { what: `${query} to find the ticket` });
      expect((await find(query)).sort()).toEqual([id, ours].sort());
    }
    for (const query of ['affected:one', 'affected:none', 'seats:x', "site:o'clock", 'parts:"', 'seats:'])
      await find(query);
    expect(await find('affected:one')).toEqual([]);
    expect(await find(`-affected:many id:${ours}`)).toEqual([]);
    expect(await find(`NOT affected:one id:${ours}`)).toEqual([ours]);
    const listed = await desk.rest(agent, ticketList, { query: { query: 'seats:12' } });
    expect(listed.total).toBe(2);
    await waitFor(async () => (await find('Quetzaltenango')).includes(ours), { what: 'the words to be indexed' });
    expect(await find('Quetzaltenango', customer)).toEqual([]);
    await change(ours, { site: 'Momostenango' });
    await waitFor(async () => (await find('Momostenango')).includes(ours), { what: 'the new word to be indexed' });
  });

  it('decides what searches, overviews, triggers and schedules are for', async () => {
    await field('affected', 'select', { options: impacts, default: 'one' });
    await field('sites', 'multiselect', { options: { b: 'Berlin', k: 'Karlsruhe' } }, { screens: forAgents });
    await field('ref', 'input', { maxlength: 5 });
    const many = await open({ affected: 'many', sites: ['b', 'k'] });
    const one = await open();
    const ids = `${many.id},${one.id}`;
    const find = async (condition: object, who = agent) =>
      (
        (await desk.rest(who, searchTickets, {
          query: { ids, condition: JSON.stringify(condition) },
        })) as unknown as Row[]
      ).map(({ id }) => id);
    const selector = { 'ticket.affected': { operator: 'is', value: ['many'] } };
    expect(await find(selector)).toEqual([many.id]);
    expect(await find({ 'ticket.affected': { operator: 'is', value: 'one' } })).toEqual([one.id]);
    const inBerlin = { 'ticket.sites': { operator: 'contains one', value: ['b'] } };
    expect(await find(inBerlin)).toEqual([many.id]);
    // Not on any of their screens: what they ask is answered as if it was not set.
    const own = await open({}, customer);
    await change(own.id, { sites: ['b'] });
    const askOwn = { query: { ids: String(own.id), condition: JSON.stringify(inBerlin) } };
    expect(await desk.rest(customer, searchTickets, askOwn)).toEqual([]);
    expect(await desk.rest(agent, searchTickets, askOwn)).toHaveLength(1);

    const body = { name: 'Wide', condition: { ...selector, 'ticket.title': { operator: 'is', value: 'Wide' } } };
    const overview = await desk.rest(agent, overviews.create, { body });
    await open({ title: 'Wide', affected: 'many' });
    await open({ title: 'Wide' });
    const counted = await desk.rest(agent, ticketOverviews, {});
    expect(counted).toContainEqual(expect.objectContaining({ id: overview.id, count: 1 }));
    await desk.rest(agent, overviews.delete, { id: overview.id });

    const perform = { 'ticket.ref': { value: 'wide' } };
    await expect(
      desk.rest(keeper, triggers.create, { body: { name: 'Long', perform: { 'ticket.ref': { value: 'too long' } } } }),
    ).rejects.toThrow('ref is longer than the allowed length 5');
    const trigger = await desk.rest(keeper, triggers.create, {
      body: { name: 'Mark', condition: { ...selector, 'ticket.action': { operator: 'is', value: 'create' } }, perform },
    });
    const job = { name: 'Sweep', object: 'Ticket', condition: selector, perform, timeplan: {} };
    expect(await desk.rest(keeper, jobs.preview, { body: job })).toMatchObject({ matching: 2 });
    expect(await read((await open({ affected: 'many' })).id)).toMatchObject({ ref: 'wide' });
    expect(await read((await open()).id)).toMatchObject({ ref: null });
    await desk.rest(keeper, triggers.delete, { id: trigger.id });
  });

  it('is done by macros and by changes of many tickets, which can be taken back', async () => {
    await field('affected', 'select', { options: impacts });
    await field('sites', 'multiselect', { options: { b: 'Berlin', k: 'Karlsruhe' } }, { screens: {} });
    await field('seats', 'integer', { max: 10 });
    const perform = { 'ticket.affected': { value: 'many' }, 'ticket.sites': { value: ['k', 'b'] } };
    const make = (wanted: object) => desk.rest(keeper, macros.create, { body: { name: 'Widen', perform: wanted } });
    await expect(make({ 'ticket.seats': { value: 11 } })).rejects.toMatchObject({ code: 'attribute.value-invalid' });
    await expect(make({ 'ticket.gone': { value: 1 } })).rejects.toMatchObject({ code: 'action.invalid' });
    const { id: macro_id } = await make(perform);
    const done = { affected: 'many', sites: ['k', 'b'] };
    const [one, two, three] = [await open({ affected: 'one' }), await open(), await open()];
    expect(await desk.rest(agent, applyMacro, { id: one.id, body: { macro_id } })).toMatchObject(done);
    await desk.rest(agent, massMacro, { body: { ticket_ids: [two.id], macro_id } });
    expect(await read(two.id)).toMatchObject(done);

    const order = (body: object) =>
      desk.rest(agent, ticketJobs.create, { body: { ticket_ids: [one.id, three.id], ...body } });
    await expect(order({ perform: { 'ticket.seats': { value: 'x' } } })).rejects.toMatchObject({
      code: 'attribute.value-invalid',
    });
    const ended = (id: number) =>
      waitFor(
        async () => {
          const job = await desk.rest(agent, ticketJobs.get, { id });
          return job.status === 'finished' ? job : undefined;
        },
        { what: 'the job to end' },
      );
    const job = await order({ perform: { 'ticket.seats': { value: '7' }, 'ticket.affected': { value: null } } });
    expect(await ended(job.id)).toMatchObject({ changed: 2 });
    expect(await read(one.id)).toMatchObject({ seats: 7, affected: null });
    await ended((await desk.rest(agent, ticketJobs.undo, { id: job.id })).id);
    expect(await read(one.id)).toMatchObject({ ...done, seats: null });

    const template = { name: 'Wide', options: { 'ticket.affected': { value: 'many' } } };
    expect(await desk.rest(keeper, templates.create, { body: template })).toMatchObject(template);
    const wrong = { name: 'Wrong', options: { 'ticket.affected': { value: 'all' } } };
    await expect(desk.rest(keeper, templates.create, { body: wrong })).rejects.toThrow('no option "all"');
    // Rules name them also where no form shows them.
    expect((await desk.rest(keeper, customFields)).Ticket.map(({ name, edit }) => [name, edit.shown])).toEqual(
      expect.arrayContaining([['sites', false]]),
    );
    expect((await desk.rest(customer, customFields)).Ticket.map(({ name }) => name)).not.toContain('sites');
    for (const { id } of await desk.rest(keeper, macros.list)) await desk.rest(keeper, macros.delete, { id });
    for (const { id } of await desk.rest(keeper, templates.list)) await desk.rest(keeper, templates.delete, { id });
  });

  it('refuses to delete what a rule names', async () => {
    const { id } = await field('affected', 'select', { options: impacts });
    const selector = { 'ticket.affected': { operator: 'is', value: 'many' } };
    const sla = await desk.rest(keeper, slas.create, {
      body: { name: 'Many', solution_time: 60, condition: selector },
    });
    const overview = await desk.rest(agent, overviews.create, { body: { name: 'Wide', condition: selector } });
    const trigger = await desk.rest(keeper, triggers.create, {
      body: { name: 'Mark', perform: { 'ticket.affected': { value: 'many' } } },
    });
    await expect(desk.rest(keeper, objectAttributes.delete, { id: String(id) })).rejects.toThrow(
      'Ticket.affected is referenced by Sla: Many; Overview: Wide; Trigger: Mark and thus cannot be deleted!',
    );
    await desk.rest(agent, overviews.delete, { id: overview.id });
    await desk.rest(keeper, triggers.delete, { id: trigger.id });
    expect((await open({ affected: 'many' })).close_escalation_at).not.toBeNull();
    expect((await open({ affected: 'one' })).close_escalation_at).toBeNull();
    await desk.rest(keeper, slas.delete, { id: sla.id });
  });
});
