import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { PriorityMatrix } from '../priority-matrix.ts';
import {
  bounded,
  boundedRecord,
  Flag,
  Id,
  Instant,
  listOf,
  optionalId,
  optionalReference,
  Page,
  Reading,
  Row,
  text,
  Walk,
  withCustom,
} from './common.ts';
import { outOfOfficeFields } from './profile.ts';

const params = { id: Id };
/** Entries of a list that comes in. */
const MAX_IDS = 1000;
const groupAccess = boundedRecord(z.union([text(20), bounded(text(20), 20)]), MAX_IDS);

export const User = Row.extend({
  organization_id: z.number().int().nullable(),
  login: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  email: z.string(),
  phone: z.string(),
  mobile: z.string(),
  active: z.boolean(),
  verified: z.boolean(),
  vip: z.boolean(),
  note: z.string(),
  last_login: Instant.nullable(),
  preferences: z.record(z.string(), z.unknown()),
  role_ids: z.array(z.number().int()).optional(),
  organization_ids: z.array(z.number().int()).optional(),
  group_ids: z.record(z.string(), z.array(z.string())).optional(),
});

/** Null empties a text. */
export const UserInput = withCustom({
  login: text(255).nullish(),
  firstname: text(100).nullish(),
  lastname: text(100).nullish(),
  email: text(255).nullish(),
  phone: text(100).nullish(),
  mobile: text(100).nullish(),
  fax: text(100).nullish(),
  web: text(255).nullish(),
  department: text(200).nullish(),
  street: text(120).nullish(),
  zip: text(100).nullish(),
  city: text(100).nullish(),
  country: text(100).nullish(),
  address: text(500).nullish(),
  note: text(5000).nullish(),
  vip: Flag.optional(),
  active: Flag.optional(),
  verified: Flag.optional(),
  password: text(1000).optional(),
  organization: text(250).nullish(),
  organization_id: optionalId,
  organizations: listOf(text(250), MAX_IDS).optional(),
  organization_ids: listOf(Id, MAX_IDS).optional(),
  roles: listOf(text(100), MAX_IDS).optional(),
  role_ids: listOf(Id, MAX_IDS).optional(),
  groups: groupAccess.optional(),
  group_ids: groupAccess.optional(),
  preferences: z.record(z.string(), z.unknown()).optional(),
  /** For administrators, of people that there are. */
  ...outOfOfficeFields,
  /** Sends an invitation mail with a link to set the password. */
  invite: Flag.optional(),
});
export type UserInput = z.output<typeof UserInput>;

/** `[1,2]`, `1` or `"1,2"`. */
const Ids = z
  .union([bounded(Id, MAX_IDS), Id, z.string().regex(/^\d{1,15}(,\d{1,15}){0,999}$/)])
  .transform((ids) => (typeof ids === 'string' ? ids.split(',').map(Number) : [ids].flat()));

/** `["a","b"]`, `"a"` or `"a,b"`. */
const Names = z
  .union([bounded(text(100), MAX_IDS), text(1000)])
  .transform((names) => (typeof names === 'string' ? names.split(',').map((name) => name.trim()) : names));

const SearchInput = Page.extend({
  query: text(500).optional(),
  term: text(500).optional(),
  label: Flag.optional(),
  only_total_count: Flag.optional(),
  /** Comma lists or arrays. */
  ids: Ids.optional(),
  /** Selector JSON (docs/how-to/conditions.md), in an address as its text; narrows what `query` and `ids` find. Of groups and roles nothing can be asked. */
  condition: z.union([z.record(z.string(), z.unknown()), text(20_000)]).nullish(),
  /** Users only. */
  role_ids: Ids.optional(),
  group_ids: Ids.optional(),
  permissions: Names.optional(),
});

