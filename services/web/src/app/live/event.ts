/** What an event of the stream says about a ticket, as far as the screens need it. */
export interface TicketEvent {
  type: string;
  ticketId: number;
  /** Row fields the event brought along; empty when the server sent ids only. */
  row: Record<string, unknown>;
}

/** List columns by the name they have in a ticket snapshot. */
const rowFields: Record<string, string> = {
  title: 'title',
  state: 'state',
  stateType: 'state_type',
  priority: 'priority',
  priorityId: 'priority_id',
  group: 'group',
  groupId: 'group_id',
  ownerId: 'owner_id',
  articleCount: 'article_count',
  updatedAt: 'updated_at',
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Reads one message of the stream: the envelope of a ticket event, with or without its data.
 * @returns null for what we do not know; a newer server may send more kinds
 */
export function readTicketEvent(text: string): TicketEvent | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(message) || typeof message.type !== 'string' || !message.type.startsWith('ticket.')) return null;
  const data = isObject(message.data) ? message.data : message;
  const snapshot = isObject(data.ticket) ? data.ticket : {};
  const ticketId = Number(snapshot.id ?? data.ticketId ?? message.aggregateId);
  if (!Number.isSafeInteger(ticketId) || ticketId <= 0) return null;
  const row = Object.fromEntries(
    Object.entries(rowFields)
      .filter(([from]) => snapshot[from] !== undefined)
      .map(([from, to]) => [to, snapshot[from]]),
  );
  return { type: message.type, ticketId, row };
}
