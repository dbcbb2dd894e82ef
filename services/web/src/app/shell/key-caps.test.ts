import { expect, it } from 'vitest';
import { keyCaps } from './key-caps.tsx';

it.each([
  ['r', ['R']],
  ['g i', ['G', 'I']],
  ['$mod+k', ['Ctrl', 'K']],
  ['$mod+Enter', ['Ctrl', '↵']],
  ['?', ['?']],
])('prints %s as %j', (binding, caps) => {
  expect(keyCaps(binding)).toEqual(caps);
});
