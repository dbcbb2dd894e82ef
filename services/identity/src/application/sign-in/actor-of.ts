import { type Actor, COMMUNITY_PERMISSION } from '@helpmesh/contracts';
import { SCIM_PERMISSION } from '../../domain/directory/access.ts';
import { helpAccess } from '../../domain/help-access.ts';
import { grants } from '../../domain/permissions.ts';
import { effectiveRights } from '../../domain/rights.ts';
import { enrolmentPermissions } from '../../domain/second-factor.ts';
import type { Principal } from '../../persistence/principal.store.ts';

export interface ActorOptions {
  via: 'session' | 'basic' | 'token';
  /** Permissions of the API token in use; null: none in use. */
  token: readonly string[] | null;
  sessionId?: number;
  /** When the API token in use ends; absent: never. */
  expiresAt?: Date;
  actingUserId?: number;
  /** The directory that the API token in use speaks for. */
  directoryId?: number;
  /** The session may do nothing but set up a second factor. */
  mustEnrol?: boolean;
}

/** The signed-in person as the other services see them. */
export function actorOf(principal: Principal, options: ActorOptions): Actor {
  const narrowedTo = options.mustEnrol ? enrolmentPermissions : options.token;
  const { permissions, groups } = effectiveRights(principal.grants, narrowedTo);
  if (options.directoryId !== undefined) return directoryActor(principal, permissions, options.directoryId);
  const helpRoles = Object.entries(principal.helpPermissions).flatMap(([id, held]) => {
    const access = helpAccess(held);
    return access ? [[id, access] as const] : [];
  });
  return {
    kind: 'user',
    userId: principal.id,
    login: principal.login,
    permissions,
    groups,
    ...(principal.administers.length > 0 &&
      grants(permissions, COMMUNITY_PERMISSION) && { administers: principal.administers }),
    roleIds: principal.roleIds,
    ...(helpRoles.length > 0 && { helpRoles: Object.fromEntries(helpRoles) }),
    organizationIds: principal.organizationIds,
    sharedOrganizationIds: principal.sharedOrganizationIds,
    locale: principal.locale,
    via: options.via,
    ...(options.sessionId !== undefined && { sessionId: options.sessionId }),
    ...(options.mustEnrol && { mustEnrol: true }),
    ...(options.expiresAt && { credentialExpiresAt: options.expiresAt.toISOString() }),
    ...(options.actingUserId !== undefined && { actingUserId: options.actingUserId }),
  };
}

/**
 * A directory acts by a token of whoever made it, as long as they may make such tokens; it is none of them, sees nothing
 * of theirs, and holds no permission that would mean something elsewhere.
 */
function directoryActor(maker: Principal, permissions: readonly string[], directoryId: number): Actor {
  return {
    kind: 'user',
    userId: maker.id,
    login: maker.login,
    permissions: [],
    groups: {},
    organizationIds: [],
    sharedOrganizationIds: [],
    locale: maker.locale,
    via: 'token',
    ...(grants(permissions, SCIM_PERMISSION) && { directoryId }),
  };
}
