import type { CustomValues } from '../custom/queries.ts';
import type { GroupAccess } from './group-access.ts';
import type { User } from './queries.ts';

/** What of a user the form holds; the names are those of the API. */
export interface UserValues {
  firstname: string;
  lastname: string;
  email: string;
  login: string;
  phone: string;
  mobile: string;
  note: string;
  organization_id: number | null;
  organization_ids: readonly number[];
  role_ids: readonly number[];
  group_ids: GroupAccess;
  vip: boolean;
  active: boolean;
  /** Of the custom fields those that were written in the form. */
  custom: CustomValues;
}

export const newUser = (roleIds: readonly number[]): UserValues => ({
  firstname: '',
  lastname: '',
  email: '',
  login: '',
  phone: '',
  mobile: '',
  note: '',
  organization_id: null,
  organization_ids: [],
  role_ids: roleIds,
  group_ids: {},
  vip: false,
  active: true,
  custom: {},
});

export function userValues(user: User): UserValues {
  const { firstname, lastname, email, login, phone, mobile, note, organization_id, vip, active } = user;
  const { organization_ids = [], role_ids = [], group_ids = {} } = user;
  const texts = { firstname, lastname, email, login, phone, mobile, note };
  return { ...texts, organization_id, organization_ids, role_ids, group_ids, vip, active, custom: {} };
}

/** As the API takes it. @param changes  what is written; a login that is left empty is made from the address */
export function userBody(changes: Partial<UserValues>): Record<string, unknown> {
  const { login, custom, ...others } = changes;
  return { ...others, ...(login && { login }), ...custom };
}

export const isAgent = (permissions: readonly string[]): boolean =>
  permissions.some((held) => held === 'ticket' || held === 'ticket.agent');
