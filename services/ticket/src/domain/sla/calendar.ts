/** Minutes of a local day, half open: 540 to 1020 is 09:00 to 17:00. 1440 is the end of the day. */
export interface Span {
  from: number;
  to: number;
}

/** When work is done: the clock on the wall of one place, and the days on which nobody looks at it. */
export interface Calendar {
  timezone: string;
  /** Seven days from Monday; the spans of each in order and apart. */
  week: readonly (readonly Span[])[];
  /** Local days without work, `2026-12-25`. */
  holidays: ReadonlySet<string>;
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** A week as REST writes it: `{ mon: { active, timeframes: [["09:00", "17:00"]] } … }`. */
export type BusinessHours = Partial<Record<Weekday, { active: boolean; timeframes: readonly (readonly string[])[] }>>;

/** Days off as REST writes them, by `YYYY-MM-DD`. */
export type PublicHolidays = Readonly<Record<string, { active: boolean; summary?: string | undefined }>>;

const END_OF_DAY = 1440;
const clock = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** @returns undefined for what is no span: a time that does not exist, or an end that is not after the beginning */
function spanOf([from, to]: readonly string[]): Span | undefined {
  const span = { from: minuteOf(from), to: to === '00:00' ? END_OF_DAY : minuteOf(to) };
  // The last minute that a time field can show stands for the end of the day.
  if (span.to === END_OF_DAY - 1) span.to = END_OF_DAY;
  return span.from < span.to ? span : undefined;
}

function minuteOf(text: string | undefined): number {
  if (text === '24:00') return END_OF_DAY;
  const found = clock.exec(text ?? '');
  return found ? Number(found[1]) * 60 + Number(found[2]) : Number.NaN;
}

/** The time frames that are none, as `mon 09:00-08:00`; empty when all can be used. */
export function brokenTimeframes(hours: BusinessHours): string[] {
  return weekdays.flatMap((day) =>
    (hours[day]?.timeframes ?? [])
      .filter((frame) => frame.length !== 2 || !spanOf(frame))
      .map((frame) => `${day} ${frame.join('-')}`),
  );
}

/** What REST wrote, as the rules read it: inactive days and holidays left out, spans that touch made one. */
export function calendarOf(timezone: string, hours: BusinessHours, holidays: PublicHolidays): Calendar {
  return {
    timezone,
    week: weekdays.map((day) => {
      const plan = hours[day];
      return plan?.active ? joined(plan.timeframes.flatMap((frame) => spanOf(frame) ?? [])) : [];
    }),
    holidays: new Set(Object.keys(holidays).filter((day) => holidays[day]?.active)),
  };
}

function joined(spans: Span[]): Span[] {
  const apart: Span[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else apart.push({ ...span });
  }
  return apart;
}
