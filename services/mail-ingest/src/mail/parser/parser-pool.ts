import type { Worker } from 'node:worker_threads';
import { logger } from '@helpmesh/telemetry';
import { Piscina } from 'piscina';
import { type MailReader, type Opening, UnreadableMail } from '../../application/ports.ts';
import { limits } from '../../domain/limits.ts';
import type { OpenedParsed, ParsedMail } from '../../domain/parsed-mail.ts';
import { oneLine } from '../../domain/text.ts';
import type { Parsed, ParseTask } from './parse.worker.ts';

const nothing: ParsedMail = {
  from: null,
  replyTo: null,
  to: [],
  cc: [],
  subject: '',
  messageId: null,
  inReplyTo: [],
  references: [],
  date: null,
  text: '',
  html: null,
  attachments: [],
  bounce: null,
  offeredKey: null,
  protected: false,
  headers: {},
};

/** A trip to a thread costs as much as a small mail, so up to so many small ones that wait travel together. */
const TOGETHER = 8;
const SMALL_BYTES = 64 * 1024;

interface Job {
  raw: Uint8Array<ArrayBuffer>;
  headOnly: boolean;
  more: readonly string[];
  opening?: Opening;
  /** It was in company when a thread was killed: now it shows whether it was to blame. */
  alone: boolean;
  done: (result: { mail: ParsedMail } | OpenedParsed) => void;
  failed: (error: unknown) => void;
}

/**
 * Parses mails in threads of their own. A thread that takes too long is killed; mails that were with the culprit are
 * read again, each alone.
 */
export class ParserPool implements MailReader {
  private readonly pool: Piscina<ParseTask, Parsed[]>;
  private readonly log = logger('parser');
  private readonly jobs: Job[] = [];
  private free: number;

  constructor(
    threads: number,
    private readonly timeLimitMs: number = limits.parseMs,
  ) {
    this.free = threads;
    this.pool = new Piscina<ParseTask, Parsed[]>({
      // Sources are TypeScript in tests, JavaScript in dist; both stand beside this file.
      filename: new URL(`./parse.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: 60_000,
      concurrentTasksPerWorker: 1,
      resourceLimits: { maxOldGenerationSizeMb: limits.parserHeapMiB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      // A parser needs nothing of the environment, and must not be a way to read it.
      env: {},
      execArgv: [],
    });
    this.pool.on('error', (error: Error) => this.log.warn({ err: error }, 'a parser thread ended'));
  }

  /** Resolves when a thread is up and has read a first mail; no limit of time, a cold start may be slow. */
  async warmUp(): Promise<void> {
    await this.pool.run({ mails: [{ raw: new Uint8Array(), headOnly: false, more: [] }], begun: new Float64Array(2) });
  }

  async parse(raw: Uint8Array<ArrayBuffer>, more: readonly string[] = []): Promise<ParsedMail> {
    try {
      return (await this.enqueue({ raw, headOnly: false, more })).mail;
    } catch (error) {
      throw unreadable(error, this.timeLimitMs);
    }
  }

  async salvage(raw: Uint8Array<ArrayBuffer>, more: readonly string[] = []): Promise<ParsedMail> {
    const job = { raw: raw.slice(0, limits.salvageBytes), headOnly: true, more };
    return await this.enqueue(job).then(
      ({ mail }) => mail,
      () => nothing,
    );
  }

  async open(raw: Uint8Array<ArrayBuffer>, opening: Opening, more: readonly string[] = []): Promise<OpenedParsed> {
    try {
      return (await this.enqueue({ raw, headOnly: false, more, opening })) as OpenedParsed;
    } catch (error) {
      throw unreadable(error, this.timeLimitMs);
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private enqueue(
    job: Pick<Job, 'raw' | 'headOnly' | 'more' | 'opening'>,
  ): Promise<{ mail: ParsedMail } | OpenedParsed> {
    const alone = job.raw.byteLength > SMALL_BYTES || job.headOnly || job.opening !== undefined;
    return new Promise((done, failed) => {
      this.jobs.push({ ...job, alone, done, failed });
      // What else comes in this tick joins.
      if (this.jobs.length === 1) setImmediate(() => this.pump());
    });
  }

  private pump(): void {
    while (this.free > 0 && this.jobs.length > 0) {
      this.free -= 1;
      const together = this.jobs.findIndex(({ alone }) => alone);
      const count = together === -1 ? this.jobs.length : Math.max(1, together);
      const batch = this.jobs.splice(0, Math.min(count, TOGETHER));
      void this.run(batch).finally(() => {
        this.free += 1;
        this.pump();
      });
    }
  }

  private async run(batch: Job[]): Promise<void> {
    const limit = new TimeLimit(this.timeLimitMs, this.pool);
    try {
      const mails = batch.map(({ raw, headOnly, more, opening }) => ({
        ...{ raw, headOnly, more },
        ...(opening && { opening }),
      }));
      const parsed = await this.pool.run({ mails, begun: limit.begun }, { signal: limit.signal });
      for (const [n, { done, failed }] of batch.entries()) {
        const result = parsed[n];
        if (result && 'mail' in result) done(result);
        else failed(new Error(result?.failed ?? 'the parser gave no answer'));
      }
    } catch (error) {
      if (batch.length === 1) batch[0]?.failed(error);
      else this.jobs.unshift(...batch.map((job) => ({ ...job, alone: true })));
    } finally {
      limit.clear();
    }
  }
}

/**
 * What a mail may take is the processor time of its thread: neither a cold start nor a neighbour nor a busy machine takes
 * of it. Thirty times as much by the clock on the wall ends it in any case.
 */
class TimeLimit {
  /** Shared with the thread, which writes its id and its processor time (µs) here when it begins. */
  readonly begun = new Float64Array(new SharedArrayBuffer(16));
  private readonly abort = new AbortController();
  private readonly giveUpAt: number;
  private timer: NodeJS.Timeout;

  constructor(
    private readonly ms: number,
    private readonly pool: { threads: Worker[] },
  ) {
    this.giveUpAt = performance.now() + 30 * ms;
    this.timer = setTimeout(() => void this.check(), ms);
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
  }

  private async check(): Promise<void> {
    const left = performance.now() >= this.giveUpAt ? 0 : this.ms - (await this.spentMs());
    if (left <= 0) this.abort.abort();
    else this.timer = setTimeout(() => void this.check(), Math.max(left, 100));
  }

  private async spentMs(): Promise<number> {
    const [threadId = 0, before = 0] = this.begun;
    const thread = this.pool.threads.find((one) => one.threadId === threadId);
    if (threadId === 0 || !thread) return 0;
    const { user, system } = await thread.cpuUsage().catch(() => ({ user: 0, system: 0 }));
    return (user + system - before) / 1000;
  }
}

/** With a sentence for the agent who will see the mail. */
function unreadable(error: unknown, timeLimitMs: number): UnreadableMail {
  const { name, message, code } = error as { name?: string; message?: string; code?: string };
  if (name === 'AbortError')
    return new UnreadableMail(`It takes longer than ${timeLimitMs / 1000} s to read.`, { again: true, cause: error });
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new UnreadableMail('It takes more memory to read than a mail may use.', { again: true, cause: error });
  if (/child nodes/.test(message ?? ''))
    return new UnreadableMail(`It has more than ${limits.parts} parts.`, { cause: error });
  if (/header size/.test(message ?? ''))
    return new UnreadableMail(`It has a header larger than ${limits.headerBytes} bytes.`, { cause: error });
  return new UnreadableMail(`It cannot be parsed: ${oneLine(message ?? String(error), 200)}`, { cause: error });
}
