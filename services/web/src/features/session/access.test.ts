import { expect, it } from 'vitest';
import { capabilitiesOf } from './access.ts';

it.each([
  ['an agent by permission', { permissions: ['ticket.agent'] }, { agent: true, customer: false }],
  ['both by the parent permission', { permissions: ['ticket'] }, { agent: true, customer: true }],
  ['an administrator by any admin permission', { permissions: ['admin.user'] }, { agent: false, customer: false }],
  ['the seeded roles', { roles: ['Admin', 'Agent'] }, { agent: true, customer: false }],
  ['nobody', {}, { agent: false, customer: false }],
  ['a name that only starts alike', { permissions: ['ticket.agents'] }, { agent: false, customer: false }],
])('recognises %s', (_, facts, expected) => {
  expect(capabilitiesOf(facts)).toMatchObject(expected);
});

it('says of each permission whether it is held, itself or by its parent', () => {
  const { may } = capabilitiesOf({ permissions: ['admin.user', 'user_preferences'] });
  expect(['admin.user', 'user_preferences.password'].map(may)).toEqual([true, true]);
  expect(['admin', 'admin.users', 'admin.group', 'ticket.agent'].map(may)).toEqual([false, false, false, false]);
});
