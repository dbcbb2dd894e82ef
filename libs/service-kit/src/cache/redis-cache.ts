import { randomUUID } from 'node:crypto';
import { logger } from '@helpmesh/telemetry';
import { Redis } from 'ioredis';
import type { Cache, Limit, LimitVerdict } from './cache.ts';
import { MemoryCache } from './memory-cache.ts';

const log = logger('cache');

/** KEYS counter; ARGV ttl ms. Expiry is set with the first hit only, in the same step. */
const INCR = `
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n`;

/** KEYS window; ARGV max, window ms, id of this hit. The server's clock counts, so replicas agree. */
const LIMIT = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local max, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local n = redis.call('ZCARD', KEYS[1])
if n < max then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], window)
  return {1, max - n - 1, 0}
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {0, 0, math.max(1, tonumber(first[2]) + window - now)}`;

interface Scripts {
  helpmeshIncr(key: string, ttlMs: number): Promise<number>;
  helpmeshLimit(key: string, max: number, windowMs: number, id: string): Promise<[number, number, number]>;
}

/**
 * The cache shared by all replicas. While Redis is away it answers from this process alone: counters and limits stay
 * enforced (never open), hints are missed, messages reach this process only. Nothing waits longer than half a second.
 */
export class RedisCache implements Cache {
  private readonly commands: Redis & Scripts;
  private readonly subscriber: Redis;
  private readonly local = new MemoryCache();
  private readonly listeners = new Map<string, Set<(message: string) => void>>();
  private away = false;
  /** Over when the first connection stands or failed, so that a start does not look like an outage. */
  private starting: Promise<void> | undefined;

  constructor(
    url: string,
    private readonly prefix = 'helpmesh:',
  ) {
    const options = {
      commandTimeout: 500,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
    };
    this.commands = new Redis(url, { ...options, scripts: scripts() }) as Redis & Scripts;
    // Subscriptions made while the server is away are sent when it is back.
    this.subscriber = new Redis(url, { ...options, commandTimeout: undefined, enableOfflineQueue: true } as object);
    for (const client of [this.commands, this.subscriber]) client.on('error', (error) => this.noticed(error));
    this.starting = new Promise((settled) => {
      this.commands
        .once('ready', settled)
        .once('error', () => settled())
        .once('close', settled);
    });
    this.subscriber.on('message', (channel: string, message: string) => {
      for (const listener of this.listeners.get(channel) ?? []) listener(message);
    });
  }

  async get(key: string): Promise<string | undefined> {
    return this.attempt(
      async () => (await this.commands.get(this.prefix + key)) ?? undefined,
      () => this.local.get(key),
    );
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.attempt(
      async () => void (await this.commands.set(this.prefix + key, value, 'PX', Math.max(1, ttlMs))),
      () => this.local.set(key, value, ttlMs),
    );
  }

  async delete(key: string): Promise<void> {
    await this.local.delete(key);
    await this.attempt(
      async () => void (await this.commands.del(this.prefix + key)),
      async () => undefined,
    );
  }

  async incr(key: string, ttlMs: number): Promise<number> {
    return this.attempt(
      () => this.commands.helpmeshIncr(this.prefix + key, ttlMs),
      () => this.local.incr(key, ttlMs),
    );
  }

  async limit(key: string, limit: Limit): Promise<LimitVerdict> {
    return this.attempt(
      async () => {
        const name = `${this.prefix}limit:${key}`;
        const [allowed, remaining, retryAfterMs] = await this.commands.helpmeshLimit(
          name,
          limit.max,
          limit.windowMs,
          randomUUID(),
        );
        return { allowed: allowed === 1, remaining, retryAfterMs };
      },
      () => this.local.limit(key, limit),
    );
  }

  async giveBack(key: string): Promise<void> {
    await this.attempt(
      async () => void (await this.commands.zpopmax(`${this.prefix}limit:${key}`)),
      () => this.local.giveBack(key),
    );
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.attempt(
      async () => void (await this.commands.publish(this.prefix + channel, message)),
      async () => {
        for (const listener of this.listeners.get(this.prefix + channel) ?? []) listener(message);
      },
    );
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    const name = this.prefix + channel;
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set.add(listener));
    await this.subscriber.subscribe(name).catch((error) => this.noticed(error));
    return async () => {
      set.delete(listener);
      if (set.size > 0) return;
      this.listeners.delete(name);
      await this.subscriber.unsubscribe(name).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    this.listeners.clear();
    await this.local.close();
    this.commands.disconnect();
    this.subscriber.disconnect();
  }

  private async attempt<T>(shared: () => Promise<T>, alone: () => Promise<T>): Promise<T> {
    if (this.starting) {
      await this.starting;
      this.starting = undefined;
    }
    try {
      const result = await shared();
      if (this.away) log.info('Redis is back; limits and hints are shared again');
      this.away = false;
      return result;
    } catch (error) {
      this.noticed(error);
      return alone();
    }
  }

  private noticed(error: unknown): void {
    if (!this.away) log.warn({ err: error }, 'Redis is away; this process limits and caches for itself');
    this.away = true;
  }
}

function scripts(): Record<string, { lua: string; numberOfKeys: number }> {
  return { helpmeshIncr: { lua: INCR, numberOfKeys: 1 }, helpmeshLimit: { lua: LIMIT, numberOfKeys: 1 } };
}
