import { z } from 'zod';
import { accessLevels } from '../access/actor.ts';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, optionalId, Row, text } from './common.ts';

const tag = 'Sign-in with OpenID Connect';
const params = { id: Id };
const MOST_ENTITLEMENTS = 1_000;

/** A provider of identities (OpenID Connect). Its secret is written and never read back. */
export const OpenIdProvider = Row.extend({
  /** Part of its addresses here. */
  name: z.string(),
  /** What its button says. */
  title: z.string(),
  issuer: z.string(),
  client_id: z.string(),
  client_secret_set: z.boolean(),
  scopes: z.array(z.string()),
  enabled: z.boolean(),
  trusts_email: z.boolean(),
  creates_accounts: z.boolean(),
  /** What to register at the provider. */
  redirect_uri: z.string(),
  backchannel_logout_uri: z.string(),
});

const providerInput = z.object({
  /** Lower-case letters, digits and hyphens. It is part of the redirect URI, so it cannot be changed later. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  title: text(100).min(1),
  /** As the provider writes it; `<issuer>/.well-known/openid-configuration` must answer. */
  issuer: z.url({ protocol: /^https?$/ }).max(500),
  client_id: text(255).min(1),
  /** Null: a public client, with PKCE alone. */
  client_secret: text(1000).nullish(),
  /** `openid` is asked for in any case; without a list also `profile` and `email`. */
  scopes: bounded(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/), 50).optional(),
  enabled: Flag.optional(),
  /** Its verified addresses are believed: new accounts get them, and the customer who has one is signed in to. */
  trusts_email: Flag.optional(),
  /** Whether somebody without an account here gets one. */
  creates_accounts: Flag.optional(),
});

const providersPath = '/api/v1/openid_providers';

export const openIdProviders = {
  list: defineEndpoint({
    id: 'listOpenIdProviders',
    method: 'GET',
    path: providersPath,
    question: 'rpc.identity.v1.list-openid-providers',
    tag,
    summary: 'All providers, by id',
    response: z.array(OpenIdProvider),
  }),
  get: defineEndpoint({
    id: 'getOpenIdProvider',
    method: 'GET',
    path: `${providersPath}/:id`,
    question: 'rpc.identity.v1.get-openid-provider',
    tag,
    summary: 'One provider',
    params,
    response: OpenIdProvider,
  }),
  create: defineEndpoint({
    id: 'createOpenIdProvider',
    method: 'POST',
    path: providersPath,
    question: 'rpc.identity.v1.create-openid-provider',
    tag,
    summary: 'Adds a provider; people see its button as soon as it is enabled',
    status: 201,
    body: providerInput,
    response: OpenIdProvider,
  }),
  update: defineEndpoint({
    id: 'updateOpenIdProvider',
    method: 'PUT',
    path: `${providersPath}/:id`,
    question: 'rpc.identity.v1.update-openid-provider',
    tag,
    summary: 'Changes a provider; to disable it ends the sessions that it opened',
    params,
    body: providerInput.omit({ name: true, issuer: true }).partial(),
    response: OpenIdProvider,
  }),
  check: defineEndpoint({
    id: 'checkOpenIdProvider',
    method: 'POST',
    path: `${providersPath}/check`,
    question: 'rpc.identity.v1.check-openid-provider',
    tag,
    summary: 'Reads the description of an issuer, to see that it is one; changes nothing',
    body: providerInput.pick({ issuer: true }),
    response: z.object({
      issuer: z.string(),
      authorization_endpoint: z.string(),
      /** Empty: the provider does not tell. */
      scopes_supported: z.array(z.string()),
    }),
  }),
  delete: defineEndpoint({
    id: 'deleteOpenIdProvider',
    method: 'DELETE',
    path: `${providersPath}/:id`,
    question: 'rpc.identity.v1.delete-openid-provider',
    tag,
    summary: 'Removes a provider with its mappings, and what they gave; accounts stay',
    params,
  }),
};

/** What membership of a group at the provider is worth here: a role, access to a group, or both. */
export const EntitlementMapping = Row.extend({
  provider_id: z.number().int(),
  /** Entitlement that somebody must have (AARC-G069), in its normal form; one below it is enough. */
  pattern: z.string(),
  role_id: z.number().int().nullable(),
  group_id: z.number().int().nullable(),
  access: z.enum(accessLevels).nullable(),
  note: z.string(),
});

const mappingInput = z.object({
  provider_id: Id,
  pattern: text(2000),
  role_id: optionalId,
  /** Name of the role, instead of its id. */
  role: text(100).nullish(),
  group_id: optionalId,
  /** Name of the group, instead of its id. */
  group: text(500).nullish(),
  access: z.enum(accessLevels).nullish(),
  note: text(250).nullish(),
});

