import { getTicket, searchTickets } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { TokenFor } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  isOfTenant,
  longForm,
  objectIdsIn,
  type RtFormat,
  type RtTicket,
  readTicketSql,
  rtAnswer,
  rtSearchAnswer,
} from '../domain/rt-rest.ts';
import { asAppError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';

export interface RtRoutesParts {
  guard: Pick<EdgeGuard, 'admitAnyone' | 'identify' | 'credentialOf'>;
  rpc: Pick<RpcClient, 'call'>;
  timeoutMs: number;
}

type Given = Record<string, string | undefined>;

/** What a list of an object's tickets may hold. */
const MOST_TICKETS = 100;

/**
 * What i-doit asks of a Request Tracker: the tickets of an object (REST 1.0), and links to a ticket and to a new one.
 * Name and password come wherever that client puts them. They stand in the address at times, so that is never logged.
 */
export function mountRt(server: FastifyInstance, parts: RtRoutesParts): void {
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void refuse(error, request, reply);
  server.route({
    method: ['GET', 'POST'],
    url: '/REST/1.0/search/ticket',
    errorHandler,
    onRequest: async (request, reply) => parts.guard.admitAnyone(request, reply),
    handler: async (request, reply) => {
      const given = givenIn(request);
      const signed = await identified(request, given, parts);
      const search = readTicketSql(given.query ?? '');
      if (!search) return sendText(reply, rtSearchAnswer([], 'l'));
      const words = search.objectIds.map((id) => `cmdb_object:${id}`).join(' ');
      const query = { query: words, limit: MOST_TICKETS, expand: true };
      const found = (await ask(request, signed, parts, searchTickets, { params: {}, query })) as RtTicket[];
      const tickets = found.filter((ticket) => isOfTenant(ticket, search.tenant));
      return sendText(reply, rtSearchAnswer(tickets, formatOf(given.format)));
    },
  });
  server.route({
    method: ['GET', 'POST'],
    url: '/REST/1.0/ticket/:id/show',
    errorHandler,
    onRequest: async (request, reply) => parts.guard.admitAnyone(request, reply),
    handler: async (request, reply) => {
      const signed = await identified(request, givenIn(request), parts);
      const { id } = request.params as { id: string };
      const input = { params: { id }, query: { expand: true } };
      const ticket = await ask(request, signed, parts, getTicket, input).catch((error: unknown) => {
        if (error instanceof AppError && ['not-found', 'invalid'].includes(error.kind)) return undefined;
        throw error;
      });
      const answer = ticket ? longForm(ticket as RtTicket) : `# Ticket ${id.slice(0, 20)} does not exist.`;
      return sendText(reply, rtAnswer(200, 'Ok', answer));
    },
  });
  server.get('/Ticket/Display.html', async (request, reply) => {
    const [id] = objectIdsIn(String((request.query as Given).id ?? ''));
    return reply.redirect(id === undefined ? '/tickets' : `/tickets/${id}`, 302);
  });
  server.get('/Ticket/Create.html', async (request, reply) => {
    const { IDoitTenant: tenant, IDoitObjects: objects, Queue: queue } = request.query as Given;
    const wish = new URLSearchParams();
    const ids = objectIdsIn(String(objects ?? ''));
    if (ids.length > 0) wish.set('objects', ids.join(','));
    if (typeof tenant === 'string' && tenant !== '') wish.set('tenant', tenant.slice(0, 100));
    if (typeof queue === 'string' && queue !== '') wish.set('group', queue.slice(0, 200));
    return reply.redirect(wish.size === 0 ? '/tickets/new' : `/tickets/new?${wish}`, 302);
  });
}

/** The address and the form together; the form counts more. */
function givenIn({ query, body }: FastifyRequest): Given {
  const form = typeof body === 'object' && body !== null ? (body as Given) : {};
  const all: Record<string, unknown> = { ...(query as Given), ...form };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => typeof value === 'string')) as Given;
}

/** @throws AppError forbidden `auth.required`, and as every sign-in */
async function identified(request: FastifyRequest, { user, pass }: Given, { guard }: RtRoutesParts): Promise<TokenFor> {
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

function ask(
  request: FastifyRequest,
  actor: TokenFor,
  { rpc, timeoutMs }: RtRoutesParts,
  question: typeof searchTickets | typeof getTicket,
  input: { params: object; query: object },
): Promise<unknown> {
  const options = { actor, timeoutMs, requestId: request.id, address: request.ip };
  return rpc.call(question, { ...input, body: undefined } as never, options);
}

function formatOf(format: string | undefined): RtFormat {
  return format === 'i' || format === 's' ? format : 'l';
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .code(200)
    .header('content-type', 'text/plain; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(text);
}

/** RT answers 200 whatever happens; what happened is in the first line. */
function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asAppError(thrown, request);
  reply.header('x-error-code', error.code);
  switch (error.kind) {
    case 'unauthenticated':
    case 'forbidden':
      return sendText(reply, rtAnswer(401, 'Credentials required', ''));
    case 'limited':
      return sendText(reply, rtAnswer(429, 'Too Many Requests', '')).code(429);
    case 'unavailable':
      return sendText(reply, rtAnswer(503, 'Service Unavailable', '')).code(503);
    case 'bug':
      logger('http').error({ err: error, route: request.routeOptions?.url }, 'a request failed');
      return sendText(reply, rtAnswer(500, 'Server Error', '')).code(500);
    default:
      return sendText(reply, rtAnswer(400, 'Bad Request', `# ${error.detail.replaceAll(/\s+/g, ' ')}`));
  }
}
