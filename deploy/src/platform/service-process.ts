import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { CannotStart, run } from '../local/proc.ts';
import type { ServiceName } from '../local/services.ts';
import { bundleOf } from './bundle.ts';
import { workspace } from './home.ts';
import type { Running } from './supervised.ts';

/** Generous: seven services start at once, and a busy machine of two cores takes its time. */
const READY_MS = 120_000;
const GRACE_MS = 8_000;

/** How a service is run: its main module, and modules that Node loads before it. */
export interface Programs {
  main(service: ServiceName): string;
  preload: string[];
}

/** The services as they are built, with telemetry started before anything it instruments is loaded. */
export const builtPrograms: Programs = {
  main: (service) => bundleOf(service),
  preload: [path.join(workspace, 'libs/telemetry/dist/start.js')],
};

export interface ServiceProcess {
  service: ServiceName;
  programs: Programs;
  env: NodeJS.ProcessEnv;
  /** Everything it prints is appended here. */
  logFile: string;
}

/** Runs the service's `migrate` command to its end. @throws CannotStart with what it said last */
export async function migrateService(process: ServiceProcess): Promise<void> {
  const { child, exited, since } = launch(process, 'migrate');
  const code = await exited;
  if (code !== 0 || child.pid === undefined) throw failure(process, 'migrate failed', since);
}

/**
 * Starts the service and waits for its /readyz.
 * @param migrate  bring its database to this version first, in the same process: loading the code is most of either
 * @throws CannotStart with what it said last
 */
export async function startService(process: ServiceProcess, { migrate = false } = {}): Promise<Running> {
  const { child, exited, since } = launch(process, 'start', ...(migrate ? ['--migrate'] : []));
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const url = `http://127.0.0.1:${process.env.HEALTH_PORT}/readyz`;
  const patienceEnds = performance.now() + READY_MS;
  while (!(await answers(url))) {
    if (ended) throw failure(process, 'it ended', since);
    if (performance.now() > patienceEnds) {
      child.kill('SIGKILL');
      throw failure(process, `not ready after ${READY_MS / 1000} s`, since);
    }
    await pause(50);
  }
  return {
    pid: child.pid!,
    exited,
    async stop() {
      if (ended) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

function launch({ service, programs, env, logFile }: ServiceProcess, ...command: string[]) {
  const main = programs.main(service);
  if (!existsSync(main)) throw new CannotStart(`The ${service} service is not built: ${main} is missing.`);
  const preload = programs.preload.flatMap((file) => ['--import', pathToFileURL(file).href]);
  const args = [...preload, main, ...command];
  const log = openSync(logFile, 'a');
  const since = statSync(logFile).size;
  const child = run(process.execPath, args, { env, cwd: workspace, stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  return { child, exited, since };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function failure(process: ServiceProcess, what: string, since: number): CannotStart {
  const said = lastWords(readFileSync(process.logFile).subarray(since).toString());
  return new CannotStart(`The ${process.service} service does not run (${what}): ${said} (log: ${process.logFile})`);
}

/** The last thing a service said, from its JSON log or from plain lines. */
export function lastWords(log: string): string {
  const lines = log.trim().split('\n').filter(Boolean);
  for (const line of lines.toReversed()) {
    try {
      const { level, msg, err } = JSON.parse(line) as {
        level: number | string;
        msg?: string;
        err?: { message?: string };
      };
      const serious = typeof level === 'number' ? level >= 50 : level === 'error' || level === 'fatal';
      if (serious) return [msg, err?.message].filter(Boolean).join(': ');
    } catch {
      // not JSON: a plain line
    }
  }
  const plain = lines.filter((line) => !line.startsWith('{') && !/^\s+at /.test(line));
  return (plain.findLast((line) => /error/i.test(line)) ?? plain.at(-1) ?? lines.at(-1))?.trim() ?? 'it said nothing';
}
