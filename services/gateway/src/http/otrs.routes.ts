import { AppError } from '@helpmesh/kernel';
import { logger } from '@helpmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { otrsSearchAnswer, otrsTickets, readOtrsCall } from '../domain/otrs-soap.ts';
import { objectIdsIn } from '../domain/rt-rest.ts';
import { soapFault } from '../domain/soap-fault.ts';
import { asAppError } from './answer-error.ts';
import { type CmdbParts, found, identified } from './cmdb-tickets.ts';

const PATH = '/nph-genericinterface.pl/Webservice/GenericTicketConnector';
const MOST_BYTES = 65_536;

/** What i-doit asks of an ((OTRS)) Community Edition: the tickets of an object, and the pages of a ticket and a new one. */
export function mountOtrs(server: FastifyInstance, parts: CmdbParts): void {
  void server.register(async (scope) => {
    const types = ['text/xml', 'application/xml', 'application/soap+xml'];
    scope.addContentTypeParser(types, { parseAs: 'string' }, (_, text, done) => done(null, text));
    scope.route({
      method: 'POST',
      url: PATH,
      bodyLimit: MOST_BYTES,
      errorHandler: (error, request, reply) => void refuse(error, request, reply),
      onRequest: async (request, reply) => parts.guard.admitAnyone(request, reply),
      handler: async (request, reply) => {
        const call = readOtrsCall(typeof request.body === 'string' ? request.body : '');
        if (!call) throw new AppError('unreadable', 'otrs.unknown-call', 'Only TicketSearch and TicketGet are here.');
        const { method, user, pass, ticketIds, objectId } = call;
        const signed = await identified(request, { user, pass }, parts);
        if (method === 'TicketSearch') {
          const tickets = objectId ? await found(request, signed, parts, `cmdb_object:${objectId}`) : [];
          return sendXml(reply, 200, otrsSearchAnswer(tickets));
        }
        const tickets =
          ticketIds.length === 0 ? [] : await found(request, signed, parts, `id:(${ticketIds.join(' OR ')})`);
        return sendXml(reply, 200, otrsTickets(tickets));
      },
    });
  });
  server.get('/index.pl', async (request, reply) => {
    // Its addresses have semicolons where others have ampersands.
    const given = new URLSearchParams((request.url.split('?')[1] ?? '').replaceAll(';', '&'));
    if (given.get('Action') === 'AgentTicketZoom') {
      const [id] = objectIdsIn(given.get('TicketID') ?? '');
      return reply.redirect(id === undefined ? '/tickets' : `/tickets/${id}`, 302);
    }
    const ids = objectIdsIn(given.get('DynamicField_IDoitObjects') ?? '');
    return reply.redirect(ids.length === 0 ? '/tickets/new' : `/tickets/new?objects=${ids.join('%2C')}`, 302);
  });
}

function sendXml(reply: FastifyReply, status: number, envelope: string): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'text/xml; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(envelope);
}

/** A fault, so that it is seen: an answer without tickets would look like none. */
function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asAppError(thrown, request);
  reply.header('x-error-code', error.code);
  if (error.kind === 'bug') {
    logger('http').error({ err: error, route: request.routeOptions?.url }, 'a request failed');
  }
  const { status, envelope } = soapFault(error.kind, error.code, error.detail);
  return sendXml(reply, status, envelope);
}
