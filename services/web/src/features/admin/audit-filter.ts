/** What the address of the audit log says. */
export interface AuditFilter {
  who: string;
  what: string;
  /** Days as `yyyy-mm-dd`, in the zone of the person who looks; both are included. */
  from: string;
  to: string;
}

const day = (text: unknown): string => (typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) ? text : '');
const words = (text: unknown): string => (typeof text === 'string' ? text.trim() : '');

export function parseAuditFilter(search: Record<string, unknown>): AuditFilter {
  return { who: words(search.who), what: words(search.what), from: day(search.from), to: day(search.to) };
}

/** Only what is set, so that addresses stay short. */
export const formatAuditFilter = (filter: AuditFilter): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));

/** As the server asks for it: instants, the end excluded. */
export function auditQuery({ who, what, from, to }: AuditFilter): Record<string, string> {
  return {
    ...(who && { actor: who }),
    ...(what && { action: what }),
    ...(from && { from: startOf(from, 0) }),
    ...(to && { to: startOf(to, 1) }),
  };
}

/** Midnight here, `later` days after. A day is 23 or 25 hours long when the clocks change. */
function startOf(date: string, later: number): string {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number);
  return new Date(year, month - 1, dayOfMonth + later).toISOString();
}

/** Where the file with the same entries is. */
export const exportAddress = (filter: AuditFilter, format: 'csv' | 'json'): string =>
  `/api/v1/audit/export?${new URLSearchParams({ ...auditQuery(filter), format })}`;
