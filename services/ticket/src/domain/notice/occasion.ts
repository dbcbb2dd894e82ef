import type {
  ArticleSnapshot,
  articleAdded,
  Message,
  NoticeKind,
  TicketSnapshot,
  ticketCreated,
  ticketEscalated,
  ticketEscalationWarning,
  ticketReminderReached,
  ticketUpdated,
} from '@helpmesh/contracts';
import { SYSTEM_USER } from '../ticket/ticket.ts';

export type Tellable = Message<
  | typeof ticketCreated
  | typeof ticketUpdated
  | typeof articleAdded
  | typeof ticketReminderReached
  | typeof ticketEscalated
  | typeof ticketEscalationWarning
>;

type Changes = Message<typeof ticketUpdated>['data']['changes'];

/** What an event would have agents told. */
export interface Happening {
  kind: NoticeKind;
  ticket: TicketSnapshot;
  article: ArticleSnapshot | null;
  changed: readonly string[];
  by: number;
  dueAt: string | null;
  /** The other ticket of a merge. */
  otherId: number | null;
}

/** What no reader of the ticket's face sees change. */
const unseen: ReadonlySet<string> = new Set([
  ...['note', 'tags', 'links', 'mentions', 'checklist', 'time_unit', 'article_moved', 'preferences'],
]);
/** What happened longer ago (imports, a queue that stood still) is no news. */
const NEWS_MS = 86_400_000;

const timed: Record<string, NoticeKind> = {
  'ticket.v1.reminder-reached': 'reminder_reached',
  'ticket.v1.escalated': 'escalation',
  'ticket.v1.escalation-warning': 'escalation_warning',
};

/**
 * Agents hear of new tickets, of what was said, of changes that can be seen, and of times that come. Not of what a
 * quiet rule did, nor of what the desk itself wrote into the thread, unless it is meant for them.
 * @param now  epoch ms
 * @returns undefined for what is no news to anybody
 */
export function happeningOf(event: Tellable, now: number): Happening | undefined {
  const { data } = event;
  const { ticket } = data;
  if (!isNews(event, now)) return undefined;
  const isOld = (at: string) => now - Date.parse(at) > NEWS_MS;
  const base = { ticket, article: null, changed: [], by: SYSTEM_USER, dueAt: null, otherId: null };
  const kind = timed[event.type];
  if (kind) return { ...base, kind, dueAt: 'dueAt' in data ? data.dueAt : null };
  if ('changes' in data) {
    if (data.rule?.quiet) return undefined;
    const by = 'createdById' in data ? data.createdById : (data.changedById ?? SYSTEM_USER);
    const article = 'article' in data ? said(data.article) : null;
    if (article && isOld(article.createdAt)) return undefined;
    const changed = Object.keys(data.changes).filter((name) => !unseen.has(name));
    if (!article && changed.length === 0) return undefined;
    const update = { ...base, kind: 'update' as const, article, changed, by, otherId: otherOf(data.changes) };
    const owner = data.changes.owner_id?.from;
    if (!('merged_into' in data.changes) || typeof owner !== 'number') return update;
    // Nobody owns what was merged; whoever did has to hear where it went.
    return { ...update, ticket: { ...ticket, ownerId: owner }, changed: changed.filter((name) => name !== 'owner_id') };
  }
  if (!('createdById' in data) || isOld(ticket.createdAt)) return undefined;
  return { ...base, kind: 'create', article: data.article && said(data.article), by: data.createdById };
}

/** Whether it has just happened. @param now  epoch ms */
export function isNews({ time }: Pick<Tellable, 'time'>, now: number): boolean {
  return now - Date.parse(time) <= NEWS_MS;
}

function otherOf({ merged_into, received_merge, merge_undone }: Changes): number | null {
  const id = merged_into?.to ?? received_merge?.to ?? merge_undone?.from;
  return typeof id === 'number' ? id : null;
}

function said(article: ArticleSnapshot): ArticleSnapshot | null {
  return article.sender !== 'System' || article.forAgents ? article : null;
}
