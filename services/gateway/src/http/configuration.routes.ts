import { hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../application/configuration/configuration.ts';
import { documentIn } from '../domain/configuration/document.ts';
import { kinds } from '../domain/configuration/kinds.ts';
import { answerError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

export interface ConfigurationRoutesParts {
  guard: Pick<EdgeGuard, 'admit'>;
  rpc: Pick<RpcClient, 'call'>;
  bodyLimitBytes: number;
}

/** Of a file; those of large desks have a tenth of it. */
const MAX_FILE_BYTES = 10_000_000;
/** One question of many. */
const QUESTION_MS = 30_000;

/** The configuration as a file: out, compared, and in. For who administers everything. */
export function mountConfiguration(server: FastifyInstance, parts: ConfigurationRoutesParts): void {
  const { guard, rpc } = parts;
  const made = new WeakMap<FastifyRequest, Configuration>();
  const route = {
    bodyLimit: Math.min(parts.bodyLimitBytes, MAX_FILE_BYTES),
    errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
    // Before the body is read, as everywhere.
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      const { actor, signed } = await guard.admit(request, reply);
      if (!hasPermission(actor, 'admin')) {
        throw new AppError('forbidden', 'configuration.not-authorized', 'Not authorized');
      }
      const asking = { actor: signed, requestId: request.id, address: request.ip, timeoutMs: QUESTION_MS };
      made.set(request, new Configuration(rpc, asking));
    },
  };
  const configurationOf = (request: FastifyRequest) => made.get(request) as Configuration;

  server.get('/api/v1/configuration', route, async (request, reply) => {
    const document = await configurationOf(request).read();
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', 'attachment; filename="helpmesh-configuration.json"')
      .header('cache-control', 'no-store')
      .send(`${JSON.stringify(document, null, 2)}\n`);
  });

  server.post('/api/v1/configuration/diff', route, async (request, reply) => {
    const { document } = (request.body ?? {}) as { document?: unknown };
    return sendJson(reply, 200, { steps: await configurationOf(request).diff(documentIn(document)) });
  });

  server.post('/api/v1/configuration/import', route, async (request, reply) => {
    const given = (request.body ?? {}) as { document?: unknown; delete?: unknown; kinds?: unknown };
    const only = Array.isArray(given.kinds) ? given.kinds.map(String).slice(0, kinds.length) : undefined;
    const results = await configurationOf(request).apply(documentIn(given.document), only, given.delete === true);
    return sendJson(reply, 200, { results });
  });
}
