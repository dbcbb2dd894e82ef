import { expect, it } from 'vitest';
import { splitName } from './split-name.ts';

it.each([
  ['ana@b.example', { email: 'ana@b.example', firstname: '', lastname: '' }],
  ['Ana María de la Cruz', { email: '', firstname: 'Ana', lastname: 'María de la Cruz' }],
  ['  Ana ', { email: '', firstname: 'Ana', lastname: '' }],
  ['', { email: '', firstname: '', lastname: '' }],
])('puts %j where it belongs', (typed, fields) => {
  expect(splitName(typed)).toEqual(fields);
});
