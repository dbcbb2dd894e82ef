import { expect, it } from 'vitest';
import { mentionTyped } from './mention-typed.ts';

it.each([
  ['Ask @', { query: '', length: 1 }],
  ['@ada', { query: 'ada', length: 4 }],
  ['(@@Ünsal', { query: 'Ünsal', length: 7 }],
  ['one\ufffc@two', { query: 'two', length: 4 }],
  ['ada@example', null],
  ['@ada lovelace', null],
  ['no call', null],
])('%j is %j', (before, called) => {
  expect(mentionTyped(before)).toEqual(called);
});
