import { getTicket } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
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
import { ask, type CmdbParts, found, identified } from './cmdb-tickets.ts';

type Given = Record<string, string | undefined>;

/**
 * What i-doit asks of a Request Tracker: the tickets of an object (REST 1.0), and links to a ticket and to a new one.
 * Name and password come wherever that client puts them. They stand in the address at times, so that is never logged.
 */
export function mountRt(server: FastifyInstance, parts: CmdbParts): void {
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
      const all = await found(request, signed, parts, words);
      const tickets = all.filter((ticket) => isOfTenant(ticket, search.tenant));
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
