const steps: [unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['week', 7 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** The coarsest unit that fits at least once; under a minute is 0 minutes, shown as "now" or "this minute". */
export function relativeParts(at: number, now: number): { value: number; unit: Intl.RelativeTimeFormatUnit } {
  const distance = at - now;
  const [unit, ms] = steps.find(([, size]) => Math.abs(distance) >= size) ?? ['minute' as const, 60_000];
  // `|| 0`: a negative zero would be told as "0 minutes ago".
  return { value: Math.trunc(distance / ms) || 0, unit };
}

const relative = new Map<string, Intl.RelativeTimeFormat>();
const absolute = new Map<string, Intl.DateTimeFormat>();

let zone: string | undefined;

/** Of times that are told exactly; undefined is that of the device. */
export function setTimeZone(timeZone: string | undefined): void {
  if (timeZone === zone) return;
  zone = timeZone;
  absolute.clear();
}

/** The zone by whose clock times are told. */
export const timeZone = (): string => zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

export function relativeTime(locale: string, at: number, now: number): string {
  const format = relative.get(locale) ?? new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  relative.set(locale, format);
  const { value, unit } = relativeParts(at, now);
  return value === 0 ? format.format(0, 'second') : format.format(value, unit);
}

export function absoluteTime(locale: string, at: number): string {
  const format =
    absolute.get(locale) ??
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', ...(zone && { timeZone: zone }) });
  absolute.set(locale, format);
  return format.format(at);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A file size as people read it: `1.4 MB`. */
export function fileSize(locale: string, bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const unit = units[power] ?? 'byte';
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/** An instant as a `datetime-local` field holds it, in the time zone of the browser; empty for none. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  if (iso === '' || Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The opposite: ISO 8601 in UTC, empty for none. */
export function timeOfLocal(local: string): string {
  const at = Date.parse(local);
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}
