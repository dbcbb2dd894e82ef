import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const start = new URL('./start.ts', import.meta.url).href;
const main = new URL('./index.ts', import.meta.url).href;

interface OtlpSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number };
}

/** What a service does: a span, headers that cross a wire, a span on the other side, an error of the caller's. */
const program = `
  const t = await import(${JSON.stringify(main)});
  const headers = {};
  await t.withSpan('send', {}, () => { t.injectTrace(headers); });
  await t.withSpan('receive', {}, () => {
    process.stdout.write(JSON.stringify({ headers, sampled: t.sampledTraceparent() ?? null }));
  }, { parent: t.extractTrace(headers) });
  await t.withSpan('refused', {}, () => { throw Object.assign(new Error('no'), { kind: 'invalid', code: 'x.no' }); }).catch(() => {});
  await t.withSpan('broken', {}, () => { throw new Error('canary'); }).catch(() => {});
  await t.stopTracing();
`;

async function runProgram(
  env: Record<string, string>,
): Promise<{ headers: Record<string, string>; sampled: string | null }> {
  const args = ['--import', start, '--input-type=module', '--no-warnings', '-e', program];
  const { stdout } = await run(process.execPath, args, {
    env: { PATH: '', ...env },
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  return JSON.parse(stdout);
}

describe('the preload', () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      bodies.push(text);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  let endpoint = '';
  beforeAll(async () => {
    await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
    endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  });
  afterAll(() => void collector.close());

  it('exports spans that keep their parent across message headers', async () => {
    const out = await runProgram({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER_ARG: '1',
      OTEL_SERVICE_NAME: 'probe',
    });
    expect(out.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const batch = JSON.parse(bodies.at(-1) ?? '{}');
    const resource = JSON.stringify(batch.resourceSpans[0].resource);
    expect(resource).toContain('"probe"');
    const spans: OtlpSpan[] = batch.resourceSpans[0].scopeSpans.flatMap((scope: { spans: OtlpSpan[] }) => scope.spans);
    const named = (name: string) => spans.find((span) => span.name === name);
    expect(named('receive')).toMatchObject({ traceId: named('send')?.traceId, parentSpanId: named('send')?.spanId });
    expect(out.sampled).toContain(named('receive')?.spanId);
    expect(named('refused')?.status.code ?? 0).toBe(0);
    expect(named('broken')?.status.code).toBe(2);
    expect(bodies.join('')).not.toContain('canary');
  });

  it('keeps an unsampled decision in the headers and off the hot path', async () => {
    const out = await runProgram({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: '0' });
    expect(out.headers.traceparent).toMatch(/-00$/);
    expect(out.sampled).toBeNull();
  });

  it('does nothing at all without an endpoint', async () => {
    const out = await runProgram({});
    expect(out).toEqual({ headers: {}, sampled: null });
  });
});
