import { COMMUNITY_PERMISSION } from '@helpmesh/contracts';
import { allowedAtSignup, grants } from './permissions.ts';
import type { AccessLevel, GroupAccess } from './rights.ts';

/**
 * Who may list, see, create and change users, organizations, groups, roles and tokens: all decisions of the service,
 * as values. What is decided here is carried out by `application/` and by nothing else.
 */
export interface Viewer {
  kind: 'user' | 'service';
  userId: number;
  permissions: readonly string[];
  /** What an agent may do in which group. */
  groups?: GroupAccess | undefined;
  /** Primary and secondary organizations. */
  organizationIds: readonly number[];
  /** Set when another person acts as this one. */
  actingUserId?: number | undefined;
  via?: 'session' | 'basic' | 'token' | 'service';
  /** The session may do nothing but set up a second factor. */
  mustEnrol?: boolean | undefined;
  /** Groups of the communities that they administer. */
  administers?: readonly number[] | undefined;
}

/** Which rows: all, only the viewer's own, or none (refuse). */
export type Reach = 'all' | 'own' | 'none';

/** How much of a row: everything, the few fields that everybody may know, or nothing (refuse). */
export type Sight = 'whole' | 'reduced' | 'nothing';

/** Fields of another user, and of an organization, that a customer gets to see. */
export const reducedUserFields = ['id', 'firstname', 'lastname', 'image', 'image_source', 'active'] as const;
export const reducedOrganizationFields = ['id', 'name', 'active'] as const;

/** What of a user only an administrator writes; dropped silently when an agent sends it. */
export const adminOnlyUserFields = [
  ...(['roles', 'role_ids', 'groups', 'group_ids', 'password', 'verified', 'out_of_office'] as const),
  ...(['out_of_office_start_at', 'out_of_office_end_at', 'out_of_office_replacement_id'] as const),
] as const;

/** Columns of a user that decide how, and whether, somebody gets in. */
export const accountFields = ['login', 'email', 'password_hash', 'verified', 'active'] as const;

const can = (viewer: Viewer, ...names: string[]): boolean =>
  viewer.kind === 'service' || names.some((name) => grants(viewer.permissions, name));

const administers = (permission: string): boolean => permission === 'admin' || permission.startsWith('admin.');

const anyAdmin = (viewer: Viewer): boolean => viewer.kind === 'service' || viewer.permissions.some(administers);

/**
 * True when the viewer holds each administrative permission among these. What makes an administrator, and the way into
 * the account of one, is for those who are as much of one, so that nobody becomes more by any number of steps. A token
 * that was narrowed is worth what it holds, be it for the account of its own maker.
 */
const administersAsMuch = (viewer: Viewer, permissions: readonly string[]): boolean =>
  permissions.filter(administers).every((held) => can(viewer, held));

/** What is for groups of the viewer's communities, and for no other one. */
const ownGroups = (viewer: Viewer, groupIds: readonly number[]): boolean =>
  groupIds.length > 0 && groupIds.every((id) => viewer.administers?.includes(id) === true);

/** Custom attributes are on screens for those who ask for help; who works here sees and writes all there are. */
export const seesEveryAttribute = (viewer: Viewer): boolean => anyAdmin(viewer) || can(viewer, 'ticket.agent');

/** The person whose row is looked at or changed. */
export interface Person {
  id: number;
  /** Union of the permissions of their active roles. */
  permissions: readonly string[];
}

