import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { logger } from '@helpmesh/telemetry';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type Span, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestAnswered } from '../events.ts';
import { answerError } from './answer-error.ts';
import { readForm } from './form-body.ts';
import { jsonBody } from './json-body.ts';

export interface EdgeServerOptions {
  trustedProxies: string | undefined;
}

/** Enough for every form that anybody may send. */
const SMALL_BODY_BYTES = 64 * 1024;
/** Slowest a client may send its request; longer is a slow loris. */
const REQUEST_TIMEOUT_MS = 120_000;
/** How much of a refused body is read off at most. */
const READ_OFF_BYTES = 64 * 1024 * 1024;
/** Longer than the 60 s of common load balancers, so that they close idle connections and never meet a closed one. */
const KEEP_ALIVE_MS = 72_000;

/** Fastify as this edge wants it, inside Nest's adapter: parsers, limits, headers, counting. */
export function edgeServer({ trustedProxies }: EdgeServerOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    // Of every route that asks for no larger one: strangers can reach controllers and unknown addresses.
    bodyLimit: SMALL_BODY_BYTES,
    // Forwarded headers of whoever is not our proxy are somebody's claim about himself.
    trustProxy: trustedProxies ? trustedProxies.split(',').map((address) => address.trim()) : false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: requestIds(),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    logger: false,
    skipMiddie: true,
    routerOptions: { maxParamLength: 500, ignoreDuplicateSlashes: false, caseSensitive: true },
    // A URL that cannot be decoded never reaches a route or a hook.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
  });
  const server = adapter.getInstance() as unknown as FastifyInstance;
  addParsers(server);
  addHooks(server);
  return adapter;
}

/** Ids that are unique over processes and restarts, at the price of a counter: a random one costs more than routing. */
function requestIds(): () => string {
  const start = randomBytes(9).toString('base64url');
  let n = 0;
  return () => `${start}-${(n++).toString(36)}`;
}

function addParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, jsonBody(server));
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) => {
    done(null, readForm(text as string));
  });
  // Existing clients send search input as a JSON body with GET.
  server.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
}

/** Traces are read by more people than addresses are for: tokens, what somebody looks for, credentials of old clients. */
function concealSecrets(span: Span, { url, query, routeOptions }: FastifyRequest): void {
  if (routeOptions.url?.includes(':token')) span.setAttribute('url.path', routeOptions.url);
  if (url.includes('?')) span.setAttribute('url.query', Object.keys(query as object).join('&'));
}

function addHooks(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    // Nest answers what its controllers throw; a body that cannot be read never gets as far.
    route.errorHandler ??= (error, request, reply) => void answerError(error, request, reply);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const { method, routeOptions } = request;
    const span = trace.getActiveSpan();
    if (span?.isRecording()) {
      span.updateName(`${method} ${routeOptions.url ?? 'unmatched'}`);
      concealSecrets(span, request);
    }
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  server.addHook('onError', (request, reply, error, done) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      reply.removeHeader('connection');
      readOff(request.raw);
    }
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    requestAnswered(request.method, request.routeOptions.url ?? 'unmatched', reply.statusCode, reply.elapsedTime);
    done();
  });
  // A client that breaks the protocol is answered by Node with 400; what it did is worth a line at most.
  server.server.on('clientError', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') logger('http').debug({ code: error.code }, 'a client broke the protocol');
  });
}

/**
 * Lets a client finish what it goes on sending of a body that is refused already: on a connection that is closed at
 * once most fail while writing and never read why. The time for a request bounds how long.
 */
function readOff(body: IncomingMessage): void {
  let left = READ_OFF_BYTES;
  body.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) body.destroy();
  });
}
