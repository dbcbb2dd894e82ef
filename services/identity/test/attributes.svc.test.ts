import {
  type AttributeDefinition,
  type AttributeObject,
  attributeChanged,
  attributeDeleted,
  auditLog,
  changePeople,
  groups,
  keepOverviewSortings,
  organizations,
  pickPeople,
  roles,
  users,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PersonalData } from '../src/application/privacy/personal-data.ts';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

type Row = Record<string, unknown> & { id: number };
const shown = { shown: true };
const everywhere = (rules: object) => ({ create: rules, edit: rules, view: rules });

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk.stop());

let revision = 0;
let lastId = 0;

const options = (object: AttributeObject) => ({ aggregateId: object, aggregateVersion: ++revision });

async function define(object: AttributeObject, over: Partial<AttributeDefinition> & { name: string }) {
  const attribute: AttributeDefinition = {
    ...{
      id: over.id ?? ++lastId,
      display: over.name,
      type: 'input',
      option: { maxlength: 20 },
      active: true,
      position: 1,
    },
    screens: everywhere({ 'ticket.agent': shown }) as AttributeDefinition['screens'],
    ...over,
  };
  await desk.bus.say(attributeChanged, { object, attribute }, options(object));
  await desk.bus.settled('identity');
  return attribute;
}

const none = { params: {}, query: {} };
const person = (body: object, who: number = ids.admin) =>
  desk.ask(
    users.create,
    { ...none, body: { firstname: 'A', ...body } as Record<string, string> },
    who,
  ) as unknown as Promise<Row>;
const changePerson = (id: number, body: object, who: number = ids.admin) =>
  desk.ask(
    users.update,
    { params: { id }, query: {}, body: body as Record<string, string> },
    who,
  ) as unknown as Promise<Row>;
const readPerson = (id: number, who: number = ids.admin) =>
  desk.ask(users.get, { params: { id }, query: {} }, who) as unknown as Promise<Row>;

describe('custom attributes of people', () => {
  it('are written, answered, searched, told in the history, and named in the audit log without a value', async () => {
    const before = await person({ email: 'before@attributes.example' });
    await define('User', { name: 'badge' });
    await define('User', {
      name: 'plan',
      type: 'select',
      option: { options: { s: 'Small', l: 'Large' }, default: 's' },
    });
    expect(await readPerson(before.id)).toMatchObject({ badge: null, plan: 's' });
    const made = await person({ email: 'ada@attributes.example', badge: 'B-1', plan: 'l', unheard: 1 });
    expect(made).toMatchObject({ badge: 'B-1', plan: 'l' });
    expect(made).not.toHaveProperty('unheard');
    expect(made).not.toHaveProperty('custom');
    expect(await changePerson(made.id, { badge: 'B-2' })).toMatchObject({ badge: 'B-2', plan: 'l' });
    expect(await readPerson(made.id)).toMatchObject({ badge: 'B-2', plan: 'l' });
    const found = await desk.ask(users.search, { params: {}, query: { query: 'badge:b-2' } }, ids.admin);
    expect(found.map(({ id }) => id)).toEqual([made.id]);
    await changePerson(made.id, { plan: 's' });
    const { history } = await desk.ask(users.history, { params: { id: made.id }, query: {} }, ids.admin);
    expect(history).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ attribute: 'badge', value_from: 'B-1', value_to: 'B-2' }),
        expect.objectContaining({ attribute: 'plan', value_from: 'Large', value_to: 'Small' }),
      ]),
    );
    const { entries } = await desk.ask(auditLog.list, { params: {}, query: {} }, ids.admin);
    const told = entries.find(({ action, object_id }) => action === 'user.changed' && object_id === String(made.id));
    expect(told?.changes).toEqual({ custom: {} });
    await expect(changePerson(made.id, { badge: 'x'.repeat(21) })).rejects.toMatchObject({
      code: 'attribute.value-invalid',
      message: 'badge is longer than the allowed length 20',
    });
  });

  it('are for people themselves only where a screen of theirs has them, and in their archive likewise', async () => {
    await define('User', { name: 'hidden' });
    const theirs = { 'ticket.agent': shown, 'ticket.customer': shown };
    await define('User', { name: 'open', screens: everywhere(theirs) as AttributeDefinition['screens'] });
    const { id } = await person({
      email: 'eve@attributes.example',
      hidden: 'secret',
      open: 'told',
      roles: ['Customer'],
    });
    const own = await readPerson(id, id);
    expect(own).toMatchObject({ open: 'told' });
    expect(own).not.toHaveProperty('hidden');
    const archive = async (internal: boolean) => {
      const parts = desk.service.get(PersonalData).of({ userId: id, emails: [], internal });
      return (await parts.next()).value?.data as { custom_attributes: object };
    };
    expect((await archive(false)).custom_attributes).toEqual({ open: 'told' });
    expect((await archive(true)).custom_attributes).toEqual({ hidden: 'secret', open: 'told' });
  });

  it('are asked for where they are required, and go with the attribute', async () => {
    const attribute = await define('User', {
      name: 'needed',
      screens: everywhere({ 'admin.user': { shown: true, required: true } }) as AttributeDefinition['screens'],
    });
    await expect(person({ email: 'x@attributes.example' })).rejects.toMatchObject({ code: 'attribute.required' });
    const { id } = await person({ email: 'y@attributes.example', needed: 'yes' });
    await desk.bus.say(attributeDeleted, { object: 'User', id: attribute.id, name: 'needed' }, options('User'));
    await desk.bus.settled('identity');
    expect(await readPerson(id)).not.toHaveProperty('needed');
    await define('User', { name: 'needed' });
    expect(await readPerson(id)).toMatchObject({ needed: null });
  });

  it('keep the newest of what was told of them, in whatever order it comes', async () => {
    const attribute = await define('User', { name: 'twice', display: 'New' });
    revision -= 2;
    await define('User', { id: attribute.id, name: 'twice', display: 'Old' });
    revision += 1;
    const [row] = await desk.rows(
      `SELECT definition ->> 'display' AS display FROM attribute_definition WHERE id = $1`,
      [attribute.id],
    );
    expect(row).toEqual({ display: 'New' });
  });
});

