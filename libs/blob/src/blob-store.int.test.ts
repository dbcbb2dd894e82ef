import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobStore, wholeBlob } from './blob-store.ts';
import { FileBlobStore } from './file-store.ts';
import { openBlobStore } from './open.ts';
import { S3BlobStore } from './s3-store.ts';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const dir = mkdtempSync(join(tmpdir(), 'helpmesh-blob-test-'));
const objects = new Map<string, Buffer>();
let s3: Server;
let s3Failing = false;
/** Answers begin as they should and break off. */
let s3Breaking = false;

/** The four calls of S3 that the adapter makes, over real HTTP. Unsigned calls are refused, as S3 would. */
function s3Server(): Server {
  return createServer((request, response) => {
    const key = new URL(request.url ?? '', 'http://x').pathname;
    const answer = (status: number, body?: Buffer | string) => response.writeHead(status).end(body);
    if (s3Failing) return void answer(500, '<Error><Code>InternalError</Code></Error>');
    if (!request.headers.authorization?.includes('AWS4-HMAC-SHA256 Credential=key/')) return void answer(403);
    const found = objects.get(key);
    if (request.method === 'PUT')
      return void buffer(request).then((body) => {
        objects.set(key, body);
        answer(200);
      });
    if (request.method === 'DELETE') objects.delete(key);
    if (request.method === 'DELETE') return void answer(204);
    if (!found) return void answer(404, request.method === 'GET' ? '<Error><Code>NoSuchKey</Code></Error>' : undefined);
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = start === undefined ? found : found.subarray(Number(start), Number(end) + 1);
    const status = start === undefined ? 200 : 206;
    response.writeHead(status, { 'content-length': part.length });
    if (!s3Breaking || request.method === 'HEAD')
      return void response.end(request.method === 'HEAD' ? undefined : part);
    response.write(part.subarray(0, part.length / 2), () => response.destroy());
  });
}

const stores: [string, () => BlobStore][] = [
  ['files', () => new FileBlobStore(join(dir, 'files'))],
  [
    's3',
    () =>
      new S3BlobStore({
        bucket: 'desk',
        region: 'eu-central-1',
        endpoint: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
        accessKeyId: 'key',
        secretAccessKey: 'canary',
      }),
  ],
];

beforeAll(async () => {
  s3 = s3Server();
  await new Promise<void>((done) => s3.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  s3.close();
  s3.closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
});

describe.each(stores)('a blob store over %s', (_name, open) => {
  let store: BlobStore;
  beforeAll(() => {
    store = open();
  });
  afterAll(() => store.close());

  it.each([
    ['empty', Buffer.alloc(0)],
    ['a short text', Buffer.from('Grüße')],
    ['300 kB of noise', randomBytes(300_000)],
  ])('gives back %s byte by byte, from bytes and from a stream', async (_what, bytes) => {
    const expected = { sha256: digest(bytes), size: bytes.length };
    expect(await store.put(bytes)).toEqual(expected);
    expect(await store.put(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]))).toEqual(expected);
    expect(Buffer.compare(await buffer(await store.get(expected.sha256)), bytes)).toBe(0);
    expect(await store.size(expected.sha256)).toBe(bytes.length);
  });

  it('gives a part of it, the last byte included', async () => {
    const { sha256 } = await store.put(Buffer.from('0123456789'));
    const part = async (start: number, end: number) =>
      (await buffer(await store.get(sha256, { start, end }))).toString();
    expect([await part(0, 0), await part(3, 5), await part(9, 9), await part(0, 9)]).toEqual([
      ...['0', '345', '9', '0123456789'],
    ]);
  });

  it('takes content at the cap and refuses one byte more, keeping nothing', async () => {
    const bytes = randomBytes(1000);
    const more = Buffer.concat([bytes, Buffer.from('x')]);
    await expect(
      store.put(Readable.from([more.subarray(0, 500), more.subarray(500)]), { maxBytes: 1000 }),
    ).rejects.toThrow(expect.objectContaining({ kind: 'invalid', code: 'blob.too-large' }));
    await expect(store.put(more, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'blob.too-large' });
    expect(await store.has(digest(more))).toBe(false);
    expect(await store.put(bytes, { maxBytes: 1000 })).toMatchObject({ size: 1000 });
  });

  it('stores the same content once, also when it arrives 20 times at the same moment', async () => {
    const bytes = randomBytes(50_000);
    const results = await Promise.all(Array.from({ length: 20 }, () => store.put(Readable.from([bytes]))));
    expect(new Set(results.map((result) => result.sha256))).toEqual(new Set([digest(bytes)]));
    expect(Buffer.compare(await buffer(await store.get(digest(bytes))), bytes)).toBe(0);
  });

  it('keeps nothing of a stream that breaks', async () => {
    const half = randomBytes(10_000);
    const broken = new Readable({ read() {} });
    broken.push(half);
    setImmediate(() => broken.destroy(new Error('client went away')));
    await expect(store.put(broken)).rejects.toThrow('client went away');
    expect(await store.has(digest(half))).toBe(false);
  });

  it('says not-found for what is not there and for what is no digest', async () => {
    for (const name of ['0'.repeat(64), '../../etc/passwd', 'ABC', ''])
      await expect(store.get(name)).rejects.toMatchObject({ kind: 'not-found', code: 'blob.not-found' });
    expect(await store.has('0'.repeat(64))).toBe(false);
  });

  it('deletes, and does not mind deleting again', async () => {
    const { sha256 } = await store.put(Buffer.from('short life'));
    await store.delete(sha256);
    await store.delete(sha256);
    expect(await store.has(sha256)).toBe(false);
  });
});

