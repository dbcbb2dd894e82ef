import { describe, expect, it } from 'vitest';
import { type Actor, groupsWith, hasAnyPermission, hasPermission } from './actor.ts';
import { mayReadInternal, mayReadTicket, type TicketFacts } from './visibility.ts';

const nobody: Actor = {
  kind: 'user',
  userId: 7,
  login: 'zoe@example.org',
  permissions: [],
  groups: {},
  organizationIds: [],
  sharedOrganizationIds: [],
  locale: 'en',
  via: 'session',
};
const agent = (groups: Actor['groups']): Actor => ({ ...nobody, permissions: ['ticket.agent'], groups });
const customer = (over: Partial<Actor> = {}): Actor => ({ ...nobody, permissions: ['ticket.customer'], ...over });
const ticket = (over: Partial<TicketFacts> = {}): TicketFacts => ({
  groupId: 1,
  customerId: 8,
  organizationId: 3,
  ...over,
});

describe('permissions', () => {
  it.each([
    ['admin', 'admin.user', true],
    ['admin.user', 'admin', false],
    ['admin.user', 'admin.user_preferences', false],
    ['ticket.agent', 'ticket.agent', true],
  ])('%s grants %s: %s', (held, asked, granted) => {
    expect(hasPermission({ ...nobody, permissions: [held] }, asked)).toBe(granted);
  });

  it('any admin permission opens what asks for some admin', () => {
    expect(hasAnyPermission({ ...nobody, permissions: ['admin.group'] }, 'admin')).toBe(true);
    expect(hasAnyPermission({ ...nobody, permissions: ['ticket.agent'] }, 'admin')).toBe(false);
  });

  it('full access counts for every level, and group access only with ticket.agent', () => {
    expect(groupsWith(agent({ '1': ['full'], '2': ['read'] }), 'change')).toEqual([1]);
    expect(groupsWith(customer({ groups: { '1': ['full'] } }), 'read')).toEqual([]);
  });
});

describe('who may read a ticket', () => {
  it.each([
    ['an agent of the group', agent({ '1': ['read'] }), ticket(), true],
    ['an agent of another group', agent({ '2': ['full'] }), ticket(), false],
    ['an agent who may only create there', agent({ '1': ['create'] }), ticket(), false],
    ['the customer', customer(), ticket({ customerId: 7 }), true],
    ['another customer', customer(), ticket(), false],
    [
      'a colleague of a shared organization',
      customer({ organizationIds: [3], sharedOrganizationIds: [3] }),
      ticket(),
      true,
    ],
    ['a colleague of an organization that is not shared', customer({ organizationIds: [3] }), ticket(), false],
    [
      'a colleague, when the ticket has no organization',
      customer({ sharedOrganizationIds: [3] }),
      ticket({ organizationId: null }),
      false,
    ],
    ['an administrator without group access', { ...nobody, permissions: ['admin'] }, ticket({ customerId: 7 }), false],
    ['a service', { ...nobody, kind: 'service' as const }, ticket(), true],
  ])('%s', (_, actor, facts, may) => {
    expect(mayReadTicket(actor, facts)).toBe(may);
  });

  it('internal articles are not for the customer, even of an own ticket', () => {
    expect(mayReadInternal(customer(), ticket({ customerId: 7 }))).toBe(false);
    expect(mayReadInternal(agent({ '1': ['read'] }), ticket())).toBe(true);
  });
});
