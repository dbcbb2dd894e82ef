/** What a pool does, and how much of it at once. */
export interface Pool<T> {
  /** Things that are worked on at once. */
  concurrency: number;
  /** Hands that must be free before it is looked for more. */
  leastFree: number;
  /** Longest pause between two looks, ms. */
  pollMs: number;
  /** How long a stop waits for what is being worked on, ms. */
  stopGraceMs: number;
  /** Takes up to so many that are due; nobody else gets them. */
  claim(limit: number): Promise<T[]>;
  /** @param cutOff  fires when a stop has waited long enough */
  work(item: T, cutOff: AbortSignal): Promise<void>;
  trouble(what: string, error: unknown): void;
}

/** Works on what is due, a fixed number at once: woken by whoever queues something, and by the clock. */
export class WorkPool<T> {
  private readonly running = new Set<Promise<void>>();
  private loop: Promise<void> | undefined;
  private stopping = false;
  private nudge = Promise.withResolvers<void>();
  private cutOff = new AbortController();
  private mayBeDue = true;

  constructor(private readonly pool: Pool<T>) {}

  start(): void {
    this.stopping = false;
    this.cutOff = new AbortController();
    this.loop ??= this.run();
  }

  /** Claims nothing new and waits for what is being worked on, as long as the grace lasts; then cuts it off. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.nudge.resolve();
    await this.loop;
    this.loop = undefined;
    const timer = setTimeout(() => this.cutOff.abort(), this.pool.stopGraceMs);
    await Promise.all(this.running);
    clearTimeout(timer);
  }

  /** Something may be due now. */
  readonly wake = (): void => {
    this.mayBeDue = true;
    this.nudge.resolve();
  };

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.nudge = Promise.withResolvers<void>();
      const free = this.pool.concurrency - this.running.size;
      if (this.mayBeDue && free >= this.pool.leastFree) {
        this.mayBeDue = false;
        const taken = await this.claim(free);
        // A full hand means that more may wait: looked for as soon as enough are done.
        if (taken === free) this.mayBeDue = true;
      }
      await this.rest();
    }
  }

  private async claim(limit: number): Promise<number> {
    try {
      const items = await this.pool.claim(limit);
      for (const item of items) this.take(item);
      return items.length;
    } catch (error) {
      this.pool.trouble('the queue cannot be read', error);
      return 0;
    }
  }

  private take(item: T): void {
    const work = this.pool
      .work(item, this.cutOff.signal)
      .catch((error: unknown) => this.pool.trouble('a delivery could not be recorded', error))
      .finally(() => {
        this.running.delete(work);
        this.nudge.resolve();
      });
    this.running.add(work);
  }

  /** Until something happens, or the next look is due. */
  private async rest(): Promise<void> {
    const timer = setTimeout(this.wake, this.pool.pollMs);
    await this.nudge.promise;
    clearTimeout(timer);
  }
}
