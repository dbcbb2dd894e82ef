import { z } from 'zod';

/** What a user may do in a group (docs/glossary.md). `full` contains all others. */
export const accessLevels = ['read', 'create', 'change', 'overview', 'full'] as const;
export type AccessLevel = (typeof accessLevels)[number];

/**
 * Who acts, with everything a service needs to decide without asking: effective permissions (already narrowed to those
 * of the API token in use) and group access. Signed by the gateway for at most a minute.
 */
export const actorSchema = z.object({
  /** `service` actors are other services speaking for themselves; their userId is 1, the system user. */
  kind: z.enum(['user', 'service']),
  userId: z.number().int().positive(),
  login: z.string(),
  /** Permission names of docs/glossary.md: `ticket.agent`, `admin.user`; a parent grants its children. */
  permissions: z.array(z.string()),
  /** Access levels by group id; empty unless the user holds `ticket.agent`. */
  groups: z.record(z.string(), z.array(z.enum(accessLevels))),
  /**
   * Groups of the communities that they administer (`community`): what is for these groups only is theirs to look
   * after. Absent: none.
   */
  administers: z.array(z.number().int()).optional(),
  /** Active roles: what is shared by role is theirs. Absent: none. */
  roleIds: z.array(z.number().int()).optional(),
  /** What those of them that have a part in the knowledge base may do there at most, by role id. Absent: none has. */
  helpRoles: z.record(z.string(), z.enum(['reader', 'editor'])).optional(),
  /** Primary and secondary organizations. */
  organizationIds: z.array(z.number().int()),
  /** Those of them whose members see each other's tickets. */
  sharedOrganizationIds: z.array(z.number().int()),
  locale: z.string().default('en'),
  via: z.enum(['session', 'basic', 'token', 'service']),
  /** API tokens with an expiry only: the instant (ISO 8601) beyond which nothing made with this one may live. */
  credentialExpiresAt: z.string().optional(),
  /** The user who really acts when `From` names another one. */
  actingUserId: z.number().int().optional(),
  /** Sessions only: which of the user's sessions, so that a new password can end the others. */
  sessionId: z.number().int().optional(),
  /** Tokens of a directory only: which one provisions its people by SCIM. */
  directoryId: z.number().int().positive().optional(),
  /** A role demands a second factor and this session was opened without: it is good for setting one up only. */
  mustEnrol: z.boolean().optional(),
  /**
   * `actingUserId` looks at the desk as this user, until then (ISO 8601): reads what the user could read of tickets, and
   * changes nothing.
   */
  viewingUntil: z.string().optional(),
});

export type Actor = z.output<typeof actorSchema>;

/** True when the actor holds the permission or one of its parents (`admin` grants `admin.user`). */
export function hasPermission(actor: Actor, name: string): boolean {
  return actor.permissions.some((held) => held === name || name.startsWith(`${held}.`));
}

/** True when the actor holds any permission at or below `prefix`: `admin` is met by `admin.group`. */
export function hasAnyPermission(actor: Actor, prefix: string): boolean {
  return hasPermission(actor, prefix) || actor.permissions.some((held) => held.startsWith(`${prefix}.`));
}

/** What whoever administers a community holds, beside their roles; no role has it, and API tokens may. */
export const COMMUNITY_PERMISSION = 'community';

/** True when the actor administers a community. */
export function administersAny(actor: Actor): boolean {
  return (actor.administers?.length ?? 0) > 0;
}

/**
 * What belongs to communities that the actor administers: what is for some of their groups, and for no other one. What
 * is for no group in particular is everybody's, and so the desk's (docs/adr/0032-communities.md).
 */
export function administersAll(actor: Actor, groupIds: readonly number[]): boolean {
  return groupIds.length > 0 && groupIds.every((id) => actor.administers?.includes(id) === true);
}

/** Ids of the groups in which an agent has the level; `full` counts for every level. */
export function groupsWith(actor: Actor, level: AccessLevel): number[] {
  if (!hasPermission(actor, 'ticket.agent')) return [];
  return Object.entries(actor.groups)
    .filter(([, levels]) => levels.includes(level) || levels.includes('full'))
    .map(([id]) => Number(id));
}
