import { expect, it } from 'vitest';
import { asTree, possibleParents } from './group-tree.ts';

const group = (id: number, name: string, parent_id: number | null) => {
  return { id, name, name_last: name.split('::').at(-1) ?? '', parent_id };
};
const groups = [
  group(1, 'Users', null),
  group(2, 'Data', null),
  group(3, 'Data::Storage', 2),
  group(4, 'Data::Access', 2),
  group(5, 'Data::Storage::Tape', 3),
  group(6, 'Gone::Left', 99),
];

it('each group stands below its parent, brothers by name, and none is lost', () => {
  const lines = asTree(groups, 'en').map(({ group: { name_last }, depth }) => '·'.repeat(depth) + name_last);
  expect(lines).toEqual(['Data', '·Access', '·Storage', '··Tape', 'Left', 'Users']);
});

it('no group goes below itself', () => {
  expect(possibleParents(groups, 3).map(({ id }) => id)).toEqual([1, 2, 4, 6]);
  expect(possibleParents(groups, null)).toHaveLength(6);
});
