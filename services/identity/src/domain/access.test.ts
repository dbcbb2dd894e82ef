import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mayCredentials,
  mayGroups,
  mayOrganizations,
  mayRoles,
  mayUsers,
  type RoleContent,
  type Viewer,
} from './access.ts';
import { grants, seededRoles } from './permissions.ts';

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
    (who) => mayGroups.see(who, 7),
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

describe('nobody becomes more of an administrator than they are', () => {
  const names = ['admin', 'admin.user', 'admin.role', 'admin.tag', 'ticket.agent', 'report'];
  const some = fc.subarray(names);
  const index = fc.nat({ max: 4 });
  const step = fc.oneof(
    fc.record({ do: fc.constant('give' as const), whom: index, role: index }),
    fc.record({ do: fc.constant('take' as const), whom: index, role: index }),
    fc.record({ do: fc.constant('password' as const), whom: index }),
    fc.record({ do: fc.constant('fill' as const), role: index, permissions: some }),
    fc.record({ do: fc.constant('switch' as const), role: index }),
  );

  it('by whatever sequence of changes to people and roles, as oneself or as whoever one got into', () => {
    fc.assert(
      fc.property(
        fc.array(some, { minLength: 5, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 5, maxLength: 5 }),
        fc.array(fc.uniqueArray(index, { maxLength: 2 }), { minLength: 5, maxLength: 5 }),
        fc.option(some, { freq: 2 }),
        fc.array(fc.tuple(fc.oneof(fc.constant(0), index), step), { maxLength: 30, size: 'max' }),
        (contents, active, holders, token, steps) => {
          const roles = contents.map((permissions, i) => ({ active: active[i] !== 0, permissions, groups: {} }));
          const roleOf = (i: number) => roles[i] as (typeof roles)[number];
          const held = holders.map((of) => new Set(of));
          const rolesOf = (i: number) => held[i] as Set<number>;
          const permissionsOf = (i: number) =>
            [...rolesOf(i)].flatMap((role) => (roleOf(role).active ? roleOf(role).permissions : []));
          // The intruder starts with the rights of person 0, or of a token of theirs, and keeps every key they made.
          const keys = new Map<number, readonly string[] | null>([[0, token]]);
          const rightsAs = (i: number): string[] => {
            const [own, narrowed] = [permissionsOf(i), keys.get(i) ?? null];
            return narrowed === null ? own : names.filter((name) => grants(own, name) && grants(narrowed, name));
          };
          const reach = () => names.filter((name) => [...keys.keys()].some((i) => grants(rightsAs(i), name)));
          const atFirst = reach().filter((name) => name.startsWith('admin'));

          for (const [who, change] of steps) {
            if (!keys.has(who)) continue;
            const actor = viewer(rightsAs(who), { userId: who });
            if (change.do === 'fill' || change.do === 'switch') {
              const before = roleOf(change.role);
              const after =
                change.do === 'fill'
                  ? { ...before, permissions: change.permissions }
                  : { ...before, active: !before.active };
              const may =
                mayRoles.write(actor, before.permissions) &&
                mayRoles.write(actor, after.permissions) &&
                mayRoles.fill(actor, before, after);
              if (may) roles[change.role] = after;
              continue;
            }
            const person = { id: change.whom, permissions: permissionsOf(change.whom) };
            if (!mayUsers.update(actor, person) || !mayUsers.grant(actor)) continue;
            if (!mayUsers.changeAccount(actor, person)) continue;
            if (change.do === 'password') keys.set(change.whom, null);
            if (change.do === 'take') rolesOf(change.whom).delete(change.role);
            if (change.do === 'give' && mayUsers.giveRoles(actor, roleOf(change.role).permissions)) {
              rolesOf(change.whom).add(change.role);
            }
          }
          expect(reach().filter((name) => name.startsWith('admin') && !atFirst.includes(name))).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('whoever administers everything is not held back', () => {
    fc.assert(
      fc.property(some, some, fc.boolean(), (one, other, active) => {
        const person = { id: 20, permissions: one };
        const content = (permissions: string[], on: boolean) => ({
          active: on,
          permissions,
          groups: { 1: ['full' as const] },
        });
        expect(mayUsers.changeAccount(viewers.admin, person)).toBe(true);
        expect(mayUsers.endAccess(viewers.admin, person)).toBe(true);
        expect(mayUsers.actAs(viewers.admin, person)).toBe(true);
        expect(mayUsers.giveRoles(viewers.admin, one)).toBe(true);
        expect(mayRoles.write(viewers.admin, one)).toBe(true);
        expect(mayRoles.fill(viewers.admin, content(one, active), content(other, true))).toBe(true);
      }),
    );
  });

  const role: RoleContent = { active: true, permissions: ['report'], groups: { 1: ['read'] } };
  const roleAdmin = viewer(['admin.role', 'ticket.agent'], { groups: { 2: ['read', 'change'], 3: ['full'] } });
  it.each<[string, Partial<RoleContent>, boolean]>([
    ['what is there', {}, true],
    ['what they hold', { permissions: ['report', 'ticket.agent'] }, true],
    ['what is people’s own', { permissions: ['ticket.customer', 'user_preferences.password'] }, true],
    ['what they do not hold', { permissions: ['report', 'knowledge_base.editor'] }, false],
    ['a parent of what they hold', { permissions: ['ticket'] }, false],
    ['access that they have', { groups: { 1: ['read'], 2: ['change'], 3: ['create', 'full'] } }, true],
    ['more access than they have', { groups: { 2: ['full'] } }, false],
    ['access to a group that is not theirs', { groups: { 4: ['read'] } }, false],
  ])('who may write roles alone puts %s into one: %j %s', (_what, change, expected) => {
    expect(mayRoles.fill(roleAdmin, role, { ...role, ...change })).toBe(expected);
  });

  it('who may write roles alone brings to life, and makes, no role that gives what they do not hold', () => {
    expect(mayRoles.fill(roleAdmin, { ...role, active: false }, role)).toBe(false);
    expect(mayRoles.fill(roleAdmin, { ...role, active: false }, { ...role, active: false })).toBe(true);
    expect(mayRoles.fill(roleAdmin, null, role)).toBe(false);
    expect(mayRoles.fill(viewer(['admin.role', 'admin.user']), null, role)).toBe(true);
  });

  it('a narrowed token is worth what it holds, be it for its own maker', () => {
    const narrowed = viewer(['admin.user', 'admin.session']);
    const maker = { id: narrowed.userId, permissions: seededRoles.Admin };
    expect(mayUsers.changeAccount(narrowed, maker)).toBe(false);
    expect(mayUsers.actAs(narrowed, maker)).toBe(false);
    expect(mayUsers.endAccess(narrowed, maker)).toBe(true);
    expect(mayUsers.endAccess(narrowed, { ...maker, id: 99 })).toBe(false);
  });
});
