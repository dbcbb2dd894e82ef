import { type Clock, SystemClock } from '@helpmesh/kernel';
import type { Cache, Limit, LimitVerdict } from './cache.ts';

interface Entry {
  value: string;
  until: number;
}

/** Entries kept at most; beyond that the oldest go first. A flood of new keys must not fill the memory. */
const CAPACITY = 100_000;
/** Expired entries are swept when this many writes have passed. */
const SWEEP_EVERY = 10_000;

/** The cache of one process: exact with a single replica, per replica with several. */
export class MemoryCache implements Cache {
  private readonly entries = new Map<string, Entry>();
  private readonly hits = new Map<string, number[]>();
  private readonly listeners = new Map<string, Set<(message: string) => void>>();
  private writes = 0;

  constructor(private readonly clock: Clock = new SystemClock()) {}

  async get(key: string): Promise<string | undefined> {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.until > this.clock.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.put(key, value, this.clock.now() + ttlMs);
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }

  async incr(key: string, ttlMs: number): Promise<number> {
    const now = this.clock.now();
    const entry = this.entries.get(key);
    const living = entry && entry.until > now ? entry : undefined;
    const count = Number(living?.value ?? 0) + 1;
    this.put(key, String(count), living?.until ?? now + ttlMs);
    return count;
  }

  async limit(key: string, { max, windowMs }: Limit): Promise<LimitVerdict> {
    const now = this.clock.now();
    const recent = (this.hits.get(key) ?? []).filter((at) => at > now - windowMs);
    const allowed = recent.length < max;
    if (allowed) recent.push(now);
    this.hits.delete(key);
    if (recent.length > 0) this.hits.set(key, recent);
    trim(this.hits);
    const retryAfterMs = allowed ? 0 : Math.max(1, (recent[0] ?? now) + windowMs - now);
    return { allowed, remaining: Math.max(0, max - recent.length), retryAfterMs };
  }

  async giveBack(key: string): Promise<void> {
    const hits = this.hits.get(key);
    hits?.pop();
    if (hits?.length === 0) this.hits.delete(key);
  }

  async publish(channel: string, message: string): Promise<void> {
    for (const listener of this.listeners.get(channel) ?? []) queueMicrotask(() => listener(message));
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    const set = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, set.add(listener));
    return async () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(channel);
    };
  }

  async close(): Promise<void> {
    this.entries.clear();
    this.hits.clear();
    this.listeners.clear();
  }

  private put(key: string, value: string, until: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, until });
    trim(this.entries);
    this.writes += 1;
    if (this.writes % SWEEP_EVERY !== 0) return;
    const now = this.clock.now();
    for (const [name, entry] of this.entries) if (entry.until <= now) this.entries.delete(name);
  }
}

function trim(map: Map<string, unknown>): void {
  if (map.size <= CAPACITY) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
