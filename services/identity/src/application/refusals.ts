import { AppError } from '@helpmesh/kernel';
import type { RoleFault } from '../domain/community.ts';

const roleFaults: Record<RoleFault | 'none', string> = {
  none: 'no role is named for it. Whoever has no account here, or is no agent, can be added by administrators of the desk.',
  inactive: 'its role is switched off.',
  administers: 'its role administers something.',
  'no-agent': 'its role makes nobody an agent.',
  'other-groups': 'its role opens groups that do not belong to it.',
};

/** Refusals in the words that existing clients compare with (zammad-api 2.2). */
export const refusals = {
  notAuthorized: () => new AppError('forbidden', 'identity.not-authorized', 'Not authorized'),
  /** Of what would make somebody more of an administrator than they are, or let them into the account of one. */
  beyondOwnRights: () =>
    new AppError(
      'forbidden',
      'identity.beyond-own-rights',
      'Not authorized: this takes permissions that you do not hold.',
    ),
  ofAdministrators: () =>
    new AppError(
      'forbidden',
      'identity.beyond-own-rights',
      'Accounts of administrators are left to administrators: a schedule does not reach them.',
    ),
  notFound: (
    kind:
      | 'User'
      | 'Organization'
      | 'Group'
      | 'EmailAddress'
      | 'Signature'
      | 'Role'
      | 'Token'
      | 'Session'
      | 'Passkey'
      | 'Setting'
      | 'DataPrivacyTask'
      | 'LegalHold'
      | 'Ticket'
      | 'DataExport'
      | 'Application'
      | 'Avatar'
      | 'PublicLink'
      | 'Branding'
      | 'Community',
    id: number,
  ) => new AppError('not-found', 'identity.not-found', `Couldn't find ${kind} with 'id'=${id}`),
  /** Of whoever administers a community, about a group that is not its own. */
  otherGroup: (id: number) =>
    new AppError('invalid', 'identity.community-other-group', `Group ${id} does not belong to this community.`),
  communityRole: (why: RoleFault | 'none') =>
    new AppError('invalid', 'identity.community-role', `This community can make nobody an agent: ${roleFaults[why]}`),
  referenced: () => new AppError('invalid', 'identity.referenced', "Can't delete, object has references."),
  exists: () => new AppError('invalid', 'identity.exists', 'This object already exists.'),
  emailTaken: (email: string) =>
    new AppError('invalid', 'identity.email-taken', `Email address '${email}' is already used for another user.`),
  loginTaken: (login: string) =>
    new AppError('invalid', 'identity.login-taken', `Login '${login}' is already used for another user.`),
  emailInvalid: (email: string) => new AppError('invalid', 'identity.email-invalid', `Invalid email '${email}'`),
  noIdentifier: () =>
    new AppError(
      'invalid',
      'identity.no-identifier',
      'At least one identifier (firstname, lastname, phone, mobile or email) for user is required.',
    ),
  noSuchName: (attribute: string, name: string) =>
    new AppError(
      'invalid',
      'identity.name-unknown',
      `No lookup value found for '${attribute}': ${JSON.stringify(name)}`,
    ),
  noSuchId: (attribute: string, id: number | string) =>
    new AppError('invalid', 'identity.id-unknown', `No value found for '${attribute}' with id ${id}`),
  badParameter: (parameter: string, value: unknown) =>
    new AppError('invalid', 'identity.parameter-invalid', `Invalid value for param '${parameter}': ${String(value)}`),
  blank: (attribute: string) => new AppError('invalid', 'identity.blank', `${attribute} can't be blank`),
  required: (attribute: string) => new AppError('invalid', 'identity.required', `Attribute '${attribute}' required!`),
  notSure: () => new AppError('invalid', 'identity.not-sure', "Say so by 'DELETE' in preferences.sure."),
  notErasable: () =>
    new AppError('invalid', 'identity.not-erasable', "This account cannot be erased: it is your own or the system's."),
  erased: () => new AppError('conflict', 'identity.erased', 'This person is being erased, or was.'),
  ticketGoing: () => new AppError('conflict', 'identity.ticket-going', 'This ticket is being deleted.'),
  held: () => new AppError('conflict', 'identity.legal-hold', 'A legal hold keeps this from being erased.'),
  exportInternal: () =>
    new AppError('invalid', 'identity.export-internal', 'What the desk keeps to itself is not in your own export.'),
  exportUnderWay: () =>
    new AppError('conflict', 'identity.export-under-way', 'This export is being made; a mail tells when it is ready.'),
  exportLimit: () =>
    new AppError('limited', 'identity.export-limit', 'This export was made three times in a day. Try again tomorrow.'),
  accountKept: () =>
    new AppError('forbidden', 'identity.account-kept', 'Only an administrator can delete this account.'),
  lastAdmin: () => new AppError('invalid', 'identity.last-admin', 'At least one user needs to have admin permissions.'),
} as const;
