import { AppError } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import type { WebhookReply, WebhookWire } from '../application/webhooks/ports.ts';

/** For everything together, ms. */
const CALL_MS = 15_000;
/** What is read of an answer, bytes. */
const MAX_ANSWER = 4_096;

/** Calls addresses of peers through the one client for addresses of others. Redirects are not followed. */
export class PeerWebhookWire implements WebhookWire {
  constructor(private readonly safe: Pick<SafeFetch, 'fetch' | 'check'>) {}

  check(url: string): void {
    this.safe.check(url);
  }

  async call(url: string, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<WebhookReply> {
    const began = performance.now();
    const done = (reply: Omit<WebhookReply, 'durationMs'>) => ({
      ...reply,
      durationMs: Math.round(performance.now() - began),
    });
    try {
      const response = await this.safe.fetch(url, {
        ...{ method: 'POST', headers, body, signal, timeoutMs: CALL_MS, maxBytes: MAX_ANSWER, larger: 'cut' },
      });
      const { status } = response;
      return done({
        status,
        error: null,
        retryAfter: response.headers.get('retry-after'),
        text: await response.text(),
      });
    } catch (error) {
      const why = error instanceof AppError ? error.detail : 'The call could not be made.';
      return done({ status: null, error: why, retryAfter: null, text: '' });
    }
  }
}
