import { logger } from '@helpmesh/telemetry';
import { Piscina } from 'piscina';
import { type MailReader, UnreadableMail } from '../../application/ports.ts';
import { limits } from '../../domain/limits.ts';
import type { ParsedMail } from '../../domain/parsed-mail.ts';
import type { ParseTask } from './parse.worker.ts';

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
  headers: {},
};

/** Parses mails in threads of their own, one mail a thread at a time; a thread that takes too long is killed. */
export class ParserPool implements MailReader {
  private readonly pool: Piscina<ParseTask, ParsedMail>;
  private readonly log = logger('parser');
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(
    threads: number,
    private readonly timeLimitMs: number = limits.parseMs,
  ) {
    this.free = threads;
    this.pool = new Piscina<ParseTask, ParsedMail>({
      // Sources are TypeScript in tests, JavaScript in dist; both stand beside this file.
      filename: new URL(`./parse.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: 60_000,
      concurrentTasksPerWorker: 1,
      resourceLimits: { maxOldGenerationSizeMb: limits.parserHeapMiB, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
      // A parser needs nothing of the environment, and must not be a way to read it.
      env: {},
      execArgv: [],
    });
    this.pool.on('error', (error: Error) => this.log.warn({ err: error }, 'a parser thread ended'));
  }

  async parse(raw: Uint8Array<ArrayBuffer>): Promise<ParsedMail> {
    try {
      return await this.run(raw, false);
    } catch (error) {
      throw new UnreadableMail(causeOf(error, this.timeLimitMs), { cause: error });
    }
  }

  async salvage(raw: Uint8Array<ArrayBuffer>): Promise<ParsedMail> {
    return await this.run(raw.slice(0, limits.salvageBytes), true).catch(() => nothing);
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  /** The clock of a mail starts when a thread is free, so a slow neighbour takes nothing of its time. */
  private async run(raw: Uint8Array<ArrayBuffer>, headOnly: boolean): Promise<ParsedMail> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((go) => this.waiting.push(go));
    try {
      return await this.pool.run({ raw, headOnly }, { signal: AbortSignal.timeout(this.timeLimitMs) });
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

/** A sentence for the agent who will see the mail. */
function causeOf(error: unknown, timeLimitMs: number): string {
  const { name, message, code } = error as { name?: string; message?: string; code?: string };
  if (name === 'AbortError' || name === 'TimeoutError') return `Reading it took longer than ${timeLimitMs / 1000} s.`;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'Reading it took more memory than a mail may use.';
  if (/child nodes/.test(message ?? '')) return `It has more than ${limits.parts} parts.`;
  if (/header size/.test(message ?? '')) return `A header is larger than ${limits.headerBytes} bytes.`;
  return `It cannot be parsed: ${(message ?? String(error)).slice(0, 200)}`;
}
