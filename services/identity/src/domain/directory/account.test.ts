import { describe, expect, it } from 'vitest';
import { decideDirectoryAccount, isOfDomains, mayReaddress, type Namesake, type Newcomer } from './account.ts';

const newcomer = (values: Partial<Newcomer> = {}): Newcomer => ({
  directoryId: 1,
  externalId: 'ada',
  claims: false,
  ...values,
});
const namesake = (values: Partial<Namesake> = {}): Namesake => ({
  id: 7,
  active: true,
  permissions: ['ticket.customer', 'user_preferences.password'],
  account: null,
  ...values,
});
const account = { directoryId: 1, externalId: 'ada' as string | null, deleted: true };
const refuse = { do: 'refuse' };

describe('whom a directory brings', () => {
  it('is new where nobody has the address', () => {
    expect(decideDirectoryAccount(newcomer(), [])).toEqual({ do: 'create' });
  });

  it.each([
    ['ada', 'ada', { do: 'revive', userId: 7 }],
    [null, 'ada', { do: 'revive', userId: 7 }],
    ['ada', null, { do: 'revive', userId: 7 }],
    ['bob', 'ada', refuse],
  ])('is who was %s and is %s now', (was, is, decision) => {
    const deleted = namesake({ active: false, account: { ...account, externalId: was } });
    expect(decideDirectoryAccount(newcomer({ externalId: is }), [deleted])).toEqual(decision);
    expect(decideDirectoryAccount(newcomer({ externalId: is, directoryId: 2, claims: true }), [deleted])).toEqual(
      refuse,
    );
    const still = namesake({ account: { ...account, externalId: was, deleted: false } });
    expect(decideDirectoryAccount(newcomer({ externalId: is, claims: true }), [still])).toEqual(refuse);
  });

  it.each<[string, Partial<Namesake>]>([
    ['closed', { active: false }],
    ...['ticket.agent', 'ticket', 'admin', 'admin.user', 'report', 'knowledge_base.reader'].map(
      (held): [string, Partial<Namesake>] => [`somebody with ${held}`, { permissions: ['ticket.customer', held] }],
    ),
  ])('is a customer who is here where that is allowed, and never one who is %s', (_what, values) => {
    expect(decideDirectoryAccount(newcomer({ claims: true }), [namesake()])).toEqual({ do: 'claim', userId: 7 });
    expect(decideDirectoryAccount(newcomer(), [namesake()])).toEqual(refuse);
    expect(decideDirectoryAccount(newcomer({ claims: true }), [namesake(values)])).toEqual(refuse);
    expect(decideDirectoryAccount(newcomer({ claims: true }), [namesake(), namesake({ id: 8 })])).toEqual(refuse);
  });
});

it('says how people are reached who hold nothing that it did not give', () => {
  expect(mayReaddress({ permissions: ['ticket.customer', 'user_preferences'], groups: false })).toBe(true);
  expect(mayReaddress({ permissions: ['ticket.customer'], groups: true })).toBe(false);
  expect(mayReaddress({ permissions: ['ticket.agent'], groups: false })).toBe(false);
});

it.each([
  ['ada@physics.example', true],
  ['ada@sub.physics.example', false],
  ['ada@notphysics.example', false],
  ['ada@physics.example.evil.example', false],
  ['physics.example', false],
  ['', false],
])('%s is of its domains: %s', (email, expected) => expect(isOfDomains(email, ['physics.example'])).toBe(expected));
