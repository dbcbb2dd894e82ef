import { logger } from '@helpmesh/telemetry';
import type { Cache } from './cache.ts';
import { MemoryCache } from './memory-cache.ts';
import { RedisCache } from './redis-cache.ts';

/** Redis when its URL is set, else this process' memory, which is exact as long as there is one replica. */
export function openCache(redisUrl: string | undefined): Cache {
  if (redisUrl) return new RedisCache(redisUrl);
  logger('cache').info('no REDIS_URL: limits and hints are kept by this process alone');
  return new MemoryCache();
}
