import type { Calendar } from './queries.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Clock times as an input shows them; an end of `00:00` is the end of the day. */
export type Span = readonly [from: string, to: string];

export interface Holiday {
  day: string;
  summary: string;
  active: boolean;
  /** Of which feed it is; absent: somebody wrote it. */
  feed?: string;
}

/** What the form of a calendar holds. */
export interface CalendarValues {
  name: string;
  timezone: string;
  default: boolean;
  hours: Record<Weekday, { active: boolean; spans: readonly Span[] }>;
  holidays: readonly Holiday[];
  /** Where days off are read from every day; empty for nowhere. */
  ical_url: string;
}

const office: readonly Span[] = [['09:00', '17:00']];
const dayOf = (active: boolean, spans: readonly Span[]) => ({ active, spans });

export const newCalendar = (timezone: string): CalendarValues => ({
  ...{ name: '', timezone, default: false, holidays: [], ical_url: '' },
  hours: {
    ...{ mon: dayOf(true, office), tue: dayOf(true, office), wed: dayOf(true, office), thu: dayOf(true, office) },
    ...{ fri: dayOf(true, office), sat: dayOf(false, []), sun: dayOf(false, []) },
  },
});

interface StoredDay {
  active?: boolean;
  timeframes?: [string, string][];
}

export function calendarValues({ name, timezone, default: isDefault, ...stored }: Calendar): CalendarValues {
  const hours = stored.business_hours as Partial<Record<Weekday, StoredDay>>;
  const holidays = stored.public_holidays as Record<string, Partial<Holiday>>;
  const shown = ({ active = false, timeframes = [] }: StoredDay = {}) =>
    // An input for clock times knows no 24:00.
    dayOf(
      active,
      timeframes.map(([from, to]): Span => [from, to === '24:00' ? '00:00' : to]),
    );
  return {
    ...{ name, timezone, default: isDefault, ical_url: stored.ical_url ?? '' },
    hours: Object.fromEntries(weekdays.map((day) => [day, shown(hours[day])])) as CalendarValues['hours'],
    holidays: Object.entries(holidays)
      .map(([day, { active = false, summary = '', feed }]) => ({ day, summary, active, ...(feed && { feed }) }))
      .sort((a, b) => (a.day < b.day ? -1 : 1)),
  };
}

/** As the API takes it; rows of days off in which no day was chosen say nothing. */
export function calendarBody({ hours, holidays, ...rest }: Partial<CalendarValues>) {
  return {
    ...rest,
    ...(hours && {
      business_hours: Object.fromEntries(
        weekdays.map((day) => [
          day,
          { active: hours[day].active, timeframes: hours[day].spans.map((one) => [...one]) },
        ]),
      ),
    }),
    ...(holidays && {
      public_holidays: Object.fromEntries(
        holidays.filter(({ day }) => day !== '').map(({ day, ...rest }) => [day, rest]),
      ),
    }),
  };
}

/** What a weekday is called, from Monday. */
export function weekdayNames(locale: string): Record<Weekday, string> {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  const monday = Date.UTC(2024, 0, 1);
  return Object.fromEntries(weekdays.map((day, i) => [day, format.format(monday + i * 86_400_000)])) as Record<
    Weekday,
    string
  >;
}

/** `Mon 09:00–17:00` and so on, days of the same hours together. */
export function hoursInShort({ hours }: CalendarValues, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  const runs: { first: number; last: number; text: string }[] = [];
  weekdays.forEach((day, i) => {
    const { active, spans } = hours[day];
    if (!active || spans.length === 0) return;
    const text = spans.map(([from, to]) => `${from}–${to}`).join(', ');
    const before = runs.at(-1);
    if (before?.text === text && before.last === i - 1) before.last = i;
    else runs.push({ first: i, last: i, text });
  });
  const name = (i: number) => format.format(Date.UTC(2024, 0, 1 + i));
  return runs
    .map(({ first, last, text }) => `${first === last ? name(first) : `${name(first)}–${name(last)}`} ${text}`)
    .join(' · ');
}
