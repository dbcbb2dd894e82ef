import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SafeFetch } from '@helpmesh/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ReadFeed } from './read-feed.ts';

const server = createServer((request, response) => {
  if (request.url === '/moved.ics') response.writeHead(302, { location: '/days.ics' }).end();
  else if (request.url === '/days.ics') response.end('BEGIN:VCALENDAR é');
  else if (request.url === '/large.ics') response.end('x'.repeat(1_000_001));
  else response.writeHead(404).end('nothing');
});
let host = '';
let safe: SafeFetch;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  safe = new SafeFetch({ allowedPrivateHosts: host });
});
afterAll(async () => {
  await safe.close();
  server.close();
});

it('reads what stands at an address, also where it has moved to', async () => {
  expect(await new ReadFeed(safe).run(`http://${host}/moved.ics`)).toBe('BEGIN:VCALENDAR é');
});

it.each([
  ['there is nothing', '/other.ics', 'feed.no-success'],
  ['there is too much', '/large.ics', 'net.answer-too-large'],
])('says so when %s', async (_what, path, code) => {
  await expect(new ReadFeed(safe).run(`http://${host}${path}`)).rejects.toMatchObject({ kind: 'unavailable', code });
});

it('calls nothing on private networks that the operator did not name', async () => {
  const strict = new ReadFeed(new SafeFetch());
  await expect(strict.run(`http://${host}/days.ics`)).rejects.toMatchObject({ code: 'net.address-refused' });
});
