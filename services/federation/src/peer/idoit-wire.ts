import { AppError } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import type { CmdbAccess, CmdbCall, CmdbResult, CmdbWire } from '../application/cmdb/ports.ts';

const TIMEOUT_MS = 8_000;
const MOST_BYTES = 4_000_000;

/**
 * JSON-RPC of i-doit. Errors come with the status 200; ids come back as they were sent, or as texts; a batch may come
 * back in another order.
 */
export class IdoitWire implements CmdbWire {
  constructor(private readonly safe: SafeFetch) {}

  async ask(access: CmdbAccess, calls: readonly CmdbCall[]): Promise<CmdbResult[]> {
    if (calls.length === 0) return [];
    const session = access.user === '' ? undefined : await this.signIn(access);
    try {
      return await this.send(access, calls, session ? { 'x-rpc-auth-session': session } : {});
    } finally {
      // A session that stays open only costs the CMDB a row; what was asked for is there.
      if (session) {
        const headers = { 'x-rpc-auth-session': session };
        await this.send(access, [{ method: 'idoit.logout', params: {} }], headers).catch(() => undefined);
      }
    }
  }

  private async signIn(access: CmdbAccess): Promise<string> {
    const headers = { 'x-rpc-auth-username': access.user, 'x-rpc-auth-password': access.password };
    const [answer] = await this.send(access, [{ method: 'idoit.login', params: {} }], headers);
    const session = answer?.ok ? (answer.result as { 'session-id'?: unknown } | null)?.['session-id'] : undefined;
    if (typeof session === 'string' && /^[\x21-\x7e]{1,200}$/.test(session)) return session;
    throw refused(answer && !answer.ok ? answer.message : 'no session');
  }

  private async send(
    { url, apiKey }: CmdbAccess,
    calls: readonly CmdbCall[],
    auth: Record<string, string>,
  ): Promise<CmdbResult[]> {
    const requests = calls.map(({ method, params }, at) => {
      // Old and new versions each look for one of the two.
      return {
        version: '2.0',
        jsonrpc: '2.0',
        method,
        params: { ...params, apikey: apiKey, language: 'en' },
        id: at + 1,
      };
    });
    const response = await this.safe
      .fetch(`${url}/src/jsonrpc.php`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...auth },
        body: JSON.stringify(requests.length === 1 ? requests[0] : requests),
        ...{ timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES },
      })
      .catch((error: unknown) => {
        if (error instanceof AppError && error.kind === 'invalid') throw error;
        throw new AppError('unavailable', 'cmdb.unreachable', 'The CMDB does not answer.', undefined, { cause: error });
      });
    if (response.status === 401 || response.status === 403) throw refused(`status ${response.status}`);
    const text = await response.text();
    return answersIn(text, response.status, calls.length);
  }
}

function answersIn(text: string, status: number, count: number): CmdbResult[] {
  const json = parsed(text);
  if (status >= 500 && json === undefined) {
    throw new AppError('unavailable', 'cmdb.unreachable', 'The CMDB does not answer.', `status ${status}`);
  }
  const given = (Array.isArray(json) ? json : [json]).filter((one) => typeof one === 'object' && one !== null);
  if (given.length === 0) {
    const detail = 'What answers at this address is no CMDB i-doit.';
    throw new AppError('unavailable', 'cmdb.unreadable', detail, `status ${status}`);
  }
  const byId = new Map(given.map((one) => [Number((one as { id?: unknown }).id), one as Record<string, unknown>]));
  // An error of the whole batch has no id.
  const [whole] = given as Record<string, unknown>[];
  return Array.from({ length: count }, (_, at) =>
    resultOf(byId.get(at + 1) ?? (given.length === 1 ? whole : undefined)),
  );
}

function resultOf(answer: Record<string, unknown> | undefined): CmdbResult {
  if (!answer) return { ok: false, code: 0, message: 'no answer' };
  const { error, result } = answer;
  if (error === undefined || error === null) return { ok: true, result: result ?? null };
  const { code, message } = (typeof error === 'object' ? error : {}) as { code?: unknown; message?: unknown };
  return { ok: false, code: Number(code) || 0, message: String(message ?? 'error').slice(0, 300) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(why: string): AppError {
  const detail = 'The CMDB refuses the name, the password or the key.';
  return new AppError('unavailable', 'cmdb.refused', detail, why.slice(0, 200));
}
