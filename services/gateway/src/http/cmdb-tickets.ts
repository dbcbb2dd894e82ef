import { type getTicket, searchTickets } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { TokenFor } from '@helpmesh/service-kit';
import type { FastifyRequest } from 'fastify';
import type { RtTicket } from '../domain/rt-rest.ts';
import type { EdgeGuard } from './edge-guard.ts';

/** What the helpdesks that i-doit finds here are made of. */
export interface CmdbParts {
  guard: Pick<EdgeGuard, 'admitAnyone' | 'identify' | 'credentialOf'>;
  rpc: Pick<RpcClient, 'call'>;
  timeoutMs: number;
}

/** What a list of an object's tickets may hold. */
export const MOST_TICKETS = 100;

/**
 * Whoever names themselves in the question, or in the header.
 * @throws AppError forbidden `auth.required`, and as every sign-in
 */
export async function identified(
  request: FastifyRequest,
  { user, pass }: { user?: string | undefined; pass?: string | undefined },
  { guard }: Pick<CmdbParts, 'guard'>,
): Promise<TokenFor> {
  const named = user && pass ? ({ scheme: 'basic', login: user, password: pass } as const) : undefined;
  const credential = named ?? guard.credentialOf(request);
  // A cookie would do for pages of others: i-doit never has one.
  if (!credential || credential.scheme === 'session') {
    throw new AppError('forbidden', 'auth.required', 'Authentication required');
  }
  const { actor, signed } = await guard.identify(request, credential);
  if (actor.mustEnrol || actor.directoryId !== undefined || actor.viewingUntil !== undefined) {
    throw new AppError('forbidden', 'auth.required', 'Authentication required');
  }
  return signed;
}

/** Tickets that the caller may see. @param query  as agents search */
export async function found(
  request: FastifyRequest,
  actor: TokenFor,
  parts: CmdbParts,
  query: string,
): Promise<RtTicket[]> {
  const input = { params: {}, query: { query, limit: MOST_TICKETS, expand: true } };
  return (await ask(request, actor, parts, searchTickets, input)) as RtTicket[];
}

export function ask(
  request: FastifyRequest,
  actor: TokenFor,
  { rpc, timeoutMs }: CmdbParts,
  question: typeof searchTickets | typeof getTicket,
  input: { params: object; query: object },
): Promise<unknown> {
  const options = { actor, timeoutMs, requestId: request.id, address: request.ip };
  return rpc.call(question, { ...input, body: undefined } as never, options);
}
