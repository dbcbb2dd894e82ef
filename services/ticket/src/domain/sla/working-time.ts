import { type EpochMs, epochMs } from '@helpmesh/kernel';
import type { Calendar } from './calendar.ts';
import { DAY_MS, isoDay, LocalDays, weekdayOf } from './local-days.ts';

/** Half open. An interval that has not ended yet ends at infinity. */
export interface Interval {
  from: number;
  to: number;
}

const MINUTE_MS = 60_000;
/** How far a due time is looked for: a calendar may be closed for years. */
const HORIZON_DAYS = 20 * 366;
/** Days of one calendar that are remembered; enough for the tickets of ten years. */
const REMEMBERED_DAYS = 4_000;

/**
 * Reckons in the open time of one calendar. Pauses are cut out of it: they come in order and do not touch.
 * An instance is expensive to make and cheap to ask, so keep one as long as its calendar lives.
 */
export class WorkingTime {
  private readonly days: LocalDays;
  private readonly opened = new Map<number, readonly Interval[]>();

  /** @throws RangeError for a zone that nobody knows */
  constructor(private readonly calendar: Calendar) {
    this.days = new LocalDays(calendar.timezone);
  }

  isOpen(at: EpochMs): boolean {
    return !this.pieces(at, at + 1, []).next().done;
  }

  /** The open times from an instant on, at most so many; fewer when there are none in the next twenty years. */
  next(from: EpochMs, count: number): Interval[] {
    const spans: Interval[] = [];
    for (const piece of this.pieces(from, from + HORIZON_DAYS * DAY_MS, [])) {
      if (spans.push(piece) === count) break;
    }
    return spans;
  }

  /** Whole minutes of open time from one instant to the other; 0 when they are the wrong way round. */
  between(from: EpochMs, to: EpochMs, pauses: readonly Interval[] = []): number {
    let sum = 0;
    for (const piece of this.pieces(from, to, pauses)) sum += Math.min(piece.to, to) - piece.from;
    return Math.floor(sum / MINUTE_MS);
  }

  /**
   * The open instant at which these minutes have been worked. Minutes that end when work ends are due when it begins
   * again: nobody would be there to see it.
   * @returns null when there is none in the next twenty years
   */
  after(from: EpochMs, minutes: number, pauses: readonly Interval[] = []): EpochMs | null {
    let left = minutes * MINUTE_MS;
    for (const piece of this.pieces(from, from + HORIZON_DAYS * DAY_MS, pauses)) {
      const length = piece.to - piece.from;
      if (left < length) return epochMs(piece.from + left);
      left -= length;
    }
    return null;
  }

  /** The latest instant from which these minutes of work are left until `to`; null when there is none in reach. */
  before(to: EpochMs, minutes: number, pauses: readonly Interval[] = []): EpochMs | null {
    let left = minutes * MINUTE_MS;
    const last = dayNear(to) + 2;
    for (let day = last; day > last - HORIZON_DAYS; day--) {
      for (const piece of withoutPauses(this.openOn(day), pauses).reverse()) {
        const end = Math.min(piece.to, to);
        if (end <= piece.from) continue;
        if (left <= end - piece.from) return epochMs(end - left);
        left -= end - piece.from;
      }
    }
    return null;
  }

  /** Open intervals without pauses, from `from` on, in order, as long as they begin before `to`. */
  private *pieces(from: number, to: number, pauses: readonly Interval[]): Generator<Interval> {
    let past = 0;
    for (let day = dayNear(from) - 2; ; day++) {
      // The clock of no place is further from UTC than that.
      if ((day - 1) * DAY_MS > to) return;
      for (const open of this.openOn(day)) {
        if (open.to <= from) continue;
        if (open.from >= to) return;
        while ((pauses[past]?.to ?? Number.POSITIVE_INFINITY) <= Math.max(open.from, from)) past++;
        const clipped = { from: Math.max(open.from, from), to: open.to };
        for (const piece of withoutPauses([clipped], pauses, past)) if (piece.from < to) yield piece;
      }
    }
  }

  private openOn(day: number): readonly Interval[] {
    const known = this.opened.get(day);
    if (known) return known;
    const spans = this.calendar.holidays.has(isoDay(day)) ? [] : (this.calendar.week[weekdayOf(day)] ?? []);
    const open = spans
      .map((span) => ({ from: this.days.at(day, span.from), to: this.days.at(day, span.to) }))
      .filter(({ from, to }) => from < to);
    if (this.opened.size >= REMEMBERED_DAYS) this.opened.clear();
    this.opened.set(day, open);
    return open;
  }
}

function dayNear(instant: number): number {
  return Math.floor(instant / DAY_MS);
}

/** @param first  index of the first pause that may matter */
function withoutPauses(open: readonly Interval[], pauses: readonly Interval[], first = 0): Interval[] {
  const pieces: Interval[] = [];
  for (const { from, to } of open) {
    let start = from;
    for (let i = first; i < pauses.length; i++) {
      const pause = pauses[i] as Interval;
      if (pause.from >= to) break;
      if (pause.to <= start) continue;
      if (pause.from > start) pieces.push({ from: start, to: pause.from });
      start = pause.to;
      if (start >= to) break;
    }
    if (start < to) pieces.push({ from: start, to });
  }
  return pieces;
}
