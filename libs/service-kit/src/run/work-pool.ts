/** What a pool does, and how much of it at once. */
export interface Pool<T> {
  /** Things that are worked on at once. */
  concurrency: number;
  /**
   * As many again are taken ahead and wait for a hand: a look for every hand that gets free would cost as much as the
   * work. Gives back those that have not been begun when the pool stops. Without it nothing waits.
   */
  giveBack?(items: T[]): Promise<void>;
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
  private readonly waiting: T[] = [];
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
    const left = this.waiting.splice(0);
    if (left.length > 0) {
      await this.pool
        .giveBack?.(left)
        .catch((error) => this.pool.trouble('what was taken ahead cannot be given back', error));
    }
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
      const { concurrency } = this.pool;
      const free = concurrency * (this.pool.giveBack ? 2 : 1) - this.running.size;
      if (this.mayBeDue && this.waiting.length === 0 && free > 0) {
        this.mayBeDue = false;
        const taken = await this.claim(free);
        // A full hand means that more may wait: looked for as soon as some are done.
        if (taken === free) this.mayBeDue = true;
      }
      await this.rest();
    }
  }

  private async claim(limit: number): Promise<number> {
    try {
      const items = await this.pool.claim(limit);
      this.waiting.push(...items);
      this.takeWaiting();
      return items.length;
    } catch (error) {
      this.pool.trouble('the queue cannot be read', error);
      return 0;
    }
  }

  private takeWaiting(): void {
    while (!this.stopping && this.running.size < this.pool.concurrency && this.waiting.length > 0) {
      this.take(this.waiting.shift() as T);
    }
  }

  private take(item: T): void {
    const work = this.pool
      .work(item, this.cutOff.signal)
      .catch((error: unknown) => this.pool.trouble('a delivery could not be recorded', error))
      .finally(() => {
        this.running.delete(work);
        this.takeWaiting();
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
