import { setTimeout as pause } from 'node:timers/promises';

/** A process that runs and is ready. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A process that stayed up this long starts with a clean record. */
const STEADY_MS = 30_000;

/** Keeps one process up: when it ends unasked it is started again, after a pause that grows with each failure. */
export class Supervised {
  readonly name: string;
  readonly #launch: () => Promise<Running>;
  readonly #tell: (line: string) => void;
  #running: Running | undefined;
  #reviving: Promise<void> | undefined;
  #wanted = false;
  #abort = new AbortController();
  #failures = 0;
  #restarts = 0;

  constructor(name: string, launch: () => Promise<Running>, tell: (line: string) => void = () => undefined) {
    this.name = name;
    this.#launch = launch;
    this.#tell = tell;
  }

  /** Undefined while it is down. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** How often it had to be brought back. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts it and waits until it is ready. A failure here is the caller's: only later ones are retried. */
  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#abort = new AbortController();
    try {
      this.#watch(await this.#launch());
    } catch (error) {
      this.#wanted = false;
      throw error;
    }
  }

  /** Ends it and leaves it down. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.#abort.abort();
    await this.#reviving;
    await this.#running?.stop();
  }

  /** An orderly stop and a new start. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Sends a signal, as a crash would come; the process is brought back. @returns false when it is down already */
  kill(signal: NodeJS.Signals = 'SIGKILL'): boolean {
    const pid = this.#running?.pid;
    if (pid === undefined) return false;
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  }

  #watch(running: Running): void {
    const since = performance.now();
    this.#running = running;
    void running.exited.then((code) => {
      this.#running = undefined;
      if (!this.#wanted) return;
      if (performance.now() - since > STEADY_MS) this.#failures = 0;
      this.#tell(`${this.name} ended unexpectedly (${code ?? 'killed'}); starting it again`);
      this.#reviving = this.#revive().finally(() => {
        this.#reviving = undefined;
      });
    });
  }

  async #revive(): Promise<void> {
    while (this.#wanted) {
      const wait = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
      this.#failures += 1;
      try {
        await pause(wait, undefined, { signal: this.#abort.signal });
      } catch {
        return; // stopped meanwhile
      }
      try {
        const running = await this.#launch();
        this.#restarts += 1;
        if (this.#wanted) {
          this.#tell(`${this.name} is up again`);
          this.#watch(running);
        } else {
          await running.stop();
        }
        return;
      } catch (error) {
        if (this.#wanted) this.#tell(`${this.name} does not start: ${(error as Error).message}`);
      }
    }
  }
}
