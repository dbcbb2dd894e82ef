import { expect, it } from 'vitest';
import { ownPath } from './own-path.ts';

it.each(['/', '/tickets/7?tab=1#x', '/a//b'])('keeps %j', (next) => {
  expect(ownPath(next)).toBe(next);
});

it.each([
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'https://evil.example',
  'x',
  '',
  7,
  null,
])('drops %j', (next) => {
  expect(ownPath(next)).toBeUndefined();
});
