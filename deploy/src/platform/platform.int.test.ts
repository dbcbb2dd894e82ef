import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Platform, startPlatform } from './platform.ts';
import type { Programs } from './service-process.ts';

/** Stands in for a service: says what it was run with, serves /readyz, ends on SIGTERM. */
const stub = `
import { createServer } from 'node:http';
import { appendFileSync } from 'node:fs';
const [, main, command] = process.argv;
const tell = (what) => appendFileSync(process.env.STUB_TRACE, process.env.HEALTH_PORT + ' ' + what + '\\n');
if (process.env.STUB_FAILS === command) {
  console.log(JSON.stringify({ level: 60, msg: 'cannot go on', err: { message: 'DATABASE_URL: not a URL' } }));
  process.exit(1);
}
if (command === 'migrate') process.exit(0);
tell('up');
createServer((_request, response) => response.end('ok')).listen(process.env.HEALTH_PORT, '127.0.0.1');
process.on('SIGTERM', () => { tell('down'); process.exit(0); });
`;

let folder: string;
let trace: string;
let programs: Programs;
const platforms: Platform[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'helpmesh-stub-'));
  chmodSync(folder, 0o755); // else the database moves out to where its user can reach it
  trace = path.join(folder, 'trace');
  writeFileSync(trace, '');
  writeFileSync(path.join(folder, 'stub.mjs'), stub);
  programs = { main: () => path.join(folder, 'stub.mjs'), preload: [] };
});
afterAll(async () => {
  for (const platform of platforms) await platform.stop();
  rmSync(folder, { recursive: true, force: true });
});

function newHome(): string {
  const home = mkdtempSync(path.join(folder, 'home-'));
  chmodSync(home, 0o755);
  return home;
}

async function start(env: NodeJS.ProcessEnv = {}, home?: string): Promise<Platform> {
  const given = { PATH: process.env.PATH, STUB_TRACE: trace, ...env };
  const platform = await startPlatform({ ports: 'private', env: given, programs, ...(home && { home }) });
  platforms.push(platform);
  return platform;
}

it('brings back a service, the broker and the database after kill -9, at the same places', async () => {
  const platform = await start();
  const { ticket } = platform.services;
  const first = ticket.pid;
  const places = [platform.natsUrl, platform.databaseUrl('ticket')];
  expect(places[1]).toMatch(/\/helpmesh_ticket$/);

  expect(ticket.kill()).toBe(true);
  expect(platform.nats?.kill()).toBe(true);
  expect(platform.postgres?.kill()).toBe(true);
  await vi.waitUntil(() => ticket.restarts === 1 && ticket.pid, { timeout: 15_000 });
  await vi.waitUntil(() => platform.nats?.restarts === 1 && platform.nats.pid, { timeout: 15_000 });
  await vi.waitUntil(() => platform.postgres?.restarts === 1 && platform.postgres.pid, { timeout: 15_000 });
  expect(ticket.pid).not.toBe(first);
  expect([platform.natsUrl, platform.databaseUrl('ticket')]).toEqual(places);
  expect((await fetch(`${ticket.healthUrl}/readyz`)).ok).toBe(true);

  await ticket.stop();
  expect(ticket.pid).toBeUndefined();
  expect(ticket.kill()).toBe(false);
  await ticket.start();
  expect((await fetch(`${ticket.healthUrl}/readyz`)).ok).toBe(true);
});

it('stops every process and lets the home go', async () => {
  const platform = await start();
  const { services, postgres, nats, home } = platform;
  const pids = [...Object.values(services), postgres, nats].map((part) => part?.pid);
  expect(pids.every((pid) => pid !== undefined)).toBe(true);
  await platform.stop();
  for (const pid of pids) expect(() => process.kill(pid!, 0)).toThrow(/ESRCH/);
  for (const { healthUrl } of Object.values(services)) {
    expect(readFileSync(trace, 'utf8')).toContain(`${new URL(healthUrl).port} down`);
  }
  expect(() => readFileSync(home)).toThrow(/ENOENT/);
});

it('refuses a second launcher on the same home, and keeps the secrets for the next', async () => {
  const home = newHome();
  const first = await start({}, home);
  await expect(start({}, home)).rejects.toThrow(`Another launcher (process ${process.pid}) already runs on ${home};`);
  const { password } = first.admin;
  expect(password).toMatch(/^(\w{4}-){3}\w{4}$/);
  await first.stop();
  const second = await start({}, home);
  expect(second.admin.password).toBe(password);
  await second.stop();
});

it('says in one sentence which service failed and why, and leaves nothing running', async () => {
  const home = newHome();
  await expect(start({ STUB_FAILS: 'start' }, home)).rejects.toThrow(
    /^The \S+ service does not run \(it ended\): cannot go on: DATABASE_URL: not a URL \(log: \S+\)$/,
  );
  await (await start({}, home)).stop();
});

it('names the variable that moves a port which is in use', async () => {
  const foreign: Server = createServer();
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  const { port } = foreign.address() as { port: number };
  const env = { PATH: process.env.PATH, HELPMESH_HTTP_PORT: String(port), HELPMESH_HEALTH_PORT: '29464' };
  const home = newHome();
  await expect(startPlatform({ home, env, programs })).rejects.toThrow(
    `Port ${port} (page and API) is in use by another program; stop that program or set HELPMESH_HTTP_PORT to a free port.`,
  );
  foreign.close();
  await expect(
    startPlatform({ home, env: { HELPMESH_SMTP_PORT: 'mail', ...env, HELPMESH_HTTP_PORT: '28080' }, programs }),
  ).rejects.toThrow('HELPMESH_SMTP_PORT is "mail"; it must be a port number from 1 to 65535.');
});
