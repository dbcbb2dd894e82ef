import { describe, expect, it } from 'vitest';
import { accountFor } from './mail-account.ts';

describe('the account of a sender', () => {
  const accounts = [
    { id: 1, name: 'rest', addresses: [], fallback: true },
    { id: 2, name: 'domain', addresses: ['@desk.example'], fallback: false },
    { id: 3, name: 'one', addresses: ['help@desk.example'], fallback: false },
    { id: 4, name: 'second', addresses: ['help@desk.example'], fallback: false },
  ];

  it.each([
    ['help@desk.example', 'one'],
    ['Help@Desk.Example', 'one'],
    ['sales@desk.example', 'domain'],
    ['sales@sub.desk.example', 'rest'],
    ['x@y@desk.example', 'domain'],
  ])('%s is %s', (sender, name) => {
    expect(accountFor(accounts, sender)?.name).toBe(name);
  });

  it('is the one it was tied to, as long as that is in force', () => {
    const bound = new Map([
      ['help@desk.example', 1],
      ['sales@desk.example', 9],
    ]);
    expect(accountFor(accounts, 'Help@desk.example', bound)?.name).toBe('rest');
    expect(accountFor(accounts, 'sales@desk.example', bound)?.name).toBe('domain');
  });

  it('is nobody where nobody is for the rest', () => {
    expect(accountFor(accounts.slice(1), 'a@elsewhere.example')).toBeUndefined();
  });
});
