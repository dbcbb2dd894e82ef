import type { Values } from '@helpmesh/attributes';
import type { AccessLevel } from '../domain/rights.ts';

/** The columns of `users` that REST shows, in the order in which it shows them. */
export const shownUserColumns = [
  'id',
  'organization_id',
  'login',
  'firstname',
  'lastname',
  'email',
  'image',
  'image_source',
  'web',
  'phone',
  'fax',
  'mobile',
  'department',
  'street',
  'zip',
  'city',
  'country',
  'address',
  'vip',
  'verified',
  'active',
  'note',
  'last_login',
  'source',
  'login_failed',
  'out_of_office',
  'out_of_office_start_at',
  'out_of_office_end_at',
  'out_of_office_replacement_id',
  'preferences',
  'updated_by_id',
  'created_by_id',
  'created_at',
  'updated_at',
] as const;

export interface UserRow {
  id: number;
  organization_id: number | null;
  login: string;
  firstname: string;
  lastname: string;
  /** Empty: none. */
  email: string;
  image: string | null;
  image_source: string | null;
  web: string;
  phone: string;
  fax: string;
  mobile: string;
  department: string;
  street: string;
  zip: string;
  city: string;
  country: string;
  address: string;
  vip: boolean;
  verified: boolean;
  active: boolean;
  note: string;
  last_login: Date | null;
  source: string | null;
  login_failed: number;
  out_of_office: boolean;
  /** `YYYY-MM-DD` */
  out_of_office_start_at: string | null;
  out_of_office_end_at: string | null;
  out_of_office_replacement_id: number | null;
  preferences: Record<string, unknown>;
  /** Values of custom attributes. */
  custom: Values;
  updated_by_id: number;
  created_by_id: number;
  created_at: Date;
  updated_at: Date;
  overview_sorting_ids: number[];
  version: number;
  role_ids: number[];
  /** Secondary organizations. */
  organization_ids: number[];
  /** Own access as stored, whether it counts at present or not. */
  group_access: { groupId: number; access: AccessLevel }[];
  /** Union of the active roles. */
  permissions: string[];
}

/** What a write may set, by column; the id, times and version are never among it. */
export type UserValues = Partial<
  Pick<
    UserRow,
    | 'organization_id'
    | 'login'
    | 'firstname'
    | 'lastname'
    | 'email'
    | 'web'
    | 'phone'
    | 'fax'
    | 'mobile'
    | 'department'
    | 'street'
    | 'zip'
    | 'city'
    | 'country'
    | 'address'
    | 'vip'
    | 'verified'
    | 'active'
    | 'note'
    | 'preferences'
    | 'custom'
    | 'image'
    | 'image_source'
    | 'out_of_office'
    | 'out_of_office_start_at'
    | 'out_of_office_end_at'
    | 'out_of_office_replacement_id'
  >
> & { password_hash?: string };
