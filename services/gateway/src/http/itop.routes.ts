import { logger } from '@helpmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ItopAnswer, itopAnswer, itopCodes, itopRefusal, readItopQuestion } from '../domain/itop-rest.ts';
import { objectIdsIn } from '../domain/rt-rest.ts';
import { asAppError } from './answer-error.ts';
import { type CmdbParts, found, identified } from './cmdb-tickets.ts';

/** What i-doit asks of an iTop: the tickets of an object, and the pages of a ticket and a new one. */
export function mountItop(server: FastifyInstance, parts: CmdbParts): void {
  server.route({
    method: 'POST',
    url: '/webservices/rest.php',
    errorHandler: (error, request, reply) => void refuse(error, request, reply),
    onRequest: async (request, reply) => parts.guard.admitAnyone(request, reply),
    handler: async (request, reply) => {
      const form = (typeof request.body === 'object' && request.body !== null ? request.body : {}) as Given;
      const signed = await identified(request, { user: textIn(form.auth_user), pass: textIn(form.auth_pwd) }, parts);
      const question = readItopQuestion(textIn(form.json_data));
      if ('code' in question) return answer(reply, question);
      return answer(reply, itopAnswer(await found(request, signed, parts, `cmdb_object:${question.objectId}`)));
    },
  });
  server.get('/pages/UI.php', async (request, reply) => {
    const { operation, id } = request.query as Given;
    if (operation !== 'details') return reply.redirect('/tickets/new', 302);
    const [ticket] = objectIdsIn(textIn(id) ?? '');
    return reply.redirect(ticket === undefined ? '/tickets' : `/tickets/${ticket}`, 302);
  });
}

type Given = Record<string, unknown>;

const textIn = (value: unknown) => (typeof value === 'string' ? value : undefined);

function answer(reply: FastifyReply, body: ItopAnswer): FastifyReply {
  return reply.code(200).header('cache-control', 'no-store').send(body);
}

/** iTop answers 200 whatever happens; what happened is in the body. */
function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asAppError(thrown, request);
  reply.header('x-error-code', error.code);
  switch (error.kind) {
    case 'unauthenticated':
    case 'forbidden':
      return answer(reply, itopRefusal(itopCodes.unauthorized, 'Invalid login'));
    case 'limited':
      return answer(reply, itopRefusal(itopCodes.internal, error.detail)).code(429);
    case 'unavailable':
      return answer(reply, itopRefusal(itopCodes.internal, error.detail)).code(503);
    case 'bug':
      logger('http').error({ err: error, route: request.routeOptions?.url }, 'a request failed');
      return answer(reply, itopRefusal(itopCodes.internal, 'Something went wrong here'));
    default:
      return answer(reply, itopRefusal(itopCodes.badJson, error.detail));
  }
}
