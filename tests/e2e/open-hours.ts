const MINUTE_MS = 60_000;

export interface OpenHours {
  /** Hours that local clocks are ahead of UTC, without summer time. */
  ahead: number;
  /** Days of the week with work, 0 for Sunday. */
  days: readonly number[];
  /** Spans of a day in minutes from midnight. */
  spans: readonly (readonly [from: number, to: number])[];
  /** Local dates without work, `2026-12-25`. */
  holidays: readonly string[];
}

/**
 * When so many open minutes are over, found by looking at each minute: slow, and too simple to be wrong.
 * @param from  epoch ms, outside of open hours or at a whole minute
 * @returns epoch ms
 */
export function minutesLater(hours: OpenHours, from: number, minutes: number): number {
  let at = Math.ceil(from / MINUTE_MS) * MINUTE_MS;
  for (let left = minutes; left > 0; at += MINUTE_MS) if (isOpen(hours, at)) left--;
  // What ends with the work of a span is due when work begins again.
  while (!isOpen(hours, at)) at += MINUTE_MS;
  return at;
}

function isOpen({ ahead, days, spans, holidays }: OpenHours, at: number): boolean {
  const local = new Date(at + ahead * 60 * MINUTE_MS);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  if (!days.includes(local.getUTCDay()) || holidays.includes(local.toISOString().slice(0, 10))) return false;
  return spans.some(([from, to]) => minute >= from && minute < to);
}
