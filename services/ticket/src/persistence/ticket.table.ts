import { createHash } from 'node:crypto';
import { type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import type { Article } from '../domain/article/article.ts';
import { articleSenderId, articleTypeId } from '../domain/article/kinds.ts';
import { type ClockName, clockNames, type Escalation, earliestDue, type Figure } from '../domain/sla/escalation.ts';
import type { Assessment } from '../domain/ticket/assessment.ts';
import type { HistoryEntry } from '../domain/ticket/history.ts';
import type { Ticket } from '../domain/ticket/ticket.ts';

/** Columns that the SLA clock writes. */
export const escalationColumns = [
  ...['first_response_escalation_at', 'first_response_in_min', 'first_response_diff_in_min'],
  ...['update_escalation_at', 'update_in_min', 'update_diff_in_min'],
  ...['close_escalation_at', 'close_in_min', 'close_diff_in_min'],
  ...['escalation_at', 'sla_notice_at', 'sla_told', 'sla_revision'],
] as const;

/** Columns that the rules of this service write. */
export const ticketColumns = [
  ...['impact', 'urgency', 'original_priority_id', 'priority_overridden'],
  ...['id', 'number', 'title', 'group_id', 'state_id', 'priority_id', 'owner_id', 'customer_id', 'organization_id'],
  ...['note', 'type', 'pending_time', 'preferences', 'custom', 'article_count', 'create_article_type_id'],
  ...['create_article_sender_id', 'first_response_at', 'close_at', 'last_close_at', 'last_contact_at'],
  ...['last_contact_agent_at', 'last_contact_customer_at', 'last_owner_update_at'],
  ...escalationColumns,
  ...['created_at', 'created_by_id', 'updated_at', 'updated_by_id', 'version'],
] as const;

export const articleColumns = [
  ...['id', 'ticket_id', 'type_id', 'sender_id', 'from', 'to', 'cc', 'bcc', 'subject', 'reply_to'],
  ...['message_id', 'message_id_md5', 'in_reply_to', 'references', 'content_type', 'body', 'excerpt', 'internal'],
  'preferences',
  ...['origin_by_id', 'inbound_id', 'inbound_unreadable', 'raw_sha256', 'raw_size'],
  ...['created_by_id', 'updated_by_id', 'created_at', 'updated_at'],
] as const;

export const attachmentColumns = [
  'article_id',
  'sha256',
  'size',
  'filename',
  'content_type',
  'content_id',
  'inline',
] as const;

export const historyColumns = [
  ...['ticket_id', 'object', 'o_id', 'type', 'attribute', 'value_from', 'value_to', 'id_from', 'id_to'],
  ...['created_by_id', 'created_at', 'cause'],
] as const;

/** A row as JSON carries it; instants as text. */
export type Row = Record<string, unknown>;

const at = (instant: EpochMs | null) => (instant === null ? null : isoTime(instant));
const instant = (value: unknown): EpochMs | null => (value === null ? null : epochMs(value as Date));

export function ticketRow(ticket: Ticket): Row {
  return {
    id: ticket.id,
    number: ticket.number,
    title: ticket.title,
    group_id: ticket.groupId,
    state_id: ticket.stateId,
    priority_id: ticket.priorityId,
    ...(ticket.assessment && assessmentRow(ticket.assessment)),
    owner_id: ticket.ownerId,
    customer_id: ticket.customerId,
    organization_id: ticket.organizationId,
    note: ticket.note,
    type: ticket.type,
    pending_time: at(ticket.pendingTime),
    preferences: ticket.preferences,
    custom: ticket.custom,
    article_count: ticket.articleCount,
    create_article_type_id: ticket.createArticleTypeId,
    create_article_sender_id: ticket.createArticleSenderId,
    first_response_at: at(ticket.firstResponseAt),
    close_at: at(ticket.closeAt),
    last_close_at: at(ticket.lastCloseAt),
    last_contact_at: at(ticket.lastContactAt),
    last_contact_agent_at: at(ticket.lastContactAgentAt),
    last_contact_customer_at: at(ticket.lastContactCustomerAt),
    last_owner_update_at: at(ticket.lastOwnerUpdateAt),
    ...escalationRow(ticket.escalation),
    created_at: isoTime(ticket.createdAt),
    created_by_id: ticket.createdById,
    updated_at: isoTime(ticket.updatedAt),
    updated_by_id: ticket.updatedById,
    version: ticket.version,
  };
}

/** @param row  as the driver gives it; instants as Date */
export function ticketOf(row: Row): Ticket {
  return {
    id: row.id as number,
    number: row.number as string,
    title: row.title as string,
    groupId: row.group_id as number,
    stateId: row.state_id as number,
    priorityId: row.priority_id as number,
    assessment: assessmentOf(row),
    ownerId: row.owner_id as number,
    customerId: row.customer_id as number,
    organizationId: row.organization_id as number | null,
    note: row.note as string | null,
    type: row.type as string | null,
    pendingTime: instant(row.pending_time),
    preferences: row.preferences as Record<string, unknown>,
    custom: row.custom as Ticket['custom'],
    articleCount: row.article_count as number | null,
    createArticleTypeId: row.create_article_type_id as number | null,
    createArticleSenderId: row.create_article_sender_id as number | null,
    firstResponseAt: instant(row.first_response_at),
    closeAt: instant(row.close_at),
    lastCloseAt: instant(row.last_close_at),
    lastContactAt: instant(row.last_contact_at),
    lastContactAgentAt: instant(row.last_contact_agent_at),
    lastContactCustomerAt: instant(row.last_contact_customer_at),
    lastOwnerUpdateAt: instant(row.last_owner_update_at),
    escalation: escalationOf(row),
    createdAt: epochMs(row.created_at as Date),
    createdById: row.created_by_id as number,
    updatedAt: epochMs(row.updated_at as Date),
    updatedById: row.updated_by_id as number,
    version: row.version as number,
  };
}

function assessmentRow({ impact, urgency, priorityId, overridden }: Assessment): Row {
  return { impact, urgency, original_priority_id: priorityId, priority_overridden: overridden };
}

function assessmentOf({ impact, urgency, original_priority_id, priority_overridden }: Row): Assessment | null {
  if (impact === null && urgency === null) return null;
  return {
    impact: impact as Assessment['impact'],
    urgency: urgency as Assessment['urgency'],
    priorityId: original_priority_id as number | null,
    overridden: priority_overridden === true,
  };
}

/** What REST calls the time of a solution is that of closing. */
const prefixes = { first_response: 'first_response', update: 'update', solution: 'close' } as const;

/** The columns of the SLA clock. */
export function escalationRow(escalation: Escalation): Row {
  const row: Row = {
    escalation_at: at(earliestDue(escalation)),
    sla_notice_at: at(escalation.noticeAt),
    sla_told: escalation.told,
    sla_revision: escalation.revision,
  };
  for (const clock of clockNames) {
    const { dueAt, inMin, diffInMin } = escalation.figures[clock];
    row[`${prefixes[clock]}_escalation_at`] = at(dueAt);
    row[`${prefixes[clock]}_in_min`] = inMin;
    row[`${prefixes[clock]}_diff_in_min`] = diffInMin;
  }
  return row;
}

function escalationOf(row: Row): Escalation {
  const figure = (clock: ClockName): Figure => ({
    dueAt: instant(row[`${prefixes[clock]}_escalation_at`]),
    inMin: row[`${prefixes[clock]}_in_min`] as number | null,
    diffInMin: row[`${prefixes[clock]}_diff_in_min`] as number | null,
  });
  return {
    figures: { first_response: figure('first_response'), update: figure('update'), solution: figure('solution') },
    told: row.sla_told as Escalation['told'],
    noticeAt: instant(row.sla_notice_at),
    revision: row.sla_revision as number | null,
  };
}

export function articleRow(article: Article): Row {
  return {
    id: article.id,
    ticket_id: article.ticketId,
    type_id: articleTypeId(article.type),
    sender_id: articleSenderId(article.sender),
    from: article.from,
    to: article.to,
    cc: article.cc,
    bcc: article.bcc,
    subject: article.subject,
    reply_to: article.replyTo,
    message_id: article.messageId,
    message_id_md5: article.messageId === null ? null : messageKey(article.messageId),
    in_reply_to: article.inReplyTo,
    references: article.references,
    content_type: article.contentType,
    body: article.body,
    excerpt: article.excerpt,
    internal: article.internal,
    preferences: article.preferences,
    origin_by_id: article.originById,
    inbound_id: article.mail?.inboundId ?? null,
    inbound_unreadable: article.mail?.unreadable ?? false,
    raw_sha256: article.mail?.sha256 ?? null,
    raw_size: article.mail?.size ?? null,
    created_by_id: article.createdById,
    updated_by_id: article.createdById,
    created_at: isoTime(article.createdAt),
    updated_at: isoTime(article.createdAt),
  };
}

export function attachmentRows(article: Article): Row[] {
  return article.files.map((file) => ({
    article_id: article.id,
    sha256: file.sha256,
    size: file.size,
    filename: file.filename,
    content_type: file.contentType,
    content_id: file.contentId,
    inline: file.inline,
  }));
}

export function historyRow(entry: HistoryEntry): Row {
  return {
    ticket_id: entry.ticketId,
    object: entry.object,
    o_id: entry.oId,
    type: entry.type,
    attribute: entry.attribute,
    value_from: entry.valueFrom,
    value_to: entry.valueTo,
    id_from: entry.idFrom,
    id_to: entry.idTo,
    created_by_id: entry.createdById,
    created_at: isoTime(entry.createdAt),
    ...(entry.cause && { cause: entry.cause }),
  };
}

/** Key of the message id index: ids come in any length. Not a secret, so MD5 will do, and clients see it as such. */
export function messageKey(messageId: string): string {
  return createHash('md5').update(messageId).digest('hex');
}
