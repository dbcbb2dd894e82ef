import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from './answer-error.ts';
import { isAmong } from './etag.ts';

const ASSETS = new URL('../../assets/', import.meta.url);

/** A script of ours that pages of others load. @param file  among the assets */
export function mountPageScript(server: FastifyInstance, path: string, file: string): void {
  const script = readFileSync(new URL(file, ASSETS), 'utf8');
  const etag = `"${createHash('sha256').update(script).digest('base64url').slice(0, 22)}"`;
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void answerError(error, request, reply);
  server.get(path, { errorHandler }, async (request, reply) => {
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .header('cross-origin-resource-policy', 'cross-origin')
      // A script that anybody may have; with it a page can say in `integrity` which one it means.
      .header('access-control-allow-origin', '*')
      .header('etag', etag);
    const known = request.headers['if-none-match'];
    return known !== undefined && isAmong(known, etag) ? reply.code(304).send() : reply.send(script);
  });
}
