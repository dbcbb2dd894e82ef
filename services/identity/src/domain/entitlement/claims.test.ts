import { describe, expect, it } from 'vitest';
import { readClaims } from './claims.ts';

const read = (userinfo: Record<string, unknown>, idToken: Record<string, unknown> = {}) =>
  readClaims('subject', idToken, userinfo);

describe('the claims of a sign-in', () => {
  it('merge both names of the entitlements from both sources, each once', () => {
    const { entitlements } = read(
      { entitlements: ['urn:b', 'urn:a'], eduperson_entitlement: ['urn:a', 'urn:c'] },
      { entitlements: 'urn:d', eduperson_entitlement: ['urn:b', 7, '', null] },
    );
    expect(entitlements).toEqual(['urn:a', 'urn:b', 'urn:c', 'urn:d']);
  });

  it('tell the name, from whatever there is', () => {
    expect(read({ given_name: 'Ada', family_name: 'Lovelace', name: 'x' })).toMatchObject({
      firstname: 'Ada',
      lastname: 'Lovelace',
    });
    expect(read({ name: 'Ada King Lovelace' })).toMatchObject({ firstname: 'Ada', lastname: 'King Lovelace' });
    expect(read({ preferred_username: 'ada' })).toMatchObject({ firstname: 'ada', lastname: '' });
    expect(read({ given_name: ` A\u0000da${'x'.repeat(200)}` }).firstname).toBe(`Ada${'x'.repeat(97)}`);
    expect(read({ name: 7 })).toMatchObject({ firstname: '', lastname: '' });
  });

  it('take the fresher of two: userinfo', () => {
    expect(read({ name: 'New Name', voperson_id: 'new@x' }, { name: 'Old', voperson_id: 'old@x' })).toMatchObject({
      firstname: 'New',
      voPersonId: 'new@x',
    });
  });

  it.each([
    ['said to be verified', { email: ' Ada@Example.ORG ', email_verified: true }, 'ada@example.org'],
    ['among the verified ones', { email: 'a@b.c', voperson_verified_email: ['x@y.z', 'A@b.c'] }, 'a@b.c'],
    ['not told, but one is verified', { voperson_verified_email: ['a@b.c'] }, 'a@b.c'],
    ['not said to be verified', { email: 'a@b.c' }, null],
    ['S27: not verified', { email: 'a@b.c', email_verified: false }, null],
    ['S27: verified in words only', { email: 'a@b.c', email_verified: 'true' }, null],
    ['S27: verified by a number', { email: 'a@b.c', email_verified: 1 }, null],
    ['another one than the verified', { email: 'victim@b.c', voperson_verified_email: ['a@b.c'] }, null],
    ['no address', { email: 'nobody', email_verified: true }, null],
  ])('count an e-mail address that is %s', (_what, claims, expected) => {
    expect(read(claims).verifiedEmail).toBe(expected);
  });

  it('are cut when a provider says too much', () => {
    const many = Array.from({ length: 5_000 }, (_, n) => `urn:${n}`);
    expect(read({ entitlements: [...many, 'x'.repeat(3_000)] }).entitlements).toHaveLength(2_000);
  });
});