export const mayUsers = {
  list: (viewer: Viewer): Reach => (can(viewer, 'admin.user', 'ticket.agent') ? 'all' : 'own'),
  search: (viewer: Viewer): boolean => can(viewer, 'admin.user', 'ticket.agent'),
  /** Customers read names of those who answer them; a token for something else learns of nobody. */
  see: (viewer: Viewer, id: number): Sight => {
    if (id === viewer.userId || anyAdmin(viewer) || can(viewer, 'ticket.agent')) return 'whole';
    return can(viewer, 'ticket.customer') ? 'reduced' : 'nothing';
  },
  create: (viewer: Viewer): boolean => can(viewer, 'admin.user', 'ticket.agent'),
  /**
   * Agents change customers only: not themselves, not colleagues, nobody who administers anything, be it a community. Nor whoever may do
   * what they may not: with another address a link would open that account to them.
   */
  update: (viewer: Viewer, person: Person): boolean =>
    can(viewer, 'admin.user') ||
    (can(viewer, 'ticket.agent') &&
      grants(person.permissions, 'ticket.customer') &&
      !grants(person.permissions, 'ticket.agent') &&
      !person.permissions.some(administers) &&
      !grants(person.permissions, COMMUNITY_PERMISSION) &&
      person.permissions.every((held) => allowedAtSignup(held) || can(viewer, held))),
  delete: (viewer: Viewer): boolean => can(viewer, 'admin.user'),
  /** Roles, groups, password: what decides over rights. */
  grant: (viewer: Viewer): boolean => can(viewer, 'admin.user'),
  /** @param permissions  of the roles that somebody gets, active or not */
  giveRoles: (viewer: Viewer, permissions: readonly string[]): boolean => administersAsMuch(viewer, permissions),
  /** What opens or closes an account (`accountFields`, second factors, linked providers), on top of `update`. */
  changeAccount: (viewer: Viewer, person: Person): boolean => administersAsMuch(viewer, person.permissions),
  /** A schedule is worth what one needs to save it, whoever did: it reaches nobody who administers more. */
  changeAccountByRule: (person: Person): boolean =>
    person.permissions.filter(administers).every((held) => grants(['admin.user'], held)),
  /** Ending sessions, tokens, consents; one's own is nothing that could be taken too far. */
  endAccess: (viewer: Viewer, person: Person): boolean =>
    person.id === viewer.userId || administersAsMuch(viewer, person.permissions),
  actFor: (viewer: Viewer): boolean => can(viewer, 'admin.user'),
  actAs: (viewer: Viewer, person: Person): boolean =>
    can(viewer, 'admin.user') && administersAsMuch(viewer, person.permissions),
  /** What of their rights shows while somebody looks as them: their work, not what they administer or keep to themselves. */
  shownToViewers: (permission: string): boolean =>
    !administers(permission) &&
    permission !== COMMUNITY_PERMISSION &&
    permission !== 'user_preferences' &&
    !permission.startsWith('user_preferences.'),
} as const;

export const mayOrganizations = {
  list: (viewer: Viewer): Reach => (can(viewer, 'admin.organization', 'ticket.agent') ? 'all' : 'own'),
  search: (viewer: Viewer): boolean => can(viewer, 'admin.organization', 'ticket.agent'),
  see: (viewer: Viewer, id: number): Sight => {
    if (anyAdmin(viewer) || can(viewer, 'ticket.agent')) return 'whole';
    return viewer.organizationIds.includes(id) ? 'reduced' : 'nothing';
  },
  create: (viewer: Viewer): boolean => can(viewer, 'admin.organization', 'ticket.agent'),
  update: (viewer: Viewer): boolean => can(viewer, 'admin.organization', 'ticket.agent'),
  delete: (viewer: Viewer): boolean => can(viewer, 'admin.organization'),
} as const;

export const mayGroups = {
  /** Customers choose one for a new request. */
  list: (viewer: Viewer): Sight => {
    if (anyAdmin(viewer) || can(viewer, 'ticket.agent')) return 'whole';
    return can(viewer, 'ticket.customer', COMMUNITY_PERMISSION) ? 'reduced' : 'nothing';
  },
  search: (viewer: Viewer): boolean => anyAdmin(viewer) || can(viewer, 'ticket.agent'),
  see: (viewer: Viewer, id: number): boolean => mayGroups.search(viewer) || ownGroups(viewer, [id]),
  /** All of them, and what they are called and where they are. */
  write: (viewer: Viewer): boolean => can(viewer, 'admin.group'),
  /** What whoever administers its community changes of a group as well. */
  change: (viewer: Viewer, id: number): boolean => mayGroups.write(viewer) || ownGroups(viewer, [id]),
  /** Below one of a community there may be more of them. @param parentId  null: at the top */
  createBelow: (viewer: Viewer, parentId: number | null): boolean =>
    mayGroups.write(viewer) || (parentId !== null && ownGroups(viewer, [parentId])),
} as const;

