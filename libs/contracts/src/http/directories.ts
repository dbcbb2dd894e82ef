import { z } from 'zod';
import { accessLevels } from '../access/actor.ts';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, optionalId, Row, text } from './common.ts';

const tag = 'Directories';
const params = { id: Id };
const MOST_DOMAINS = 100;
const MOST_MAPPINGS = 500;
const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const domain = new RegExp(`^${label}(?:\\.${label})+$`, 'i');

/** What membership of a directory's group is worth here: a role, access to a group, or both. */
const Mapping = z.object({
  /** Display name of the group in the directory, in whatever case. */
  directory_group: z.string(),
  role_id: z.number().int().nullable(),
  group_id: z.number().int().nullable(),
  access: z.enum(accessLevels).nullable(),
});

/** A community's own directory, which provisions people by SCIM 2.0. */
export const Directory = Row.extend({
  name: z.string(),
  /** Its people's addresses are in these and in no others. */
  domains: z.array(z.string()),
  /** Where its people belong; null: as the domain of their address says. */
  organization_id: z.number().int().nullable(),
  /** What a new account gets, beside what mappings give; null: the roles of sign-up. */
  default_role_id: z.number().int().nullable(),
  claims_accounts: z.boolean(),
  enabled: z.boolean(),
  mappings: z.array(Mapping),
});

const input = z.object({
  name: text(100).min(1),
  /** Mail domains that are this community's: whoever runs the directory can read the mail to any address in them. */
  domains: bounded(z.string().max(253).regex(domain), MOST_DOMAINS),
  organization_id: optionalId,
  /** A role that gives no more than customers have. */
  default_role_id: optionalId,
  /** A customer who has an address of its domains already becomes the directory's; otherwise such an address is taken. */
  claims_accounts: Flag.optional(),
  /** One that is not changes nothing, and what its groups gave is withdrawn meanwhile. */
  enabled: Flag.optional(),
  /** All of them: what is not in the list is removed. */
  mappings: bounded(
    z.object({
      directory_group: text(255).min(1),
      role_id: optionalId,
      group_id: optionalId,
      access: z.enum(accessLevels).nullish(),
    }),
    MOST_MAPPINGS,
  ).optional(),
});

const path = '/api/v1/directories';

export const directories = {
  list: defineEndpoint({
    id: 'listDirectories',
    method: 'GET',
    path,
    question: 'rpc.identity.v1.list-directories',
    tag,
    summary: 'All directories, by id',
    response: z.array(Directory),
  }),
  get: defineEndpoint({
    id: 'getDirectory',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.get-directory',
    tag,
    summary: 'One directory',
    params,
    response: Directory,
  }),
  create: defineEndpoint({
    id: 'createDirectory',
    method: 'POST',
    path,
    question: 'rpc.identity.v1.create-directory',
    tag,
    summary: 'Adds a directory; it provisions people at `/scim/v2` with a token of its own',
    status: 201,
    body: input,
    response: Directory,
  }),
  update: defineEndpoint({
    id: 'updateDirectory',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.update-directory',
    tag,
    summary: 'Changes a directory; what mappings give changes at once for those who have it',
    params,
    body: input.partial(),
    response: Directory,
  }),
  delete: defineEndpoint({
    id: 'deleteDirectory',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.identity.v1.delete-directory',
    tag,
    summary: 'Removes a directory with its tokens, its groups and what they gave; accounts stay',
    params,
  }),
};

/** A key of a directory; its secret is shown once. */
const DirectoryToken = z.object({
  id: z.number().int(),
  name: z.string(),
  /** It works as long as this user may give such tokens. */
  user_id: z.number().int(),
  expires_at: Instant.nullable(),
  last_used_at: Instant.nullable(),
  created_at: Instant,
});

const tokensPath = `${path}/:id/tokens`;

export const directoryTokens = {
  list: defineEndpoint({
    id: 'listDirectoryTokens',
    method: 'GET',
    path: tokensPath,
    question: 'rpc.identity.v1.list-directory-tokens',
    tag,
    summary: 'The tokens of a directory, without their secrets',
    params,
    response: z.array(DirectoryToken),
  }),
  create: defineEndpoint({
    id: 'createDirectoryToken',
    secretAnswer: true,
    method: 'POST',
    path: tokensPath,
    question: 'rpc.identity.v1.create-directory-token',
    tag,
    summary: 'Makes a token for the directory, shown this once; good for `/scim/v2` and nothing else',
    status: 201,
    params,
    body: z.object({ name: text(100).min(1), expires_at: z.iso.datetime({ offset: true }).nullish() }),
    response: z.object({ id: z.number().int(), token: z.string() }),
  }),
  delete: defineEndpoint({
    id: 'deleteDirectoryToken',
    method: 'DELETE',
    path: `${tokensPath}/:token`,
    question: 'rpc.identity.v1.delete-directory-token',
    tag,
    summary: 'Revokes a token of a directory',
    params: { ...params, token: Id },
  }),
};
