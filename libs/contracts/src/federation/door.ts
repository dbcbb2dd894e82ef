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

/**
 * The form that a helpdesk posts to the token endpoint (RFC 6749 4.4, RFC 7523 2.2), as it came, and the answer in the
 * words of RFC 6749 5.
 */
export const issuePeerToken = defineQuestion(
  'rpc.federation.v1.issue-peer-token',
  z.object({ form: z.string().max(16_000), authorization: z.string().max(4_000).optional() }),
  z.object({
    status: z.union([z.literal(200), z.literal(400), z.literal(401), z.literal(503)]),
    body: z.record(z.string(), z.unknown()),
  }),
  { callers: ['gateway'] },
);
