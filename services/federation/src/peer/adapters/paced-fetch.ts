import { AppError } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import type { Pace } from '../../application/foreign/ports.ts';

/** Longest wait of one call, ms: whoever calls has a deadline of its own. */
const MOST_MS = 15_000;

/** What adapters call with. */
export type Fetcher = Pick<SafeFetch, 'fetch' | 'download'>;

/** Calls a helpdesk as often as was said, and no more: what is too soon waits, and what would wait long is told so. */
export class PacedFetch implements Fetcher {
  constructor(
    private readonly safe: Fetcher,
    private readonly pace: Pace,
  ) {}

  /** @throws AppError as SafeFetch; limited `peer.throttled` */
  async fetch(...[address, request = {}]: Parameters<SafeFetch['fetch']>): Promise<Response> {
    await this.turn(request.signal);
    return this.safe.fetch(address, request);
  }

  /** @throws AppError as SafeFetch; limited `peer.throttled` */
  async download(...[address, request, take]: Parameters<SafeFetch['download']>): Promise<Response> {
    await this.turn(request.signal);
    return this.safe.download(address, request, take);
  }

  private async turn(signal: AbortSignal | undefined): Promise<void> {
    for (let waited = 0; ; ) {
      const waitMs = await this.pace();
      if (waitMs === 0) return;
      waited += waitMs;
      if (waited > MOST_MS) {
        const detail = 'The calls that may be made there in a minute are used up.';
        throw new AppError('limited', 'peer.throttled', detail, undefined, { members: { retryAfterMs: waitMs } });
      }
      await pause(waitMs, signal);
    }
  }
}

/** @throws what the signal was aborted with */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done, fail) => {
    const stop = () => {
      clearTimeout(timer);
      fail(new AppError('unavailable', 'peer.unavailable', 'There was no time left to call.'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      done();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
  });
}