/** Nothing is there that does not apply; `created` comes first, with id 0, for it is told by the object itself. */
export const ObjectHistory = z.object({
  history: z.array(
    z.object({
      id: z.number().int(),
      object: z.string(),
      type: z.enum(['created', 'updated', 'added', 'removed']),
      o_id: z.number().int(),
      attribute: z.string().optional(),
      value_from: z.string().optional(),
      value_to: z.string().optional(),
      id_from: z.number().int().optional(),
      id_to: z.number().int().optional(),
      /** The schedule that did it; absent: somebody, or the desk itself. */
      sourceable_type: z.string().optional(),
      sourceable_id: z.number().int().optional(),
      sourceable_name: z.string().optional(),
      created_by_id: z.number().int(),
      created_at: Instant,
    }),
  ),
  assets: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type ObjectHistory = z.output<typeof ObjectHistory>;

const searched = { standard: 50, max: 200 };

const crud = <R extends z.ZodType, B extends z.ZodType>(
  name: string,
  plural: string,
  path: string,
  tag: string,
  row: R,
  body: B,
) => {
  const pascal = (word: string) => word[0]?.toUpperCase() + word.slice(1);
  return {
    list: defineEndpoint({
      id: `list${pascal(plural)}`,
      method: 'GET',
      path,
      question: `rpc.identity.v1.list-${plural}`,
      tag,
      summary: `${pascal(plural)} the caller may see, by id`,
      query: Walk,
      paging: plural === 'users' ? { standard: 100, max: 1000 } : { standard: 500, max: 1000 },
      response: z.array(row),
    }),
    get: defineEndpoint({
      id: `get${pascal(name)}`,
      method: 'GET',
      path: `${path}/:id`,
      question: `rpc.identity.v1.get-${name}`,
      tag,
      summary: `One ${name}`,
      params,
      query: Reading,
      response: row,
    }),
    create: defineEndpoint({
      id: `create${pascal(name)}`,
      method: 'POST',
      path,
      question: `rpc.identity.v1.create-${name}`,
      tag,
      summary: `Adds a ${name}`,
      status: 201,
      query: Reading,
      body,
      response: row,
    }),
    update: defineEndpoint({
      id: `update${pascal(name)}`,
      method: 'PUT',
      path: `${path}/:id`,
      question: `rpc.identity.v1.update-${name}`,
      tag,
      summary: `Changes a ${name}`,
      params,
      query: Reading,
      body,
      response: row,
    }),
    delete: defineEndpoint({
      id: `delete${pascal(name)}`,
      method: 'DELETE',
      path: `${path}/:id`,
      question: `rpc.identity.v1.delete-${name}`,
      tag,
      summary: `Deletes a ${name} that nothing refers to`,
      params,
    }),
    history: defineEndpoint({
      id: `${name}History`,
      method: 'GET',
      path: `${path}/history/:id`,
      question: `rpc.identity.v1.${name}-history`,
      tag,
      summary: `Every change of a ${name}, oldest first`,
      params,
      response: ObjectHistory,
    }),
    search: defineEndpoint({
      id: `search${pascal(plural)}`,
      method: 'GET',
      path: `${path}/search`,
      question: `rpc.identity.v1.search-${plural}`,
      tag,
      summary: `${pascal(plural)} matching a few words`,
      paging: searched,
      query: SearchInput,
      response: z.array(row),
    }),
    searchByPost: defineEndpoint({
      id: `search${pascal(plural)}ByPost`,
      method: 'POST',
      path: `${path}/search`,
      question: `rpc.identity.v1.search-${plural}`,
      tag,
      summary: 'The same search with its input in the body',
      paging: searched,
      query: SearchInput,
      body: SearchInput.optional(),
      response: z.array(row),
    }),
  };
};

export const users = crud('user', 'users', '/api/v1/users', 'Users', User, UserInput);

export const currentUser = defineEndpoint({
  id: 'currentUser',
  method: 'GET',
  path: '/api/v1/users/me',
  question: 'rpc.identity.v1.current-user',
  tag: 'Users',
  summary: 'The signed-in user with effective permissions and group access',
  enrolling: true,
  query: Reading,
  response: User,
});

export const Organization = Row.extend({
  name: z.string(),
  shared: z.boolean(),
  domain: z.string(),
  domain_assignment: z.boolean(),
  active: z.boolean(),
  vip: z.boolean(),
  note: z.string(),
  member_ids: z.array(z.number().int()).optional(),
  secondary_member_ids: z.array(z.number().int()).optional(),
});

export const organizations = crud(
  'organization',
  'organizations',
  '/api/v1/organizations',
  'Organizations',
  Organization,
  withCustom({
    name: text(100).optional(),
    shared: Flag.optional(),
    domain: text(250).nullish(),
    domain_assignment: Flag.optional(),
    active: Flag.optional(),
    vip: Flag.optional(),
    note: text(5000).nullish(),
    members: listOf(text(255), MAX_IDS).optional(),
    member_ids: listOf(Id, MAX_IDS).optional(),
    secondary_members: listOf(text(255), MAX_IDS).optional(),
    secondary_member_ids: listOf(Id, MAX_IDS).optional(),
  }),
);

export const Group = Row.extend({
  name: z.string(),
  name_last: z.string(),
  parent_id: z.number().int().nullable(),
  assignment_timeout: z.number().int().nullable(),
  follow_up_possible: z.string(),
  follow_up_assignment: z.boolean(),
  reopen_time_in_days: z.number().int().nullable(),
  priority_matrix: PriorityMatrix.nullable(),
  ask_rating: z.boolean(),
  email_address_id: z.number().int().nullable(),
  signature_id: z.number().int().nullable(),
  active: z.boolean(),
  note: z.string().nullable(),
  user_ids: z.array(z.number().int()).optional(),
});

export const groups = crud(
  'group',
  'groups',
  '/api/v1/groups',
  'Groups',
  Group,
  withCustom({
    name: text(500).optional(),
    name_last: text(160).optional(),
    parent: text(500).nullish(),
    parent_id: optionalId,
    assignment_timeout: z.coerce.number().int().min(0).nullish(),
    follow_up_possible: z.enum(['yes', 'new_ticket', 'new_ticket_after_certain_time']).optional(),
    follow_up_assignment: Flag.optional(),
    reopen_time_in_days: z.coerce.number().int().min(0).nullish(),
    /** Ids of priorities by impact, then by urgency; null: agents choose priorities themselves. */
    priority_matrix: PriorityMatrix.nullish(),
    /** Customers are asked how it went when a ticket is closed. */
    ask_rating: Flag.optional(),
    /** The address it sends from, and whose mail lands in it unless an earlier group has the same one. */
    email_address_id: optionalReference,
    /** The same by its address, `Name <mail@host>` or bare: one that is not there yet is added. */
    email_address: text(320).nullish(),
    /** The same, by its shorter name. */
    email: text(320).nullish(),
    signature_id: optionalReference,
    /** The same by its name. */
    signature: text(250).nullish(),
    shared_drafts: Flag.optional(),
    summary_generation: z.enum(['global_default', 'enabled', 'disabled']).optional(),
    active: Flag.optional(),
    note: text(250).nullish(),
  }),
);

export const Role = Row.extend({
  name: z.string(),
  active: z.boolean(),
  default_at_signup: z.boolean(),
  note: z.string().nullable(),
  preferences: z.record(z.string(), z.unknown()),
  permission_ids: z.array(z.number().int()).optional(),
  group_ids: z.record(z.string(), z.array(z.string())).optional(),
});

export const roles = crud(
  'role',
  'roles',
  '/api/v1/roles',
  'Roles',
  Role,
  z.object({
    name: text(100).optional(),
    default_at_signup: Flag.optional(),
    active: Flag.optional(),
    note: text(250).nullish(),
    permissions: listOf(text(100), MAX_IDS).optional(),
    permission_ids: listOf(Id, MAX_IDS).optional(),
    groups: groupAccess.optional(),
    group_ids: groupAccess.optional(),
  }),
);

export const listPermissions = defineEndpoint({
  id: 'listPermissions',
  method: 'GET',
  path: '/api/v1/permissions',
  question: 'rpc.identity.v1.list-permissions',
  tag: 'Roles',
  summary: 'Every permission that a role can hold; a parent grants its children',
  response: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      /** May stand in a role that people get by signing up. */
      allow_signup: z.boolean(),
    }),
  ),
});

