import { AppError } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import type { z } from 'zod';
import type { PeerCall } from '../../application/foreign/ports.ts';

/** Longest answer: one with the text of a long comment, or a page of a history. */
const MAX_BYTES = 30_000_000;
const TIMEOUT_MS = 20_000;

export interface WireAnswer {
  headers: Headers;
  body: unknown;
}

/** Calls of a REST interface that answers with JSON. Refusals come as AppErrors, with the peer's own words. */
export class JsonWire {
  /** @param base  address that paths follow, without a slash at the end */
  constructor(
    private readonly safe: SafeFetch,
    private readonly base: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  async get(path: string, query: Readonly<Record<string, string | number>>, call: PeerCall): Promise<WireAnswer> {
    const params = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
    const search = params.length === 0 ? '' : `?${new URLSearchParams(params)}`;
    return this.send('GET', `${path}${search}`, undefined, call);
  }

  /** @throws AppError as said at PeerAdapter */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    json: unknown,
    { signal }: PeerCall,
  ): Promise<WireAnswer> {
    const response = await this.safe.fetch(`${this.base}${path}`, {
      ...{ method, signal, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      headers: {
        ...this.headers,
        accept: 'application/json',
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
    });
    const text = await response.text();
    const body = parsed(text);
    const { headers } = response;
    if (!response.ok) throw refusal(response, body, this.base);
    if (text !== '' && body === undefined) throw unreadable();
    // Some say no with the status of a yes.
    if (isRefusal(body)) throw new AppError('conflict', 'peer.refused', `${this.base} refuses: ${wordsOf(body)}`);
    return { headers, body };
  }
}

/** @throws AppError conflict `peer.unreadable` */
export function readAs<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  throw unreadable(error);
}

function unreadable(cause?: unknown): AppError {
  return new AppError('conflict', 'peer.unreadable', 'The answer of the peer cannot be understood.', undefined, {
    cause,
  });
}

/** PostgreSQL keeps no NUL in texts. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_, value) => (typeof value === 'string' ? value.replaceAll('\0', '') : value));
  } catch {
    return undefined;
  }
}

/** What a status means to us. A page of a web server that is down is no words of the peer. */
function refusal({ status, headers }: Response, body: unknown, base: string): AppError {
  const words = wordsOf(body);
  const said = `${base} answers ${status}${words === '' ? '.' : `: ${words}`}`;
  if (status === 401) return new AppError('unauthenticated', 'peer.token-refused', said);
  if (status === 403) return new AppError('forbidden', 'peer.not-allowed', said);
  if (status === 404 || status === 410) return new AppError('not-found', 'peer.not-there', said);
  if (status === 429 || (status === 503 && headers.has('retry-after'))) {
    const retryAfterMs = retryAfter(headers);
    return new AppError('limited', 'peer.throttled', said, undefined, { members: { retryAfterMs } });
  }
  if (status >= 500 || status === 408 || status === 425) return new AppError('unavailable', 'peer.unavailable', said);
  return new AppError('conflict', 'peer.refused', said);
}

/** Seconds, or the instant (RFC 9110 10.2.3), by the clock that says so; a minute when nothing is said. */
function retryAfter(headers: Headers): number {
  const said = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(said)) return Number(said) * 1_000;
  const wait = Date.parse(said) - Date.parse(headers.get('date') ?? '');
  return Number.isNaN(wait) ? 60_000 : Math.max(0, wait);
}

function isRefusal(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body && !('id' in body) && wordsOf(body) !== '';
}

function wordsOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { message, error_human: human, error, description } = body as Record<string, unknown>;
  const word = [human, error, message, description].find((one) => typeof one === 'string');
  return typeof word === 'string' ? word.slice(0, 500) : '';
}
