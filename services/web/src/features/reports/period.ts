/** What a report is about: an hour until now, or the day, week, month or year in which a day lies. */
export const ranges = ['realtime', 'day', 'week', 'month', 'year'] as const;
export type Range = (typeof ranges)[number];

const DAY_MS = 86_400_000;

/** The part of a question that says when; days are those of the reader. */
export function askedOf(range: Range, day: Date) {
  const [year, month] = [day.getFullYear(), day.getMonth() + 1];
  if (range === 'realtime') return { timeRange: range };
  if (range === 'year') return { timeRange: range, year };
  if (range === 'month') return { timeRange: range, year, month };
  if (range === 'day') return { timeRange: range, year, month, day: day.getDate() };
  return { timeRange: range, ...weekOf(day) };
}

/** As ISO 8601 counts weeks: that of its Thursday, in the year of its Thursday. */
export function weekOf(day: Date): { year: number; week: number } {
  const thursday = monday(day);
  thursday.setDate(thursday.getDate() + 3);
  const year = thursday.getFullYear();
  const past = Math.round((thursday.getTime() - new Date(year, 0, 1).getTime()) / DAY_MS);
  return { year, week: 1 + Math.floor(past / 7) };
}

/** The same place in the period before (-1) or after (1). */
export function moved(range: Range, day: Date, by: -1 | 1): Date {
  const at = new Date(day.getFullYear(), day.getMonth(), day.getDate());
  if (range === 'year') return new Date(at.getFullYear() + by, 0, 1);
  if (range === 'month') return new Date(at.getFullYear(), at.getMonth() + by, 1);
  at.setDate(at.getDate() + (range === 'week' ? 7 * by : by));
  return at;
}

/** What a period is called. */
export function periodName(locale: string, range: Range, day: Date): string {
  const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  if (range === 'year') return String(day.getFullYear());
  if (range === 'month') return form({ month: 'long', year: 'numeric' }).format(day);
  if (range === 'day') return form({ dateStyle: 'full' }).format(day);
  const from = monday(day);
  return form({ dateStyle: 'medium' }).formatRange(from, moved('day', moved('week', from, 1), -1));
}

/** A name for each number of a period. @param count  how many there are: 23 hours where the clock is put forward */
export function stepNames(locale: string, range: Range, day: Date, count: number, now = new Date()): string[] {
  const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  // Where the clock is put back, an hour comes twice.
  const zone = range === 'day' && count !== 24 ? ({ timeZoneName: 'short' } as const) : {};
  const time = form({ hour: 'numeric', minute: '2-digit', ...zone });
  const date = form({ day: 'numeric', month: 'short', ...(range === 'week' && { weekday: 'short' }) });
  const [year, month] = [day.getFullYear(), day.getMonth()];
  const midnight = new Date(year, month, day.getDate()).getTime();
  const first = range === 'week' ? monday(day) : new Date(year, month, 1);
  return Array.from({ length: count }, (_, i) => {
    if (range === 'realtime') return time.format(now.getTime() - (count - i) * 60_000);
    if (range === 'day') return time.format(midnight + i * 3_600_000);
    if (range === 'year') return form({ month: 'short' }).format(new Date(year, i, 1));
    return date.format(new Date(first.getFullYear(), first.getMonth(), first.getDate() + i));
  });
}

/** The period of one number of a period; null where it has no name of its own: of minutes and hours. */
export function stepOf(range: Range, day: Date, i: number): { range: Range; day: Date } | null {
  if (range === 'year') return { range: 'month', day: new Date(day.getFullYear(), i, 1) };
  if (range !== 'month' && range !== 'week') return null;
  const first = range === 'week' ? monday(day) : new Date(day.getFullYear(), day.getMonth(), 1);
  return { range: 'day', day: new Date(first.getFullYear(), first.getMonth(), first.getDate() + i) };
}

/** A duration as people say it: `45 min`, `3.5 hr`, `2.1 days`. */
export function spanName(locale: string, minutes: number): string {
  const [value, unit] =
    minutes < 60
      ? [minutes, 'minute' as const]
      : minutes < 2_880
        ? [minutes / 60, 'hour' as const]
        : [minutes / 1_440, 'day' as const];
  const maximumFractionDigits = unit === 'minute' ? 0 : 1;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(
    value,
  );
}

/** As programs for tables read it. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function monday(day: Date): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - ((day.getDay() + 6) % 7));
}
