import { z } from 'zod';
import { defineQuestion } from '../define.ts';

const header = z.string().max(500).optional();

/**
 * A request of SCIM 2.0 (RFC 7644), as it came: the protocol decides statuses and headers by what it finds, so the
 * answer names them. Only for actors with a `directoryId`.
 */
export const answerScim = defineQuestion(
  'rpc.identity.v1.answer-scim',
  z.object({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    /** What follows `/scim/v2/`: `Users`, `Schemas`. */
    resource: z.string().max(100),
    id: z.string().max(500).optional(),
    query: z.record(z.string(), z.unknown()),
    body: z.unknown().optional(),
    ifMatch: header,
    ifNoneMatch: header,
  }),
  z.object({
    status: z.number().int(),
    /** Absent: an answer without a body. */
    body: z.unknown().optional(),
    etag: z.string().optional(),
    location: z.string().optional(),
  }),
  { callers: ['gateway'] },
);
