import { describe, expect, it } from 'vitest';
import { readCredential } from './credential.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const token = { scheme: 'token', token: 'XYZ' };

describe('readCredential', () => {
  it.each([
    ['Token token=XYZ', token],
    ['Token token="XYZ"', token],
    ['Token XYZ', token],
    ['token XYZ', token],
    ['Bearer XYZ', token],
    ['Token token=XYZ, nonce="1"', token],
    [basic('nicole@example.com:a:b c'), { scheme: 'basic', login: 'nicole@example.com', password: 'a:b c' }],
    [basic('ü:ß'), { scheme: 'basic', login: 'ü', password: 'ß' }],
    ['Digest x', undefined],
    ['XYZ', undefined],
    ['', undefined],
  ])('reads %s', (header, credential) => expect(readCredential(header, undefined)).toEqual(credential));

  it('takes the cookie when there is no usable header, and the header before the cookie', () => {
    expect(readCredential(undefined, 'cookie')).toEqual({ scheme: 'session', sessionToken: 'cookie' });
    expect(readCredential('Digest x', 'cookie')).toEqual({ scheme: 'session', sessionToken: 'cookie' });
    expect(readCredential('Token XYZ', 'cookie')).toEqual(token);
    expect(readCredential(undefined, undefined)).toBeUndefined();
  });

  it.each(['Basic', 'Basic !!!', basic('no colon'), basic(':no login'), 'Token token=', 'Token token=""', 'Bearer '])(
    'refuses %s instead of going on without it',
    (header) => {
      const read = () => readCredential(header, undefined);
      // A header without a blank names no scheme at all.
      if (header === 'Basic') expect(read()).toBeUndefined();
      else expect(read).toThrow(expect.objectContaining({ kind: 'unauthenticated' }));
    },
  );
});
