import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { defaultNoticeMatrix } from '@helpmesh/contracts';
import { anyFreePort, type Platform, startPlatform, terminalProgress } from '@helpmesh/deploy/local';
import pg from 'pg';
import { authLoad } from './auth-load.ts';
import { httpLoad, type Outcome } from './http-load.ts';
import { mailFlow } from './mail-flow.ts';
import { mailLoad } from './mail-load.ts';
import { cpuMs, pssMiB, untilQuiet } from './procfs.ts';
import { Words } from './words.ts';

const help = `Usage: npm run bench -- [options]

Starts the platform on private servers with durable settings, loads tickets, and prints requests/s, latency and CPU time
a request of all our processes with PostgreSQL and NATS, beside the budget and beside a bare Fastify process measured in
the same run. Nothing is asserted: machines differ, ratios in one run do not lie. Agents are told of tickets in the
page and not by mail.

  --tickets N        tickets to load, 3 articles each (default 10000)
  --seconds N        length of one measurement (default 5)
  --only a,b         paths to measure: create, get, list, search, reply, mail; auth: what signing in adds to
                     a request when the gateway remembers the credential
  --connections a,b  how many at once (default 1,16,64)
  --rate N           mails a second of the steady flow that is watched until its tickets are shown (default 100)
  --parts            below each row, the CPU ms of every process; at the end, its memory
  --help
`;

const options = given();
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
const tickets = number('tickets', options.tickets);
const seconds = number('seconds', options.seconds);
const rate = number('rate', options.rate);
const concurrencies = options.connections.split(',').map((value) => number('connections', value));

