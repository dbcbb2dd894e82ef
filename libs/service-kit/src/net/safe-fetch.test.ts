import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-address.ts';
import { SafeFetch } from './safe-fetch.ts';

describe('S13: which addresses are public', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::2:3',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '4000::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:93.184.216.34'])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

/** Answers names from a list, each look-up the next entry; remembers what was asked. */
function resolver(names: Record<string, string[][]>): LookupFunction & { asked: string[] } {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    const answers = names[hostname];
    const next = answers && answers.length > 1 ? answers.shift() : answers?.[0];
    if (!next) return callback(Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }), []);
    callback(
      null,
      next.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.assign(lookup, { asked });
}

/** A thousand times as large when it is unpacked. */
const bomb = gzipSync(Buffer.alloc(50_000_000));

describe('S13: a safe fetch', () => {
  let server: Server;
  let port: number;
  const paths: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      paths.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
      const url = new URL(request.url ?? '/', 'http://x');
      const to = url.searchParams.get('to');
      if (to !== null) return response.writeHead(302, { location: to }).end();
      if (url.pathname === '/large') return response.writeHead(201).end('x'.repeat(2_000));
      if (url.pathname === '/bomb') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      if (url.pathname === '/silent') return;
      if (url.pathname === '/slow') return response.writeHead(200).write('so far');
      if (url.pathname === '/empty') return response.writeHead(204).end();
      response.writeHead(201, { 'x-seen': 'yes' }).end(`hello ${request.headers.host}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['127.1', 'https://127.1/'],
    ['a number', 'https://2130706433/'],
    ['octal', 'https://0177.0.0.1/'],
    ['hexadecimal', 'https://0x7f.1/'],
    ['zero', 'https://0/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv4 in IPv6', 'https://[::ffff:169.254.169.254]/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['unicode digits', 'https://①②⑦.⓪.⓪.①/'],
    ['unicode dots', 'https://127。0。0。1/'],
    ['a name and password', 'https://someone:else@example.com/'],
    ['a name before a private host', 'https://example.com@127.0.0.1/'],
    ['http', 'http://example.com/'],
    ['another port', 'https://example.com:6379/'],
    ['file:', 'file:///etc/passwd'],
    ['gopher:', 'gopher://example.com/'],
    ['data:', 'data:text/plain,x'],
    ['no address', 'example.com'],
    ['nothing', ''],
  ])('refuses %s before any look-up', async (_what, address) => {
    const lookup = resolver({});
    const refused = { kind: 'invalid', code: 'net.address-refused' };
    await expect(new SafeFetch({ lookup }).fetch(address)).rejects.toMatchObject(refused);
    expect(lookup.asked).toEqual([]);
  });

  it.each([
    ['a name that leads to this machine', ['127.0.0.1']],
    ['a name of which one address is private', ['93.184.216.34', '10.0.0.5']],
    ['a name that leads to metadata by IPv6', ['fd00:ec2::254']],
  ])('refuses %s in the look-up that the connection is made by', async (_what, addresses) => {
    // A second look-up (rebinding) would find the way open.
    const lookup = resolver({ 'desk.example': [addresses, ['93.184.216.34']] });
    await expect(new SafeFetch({ lookup }).fetch('https://desk.example/')).rejects.toMatchObject({
      code: 'net.address-refused',
      detail: expect.stringContaining('private network'),
    });
    expect(lookup.asked).toEqual(['desk.example']);
  });

  it('reaches a private host that the operator named, by http and on any port, and returns the whole answer', async () => {
    const lookup = resolver({ 'aai.internal': [['127.0.0.1']] });
    const safe = new SafeFetch({ allowedPrivateHosts: 'other.internal, AAI.internal', lookup });
    const response = await safe.fetch(`http://aai.internal:${port}/`);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-seen')).toBe('yes');
    expect(await response.text()).toBe(`hello aai.internal:${port}`);
    expect((await safe.fetch(`http://aai.internal:${port}/empty`)).status).toBe(204);
    await safe.close();
  });

  it('holds a host named with its port to that port', async () => {
    const lookup = resolver({ 'aai.internal': [['127.0.0.1']] });
    const safe = new SafeFetch({ allowedPrivateHosts: `aai.internal:${port}`, lookup });
    expect((await safe.fetch(`http://aai.internal:${port}/`)).status).toBe(201);
    await expect(safe.fetch('https://aai.internal/')).rejects.toMatchObject({ code: 'net.address-refused' });
    await expect(safe.fetch(`http://aai.internal:${port + 1}/`)).rejects.toMatchObject({ code: 'net.address-refused' });
    await safe.close();
  });

  describe('that follows redirects', () => {
    const safe = () => new SafeFetch({ allowedPrivateHosts: `127.0.0.1:${port}` });
    const via = (to: string) => `http://127.0.0.1:${port}/?to=${encodeURIComponent(to)}`;

    it('does so only when asked to', async () => {
      expect((await safe().fetch(via('/there'))).status).toBe(302);
      const response = await safe().fetch(via('/there'), { maxRedirects: 1 });
      expect(response.status).toBe(201);
    });

    it.each(['http://169.254.169.254/', 'https://localhost:2375/', 'file:///etc/passwd', 'https://[::1]/', 'http://['])(
      'checks each hop: %s',
      async (to) => {
        await expect(safe().fetch(via(to), { maxRedirects: 3 })).rejects.toMatchObject({ code: 'net.address-refused' });
      },
    );

    it('gives up after the most hops', async () => {
      const circle = `http://127.0.0.1:${port}/?to=${encodeURIComponent('?to=%3Fto=x')}`;
      await expect(safe().fetch(circle, { maxRedirects: 1 })).rejects.toMatchObject({
        code: 'net.too-many-redirects',
      });
    });

    it('carries credentials within the origin and not beyond it', async () => {
      const both = new SafeFetch({ allowedPrivateHosts: '127.0.0.1, localhost' });
      const headers = { authorization: 'Bearer canary' };
      paths.length = 0;
      await both.fetch(via('/same'), { headers, maxRedirects: 1 });
      await both.fetch(via(`http://localhost:${port}/other`), { headers, maxRedirects: 1 });
      expect(paths.filter((path) => !path.includes('?'))).toEqual(['GET /same Bearer canary', 'GET /other']);
    });
  });

  it('reads no more than it is told to', async () => {
    const safe = new SafeFetch({ allowedPrivateHosts: '127.0.0.1' });
    const large = `http://127.0.0.1:${port}/large`;
    await expect(safe.fetch(large, { maxBytes: 1_999 })).rejects.toMatchObject({ code: 'net.answer-too-large' });
    expect(await (await safe.fetch(large, { maxBytes: 2_000 })).text()).toHaveLength(2_000);
  });

  it('S07: counts what an answer is unpacked, and unpacks no more than it may take', async () => {
    const safe = new SafeFetch({ allowedPrivateHosts: '127.0.0.1' });
    expect(bomb.length).toBeLessThan(60_000);
    const packed = `http://127.0.0.1:${port}/bomb`;
    await expect(safe.fetch(packed)).rejects.toMatchObject({ code: 'net.answer-too-large' });
    const head = await safe.fetch(packed, { maxBytes: 10, larger: 'cut' });
    expect((await head.arrayBuffer()).byteLength).toBe(10);
  });

  it('takes the head of an answer that is too large or does not end, when that is enough', async () => {
    const safe = new SafeFetch({ allowedPrivateHosts: '127.0.0.1' });
    const head = await safe.fetch(`http://127.0.0.1:${port}/large`, { maxBytes: 10, larger: 'cut' });
    expect([head.status, await head.text()]).toEqual([201, 'x'.repeat(10)]);
    const slow = await safe.fetch(`http://127.0.0.1:${port}/slow`, { timeoutMs: 100, larger: 'cut' });
    expect([slow.status, await slow.text()]).toEqual([200, 'so far']);
    await expect(safe.fetch(`http://127.0.0.1:${port}/slow`, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'net.unreachable',
    });
  });

  it('waits no longer than it is told to, and says who is silent', async () => {
    const safe = new SafeFetch({ allowedPrivateHosts: '127.0.0.1' });
    await expect(safe.fetch(`http://127.0.0.1:${port}/silent`, { timeoutMs: 50 })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'net.unreachable',
      detail: `127.0.0.1:${port} does not answer in time.`,
    });
    await expect(new SafeFetch({ lookup: resolver({}) }).fetch('https://nobody.example/')).rejects.toMatchObject({
      code: 'net.unreachable',
    });
  });
});