it('organizations and groups have theirs', async () => {
  await define('Organization', { name: 'contract_end', type: 'date', option: {} });
  await define('Group', { name: 'shift', type: 'integer', option: { min: 1, max: 3 } });
  const body = { name: 'Attributed', contract_end: '2027-01-31' } as Record<string, string>;
  const made = (await desk.ask(organizations.create, { ...none, body }, ids.admin)) as unknown as Row;
  expect(made).toMatchObject({ contract_end: '2027-01-31' });
  const change = { params: { id: made.id }, query: {}, body: { contract_end: '' } as Record<string, string> };
  expect(await desk.ask(organizations.update, change, ids.admin)).toMatchObject({ contract_end: null });
  const group = { ...none, body: { name: 'Shifts', shift: 2 as never } };
  const second = (await desk.ask(groups.create, group, ids.admin)) as unknown as Row;
  expect(second).toMatchObject({ shift: 2 });
  expect(await desk.ask(groups.search, { params: {}, query: { query: 'shift:2' } }, ids.admin)).toHaveLength(1);
  const wrong = { params: { id: second.id }, query: {}, body: { shift: 4 as never } };
  await expect(desk.ask(groups.update, wrong, ids.admin)).rejects.toThrow('larger than the allowed maximum value of 3');
});

it('accounts show the rows of their own order of overviews, the newest that was told', async () => {
  const { id } = await person({ email: 'sorts@attributes.example' });
  const at = (minutes: number) => new Date(desk.clock.now() + minutes * 60_000).toISOString();
  const { updated_at } = await readPerson(id);
  for (const [minutes, ids] of [
    [1, [4, 7]],
    [0, [4]],
  ] as const) {
    await desk.bus.say(keepOverviewSortings, { userId: id, ids: [...ids], at: at(minutes) }, options('User'));
  }
  await desk.bus.settled('identity');
  expect(await readPerson(id)).toMatchObject({ overview_sorting_ids: [4, 7], updated_at });
});

it('what was defined is read by many writes at once, which hold every connection of the pool', async () => {
  await define('User', { name: 'shoe_size' });
  const many = Array.from({ length: 40 }, (_, n) => person({ email: `at-once-${n}@example.org` }));
  expect(await Promise.all(many)).toHaveLength(40);
});

