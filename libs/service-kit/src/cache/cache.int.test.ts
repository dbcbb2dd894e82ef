import { randomUUID } from 'node:crypto';
import { faultProxy, infra, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cache } from './cache.ts';
import { MemoryCache } from './memory-cache.ts';
import { openCache } from './open-cache.ts';
import { RedisCache } from './redis-cache.ts';

const { redisUrl, redisMissing } = infra();
if (!redisUrl) process.stdout.write(`[cache] the Redis adapter is not tested: ${redisMissing}\n`);

const adapters: [string, boolean, () => Cache][] = [
  ['memory', true, () => new MemoryCache()],
  ['Redis', redisUrl !== undefined, () => new RedisCache(redisUrl ?? '', `test:${randomUUID()}:`)],
];

describe.each(adapters)('a cache in %s', (_name, available, open) => {
  const check = it.skipIf(!available);
  let cache: Cache;
  beforeAll(async () => {
    if (!available) return;
    cache = open();
    await waitFor(
      async () => {
        await cache.set('ready', '1', 60_000);
        return (await cache.get('ready')) === '1';
      },
      { what: 'the cache to answer' },
    );
  });
  afterAll(() => cache?.close());

  check('keeps a value until it is replaced, deleted or too old', async () => {
    await cache.set('a', '1', 60_000);
    expect(await cache.get('a')).toBe('1');
    await cache.set('a', '2', 60_000);
    expect(await cache.get('a')).toBe('2');
    await cache.delete('a');
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('brief', '1', 30);
    await waitFor(async () => (await cache.get('brief')) === undefined, { what: 'the value to expire' });
    expect(await cache.get('never')).toBeUndefined();
  });

  check('counts concurrent hits exactly and starts again after its time', async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => cache.incr('hits', 60_000)));
    expect([...counts].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    await cache.incr('short', 30);
    await waitFor(async () => (await cache.incr('short', 30)) === 1, {
      what: 'the counter to start again',
      everyMs: 40,
    });
  });

  check('does not prolong a counter by counting', async () => {
    await cache.incr('fixed', 300);
    await waitFor(async () => (await cache.incr('fixed', 300)) === 1, {
      what: 'a counter hit every 20 ms to end all the same',
      timeoutMs: 5_000,
    });
  });

  check('allows as many hits as the window takes, also all at once, and says when to come back', async () => {
    const limit = { max: 5, windowMs: 60_000 };
    const verdicts = await Promise.all(Array.from({ length: 12 }, () => cache.limit('login', limit)));
    expect(verdicts.filter((verdict) => verdict.allowed).map((verdict) => verdict.remaining)).toEqual([4, 3, 2, 1, 0]);
    const refused = verdicts.find((verdict) => !verdict.allowed);
    expect(refused?.retryAfterMs).toBeGreaterThan(50_000);
    expect(refused?.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect((await cache.limit('somebody-else', limit)).allowed).toBe(true);
  });

  check('allows as many hits more as were given back', async () => {
    const limit = { max: 2, windowMs: 60_000 };
    await cache.giveBack('given');
    await cache.limit('given', limit);
    await cache.limit('given', limit);
    await cache.giveBack('given');
    expect(await cache.limit('given', limit)).toMatchObject({ allowed: true, remaining: 0 });
    expect((await cache.limit('given', limit)).allowed).toBe(false);
  });

  check('slides: hits are allowed again when old ones leave the window, and refused hits do not count', async () => {
    const limit = { max: 2, windowMs: 200 };
    await cache.limit('slide', limit);
    await cache.limit('slide', limit);
    const refused = await cache.limit('slide', limit);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    await waitFor(async () => (await cache.limit('slide', limit)).allowed, { what: 'the window to slide' });
  });

  check('tells subscribers of a channel, and nobody after they left', async () => {
    const heard: string[] = [];
    const leave = await cache.subscribe('news', (message) => heard.push(message));
    await cache.publish('other', 'x');
    await waitFor(
      async () => {
        await cache.publish('news', 'hello');
        return heard.length > 0;
      },
      { what: 'the message' },
    );
    expect(new Set(heard)).toEqual(new Set(['hello']));
    await leave();
    await cache.publish('news', 'gone');
    await cache.set('after', '1', 1000);
    expect(heard).not.toContain('gone');
  });
});

describe.skipIf(redisUrl === undefined)('a cache whose Redis goes away', () => {
  it('keeps limiting by itself, then shares again when Redis is back', async () => {
    const target = new URL(redisUrl ?? 'redis://127.0.0.1:1');
    const proxy = await faultProxy({ host: target.hostname, port: Number(target.port) });
    const cache = openCache(proxy.through(target.href));
    const limit = { max: 3, windowMs: 60_000 };
    const key = randomUUID();
    try {
      await waitFor(
        async () => {
          await cache.set(key, 'shared', 60_000);
          return (await cache.get(key)) === 'shared';
        },
        { what: 'Redis' },
      );
      await cache.set(`${key}:2`, 'shared', 60_000);
      await proxy.refuse();
      await waitFor(async () => (await cache.get(`${key}:2`)) === undefined, { what: 'Redis to be noticed as away' });
      const verdicts = await Promise.all(Array.from({ length: 6 }, () => cache.limit(key, limit)));
      expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(3);
      await proxy.heal();
      await waitFor(async () => (await cache.get(`${key}:2`)) === 'shared', { what: 'Redis to be used again' });
    } finally {
      await cache.close();
      await proxy.close();
    }
  });
});

describe('openCache', () => {
  it('takes the process alone when there is no Redis', () => {
    expect(openCache(undefined)).toBeInstanceOf(MemoryCache);
  });
});
