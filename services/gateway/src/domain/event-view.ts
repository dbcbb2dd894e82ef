import { type Actor, mayReadInternal, mayReadTicket, type TicketFacts } from '@helpmesh/contracts';

/** The part of a ticket event's data that the live stream looks at. */
interface TicketEventData {
  ticket: TicketFacts & { id: number };
  article?: { id: number; internal: boolean } | null;
  articleId?: number;
  internal?: boolean;
  changes?: Record<string, { from: unknown; to: unknown }>;
}

/** How far a change of many tickets is. */
interface JobEventData {
  ticket?: undefined;
  job: { id: number; userId: number };
}

/** An event of the ticket service as it came from the bus, read once and shown to many. */
export interface LiveEvent<D = TicketEventData | JobEventData> {
  /** Stream sequence: the SSE id. */
  seq: number;
  type: string;
  data: D;
  /** SSE block for readers of the whole event, made on first use. */
  full?: string;
  /** SSE block without the article, for those who may not know of it. */
  ticketOnly?: string;
}

/**
 * What one actor gets to see of an event: the text of an SSE message, or undefined.
 *
 * Article text, mail addresses and the customer's name are never part of it: a page that shows them asks for them, and
 * the owner of the ticket decides. An internal article shows to others only as a change of the ticket.
 */
export function viewOf(event: LiveEvent, actor: Actor): string | undefined {
  return isOfTicket(event) ? viewOfTicket(event, actor) : viewOfJob(event, actor);
}

function isOfTicket(event: LiveEvent): event is LiveEvent<TicketEventData> {
  return event.data.ticket !== undefined;
}

/** For whoever ordered it. */
function viewOfJob({ seq, type, data }: LiveEvent, actor: Actor): string | undefined {
  const { job } = data as JobEventData;
  if (actor.kind !== 'user' || job.userId !== actor.userId) return undefined;
  return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ type, data: { job } })}\n\n`;
}

function viewOfTicket(event: LiveEvent<TicketEventData>, actor: Actor): string | undefined {
  const { ticket } = event.data;
  if (!mayReadTicket(actor, ticket)) return couldReadBefore(event, actor) ? gone(event) : undefined;
  if (!isInternal(event.data) || mayReadInternal(actor, ticket)) {
    event.full ??= block(event.seq, event.type, ticket, articleOf(event.data));
    return event.full;
  }
  // Becoming internal removes the article for a customer, so the page must look again.
  event.ticketOnly ??= block(event.seq, 'ticket.v1.updated', ticket);
  return event.ticketOnly;
}

/** A ticket that moved out of sight must leave the screen of whoever still shows it. */
function couldReadBefore({ data }: LiveEvent<TicketEventData>, actor: Actor): boolean {
  const { changes, ticket } = data;
  if (!changes) return false;
  const before = (field: string, now: number | null) => {
    const change = changes[field];
    return change && (typeof change.from === 'number' || change.from === null) ? change.from : now;
  };
  return mayReadTicket(actor, {
    groupId: before('group_id', ticket.groupId) ?? ticket.groupId,
    customerId: before('customer_id', ticket.customerId) ?? ticket.customerId,
    organizationId: before('organization_id', ticket.organizationId),
  });
}

function gone({ seq, data }: LiveEvent<TicketEventData>): string {
  return block(seq, 'ticket.v1.deleted', { id: data.ticket.id });
}

function isInternal({ article, internal }: TicketEventData): boolean {
  return article ? article.internal : internal === true;
}

function articleOf({ article, articleId, internal }: TicketEventData): object | undefined {
  if (article) return { id: article.id, internal: article.internal };
  return articleId === undefined ? undefined : { id: articleId, internal: internal === true };
}

function block(seq: number, type: string, ticket: { id: number }, article?: object): string {
  const shown = JSON.stringify({ type, aggregateId: String(ticket.id), data: { ticket, article } });
  return `id: ${seq}\nevent: ${type}\ndata: ${shown}\n\n`;
}
