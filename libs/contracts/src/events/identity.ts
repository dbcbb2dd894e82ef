import { z } from 'zod';
import { defineEvent } from '../define.ts';
import { MailBrand } from '../mail/brand.ts';
import { PriorityMatrix } from '../priority-matrix.ts';

/** What other services keep of a user. */
export const UserSnapshot = z.object({
  id: z.number().int(),
  login: z.string(),
  email: z.string().nullable(),
  firstname: z.string(),
  lastname: z.string(),
  organizationId: z.number().int().nullable(),
  active: z.boolean(),
  locale: z.string(),
  /** May own tickets somewhere. */
  agent: z.boolean(),
  /** Groups in which the user has full access: candidates for ownership and notifications. */
  fullGroupIds: z.array(z.number().int()),
  /** From which day to which (`YYYY-MM-DD`, both included) who is not there; null, or nothing, when that is not said. */
  away: z.object({ from: z.iso.date(), until: z.iso.date(), replacementId: z.number().int() }).nullish(),
  /** Groups whose tickets the user may read as an agent, beside those of full access. */
  readGroupIds: z.array(z.number().int()).optional(),
  /** What an agent chose to be told (`notification_config` of their preferences, and `timezone`); nothing: what everybody is. */
  notices: z.record(z.string(), z.unknown()).nullish(),
});
export type UserSnapshot = z.output<typeof UserSnapshot>;

export const OrganizationSnapshot = z.object({
  id: z.number().int(),
  name: z.string(),
  shared: z.boolean(),
  active: z.boolean(),
});
export type OrganizationSnapshot = z.output<typeof OrganizationSnapshot>;

export const GroupSnapshot = z.object({
  id: z.number().int(),
  /** Full path, `Parent::Child`. */
  name: z.string(),
  active: z.boolean(),
  followUpPossible: z.enum(['yes', 'new_ticket', 'new_ticket_after_certain_time']),
  followUpAssignment: z.boolean(),
  reopenTimeInDays: z.number().int().nullable(),
  /** Sending address, and where mail for the group arrives; null: the system's address. */
  email: z
    .object({
      name: z.string(),
      address: z.string(),
      /** The account that mails from it leave by; absent or null: by the rules of the accounts. */
      channelId: z.number().int().nullish(),
    })
    .nullable(),
  /** What stands below its mails as text, with `{{variables}}`. */
  signature: z.string().nullable(),
  /** The same as HTML, as an administrator wrote it: whoever shows or sends it cleans it. */
  signatureHtml: z.string().nullish(),
  /** Whether its agents park drafts for each other; absent: they do. */
  sharedDrafts: z.boolean().optional(),
  /** Minutes after which an owner who does nothing loses an open ticket; absent or null: never. */
  assignmentTimeout: z.number().int().nullish(),
  /** Which priority follows from impact and urgency; absent or null: none does. */
  priorityMatrix: PriorityMatrix.nullish(),
  /** Whether customers are asked how it went when a ticket is closed; absent: they are not. */
  askRating: z.boolean().optional(),
  /** How its mails look; absent or null: as those of the installation. */
  brand: MailBrand.nullish(),
});
export type GroupSnapshot = z.output<typeof GroupSnapshot>;

export const userCreated = defineEvent('user.v1.created', UserSnapshot);
export const userUpdated = defineEvent('user.v1.updated', UserSnapshot);
export const userDeleted = defineEvent('user.v1.deleted', z.object({ id: z.number().int() }));
export const organizationCreated = defineEvent('organization.v1.created', OrganizationSnapshot);
export const organizationUpdated = defineEvent('organization.v1.updated', OrganizationSnapshot);
export const organizationDeleted = defineEvent('organization.v1.deleted', z.object({ id: z.number().int() }));
export const groupCreated = defineEvent('group.v1.created', GroupSnapshot);
export const groupUpdated = defineEvent('group.v1.updated', GroupSnapshot);
export const groupDeleted = defineEvent('group.v1.deleted', z.object({ id: z.number().int() }));

/** Somebody's means to sign in changed, by their own hand or by an administrator's: for the audit. */
export const credentialChanged = defineEvent(
  'user.v1.credential-changed',
  z.object({
    userId: z.number().int(),
    byUserId: z.number().int(),
    what: z.enum(['added', 'removed', 'used', 'replaced']),
    credential: z.enum(['authenticator-app', 'passkey', 'recovery-code', 'recovery-codes', 'second-factors']),
  }),
);

/**
 * A setting of the desk that neighbours keep has another value. The version is the instant of the change in ms, so that
 * of two the later one holds.
 */
export const settingChanged = defineEvent(
  'setting.v1.changed',
  z.object({ name: z.string(), value: z.unknown(), byUserId: z.number().int() }),
);

/** Rights or credentials changed: whoever caches an answer of `authenticate` forgets it. */
export const accessChanged = defineEvent(
  'access.v1.changed',
  z.object({
    /** Null: everybody's (a role or group changed). */
    userIds: z.array(z.number().int()).nullable(),
    reason: z.string(),
  }),
);
