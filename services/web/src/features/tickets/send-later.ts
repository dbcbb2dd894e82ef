/** A time that is offered, in the person's own zone. */
export interface Proposal {
  id: 'hour' | 'tomorrow' | 'monday';
  at: Date;
}

/** In an hour, tomorrow and next Monday at eight; what would be said twice is said once. */
export function proposals(now: Date): Proposal[] {
  const at = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 8);
  const hour = new Date(now.getTime() + 3_600_000);
  hour.setMinutes(0, 0, 0);
  if (hour.getTime() <= now.getTime()) hour.setHours(hour.getHours() + 1);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { id: 'hour', at: hour },
    { id: 'tomorrow', at: at(1) },
    ...(toMonday === 1 ? [] : [{ id: 'monday' as const, at: at(toMonday) }]),
  ];
}

/** As a datetime-local field wants it. */
export function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
