import { AppError, type Clock } from '@helpmesh/kernel';
import { type SafeFetch, webhookHeaders } from '@helpmesh/service-kit';
import type { WebhookWire } from '../application/webhook/ports.ts';
import { hubSignature } from '../application/webhook/signature.ts';
import type { Attempt, Delivery, Receiver } from '../domain/webhook/webhook.ts';

/** Bytes that are kept of an answer. */
const MAX_ANSWER = 4_096;
const MOST_HEADERS = 40;
const LONGEST_HEADER = 500;
/** Existing receivers tell our calls by it. */
const USER_AGENT = 'Zammad User Agent';
/** What the log does not repeat: it would let its reader call in our name. */
const SECRET_HEADERS = new Set(['authorization', 'x-hub-signature', 'webhook-signature']);

/** Calls receivers by HTTP, through the one client for addresses that people typed in. Redirects are not followed. */
export class SafeWebhookWire implements WebhookWire {
  constructor(
    private readonly safe: SafeFetch,
    private readonly clock: Clock,
    /** For everything together, ms. */
    private readonly timeoutMs: number,
  ) {}

  check(endpoint: string): void {
    this.safe.check(endpoint);
  }

  async call(receiver: Receiver, delivery: Delivery, signal: AbortSignal): Promise<Attempt> {
    const method = receiver.method.toUpperCase();
    const at = this.clock.now();
    const began = performance.now();
    const headers = headersOf(receiver, delivery, at);
    const request = { method, endpoint: receiver.endpoint, headers: logged(headers) };
    const done = (answer: Omit<Attempt, 'at' | 'durationMs' | 'request'>): Attempt => ({
      ...{ at, durationMs: Math.round(performance.now() - began), request },
      ...answer,
    });
    try {
      const response = await this.safe.fetch(receiver.endpoint, {
        ...{ method, headers, signal },
        body: method === 'GET' ? undefined : delivery.body,
        ...{ timeoutMs: this.timeoutMs, maxBytes: MAX_ANSWER, larger: 'cut', verifyTls: receiver.verifyTls },
      });
      return done({
        status: response.status,
        error: null,
        responseHeaders: headersOfAnswer(response.headers),
        responseBody: storable(await response.text()),
      });
    } catch (error) {
      const why = error instanceof AppError ? error.detail : 'The call could not be made.';
      return done({ status: null, error: why, responseHeaders: {}, responseBody: '' });
    }
  }

  close(): Promise<void> {
    return this.safe.close();
  }
}

function headersOf(receiver: Receiver, { id, rule, body }: Delivery, at: ReturnType<Clock['now']>) {
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': USER_AGENT,
    'x-zammad-trigger': headerText(rule),
    'x-zammad-delivery': id,
    ...webhookHeaders(
      id,
      at,
      body,
      receiver.keys.map((secret) => ({ secret })),
    ),
  };
  if (receiver.signatureToken !== null) headers['x-hub-signature'] = hubSignature(body, receiver.signatureToken);
  if (receiver.bearer !== null) headers.authorization = `Bearer ${receiver.bearer}`;
  else if (receiver.basic) {
    const { username, password } = receiver.basic;
    headers.authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  return headers;
}

/** A header holds bytes: UTF-8, without what would end it. */
function headerText(text: string): string {
  return Buffer.from(text.replace(/\p{Cc}+/gu, ' ').trim()).toString('latin1');
}

function logged(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name)));
}

function headersOfAnswer(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(([name]) => name !== 'set-cookie').slice(0, MOST_HEADERS);
  return Object.fromEntries(kept.map(([name, value]) => [name, storable(value.slice(0, LONGEST_HEADER))]));
}

/** PostgreSQL keeps no NUL in texts. */
const storable = (text: string) => text.replaceAll('\0', '�');
