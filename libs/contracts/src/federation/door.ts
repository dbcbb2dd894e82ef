import { z } from 'zod';
import { defineQuestion } from '../define.ts';

const header = z.string().max(500).optional();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.number().int().nonnegative();

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
    /** Of a POST: doing it again has no second effect. */
    idempotencyKey: z.string().max(255).optional(),
    /** What the edge has put into the file store, of a request whose body is a file. */
    file: z.object({ sha256, size }).optional(),
  }),
  z.object({
    status: z.number().int(),
    headers: z.record(z.string(), z.string()),
    /** Absent: an answer without a body. */
    body: z.unknown().optional(),
    /** The body is this file of the store. */
    file: z.object({ sha256, size, mediaType: z.string() }).optional(),
  }),
  { callers: ['gateway'] },
);

/** Whether somebody may send something at all: asked before a long body is read. Refused as `answerPeer` would. */
export const admitPeer = defineQuestion(
  'rpc.federation.v1.admit-peer',
  z.object({ token: z.string().max(500).optional() }),
  /** The largest file that the peer may bring, bytes. */
  z.object({ fileBytes: size }),
  { callers: ['gateway'] },
);
