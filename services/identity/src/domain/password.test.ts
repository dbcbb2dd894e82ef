import { expect, it } from 'vitest';
import { checkNewPassword } from './password.ts';

const account = { login: 'somebody@example.org', email: 'somebody@example.org' };

it.each(['long enough', '1234567890', 'ünïcödé çhärs', '     a b c  '])('%j is good enough', (password) => {
  expect(() => checkNewPassword(password, account)).not.toThrow();
});

it.each([
  ['too short', 'nine char', /at least 10 characters/],
  ['short in characters, though long in bytes', '🙂'.repeat(9), /at least 10 characters/],
  ['empty', '', /at least 10 characters/],
  ['the address', 'Somebody@Example.org', /too easy/],
  ['one character', 'aaaaaaaaaaaa', /too easy/],
])('refuses what is %s', (_what, password, message) => {
  expect(() => checkNewPassword(password, account)).toThrow(message);
});
