import { describe, expect, it } from 'vitest';
import { decideAccount, type Namesake, type Newcomer } from './account.ts';

const newcomer = (values: Partial<Newcomer> = {}): Newcomer => ({
  verifiedEmail: 'ada@example.org',
  emailTrusted: true,
  createsAccounts: true,
  ...values,
});
const person = (values: Partial<Namesake> = {}): Namesake => ({
  id: 7,
  active: true,
  permissions: ['ticket.customer', 'user_preferences.password'],
  ...values,
});

describe('somebody who signs in by a provider for the first time', () => {
  it('gets an account with an address that is verified and trusted', () => {
    expect(decideAccount(newcomer(), [])).toEqual({ do: 'create', email: 'ada@example.org' });
  });

  it.each([
    ['not verified', { verifiedEmail: null }],
    ['not trusted here', { emailTrusted: false }],
  ])('gets one without an address when it is %s, whoever else has it', (_what, values) => {
    expect(decideAccount(newcomer(values), [])).toEqual({ do: 'create', email: '' });
    expect(decideAccount(newcomer(values), [person()])).toEqual({ do: 'create', email: '' });
  });

  it('becomes the customer who has the address', () => {
    expect(decideAccount(newcomer(), [person()])).toEqual({ do: 'link', userId: 7 });
    expect(decideAccount(newcomer({ createsAccounts: false }), [person()])).toEqual({ do: 'link', userId: 7 });
  });

  it.each([['ticket.agent'], ['ticket'], ['admin'], ['admin.user'], ['report'], ['chat.agent'], ['knowledge_base']])(
    'never becomes somebody who has %s',
    (permission) => {
      const other = person({ permissions: ['ticket.customer', permission] });
      expect(decideAccount(newcomer(), [other])).toEqual({ do: 'refuse', why: 'has-rights' });
      expect(decideAccount(newcomer(), [{ ...other, active: false }])).toEqual({ do: 'refuse', why: 'has-rights' });
    },
  );

  it('never becomes one of two who could be meant', () => {
    expect(decideAccount(newcomer(), [person(), person({ id: 8 })])).toEqual({ do: 'refuse', why: 'has-rights' });
  });

  it('is refused where the account is closed, or where there are no new ones', () => {
    expect(decideAccount(newcomer(), [person({ active: false })])).toEqual({ do: 'refuse', why: 'inactive' });
    expect(decideAccount(newcomer({ createsAccounts: false }), [])).toEqual({ do: 'refuse', why: 'no-account' });
  });
});
