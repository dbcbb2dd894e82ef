import type { InputOf, OutputOf } from '@helpmesh/contracts';
import { takeAhead } from './ahead.ts';
import { type Endpoints, routes } from './api.gen.ts';

/** A refusal of the server in words that may be shown, or `status` 0 when the server could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Of docs/errors.md; empty when the server told none. */
  readonly code: string;
  /** The whole answer: sign-in says in it what its second step needs. */
  readonly answer: unknown;

  constructor(status: number, message: string, more: { code?: string | null; answer?: unknown } = {}) {
    super(message);
    this.status = status;
    this.code = more.code ?? '';
    this.answer = more.answer;
  }
}

type EndpointId = keyof Endpoints;
type Input<K extends EndpointId> = InputOf<Endpoints[K]>;

export interface CallInput<K extends EndpointId> {
  params?: Input<K>['params'];
  query?: Input<K>['query'];
  body?: Input<K>['body'];
  signal?: AbortSignal;
}

/** The server hands the token out with each answer to a session; writing needs the latest one. */
let csrfToken: string | null = null;

/**
 * Calls one endpoint of the contract.
 * @throws ApiError with the server's own sentence
 */
export function call<K extends EndpointId>(id: K, input: CallInput<K> = {}): Promise<OutputOf<Endpoints[K]>> {
  const [method, path] = routes[id];
  const params = (input.params ?? {}) as Record<string, unknown>;
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  return request(method, `${filled}${queryString(input.query)}`, input.body, input.signal) as Promise<
    OutputOf<Endpoints[K]>
  >;
}

/** For the few routes that live in the gateway alone (sessions, uploads). */
export async function request(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  return send(method, url, body === undefined ? undefined : { text: JSON.stringify(body) }, signal);
}

/** Said while a page closes: it arrives all the same, and nobody is left to hear the answer. */
export function requestOnLeaving(method: string, url: string): void {
  const headers = csrfToken ? { 'X-CSRF-Token': csrfToken } : undefined;
  void fetch(url, { method, credentials: 'same-origin', keepalive: true, ...(headers && { headers }) }).catch(
    () => undefined,
  );
}

/** What a question is answered with as a file. @throws ApiError */
export async function fileFor(url: string, body: unknown): Promise<Blob> {
  const headers = { 'Content-Type': 'application/json', ...(csrfToken && { 'X-CSRF-Token': csrfToken }) };
  const asked = fetch(url, { method: 'POST', headers, credentials: 'same-origin', body: JSON.stringify(body) });
  const response = await asked.catch(() => {
    throw new ApiError(0, '');
  });
  csrfToken = response.headers.get('CSRF-Token') ?? csrfToken;
  if (!response.ok) throw new ApiError(response.status, messageOf(parse(await response.text())));
  return response.blob();
}

/** A form with a file. @throws ApiError */
export const sendForm = (url: string, form: FormData): Promise<unknown> => send('POST', url, { form });

async function send(
  method: string,
  url: string,
  body?: { text: string } | { form: FormData },
  signal?: AbortSignal,
): Promise<unknown> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  // The browser says by itself where the parts of a form end.
  if (body && 'text' in body) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrfToken) headers['X-CSRF-Token'] = csrfToken;
  let response: Response;
  try {
    response = await ((method === 'GET' && takeAhead(url)) ||
      fetch(url, {
        method,
        headers,
        credentials: 'same-origin',
        ...(body && { body: 'text' in body ? body.text : body.form }),
        ...(signal ? { signal } : {}),
      }));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, '');
  }
  csrfToken = response.headers.get('CSRF-Token') ?? csrfToken;
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) {
    throw new ApiError(response.status, messageOf(answer), { code: response.headers.get('x-error-code'), answer });
  }
  return answer;
}

/**
 * A form with a file that takes its time: each line of the answer is handed over as it comes.
 * @param onLine  what the line says, as JSON
 * @throws ApiError
 */
export async function sendFormWatched(url: string, form: FormData, onLine: (line: unknown) => void): Promise<void> {
  const headers = { Accept: 'application/x-ndjson', ...(csrfToken && { 'X-CSRF-Token': csrfToken }) };
  let rest = '';
  try {
    const response = await fetch(url, { method: 'POST', headers, credentials: 'same-origin', body: form });
    csrfToken = response.headers.get('CSRF-Token') ?? csrfToken;
    if (!response.ok || !response.body) {
      const answer = parse(await response.text());
      throw new ApiError(response.status, messageOf(answer), { code: response.headers.get('x-error-code'), answer });
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const lines = (rest + piece.value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(parse(line));
    }
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0, '');
  }
}

export interface UploadedFile {
  id: number | string;
  filename: string;
  size: number;
}

/**
 * Puts a file into the upload cache of a form. XMLHttpRequest, because fetch tells nothing about upload progress.
 * @param onProgress  share of the bytes sent, 0 to 1
 * @throws ApiError
 */
export function upload(
  formId: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const form = new FormData();
    form.append('File', file, file.name);
    xhr.open('POST', `/api/v1/upload_caches/${encodeURIComponent(formId)}`);
    xhr.setRequestHeader('Accept', 'application/json');
    if (csrfToken) xhr.setRequestHeader('X-CSRF-Token', csrfToken);
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    xhr.onerror = () => reject(new ApiError(0, ''));
    xhr.onload = () => {
      const answer = parse(xhr.responseText);
      if (xhr.status < 200 || xhr.status > 299) return reject(new ApiError(xhr.status, messageOf(answer)));
      resolve((answer as { data: UploadedFile }).data);
    };
    signal.addEventListener('abort', () => xhr.abort());
    xhr.send(form);
  });
}

export const removeUpload = (formId: string, id: UploadedFile['id']): Promise<unknown> =>
  request('DELETE', `/api/v1/upload_caches/${encodeURIComponent(formId)}/items/${id}`);

function queryString(query: unknown): string {
  const pairs = Object.entries((query ?? {}) as Record<string, unknown>).filter(([, value]) => value != null);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

function parse(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageOf(answer: unknown): string {
  const { error_human, error } = (answer ?? {}) as { error_human?: unknown; error?: unknown };
  return String(error_human ?? error ?? '');
}
