import { answerPeer, type InputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, type Cache, clientNetwork } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from './answer-error.ts';
import { jsonBody } from './json-body.ts';

export interface FederationRoutesParts {
  rpc: Pick<RpcClient, 'call'>;
  /** Says to the service that it is us who ask. */
  signer: Pick<ActorSigner, 'stranger'>;
  cache: Pick<Cache, 'limit'>;
  timeoutMs: number;
}

/** A message with its comments. */
const BODY_BYTES = 6 * 1024 * 1024;
/** Calls of one network in a minute. */
const POLICY = { max: 6_000, windowMs: 60_000 };
const POLICY_HEADER = `"fed";q=${POLICY.max};w=${POLICY.windowMs / 1_000}`;
type Method = InputOf<typeof answerPeer>['method'];
const methods: Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The door for other helpdesks: the federation service speaks the protocol, and here it gets its HTTP. */
export function mountFederation(server: FastifyInstance, parts: FederationRoutesParts): void {
  const { rpc, signer, timeoutMs } = parts;
  server.register(async (scope) => {
    for (const type of ['application/cloudevents+json', 'application/merge-patch+json']) {
      scope.addContentTypeParser(type, { parseAs: 'string' }, jsonBody(scope));
    }
    for (const url of ['/federation/v1', '/federation/v1/*']) {
      scope.route({
        method: methods,
        url,
        bodyLimit: BODY_BYTES,
        errorHandler: (error, request, reply) => void answerError(error, request, reply),
        // Before the body is read, as everywhere.
        onRequest: (request, reply) => admit(request, reply, parts),
        handler: async (request, reply) => {
          const options = { actor: signer.stranger(), timeoutMs, requestId: request.id, address: request.ip };
          const { status, headers, body } = await rpc.call(answerPeer, inputOf(request), options);
          reply.code(status).headers(headers).header('cache-control', 'no-store');
          if (body === undefined) return reply.send();
          return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
        },
      });
    }
  });
}

/** Helpdesks call more often than people do, so they are counted by themselves. @throws AppError limited */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { cache }: Pick<FederationRoutesParts, 'cache'>,
): Promise<void> {
  const verdict = await cache.limit(`federation:${clientNetwork(request.ip)}`, POLICY);
  reply.header('ratelimit-policy', POLICY_HEADER);
  if (verdict.allowed) return;
  const seconds = Math.ceil(verdict.retryAfterMs / 1_000);
  reply.header('ratelimit', `"fed";r=0;t=${seconds}`).header('retry-after', String(seconds));
  throw new AppError('limited', 'http.too-many-requests', 'Too many requests. Slow down and try again.');
}

function inputOf(request: FastifyRequest): InputOf<typeof answerPeer> {
  const { authorization, 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  const [, token] = /^bearer +(\S{1,500}) *$/i.exec(authorization ?? '') ?? [];
  return {
    method: request.method as Method,
    path: ((request.params as { '*'?: string })['*'] ?? '').replace(/\/+$/, '').slice(0, 500),
    query: request.query as Record<string, unknown>,
    ...(token !== undefined && { token }),
    ...(request.body !== undefined && { body: request.body }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
  };
}
