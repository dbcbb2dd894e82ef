import { expect, it } from 'vitest';
import { capabilitiesOf } from './access.ts';

it.each([
  ['an agent by permission', { permissions: ['ticket.agent'] }, { agent: true, customer: false, admin: false }],
  ['both by the parent permission', { permissions: ['ticket'] }, { agent: true, customer: true, admin: false }],
  [
    'an administrator by any admin permission',
    { permissions: ['admin.user'] },
    { admin: true, agent: false, customer: false },
  ],
  ['the seeded roles', { roles: ['Admin', 'Agent'] }, { admin: true, agent: true, customer: false }],
  ['nobody', {}, { admin: false, agent: false, customer: false }],
  [
    'a name that only starts alike',
    { permissions: ['ticket.agents'] },
    { admin: false, agent: false, customer: false },
  ],
])('recognises %s', (_, facts, expected) => {
  expect(capabilitiesOf(facts)).toEqual(expected);
});
