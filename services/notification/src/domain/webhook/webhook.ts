import type { EpochMs } from '@helpmesh/kernel';

/** What administrators write of a webhook; secrets are sealed. */
export interface WebhookValues {
  name: string;
  endpoint: string;
  http_method: 'post' | 'put' | 'patch' | 'delete' | 'get';
  ssl_verify: boolean;
  customized_payload: boolean;
  custom_payload: string | null;
  note: string | null;
  active: boolean;
  disabled_reason: string | null;
  signature_token: Buffer | null;
  basic_auth_username: string | null;
  basic_auth_password: Buffer | null;
  bearer_token: Buffer | null;
  signing_key: Buffer | null;
  old_signing_key: Buffer | null;
  old_key_until: Date | null;
}

export interface WebhookRow extends WebhookValues {
  id: number;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
  failing_since: Date | null;
}

/** How a receiver is called; secrets in clear. */
export interface Receiver {
  id: number;
  endpoint: string;
  method: string;
  verifyTls: boolean;
  signatureToken: string | null;
  basic: { username: string; password: string } | null;
  bearer: string | null;
  /** Keys of Standard Webhooks signatures: the present one, and for a while the one before. */
  keys: readonly Buffer[];
}

export type DeliveryState = 'queued' | 'calling' | 'delivered' | 'deferred' | 'failed';

/** A call of a receiver, whatever became of it. */
export interface Delivery {
  /** Also `webhook-id`: of all tries the same. */
  id: string;
  webhookId: number;
  kind: 'trigger' | 'job' | 'macro' | 'test';
  rule: string;
  ticketId: number | null;
  articleId: number | null;
  body: string;
  state: DeliveryState;
  attempts: number;
  /** Tries before the present round: a replay starts a new one. */
  triedBefore: number;
  /** Next try; while it is being tried the end of its lease; null when nothing follows. */
  dueAt: EpochMs | null;
  traceparent: string | null;
  status: number | null;
  error: string | null;
  createdAt: EpochMs;
}

/** How a try went. */
export interface Attempt {
  at: EpochMs;
  durationMs: number;
  request: { method: string; endpoint: string; headers: Record<string, string> };
  /** Null: nobody answered, and `error` says why. */
  status: number | null;
  error: string | null;
  responseHeaders: Record<string, string>;
  /** Its first 4 kB. */
  responseBody: string;
}
