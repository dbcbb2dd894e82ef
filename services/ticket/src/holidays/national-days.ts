import Holidays, { type HolidaysTypes } from 'date-holidays';

/** A country, a state of it or a region of that, by the codes of the library's data. */
export interface Place {
  country: string;
  state?: string | undefined;
  region?: string | undefined;
}

export interface NamedPlace {
  code: string;
  name: string;
  /** States of a country, regions of a state. */
  parts?: NamedPlace[];
}

export interface NationalDay {
  /** `2026-12-25` */
  day: string;
  summary: string;
}

const DAY_MS = 86_400_000;

/** Every place that days are known of, in the order of their names. @param language  ISO 639-1 */
export function places(language: string): NamedPlace[] {
  const known = new Holidays();
  const listed = (found: Record<string, string> | undefined, parts: (code: string) => NamedPlace[] = () => []) =>
    Object.entries(found ?? {})
      .map(([code, name]) => {
        const within = parts(code);
        return { code, name, ...(within.length > 0 && { parts: within }) };
      })
      .sort((a, b) => a.name.localeCompare(b.name, language));
  const regions = (country: string, state: string) => listed(known.getRegions(country, state, language));
  const states = (country: string) => listed(known.getStates(country, language), (state) => regions(country, state));
  return listed(known.getCountries(language), states);
}

/**
 * The days of a year on which a place does not work at all, by law. Undefined: there is no such place.
 * @param languages  ISO 639-1, the best first; else what the place calls them
 */
export function nationalDays(
  { country, state, region }: Place,
  years: readonly number[],
  languages: readonly string[],
): NationalDay[] | undefined {
  const known = new Holidays();
  if (!Object.hasOwn(known.getCountries(), country)) return undefined;
  if (state !== undefined && !Object.hasOwn(known.getStates(country) ?? {}, state)) return undefined;
  if (region !== undefined && (state === undefined || !Object.hasOwn(known.getRegions(country, state) ?? {}, region))) {
    return undefined;
  }
  const place = { country, ...(state && { state }), ...(region && { region }) };
  const calendar = new Holidays(place, { types: ['public'], languages: [...languages] });
  const days = new Map<string, string>();
  for (const year of years) {
    for (const holiday of calendar.getHolidays(year) ?? []) {
      for (const day of daysOf(holiday)) if (!days.has(day)) days.set(day, holiday.name);
    }
  }
  return [...days].map(([day, summary]) => ({ day, summary })).sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** Some last several days, some begin with the sunset before; of an afternoon no day is off. */
function daysOf({ date, start, end }: HolidaysTypes.Holiday): string[] {
  const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  const count = Math.round((end.getTime() - start.getTime()) / DAY_MS);
  const whole = end.getTime() - start.getTime() > 0.9 * DAY_MS ? count : 0;
  return Array.from({ length: whole }, (_, i) => new Date(first + i * DAY_MS).toISOString().slice(0, 10));
}
