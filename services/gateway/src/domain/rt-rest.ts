/**
 * The part of Request Tracker's REST 1.0 that i-doit speaks to list the tickets of an object, as values. Its parser is
 * a naive one: a row is cut at every colon with a blank behind it, and rows must be neither wrapped nor empty.
 */
export const RT_VERSION = 'RT/5.0.7';

/** Which tickets a TicketSQL text asks for: those about one of these objects of the CMDB. */
export interface RtSearch {
  objectIds: string[];
  /** Client of the CMDB; undefined: any. */
  tenant: string | undefined;
}

/** A ticket as the search answers it with `expand`. */
export interface RtTicket {
  id: number;
  title: string;
  group?: string | undefined;
  state?: string | undefined;
  priority?: string | undefined;
  owner?: string | undefined;
  customer?: string | undefined;
  created_at: string;
  updated_at: string;
  preferences?: { idoit?: { object_ids?: unknown; tenant?: unknown } | null };
}

const MOST_OBJECTS = 20;

/**
 * Reads `'CF.{i-doit objects}' = '34' AND 'CF.{i-doit tenant}' = '1'`; the names may be in any case and unquoted.
 * @returns undefined for whatever asks for anything else
 */
export function readTicketSql(text: string): RtSearch | undefined {
  const terms = [...text.slice(0, 2_000).matchAll(/'?CF\.\{([^}]*)\}'?\s*(?:=|LIKE)\s*'?([^'\s)]*)'?/gi)];
  const valuesOf = (name: string) =>
    terms.filter(([, field = '']) => field.trim().toLowerCase() === name).map(([, , value = '']) => value);
  const objectIds = valuesOf('i-doit objects').flatMap(objectIdsIn);
  if (objectIds.length === 0) return undefined;
  const [tenant] = valuesOf('i-doit tenant');
  return { objectIds: [...new Set(objectIds)].slice(0, MOST_OBJECTS), tenant: tenant || undefined };
}

/** `34`, `,34,35,`, and `34undefined`, which older i-doit makes of a link without a queue. */
export function objectIdsIn(text: string): string[] {
  return text.split(',').flatMap((part) => /^\s*([1-9]\d{0,17})/.exec(part)?.[1] ?? []);
}

/** Whether the ticket is about the objects of this client; one that names no client is of any. */
export function isOfTenant({ preferences }: RtTicket, tenant: string | undefined): boolean {
  const own = preferences?.idoit?.tenant;
  return tenant === undefined || own === undefined || own === null || own === '' || String(own) === tenant;
}

export type RtFormat = 'i' | 's' | 'l';

/** The answer to a search; without tickets the very words that clients look for. */
export function rtSearchAnswer(tickets: readonly RtTicket[], format: RtFormat): string {
  if (tickets.length === 0) return rtAnswer(200, 'Ok', 'No matching results.');
  switch (format) {
    case 'i':
      return rtAnswer(200, 'Ok', tickets.map(({ id }) => `ticket/${id}`).join('\n'));
    case 's':
      return rtAnswer(200, 'Ok', tickets.map(({ id, title }) => `${id}: ${oneLine(title)}`).join('\n'));
    case 'l':
      return rtAnswer(200, 'Ok', tickets.map(longForm).join('\n\n--\n\n'));
  }
}

export function rtAnswer(code: number, words: string, payload: string): string {
  return `${RT_VERSION} ${code} ${words}\n\n${payload}\n`;
}

export function longForm(ticket: RtTicket): string {
  const { object_ids: ids, tenant } = ticket.preferences?.idoit ?? {};
  const rows: [string, string | undefined][] = [
    ['id', `ticket/${ticket.id}`],
    ['Queue', ticket.group],
    ['Owner', ticket.owner === '-' ? 'Nobody' : ticket.owner],
    ['Subject', ticket.title],
    ['Status', ticket.state],
    ['Priority', priorityOf(ticket.priority)],
    ['Requestors', ticket.customer],
    ['Created', rtDate(ticket.created_at)],
    ['LastUpdated', rtDate(ticket.updated_at)],
    // The first and the last sign are cut off by who reads it.
    ['CF.{i-doit objects}', Array.isArray(ids) ? `,${ids.map(String).join(',')},` : undefined],
    ['CF.{i-doit tenant}', tenant === undefined || tenant === null ? undefined : String(tenant)],
  ];
  return rows.flatMap(([name, value]) => (value ? [`${name}: ${oneLine(value)}`] : [])).join('\n');
}

/** Blanks behind colons are no-break ones, or the rest would be lost. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll(': ', ':\u00a0');
}

/** Names begin with their rank (`2 normal`); RT has numbers from 0 to 100. */
function priorityOf(name: string | undefined): string | undefined {
  const rank = Number.parseInt(name ?? '', 10);
  return name === undefined ? undefined : ({ 1: '20', 2: '50', 3: '80', 4: '100' }[rank] ?? '50');
}

/** `Wed Jan 07 10:00:00 2026`, in UTC. */
function rtDate(iso: string): string {
  const [, weekday, day, month, year, time] =
    /^(\w{3}), (\d\d) (\w{3}) (\d{4}) ([\d:]+)/.exec(new Date(iso).toUTCString()) ?? [];
  return `${weekday} ${month} ${day} ${time} ${year}`;
}
