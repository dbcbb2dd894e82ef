import type { FederationEvents } from '../events.ts';

const LOOK_MS = 30_000;

/** Looks every so often, one look after the other. What fails is tried again at the next. */
export abstract class Watch {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  /** @param failed  what is told of a look that failed */
  constructor(
    protected readonly events: FederationEvents,
    private readonly failed: string,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.running;
  }

  look(): Promise<void> {
    this.running ??= this.run()
      .catch((error: unknown) => this.events.trouble(this.failed, error))
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  protected abstract run(): Promise<void>;
}
