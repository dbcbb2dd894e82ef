/** One question of a batch as it travels; keys are short because every request carries them. */
export interface WireItem {
  /** Input, not yet validated. */
  i: unknown;
  /** Signed actor. */
  a?: string;
  /** Request id. */
  r: string;
  /** Idempotency key. */
  k?: string;
  /** Versions one of which the object must still have. */
  m?: readonly string[];
  /** What is known of the page shall stand before the answer. */
  p?: 1;
  /** `traceparent`, when sampled. */
  t?: string;
  /** Network address of the outside request. */
  n?: string;
}

/** Milliseconds the caller still waits when it sends the batch; a duration, so that clocks need not agree. */
export const TIMEOUT_HEADER = 'Helpmesh-Timeout-Ms';
/** On a reply that lacks answers: `<subject> <token>` to ask for those. */
export const REST_HEADER = 'Helpmesh-Rest';

export const MAX_BATCH = 64;
/** Nothing on the bus is larger than this, whatever the broker would allow. */
const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
const HEADER_ROOM_BYTES = 4_096;

export function payloadLimit(brokerLimit: number | undefined): number {
  return Math.min(brokerLimit ?? 1_048_576, MAX_PAYLOAD_BYTES) - HEADER_ROOM_BYTES;
}
