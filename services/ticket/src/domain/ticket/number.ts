/** How tickets are numbered; the names of generators are Zammad's. */
export type NumberScheme =
  /** A counter, padded so that system id and counter have at least `minSize` digits. */
  | { generator: 'Ticket::Number::Increment'; minSize: number; checksum: boolean }
  /** The day, and a counter of at least four digits that begins anew with it. */
  | { generator: 'Ticket::Number::Date'; checksum: boolean };

export const MIN_SIZE = 5;
/** What holds until somebody chooses otherwise. */
export const standardScheme: NumberScheme = {
  generator: 'Ticket::Number::Increment',
  minSize: MIN_SIZE,
  checksum: false,
};

/**
 * 10001 is the first ticket of system 1 by the counter; after 19999 comes 110000, so numbers never meet. By the day it
 * is 2026112210001.
 * @param counter  from 1; of the day, where numbers begin with it
 * @param day      `2026-11-22`
 */
export function ticketNumber(scheme: NumberScheme, systemId: number, counter: number, day: string): string {
  const prefix = String(systemId);
  const digits =
    scheme.generator === 'Ticket::Number::Date'
      ? day.replaceAll('-', '') + prefix + String(counter).padStart(4, '0')
      : prefix + String(counter).padStart(Math.max(0, scheme.minSize - prefix.length), '0');
  return scheme.checksum ? digits + checksum(digits) : digits;
}

/** Digits weighted 1, 2, 3 and again from 1; what lacks to the next ten, of which the first digit counts. */
function checksum(digits: string): string {
  const sum = [...digits].reduce((all, digit, i) => all + Number(digit) * ((i % 3) + 1), 0);
  return String(10 - (sum % 10)).slice(0, 1);
}

/** Of the settings `ticket_number…`, as far as somebody chose; what cannot be read is as it is at first. */
export function schemeOf(settings: Readonly<Record<string, unknown>>): NumberScheme {
  const of = (name: string) => (settings[name] ?? {}) as { checksum?: unknown; min_size?: unknown };
  if (settings.ticket_number === 'Ticket::Number::Date') {
    return { generator: 'Ticket::Number::Date', checksum: of('ticket_number_date').checksum === true };
  }
  const { checksum: sum, min_size: size } = of('ticket_number_increment');
  const minSize = typeof size === 'number' ? size : MIN_SIZE;
  return { generator: 'Ticket::Number::Increment', minSize, checksum: sum === true };
}
