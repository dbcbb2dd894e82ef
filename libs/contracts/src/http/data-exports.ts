import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Id, Instant } from './common.ts';

const tag = 'Data protection';

/** An archive of everything that is kept about a person. */
export const DataExport = z.object({
  id: z.number().int(),
  /** Whom it is about. */
  user_id: z.number().int(),
  /** With what the desk keeps to itself: internal articles, notes. */
  internal: z.boolean(),
  state: z.enum(['waiting', 'running', 'ready', 'failed', 'expired']),
  /** So far, while it is made; in all, once it is ready. */
  progress: z.object({ parts: z.number().int(), files: z.number().int(), bytes: z.number().int() }),
  /** Of the archive; null: not there yet, or not there any more. */
  size: z.number().int().nullable(),
  created_by_id: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
  /** When it is, or was, removed. */
  expires_at: Instant,
});

export const dataExports = {
  list: defineEndpoint({
    id: 'listDataExports',
    method: 'GET',
    path: '/api/v1/data_exports',
    question: 'rpc.identity.v1.list-data-exports',
    tag,
    summary: 'Archives that the caller ordered, newest first, at most 100',
    response: z.array(DataExport),
  }),
  show: defineEndpoint({
    id: 'getDataExport',
    method: 'GET',
    path: '/api/v1/data_exports/:id',
    question: 'rpc.identity.v1.show-data-export',
    tag,
    summary: 'One archive that the caller ordered, and how far it is',
    params: { id: Id },
    response: DataExport,
  }),
  create: defineEndpoint({
    id: 'createDataExport',
    method: 'POST',
    path: '/api/v1/data_exports',
    question: 'rpc.identity.v1.create-data-export',
    tag,
    summary:
      'Orders an archive of what is kept about oneself, or with `admin.data_privacy` about `user_id`; ' +
      'a mail tells when it can be fetched',
    status: 201,
    body: z.object({
      /** Absent: oneself. */
      user_id: Id.optional(),
      /** With internal articles and notes; not of oneself. */
      internal: z.boolean().optional(),
    }),
    response: DataExport,
  }),
};
