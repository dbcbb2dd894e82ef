import {
  type AttributeDefinition,
  type AttributeObject,
  attributeChanged,
  attributeDeleted,
  auditLog,
  groups,
  organizations,
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

it('what was defined is read by many writes at once, which hold every connection of the pool', async () => {
  await define('User', { name: 'shoe_size' });
  const many = Array.from({ length: 40 }, (_, n) => person({ email: `at-once-${n}@example.org` }));
  expect(await Promise.all(many)).toHaveLength(40);
});