function given() {
  try {
    const { values } = parseArgs({
      options: {
        tickets: { type: 'string', default: '10000' },
        seconds: { type: 'string', default: '5' },
        only: { type: 'string' },
        connections: { type: 'string', default: '1,16,64' },
        rate: { type: 'string', default: '100' },
        parts: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function number(option: string, value: string): number {
  const read = Number(value);
  return read > 0 ? read : refuse(`--${option} takes a number above 0, not "${value}".`);
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n(--help shows what there is)\n`);
  process.exit(1);
}

/** CPU ms a request that the product may cost at concurrency 16, all processes together (DESIGN, budgets). */
const budgets = { get: 0.4, list: 1.0, search: 2.0, create: 2.0, reply: 2.0, mail: 5.0 } as const;
type Path = keyof typeof budgets;
/** What the bare process costs on the machine the budgets were set on: on a slower one their ratio is what counts. */
const reference: Record<Path, number> = {
  get: 0.165,
  list: 0.335,
  search: 0.775,
  create: 0.45,
  reply: 0.385,
  mail: 1.8,
};
const only = options.only?.split(',');
for (const name of only ?? []) {
  if (name !== 'auth' && !(name in budgets)) refuse(`--only knows no "${name}".`);
}
const paths = (Object.keys(budgets) as Path[]).filter((path) => only?.includes(path) ?? true);

/** CPU ms that authentication may add to a request on a warm path. */
const AUTH_BUDGET_MS = 0.05;
const withAuth = only?.includes('auth') ?? true;

interface Measured extends Outcome {
  path: Path;
  connections: number;
  cpuMs: number;
  /** CPU ms a request by process name. */
  parts: Record<string, number>;
}

const words = new Words(7);
/** A word of the middle of the vocabulary: about a hundred hits and more. */
const someWord = () => Words.word(20 + Math.floor(words.random() * 200));
const someTicket = () => 1 + Math.floor(words.random() * tickets);

async function measure(
  processes: () => Record<string, number>,
  path: Path,
  connections: number,
  load: () => Promise<Outcome>,
): Promise<Measured> {
  const spent = () => Object.entries(processes()).map(([name, pid]) => [name, cpuMs([pid])] as const);
  const before = new Map(spent());
  const outcome = await load();
  await untilQuiet(() => Object.values(processes()));
  const parts = Object.fromEntries(
    spent().map(([name, after]) => [name, (after - (before.get(name) ?? 0)) / Math.max(1, outcome.requests)]),
  );
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { path, connections, ...outcome, cpuMs: total, parts };
}

function productLoad(platform: Platform, token: string, path: Path, connections: number): Promise<Outcome> {
  const http = (next: Parameters<typeof httpLoad>[0]['next']) =>
    httpLoad({ url: platform.url, headers: { authorization: `Token token=${token}` }, connections, seconds, next });
  const post = (to: string, body: unknown) => ({ method: 'POST' as const, path: to, body: JSON.stringify(body) });
  const get = (from: string) => ({ method: 'GET' as const, path: from });
  switch (path) {
    case 'get':
      return http(() => get(`/api/v1/tickets/${someTicket()}?all=true`));
    case 'list':
      return http(() => get('/api/v1/ticket_list?view=open&limit=50'));
    case 'search':
      return http(() => get(`/api/v1/tickets/search?query=${someWord()}&limit=100`));
    case 'create':
      return http(() => post('/api/v1/tickets', newTicket()));
    case 'reply':
      return http(() =>
        post('/api/v1/ticket_articles', { ticket_id: someTicket(), type: 'note', body: words.text(60) }),
      );
    case 'mail':
      return mailLoad({
        port: platform.smtpPort,
        connections,
        mails: connections === 1 ? 200 : 1_000,
        run: `c${connections}`,
        text: () => words.text(400),
      });
  }
}

const newTicket = () => ({
  title: words.text(6),
  group: 'Users',
  customer_id: 2,
  state: 'open',
  article: { type: 'note', body: words.text(60) },
});

function floorLoad(floor: Floor, path: Path, connections: number): Promise<Outcome> {
  const http = (next: Parameters<typeof httpLoad>[0]['next']) =>
    httpLoad({ url: `http://127.0.0.1:${floor.httpPort}`, headers: {}, connections, seconds, next });
  const post = (to: string, body: unknown) => ({ method: 'POST' as const, path: to, body: JSON.stringify(body) });
  switch (path) {
    case 'get':
      return http(() => ({ method: 'GET', path: `/get/${someTicket()}` }));
    case 'list':
      return http(() => ({ method: 'GET', path: '/list' }));
    case 'search':
      return http(() => ({ method: 'GET', path: `/search?q=w${20 + Math.floor(words.random() * 200)}` }));
    case 'create':
      return http(() => post('/create', { title: words.text(6), body: words.text(60) }));
    case 'reply':
      return http(() => post('/reply', { ticket_id: someTicket(), body: words.text(60) }));
    case 'mail':
      return mailLoad({
        port: floor.smtpPort,
        connections,
        mails: 500,
        run: `f${connections}`,
        text: () => words.text(400),
      });
  }
}

interface Floor {
  pid: number;
  httpPort: number;
  smtpPort: number;
  stop(): void;
}

async function startFloor(platform: Platform): Promise<Floor> {
  const server = new URL(platform.databaseUrl('gateway'));
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  await client.query('CREATE DATABASE bench_floor');
  await client.end();
  server.pathname = '/bench_floor';
  const [httpPort, smtpPort] = [await anyFreePort(), await anyFreePort()];
  const child = fork(
    new URL('./floor.ts', import.meta.url),
    [server.href, ...[httpPort, smtpPort, platform.mailboxSmtpPort].map(String)],
    {
      env: { ...process.env, BENCH_TICKETS: String(tickets) },
    },
  );
  await once(child, 'message');
  return { pid: child.pid!, httpPort, smtpPort, stop: () => void child.kill() };
}

async function call(
  platform: Platform,
  method: string,
  path: string,
  authorization: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(platform.url + path, {
    method,
    headers: { authorization, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const basic = ({ admin: { email, password } }: Platform) =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

async function tokenOf(platform: Platform): Promise<string> {
  const asked = { name: 'bench', permission: ['ticket.agent', 'admin'] };
  const { token } = await call(platform, 'POST', '/api/v1/user_access_token', basic(platform), asked);
  return token;
}

/**
 * The budgets are without mails, but for the confirmation of a mail: agents hear of tickets in the page alone. What it
 * costs to find out who hears is in every figure.
 */
async function tellAgentsOnline(platform: Platform): Promise<void> {
  const online = Object.entries(defaultNoticeMatrix).map(([event, { criteria }]) => {
    return [event, { criteria, channel: { email: false, online: true } }];
  });
  const choice = { notification_config: { matrix: Object.fromEntries(online) } };
  const people = await call(platform, 'GET', '/api/v1/users?expand=true', basic(platform));
  for (const { id, roles } of people as { id: number; roles: string[] }[]) {
    if (!roles.includes('Agent')) continue;
    await call(platform, 'PUT', '/api/v1/users/preferences', basic(platform), choice, { from: String(id) });
  }
}

/** Through the API, as they would come. */
async function loadTickets(platform: Platform, token: string): Promise<void> {
  const authorization = `Token token=${token}`;
  let left = tickets;
  const worker = async () => {
    while (left-- > 0) {
      const { id } = await call(platform, 'POST', '/api/v1/tickets', authorization, newTicket());
      for (let article = 2; article <= 3; article++) {
        await call(platform, 'POST', '/api/v1/ticket_articles', authorization, {
          ticket_id: id,
          type: 'note',
          body: words.text(60),
        });
      }
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

const cell = (value: string | number, width: number) => String(value).padStart(width);
const ms = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

const columns = ['conn.', 'req/s', 'p50 ms', 'p99 ms', 'CPU ms', 'budget', 'floor', 'ours/floor', 'allowed', 'failed'];

function row(ours: Measured, floor: Measured): string {
  const cells = [
    ours.connections,
    ours.perSecond,
    ms(ours.p50),
    ms(ours.p99),
    ours.cpuMs.toFixed(3),
    ours.connections === 16 ? budgets[ours.path].toFixed(2) : '',
    floor.cpuMs.toFixed(3),
    (ours.cpuMs / floor.cpuMs).toFixed(1),
    ours.connections === 16 ? (budgets[ours.path] / reference[ours.path]).toFixed(1) : '',
    ours.failures,
  ];
  return `${ours.path.padEnd(8)}${cells.map((value) => cell(value, 11)).join('')}`;
}

const partsOf = ({ parts }: Pick<Measured, 'parts'>) =>
  Object.entries(parts)
    .map(([name, part]) => `${name} ${part.toFixed(3)}`)
    .join(', ');

const progress = terminalProgress(process.stdout);
// One caller makes all the load, and its mails come from one domain; what is measured is the work, not its limits.
const serviceEnv = {
  gateway: { HELPMESH_RATE_LIMIT_PER_SECOND: '0' },
  notification: { AUTO_REPLIES_PER_DOMAIN_PER_HOUR: '0', AUTO_REPLIES_PER_HOUR_TOTAL: '0' },
};
const platform = await startPlatform({ ports: 'private', profile: 'durable', progress, serviceEnv });
let floor: Floor | undefined;
try {
  const running = (processes: Record<string, { pid?: number | undefined } | undefined>) =>
    Object.fromEntries(
      Object.entries(processes).flatMap(([name, process]) => (process?.pid ? [[name, process.pid]] : [])),
    );
  const servers = () => running({ postgres: platform.postgres, nats: platform.nats });
  const everything = () => ({ ...running(platform.services), ...servers() });
  const services = () => Object.values(running(platform.services));
  const all = () => Object.values(everything());
  await untilQuiet(all);
  const memory = () =>
    Object.entries(everything())
      .map(([name, pid]) => `${name} ${pssMiB([pid])}`)
      .join(', ');
  const idle = { services: pssMiB(services()), all: pssMiB(all()), each: memory() };

  const token = await tokenOf(platform);
  await tellAgentsOnline(platform);
  await progress.step(`load ${tickets} tickets with 3 articles each`, async () => {
    await loadTickets(platform, token);
    await untilQuiet(all);
  });
  floor = await progress.step('start the bare process', () => startFloor(platform));

  const bare = floor;
  const head = `${'path'.padEnd(8)}${columns.map((column) => cell(column, 11)).join('')}`;
  const rows = [head];
  for (const path of paths) {
    for (const connections of concurrencies) {
      await progress.step(`${path}, ${connections} connections`, async () => {
        const ours = await measure(everything, path, connections, () =>
          productLoad(platform, token, path, connections),
        );
        const floors = await measure(
          () => ({ bare: bare.pid, ...servers() }),
          path,
          connections,
          () => floorLoad(bare, path, connections),
        );
        rows.push(row(ours, floors));
        if (options.parts) rows.push(`        ${partsOf(ours)}\n        bare: ${partsOf(floors)}`);
      });
      // At once as well, for whoever stops it half-way.
      progress.line(rows.slice(options.parts ? -2 : -1).join('\n'));
    }
  }
  if (paths.length > 0) process.stdout.write(`\n${rows.join('\n')}\n`);
  if (paths.includes('mail')) {
    const flow = (run: string, mails: number) =>
      mailFlow({
        ...{ smtpPort: platform.smtpPort, url: platform.url, token, rate, mails, connections: 16, run },
        text: () => words.text(400),
      });
    await progress.step(`mail, ${rate}/s until tickets are shown`, async () => {
      await flow('warm', 10 * rate);
      await untilQuiet(all);
      const { cpuMs: cpu, parts, ...flowed } = await measure(everything, 'mail', 16, () => flow('steady', 30 * rate));
      progress.line(
        `\nMail from SMTP to a ticket that the API shows, ${rate}/s for 30 s: ${flowed.perSecond}/s shown, p50 ${ms(flowed.p50)} ms, ` +
          `p99 ${ms(flowed.p99)} ms (goal: 2000), ${cpu.toFixed(2)} CPU ms a mail. Not shown: ${flowed.failures}.`,
      );
      if (options.parts) progress.line(`        ${partsOf({ parts })}`);
    });
  }
  if (withAuth) {
    await progress.step('auth, 16 connections', async () => {
      await untilQuiet(all);
      const gateway = platform.services.gateway.pid;
      const cpu = () => cpuMs(gateway === undefined ? [] : [gateway]);
      const { anonymous, session, alone } = await authLoad({
        ...{ url: platform.url, ...platform.admin, connections: 16, seconds, cpuMs: cpu },
      });
      const added = session.cpuMs - anonymous.cpuMs;
      progress.line(
        `\nAuthentication, warm: ${anonymous.cpuMs.toFixed(3)} CPU ms a request without, ${session.cpuMs.toFixed(3)} with a ` +
          `session: adds ${added.toFixed(3)} (${((added / anonymous.cpuMs) * 100).toFixed(0)} %), budget ${AUTH_BUDGET_MS}. ` +
          `Alone: ${alone.cpuMs.toFixed(4)} CPU ms a call, the slowest in a hundred ${alone.p99Ms.toFixed(4)} ms. ` +
          `Failed: ${anonymous.failures + session.failures}.`,
      );
    });
  }
  process.stdout.write(
    `\nMemory (Pss): services ${idle.services} MiB idle, ${pssMiB(services())} MiB loaded; ` +
      `with PostgreSQL and NATS ${idle.all} MiB idle, ${pssMiB(all())} MiB loaded.\n` +
      (options.parts ? `        idle: ${idle.each}\n        loaded: ${memory()}\n` : '') +
      'CPU ms: all processes of the product with PostgreSQL and NATS, until what a request set off is worked off.\n' +
      'Floor: a bare Fastify process with one named statement on the same PostgreSQL; mail: receive, parse, insert, confirm.\n' +
      'Allowed: budget by floor on the machine the budgets were set on; ours/floor should stay below it on any machine.\n',
  );
} finally {
  floor?.stop();
  await platform.stop();
}
