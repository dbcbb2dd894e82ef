import { randomBytes } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';
import { problemOf, statusOf, zammadErrorOf } from '@helpmesh/service-kit';
import { logger, traceId } from '@helpmesh/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isScim, scimErrorOf, scimStatusOf } from './scim-error.ts';

const log = logger('http');
/** Seconds; the usual trouble behind a 503 is a service that restarts, and helpdesks that are federated wait as long with all they have. */
const RETRY_AFTER = '1';
const NO_STORE = 'no-cache, no-store, max-age=0, must-revalidate';

/**
 * The one place where an error becomes an answer: `{error, error_human}` on `/api/v1`, which its clients read, the errors
 * of SCIM on `/scim`, problem details (RFC 9457) elsewhere. Never a stack, never the internal part.
 */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asAppError(thrown, request);
  const scim = isScim(request.url);
  const status = scim ? scimStatusOf(error) : statusOf(error);
  let errorId: string | undefined;
  if (error.kind === 'bug') {
    errorId = randomBytes(6).toString('base64url');
    log.error({ err: error, errorId, route: request.routeOptions?.url }, 'a request failed');
  }
  // The body of `/api/v1` has no room for the code: its clients compare it as a whole.
  reply.code(status).header('cache-control', NO_STORE).header('x-error-code', error.code);
  if (status === 401 || status === 403) reply.header('x-failure', headerText(error.detail));
  // RFC 6750 3.1: what a program that refreshes tokens by itself looks for.
  if (status === 401 && /^bearer /i.test(request.headers.authorization ?? ''))
    reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if ((status === 429 || status === 503) && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_AFTER);
  if (isCompatible(request.url)) {
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(zammadErrorOf(error, errorId)));
  }
  if (scim) {
    if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer');
    return reply
      .header('content-type', 'application/scim+json; charset=utf-8')
      .send(JSON.stringify(scimErrorOf(error, errorId)));
  }
  const problem = problemOf(error, { instance: request.url.split('?')[0] ?? '', traceId: traceId() ?? errorId });
  return reply.header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

/** Unknown route: the words existing clients look for. */
export function noRoute(request: FastifyRequest): AppError {
  const path = request.url.split('?')[0] ?? '';
  return new AppError('not-found', 'http.no-route', `No route matches [${request.method}] ${path}`);
}

function isCompatible(url: string): boolean {
  return url.startsWith('/api/');
}

/** What the HTTP library says, in our words; it knows a status only. */
export function asAppError(thrown: unknown, request: FastifyRequest): AppError {
  if (thrown instanceof AppError) return thrown;
  const { code, statusCode, status } = (thrown ?? {}) as { code?: string; statusCode?: number; status?: number };
  const cause = { cause: thrown };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return new AppError('invalid', 'http.body-too-large', 'The request is larger than allowed.', undefined, cause);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_INVALID_MULTIPART_CONTENT_TYPE':
      return new AppError(
        'unreadable',
        'http.unsupported-media-type',
        'The body must be application/json, application/x-www-form-urlencoded or, for files, multipart/form-data.',
        undefined,
        cause,
      );
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new AppError('unreadable', 'http.malformed-json', 'The body is not valid JSON.', undefined, cause);
  }
  const known = statusCode ?? status;
  if (known === 404) return noRoute(request);
  if (known !== undefined && known >= 400 && known < 500)
    return new AppError('unreadable', 'http.unreadable', 'The request cannot be read.', String(code ?? known), cause);
  return AppError.from(thrown);
}

/** Header values are visible ASCII; a message may quote what somebody typed. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
}
