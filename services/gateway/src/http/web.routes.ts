import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError, noRoute } from './answer-error.ts';
import { allowAnyOrigin } from './edge-guard.ts';
import type { WebFile, WebFiles } from './web-files.ts';

/**
 * Headers of our own pages. Scripts come from here and nowhere else; styles may stand inline because mail shown in its
 * sandboxed frame inherits this policy and brings style attributes. For the same frame images may come from anywhere by
 * https: its own policy, on top of this one, lets in none but ours until the reader asks for the images of a mail. No text
 * becomes markup or script but by the policies named last (trusted-types.ts of the web client, and two libraries).
 */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: https:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "frame-src 'self' blob: data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default dompurify helpmesh-frame helpmesh-read ProseMirrorClipboard',
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
};
/** A year: the name changes when the content does. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Helpmesh</title>
<h1>Helpmesh is running</h1><p>The web client is not built here. The API answers under <code>/api/v1</code>;
its description is at <a href="/docs">/docs</a>.</p></html>`;

/** The web client, unknown API routes and CORS questions: everything no other route wants. */
export function mountWeb(server: FastifyInstance, files: WebFiles, { https }: { https: boolean }): void {
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void answerError(error, request, reply);
  server.route({
    method: 'OPTIONS',
    url: '/api/*',
    errorHandler,
    handler: async (_request, reply) => {
      allowAnyOrigin(reply);
      return reply.header('access-control-max-age', '1728000').send('');
    },
  });
  server.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/api/*',
    errorHandler,
    handler: async (request) => {
      throw noRoute(request);
    },
  });
  server.get('/*', { errorHandler }, async (request, reply) => {
    const path = (request.params as { '*': string })['*'];
    for (const [name, value] of Object.entries(pageHeaders)) reply.header(name, value);
    if (https) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    const file = await files.find(`/${path}`);
    if (file) return sendFile(file, request, reply);
    // A missing asset must be missed; only addresses of pages get the page.
    if (/\.\w{1,12}$/.test(path)) throw noRoute(request);
    const page = await files.find('/index.html');
    if (page) return sendFile(page, request, reply);
    return reply.header('content-type', 'text/html; charset=utf-8').send(NOT_BUILT);
  });
}

function sendFile(file: WebFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('etag', file.etag).header('vary', 'accept-encoding');
  reply.header('cache-control', file.hashed ? FOR_EVER : 'no-cache');
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  reply.header('content-type', file.type);
  if (file.br && /\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(file.br);
  if (file.gzip && /\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send(file.gzip);
  return reply.send(file.plain);
}
