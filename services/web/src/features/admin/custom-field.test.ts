import { describe, expect, it } from 'vitest';
import { bodyOf, changesOf, choicesFrom, nameFrom, newField, standardScreens, valuesOf } from './custom-field.ts';
import type { ObjectAttribute } from './queries.ts';

/** As the server would answer what the form sends. */
const answered = (values: Parameters<typeof bodyOf>[0]) =>
  ({ ...bodyOf(values), data_option_new: {} }) as unknown as ObjectAttribute;

describe('the form of a custom field', () => {
  it.each([
    { ...newField, name: 'ref', display: 'Reference', regex: '^A', note: 'As on the bill', fallback: 'A' },
    { ...newField, name: 'n', display: 'N', type: 'integer', min: 1, max: 5, fallback: '3' },
    {
      ...newField,
      name: 's',
      display: 'S',
      type: 'select',
      options: 'a = Alpha\nBeta',
      screens: ['edit/ticket.agent/required', 'edit/ticket.agent/shown'],
    },
    { ...newField, name: 't', display: 'T', type: 'tree_select', options: 'Europe\nEurope::Berlin\nAsia' },
    { ...newField, name: 'm', display: 'M', type: 'multiselect', options: 'a\nb', fallback: 'a, b' },
    { ...newField, name: 'b', display: 'B', type: 'boolean', yes: 'on', no: 'off', fallback: 'true' },
    { ...newField, name: 'd', display: 'D', type: 'date', past: false },
    { ...newField, object: 'User' as const, name: 'u', display: 'U', screens: standardScreens('User') },
  ])('shows $type again as it was sent', (values) => {
    expect(valuesOf(answered(values))).toEqual(values);
  });

  it('shows what waits to be carried out', () => {
    const waiting = { ...answered(newField), data_option_new: { type: 'text', maxlength: 7 } };
    expect(valuesOf(waiting).maxlength).toBe(7);
  });
});

it('a change of words and boxes leaves out what would have to be carried out', () => {
  expect(Object.keys(changesOf(newField, ['display', 'screens']))).toEqual(['display', 'active', 'screens']);
  expect(changesOf(newField, ['display', 'maxlength'])).toMatchObject({ data_option: { maxlength: 120 } });
});

it('options are read from lines; a tree gets the nodes that are only on the way', () => {
  expect(choicesFrom(' a = Alpha \n\nb', false)).toEqual([
    { value: 'a', label: 'Alpha' },
    { value: 'b', label: 'b' },
  ]);
  expect(choicesFrom('Europe::Berlin', true)).toEqual([
    { value: 'Europe', label: 'Europe' },
    { value: 'Europe::Berlin', label: 'Europe › Berlin' },
  ]);
});

it.each([
  ['Größe des Teams', 'groesse_des_teams'],
  ['Contract end', 'contract_end'],
  ['Customer ID', 'customer'],
  ['2nd name', 'nd_name'],
])('%s is named %s', (display, name) => {
  expect(nameFrom(display)).toBe(name);
});
