import { type EpochMs, epochMs } from '@helpmesh/kernel';

/** When a schedule runs: on these days, at these hours, in these tens of minutes, by the clock of its zone. */
export interface Timeplan {
  days: ReadonlySet<string>;
  hours: ReadonlySet<number>;
  minutes: ReadonlySet<number>;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const MINUTE_MS = 60_000;
/** Every zone is a multiple of this away from UTC. */
const STEP_MS = 5 * MINUTE_MS;
const HORIZON_MS = 9 * 86_400_000;

/**
 * Reads `{ days: { Mon: true }, hours: { "9": true }, minutes: { "0": true } }`.
 * @returns undefined for what is no plan; one with nothing chosen never runs
 */
export function timeplanOf(plan: unknown): Timeplan | undefined {
  const { days: onDays = {}, hours = {}, minutes = {} } = (plan ?? {}) as Record<string, Record<string, unknown>>;
  const chosen = { days: on(onDays), hours: on(hours).map(Number), minutes: on(minutes).map(Number) };
  const sound =
    chosen.days.every((day) => (days as readonly string[]).includes(day)) &&
    chosen.hours.every((hour) => Number.isInteger(hour) && hour >= 0 && hour < 24) &&
    chosen.minutes.every((minute) => [0, 10, 20, 30, 40, 50].includes(minute));
  if (!sound) return undefined;
  return { days: new Set(chosen.days), hours: new Set(chosen.hours), minutes: new Set(chosen.minutes) };
}

/**
 * The first moment after this one at which the plan runs; null when it never does. An hour that the clock shows twice
 * counts once, one that it skips not at all.
 * @throws RangeError for a zone that nobody knows
 */
export function nextRun(plan: Timeplan, timezone: string, after: EpochMs): EpochMs | null {
  if (plan.days.size * plan.hours.size * plan.minutes.size === 0) return null;
  const clock = clockOf(timezone);
  const first = after - (after % STEP_MS) + STEP_MS;
  for (let at = first; at < first + HORIZON_MS; at += STEP_MS) {
    const { day, hour, minute } = clock(at);
    if (!plan.days.has(day) || !plan.hours.has(hour) || !plan.minutes.has(minute)) continue;
    const before = clock(at - 60 * MINUTE_MS);
    if (before.hour === hour && before.minute === minute) continue;
    return epochMs(at);
  }
  return null;
}

function clockOf(timeZone: string): (at: number) => { day: string; hour: number; minute: number } {
  const form = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  const format = new Intl.DateTimeFormat('en-US', form);
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return { day: parts.weekday as string, hour: Number(parts.hour), minute: Number(parts.minute) };
  };
}

function on(chosen: Record<string, unknown>): string[] {
  return Object.keys(chosen).filter((name) => [true, 'true', 1, '1'].includes(chosen[name] as never));
}