const mappingsPath = '/api/v1/entitlement_mappings';

export const entitlementMappings = {
  list: defineEndpoint({
    id: 'listEntitlementMappings',
    method: 'GET',
    path: mappingsPath,
    question: 'rpc.identity.v1.list-entitlement-mappings',
    tag,
    summary: 'All mappings of entitlements, by id',
    response: z.array(EntitlementMapping),
  }),
  get: defineEndpoint({
    id: 'getEntitlementMapping',
    method: 'GET',
    path: `${mappingsPath}/:id`,
    question: 'rpc.identity.v1.get-entitlement-mapping',
    tag,
    summary: 'One mapping',
    params,
    response: EntitlementMapping,
  }),
  create: defineEndpoint({
    id: 'createEntitlementMapping',
    method: 'POST',
    path: mappingsPath,
    question: 'rpc.identity.v1.create-entitlement-mapping',
    tag,
    summary: "Gives a role or group access for an entitlement, from each person's next sign-in on",
    status: 201,
    body: mappingInput,
    response: EntitlementMapping,
  }),
  update: defineEndpoint({
    id: 'updateEntitlementMapping',
    method: 'PUT',
    path: `${mappingsPath}/:id`,
    question: 'rpc.identity.v1.update-entitlement-mapping',
    tag,
    summary: 'Changes a mapping, at once for those who have it; a new pattern is earned anew at sign-in',
    params,
    body: mappingInput.omit({ provider_id: true }).partial(),
    response: EntitlementMapping,
  }),
  delete: defineEndpoint({
    id: 'deleteEntitlementMapping',
    method: 'DELETE',
    path: `${mappingsPath}/:id`,
    question: 'rpc.identity.v1.delete-entitlement-mapping',
    tag,
    summary: 'Removes a mapping and takes back, at once, what it gave',
    params,
  }),
  preview: defineEndpoint({
    id: 'previewEntitlementMappings',
    method: 'POST',
    path: `${mappingsPath}/preview`,
    question: 'rpc.identity.v1.preview-entitlement-mappings',
    tag,
    summary: 'What somebody with these entitlements would get; changes nothing',
    body: z.object({ provider_id: Id, entitlements: bounded(text(2000), MOST_ENTITLEMENTS) }),
    response: z.object({
      /** Each as asked, with its normal form; null: no group entitlement, passed over. */
      entitlements: z.array(z.object({ value: z.string(), normal: z.string().nullable() })),
      /** Mappings that are earned, and by which of them. */
      mappings: z.array(z.object({ id: z.number().int(), entitlement: z.string() })),
      role_ids: z.array(z.number().int()),
      group_ids: z.record(z.string(), z.array(z.string())),
    }),
  }),
};

/** An account at a provider, and who it is here. */
export const OpenIdIdentity = z.object({
  id: z.number().int(),
  user_id: z.number().int(),
  issuer: z.string(),
  subject: z.string(),
  voperson_id: z.string().nullable(),
  /** As of the last sign-in. */
  entitlements: z.array(z.string()),
  last_sign_in_at: Instant.nullable(),
  created_at: Instant,
});

const identitiesPath = '/api/v1/openid_identities';

export const openIdIdentities = {
  list: defineEndpoint({
    id: 'listOpenIdIdentities',
    method: 'GET',
    path: identitiesPath,
    question: 'rpc.identity.v1.list-openid-identities',
    tag,
    summary: 'The accounts at providers that belong to a user',
    query: z.object({ user_id: Id }),
    response: z.array(OpenIdIdentity),
  }),
  create: defineEndpoint({
    id: 'createOpenIdIdentity',
    method: 'POST',
    path: identitiesPath,
    question: 'rpc.identity.v1.create-openid-identity',
    tag,
    summary: 'Links an account at a provider to a user; the only way for users with rights of their own',
    status: 201,
    body: z.object({ user_id: Id, provider_id: Id, subject: text(255).min(1) }),
    response: OpenIdIdentity,
  }),
  delete: defineEndpoint({
    id: 'deleteOpenIdIdentity',
    method: 'DELETE',
    path: `${identitiesPath}/:id`,
    question: 'rpc.identity.v1.delete-openid-identity',
    tag,
    summary: 'Unlinks an account at a provider; its sessions and what it gave end',
    params,
  }),
};

export const signInProviders = defineEndpoint({
  id: 'signInProviders',
  method: 'GET',
  path: '/api/v1/signin/providers',
  question: 'rpc.identity.v1.sign-in-providers',
  tag,
  summary: 'The enabled providers, for the buttons of the sign-in page; signing in starts at `/auth/openid/:name`',
  access: 'public',
  response: z.array(z.object({ name: z.string(), title: z.string() })),
});
