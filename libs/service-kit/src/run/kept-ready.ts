import { logger } from '@helpmesh/telemetry';

/** How soon a change made by another process counts here, ms. */
const LOOK_EVERY_MS = 2_000;

/**
 * What a process holds ready of a table, so that nothing is asked of the database for each use: read at the start, looked
 * at again every two seconds, and at once after a change of one's own. One reading follows the other.
 */
export abstract class KeptReady {
  protected readonly log: ReturnType<typeof logger>;
  private readonly unreadable: string;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();

  /** @param unreadable  what is logged when it cannot be read; what is held stays in force */
  constructor(name: string, unreadable: string) {
    this.log = logger(name);
    this.unreadable = unreadable;
  }

  async start(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => {
      this.refresh().catch((error) => this.log.warn({ err: error }, this.unreadable));
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.reading.catch(() => undefined);
  }

  /** Reads what is new. */
  refresh(): Promise<void> {
    this.reading = this.reading.catch(() => undefined).then(() => this.read());
    return this.reading;
  }

  protected abstract read(): Promise<void>;
}
