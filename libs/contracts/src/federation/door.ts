import { z } from 'zod';
import { defineQuestion } from '../define.ts';

const header = z.string().max(500).optional();

/**
 * A request of another helpdesk under `/federation/v1`, as it came: the protocol decides statuses and headers by what
 * it finds, so the answer names them. Who it is follows from the token alone.
 */
export const answerPeer = defineQuestion(
  'rpc.federation.v1.answer-peer',
  z.object({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    /** What follows `/federation/v1`, without a slash at either end: `tickets/018f…/comments`, or nothing. */
    path: z.string().max(500),
    token: z.string().max(500).optional(),
    query: z.record(z.string(), z.unknown()),
    body: z.unknown().optional(),
    ifMatch: header,
    ifNoneMatch: header,
  }),
  z.object({
    status: z.number().int(),
    headers: z.record(z.string(), z.string()),
    /** Absent: an answer without a body. */
    body: z.unknown().optional(),
  }),
  { callers: ['gateway'] },
);
