import { AppError, type ErrorKind } from '@helpmesh/kernel';
import { type Cache, clientNetwork } from '@helpmesh/service-kit';

const WINDOW_MS = 60_000;

/**
 * Limits wrong passwords by address. A try takes its place before it is made and gets it back when it was right: what
 * is counted only afterwards lets any number of tries through at once, each of which costs identity a password hash.
 */
export class AttemptLimit {
  constructor(
    private readonly cache: Pick<Cache, 'limit' | 'giveBack'>,
    /** 0 does not limit. */
    private readonly perMinute: number,
  ) {}

  /**
   * @param wrong kinds of error that mean a wrong guess; others are no fault of the caller
   * @throws AppError limited `auth.too-many-failures` without having tried; whatever the try throws
   */
  async try<T>(ip: string, wrong: readonly ErrorKind[], attempt: () => Promise<T>): Promise<T> {
    if (this.perMinute === 0) return attempt();
    const key = `auth:${clientNetwork(ip)}`;
    const verdict = await this.cache.limit(key, { max: this.perMinute, windowMs: WINDOW_MS });
    if (!verdict.allowed)
      throw new AppError('limited', 'auth.too-many-failures', 'Too many failed attempts. Wait a minute and try again.');
    try {
      const result = await attempt();
      await this.cache.giveBack(key);
      return result;
    } catch (error) {
      const { kind, code } = AppError.from(error);
      // Identity may still be at work on a password it was too slow with; giving the place back would bring it more.
      if (!wrong.includes(kind) && code !== 'rpc.timeout') await this.cache.giveBack(key);
      throw error;
    }
  }
}
