import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { AppError } from '@helpmesh/kernel';
import type { Agent } from 'undici';
import { z } from 'zod';
import { isPublicAddress } from './public-address.ts';

/** For services that call addresses which people typed in. */
export const outgoingConfig = z.object({
  HELPMESH_ALLOWED_PRIVATE_HOSTS: z
    .string()
    .optional()
    .meta({
      description:
        'Hosts that may be called although they are on a private network, by http and on any port; `host` or ' +
        '`host:port`, comma separated. For a sign-in provider or webhook on premise',
    }),
});

export interface SafeFetchOptions {
  /** HELPMESH_ALLOWED_PRIVATE_HOSTS */
  allowedPrivateHosts?: string | undefined;
  /** Resolver, for tests; default: the system's. Asked for all addresses of a name. */
  lookup?: LookupFunction;
}

export interface SafeRequest {
  method?: string | undefined;
  headers?: Record<string, string> | Headers | undefined;
  body?: string | URLSearchParams | Uint8Array<ArrayBuffer> | undefined;
  signal?: AbortSignal | undefined;
  /** Redirects that are followed, each checked like the first address; GET and HEAD only. Default 0: answered as is. */
  maxRedirects?: number | undefined;
  /** Largest answer, default 1 MB. */
  maxBytes?: number | undefined;
  /** What becomes of a larger answer, or one that does not end in time: refused (default), or cut where it is. */
  larger?: 'refuse' | 'cut' | undefined;
  /** False: whoever answers is believed to be the one. Default true. */
  verifyTls?: boolean | undefined;
  /** For everything together, default 10 s. */
  timeoutMs?: number | undefined;
}

const CONNECT_MS = 5_000;
const TOTAL_MS = 10_000;
const MAX_BYTES = 1_000_000;
const PORTS: Readonly<Record<string, readonly string[]>> = { 'https:': ['', '8443'], 'http:': [] };
const REDIRECTS = [301, 302, 303, 307, 308];
/** What a redirect must not carry to another origin. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * The one client for addresses that people or other servers named (S13). It reaches https on public addresses and
 * nothing else, unless the operator named the host. What a name resolves to is checked by the very look-up whose result
 * is connected to, so a name that answers differently the next time (rebinding) gains nothing.
 */
export class SafeFetch {
  private readonly allowed: ReadonlySet<string>;
  private readonly lookup: LookupFunction;
  private readonly agents = new Map<string, Agent>();

  constructor({ allowedPrivateHosts = '', lookup = systemLookup }: SafeFetchOptions = {}) {
    const names = allowedPrivateHosts.split(',').map((name) => name.trim().toLowerCase());
    this.allowed = new Set(names.filter((name) => name !== ''));
    this.lookup = lookup;
  }

  /**
   * @returns the answer with its body read, whatever its status
   * @throws AppError invalid `net.address-refused`; unavailable `net.unreachable`, `net.certificate-refused`,
   *   `net.answer-too-large`, `net.too-many-redirects`
   */
  async fetch(address: string | URL, request: SafeRequest = {}): Promise<Response> {
    const { maxRedirects = 0, timeoutMs = TOTAL_MS } = request;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const method = (request.method ?? 'GET').toUpperCase();
    const headers = new Headers(request.headers);
    let url = this.check(String(address));
    for (let hops = 0; ; hops += 1) {
      const response = await this.once(url, { ...request, method, signal }, headers);
      const next = REDIRECTS.includes(response.status) ? response.headers.get('location') : null;
      if (next === null || maxRedirects === 0 || !['GET', 'HEAD'].includes(method)) return response;
      if (hops >= maxRedirects) throw unavailable('net.too-many-redirects', `${url.host} redirects too often.`);
      const target = this.check(URL.canParse(next, url.href) ? new URL(next, url.href).href : next);
      if (target.origin !== url.origin) for (const name of CREDENTIALS) headers.delete(name);
      url = target;
    }
  }

