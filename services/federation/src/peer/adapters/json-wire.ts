import { AppError } from '@helpmesh/kernel';
import type { z } from 'zod';
import type { PeerCall } from '../../application/foreign/ports.ts';
import type { Fetcher } from './paced-fetch.ts';

/** Longest answer: one with the text of a long comment, or a page of a history. */
const MAX_BYTES = 30_000_000;
const TIMEOUT_MS = 20_000;

export interface WireAnswer {
  headers: Headers;
  body: unknown;
}

/** Calls of a REST interface that answers with JSON. Refusals come as AppErrors, with the peer's own words. */
export class JsonWire {
  /**
   * @param base  address that paths follow, without a slash at the end
   * @param saysNo  what answers that came as a success refuse, in the software's own way
   */
  constructor(
    private readonly safe: Fetcher,
    private readonly base: string,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly saysNo: (body: unknown, base: string) => AppError | undefined = plainNo,
  ) {}

  async get(path: string, query: Readonly<Record<string, string | number>>, call: PeerCall): Promise<WireAnswer> {
    const params = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
    const search = params.length === 0 ? '' : `?${new URLSearchParams(params)}`;
    return this.send('GET', `${path}${search}`, undefined, call);
  }

  /** @param content  of a form when it is URLSearchParams, else sent as JSON. @throws AppError as said at PeerAdapter */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    content: unknown,
    { signal }: PeerCall,
  ): Promise<WireAnswer> {
    const isForm = content instanceof URLSearchParams;
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
    const response = await this.safe.fetch(`${this.base}${path}`, {
      ...{ method, signal, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS },
      ...(content !== undefined && { body: isForm ? content : JSON.stringify(content) }),
      headers: {
        ...this.headers,
        accept: 'application/json',
        ...(content !== undefined && { 'content-type': type }),
      },
    });
    const text = await response.text();
    const body = parsed(text);
    const { headers } = response;
    if (!response.ok) throw refusal(response, body, this.base);
    if (text !== '' && body === undefined) throw unreadable();
    // Some say no with the status of a yes.
    const no = this.saysNo(body, this.base);
    if (no) throw no;
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
export function refusal({ status, headers }: Response, body: unknown, base: string): AppError {
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

function plainNo(body: unknown, base: string): AppError | undefined {
  const says = typeof body === 'object' && body !== null && 'error' in body && !('id' in body) && wordsOf(body) !== '';
  return says ? new AppError('conflict', 'peer.refused', `${base} refuses: ${wordsOf(body)}`) : undefined;
}

/** What an error says, wherever the software puts it: as one text, and by field. */
function wordsOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { message, error_human: human, error, description, errors, errorMessages } = body as Record<string, unknown>;
  const word = [human, error, message, description].find((one) => typeof one === 'string');
  const parts = [word, ...textsIn(errorMessages), ...textsIn(errors), ...(word === message ? [] : textsIn(message))];
  return parts.filter(Boolean).join(' ').slice(0, 500);
}

/** `["a"]`, `{"field": "a"}`, `{"field": ["a"]}`, `[{"field": "f", "message": "a"}]`. */
function textsIn(errors: unknown): string[] {
  if (typeof errors === 'string') return [errors];
  if (Array.isArray(errors)) return errors.slice(0, 20).flatMap(textsIn);
  if (typeof errors !== 'object' || errors === null) return [];
  if ('message' in errors) {
    const { field, message } = errors as { field?: unknown; message: unknown };
    return [typeof field === 'string' ? `${field}: ${message}` : String(message)];
  }
  return Object.entries(errors).flatMap(([field, said]) => textsIn(said).map((text) => `${field}: ${text}`));
}
