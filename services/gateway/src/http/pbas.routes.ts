import { answerPbas, openPbasLink, signOut } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AttemptLimit } from '../application/attempt-limit.ts';
import type { Authenticator } from '../application/authenticator.ts';
import type { SessionCookie } from '../domain/session-cookie.ts';
import { soapFault } from '../domain/soap-fault.ts';
import { asAppError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { pbasWsdl } from './pbas-wsdl.ts';

export interface PbasRoutesParts {
  guard: Pick<EdgeGuard, 'admitAnyone' | 'sessionOf'>;
  authenticator: Pick<Authenticator, 'forgetSession'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: Pick<ActorSigner, 'service'>;
  attempts: AttemptLimit;
  session: SessionCookie;
  clock: Clock;
  publicUrl: string;
}

const ENDPOINT = '/soap/external-helpdesk';
/** Ten thousand contacts; as base64 it still fits into one message of the bus. */
const BODY_BYTES = 4 * 1024 * 1024;
/** A whole directory of contacts is written before the answer comes. */
const TIMEOUT_MS = 60_000;
const NO_STORE = 'no-cache, no-store, max-age=0, must-revalidate';
const pages = { add: '/tickets/new', list: '/tickets' } as const;
/** Which header carries the guard is a setting of the federation service; these never do, and are nobody else's. */
const KEPT_BACK = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * The External Helpdesk API of PBA-S: the federation service speaks SOAP, and here it gets its HTTP. The bytes go on as
 * they came, for the guard header is over them.
 */
export function mountPbas(server: FastifyInstance, parts: PbasRoutesParts): void {
  const { guard, rpc, signer, attempts, session, clock } = parts;
  const publicUrl = parts.publicUrl.replace(/\/+$/, '');
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Clients send `text/xml`, others `application/xml` or nothing that says what it is: the envelope tells.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
    scope.route({
      method: 'POST',
      url: ENDPOINT,
      bodyLimit: BODY_BYTES,
      errorHandler: (error, request, reply) => void fault(error, request, reply),
      onRequest: async (request, reply) => guard.admitAnyone(request, reply),
      handler: async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body.toString('base64') : '';
        const input = { body, headers: headersOf(request), address: request.ip, secure: request.protocol === 'https' };
        const options = { actor: signer.service(), timeoutMs: TIMEOUT_MS, requestId: request.id };
        // A phrase that is guessed at is guessed as slowly as a password.
        const answer = await attempts.try(request.ip, ['forbidden'], () => rpc.call(answerPbas, input, options));
        return sendXml(reply, 200, answer.envelope);
      },
    });
  });
  server.get(ENDPOINT, { exposeHeadRoute: false }, async (request, reply) => {
    guard.admitAnyone(request, reply);
    return reply
      .header('content-type', 'text/xml; charset=utf-8')
      .header('cache-control', 'public, max-age=300')
      .send(pbasWsdl(`${publicUrl}${ENDPOINT}`));
  });
  // Without HEAD: whoever only looks at the link must not use it up.
  server.get('/sso/pbas/:token', { exposeHeadRoute: false }, async (request, reply) => {
    const to = await openLink(request, reply).catch((thrown: unknown) => {
      const error = AppError.from(thrown);
      if (error.kind === 'bug') throw error;
      return `/sign-in?problem=${encodeURIComponent(error.code)}`;
    });
    return reply
      .code(303)
      .header('location', to)
      .header('cache-control', NO_STORE)
      .header('referrer-policy', 'no-referrer')
      .send('');
  });

  async function openLink(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    guard.admitAnyone(request, reply);
    const { token } = request.params as { token: string };
    const userAgent = String(request.headers['user-agent'] ?? '').slice(0, 500);
    const input = { token: token.slice(0, 100), ip: request.ip, userAgent };
    const opened = await attempts.try(request.ip, ['forbidden'], () =>
      rpc.call(openPbasLink, input, { actor: signer.service() }),
    );
    const lives = (Date.parse(opened.expiresAt) - clock.now()) / 1000;
    reply.header('set-cookie', session.set(opened.sessionToken, lives));
    // What this browser was before was somebody's; it does not go on beside the new one.
    const before = guard.sessionOf(request);
    if (before !== undefined) {
      await rpc.call(signOut, { sessionToken: before }, { actor: signer.service() });
      parts.authenticator.forgetSession(before);
    }
    return pages[opened.act];
  }
}

function headersOf({ headers }: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !KEPT_BACK.has(name) ? [[name, value]] : [],
    ),
  );
}

function sendXml(reply: FastifyReply, status: number, xml: string): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'text/xml; charset=utf-8')
    .header('cache-control', NO_STORE)
    .send(xml);
}

function fault(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asAppError(thrown, request);
  if (error.kind === 'bug') logger('http').error({ err: error, route: ENDPOINT }, 'a request failed');
  const { status, envelope } = soapFault(error.kind, error.code, error.detail);
  return sendXml(reply.header('x-error-code', error.code), status, envelope);
}