  /**
   * As `fetch`, for a file: what a good answer holds goes to `take` piece by piece and is nowhere whole.
   * @returns an answer without a body when `take` was called and has ended; any other as from `fetch`
   * @throws AppError as `fetch`, and what `take` throws
   */
  async download(
    address: string | URL,
    { timeoutMs = TOTAL_MS, signal, headers }: Pick<SafeRequest, 'timeoutMs' | 'signal' | 'headers'>,
    take: (bytes: Readable) => Promise<unknown>,
  ): Promise<Response> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const until = signal ? AbortSignal.any([signal, timeout]) : timeout;
    return this.once(this.check(String(address)), { signal: until }, new Headers(headers), take);
  }

  /**
   * Whether an address may be called as far as it says itself; what its name resolves to is checked with the call.
   * @throws AppError invalid `net.address-refused`
   */
  check(address: string): URL {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || !(url.protocol in PORTS)) throw refused('it is no address of the web');
    if (url.username !== '' || url.password !== '') throw refused('it contains a name or password');
    if (this.isAllowed(url)) return url;
    if (url.protocol !== 'https:') throw refused('it is not https');
    if (!PORTS[url.protocol]?.includes(url.port)) throw refused('its port is not 443 or 8443');
    const host = bare(url.hostname);
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused('it is on a private network');
    return url;
  }

  /** Called by Nest as well. */
  onModuleDestroy(): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.close()));
    this.agents.clear();
  }

  private async once(
    url: URL,
    request: SafeRequest,
    headers: Headers,
    take?: (bytes: Readable) => Promise<unknown>,
  ): Promise<Response> {
    const { method, body, signal, maxBytes = MAX_BYTES, larger = 'refuse', verifyTls = true } = request;
    try {
      // Loaded by whoever calls somebody: most services never do.
      const undici = await import('undici');
      const response = await undici.fetch(url, {
        dispatcher: this.agent(undici, this.isAllowed(url), verifyTls),
        method: method ?? 'GET',
        headers: [...headers],
        body: body ?? null,
        redirect: 'manual',
        signal: signal ?? null,
      });
      const { status, statusText } = response;
      if (take && response.ok) {
        await take(Readable.from(response.body ?? [], { objectMode: false }));
        return new Response(null, { status, statusText, headers: [...response.headers] });
      }
      const bytes = await (larger === 'cut' ? headOf : readUpTo)(response.body, maxBytes);
      if (bytes === 'too large') {
        throw unavailable('net.answer-too-large', `${url.host} answers with more than ${maxBytes} bytes.`);
      }
      const empty = [101, 204, 205, 304].includes(response.status);
      return new Response(empty ? null : new Uint8Array(bytes), { status, statusText, headers: [...response.headers] });
    } catch (error) {
      throw asAppError(error, url);
    }
  }

  /** @param allowed  for the hosts that the operator named; others lead to public addresses only */
  private agent(undici: typeof import('undici'), allowed: boolean, verifyTls: boolean): Agent {
    const key = `${allowed} ${verifyTls}`;
    let agent = this.agents.get(key);
    if (!agent) {
      const lookup = allowed ? this.lookup : publicOnly(this.lookup);
      agent = new undici.Agent({ connect: { timeout: CONNECT_MS, lookup, rejectUnauthorized: verifyTls } });
      this.agents.set(key, agent);
    }
    return agent;
  }

  private isAllowed({ hostname, port, protocol }: URL): boolean {
    const host = bare(hostname);
    const standard = protocol === 'https:' ? '443' : '80';
    return this.allowed.has(host) || this.allowed.has(`${host}:${port || standard}`);
  }
}

/** A look-up that answers only when all addresses of a name are public: one that is not betrays the others. */
function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      if (error) return callback(error, addresses);
      if (!addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(refused('its name leads to a private network'), []);
      }
      const [first] = addresses;
      if (options.all || !first) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

/** A host of a URL as resolvers know it: IPv6 without brackets, a name without the dot that ends it. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

async function readUpTo(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Buffer | 'too large'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return 'too large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As much as came in time, of no more than `maxBytes`. */
async function headOf(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk.subarray(0, maxBytes - size));
      size += chunk.byteLength;
      if (size >= maxBytes) break;
    }
  } catch {
    // The status was said; what the rest of the body would have been changes nothing.
  }
  return Buffer.concat(chunks);
}

function asAppError(error: unknown, url: URL): AppError {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof AppError) return at;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return unavailable('net.unreachable', `${url.host} does not answer.`, String(cause));
  const why = `${cause.name}: ${cause.message}`;
  if (cause.name === 'TimeoutError') {
    return unavailable('net.unreachable', `${url.host} does not answer in time.`, why, error);
  }
  if ('code' in cause && isCertificateTrouble(String(cause.code))) {
    const detail = `The certificate of ${url.host} is not trusted (${cause.code}).`;
    return unavailable('net.certificate-refused', detail, why, error);
  }
  return unavailable('net.unreachable', `${url.host} does not answer.`, why, error);
}

/** The codes of OpenSSL's verification, and Node's own for a certificate of somebody else. */
function isCertificateTrouble(code: string): boolean {
  return /CERT|^UNABLE_TO_|^ERR_TLS_/.test(code);
}

function refused(why: string): AppError {
  return new AppError('invalid', 'net.address-refused', `This address may not be called: ${why}.`);
}

function unavailable(
  code: 'net.unreachable' | 'net.certificate-refused' | 'net.answer-too-large' | 'net.too-many-redirects',
  detail: string,
  internal?: string,
  cause?: unknown,
): AppError {
  return new AppError('unavailable', code, detail, internal, { cause });
}
