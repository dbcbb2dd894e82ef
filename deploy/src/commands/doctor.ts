import { existsSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { findNats, findProgram } from '../local/nats.ts';
import { isFree } from '../local/port.ts';
import { nativeFolder } from '../local/postgres.ts';
import { capture, isAlive } from '../local/proc.ts';
import { healthOffsets } from '../local/services.ts';
import { cacheOf, homeOf } from '../platform/home.ts';

interface Finding {
  what: string;
  /** `note`: works, and worth knowing. */
  state: 'ok' | 'note' | 'bad';
  says: string;
}

const signs = { ok: '✓', note: '·', bad: '✗' };

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at this machine and the running platform, and say what would not work')
    .action(async () => {
      const findings = [...(await machine()), ...(await platform())];
      for (const { state, what, says } of findings) {
        process.stdout.write(`${signs[state]} ${what.padEnd(18)} ${says}\n`);
      }
      process.exitCode = findings.some(({ state }) => state === 'bad') ? 1 : 0;
    });
}

async function machine(): Promise<Finding[]> {
  const cache = cacheOf(process.env);
  const redis = findProgram('redis-server') ?? findProgram('valkey-server');
  const redisUnpacked = existsSync(path.join(cache, 'redis-server'));
  const setpriv = (await capture('setpriv', ['--pdeathsig', 'TERM', 'true'])).status === 0;
  return [
    { what: 'Node', state: 'ok', says: process.versions.node },
    await attempt('PostgreSQL', 'DATABASE_URL', () => nativeFolder()),
    await attempt('NATS', 'NATS_URL', () => findNats(cache)),
    {
      what: 'Redis',
      state: process.env.REDIS_URL || redis || redisUnpacked ? 'ok' : 'note',
      says: process.env.REDIS_URL
        ? 'the server that REDIS_URL names'
        : (redis ??
          (redisUnpacked ? `in ${cache}` : 'not here; the launcher tries the Debian archive, else goes without')),
    },
    {
      what: 'orphans',
      state: setpriv ? 'ok' : 'note',
      says: setpriv
        ? 'a killed launcher takes its servers along (setpriv)'
        : 'without setpriv a killed launcher leaves servers behind; the next start stops them',
    },
    disk(),
  ];
}

function disk(): Finding {
  let folder = homeOf(process.env);
  while (!existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 1024 ** 2);
  return { what: 'disk', state: free > 300 ? 'ok' : 'bad', says: `${free} MB free for ${homeOf(process.env)}` };
}

async function platform(): Promise<Finding[]> {
  const home = homeOf(process.env);
  const lock = path.join(home, 'launcher.lock');
  const pid = existsSync(lock) ? Number(readFileSync(lock, 'utf8').split(' ')[0]) : 0;
  if (!pid || !isAlive(pid)) return [{ what: 'platform', state: 'note', says: 'not running' }, ...(await ports())];

  const first = Number(process.env.HELPMESH_HEALTH_PORT || 9464);
  const services = Object.entries(healthOffsets).map(async ([service, offset]): Promise<Finding> => {
    try {
      const response = await fetch(`http://127.0.0.1:${first + offset}/readyz`, { signal: AbortSignal.timeout(3_000) });
      return { what: service, state: response.ok ? 'ok' : 'bad', says: response.ok ? 'ready' : await response.text() };
    } catch (error) {
      return { what: service, state: 'bad', says: `does not answer (${(error as Error).message})` };
    }
  });
  return [{ what: 'platform', state: 'ok', says: `launcher is process ${pid}` }, ...(await Promise.all(services))];
}

async function ports(): Promise<Finding[]> {
  const wanted: [variable: string, usual: number][] = [
    ['HELPMESH_HTTP_PORT', 8080],
    ['HELPMESH_SMTP_PORT', 2525],
    ['HELPMESH_MAILBOX_PORT', 8025],
    ['HELPMESH_MAILBOX_SMTP_PORT', 1025],
  ];
  const findings = wanted.map(async ([variable, usual]): Promise<Finding> => {
    const port = Number(process.env[variable] || usual);
    const free = await isFree(port);
    return { what: `port ${port}`, state: free ? 'ok' : 'bad', says: free ? 'free' : `in use; ${variable} moves it` };
  });
  return Promise.all(findings);
}

async function attempt(what: string, variable: string, find: () => string | Promise<string>): Promise<Finding> {
  if (process.env[variable]) return { what, state: 'ok', says: `the server that ${variable} names` };
  try {
    return { what, state: 'ok', says: await find() };
  } catch (error) {
    return { what, state: 'bad', says: (error as Error).message };
  }
}