/** Addresses and signatures; who looks after groups chooses among them. */
export const maySenders = {
  list: (viewer: Viewer): Reach => {
    if (can(viewer, 'admin.channel_email', 'admin.group')) return 'all';
    return can(viewer, COMMUNITY_PERMISSION) ? 'own' : 'none';
  },
  /** @param groupIds  of those that use it: a community's own are used by its groups only */
  see: (viewer: Viewer, groupIds: readonly number[]): boolean =>
    maySenders.list(viewer) === 'all' || ownGroups(viewer, groupIds),
  write: (viewer: Viewer): boolean => can(viewer, 'admin.channel_email'),
  /** What stands below the mails of a community is its own business. */
  changeSignature: (viewer: Viewer, groupIds: readonly number[]): boolean =>
    maySenders.write(viewer) || ownGroups(viewer, groupIds),
} as const;

/** Which groups belong to a community, and who administers it: that gives away something of every right there is. */
export const mayCommunities = {
  list: (viewer: Viewer): Reach => {
    if (can(viewer, 'admin')) return 'all';
    return viewer.kind === 'user' && can(viewer, COMMUNITY_PERMISSION) ? 'own' : 'none';
  },
  write: (viewer: Viewer): boolean => can(viewer, 'admin'),
} as const;

export const mayAudit = {
  read: (viewer: Viewer): boolean => can(viewer, 'admin.audit_log'),
} as const;

export const mayPrivacy = {
  /** Erasing people, and keeping them from being erased. */
  manage: (viewer: Viewer): boolean => can(viewer, 'admin.data_privacy'),
  /** Whoever administers anything is erased by hand, if at all. */
  eraseByRule: (person: Person): boolean => !person.permissions.some(administers),
  /** Everything that is kept about somebody in one file: in person, and not by a token made for something else. */
  exportOf: (viewer: Viewer, userId: number): boolean =>
    viewer.kind === 'user' &&
    viewer.actingUserId === undefined &&
    ((viewer.userId === userId && viewer.via !== 'token') || can(viewer, 'admin.data_privacy')),
} as const;

/** What a role gives those who have it. */
export interface RoleContent {
  active: boolean;
  permissions: readonly string[];
  groups: GroupAccess;
}

export const mayRoles = {
  see: (viewer: Viewer): boolean => can(viewer, 'admin.role', 'admin.user', 'ticket.agent'),
  /**
   * A role that administers anything is for those who hold as much: whoever may only write roles makes nobody, not even
   * themselves, more of an administrator than they are.
   * @param permissions  of the role, before and after
   */
  write: (viewer: Viewer, permissions: readonly string[]): boolean =>
    can(viewer, 'admin.role') && administersAsMuch(viewer, permissions),
  /**
   * What is put into a role, or comes to life with it, is what the viewer holds, or opens nothing but people's own. Who
   * may manage users could give it to anybody anyway.
   * @param before  null: a new role
   */
  fill: (viewer: Viewer, before: RoleContent | null, after: RoleContent): boolean => {
    if (can(viewer, 'admin.user')) return true;
    const had = before && (before.active || !after.active) ? before : { permissions: [], groups: {} as GroupAccess };
    const holds = (group: string, level: AccessLevel): boolean =>
      [had.groups[group], viewer.groups?.[group]].some((held) => held?.includes(level) || held?.includes('full'));
    return (
      after.permissions.every((name) => grants(had.permissions, name) || allowedAtSignup(name) || can(viewer, name)) &&
      Object.entries(after.groups).every(([group, levels]) => levels.every((level) => holds(group, level)))
    );
  },
} as const;

/** Who may read what happened to an object, with everybody who did it: those who look after its like. */
export const mayHistories = {
  User: mayUsers.search,
  Organization: mayOrganizations.search,
  Group: (viewer: Viewer): boolean => mayGroups.write(viewer),
  Role: (viewer: Viewer): boolean => mayRoles.write(viewer, []),
} as const;