const message = z.object({ message: z.string() });

export const requestPasswordReset = defineEndpoint({
  id: 'requestPasswordReset',
  method: 'POST',
  path: '/api/v1/users/password_reset',
  question: 'rpc.identity.v1.request-password-reset',
  tag: 'Sign-in',
  summary: 'Mails a link to set a new password; answers the same whether the account exists or not',
  access: 'public',
  body: z.object({ username: text(255) }),
  response: message,
});

export const requestSignInLink = defineEndpoint({
  id: 'requestSignInLink',
  method: 'POST',
  path: '/api/v1/users/sign_in_link',
  question: 'rpc.identity.v1.request-sign-in-link',
  tag: 'Sign-in',
  summary: 'Mails a customer a link that signs them in once; answers the same whether the account exists or not',
  access: 'public',
  body: z.object({ username: text(255), locale: text(20).optional() }),
  response: message,
});

export const setPasswordByToken = defineEndpoint({
  id: 'setPasswordByToken',
  method: 'POST',
  path: '/api/v1/users/password_reset_verify',
  question: 'rpc.identity.v1.set-password-by-token',
  tag: 'Sign-in',
  summary: 'Sets a password with a token from a reset, invitation or sign-up mail; the token works once',
  access: 'public',
  body: z.object({
    token: text(200),
    /** Without a password the token is only checked. */
    password: text(1000).optional(),
    /** The API tokens of the account end as well. Sessions, and what applications were allowed, end always. */
    end_tokens: Flag.optional(),
  }),
  response: z.object({ message: z.string(), user_login: z.string().optional() }),
});

