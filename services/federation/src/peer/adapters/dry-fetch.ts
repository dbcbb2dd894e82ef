import { type AdapterKind, WouldSend } from '../../application/foreign/ports.ts';
import type { Fetcher } from './paced-fetch.ts';

interface Asked {
  method: string;
  url: URL;
  body: string;
}

/** What changes something there, where reading is done by a POST as well. */
const writes: Partial<Record<AdapterKind, (asked: Asked) => boolean>> = {
  znuny: ({ url }) => /\/Ticket(Create|Update)$/.test(url.pathname),
  itop: ({ body }) => /"operation":"core\/(create|update|apply_stimulus|delete)"/.test(operationIn(body)),
  ggus: ({ body }) => /<u:Op(Create|Modify)\b/.test(body),
};
/** Members that prove who we are, beside the secret itself. */
const PROOFS = ['SessionID', 'auth_user', 'auth_pwd', 'auth_token'];
const HIDDEN = '***';

/** Reads as it is asked to, and writes nothing: the first request that would is thrown, without what is secret in it. */
export class DryFetch implements Fetcher {
  constructor(
    private readonly safe: Fetcher,
    private readonly kind: AdapterKind,
    private readonly secret: string,
  ) {}

  /** @throws WouldSend; AppError as the other */
  async fetch(...[address, request = {}]: Parameters<Fetcher['fetch']>): Promise<Response> {
    const method = (request.method ?? 'GET').toUpperCase();
    const url = new URL(address);
    const body = typeof request.body === 'string' ? request.body : String(request.body ?? '');
    const isWrite = writes[this.kind] ?? (() => method !== 'GET');
    if (!isWrite({ method, url, body })) return this.safe.fetch(address, request);
    const type = new Headers(request.headers).get('content-type') ?? '';
    throw new WouldSend({
      method,
      url: this.plain(url.href),
      contentType: type,
      body: this.plain(shownBody(body, type)),
    });
  }

  /** Files are read. */
  download(...asked: Parameters<Fetcher['download']>): Promise<Response> {
    return this.safe.download(...asked);
  }

  private plain(text: string): string {
    return this.secret === '' ? text : text.replaceAll(this.secret, HIDDEN);
  }
}

function operationIn(form: string): string {
  return new URLSearchParams(form).get('json_data') ?? '';
}

/** As people read it: JSON in lines, a form by its values, and nothing by which somebody signs in. */
function shownBody(body: string, type: string): string {
  if (type.startsWith('application/json')) return pretty(body);
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const values = [...new URLSearchParams(body)].filter(([name]) => !PROOFS.includes(name));
    return values.map(([name, value]) => `${name}=${/^[[{]/.test(value) ? pretty(value) : value}`).join('\n');
  }
  return body.replace(/(<([\w:]*AuthenticationInfo)>).*?(?=<\/\2>)/gs, `$1${HIDDEN}`);
}

function pretty(json: string): string {
  const hide = (name: string, value: unknown) => (PROOFS.includes(name) ? HIDDEN : value);
  return JSON.stringify(JSON.parse(json), hide, 2);
}
