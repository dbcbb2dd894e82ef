import { expect, it } from 'vitest';
import type { CustomField } from './queries.ts';
import { shownText } from './shown.ts';

const screen = { shown: true, required: false };
const field = (data_type: string, options: unknown = undefined): CustomField => ({
  ...{ name: 'f', display: 'F', data_type, data_option: { options }, position: 1 },
  ...{ create: screen, edit: screen, view: screen },
});
const tree = [{ name: 'A', children: [{ name: 'B' }] }];

it.each([
  [field('select', { many: 'Many people' }), 'many', 'Many people'],
  [field('select', { many: 'Many people' }), 'gone', 'gone'],
  [field('multiselect', { b: 'Berlin', k: 'Karlsruhe' }), ['k', 'b'], 'Karlsruhe, Berlin'],
  [field('tree_select', tree), 'A::B', 'A › B'],
  [field('boolean', { true: 'yes', false: 'no' }), false, 'no'],
  [field('integer'), 0, '0'],
  [field('date'), '2026-12-24', 'Dec 24, 2026'],
  [field('date'), 'soon', 'soon'],
  [field('input'), null, ''],
])('%j with %j reads %j', (of, value, text) => {
  expect(shownText(of, value, 'en')).toBe(text);
});
