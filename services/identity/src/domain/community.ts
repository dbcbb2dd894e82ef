import type { GroupAccess } from './rights.ts';

/** Why a community may not make people agents by a role. */
export type RoleFault = 'inactive' | 'administers' | 'no-agent' | 'other-groups';

/** What of a role decides it. */
interface AgentRole {
  active: boolean;
  permissions: readonly string[];
  group_access: readonly { groupId: number }[];
}

/**
 * Whoever administers a community gives this role to whom they like: it must make agents, administer nothing, and open
 * no group of others.
 */
export function communityRole(role: AgentRole, groupIds: readonly number[]): RoleFault | undefined {
  if (!role.active) return 'inactive';
  if (role.permissions.some((name) => name === 'admin' || name.startsWith('admin.'))) return 'administers';
  if (!role.permissions.some((name) => name === 'ticket' || name === 'ticket.agent')) return 'no-agent';
  return role.group_access.every(({ groupId }) => groupIds.includes(groupId)) ? undefined : 'other-groups';
}

/** What somebody may do in all groups once their access to those of a community is set anew. */
export function withAccess(held: GroupAccess, groupIds: readonly number[], given: GroupAccess): GroupAccess {
  const others = Object.entries(held).filter(([id]) => !groupIds.includes(Number(id)));
  const own = Object.entries(given).filter(([, levels]) => levels.length > 0);
  return Object.fromEntries([...others, ...own].sort(([a], [b]) => Number(a) - Number(b)));
}
