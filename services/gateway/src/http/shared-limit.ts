import { AppError } from '@helpmesh/kernel';
import type { Cache } from '@helpmesh/service-kit';
import type { FastifyReply } from 'fastify';

/** Counts one more of `key`, over all gateways. @throws AppError limited, with `retry-after` set */
export async function limitShared(
  cache: Pick<Cache, 'limit'>,
  reply: FastifyReply,
  key: string,
  max: number,
  windowMs: number,
): Promise<void> {
  const verdict = await cache.limit(key, { max, windowMs });
  if (verdict.allowed) return;
  reply.header('retry-after', String(Math.ceil(verdict.retryAfterMs / 1000)));
  throw new AppError('limited', 'http.too-many-requests', 'Too many requests. Slow down and try again.');
}
