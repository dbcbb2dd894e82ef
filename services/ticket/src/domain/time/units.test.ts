import { expect, it } from 'vitest';
import { shownUnits } from './units.ts';

it.each([
  ['15', '15.0'],
  ['0', '0.0'],
  ['1.23', '1.23'],
  ['1.50', '1.5'],
  ['007.00', '7.0'],
])('%s is shown as %s', (digits, shown) => {
  expect(shownUnits(digits)).toBe(shown);
});
