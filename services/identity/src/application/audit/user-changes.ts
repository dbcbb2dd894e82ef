import { type AuditChanges, changesBetween } from '@helpmesh/contracts';
import { groupAccess } from '../../domain/rights.ts';
import type { UserRow, UserValues } from '../../persistence/user.table.ts';

/** What decides over rights and over who somebody is; told with its values. */
const told = [
  'login',
  'email',
  'active',
  'verified',
  'vip',
  'organization_id',
  'role_ids',
  'organization_ids',
] as const;

/** Of the person alone: that it changed is told, and not from what to what, for an audit log forgets nothing. */
const personal = [
  ...(['firstname', 'lastname', 'web', 'phone', 'fax', 'mobile', 'department', 'street', 'zip', 'city'] as const),
  ...(['country', 'address', 'note', 'preferences', 'custom', 'out_of_office'] as const),
  ...(['out_of_office_start_at', 'out_of_office_end_at', 'out_of_office_replacement_id'] as const),
] as const;

/**
 * What an entry about a user tells.
 * @param written  the values that were set; the password is told as having changed
 */
export function userChanges(before: UserRow | null, after: UserRow | null, written: UserValues): AuditChanges {
  const access = (row: UserRow | null) => row && { groups: groupAccess(row.group_access) };
  const changes = {
    ...changesBetween(before, after, told),
    ...changesBetween(access(before), access(after), ['groups']),
  };
  // Of a new or deleted user everything is new or gone.
  const silent = before && after ? Object.keys(changesBetween(before, after, personal)) : [];
  for (const name of silent) changes[name] = {};
  if (written.password_hash !== undefined) changes.password = {};
  return changes;
}