describe('the file store', () => {
  it('never shows a partial object, and leaves none behind, when the writer is killed in the middle', async () => {
    const home = join(dir, 'killed');
    const door = new URL('./index.ts', import.meta.url).href;
    const program = `
      import { Readable } from 'node:stream';
      const { openBlobStore } = await import(${JSON.stringify(door)});
      const store = openBlobStore({ BLOB_DIR: ${JSON.stringify(home)} });
      const endless = async function* () { for (;;) { yield Buffer.alloc(65536, 1); process.stdout.write('.'); } };
      await store.put(Readable.from(endless(), { objectMode: false }), { maxBytes: 200_000_000 });`;
    const args = [
      '--experimental-transform-types',
      '--conditions',
      '@helpmesh/source',
      '--no-warnings',
      '--input-type=module',
      '-e',
      program,
    ];
    const child: ChildProcess = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: import.meta.dirname,
    });
    await new Promise<void>((resolve, reject) => {
      let dots = 0;
      child.stdout?.on('data', (chunk) => {
        dots += chunk.length;
        if (dots > 5) resolve();
      });
      child.once('exit', () => reject(new Error('the writer ended by itself')));
    });
    child.kill('SIGKILL');
    await new Promise((done) => child.once('close', done));
    const visible = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    );
    expect(visible).toEqual([]);
    expect(readdirSync(join(home, 'incoming'))).toHaveLength(1);
    expect(await new FileBlobStore(home).sweep(Date.now() + 25 * 3600 * 1000)).toBe(1);
    expect(readdirSync(join(home, 'incoming'))).toEqual([]);
  });

  it('leaves the spool file of a living writer alone', async () => {
    const store = new FileBlobStore(join(dir, 'sweep'));
    await store.put(Buffer.from('x'));
    const path = join(dir, 'sweep', 'incoming', 'young');
    writeFileSync(path, 'half');
    await utimes(path, new Date(), new Date());
    expect(await store.sweep(Date.now() + 3600 * 1000)).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  it('answers unavailable, not a crash, when the folder cannot be made', async () => {
    const file = join(dir, 'a-file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    const store = new FileBlobStore(join(file, 'below'));
    await expect(store.put(Buffer.from('x'))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'blob.store-unavailable',
    });
  });

  it('recovers when its folder was removed while it ran', async () => {
    const home = join(dir, 'removed');
    const store = new FileBlobStore(home);
    await store.put(Buffer.from('1'));
    rmSync(home, { recursive: true });
    await store.put(Buffer.from('2')).catch(() => undefined);
    await expect(store.put(Buffer.from('2'))).resolves.toMatchObject({ size: 1 });
  });
});

describe('the S3 store', () => {
  it('answers unavailable when the server fails', async () => {
    const store = stores[1]?.[1]() as BlobStore;
    s3Failing = true;
    try {
      await expect(store.put(Buffer.from('x'))).rejects.toMatchObject({ kind: 'unavailable' });
    } finally {
      s3Failing = false;
      await store.close();
    }
  });

  it('answers unavailable when the bytes break off, and never gives half of a file for a whole one', async () => {
    const store = stores[1]?.[1]() as BlobStore;
    const bytes = randomBytes(100_000);
    const { sha256 } = await store.put(bytes);
    s3Breaking = true;
    try {
      await expect(wholeBlob(store, sha256)).rejects.toMatchObject({ kind: 'unavailable' });
    } finally {
      s3Breaking = false;
    }
    expect((await wholeBlob(store, sha256)).equals(bytes)).toBe(true);
    await store.close();
  });
});

describe('openBlobStore', () => {
  it('chooses by configuration and says what is missing', () => {
    expect(openBlobStore({ BLOB_DIR: join(dir, 'open') })).toBeInstanceOf(FileBlobStore);
    expect(openBlobStore({ BLOB_S3_BUCKET: 'desk' })).toBeInstanceOf(S3BlobStore);
    expect(() => openBlobStore({})).toThrow(/BLOB_DIR or BLOB_S3_BUCKET/);
  });
});
