import { PassThrough, Readable } from 'node:stream';
import {
  type EndpointDefinition,
  exportTickets,
  importRows,
  importTickets,
  type OutputOf,
  organizations,
  users,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { TokenFor } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AskOwner, BATCH_MS, type Imported, type ImportProgress, importFile } from '../application/import-file.ts';
import { exampleCsv, exportedColumns } from '../domain/export-columns.ts';
import { textOfFile } from '../domain/file-text.ts';
import { cell } from '../domain/rows-csv.ts';
import { answerError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { asFile, asWorkbook, fileForm } from './list-file.ts';
import { sendJson } from './send.ts';
import { tableOf, workbookOf } from './workbook.ts';

export interface ImportRoutesParts {
  guard: Pick<EdgeGuard, 'admit'>;
  rpc: Pick<RpcClient, 'call'>;
  bodyLimitBytes: number;
}

type Asking = Parameters<RpcClient['call']>[2];
type Rpc = Pick<RpcClient, 'call'>;
type Row = Record<string, unknown>;

/** What there are files of. */
interface Kind {
  example: string;
  /** Its owner, who takes rows. */
  owner: (rpc: Rpc, asking: Asking) => AskOwner;
  /** The rows of an export, page by page; the first one also says which columns there are. */
  pages: (rpc: Rpc, query: unknown, asking: Asking) => AsyncGenerator<Row[]>;
  columns: (first: Row) => string[];
}

const listed = (object: 'User' | 'Organization', list: EndpointDefinition): Kind => ({
  example: exampleCsv[object],
  owner: (rpc, asking) => (batch) => rpc.call(importRows, { object, ...batch }, { ...asking, timeoutMs: BATCH_MS }),
  pages: (rpc, _query, asking) => pagesOf(rpc, list, asking),
  columns: (first) => exportedColumns(object, first),
});
const kinds: Record<string, Kind> = {
  users: listed('User', users.list as unknown as EndpointDefinition),
  organizations: listed('Organization', organizations.list as unknown as EndpointDefinition),
  tickets: {
    example: exampleCsv.Ticket,
    owner: (rpc, asking) => (batch) => rpc.call(importTickets, batch, { ...asking, timeoutMs: BATCH_MS }),
    pages: ticketPages,
    columns: (first) => exportedColumns('Ticket', first),
  },
};
/** Of a file that is imported: thousands of rows. Reading one takes time in which nobody else is answered. */
const MAX_FILE_BYTES = 5_000_000;
/** Of one page of an export. */
const PAGE = 500;

/** People, organizations and tickets from files and into files. Files are read and written piece by piece. */
export function mountImport(server: FastifyInstance, { guard, rpc, bodyLimitBytes }: ImportRoutesParts): void {
  const limit = Math.min(bodyLimitBytes, MAX_FILE_BYTES);
  const signed = new WeakMap<FastifyRequest, TokenFor>();
  const route = {
    errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
    // Before the body is read, as everywhere.
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      signed.set(request, (await guard.admit(request, reply)).signed);
    },
  };
  for (const [name, kind] of Object.entries(kinds)) {
    const asking = (request: FastifyRequest) => ({
      actor: signed.get(request),
      requestId: request.id,
      address: request.ip,
    });
    server.route({
      ...route,
      method: 'POST',
      url: `/api/v1/${name}/import`,
      bodyLimit: limit,
      handler: async (request, reply) => {
        const { text, trial } = await sentFile(request, limit);
        const owner = kind.owner(rpc, asking(request));
        if (!wantsProgress(request)) return sendJson(reply, 200, await importFile(owner, text, trial));
        return sendProgress(reply, (tell) => importFile(owner, text, trial, tell));
      },
    });
    server.route({
      ...route,
      method: 'GET',
      url: `/api/v1/${name}/import_example`,
      handler: (_request, reply) => asFile(reply, `${name}-example`).send(kind.example),
    });
    server.route({
      ...route,
      method: 'GET',
      url: `/api/v1/${name}/export`,
      handler: async (request, reply) => {
        const { format, timezone, ...query } = request.query as Record<string, string>;
        const form = fileForm(format, timezone);
        const pages = kind.pages(rpc, query, asking(request));
        // A refusal must be an answer, not a file that breaks off.
        const first = (await pages.next()).value ?? [];
        const columns = kind.columns(first[0] ?? {});
        if (form === 'csv') return asFile(reply, name).send(Readable.from(written(columns, first, pages)));
        const table = tableOf(name, columns, withFirst(first, pages), form.clock);
        return asWorkbook(reply, name).send(workbookOf(table, new Date()));
      },
    });
  }
}

