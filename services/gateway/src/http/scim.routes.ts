import { answerScim, type InputOf, type OutputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { TokenFor } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError, noRoute } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { jsonBody } from './json-body.ts';

export interface ScimRoutesParts {
  guard: Pick<EdgeGuard, 'admit'>;
  rpc: Pick<RpcClient, 'call'>;
  timeoutMs: number;
}

const SCIM_PREFIX = '/scim/v2';
const SCIM_TYPE = 'application/scim+json';
/** Thousands of members of a group. */
const BODY_BYTES = 2 * 1024 * 1024;
type Method = InputOf<typeof answerScim>['method'];
const methods: Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** SCIM 2.0 (RFC 7644), for directories: identity speaks it, and here it gets its HTTP. */
export function mountScim(server: FastifyInstance, { guard, rpc, timeoutMs }: ScimRoutesParts): void {
  const signed = new WeakMap<FastifyRequest, TokenFor>();
  server.register(async (scope) => {
    scope.addContentTypeParser(SCIM_TYPE, { parseAs: 'string' }, jsonBody(scope));
    for (const url of [`${SCIM_PREFIX}/:resource`, `${SCIM_PREFIX}/:resource/:id`]) {
      scope.route({
        method: methods,
        url,
        bodyLimit: BODY_BYTES,
        errorHandler: (error, request, reply) => void answerError(error, request, reply),
        // Before the body is read, as everywhere.
        onRequest: async (request, reply) => {
          signed.set(request, (await guard.admit(request, reply, { directories: true })).signed);
        },
        handler: async (request, reply) => {
          const options = { actor: signed.get(request), timeoutMs, requestId: request.id, address: request.ip };
          return send(reply, await rpc.call(answerScim, inputOf(request), options));
        },
      });
    }
    scope.route({
      method: methods,
      url: '/scim/*',
      errorHandler: (error, request, reply) => void answerError(error, request, reply),
      handler: async (request) => {
        throw noRoute(request);
      },
    });
  });
}

function inputOf(request: FastifyRequest): InputOf<typeof answerScim> {
  const { resource, id } = request.params as { resource: string; id?: string };
  if (unsupported(resource, id)) {
    throw new AppError('unreadable', 'scim.not-implemented', 'This part of SCIM is not implemented.');
  }
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  return {
    method: request.method as Method,
    resource,
    ...(id !== undefined && { id }),
    query: request.query as Record<string, unknown>,
    ...(request.body !== undefined && { body: request.body }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
  };
}

/** What RFC 7644 leaves to the service provider, and `ServiceProviderConfig` does not promise. */
function unsupported(resource: string, id: string | undefined): boolean {
  return resource === 'Me' || resource === 'Bulk' || resource === '.search' || id === '.search';
}

function send(reply: FastifyReply, { status, body, etag, location }: OutputOf<typeof answerScim>): FastifyReply {
  reply.code(status).header('cache-control', 'no-store');
  if (etag !== undefined) reply.header('etag', etag);
  if (location !== undefined) reply.header('location', location);
  if (body === undefined) return reply.send();
  return reply.header('content-type', `${SCIM_TYPE}; charset=utf-8`).send(JSON.stringify(body));
}
