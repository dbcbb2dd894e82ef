import {
  articleAdded,
  articleChanged,
  type ChangeType,
  isInScope,
  type TicketChange,
  type TicketFacts,
  type TicketScope,
  ticketCreated,
} from '@helpmesh/contracts';

/** A ticket event as far as the feed looks at it; others have no ticket. */
export interface FedEvent {
  id: string;
  type: string;
  time: string;
  data: {
    ticket: TicketFacts & { id: number };
    article?: { id: number; internal: boolean } | null;
    articleId?: number;
    internal?: boolean;
    what?: 'visibility' | 'delivery' | 'deleted';
    changes?: Record<string, { from: unknown; to: unknown }>;
  };
}

/** What the caller may see now. */
export interface Sight {
  scope: TicketScope;
  tickets: ReadonlyMap<number, { agent: boolean }>;
  articles: ReadonlySet<number>;
}

/**
 * What the caller is told of an event: by what they may see now, never by what they might have seen then. A ticket that
 * is out of their sight is told of once more, as removed, where the event itself shows that they saw it.
 */
export function changeOf({ id, type, time, data }: FedEvent, sight: Sight): TicketChange | undefined {
  const told = (what: ChangeType, more: Partial<TicketChange> = {}): TicketChange => {
    return { id, at: time, type: what, ticket_id: data.ticket.id, ...more };
  };
  const now = sight.tickets.get(data.ticket.id);
  if (!now) return sawThen(data, sight.scope) ? told('removed') : undefined;
  const attributes = now.agent && data.changes ? { attributes: Object.keys(data.changes) } : {};
  const article = articleOf(data);
  if (type === ticketCreated.type) return told('created', named(article, sight));
  if (!article) return told('updated', attributes);
  if (data.what === 'deleted') {
    return article.internal && !now.agent ? told('updated') : told('article_deleted', { article_id: article.id });
  }
  if (!sight.articles.has(article.id)) {
    // It was public and is internal now, or is gone by now: who cannot see it shall not keep it.
    return data.what === 'visibility' && article.internal
      ? told('article_deleted', { article_id: article.id })
      : told('updated', attributes);
  }
  if (type === articleAdded.type) return told('article_added', { ...named(article, sight), ...attributes });
  if (type === articleChanged.type) return told('article_changed', named(article, sight));
  return told('updated', attributes);
}

function named(article: { id: number } | undefined, { articles }: Sight): { article_id?: number } {
  return article && articles.has(article.id) ? { article_id: article.id } : {};
}

export function articleOf({ article, articleId, internal }: FedEvent['data']) {
  if (article) return { id: article.id, internal: article.internal };
  return articleId === undefined ? undefined : { id: articleId, internal: internal === true };
}

/** At the event or just before it, the ticket was in sight. */
function sawThen({ ticket, changes }: FedEvent['data'], scope: TicketScope): boolean {
  if (isInScope(scope, ticket)) return true;
  const before = <T>(field: string, now: T): T => {
    const change = changes?.[field];
    return change && (typeof change.from === 'number' || change.from === null) ? (change.from as T) : now;
  };
  return isInScope(scope, {
    groupId: before('group_id', ticket.groupId) ?? ticket.groupId,
    customerId: before('customer_id', ticket.customerId) ?? ticket.customerId,
    organizationId: before('organization_id', ticket.organizationId),
  });
}
