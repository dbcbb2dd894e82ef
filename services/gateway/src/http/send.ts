import type { FastifyReply } from 'fastify';

/** JSON with the exact content type existing clients test for. */
export function sendJson(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-cache, no-store, max-age=0, must-revalidate')
    .send(JSON.stringify(body));
}
