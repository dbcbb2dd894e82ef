import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byKey, documentIn, FORMAT, SECRET, stepsTo } from './document.ts';
import { type Fields, kinds } from './kinds.ts';
import { exchanged } from './references.ts';

const file = (sections: Record<string, Fields[]>) => documentIn({ helpmesh_configuration: FORMAT, ...sections });

describe('what a file demands', () => {
  const current = file({
    groups: [{ name: 'Users', note: 'x', active: true }, { name: 'Gone' }],
    roles: [{ name: 'Agent' }],
    webhooks: [{ name: 'Chat', bearer_token: SECRET, active: true }],
  });

  it('is what differs: new ones, changed fields, and what it does not have of the kinds that it names', () => {
    const wanted = file({
      groups: [{ name: 'Users', note: 'y' }, { name: 'Fresh' }],
      webhooks: [
        { name: 'Chat', bearer_token: SECRET, active: true },
        { name: 'New', bearer_token: SECRET },
      ],
    });
    expect(stepsTo(wanted, current)).toEqual([
      {
        ...{ kind: 'groups', key: 'Users', action: 'update', missing: [] },
        changes: [{ field: 'note', from: 'x', to: 'y' }],
      },
      { kind: 'groups', key: 'Fresh', action: 'create', changes: [], missing: [] },
      { kind: 'webhooks', key: 'New', action: 'create', changes: [], missing: ['bearer_token'] },
      { kind: 'groups', key: 'Gone', action: 'delete', changes: [], missing: [] },
    ]);
  });

  it('is nothing of the file that was made of the same desk', () => {
    expect(stepsTo(current, current)).toEqual([]);
  });

  it('is nothing where only the order of a set is another', () => {
    const there = file({ roles: [{ name: 'Agent', permissions: ['report', 'ticket.agent'] }] });
    expect(stepsTo(file({ roles: [{ name: 'Agent', permissions: ['ticket.agent', 'report'] }] }), there)).toEqual([]);
  });

  it('never deletes what is always there: settings, and the branding of the desk', () => {
    const there = file({ settings: [{ name: 'a', value: true }], brandings: [{ standard: true, name: '' }] });
    expect(stepsTo(file({ settings: [], brandings: [] }), there)).toEqual([]);
  });

  it('tells two of one name apart by their order', () => {
    const macros = kinds.find(({ name }) => name === 'macros');
    const twice = [{ name: 'x' }, { name: 'x' }];
    expect([...byKey(macros as never, twice).keys()]).toEqual(['x', 'x#2']);
  });
});

describe('a file that is none', () => {
  it.each([
    [null],
    [[]],
    ['text'],
    [{}],
    [{ helpmesh_configuration: 2 }],
    [{ helpmesh_configuration: 1, users: [] }],
    [{ helpmesh_configuration: 1, __proto__: null, constructor: [] }],
    [{ helpmesh_configuration: 1, groups: {} }],
    [{ helpmesh_configuration: 1, groups: [null] }],
    [{ helpmesh_configuration: 1, groups: [{ note: 'x' }] }],
    [{ helpmesh_configuration: 1, groups: [{ name: 'x', id: 5 }] }],
  ])('%# is refused', (given) => {
    expect(() => documentIn(given)).toThrow(expect.objectContaining({ code: 'configuration.unreadable' }));
  });
});

describe('references', () => {
  const names: Record<string, string> = {
    'ticket_states 2': 'open',
    'groups 1': 'Users',
    'users 4': 'ann',
    'roles 2': 'Agent',
  };
  const toName = (kind: string, id: string | number) => names[`${kind} ${id}`];
  const rule = {
    condition: {
      'ticket.state_id': { operator: 'is', value: ['2', '77'] },
      'ticket.owner_id': { operator: 'is', pre_condition: 'current_user.id', value: '' },
      'ticket.title': { operator: 'contains', value: '2' },
    },
    expert: { operator: 'AND', conditions: [{ name: 'ticket.group_id', operator: 'is', value: [1] }] },
    perform: { 'ticket.state_id': { value: '2' }, 'x-zammad-ticket-group_id': { value: 1 } },
    group_ids: { 1: ['full'] },
    ticket: { group_id: 1, customer_id: 4 },
    two_factor_authentication_enforce_role_ids: [2],
  };

  it('are exchanged wherever they stand, and nothing else is', () => {
    expect(exchanged('rule', rule, toName)).toEqual({
      condition: {
        'ticket.state_id': { operator: 'is', value: ['open', '77'] },
        'ticket.owner_id': { operator: 'is', pre_condition: 'current_user.id', value: '' },
        'ticket.title': { operator: 'contains', value: '2' },
      },
      expert: { operator: 'AND', conditions: [{ name: 'ticket.group_id', operator: 'is', value: ['Users'] }] },
      perform: { 'ticket.state_id': { value: 'open' }, 'x-zammad-ticket-group_id': { value: 'Users' } },
      group_ids: { Users: ['full'] },
      ticket: { group_id: 'Users', customer_id: 'ann' },
      two_factor_authentication_enforce_role_ids: ['Agent'],
    });
  });

  it('come back the same, and whatever else a value is stays as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(exchanged('anything', value, () => undefined)).toEqual(value);
      }),
    );
    const there = exchanged('rule', rule, (kind, id) => (toName(kind, id) === undefined ? undefined : `${kind}!${id}`));
    const back = exchanged('rule', there, (_, name) => String(name).split('!')[1]);
    expect(JSON.stringify(back).replaceAll(/"(\d+)"/g, '$1')).toBe(JSON.stringify(rule).replaceAll(/"(\d+)"/g, '$1'));
  });
});