export const mayApplications = {
  manage: (viewer: Viewer): boolean => can(viewer, 'admin.api'),
} as const;

export const mayPublicLinks = {
  manage: (viewer: Viewer): boolean => can(viewer, 'admin.public_links'),
} as const;

export const mayBranding = {
  list: (viewer: Viewer): Reach => {
    if (can(viewer, 'admin.branding')) return 'all';
    return can(viewer, COMMUNITY_PERMISSION) ? 'own' : 'none';
  },
  manage: (viewer: Viewer): boolean => can(viewer, 'admin.branding'),
  /** @param groupIds  whose pages look so */
  change: (viewer: Viewer, groupIds: readonly number[]): boolean =>
    mayBranding.manage(viewer) || ownGroups(viewer, groupIds),
} as const;

export const maySettings = {
  read: (viewer: Viewer): boolean =>
    can(viewer, 'admin.security', 'admin.system', 'admin.ticket', 'admin.api', 'admin.maintenance'),
  /** @param permission  of what the setting is about */
  change: (viewer: Viewer, permission: string): boolean => can(viewer, permission),
} as const;

/** What of their preferences somebody may choose, by the permission that opens it. */
const preferring = {
  locale: 'language',
  timezone: 'language',
  theme: 'appearance',
  density: 'appearance',
  list_preview: 'appearance',
  shortcuts: 'appearance',
  shortcut_keys: 'appearance',
  after_close: 'appearance',
  notification_config: 'notifications',
  notification_sound: 'notifications',
} as const;

/** What people say about themselves; a token must have been made for it. */
export const mayProfile = {
  prefer: (viewer: Viewer, what: keyof typeof preferring): boolean =>
    viewer.kind === 'user' && can(viewer, `user_preferences.${preferring[what]}`),
  outOfOffice: (viewer: Viewer): boolean =>
    viewer.kind === 'user' && can(viewer, 'user_preferences.out_of_office') && can(viewer, 'ticket.agent'),
  avatar: (viewer: Viewer): boolean => viewer.kind === 'user' && can(viewer, 'user_preferences.avatar'),
  /** For customers, and nobody in their place: what people who work here did must stay theirs. */
  deleteAccount: (viewer: Viewer): boolean =>
    viewer.kind === 'user' &&
    viewer.actingUserId === undefined &&
    viewer.via !== 'token' &&
    !anyAdmin(viewer) &&
    !can(viewer, 'ticket.agent'),
} as const;

export const mayCredentials = {
  tokens: (viewer: Viewer): boolean => viewer.kind === 'user' && can(viewer, 'user_preferences.access_token'),
  password: (viewer: Viewer): boolean => viewer.kind === 'user' && can(viewer, 'user_preferences.password'),
  secondFactor: (viewer: Viewer): boolean =>
    viewer.kind === 'user' && (viewer.mustEnrol === true || can(viewer, 'user_preferences.two_factor_authentication')),
  /** Own sessions are everybody's to see and to end; a token must have been made for it. */
  sessions: (viewer: Viewer): boolean =>
    viewer.kind === 'user' &&
    viewer.actingUserId === undefined &&
    (viewer.via !== 'token' || can(viewer, 'user_preferences.device')),
  manageSessions: (viewer: Viewer): boolean => can(viewer, 'admin.session') && viewer.actingUserId === undefined,
  /** Taking a lost second factor from somebody. */
  resetSecondFactor: (viewer: Viewer): boolean => can(viewer, 'admin.user') && viewer.actingUserId === undefined,
  /** Looking at what others let their scripts do, and ending it. */
  manageTokens: (viewer: Viewer): boolean => can(viewer, 'admin.user') && viewer.actingUserId === undefined,
  /** Own accounts at providers. */
  linkedAccounts: (viewer: Viewer): boolean =>
    viewer.kind === 'user' && viewer.actingUserId === undefined && can(viewer, 'user_preferences.linked_accounts'),
  /** Acting for somebody must not leave a key to their account behind. */
  inPerson: (viewer: Viewer): boolean => viewer.actingUserId === undefined,
} as const;
