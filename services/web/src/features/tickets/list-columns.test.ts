import { expect, it } from 'vitest';
import { columnsOf, defaultColumns, narrowed, template } from './list-columns.ts';

it('shows what an overview asks for, in its order; number, title and customer are there anyhow', () => {
  expect(columnsOf({ s: ['number', 'title', 'customer', 'group', 'state', 'owner', 'created_at'] })).toEqual([
    ...['group', 'state', 'owner', 'created_at'],
  ]);
  expect(columnsOf({ d: ['ticket.priority_id', 'state_id'], view_mode_default: 'd' })).toEqual(['priority', 'state']);
});

it.each([[undefined], [{}], [{ s: 'state' }], [{ s: ['title', 'shoe_size'] }]])(
  'of %j shows the usual ones',
  (view) => {
    expect(columnsOf(view)).toBe(defaultColumns);
  },
);

it('leaves the group out first where there is little room', () => {
  expect(narrowed(defaultColumns)).toEqual(['state', 'priority', 'owner', 'updated_at']);
  expect(narrowed(['group', 'state', 'owner', 'created_at', 'updated_at'])).toEqual([
    ...['state', 'owner', 'created_at', 'updated_at'],
  ]);
  expect(narrowed(['group', 'state'])).toEqual(['group', 'state']);
});

it('gives every column a width', () => {
  expect(template(['state', 'created_at'])).toBe('150px 116px');
});
