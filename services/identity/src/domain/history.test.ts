import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changesOf, shownValue, type Tracked } from './history.ts';

interface Row {
  name: string;
  note: string | null;
  active: boolean;
  organization_id: number | null;
  role_ids: number[];
  permissions: string[];
  group_access: { groupId: number; access: string }[];
}

const tracked: Tracked<Row> = {
  plain: ['name', 'note', 'active'],
  references: { organization: { column: 'organization_id', named: 'organizations' } },
  sets: { roles: { column: 'role_ids', named: 'roles' } },
  words: { permissions: 'permissions' },
  access: 'group_access',
};

const row: Row = {
  ...{ name: 'A', note: null, active: true, organization_id: 1, role_ids: [1, 2], permissions: ['report'] },
  group_access: [{ groupId: 1, access: 'read' }],
};
const none = { from: null, to: null, idFrom: null, idTo: null, named: null };

it('tells each attribute that differs, and nothing of one that does not', () => {
  expect(changesOf(row, row, tracked)).toEqual([]);
  const after = {
    ...{ name: 'B', note: 'n', active: false, organization_id: null, role_ids: [2, 3], permissions: [] },
    group_access: [
      { groupId: 1, access: 'full' },
      { groupId: 2, access: 'read' },
    ],
  };
  expect(changesOf(row, after, tracked)).toEqual([
    { ...none, type: 'updated', attribute: 'name', from: 'A', to: 'B' },
    { ...none, type: 'updated', attribute: 'note', to: 'n' },
    { ...none, type: 'updated', attribute: 'active', from: 'true', to: 'false' },
    { ...none, type: 'updated', attribute: 'organization', idFrom: 1, named: 'organizations' },
    { ...none, type: 'removed', attribute: 'roles', idFrom: 1, named: 'roles' },
    { ...none, type: 'added', attribute: 'roles', idTo: 3, named: 'roles' },
    { ...none, type: 'removed', attribute: 'permissions', from: 'report' },
    { ...none, type: 'removed', attribute: 'groups', from: 'read', idFrom: 1, named: 'groups' },
    { ...none, type: 'added', attribute: 'groups', to: 'full', idTo: 1, named: 'groups' },
    { ...none, type: 'added', attribute: 'groups', to: 'read', idTo: 2, named: 'groups' },
  ]);
});

it('takes an empty text for none, and cuts a long one', () => {
  expect(changesOf(row, { ...row, note: '' }, tracked)).toEqual([]);
  const [change] = changesOf(row, { ...row, note: 'x'.repeat(1_001) }, tracked);
  expect(change?.to).toBe(`${'x'.repeat(1_000)}…`);
});

it('told from one to the other and back, ends where it began', () => {
  const anyRow = fc.record<Row>({
    name: fc.constantFrom('A', 'B'),
    note: fc.option(fc.constantFrom('x', 'y')),
    active: fc.boolean(),
    organization_id: fc.option(fc.integer({ min: 1, max: 3 })),
    role_ids: fc.subarray([1, 2, 3]),
    permissions: fc.subarray(['admin', 'report', 'chat']),
    group_access: fc.subarray([1, 2].flatMap((groupId) => ['read', 'full'].map((access) => ({ groupId, access })))),
  });
  fc.assert(
    fc.property(anyRow, anyRow, (one, other) => {
      const turned = { updated: 'updated', added: 'removed', removed: 'added' } as const;
      const back = changesOf(other, one, tracked).map((change) => ({
        ...{ ...change, type: turned[change.type], from: change.to, to: change.from },
        ...{ idFrom: change.idTo, idTo: change.idFrom },
      }));
      const lines = (changes: object[]) =>
        changes.map((change) => JSON.stringify(Object.entries(change).sort())).sort();
      expect(lines(back)).toEqual(lines(changesOf(one, other, tracked)));
    }),
  );
});

it.each([
  [null, 'x', 'x'],
  ['Users', null, 'Users'],
  ['Users', 'full', 'Users: full'],
  [null, null, null],
])('the name %j and the value %j are shown as %j', (name, value, shown) => {
  expect(shownValue(name, value)).toBe(shown);
});
