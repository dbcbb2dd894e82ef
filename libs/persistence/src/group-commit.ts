import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@helpmesh/kernel';
import { withoutTerms } from './terms.ts';

/**
 * Collects what is written at the same moment and writes it together: while one write is on its way to the disk, the
 * next gathers. One at a time costs no delay; a hundred cost one commit. What nobody waits for may gather longer.
 */
export class GroupCommit<T, R> {
  private waiting: { item: T; done: (result: R) => void; failed: (error: unknown) => void }[] = [];
  private writing = false;
  private lastAt = Number.NEGATIVE_INFINITY;

  /**
   * @param write  one result an item, in order; when it throws, each item is written by itself
   * @param most  items of one write
   * @param gatherMs  pause between the starts of two writes that are not full; at rest nobody waits
   */
  constructor(
    private readonly write: (items: T[]) => Promise<R[]>,
    private readonly most: number,
    private readonly gatherMs = 0,
  ) {}

  add(item: T): Promise<R> {
    return new Promise((done, failed) => {
      this.waiting.push({ item, done, failed });
      if (!this.writing) void withoutTerms(() => this.drain());
    });
  }

  private async drain(): Promise<void> {
    this.writing = true;
    // The rest of this tick joins.
    await null;
    while (this.waiting.length > 0) {
      const rest = this.lastAt + this.gatherMs - performance.now();
      if (rest > 0 && this.waiting.length < this.most) await pause(rest);
      this.lastAt = performance.now();
      const batch = this.waiting.splice(0, this.most);
      try {
        const results = await this.write(batch.map(({ item }) => item));
        batch.forEach(({ done }, n) => {
          done(results[n] as R);
        });
      } catch (error) {
        if (batch.length === 1 || isUnavailable(error)) for (const { failed } of batch) failed(error);
        else await Promise.all(batch.map((one) => this.alone(one)));
      }
    }
    this.writing = false;
  }

  /** One bad item must not take the others with it. */
  private alone({ item, done, failed }: (typeof this.waiting)[number]): Promise<void> {
    return this.write([item]).then(([result]) => done(result as R), failed);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'unavailable';
}
