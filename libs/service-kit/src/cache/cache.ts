export interface Limit {
  /** Hits allowed in any window of this length. */
  max: number;
  windowMs: number;
}

export interface LimitVerdict {
  allowed: boolean;
  /** Hits left in the window after this one. */
  remaining: number;
  /** When refused: time until a hit is allowed again. 0 when allowed. */
  retryAfterMs: number;
}

/**
 * What may be forgotten: counters, limits, hints, and messages to whoever listens now. Nothing that must survive lives
 * here; PostgreSQL is the only truth. Keys carry their owner: `login:ip:192.0.2.1`.
 */
export interface Cache {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Adds one. The counter disappears `ttlMs` after its first hit. @returns the count including this hit */
  incr(key: string, ttlMs: number): Promise<number>;
  /** Sliding window, exact: refused hits do not count. */
  limit(key: string, limit: Limit): Promise<LimitVerdict>;
  /** Takes back one allowed hit, the newest: what it stood for did not happen. Which caller's it was does not matter. */
  giveBack(key: string): Promise<void>;
  /** To every subscriber at this moment, in every process that shares the cache. At most once. */
  publish(channel: string, message: string): Promise<void>;
  /** @returns ends the subscription */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
