import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A start that cannot go on. The message is one sentence for the person at the keyboard; no stack is shown. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/** User and group that a server runs as. */
export interface Identity {
  uid: number;
  gid: number;
}

export interface RunOptions extends SpawnOptions {
  identity?: Identity | undefined;
  /** Signal the child gets from the kernel when this process dies, even by SIGKILL. Linux only. */
  deathSignal?: 'INT' | 'TERM' | 'KILL';
}

let setprivWorks: boolean | undefined;

/** util-linux has `--pdeathsig`, busybox has not; macOS has no setpriv at all. */
function hasSetpriv(): boolean {
  setprivWorks ??= spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0;
  return setprivWorks;
}

/**
 * Starts a child that dies with its parent.
 * Detached: Ctrl-C in the terminal reaches only the launcher, which then stops its children in order.
 */
export function run(bin: string, args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { identity, deathSignal = 'TERM', ...rest } = options;
  const spawnOptions: SpawnOptions = { detached: true, ...rest };
  if (!hasSetpriv()) return spawn(bin, args, { ...spawnOptions, ...identity });
  const drop = identity ? [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, '--clear-groups'] : [];
  return spawn('setpriv', [...drop, '--pdeathsig', deathSignal, bin, ...args], spawnOptions);
}

/** Runs a short command to its end. A missing program gives status 127. */
export function capture(
  bin: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(bin, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => resolve({ status: 127, output: error.message }));
    child.on('close', (code) => resolve({ status: code ?? 1, output }));
  });
}

export interface ServerOptions extends RunOptions {
  name: string;
  /** A line matching this on stdout or stderr means that clients may connect. */
  ready: RegExp;
  timeoutMs?: number;
  /** Everything the server prints is appended here. */
  logFile?: string | undefined;
}

/** A backing server started by us. */
export interface Server {
  readonly pid: number;
  /** The match of the line that said the server is ready. */
  readonly readyLine: RegExpMatchArray;
  /** Settles when the process is gone, wanted or not. */
  readonly exited: Promise<number | null>;
  /** Ends the process and waits; SIGKILL after `graceMs`. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<void>;
}

/** The server ended before it was ready; `output` is the end of what it printed. */
export class ServerDied extends Error {
  override readonly name = 'ServerDied';
  readonly output: string;
  constructor(server: string, output: string) {
    super(`${server} did not start: ${lastLines(output)}`);
    this.output = output;
  }
}

/** Starts a server and waits until it says that it is ready. @throws ServerDied */
export async function startServer(bin: string, args: readonly string[], options: ServerOptions): Promise<Server> {
  const { name, ready, timeoutMs = 30_000, logFile, ...runOptions } = options;
  const child = run(bin, args, { ...runOptions, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined;
  log?.on('error', () => undefined); // a full disk must not take the launcher down over a log line
  let output = '';
  let watching = true;

  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      log?.end();
      resolve(code);
    });
    child.once('error', () => resolve(null));
  });
  const readyLine = await new Promise<RegExpMatchArray>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new ServerDied(name, `${output}\nnot ready after ${timeoutMs} ms`));
    }, timeoutMs);
    const read = (chunk: Buffer) => {
      log?.write(chunk);
      if (!watching) return;
      output = (output + chunk.toString()).slice(-20_000);
      const match = output.match(ready);
      if (!match) return;
      watching = false;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new ServerDied(name, error.message));
    });
    void exited.then(() => {
      clearTimeout(timer);
      reject(new ServerDied(name, output));
    });
  });

  return {
    pid: child.pid!,
    readyLine,
    exited,
    async stop(signal = 'SIGTERM', graceMs = 8_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** True while a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Command line of a running process, '' when it is gone. */
export async function commandOf(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    const { status, output } = await capture('ps', ['-p', String(pid), '-o', 'command=']);
    return status === 0 ? output.trim() : '';
  }
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' | ') || 'it printed nothing';
}
