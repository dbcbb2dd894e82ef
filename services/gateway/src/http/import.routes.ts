import { Readable } from 'node:stream';
import { type EndpointDefinition, organizations, users } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { TokenFor } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { importFile } from '../application/import-file.ts';
import { exampleCsv, exportedColumns } from '../domain/export-columns.ts';
import { textOfFile } from '../domain/file-text.ts';
import { cell } from '../domain/rows-csv.ts';
import { answerError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

export interface ImportRoutesParts {
  guard: Pick<EdgeGuard, 'admit'>;
  rpc: Pick<RpcClient, 'call'>;
  bodyLimitBytes: number;
}

const objects = {
  users: { object: 'User', list: users.list },
  organizations: { object: 'Organization', list: organizations.list },
} as const;
/** Of a file that is imported: thousands of rows. Reading one takes time in which nobody else is answered. */
const MAX_FILE_BYTES = 5_000_000;
/** Of one page of an export. */
const PAGE = 500;

/** People and organizations from files and into files. Files are read and written piece by piece. */
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
  for (const [name, { object, list }] of Object.entries(objects)) {
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
        return sendJson(reply, 200, await importFile(rpc, { object, text, trial }, asking(request)));
      },
    });
    server.route({
      ...route,
      method: 'GET',
      url: `/api/v1/${name}/import_example`,
      handler: (_request, reply) => asFile(reply, `${name}-example`).send(exampleCsv[object]),
    });
    server.route({
      ...route,
      method: 'GET',
      url: `/api/v1/${name}/export`,
      handler: async (request, reply) => {
        const page = (n: number) => pageOf(rpc, list as unknown as EndpointDefinition, n, asking(request));
        // A refusal must be an answer, not a file that breaks off.
        const first = await page(1);
        return asFile(reply, name).send(Readable.from(written(object, first, page)));
      },
    });
  }
}

type Row = Record<string, unknown>;

async function pageOf(
  rpc: Pick<RpcClient, 'call'>,
  list: EndpointDefinition,
  page: number,
  asking: Parameters<RpcClient['call']>[2],
): Promise<Row[]> {
  const query = { page, per_page: PAGE, expand: true };
  return (await rpc.call(list, { params: {}, query, body: undefined }, asking)) as Row[];
}

async function* written(
  object: 'User' | 'Organization',
  first: Row[],
  more: (page: number) => Promise<Row[]>,
): AsyncGenerator<string> {
  const columns = exportedColumns(object, first[0] ?? {});
  yield `${columns.join(',')}\r\n`;
  for (let [rows, n] = [first, 1]; ; rows = await more(++n)) {
    const line = (row: Row) => `${columns.map((name) => cell(inOneCell(row[name]))).join(',')}\r\n`;
    if (rows.length > 0) yield rows.map(line).join('');
    if (rows.length < PAGE) return;
  }
}

/** Several values as an import reads them. */
const inOneCell = (value: unknown): unknown => (Array.isArray(value) ? value.join('~~~') : value);

function asFile(reply: FastifyReply, name: string): FastifyReply {
  return reply
    .header('content-type', 'text/csv; charset=utf-8; header=present')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .header('cache-control', 'no-store');
}

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
