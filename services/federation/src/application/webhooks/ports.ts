import type { Reply } from '../../domain/webhook/outcome.ts';

/** How a receiver answered. */
export interface WebhookReply extends Reply {
  /** Its first 4 kB. */
  text: string;
  durationMs: number;
}

export interface WebhookWire {
  /** @throws AppError invalid `net.address-refused` */
  check(url: string): void;
  /** Never throws: whatever went wrong is in the reply. */
  call(url: string, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<WebhookReply>;
}
