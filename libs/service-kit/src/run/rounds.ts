import { logger } from '@helpmesh/telemetry';

/**
 * Work that is looked for every so often, and at once by whoever knows of some. One round follows the other: what is
 * asked for during one is looked for in the next. What fails is tried again then.
 */
export abstract class Rounds {
  protected readonly log: ReturnType<typeof logger>;
  protected stopped = false;
  private readonly everyMs: number;
  private readonly failed: string;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  private asked = false;

  /** @param failed  what is logged of a round that failed */
  constructor(name: string, everyMs: number, failed: string) {
    this.log = logger(name);
    this.everyMs = everyMs;
    this.failed = failed;
  }

  /** Nest calls it, as it does what ends it. */
  onModuleInit(): void {
    this.timer = setInterval(() => this.wake(), this.everyMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Looks now: there is something new to do. */
  wake(): void {
    this.asked = true;
    if (!this.busy) this.running = this.run();
  }

  /** Does what there is to do, until it is `stopped`. @returns true when there may be more at once */
  protected abstract round(): Promise<boolean | undefined>;

  private async run(): Promise<void> {
    this.busy = true;
    try {
      while (this.asked && !this.stopped) {
        this.asked = false;
        if (await this.round()) this.asked = true;
      }
    } catch (error) {
      this.log.warn({ err: error }, this.failed);
    } finally {
      this.busy = false;
    }
  }
}
