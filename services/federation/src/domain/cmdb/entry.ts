import type { TicketSnapshot } from '@helpmesh/contracts';

/** What is written into the logbooks of the objects of a ticket. */
export interface LogbookEntry {
  ticketId: number;
  objectIds: string[];
  message: string;
  /** Title of the ticket. */
  description: string;
  /** Its number. */
  comment: string;
}

type Changes = Readonly<Record<string, { from?: unknown; to?: unknown }>>;

/**
 * Whether a step of a ticket is something its objects should tell of: it was opened, it came to be about them, or it has
 * another state.
 * @param changes  undefined: the ticket is new
 */
export function entryOf(ticket: TicketSnapshot, changes: Changes | undefined): LogbookEntry | undefined {
  const { id, cmdbObjectIds: objectIds = [], number, title, state } = ticket;
  if (objectIds.length === 0) return undefined;
  const what = changes === undefined ? 'opened' : 'state_id' in changes || 'state' in changes ? 'changed' : undefined;
  if (!what) return undefined;
  const message = what === 'opened' ? `Ticket ${number} was opened (${state})` : `Ticket ${number} is now ${state}`;
  return { ticketId: id, objectIds, message, description: title.slice(0, 250), comment: number };
}
