import { logger } from '@helpmesh/telemetry';
import { Piscina } from 'piscina';
import type { MailProver } from '../../application/ports.ts';
import type { Delivered, Findings } from '../../domain/proof/proof.ts';
import type { ProofTask } from './proof.worker.ts';

/** Mails that wait for name servers side by side. */
const TOGETHER = 16;
/** Longer than all questions of a mail may take, and than eight signatures over the largest mail. */
const LIMIT_MS = 20_000;

/** Looks who stands behind mails, in a thread of its own that is there only while there is something to look at. */
export class ProofPool implements MailProver {
  private readonly pool: Piscina<ProofTask, Findings>;
  private readonly log = logger('proof');

  /** @param servers  name servers to ask, `address` or `address:port`; none: those of the machine */
  constructor(
    servers: readonly string[],
    private readonly limitMs: number = LIMIT_MS,
  ) {
    this.pool = new Piscina<ProofTask, Findings>({
      filename: new URL(`./proof.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: 60_000,
      concurrentTasksPerWorker: TOGETHER,
      workerData: [...servers],
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      env: {},
      execArgv: [],
    });
    this.pool.on('error', (error: Error) => this.log.warn({ err: error }, 'a thread ended'));
  }

  async look(raw: Uint8Array<ArrayBuffer>, delivered: Delivered): Promise<Findings | 'too-much' | 'unknown'> {
    const limit = AbortSignal.timeout(this.limitMs);
    try {
      return await this.pool.run({ raw, delivered }, { signal: limit });
    } catch (error) {
      this.log.warn({ err: error }, 'it cannot be told who stands behind a mail');
      return limit.aborted ? 'too-much' : 'unknown';
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
