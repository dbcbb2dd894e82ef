import { leaveList, type OutputOf } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, statusOf } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { leavePage, leaveRefused } from '../domain/leave-page/page.ts';
import { asAppError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { secretPage } from './secret-page.ts';

export interface LeavePageParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: ActorSigner;
}

const log = logger('leave-page');
/** A form of one field, and what mail programs send along. */
const FORM_LIMIT_BYTES = 4_096;

/**
 * `/u/<token>`: where the reader of a mail of a list stops such mails. Mail programs do it by one POST without asking
 * (RFC 8058); following the link changes nothing, because scanners of mails follow links.
 */
export function mountLeavePage(server: FastifyInstance, { guard, rpc, signer }: LeavePageParts): void {
  const errorHandler = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const error = asAppError(thrown, request);
    if (error.kind === 'bug') log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
    const missing = error.kind === 'not-found';
    void secretPage(reply)
      .code(missing ? 404 : statusOf(error))
      .send(leaveRefused(missing, request.headers['accept-language']));
  };
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => guard.admitAnyone(request, reply);
  const options = { errorHandler, onRequest, bodyLimit: FORM_LIMIT_BYTES };

  const asked = (request: FastifyRequest, on: boolean | null): Promise<OutputOf<typeof leaveList>> => {
    const { token } = request.params as { token: string };
    return rpc.call(leaveList, { token: token.slice(0, 100), on }, { actor: signer.service() });
  };
  const show = (reply: FastifyReply, request: FastifyRequest, state: OutputOf<typeof leaveList>) =>
    secretPage(reply).send(leavePage(state, request.headers['accept-language']));

  server.get('/u/:token', options, async (request, reply) => show(reply, request, await asked(request, null)));

  server.post('/u/:token', options, async (request, reply) => {
    const { on } = (request.body ?? {}) as Record<string, unknown>;
    return show(reply, request, await asked(request, on === '1'));
  });
}
