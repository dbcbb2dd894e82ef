import type { Attempt, Delivery, Receiver } from '../../domain/webhook/webhook.ts';

/** Calls receivers. */
export interface WebhookWire {
  /**
   * Whether an address may be called at all.
   * @throws AppError invalid `net.address-refused`
   */
  check(endpoint: string): void;
  /** One try. Never throws: what went wrong is in the answer. */
  call(receiver: Receiver, delivery: Delivery, signal: AbortSignal): Promise<Attempt>;
  close(): Promise<void>;
}

export interface CallingSettings {
  /** Calls on the way at once; of one receiver never more than one. */
  concurrency: number;
  /** How long a claim lasts; longer than a call may take. */
  leaseMs: number;
  pollMs: number;
  stopGraceMs: number;
  /** Time of nothing but failures after which a webhook is switched off; 0: never. */
  disableAfterMs: number;
}
