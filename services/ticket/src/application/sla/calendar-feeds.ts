import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AppError, type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, Rounds } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { withFeed } from '../../domain/sla/feed.ts';
import { daysOff, FeedError } from '../../ical/days-off.ts';
import { CalendarFeedStore, type DueFeed } from '../../persistence/calendar-feed.store.ts';
import { SlaAdminStore } from '../../persistence/sla-admin.store.ts';
import { FEEDS, type Feeds } from '../ports.ts';
import { SlaTimer } from './sla-timer.ts';

const LOOK_MS = 60_000;
/** Longer than a reading takes; then another process may try. */
const LEASE_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Before and after today. */
const BACK_MS = 366 * DAY_MS;
const AHEAD_MS = 3 * 366 * DAY_MS;
const SYSTEM = 1;

const dayOf = (ms: number): string => isoTime(epochMs(ms)).slice(0, 10);

/** Which feed a day off came from. */
export const feedMark = (url: string): string => createHash('sha256').update(url).digest('hex').slice(0, 32);

/** Reads the feeds of calendars: a new one at once, each once a day, one that failed in an hour. */
@Injectable()
export class CalendarFeeds extends Rounds {
  constructor(
    private readonly db: DataSource,
    private readonly store: CalendarFeedStore,
    private readonly calendars: SlaAdminStore,
    private readonly slas: SlaTimer,
    @Inject(FEEDS) private readonly feeds: Feeds,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super('calendar-feeds', LOOK_MS, 'feeds could not be looked at, the next round tries again');
  }

  protected async round(): Promise<undefined> {
    for (let due = await this.claim(); due && !this.stopped; due = await this.claim()) await this.readOne(due);
  }

  private claim(): Promise<DueFeed | undefined> {
    const now = this.clock.now();
    return this.store.claim(this.db, now, epochMs(now + LEASE_MS));
  }

  private async readOne(due: DueFeed): Promise<void> {
    try {
      const text = await this.feeds.read(due.url);
      const now = this.clock.now();
      const from = dayOf(now - BACK_MS);
      const days = daysOff(text, from, dayOf(now + AHEAD_MS));
      const changed = await transaction(this.db, async (tx) => {
        const before = await this.store.lock(tx, due);
        if (!before) return false;
        const public_holidays = withFeed(before, days, feedMark(due.url), from);
        await this.store.done(tx, due, null, now, epochMs(now + DAY_MS));
        // A write counts every due time anew.
        if (isDeepStrictEqual(public_holidays, before)) return false;
        await this.calendars.update(tx, 'calendar', due.calendarId, { public_holidays }, SYSTEM, now);
        return true;
      });
      if (changed) this.slas.wake();
    } catch (error) {
      const now = this.clock.now();
      const why = error instanceof FeedError ? error.message : AppError.from(error).detail;
      this.log.info({ calendarId: due.calendarId, why }, 'a feed was not read');
      await this.store.done(this.db, due, why, now, epochMs(now + HOUR_MS));
    }
  }
}
