import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { scrape, startDefaultMetrics } from '@helpmesh/telemetry';

/** Rejects, or does not answer in time, when the part cannot work. */
export type ReadinessCheck = () => unknown | Promise<unknown>;

/** A check that takes longer counts as failed; a probe must not pile up behind a silent network. */
const CHECK_TIMEOUT_MS = 2_000;

/**
 * `/healthz` says that the event loop turns, and touches nothing else: a database that is away must not make an
 * orchestrator kill the services as well. `/readyz` asks every part this process cannot work without. `/metrics` is
 * for Prometheus. None of it is reachable through the gateway.
 */
export class HealthServer {
  private readonly checks = new Map<string, ReadinessCheck>();
  private server: Server | undefined;
  /** Ready only between the end of the start and the begin of the stop. */
  private open = false;

  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  async listen(port: number, host: string): Promise<void> {
    startDefaultMetrics();
    const server = createServer((request, response) => {
      this.answer(request.url ?? '/', response).catch(() => response.destroy());
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  }

  /** Without the path; usable once `listen` is done. */
  get url(): string {
    const address = this.server?.address() as AddressInfo | null | undefined;
    if (!address) throw new Error('the health port is not open');
    return `http://127.0.0.1:${address.port}`;
  }

  ready(open: boolean): void {
    this.open = open;
  }

  async close(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = undefined;
    await new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  }

  private async answer(url: string, response: ServerResponse): Promise<void> {
    const [path] = url.split('?');
    if (path === '/healthz') return json(response, 200, { status: 'ok' });
    if (path === '/readyz') {
      const parts = await this.look();
      const ready = this.open && Object.values(parts).every((state) => state === 'ok');
      return json(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', parts });
    }
    if (path !== '/metrics') return json(response, 404, { status: 'not found' });
    const { contentType, text } = await scrape();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  }

  private async look(): Promise<Record<string, string>> {
    const states = [...this.checks].map(async ([name, check]) => [name, await stateOf(check)]);
    return Object.fromEntries(await Promise.all(states));
  }
}

async function stateOf(check: ReadinessCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer'), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve(check()).then(() => 'ok'), late]);
  } catch {
    // Why is in the log of whoever noticed; this page is read by machines and strangers.
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
