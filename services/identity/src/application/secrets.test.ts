import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatApiToken, isSecret, newApiTokenSecret, newSecret, parseApiToken } from './secrets.ts';

it('reads back the tokens it writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_147_483_647 }), (id) => {
      const secret = newApiTokenSecret();
      expect(parseApiToken(formatApiToken({ id, secret }))).toEqual({ id, secret });
    }),
  );
});

it('refuses a token with any one character changed', () => {
  const token = formatApiToken({ id: 12, secret: newApiTokenSecret() });
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'f' ? 'e' : 'f';
    expect(parseApiToken(`${token.slice(0, at)}${other}${token.slice(at + 1)}`)).toBeNull();
  }
});

it('makes secrets of 256 bits that are all different', () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(isSecret(secret)).toBe(true);
});

it.each(['', ' ', 'null', 'undefined', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)} `])(
  '%j is no secret',
  (text) => {
    expect(isSecret(text)).toBe(false);
  },
);
