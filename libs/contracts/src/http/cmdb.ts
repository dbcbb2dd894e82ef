import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, text } from './common.ts';

const tag = 'CMDB';

/** The connection to the CMDB i-doit; its secrets are never shown. */
export const CmdbSettings = z.object({
  type: z.enum(['idoit']),
  active: z.boolean(),
  /** Address of its web page, where `src/jsonrpc.php` is below. */
  url: z.string(),
  api_key_set: z.boolean(),
  /** For CMDBs that want a person beside the key; empty: none. */
  user: z.string(),
  password_set: z.boolean(),
  /** Which client of the CMDB the key is of, as tickets name it; empty: it has one only. */
  tenant: z.string(),
  /** Writes into the logbook of an object when a ticket about it is opened or its state changes. */
  logbook: z.boolean(),
});
export type CmdbSettings = z.output<typeof CmdbSettings>;

const change = z
  .object({
    type: z.enum(['idoit']),
    active: Flag,
    url: z.union([z.url().max(500), z.literal('')]),
    api_key: text(500),
    user: text(100),
    password: text(500),
    tenant: text(100),
    logbook: Flag,
  })
  .partial();

/** An object as a list shows it. */
export const CmdbObject = z.object({
  id: z.string(),
  title: z.string(),
  type: z.string(),
  /** In the words of the CMDB: `in operation`. */
  status: z.string(),
  /** Its page in the CMDB. */
  url: z.string(),
});
export type CmdbObject = z.output<typeof CmdbObject>;

/** What an agent wants to know of one. Each is empty where the CMDB says nothing. */
export const CmdbObjectDetails = CmdbObject.extend({
  sysid: z.string(),
  model: z.string(),
  serial: z.string(),
  location: z.string(),
  addresses: z.array(z.object({ address: z.string(), hostname: z.string(), primary: z.boolean() })),
  /** Ways to reach it; `url` only where it is one of the web. */
  access: z.array(z.object({ title: z.string(), type: z.string(), url: z.string() })),
});
export type CmdbObjectDetails = z.output<typeof CmdbObjectDetails>;

export const cmdb = {
  settings: defineEndpoint({
    id: 'getCmdbSettings',
    method: 'GET',
    path: '/api/v1/cmdb_settings',
    question: 'rpc.federation.v1.get-cmdb-settings',
    tag,
    summary: 'The connection to the CMDB',
    response: CmdbSettings,
  }),
  update: defineEndpoint({
    id: 'updateCmdbSettings',
    method: 'PUT',
    path: '/api/v1/cmdb_settings',
    question: 'rpc.federation.v1.update-cmdb-settings',
    tag,
    summary: 'Changes what is named; an empty secret takes it away',
    body: change,
    response: CmdbSettings,
  }),
  verify: defineEndpoint({
    id: 'verifyCmdb',
    method: 'POST',
    path: '/api/v1/cmdb_settings/verify',
    question: 'rpc.federation.v1.verify-cmdb',
    tag,
    summary: 'Tries the connection as it would be with these changes, which are not kept',
    body: change.optional(),
    response: z.object({ version: z.string(), tenant: z.string() }),
  }),
  search: defineEndpoint({
    id: 'searchCmdbObjects',
    method: 'GET',
    path: '/api/v1/cmdb_objects',
    question: 'rpc.federation.v1.search-cmdb-objects',
    tag,
    summary: 'Objects by words in their titles, or by number; for agents',
    query: z.object({ query: text(200).optional(), ids: text(2_000).optional() }),
    /** Without an active connection there are none. */
    response: z.object({ active: z.boolean(), tenant: z.string(), objects: z.array(CmdbObject) }),
  }),
  object: defineEndpoint({
    id: 'getCmdbObject',
    method: 'GET',
    path: '/api/v1/cmdb_objects/:id',
    question: 'rpc.federation.v1.get-cmdb-object',
    tag,
    summary: 'What it is, where it stands and how it is reached, as of the last minutes; for agents',
    params: { id: Id },
    response: CmdbObjectDetails,
  }),
};
