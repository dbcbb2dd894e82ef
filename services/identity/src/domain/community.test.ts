import { describe, expect, it } from 'vitest';
import { communityRole, withAccess } from './community.ts';

const role = { active: true, permissions: ['ticket.agent', 'user_preferences'], group_access: [{ groupId: 3 }] };

describe('the role that a community gives', () => {
  it.each([
    ['of agents, for groups of its own', {}, undefined],
    ['that is switched off', { active: false }, 'inactive'],
    ['that administers anything', { permissions: ['ticket.agent', 'admin.tag'] }, 'administers'],
    ['that administers everything', { permissions: ['admin', 'ticket'] }, 'administers'],
    ['that makes no agents', { permissions: ['ticket.customer'] }, 'no-agent'],
    ['that opens a group of others', { group_access: [{ groupId: 3 }, { groupId: 9 }] }, 'other-groups'],
  ])('%s', (_, over, fault) => {
    expect(communityRole({ ...role, ...over }, [3, 4])).toBe(fault);
  });
});

describe('access to the groups of a community', () => {
  it('is set anew, and leaves what there is elsewhere', () => {
    expect(withAccess({ 1: ['full'], 3: ['read'], 4: ['full'] }, [3, 4], { 3: ['change'], 4: [] })).toEqual({
      1: ['full'],
      3: ['change'],
    });
  });
});
