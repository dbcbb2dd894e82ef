import { grants, minimal, narrow } from './permissions.ts';

/** What a user may do in a group; `full` contains all others. The same words as in the contracts. */
export const accessLevels = ['read', 'create', 'change', 'overview', 'full'] as const;
export type AccessLevel = (typeof accessLevels)[number];

/** Access levels by group id. */
export type GroupAccess = Record<string, AccessLevel[]>;

/** What is stored about a person's rights. */
export interface Grants {
  active: boolean;
  /** Permissions of all active roles. */
  permissions: string[];
  /** Own access and that of active roles to active groups; the same group may appear more than once. */
  groups: { groupId: number; access: AccessLevel }[];
}

export interface Rights {
  permissions: string[];
  groups: GroupAccess;
}

/**
 * Effective rights: the union of the roles, narrowed to the permissions of the API token in use. Groups count only for
 * an active agent, and only when the token lets the agent be one.
 * @param token  permissions of the token; null: no token in use, nothing to narrow
 */
export function effectiveRights(stored: Grants, token: readonly string[] | null): Rights {
  const permissions = token === null ? minimal(stored.permissions) : narrow(stored.permissions, token);
  const agent = stored.active && grants(permissions, 'ticket.agent');
  return { permissions, groups: agent ? groupAccess(stored.groups) : {} };
}

/** One entry a group, levels in their usual order. */
export function groupAccess(rows: readonly { groupId: number; access: AccessLevel }[]): GroupAccess {
  const found = new Map<number, Set<AccessLevel>>();
  for (const { groupId, access } of rows) {
    const levels = found.get(groupId);
    if (levels) levels.add(access);
    else found.set(groupId, new Set([access]));
  }
  const ordered = [...found].sort(([a], [b]) => a - b);
  return Object.fromEntries(ordered.map(([id, levels]) => [id, accessLevels.filter((level) => levels.has(level))]));
}
