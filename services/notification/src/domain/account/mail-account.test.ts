import { describe, expect, it } from 'vitest';
import { accountFor } from './mail-account.ts';

describe('the account of a sender', () => {
  const accounts = [
    { name: 'rest', addresses: [], fallback: true },
    { name: 'domain', addresses: ['@desk.example'], fallback: false },
    { name: 'one', addresses: ['help@desk.example'], fallback: false },
    { name: 'second', addresses: ['help@desk.example'], fallback: false },
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

  it('is nobody where nobody is for the rest', () => {
    expect(accountFor(accounts.slice(1), 'a@elsewhere.example')).toBeUndefined();
  });
});
