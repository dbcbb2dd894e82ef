import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@helpmesh/kernel';
import { logger } from '@helpmesh/telemetry';
import type { Filled, LiquidParts, LiquidTrouble, TemplateEngine } from '../application/template/ports.ts';
import type { LiquidAnswer, LiquidTask } from './liquid.worker.ts';

/** What a text may take of a processor: once, and for each mail of it. */
const CPU_MS = 500;
const CPU_MS_A_MAIL = 20;
/** Longest by the clock on the wall; a busy machine is no fault of the text. */
const MOST_MS = 15_000;
const LOOK_EVERY_MS = 50;
const HEAP_MB = 64;
/** A desk without texts of its own keeps no thread for them. */
const IDLE_MS = 60_000;

/** Fills in texts of administrators in a thread that holds nothing of the process, and ends it when it takes too long. */
export class LiquidThread implements TemplateEngine {
  private readonly log = logger('templates');
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  /** One at a time: what takes too long is then known to be to blame. */
  private last: Promise<unknown> = Promise.resolve();

  async check(parts: LiquidParts, names: readonly string[]): Promise<LiquidTrouble[]> {
    try {
      const answer = await this.ask({ do: 'check', parts, names }, 1);
      return 'troubles' in answer ? answer.troubles : [];
    } catch (error) {
      if (error instanceof Overstepped) return [{ part: 0, line: 1, message: error.message }];
      throw new AppError('unavailable', 'mail-template.no-engine', 'Texts cannot be read now.', undefined, {
        cause: error,
      });
    }
  }

  async fill(parts: LiquidParts, views: readonly Readonly<Record<string, string>>[]): Promise<Filled[]> {
    if (views.length === 0) return [];
    try {
      const answer = await this.ask({ do: 'fill', parts, views }, views.length);
      if ('filled' in answer && answer.filled.length === views.length) return answer.filled;
      throw new Error('The thread gave no answer.');
    } catch (error) {
      const failed = error instanceof Overstepped ? error.message : 'It could not be filled in.';
      this.log.warn({ err: error }, 'a text of an administrator could not be filled in');
      return views.map(() => ({ failed, killed: true }));
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    await this.last.catch(() => undefined);
    await this.end();
  }

  private ask(task: LiquidTask, mails: number): Promise<LiquidAnswer> {
    const answer = this.last.catch(() => undefined).then(() => this.answerOf(task, mails));
    this.last = answer;
    return answer;
  }

  private async answerOf(task: LiquidTask, mails: number): Promise<LiquidAnswer> {
    clearTimeout(this.idle);
    this.worker ??= await started();
    const { worker } = this;
    const answered = new AbortController();
    try {
      const message = once(worker, 'message', { signal: answered.signal });
      message.catch(() => undefined);
      const before = await cpuMs(worker);
      worker.postMessage(task);
      const over = this.overstep(worker, before + CPU_MS + mails * CPU_MS_A_MAIL, answered.signal);
      const [answer] = (await Promise.race([message, over])) as [LiquidAnswer];
      this.idle = setTimeout(() => void this.end(), IDLE_MS).unref();
      return answer;
    } catch (error) {
      await this.end();
      if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') throw new Overstepped('memory');
      throw error;
    } finally {
      answered.abort();
    }
  }

  /** Rejects when the thread has taken more than it may. */
  private async overstep(worker: Worker, mostCpuMs: number, done: AbortSignal): Promise<never> {
    const began = performance.now();
    const { setTimeout: pause } = await import('node:timers/promises');
    while (performance.now() - began < MOST_MS) {
      await pause(LOOK_EVERY_MS, undefined, { signal: done });
      if ((await cpuMs(worker)) > mostCpuMs) break;
    }
    throw new Overstepped('time');
  }

  private async end(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }
}

/** Of the text, not of us. */
class Overstepped extends Error {
  constructor(what: 'time' | 'memory') {
    super(`It takes more ${what} to fill in than a mail may use.`);
  }
}

async function started(): Promise<Worker> {
  // Sources are TypeScript in tests, JavaScript in dist; both stand beside this file.
  const file = new URL(`./liquid.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  // Nothing of the environment, and none of what this process was started with.
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 };
  const worker = new Worker(file, { execArgv: [], env: {}, resourceLimits });
  // A thread that dies while nobody waits for it must not take the process along.
  worker.on('error', () => undefined);
  worker.unref();
  try {
    await once(worker, 'message', { signal: AbortSignal.timeout(MOST_MS) });
    return worker;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

async function cpuMs(worker: Worker): Promise<number> {
  const { user, system } = await worker.cpuUsage();
  return (user + system) / 1_000;
}
