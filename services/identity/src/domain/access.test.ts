import { describe, expect, it } from 'vitest';
import { mayCredentials, mayGroups, mayOrganizations, mayRoles, mayUsers, type Viewer } from './access.ts';
import { seededRoles } from './permissions.ts';

const viewer = (permissions: readonly string[], more: Partial<Viewer> = {}): Viewer => ({
  kind: 'user',
  userId: 10,
  permissions,
  organizationIds: [1],
  ...more,
});

const viewers = {
  admin: viewer(seededRoles.Admin),
  'user admin': viewer(['admin.user']),
  'organization admin': viewer(['admin.organization']),
  'group admin': viewer(['admin.group']),
  agent: viewer(seededRoles.Agent),
  customer: viewer(seededRoles.Customer),
  'narrow token': viewer(['report']),
  nobody: viewer([]),
  service: viewer([], { kind: 'service', userId: 1, organizationIds: [] }),
};
type Who = keyof typeof viewers;
const everybody = Object.keys(viewers) as Who[];

const people = {
  customer: { id: 20, permissions: seededRoles.Customer },
  agent: { id: 21, permissions: seededRoles.Agent },
  administrator: { id: 22, permissions: seededRoles.Admin },
  'user administrator': { id: 23, permissions: ['admin.user', 'ticket.customer'] },
  'customer who is an agent too': { id: 24, permissions: [...seededRoles.Customer, ...seededRoles.Agent] },
  'customer who administers tags': { id: 26, permissions: [...seededRoles.Customer, 'admin.tag'] },
  'customer who reads what agents read': { id: 27, permissions: [...seededRoles.Customer, 'knowledge_base.reader'] },
  'customer who sees reports': { id: 28, permissions: [...seededRoles.Customer, 'report'] },
  'somebody without roles': { id: 25, permissions: [] },
};

/** Each decision with exactly those who get a yes (or the best answer); all others get the other answer. */
const table: [string, (who: Viewer) => unknown, yes: unknown, Who[], no: unknown][] = [
  ['list all users', mayUsers.list, 'all', ['admin', 'user admin', 'agent', 'service'], 'own'],
  ['search users', mayUsers.search, true, ['admin', 'user admin', 'agent', 'service'], false],
  [
    'see all of another user',
    (who) => mayUsers.see(who, 20) === 'whole',
    true,
    ['admin', 'user admin', 'organization admin', 'group admin', 'agent', 'service'],
    false,
  ],
  ['see the name of another user', (who) => mayUsers.see(who, 20) === 'reduced', true, ['customer'], false],
  ['see all of oneself', (who) => mayUsers.see(who, who.userId), 'whole', everybody, 'reduced'],
  ['add users', mayUsers.create, true, ['admin', 'user admin', 'agent', 'service'], false],
  ['delete users', mayUsers.delete, true, ['admin', 'user admin', 'service'], false],
  ['grant rights', mayUsers.grant, true, ['admin', 'user admin', 'service'], false],
  ['act for another', mayUsers.actFor, true, ['admin', 'user admin', 'service'], false],
  ...(['customer', 'customer who reads what agents read'] as const).map(
    (whom) =>
      [
        `change a ${whom}`,
        (who: Viewer) => mayUsers.update(who, people[whom]),
        true,
        ['admin', 'user admin', 'agent', 'service'],
        false,
      ] as [string, (who: Viewer) => unknown, unknown, Who[], unknown],
  ),
  ...(
    [
      'agent',
      'administrator',
      'user administrator',
      'customer who is an agent too',
      'customer who administers tags',
      'customer who sees reports',
      'somebody without roles',
    ] as const
  ).map(
    (whom) =>
      [
        `change ${whom}`,
        (who: Viewer) => mayUsers.update(who, people[whom]),
        true,
        ['admin', 'user admin', 'service'],
        false,
      ] as [string, (who: Viewer) => unknown, unknown, Who[], unknown],
  ),
  ['list all organizations', mayOrganizations.list, 'all', ['admin', 'organization admin', 'agent', 'service'], 'own'],
  ['search organizations', mayOrganizations.search, true, ['admin', 'organization admin', 'agent', 'service'], false],
  [
    'see all of a foreign organization',
    (who) => mayOrganizations.see(who, 2),
    'whole',
    ['admin', 'user admin', 'organization admin', 'group admin', 'agent', 'service'],
    'nothing',
  ],
  [
    'see all of the own organization',
    (who) => mayOrganizations.see(who, 1),
    'whole',
    ['admin', 'user admin', 'organization admin', 'group admin', 'agent', 'service'],
    'reduced',
  ],
  ['add organizations', mayOrganizations.create, true, ['admin', 'organization admin', 'agent', 'service'], false],
  ['change organizations', mayOrganizations.update, true, ['admin', 'organization admin', 'agent', 'service'], false],
  ['delete organizations', mayOrganizations.delete, true, ['admin', 'organization admin', 'service'], false],
  [
    'see groups',
    mayGroups.see,
    true,
    ['admin', 'user admin', 'organization admin', 'group admin', 'agent', 'service'],
    false,
  ],
  [
    'list groups whole',
    (who) => mayGroups.list(who) === 'whole',
    true,
    ['admin', 'user admin', 'organization admin', 'group admin', 'agent', 'service'],
    false,
  ],
  ['list groups by name', (who) => mayGroups.list(who) === 'reduced', true, ['customer'], false],
  ['write groups', mayGroups.write, true, ['admin', 'group admin', 'service'], false],
  ['see roles', mayRoles.see, true, ['admin', 'user admin', 'agent', 'service'], false],
  ['have API tokens', mayCredentials.tokens, true, ['admin', 'agent'], false],
  ['change the own password', mayCredentials.password, true, ['admin', 'agent', 'customer'], false],
];

describe('who may', () => {
  const cells = table.flatMap(([what, decide, yes, allowed, no]) =>
    everybody.map((who) => ({ what, decide, who, expected: allowed.includes(who) ? yes : no })),
  );
  it.each(cells)('$what: $who gets $expected', ({ decide, who, expected }) => {
    expect(decide(viewers[who])).toBe(expected);
  });

  it('leave a key to an account: only its owner in person', () => {
    expect(mayCredentials.inPerson(viewers.admin)).toBe(true);
    expect(mayCredentials.inPerson(viewer([], { actingUserId: 3 }))).toBe(false);
  });
});
