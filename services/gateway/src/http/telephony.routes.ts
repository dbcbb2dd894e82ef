import { receivePhoneEvent } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { placetelEvent, sipgateEvent, xmlAnswer } from '../domain/telephony.ts';
import { answerError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';

export interface TelephonyRouteParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: ActorSigner;
  publicUrl: string;
}

/** Telephone systems that speak otherwise than `/api/v1/cti/:token`: the same events in forms, answers in XML. */
export function mountTelephony(server: FastifyInstance, { guard, rpc, signer, publicUrl }: TelephonyRouteParts): void {
  const base = publicUrl.replace(/\/+$/, '');
  const options = {
    errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => guard.admitAnyone(request, reply),
  };
  const handle = async (
    request: FastifyRequest,
    reply: FastifyReply,
    event: Record<string, unknown>,
    path: (token: string) => string,
  ) => {
    const { token } = request.params as { token: string };
    const input = { params: { token }, query: {}, body: event };
    const told = await rpc.call(receivePhoneEvent, input, { actor: signer.stranger(), requestId: request.id });
    const more = event.event === 'newCall' ? `${base}${path(encodeURIComponent(token))}` : undefined;
    return reply
      .header('content-type', 'application/xml; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(xmlAnswer(told, more));
  };
  const fields = ({ query, body }: FastifyRequest): Record<string, unknown> => ({
    ...(query as object),
    ...(typeof body === 'object' ? body : {}),
  });
  for (const direction of ['in', 'out'] as const) {
    server.post(`/api/v1/sipgate/:token/${direction}`, options, (request, reply) =>
      handle(
        request,
        reply,
        sipgateEvent(fields(request), direction),
        (token) => `/api/v1/sipgate/${token}/${direction}`,
      ),
    );
  }
  server.post('/api/v1/placetel/:token', options, (request, reply) =>
    handle(request, reply, placetelEvent(fields(request)), (token) => `/api/v1/placetel/${token}`),
  );
}
