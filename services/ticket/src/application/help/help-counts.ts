import { type Clock, isoTime } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Counted } from '../../persistence/help-reading.store.ts';

/** Answers that are counted at once at most; more are left out rather than kept in memory. */
const MOST = 10_000;

/** How often answers were read and were enough, since it was last written down: reading a page writes nothing. */
@Injectable()
export class HelpCounts {
  private counted = new Map<string, Counted>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  add(answerId: number, what: 'views' | 'deflections'): void {
    const day = isoTime(this.clock.now()).slice(0, 10);
    const key = `${answerId} ${day}`;
    const known = this.counted.get(key);
    if (!known && this.counted.size >= MOST) return;
    const counted = known ?? { answerId, day, views: 0, deflections: 0 };
    counted[what] += 1;
    this.counted.set(key, counted);
  }

  /** What could not be written is counted with the next. */
  async write(keep: (counted: readonly Counted[]) => Promise<void>): Promise<void> {
    if (this.counted.size === 0) return;
    const writing = this.counted;
    this.counted = new Map();
    try {
      await keep([...writing.values()]);
    } catch (error) {
      for (const [key, { views, deflections, ...of }] of writing) {
        const since = this.counted.get(key);
        const sum = { ...of, views: views + (since?.views ?? 0), deflections: deflections + (since?.deflections ?? 0) };
        this.counted.set(key, sum);
      }
      throw error;
    }
  }
}
