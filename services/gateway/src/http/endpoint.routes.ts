import type { BlobStore } from '@helpmesh/blob';
import { type EndpointDefinition, endpoints } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, type Cache, clientNetwork, type TokenFor } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { storeFiles } from '../application/store-files.ts';
import { pageHeaders } from '../domain/page-links.ts';
import { inColumns, rowsAsCsv } from '../domain/rows-csv.ts';
import { answerError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { etagOf, isAmong, versionsIn } from './etag.ts';
import { asFile, asWorkbook, fileForm } from './list-file.ts';
import { limitShared } from './shared-limit.ts';
import { tableOf, workbookOf } from './workbook.ts';

export interface EndpointRoutesParts {
  guard: EdgeGuard;
  rpc: Pick<RpcClient, 'callJson' | 'callPage'>;
  /** Says to the services that it is us who ask when nobody is signed in. */
  signer: Pick<ActorSigner, 'stranger'>;
  /** Counts calls of strangers where a route allows a network only so many. */
  cache: Pick<Cache, 'limit'>;
  blobs: BlobStore;
  timeoutMs: number;
  /** Of routes for people who are signed in; the others keep the small one of the server. */
  bodyLimitBytes: number;
}

/** Existing clients test for the text `application/json;`. */
const JSON_TYPE = 'application/json; charset=utf-8';
const HOUR_MS = 3_600_000;
const NO_STORE = 'no-cache, no-store, max-age=0, must-revalidate';
/** Its answer has no body at all: existing clients parse any other as an error. */
const EMPTY_ANSWER = new Set(['deleteTicket']);

/**
 * Mounts every endpoint of the contracts: admit, take the files out, ask the owner, pass its JSON on unread. The
 * owner validates; nothing here looks into a body except for files.
 */
export function mountEndpoints(server: FastifyInstance, parts: EndpointRoutesParts): void {
  const { guard } = parts;
  const signed = new WeakMap<FastifyRequest, TokenFor>();
  for (const endpoint of endpoints) {
    const open = endpoint.access === 'public';
    server.route({
      method: endpoint.method,
      url: endpoint.path,
      ...(!open && { bodyLimit: parts.bodyLimitBytes }),
      errorHandler: (error, request, reply) => void answerError(error, request, reply),
      // Before the body is read: a stranger must not make us parse one of 25 MB.
      onRequest: async (request, reply) => {
        if (open) return admitStranger(endpoint, request, reply, parts);
        signed.set(request, (await guard.admit(request, reply, endpoint)).signed);
      },
      handler: (request, reply) =>
        forward(endpoint, request, reply, signed.get(request) ?? parts.signer.stranger(), parts),
    });
  }
}

/** @throws AppError limited */
async function admitStranger(
  { id, perHour }: EndpointDefinition,
  request: FastifyRequest,
  reply: FastifyReply,
  { guard, cache }: EndpointRoutesParts,
): Promise<void> {
  guard.admitAnyone(request, reply);
  if (perHour === undefined) return;
  await limitShared(cache, reply, `route:${id}:${clientNetwork(request.ip)}`, perHour, HOUR_MS);
}

async function forward(
  endpoint: EndpointDefinition,
  request: FastifyRequest,
  reply: FastifyReply,
  actor: TokenFor,
  { rpc, blobs, timeoutMs }: EndpointRoutesParts,
): Promise<FastifyReply> {
  const { params, query } = request;
  const given = withQuery(request);
  const body = writesFiles(given) ? await storeFiles(blobs, given) : given;
  const key = idempotencyKey(request);
  const ifMatch = versionsOf(endpoint, request);
  const options = { actor, key, ifMatch, timeoutMs, requestId: request.id, address: request.ip };
  const input = { params, query, body };
  const called = endpoint.paging ? rpc.callPage(endpoint, input, options) : rpc.callJson(endpoint, input, options);
  const answer = await called.catch((error: unknown) => {
    throw namesNothing(error, request) ?? error;
  });
  const json = Buffer.isBuffer(answer) ? answer : answer.json;
  if (!Buffer.isBuffer(answer) && answer.told) reply.headers({ ...pageHeaders(request.url, answer.told) });
  reply.code(endpoint.status).header('cache-control', NO_STORE);
  if (EMPTY_ANSWER.has(endpoint.id)) return reply.send('');
  if (endpoint.csv !== undefined && (wantsFile(query) || wantsFile(given))) {
    return sendList(reply, endpoint.csv, JSON.parse(json.toString()), { ...(query as object), ...(given as object) });
  }
  if (showsOne(endpoint)) {
    const etag = etagOf(json);
    reply.header('etag', etag);
    const known = request.headers['if-none-match'];
    if (known !== undefined && isAmong(known, etag)) return reply.code(304).send();
  }
  return reply.header('content-type', JSON_TYPE).send(json);
}

/** Its address is that of one object, `/api/v1/tickets/:id`. */
function isOne({ path }: EndpointDefinition): boolean {
  return path.endsWith('/:id');
}

function showsOne(endpoint: EndpointDefinition): boolean {
  return endpoint.method === 'GET' && isOne(endpoint);
}

/** @throws AppError invalid `http.precondition-without-object` */
function versionsOf(endpoint: EndpointDefinition, { headers }: FastifyRequest): string[] | undefined {
  const header = headers['if-match'];
  if (header === undefined || endpoint.method === 'GET') return undefined;
  if (isOne(endpoint) && endpoint.method !== 'POST') return versionsIn(header);
  const detail = 'If-Match needs the address of one object, such as /api/v1/tickets/1.';
  throw new AppError('invalid', 'http.precondition-without-object', detail);
}

/** @throws AppError invalid `export.format-unknown`, `export.timezone-unknown` */
function sendList(
  reply: FastifyReply,
  name: string,
  list: readonly Record<string, unknown>[],
  { format, timezone }: { format?: unknown; timezone?: unknown },
): FastifyReply {
  const form = fileForm(format, timezone);
  if (form === 'csv') return asFile(reply, name).send(rowsAsCsv(list));
  const { columns, rows } = inColumns(list);
  async function* pages() {
    yield rows;
  }
  return asWorkbook(reply, name).send(workbookOf(tableOf(name, columns, pages(), form.clock), new Date()));
}

/** Of a GET the address says so, of a POST the address or the body. */
function wantsFile(asked: unknown): boolean {
  const { download, sheet } = (asked ?? {}) as { download?: unknown; sheet?: unknown };
  return [download, sheet].some((one) => one === true || one === 'true' || one === '1');
}

/** Existing clients say what to write in the address, in the body or in both; the body counts more. */
function withQuery({ method, query, body }: FastifyRequest): unknown {
  if (method === 'GET' || Array.isArray(body) || Object.keys(query as object).length === 0) return body;
  if (body === undefined || body === null) return { ...(query as object) };
  return typeof body === 'object' ? { ...(query as object), ...body } : body;
}

/** Any body that could name files goes through the store, whatever the route: see `storeFiles`. */
function writesFiles(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('attachments' in body || 'article' in body || 'body' in body);
}

/** Class names of the first words of a path, as existing clients read them in messages; others follow the rule. */
const classNames: Record<string, string> = {
  ticket_articles: 'Ticket::Article',
  ticket_states: 'Ticket::State',
  ticket_priorities: 'Ticket::Priority',
  ticket_history: 'Ticket',
};

/** An address that can name nothing (`/tickets/abc`), in the words existing clients know. */
function namesNothing(error: unknown, request: FastifyRequest): AppError | undefined {
  if (!(error instanceof AppError) || error.code !== 'input.no-such-path') return undefined;
  const [name, given] = Object.entries(request.params as Record<string, string>)[0] ?? [];
  if (name === undefined) return undefined;
  const noun = request.routeOptions.url?.split('/')[3] ?? '';
  const plain = noun.replace(/(^|_)(\w)/g, (_all, _gap, letter: string) => letter.toUpperCase()).replace(/s$/, '');
  const value = String(given).slice(0, 40);
  return new AppError(
    'not-found',
    'http.no-such-id',
    `Couldn't find ${classNames[noun] ?? plain} with '${name}'=${value}`,
  );
}

/** @throws AppError invalid `http.bad-idempotency-key` */
export function idempotencyKey({ method, headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || method !== 'POST') return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new AppError(
    'invalid',
    'http.bad-idempotency-key',
    'Idempotency-Key must be 1 to 255 visible ASCII characters.',
  );
}
