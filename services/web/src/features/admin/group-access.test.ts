import { expect, it } from 'vitest';
import { hasLevel, withLevel } from './group-access.ts';

it.each([
  ['the first level', {}, 'read', true, { 7: ['read'] }],
  ['levels in their order', { 7: ['change'] }, 'read', true, { 7: ['read', 'change'] }],
  ['full instead of the others', { 7: ['read', 'change'] }, 'full', true, { 7: ['full'] }],
  ['a level instead of full', { 7: ['full'] }, 'overview', true, { 7: ['overview'] }],
  ['one less', { 7: ['read', 'change'] }, 'read', false, { 7: ['change'] }],
  ['no entry without a level', { 7: ['full'], 8: ['read'] }, 'full', false, { 8: ['read'] }],
] as const)('%s', (_, access, level, on, expected) => {
  expect(withLevel(access, 7, level, on)).toEqual(expected);
});

it('a group without an entry gives nothing', () => {
  expect(hasLevel({ 7: ['read'] }, 8, 'read')).toBe(false);
  expect(hasLevel({ 7: ['read'] }, 7, 'read')).toBe(true);
});