const LINES = 'application/x-ndjson';
const wantsProgress = ({ headers }: FastifyRequest): boolean => headers.accept?.includes(LINES) === true;

/**
 * A line of JSON for each step, `{"progress": …}`, and a last one with the report or, when it broke off, `{"error": …}`.
 * What is refused before the first step is an error as everywhere. The import goes on when nobody listens any more.
 */
async function sendProgress(
  reply: FastifyReply,
  run: (tell: (progress: ImportProgress) => void) => Promise<Imported>,
): Promise<FastifyReply> {
  const lines = new PassThrough();
  const say = (line: object) => {
    if (!lines.destroyed) lines.write(`${JSON.stringify(line)}\n`);
  };
  // Who has closed the page is told nothing more.
  lines.on('error', () => undefined);
  const begun = Promise.withResolvers<void>();
  const ended = run((progress) => {
    say({ progress });
    begun.resolve();
  });
  await Promise.race([begun.promise, ended]);
  ended
    .then(say, (error: unknown) => {
      const { code, detail } = AppError.from(error);
      say({ error: detail, code });
    })
    .finally(() => lines.end());
  return reply
    .header('content-type', `${LINES}; charset=utf-8`)
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(lines);
}

async function* pagesOf(rpc: Rpc, list: EndpointDefinition, asking: Asking): AsyncGenerator<Row[]> {
  for (let page = 1; ; page++) {
    const query = { page, per_page: PAGE, expand: true };
    const rows = (await rpc.call(list, { params: {}, query, body: undefined }, asking)) as Row[];
    yield rows;
    if (rows.length < PAGE) return;
  }
}

/** A list of tickets as `ticket_list` shows it, from where its pages end to where they do. */
async function* ticketPages(rpc: Rpc, query: unknown, asking: Asking): AsyncGenerator<Row[]> {
  for (let after: string | null | undefined; after !== null; ) {
    const { rows, next }: OutputOf<typeof exportTickets> = await rpc.call(
      exportTickets,
      { ...(query as object), ...(after && { after }) },
      asking,
    );
    yield rows;
    after = next;
  }
}

async function* withFirst(first: Row[], more: AsyncGenerator<Row[]>): AsyncGenerator<Row[]> {
  yield first;
  yield* more;
}

async function* written(columns: string[], first: Row[], more: AsyncGenerator<Row[]>): AsyncGenerator<string> {
  const lines = (rows: Row[]) =>
    rows.map((row) => `${columns.map((name) => cell(inOneCell(row[name]))).join(',')}\r\n`).join('');
  yield `${columns.join(',')}\r\n${lines(first)}`;
  for await (const rows of more) if (rows.length > 0) yield lines(rows);
}

/** Several values as an import reads them. */
const inOneCell = (value: unknown): unknown => (Array.isArray(value) ? value.join('~~~') : value);

/** The file as a part of a form (`file`, `File`), or its text in `data`. @throws AppError invalid */
async function sentFile(request: FastifyRequest, limit: number): Promise<{ text: string; trial: boolean }> {
  const query = request.query as Record<string, unknown>;
  if (request.isMultipart()) {
    const part = await request.file({ limits: { files: 1, fileSize: limit } });
    if (!part) throw new AppError('invalid', 'upload.no-file', 'The form holds no file.');
    const bytes = await part.toBuffer();
    const field = part.fields.try;
    const asked = field && 'value' in field ? field.value : query.try;
    return { text: textOfFile(bytes), trial: isOn(asked) };
  }
  const body = (request.body ?? {}) as Record<string, unknown>;
  const data = body.data ?? query.data;
  if (typeof data !== 'string')
    throw new AppError('invalid', 'import.no-data', "The file is missing: send it as 'data'.");
  return { text: data, trial: isOn(body.try ?? query.try) };
}

const isOn = (value: unknown): boolean => value === true || value === 'true' || value === '1' || value === 1;
