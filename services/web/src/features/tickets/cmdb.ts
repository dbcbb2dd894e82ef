/** Objects of the CMDB that a ticket is about, as the API keeps them. */
export type TicketCmdb = {
  object_ids: string[];
  tenant?: string;
};

/** What a link to a new ticket says about objects: `objects=34,35` and `tenant=1`; undefined: nothing. */
export function wishedCmdb(search: Record<string, string | undefined>): TicketCmdb | undefined {
  const ids = (search.objects ?? '').split(',').flatMap((part) => /^\s*([1-9]\d{0,17})/.exec(part)?.[1] ?? []);
  if (ids.length === 0) return undefined;
  return { object_ids: [...new Set(ids)].slice(0, 100), ...(search.tenant && { tenant: search.tenant.slice(0, 100) }) };
}

/** What the ticket keeps. */
export function cmdbOf(ticket: { preferences?: Record<string, unknown> | undefined }): TicketCmdb {
  const { object_ids: ids, tenant } = (ticket.preferences?.idoit ?? {}) as { object_ids?: unknown; tenant?: unknown };
  return {
    object_ids: Array.isArray(ids) ? ids.map(String) : [],
    ...(typeof tenant === 'string' && { tenant }),
  };
}
