import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError, noRoute } from './answer-error.ts';
import { openApi } from './openapi.ts';

interface Operation {
  operationId: string;
  tags: [string];
  summary: string;
}

/** Pages without a script: nothing to allow. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
/** The generated register of error codes; a container image may leave it out. */
const ERRORS_FILE = new URL('../../../../docs/errors.md', import.meta.url);

/** `/openapi.json`, `/docs` as a plain list, and `/docs/errors`, where the `type` of a problem leads. */
export function mountDocs(server: FastifyInstance): void {
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void answerError(error, request, reply);
  let document: string | undefined;
  server.get('/openapi.json', { errorHandler }, async (_request, reply) => {
    document ??= JSON.stringify(openApi());
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('access-control-allow-origin', '*')
      .header('cache-control', 'public, max-age=300')
      .send(document);
  });
  let overview: string | undefined;
  server.get('/docs', { errorHandler }, async (_request, reply) => {
    overview ??= page('Helpmesh API', operationsList());
    return sendPage(reply, overview);
  });
  server.get('/docs/errors', { errorHandler }, async (request, reply) => {
    const text = await readFile(ERRORS_FILE, 'utf8').catch(() => {
      throw noRoute(request);
    });
    return sendPage(reply, page('Errors', errorsTable(text)));
  });
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_POLICY)
    .header('cache-control', 'public, max-age=300')
    .send(html);
}

function operationsList(): string {
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(openApi().paths as Record<string, Record<string, Operation>>)) {
    for (const [method, { operationId, tags, summary }] of Object.entries(methods)) {
      const line = `<tr id="${operationId}"><td><code>${method.toUpperCase()}</code></td><td><code>${escaped(path)}</code></td><td>${escaped(summary)}</td></tr>`;
      byTag.set(tags[0], [...(byTag.get(tags[0]) ?? []), line]);
    }
  }
  const tables = [...byTag].map(([tag, lines]) => `<h2>${escaped(tag)}</h2><table>${lines.join('')}</table>`);
  return `<p>Machine-readable: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Sign in with Basic,
    <code>Authorization: Token token=…</code>, or a session. Errors: <a href="/docs/errors">all codes</a>.</p>${tables.join('')}`;
}

/** Rows of the Markdown table whose first cell is a code, each with the anchor a problem's `type` points to. */
function errorsTable(markdown: string): string {
  const rows = markdown.split('\n').filter((line) => /^\| `/.test(line));
  const lines = rows.map((row) => {
    const cells = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const code = cells[0]?.replaceAll('`', '') ?? '';
    return `<tr id="${escaped(code)}">${cells.map((cell) => `<td>${escaped(cell.replaceAll('`', ''))}</td>`).join('')}</tr>`;
  });
  return `<table>${lines.join('')}</table>`;
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><style>
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td{padding:.3rem .8rem .3rem 0;vertical-align:top;border-top:1px solid #8884}
:target{background:#fc03}</style></head><body><h1>${title}</h1>${body}</body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
