import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grants, minimal, narrow, permissionNames, seededRoles } from './permissions.ts';
import { accessLevels, effectiveRights, type Grants } from './rights.ts';

const names = fc.subarray([...permissionNames], { maxLength: 12 });
const groups = fc.array(
  fc.record({ groupId: fc.integer({ min: 1, max: 5 }), access: fc.constantFrom(...accessLevels) }),
  { maxLength: 8 },
);
const stored = fc.record({ active: fc.boolean(), permissions: names, groups });

describe('effective rights', () => {
  it('allow exactly what the roles and the token both allow', () => {
    fc.assert(
      fc.property(stored, names, (user, token) => {
        const { permissions } = effectiveRights(user, token);
        for (const name of permissionNames) {
          expect(grants(permissions, name)).toBe(grants(user.permissions, name) && grants(token, name));
        }
      }),
    );
  });

  it('are never widened by a token, and never by more roles on the token’s side', () => {
    fc.assert(
      fc.property(stored, names, names, (user, token, less) => {
        const wide = effectiveRights(user, token).permissions;
        const narrower = effectiveRights(user, narrow(token, less)).permissions;
        for (const name of permissionNames) if (grants(narrower, name)) expect(grants(wide, name)).toBe(true);
      }),
    );
  });

  it('give groups to an active agent with a token that lets them be one, and to nobody else', () => {
    fc.assert(
      fc.property(stored, fc.option(names), (user, token) => {
        const { groups: access } = effectiveRights(user, token);
        const agent =
          user.active && grants(user.permissions, 'ticket.agent') && (token === null || grants(token, 'ticket.agent'));
        const held = new Set(Object.entries(access).flatMap(([id, levels]) => levels.map((level) => `${id} ${level}`)));
        expect(held).toEqual(new Set(agent ? user.groups.map((one) => `${one.groupId} ${one.access}`) : []));
      }),
    );
  });

  it('list each permission once, without those a parent grants', () => {
    fc.assert(
      fc.property(names, (held) => {
        const least = minimal(held);
        for (const name of least)
          expect(
            grants(
              least.filter((other) => other !== name),
              name,
            ),
          ).toBe(false);
        for (const name of permissionNames) expect(grants(least, name)).toBe(grants(held, name));
      }),
    );
  });

  it.each<[string, string[], string[] | null, string[]]>([
    ['the roles alone', ['admin', 'admin.user', 'report'], null, ['admin', 'report']],
    ['a token below a held parent', ['admin'], ['admin.user'], ['admin.user']],
    ['a token above what is held', ['admin.user'], ['admin'], ['admin.user']],
    ['a name that only starts the same', ['ticket'], ['ticket_state', 'tick'], []],
    ['an empty token', ['admin'], [], []],
  ])('of %s', (_what, permissions, token, expected) => {
    const user: Grants = { active: true, permissions, groups: [] };
    expect(effectiveRights(user, token).permissions).toEqual(expected);
  });
});

describe('the permissions of the seed', () => {
  it('all exist, each once', () => {
    expect(new Set(permissionNames).size).toBe(permissionNames.length);
    for (const held of Object.values(seededRoles)) for (const name of held) expect(permissionNames).toContain(name);
  });
});