describe('schedules over people and organizations', () => {
  const rule = { condition: {}, perform: {}, openCalendarIds: [] as number[] };
  const pick = (object: 'User' | 'Organization', over: object) =>
    desk.ask(pickPeople, { ...rule, limit: 5_000, examples: 20, object, ...over });
  const change = (object: 'User' | 'Organization', given: readonly number[], over: object) =>
    desk.ask(changePeople, { ...rule, object, ids: [...given], rule: { id: 5, name: 'Nightly' }, ...over });
  const among = (value: number[]) => ({ 'user.id': { operator: 'is', value } });
  const erase = { 'user.action': { value: 'data_privacy_deletion_task' } };

  it('pick in the database as they do one by one', async () => {
    await define('User', { name: 'leaves_on', display: 'Leaves on', type: 'date', option: {} });
    const [company] = await desk.rows<{ id: number }>('SELECT min(id)::int AS id FROM organizations');
    const organization_id = company?.id as number;
    const made = [
      await person({ email: 'one@rules.example', vip: true, department: 'Ärzte', leaves_on: '2020-01-01' }),
      await person({ email: 'two@rules.example', organization_id, active: false }),
      await person({ email: 'three@rules.example', roles: ['Agent'], note: 'x', leaves_on: '2090-01-01' }),
    ];
    const all = made.map(({ id }) => id);
    const [one, two, three] = all as [number, number, number];
    const is = (value: unknown) => ({ operator: 'is', value });
    const answers: [object, number[]][] = [
      [{ 'user.vip': is(true) }, [one]],
      [{ 'user.active': is('false') }, [two]],
      [{ 'user.role_ids': is([2]) }, [three]],
      [{ 'user.role_ids': { operator: 'is not', value: 2 } }, [one, two]],
      [{ 'user.organization_id': { operator: 'is', pre_condition: 'not_set' } }, [one, three]],
      [{ 'organization.active': is(true) }, [two]],
      [{ 'user.department': { operator: 'contains', value: 'ärz' } }, [one]],
      [{ 'user.note': { operator: 'is set' } }, [three]],
      [{ 'user.last_login': { operator: 'is not set' } }, all],
      [{ 'user.created_at': { operator: 'before (relative)', value: 1, range: 'day' } }, []],
      [{ 'user.leaves_on': { operator: 'before (relative)', value: 1, range: 'day' } }, [one]],
      [{ 'user.email': { operator: 'matches regex', value: '^t[a-z]+@' } }, [two, three]],
      [{ 'execution_time.calendar_id': { operator: 'is in working time', value: [7] } }, all],
      [{ 'execution_time.calendar_id': { operator: 'is in working time', value: [8] } }, []],
    ];
    for (const [line, expected] of answers) {
      const condition = { ...line, ...among(all) };
      const asked = { condition, openCalendarIds: [7] };
      const found = await desk.page(users.search, { condition, sort_by: 'id', order_by: 'asc' }, ids.agent);
      if (!('execution_time.calendar_id' in line)) expect(found.list.map(({ id }) => id)).toEqual(expected);
      expect((await pick('User', asked)).ids, JSON.stringify(line)).toEqual(expected);
      const { outcomes } = await change('User', all, asked);
      expect(
        outcomes.map(({ id }) => id),
        JSON.stringify(line),
      ).toEqual(expected);
    }
  });

  it('change them as somebody would, and say in the history which it was; a second time there is nothing to do', async () => {
    await define('User', { name: 'review_on', display: 'Review on', type: 'date', option: {} });
    const { id } = await person({ email: 'changed@rules.example' });
    const perform = {
      'user.vip': { value: 'true' },
      'user.department': { value: ' Archive ' },
      'user.review_on': { operator: 'relative', value: 1, range: 'month' },
    };
    const { examples } = await pick('User', { condition: among([id]), perform });
    expect(examples[0]).toMatchObject({ id, would: [{ action: 'user.vip', from: false, to: true }, {}, {}] });
    const first = await change('User', [id], { perform });
    const did = ['user.vip', 'user.department', 'user.review_on'];
    expect(first.outcomes).toEqual([{ id, outcome: 'done', did, heldBack: [] }]);
    expect((await change('User', [id], { perform })).outcomes).toEqual([
      { id, outcome: 'done', did: [], heldBack: [] },
    ]);
    const { history } = await desk.ask(users.history, { params: { id }, query: {} }, ids.admin);
    const told = { sourceable_type: 'Job', sourceable_id: 5, sourceable_name: 'Nightly', created_by_id: 1 };
    expect(history.slice(1)).toEqual(did.map(() => expect.objectContaining(told)));
  });

  it.each(['Pacific/Kiritimati', 'Pacific/Pago_Pago'])('count days where the desk is: %s', async (zone) => {
    const name = zone === 'Pacific/Kiritimati' ? 'first_day' : 'last_day';
    await define('User', { name, display: name, type: 'date', option: {} });
    const { id } = await person({ email: `${name}@rules.example` });
    await change('User', [id], {
      zone,
      perform: { [`user.${name}`]: { operator: 'relative', value: 1, range: 'day' } },
    });
    const tomorrow = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(desk.clock.now() + 86_400_000);
    expect((await readPerson(id))[name]).toBe(tomorrow);
  });

  it('fill in the variables of what they write, once in a run however often they are asked', async () => {
    const made = await desk.ask(
      organizations.create,
      { params: {}, query: {}, body: { name: 'Seven & Co' } },
      ids.admin,
    );
    await define('User', { name: 'nameplate', display: 'Nameplate', type: 'input', option: { maxlength: 60 } });
    const { id } = await person({
      ...{ email: 'words@rules.example', firstname: 'Ada', lastname: 'Words', note: 'was here' },
      ...{ organization_id: (made as { id: number }).id, preferences: { locale: 'de' } },
    });
    const perform = {
      'user.note': { value: '#{user.note}, #{user.fullname} of #{user.organization.name}' },
      'user.department': { value: '#{user.phone}#{user.password}#{dt(user.created_at, "%A", "UTC")}' },
      'user.nameplate': { value: '#{user.login}/#{organization.name}' },
    };
    const weekday = new Intl.DateTimeFormat('de', { weekday: 'long', timeZone: 'UTC' }).format(desk.clock.now());
    const { examples, total } = await pick('User', { condition: among([id]), perform });
    expect(total).toBe(1);
    expect(examples[0]?.would[0]?.to).toBe('was here, Ada Words of Seven & Co');
    const asked = { condition: among([id]), perform, run: 77 };
    const first = await change('User', [id], asked);
    expect(first.outcomes).toMatchObject([{ id, outcome: 'done', did: Object.keys(perform), heldBack: [] }]);
    expect(await change('User', [id], asked)).toEqual(first);
    const words = { department: `--${weekday}`, nameplate: 'words@rules.example/Seven & Co' };
    expect(await readPerson(id)).toMatchObject({ note: 'was here, Ada Words of Seven & Co', ...words });
    // Another run does it again.
    await change('User', [id], { ...asked, run: 78 });
    expect((await readPerson(id)).note).toBe('was here, Ada Words of Seven & Co, Ada Words of Seven & Co');
    const endless = { 'user.note': { value: '#{user.note}'.repeat(200) } };
    expect((await change('User', [id], { perform: endless })).outcomes).toMatchObject([{ id, outcome: 'held-back' }]);
  });

  it('are asked for page by page', async () => {
    const made = [await person({ email: 'p1@rules.example' }), await person({ email: 'p2@rules.example' })];
    const [first, second] = made.map(({ id }) => id) as [number, number];
    const asked = { condition: among([first, second]), limit: 1, examples: 0 };
    expect(await pick('User', asked)).toEqual({ ids: [first], total: 2, examples: [] });
    expect(await pick('User', { ...asked, after: first })).toEqual({ ids: [second], total: null, examples: [] });
    expect((await pick('User', { ...asked, after: second })).ids).toEqual([]);
  });

  it('change organizations', async () => {
    const made = await desk.ask(organizations.create, { params: {}, query: {}, body: { name: 'Ruled' } }, ids.admin);
    const { id } = made as { id: number };
    const condition = { 'organization.name': { operator: 'is', value: 'Ruled' } };
    expect((await pick('Organization', { condition })).ids).toEqual([id]);
    const asked = { condition: JSON.stringify(condition), query: 'ul' };
    expect((await desk.page(organizations.search, asked, ids.agent)).list.map((one) => one.id)).toEqual([id]);
    const { outcomes } = await change('Organization', [id], {
      condition,
      perform: { 'organization.vip': { value: true } },
    });
    expect(outcomes).toEqual([{ id, outcome: 'done', did: ['organization.vip'], heldBack: [] }]);
  });

  it('erase people, and leave out whom nobody may erase', async () => {
    const { id } = await person({ email: 'erased@rules.example', firstname: 'Gone' });
    const chief = await person({ email: 'chief@rules.example', roles: ['Admin'] });
    const perform = { 'user.vip': { value: true }, ...erase };
    const everybody = { condition: among([1, id, chief.id]), perform };
    const { outcomes } = await change('User', [1, id, chief.id], { ...everybody, run: 1 });
    expect((await change('User', [1, id, chief.id], { ...everybody, run: 1 })).outcomes).toEqual(outcomes);
    const heldBack = [{ action: 'user.action', why: expect.stringContaining('administrators') }];
    expect(outcomes).toEqual([
      { id, outcome: 'done', did: ['user.vip', 'user.action'], heldBack: [] },
      { id: chief.id, outcome: 'partly', did: ['user.vip'], heldBack },
    ]);
    expect((await readPerson(chief.id)).vip).toBe(true);
    // Nobody is written to who was erased since they were picked, nor the system.
    expect(
      (await change('User', [1, id], { ...everybody, perform: { 'user.note': { value: 'x' } } })).outcomes,
    ).toEqual([]);
    expect((await pick('User', { condition: among([id]) })).ids).toEqual([]);
    const [row] = await desk.rows<{ firstname: string }>('SELECT firstname FROM users WHERE id = $1', [id]);
    expect(row?.firstname).not.toBe('Gone');
  });

  it('open and close no account of who administers more than people', async () => {
    const { id } = await person({ email: 'closed@rules.example' });
    const chief = await person({ email: 'boss@rules.example', roles: ['Admin'] });
    const condition = among([id, chief.id]);
    const { outcomes } = await change('User', [chief.id, id], {
      condition,
      perform: { 'user.active': { value: false } },
    });
    const heldBack = [{ action: '*', why: expect.stringContaining('administrators') }];
    expect(outcomes).toEqual([
      { id: chief.id, outcome: 'held-back', did: [], heldBack },
      { id, outcome: 'done', did: ['user.active'], heldBack: [] },
    ]);
    expect((await readPerson(chief.id)).active).toBe(true);
  });

  const always = { 'execution_time.calendar_id': { operator: 'is in working time', value: [7] } };
  it.each([
    ['no line', {}],
    ['a group without lines', { operator: 'AND', conditions: [] }],
    ['none of nothing', { operator: 'NOT', conditions: [{ operator: 'OR', conditions: [] }] }],
    ['the time alone', always],
    [
      'the time, or a line',
      {
        operator: 'OR',
        conditions: [
          { name: 'execution_time.calendar_id', ...always['execution_time.calendar_id'] },
          { name: 'user.vip', operator: 'is', value: true },
        ],
      },
    ],
  ])('erase nobody by a condition of %s', async (_, condition) => {
    await expect(pick('User', { condition, perform: erase })).rejects.toMatchObject({ code: 'action.invalid' });
    await expect(change('User', [ids.agent], { condition, perform: erase })).rejects.toMatchObject({
      code: 'action.invalid',
    });
  });

  it.each([
    ['roles', roles],
    ['groups', groups],
  ] as const)('are not what %s are searched by: a condition is refused, and an empty one is none', async (_, crud) => {
    const condition = { 'role.active': { operator: 'is', value: true } };
    for (const given of [condition, JSON.stringify(condition)]) {
      const search = desk.page(crud.search, { condition: given }, ids.admin);
      await expect(search).rejects.toMatchObject({ kind: 'invalid', code: 'condition.unsupported' });
    }
    expect((await desk.page(crud.search, { condition: {} }, ids.admin)).list.length).toBeGreaterThan(0);
  });

  it('know nobody who looks, unlike a search', async () => {
    const condition = { 'user.id': { operator: 'is not', pre_condition: 'current_user.id' } };
    await expect(pick('User', { condition })).rejects.toMatchObject({ code: 'condition.unsupported' });
    const found = await desk.page(users.search, { condition }, ids.agent);
    expect(found.list.length).toBeGreaterThan(0);
    expect(found.list.map(({ id }) => id)).not.toContain(ids.agent);
  });

  it.each([
    ['a field of tickets', { condition: { 'ticket.title': { operator: 'is', value: 'x' } } }, 'condition.unsupported'],
    ['what has changed', { condition: { 'user.active': { operator: 'has changed' } } }, 'condition.unsupported'],
    ['a login for many', { perform: { 'user.login': { value: 'x' } } }, 'action.invalid'],
    ['something else than erasing', { perform: { 'user.action': { value: 'delete' } } }, 'action.invalid'],
  ])('do not know %s', async (_, over, code) => {
    await expect(pick('User', over)).rejects.toMatchObject({ kind: 'invalid', code });
    if (!('condition' in over)) return;
    const search = desk.page(users.search, over, ids.agent);
    await expect(search).rejects.toMatchObject({ kind: 'invalid', code });
  });
});
