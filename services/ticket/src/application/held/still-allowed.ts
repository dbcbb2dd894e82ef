import { type AccessLevel, type Actor, accessLevels, hasPermission } from '@helpmesh/contracts';

/**
 * Whoever ordered something for later acts with no more rights than they had then, and no more than they have now: a
 * narrow API token stays narrow, and a group that was left is left.
 * @param then  as the order was given
 * @param now   as identity knows the same person
 */
export function stillAllowed(then: Actor, now: Actor): Actor {
  const permissions = [
    ...now.permissions.filter((name) => hasPermission(then, name)),
    ...then.permissions.filter((name) => hasPermission(now, name)),
  ];
  const { kind, userId, login, organizationIds, locale, via } = now;
  const sharedOrganizationIds = now.sharedOrganizationIds.filter((id) => then.sharedOrganizationIds.includes(id));
  return {
    ...{ kind, userId, login, organizationIds, sharedOrganizationIds, locale, via },
    permissions: [...new Set(permissions)],
    groups: Object.fromEntries(
      Object.entries(now.groups).flatMap(([id, levels]) => {
        const both = shared(levels, then.groups[id] ?? []);
        return both.length > 0 ? [[id, both]] : [];
      }),
    ),
  };
}

function shared(some: readonly AccessLevel[], others: readonly AccessLevel[]): AccessLevel[] {
  const has = (levels: readonly AccessLevel[], level: AccessLevel) => levels.includes(level) || levels.includes('full');
  return accessLevels.filter((level) => has(some, level) && has(others, level));
}