export const changePassword = defineEndpoint({
  id: 'changePassword',
  method: 'POST',
  path: '/api/v1/users/password_change',
  question: 'rpc.identity.v1.change-password',
  tag: 'Sign-in',
  summary: 'Changes the own password; all other sessions end, and so does what applications were allowed',
  body: z.object({
    password_old: text(1000),
    password_new: text(1000),
    /** The API tokens of the account end as well. */
    end_tokens: Flag.optional(),
  }),
  response: message,
});

export const listTokens = defineEndpoint({
  id: 'listTokens',
  method: 'GET',
  path: '/api/v1/user_access_token',
  question: 'rpc.identity.v1.list-tokens',
  tag: 'Sign-in',
  summary: 'Own API tokens (never their secrets) and the permissions a token may carry',
  response: z.looseObject({
    tokens: z.array(
      z.looseObject({
        id: z.number().int(),
        name: z.string(),
        preferences: z.looseObject({ permission: z.array(z.string()) }),
        last_used_at: Instant.nullable(),
        expires_at: Instant.nullable(),
        created_at: Instant,
      }),
    ),
    permissions: z.array(z.looseObject({ id: z.number().int(), name: z.string() })),
  }),
});

export const createToken = defineEndpoint({
  id: 'createToken',
  secretAnswer: true,
  method: 'POST',
  path: '/api/v1/user_access_token',
  question: 'rpc.identity.v1.create-token',
  tag: 'Sign-in',
  summary: 'Makes an API token; it is shown this once',
  body: z.object({
    name: text(250),
    permission: bounded(text(100), 200).optional(),
    expires_at: z.string().nullish(),
  }),
  response: z.object({ token: z.string() }),
});

export const deleteToken = defineEndpoint({
  id: 'deleteToken',
  method: 'DELETE',
  path: '/api/v1/user_access_token/:id',
  question: 'rpc.identity.v1.delete-token',
  tag: 'Sign-in',
  summary: 'Revokes an own API token',
  params,
});
