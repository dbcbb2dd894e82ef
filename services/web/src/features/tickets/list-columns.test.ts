import { expect, it } from 'vitest';
import {
  asksForCustom,
  columnsOf,
  columnsToEdit,
  customerColumns,
  defaultColumns,
  narrowed,
  template,
  viewOf,
} from './list-columns.ts';

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
    expect(columnsOf(view, [], customerColumns)).toBe(customerColumns);
  },
);

it('shows custom fields that the reader knows, and edits what it cannot show', () => {
  const view = viewOf(['impact', 'state', 'gone']);
  expect(columnsOf(view, ['impact', 'sites'])).toEqual(['custom.impact', 'state']);
  expect(columnsOf(view)).toEqual(['state']);
  expect(columnsToEdit(view)).toEqual(['impact', 'state', 'gone']);
  expect(columnsToEdit(undefined)).toEqual(defaultColumns);
  expect(asksForCustom(view, null)).toBe(true);
  expect(asksForCustom(viewOf(defaultColumns), 'owner_id')).toBe(false);
  expect(asksForCustom(undefined, 'impact')).toBe(true);
});

it('leaves the priority out first where there is little room, then the group', () => {
  expect(narrowed(defaultColumns)).toEqual(['state', 'owner', 'updated_at']);
  expect(narrowed(['group', 'state', 'owner', 'created_at', 'updated_at'])).toEqual(['state', 'owner', 'created_at']);
  expect(narrowed(['group', 'state', 'priority'])).toEqual(['group', 'state', 'priority']);
  expect(narrowed(['group', 'state'])).toEqual(['group', 'state']);
});

it('gives every column a width', () => {
  expect(template(['state', 'created_at', 'custom.x'])).toBe('142px 116px minmax(80px, 140px)');
});
