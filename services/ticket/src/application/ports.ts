import type {
  Actor,
  changePeople,
  checkSealing,
  communityGroups,
  GroupSnapshot,
  groupProviders,
  HelpRole,
  InputOf,
  OrganizationSnapshot,
  OutputOf,
  pickPeople,
  reopenMail,
  serviceRoute,
  UserSnapshot,
} from '@helpmesh/contracts';

/** The neighbour that knows people, organizations and groups. */
export interface Identity {
  /** Answers what it has; unknown ids and names are left out. */
  lookup(needs: {
    userIds?: number[];
    logins?: string[];
    organizationIds?: number[];
    organizationNames?: string[];
    groupIds?: number[];
    groupNames?: string[];
    allGroups?: boolean;
    /** People who have this telephone number. */
    phone?: string;
  }): Promise<{ users: UserSnapshot[]; organizations: OrganizationSnapshot[]; groups: GroupSnapshot[] }>;
  /** What these people may do now; who may not sign in any more is left out. */
  actorsOf(userIds: number[]): Promise<Actor[]>;
  /** Active roles that may do something in the knowledge base. */
  helpRoles(): Promise<HelpRole[]>;
  /** Active communities with their groups, by name. @throws AppError unavailable */
  communityGroups(): Promise<OutputOf<typeof communityGroups>['communities']>;
  /** Everything under legal hold. */
  heldObjects(): Promise<{ userIds: number[]; ticketIds: number[] }>;
  /** Whom a schedule over people or organizations picks, and what it would do. @throws AppError invalid */
  pickPeople(asked: InputOf<typeof pickPeople>): Promise<OutputOf<typeof pickPeople>>;
  /** Does it. @throws AppError invalid, unavailable */
  changePeople(asked: InputOf<typeof changePeople>): Promise<OutputOf<typeof changePeople>>;
  /** One user an address, in order; made a customer when there was none. */
  ensureCustomers(customers: { email: string; name: string }[]): Promise<UserSnapshot[]>;
}

/** Nest's token for it. */
export const IDENTITY = Symbol('Identity');

/** Where calendars have days off from. */
export interface Feeds {
  /** What stands at the address. @throws AppError, with a reason for whoever named it */
  read(url: string): Promise<string>;
}

/** Nest's token for it. */
export const FEEDS = Symbol('Feeds');

/** Nest's token for the file store (BlobStore of @helpmesh/blob). */
export const BLOBS = Symbol('BlobStore');

/** Mails that are signed or encrypted: whoever has the keys, and whoever reads with them. */
export interface ProtectedMail {
  /** Opens a mail that came in once more. @throws AppError not-found `mail.raw-gone` */
  reopen(inboundId: number): Promise<OutputOf<typeof reopenMail>>;
  /** Why a mail cannot leave as it is to. */
  check(asked: InputOf<typeof checkSealing>): Promise<OutputOf<typeof checkSealing>>;
}

/** Nest's token for it. */
export const PROTECTED_MAIL = Symbol('ProtectedMail');

/** The neighbour that knows what can be asked for, and of whom. */
export interface ServiceCatalogue {
  /** Where a request for it goes now. @returns null: it is not offered @throws AppError unavailable */
  route(serviceId: number): Promise<OutputOf<typeof serviceRoute>['route']>;
  /** The same by its name. @throws AppError unavailable */
  routeNamed(name: string): Promise<OutputOf<typeof serviceRoute>['route']>;
  /** Who stands for which groups, by name. @throws AppError unavailable */
  providers(): Promise<OutputOf<typeof groupProviders>>;
}

/** Nest's token for it. */
export const SERVICE_CATALOGUE = Symbol('ServiceCatalogue');

/** What our Message-IDs are made of. */
export interface MailIdentity {
  /** Host of our Message-IDs. */
  fqdn: string;
  threadingSecret: string;
  /** Answers come to an address of their own for each ticket. */
  signedReplies: boolean;
}

/** Nest's token for it. */
export const MAIL_IDENTITY = Symbol('MailIdentity');

/** Nest's token for the import mode: whether administrators may say when something happened. */
export const IMPORT_MODE = Symbol('ImportMode');

/** Nest's token for whether agents may add tags that are not on the list. */
export const NEW_TAGS = Symbol('NewTags');

/** Nest's token for whether triggers may start triggers that ran before them. */
export const RECURSIVE_TRIGGERS = Symbol('RecursiveTriggers');

/** Where people find the desk, for texts that rules write. */
export interface PublicPlace {
  fqdn: string;
  /** Without a slash at its end. */
  url: string;
}

/** Nest's token for it. */
export const PUBLIC_PLACE = Symbol('PublicPlace');

/** Nest's token for the days that the log of rules is kept. */
export const RULE_LOG_DAYS = Symbol('RuleLogDays');
