import { describe, expect, it } from 'vitest';
import { type Identification, type IdentificationChange, identify } from './user.ts';

const someone: Identification = {
  login: 'a@example.org',
  email: 'a@example.org',
  firstname: 'A',
  lastname: '',
  phone: '',
  mobile: '',
};

describe('who a user is after a write', () => {
  it.each<[string, Identification | null, IdentificationChange, Partial<Identification> | string]>([
    ['the login is the address', null, { email: 'X@Example.org' }, { login: 'x@example.org', email: 'x@example.org' }],
    ['a given login wins', null, { login: ' Me ', email: 'x@example.org' }, { login: 'me' }],
    ['without an address the login is made up', null, { firstname: 'X' }, { login: 'auto-1', email: '' }],
    ['an empty login counts as none', null, { login: ' ', email: 'x@example.org' }, { login: 'x@example.org' }],
    ['names are trimmed', null, { firstname: ' X ' }, { firstname: 'X' }],
    ['a phone is enough', null, { phone: '+1' }, { phone: '+1' }],
    ['a login alone is not', null, { login: 'x' }, 'no-identifier'],
    ['nothing is not', null, {}, 'no-identifier'],
    ['an address must be one', null, { email: 'x' }, 'email-invalid'],
    ['what is not written stays', someone, { lastname: 'B' }, { ...someone, lastname: 'B' }],
    ['null empties', someone, { firstname: null }, { firstname: '', email: 'a@example.org' }],
    ['the login follows the address', someone, { email: 'b@example.org' }, { login: 'b@example.org' }],
    ['unless it is another', { ...someone, login: 'me' }, { email: 'b@example.org' }, { login: 'me' }],
    ['without its address it stays', { ...someone, login: 'me' }, { email: '' }, { login: 'me', email: '' }],
    ['the last identifier cannot go', someone, { firstname: '', email: '' }, 'no-identifier'],
  ])('%s', (_what, before, change, expected) => {
    const result = identify(before, change, 'auto-1');
    if (typeof expected === 'string') expect(result).toMatchObject({ ok: false, why: expected });
    else expect(result).toMatchObject({ ok: true, identification: expected });
  });
});
