import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/** The calls of S3 that the desk makes, over real HTTP, to be broken at will. */
export interface ObjectStore {
  /** Settings of a service that keeps its files here. */
  readonly env: Record<string, string>;
  /** Bytes by key. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** Share of the calls that are answered 503 and do nothing; 0 ends it. */
  fail(share: number): void;
  /** Each answer waits this long; 0 ends it. */
  slow(ms: number): void;
  /** Answers begin as they should and break off in the middle. */
  breakOff(broken: boolean): void;
  /** Nobody listens, and open connections are gone; `start` ends it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Unsigned calls are refused, as S3 would. */
export async function objectStore(): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>();
  let failing = 0;
  let delayMs = 0;
  let breaking = false;
  let port = 0;
  let server: Server;
  let calls = 0;

  async function start(): Promise<void> {
    server = createServer(async (request, response) => {
      const key = new URL(request.url ?? '', 'http://x').pathname;
      const answer = (status: number, body?: Buffer | string) => void response.writeHead(status).end(body);
      const body = request.method === 'PUT' ? await buffer(request).catch(() => undefined) : undefined;
      if (delayMs > 0) await pause(delayMs);
      calls += 1;
      // Evenly spread: the n-th call fails when the share of the first n grows to a whole one.
      if (Math.floor(calls * failing) > Math.floor((calls - 1) * failing)) return answer(503, '<Error/>');
      if (!request.headers.authorization?.includes('AWS4-HMAC-SHA256 Credential=key/')) return answer(403);
      if (request.method === 'PUT') {
        if (body) objects.set(key, body);
        return answer(200);
      }
      if (request.method === 'DELETE') {
        objects.delete(key);
        return answer(204);
      }
      const found = objects.get(key);
      const head = request.method === 'HEAD';
      if (!found) return answer(404, head ? undefined : '<Error><Code>NoSuchKey</Code></Error>');
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const part = first === undefined ? found : found.subarray(Number(first), Number(last) + 1);
      response.writeHead(first === undefined ? 200 : 206, { 'content-length': part.length });
      if (head) response.end();
      else if (breaking) response.write(part.subarray(0, part.length / 2), () => response.destroy());
      else response.end(part);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }
  async function stop(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  await start();
  return {
    env: {
      BLOB_S3_BUCKET: 'desk',
      BLOB_S3_REGION: 'eu-central-1',
      BLOB_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      BLOB_S3_ACCESS_KEY_ID: 'key',
      BLOB_S3_SECRET_ACCESS_KEY: 'canary',
    },
    objects,
    fail: (share) => {
      failing = share;
    },
    slow: (ms) => {
      delayMs = ms;
    },
    breakOff: (broken) => {
      breaking = broken;
    },
    ...{ start, stop, close: stop },
  };
}
