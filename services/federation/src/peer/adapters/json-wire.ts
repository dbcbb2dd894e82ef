import { AppError } from '@helpmesh/kernel';
import type { z } from 'zod';
import type { FileSink } from '../../application/files/ports.ts';
import type { NewFile, PeerCall } from '../../application/foreign/ports.ts';
import type { Fetcher } from './paced-fetch.ts';

/** For one file. */
const FILE_MS = 60_000;
/** To where the bytes lie. */
const FILE_REDIRECTS = 3;
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

  /**
   * The bytes of a file, piece by piece. What is not at the address of the desk is asked for without saying who we are.
   * @param address  a path, or a whole address
   * @throws AppError as said at PeerAdapter, and what the sink throws
   */
  async file(address: string, { take }: FileSink, { signal }: PeerCall): Promise<void> {
    let url = new URL(address.startsWith('/') ? `${this.base}${address}` : address, this.base);
    for (let hops = 0; ; hops += 1) {
      const isTheirs = url.origin === new URL(this.base).origin;
      const headers = { ...(isTheirs && this.headers), accept: '*/*' };
      const response = await this.safe.download(url, { signal, headers, timeoutMs: FILE_MS }, take);
      if (response.ok) return;
      const next = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (next === null || hops === FILE_REDIRECTS || !URL.canParse(next, url.href)) {
        throw refusal(response, parsed(await response.text()), this.base);
      }
      url = new URL(next, url);
    }
  }

  /**
   * @param content  of a form when it is FormData or URLSearchParams, else sent as JSON
   * @throws AppError as said at PeerAdapter
   */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    content: unknown,
    { signal }: PeerCall,
    more: Readonly<Record<string, string>> = {},
  ): Promise<WireAnswer> {
    const sent = content === undefined ? undefined : await written(content);
    const response = await this.safe.fetch(`${this.base}${path}`, {
      ...{ method, signal, maxBytes: MAX_BYTES, timeoutMs: content instanceof FormData ? FILE_MS : TIMEOUT_MS },
      ...(sent && { body: sent.body }),
      headers: { ...this.headers, accept: 'application/json', ...(sent && { 'content-type': sent.type }), ...more },
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

/** A form with files (RFC 7578), as `send` takes it. @param field  what the software calls the files */
export function formOf(
  values: readonly (readonly [name: string, value: string])[],
  field: string,
  files: readonly NewFile[],
): FormData {
  const form = new FormData();
  for (const [name, value] of values) form.append(name, value);
  for (const { bytes, mediaType: type, filename } of files) {
    form.append(field, new Blob([new Uint8Array(bytes)], { type }), filename);
  }
  return form;
}

async function written(
  content: unknown,
): Promise<{ body: string | URLSearchParams | Uint8Array<ArrayBuffer>; type: string }> {
  if (content instanceof URLSearchParams) return { body: content, type: 'application/x-www-form-urlencoded' };
  if (!(content instanceof FormData)) return { body: JSON.stringify(content), type: 'application/json' };
  // It writes the parts, and knows what stands between them.
  const whole = new Response(content);
  return { body: new Uint8Array(await whole.arrayBuffer()), type: whole.headers.get('content-type') as string };
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
