import type { Readable } from 'node:stream';
import type { BlobStore } from '@helpmesh/blob';
import { admitPeer, answerPeer, type InputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, type Cache, clientNetwork } from '@helpmesh/service-kit';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { safeContentType } from '../domain/file-name.ts';
import { answerError } from './answer-error.ts';
import { idempotencyKey } from './endpoint.routes.ts';
import { jsonBody } from './json-body.ts';
import { sendFile } from './send-file.ts';

export interface FederationRoutesParts {
  rpc: Pick<RpcClient, 'call'>;
  /** Says to the service that it is us who ask. */
  signer: Pick<ActorSigner, 'stranger'>;
  cache: Pick<Cache, 'limit'>;
  blobs: Pick<BlobStore, 'get' | 'put'>;
  timeoutMs: number;
}

/** A message with its comments. */
const BODY_BYTES = 6 * 1024 * 1024;
/** What is read of anybody, as elsewhere a form is: most messages are shorter. */
const SHORT_BYTES = 64 * 1024;
/** Calls of one network in a minute. */
const POLICY = { max: 6_000, windowMs: 60_000 };
/** A helpdesk that calls waits no longer for a service of ours that has died than its successor takes to start. */
const ASK_AGAIN_MS = 1_000;
const POLICY_HEADER = `"fed";q=${POLICY.max};w=${POLICY.windowMs / 1_000}`;
type Method = InputOf<typeof answerPeer>['method'];
const methods: Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The door for other helpdesks: the federation service speaks the protocol, and here it gets its HTTP. */
export function mountFederation(server: FastifyInstance, parts: FederationRoutesParts): void {
  const common = {
    bodyLimit: BODY_BYTES,
    errorHandler: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
    // Before the body is read, as everywhere.
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      await admit(request, reply, parts);
      if (hasLongBody(request)) await known(request, parts);
    },
  };
  server.register(async (scope) => {
    for (const type of ['application/cloudevents+json', 'application/merge-patch+json']) {
      scope.addContentTypeParser(type, { parseAs: 'string' }, jsonBody(scope));
    }
    for (const url of ['/federation/v1', '/federation/v1/*']) {
      const handler = (request: FastifyRequest, reply: FastifyReply) => ask(inputOf(request), request, reply, parts);
      scope.route({ ...common, method: methods, url, handler });
    }
  });
  server.register(async (scope) => {
    // A file of any type, as it comes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.route({
      ...{ ...common, bodyLimit: Number.MAX_SAFE_INTEGER },
      ...{ method: 'PUT', url: '/federation/v1/attachments/:id/content' },
      handler: async (request, reply) => {
        const { fileBytes: maxBytes } = await known(request, parts);
        const file = await parts.blobs.put((request.body ?? Buffer.alloc(0)) as Readable, { maxBytes });
        checkDigest(request, file.sha256);
        return ask({ ...inputOf(request), body: undefined, file }, request, reply, parts);
      },
    });
  });
}

async function ask(
  input: InputOf<typeof answerPeer>,
  request: FastifyRequest,
  reply: FastifyReply,
  { rpc, signer, blobs, timeoutMs }: FederationRoutesParts,
): Promise<FastifyReply> {
  const options = {
    ...{ actor: signer.stranger(), requestId: request.id, address: request.ip },
    // A feed answers when there is something to tell.
    timeoutMs: timeoutMs + waitOf(request) * 1_000,
    ...(isRepeatable(input, request) && { askAgainMs: ASK_AGAIN_MS }),
  };
  const { status, headers, body, file } = await rpc.call(answerPeer, input, options);
  reply.code(status).headers({ 'cache-control': 'no-store', ...headers });
  if (file) {
    reply.header('content-type', safeContentType(file.mediaType));
    reply.header('content-security-policy', "sandbox; default-src 'none'");
    return sendFile(request, reply, blobs, file);
  }
  if (body === undefined) return reply.send();
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return reply.header('content-type', `${type}; charset=utf-8`).send(JSON.stringify(body));
}

/** Reading, and messages: they have numbers of their own. A feed that is waited for answers late on purpose. */
function isRepeatable({ method, path, idempotencyKey: key }: InputOf<typeof answerPeer>, request: FastifyRequest) {
  if (method === 'GET') return waitOf(request) === 0;
  return method === 'POST' && path === 'events' && key === undefined;
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

function hasLongBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SHORT_BYTES;
}

/** Nobody sends megabytes who is not known. @throws AppError unauthenticated */
async function known(request: FastifyRequest, { rpc, signer, timeoutMs }: FederationRoutesParts) {
  const token = tokenOf(request);
  const options = { actor: signer.stranger(), timeoutMs, requestId: request.id, address: request.ip };
  const again = { askAgainMs: ASK_AGAIN_MS };
  return rpc.call(admitPeer, token === undefined ? {} : { token }, { ...options, ...again });
}

/** RFC 9530. @throws AppError invalid `federation.digest-missing`, `federation.digest-differs` */
function checkDigest({ headers }: FastifyRequest, sha256: string): void {
  const [, digest] = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):/.exec(String(headers['content-digest'] ?? '')) ?? [];
  if (digest === undefined) {
    throw new AppError('invalid', 'federation.digest-missing', 'A file needs a Content-Digest with its sha-256.');
  }
  if (Buffer.from(digest, 'base64').toString('hex') === sha256) return;
  throw new AppError('invalid', 'federation.digest-differs', 'The bytes are others than Content-Digest says.');
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  return /^bearer +(\S{1,500}) *$/i.exec(headers.authorization ?? '')?.[1];
}

/**
 * HEAD is for files alone: a feed that was read is forgotten, and whoever only looks has not read it.
 * @throws AppError not-found `federation.no-such-path`
 */
function methodOf(request: FastifyRequest): Method {
  if (request.method !== 'HEAD') return request.method as Method;
  if (/^attachments\/[^/]+\/content$/.test(pathOf(request))) return 'GET';
  throw new AppError('not-found', 'federation.no-such-path', 'There is nothing at this address.');
}

/** Seconds. */
function waitOf({ query }: FastifyRequest): number {
  const wait = Number((query as { wait?: unknown }).wait ?? 0);
  return wait > 0 && wait <= 30 ? wait : 0;
}

/** What follows `/federation/v1`. */
function pathOf({ url }: FastifyRequest): string {
  const { pathname } = new URL(url, 'http://edge');
  return pathname.slice('/federation/v1/'.length).replace(/\/+$/, '').slice(0, 500);
}

function inputOf(request: FastifyRequest): InputOf<typeof answerPeer> {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  const token = tokenOf(request);
  // A string of RFC 9651, or as most write it.
  const key = idempotencyKey(request)?.replace(/^"(.+)"$/, '$1');
  return {
    method: methodOf(request),
    path: pathOf(request),
    query: request.query as Record<string, unknown>,
    ...(token !== undefined && { token }),
    ...(request.body !== undefined && { body: request.body }),
    ...(key !== undefined && { idempotencyKey: key }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
  };
}
