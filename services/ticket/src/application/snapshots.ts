import type { ArticleSnapshot, TicketSnapshot, ticketCreated } from '@helpmesh/contracts';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import type { z } from 'zod';
import type { Article } from '../domain/article/article.ts';
import { travelsEncrypted } from '../domain/article/encrypted.ts';
import { displayName, type Person } from '../domain/ticket/people.ts';
import type { Ticket } from '../domain/ticket/ticket.ts';
import { textOf } from '../html/text.ts';
import type { Refs } from './refs.ts';

type Correspondent = z.output<(typeof ticketCreated)['data']>['customer'];

const EXCERPT_LENGTH = 4_000;

/** How a ticket is told to the neighbours. */
export function ticketSnapshot(ticket: Ticket, refs: Refs): TicketSnapshot {
  const state = refs.states.get(ticket.stateId);
  return {
    id: ticket.id,
    number: ticket.number,
    title: ticket.title,
    groupId: ticket.groupId,
    group: refs.group(ticket.groupId)?.name ?? '-',
    stateId: state.id,
    state: state.name,
    stateType: state.type,
    priorityId: ticket.priorityId,
    priority: refs.priority({ id: ticket.priorityId })?.name ?? '-',
    customerId: ticket.customerId,
    organizationId: ticket.organizationId,
    ownerId: ticket.ownerId,
    articleCount: ticket.articleCount ?? 0,
    createdAt: isoTime(ticket.createdAt),
    updatedAt: isoTime(ticket.updatedAt),
    closeAt: iso(ticket.closeAt),
    ...cmdbObjects(ticket),
  };
}

/** As they were written, by whatever client. */
function cmdbObjects({ preferences: { idoit } }: Ticket): Pick<TicketSnapshot, 'cmdbObjectIds'> {
  const { object_ids: ids } = (idoit ?? {}) as { object_ids?: unknown };
  return Array.isArray(ids) && ids.length > 0 ? { cmdbObjectIds: ids.slice(0, 100).map(String) } : {};
}

/** @param isAutoResponse  no automatic mail may answer it */
export function articleSnapshot(article: Article, isAutoResponse: boolean): ArticleSnapshot {
  return {
    id: article.id,
    type: article.type,
    sender: article.sender,
    internal: article.internal,
    from: article.from,
    to: article.to,
    cc: article.cc,
    subject: article.subject,
    messageId: article.messageId,
    inReplyTo: article.inReplyTo,
    contentType: article.contentType,
    excerpt: textOf(article.body, article.contentType).slice(0, EXCERPT_LENGTH),
    attachmentCount: article.files.length,
    createdById: article.createdById,
    createdAt: isoTime(article.createdAt),
    isAutoResponse,
    ...((article.preferences.delivery_message === true || article.preferences.for_agents === true) && {
      forAgents: true,
    }),
    ...(travelsEncrypted(article.preferences) && { encrypted: true }),
  };
}

/** @param person  undefined for a user that identity no longer knows */
export function correspondent(userId: number, person: Person | undefined): Correspondent {
  if (!person) return { userId, email: null, name: '-', locale: 'en' };
  return { userId, email: person.email, name: displayName(person), locale: person.locale };
}

function iso(at: EpochMs | null): string | null {
  return at === null ? null : isoTime(at);
}
