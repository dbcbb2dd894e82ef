import { type AccessLevel, type Actor, accessLevels, groupsWith, hasPermission } from '@helpmesh/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stillAllowed } from './still-allowed.ts';

const names = ['admin', 'admin.user', 'admin.ticket', 'ticket.agent', 'ticket.customer', 'report'];
const anActor = fc
  .record({
    permissions: fc.subarray(names),
    groups: fc.dictionary(
      fc.constantFrom('1', '2', '3'),
      fc.subarray<AccessLevel>([...accessLevels], { minLength: 1 }),
    ),
  })
  .map(({ permissions, groups }): Actor => {
    const shared = { organizationIds: [], sharedOrganizationIds: [], locale: 'en', via: 'session' as const };
    return { kind: 'user', userId: 4, login: 'anton', ...shared, permissions, groups };
  });

it('allows exactly what was allowed then and is allowed now', () => {
  fc.assert(
    fc.property(anActor, anActor, (then, now) => {
      const both = stillAllowed(then, now);
      for (const name of names) {
        expect(hasPermission(both, name), name).toBe(hasPermission(then, name) && hasPermission(now, name));
      }
      for (const level of accessLevels) {
        const held = groupsWith(then, level);
        expect(groupsWith(both, level)).toEqual(groupsWith(now, level).filter((id) => held.includes(id)));
      }
    }),
  );
});
