/** What people want to know of an invitation whose mail says nothing else. */
const shown = {
  SUMMARY: '',
  DTSTART: 'Start',
  DTEND: 'End',
  LOCATION: 'Location',
  ORGANIZER: 'Organizer',
  DESCRIPTION: '',
};
/** More is in the file itself. */
const EVENTS = 20;
const SOURCE = 256 * 1024;

/** Words for a calendar file (RFC 5545) that came without any; the file stays beside them. */
export function wordsOfCalendar(bytes: Uint8Array): string {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SOURCE)).toString();
  const lines = source.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const events: string[][] = [];
  let event: string[] | undefined;
  for (const line of lines) {
    if (/^BEGIN:(VEVENT|VTODO)$/i.test(line)) event = [];
    else if (/^END:(VEVENT|VTODO)$/i.test(line) && event) {
      events.push(event);
      event = undefined;
      if (events.length === EVENTS) break;
    } else if (event) {
      const told = toldBy(line);
      if (told !== undefined) event.push(told);
    }
  }
  return events.map((words) => words.join('\n')).join('\n\n');
}

function toldBy(line: string): string | undefined {
  const [, name = '', parameters = '', value = ''] =
    /^([A-Z-]{1,40})((?:;[^:;"]{0,500}(?:"[^"]{0,500}")?){0,20}):(.*)$/i.exec(line) ?? [];
  const label = shown[name.toUpperCase() as keyof typeof shown];
  if (label === undefined || value === '') return undefined;
  const zone = /;TZID="?([^";:]{1,100})/i.exec(parameters)?.[1];
  const words = /^DT/i.test(name) ? `${timeOf(value)}${zone ? ` (${zone})` : ''}` : unescaped(value);
  return label === '' ? words : `${label}: ${words.replace(/^mailto:/i, '')}`;
}

const unescaped = (value: string) =>
  value.replace(/\\([nN,;\\])/g, (_, sign: string) => (sign.toLowerCase() === 'n' ? '\n' : sign));

/** `20260301T100000Z` as `2026-03-01 10:00 UTC`. */
function timeOf(value: string): string {
  const [, year, month, day, hour, minute, zone] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z)?)?$/.exec(value) ?? [];
  if (year === undefined) return value;
  return `${year}-${month}-${day}${hour === undefined ? '' : ` ${hour}:${minute}`}${zone ? ' UTC' : ''}`;
}
