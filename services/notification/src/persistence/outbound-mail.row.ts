import type { MailAddress, StoredFile } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import type { MailState, OutboundMail, Refusal, SentAsLink } from '../domain/outbound-mail.ts';

/** A row of `outbound_mail` as the driver gives it. */
export interface OutboundMailRow {
  id: string;
  kind: string;
  ticket_id: number | null;
  article_id: number | null;
  correlation_id: string;
  causation_id: string;
  traceparent: string | null;
  automatic: boolean;
  guard_address: string | null;
  sender: MailAddress;
  reply_to: MailAddress | null;
  recipients: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  remaining: string[];
  refused: Refusal[];
  subject: string;
  body_text: string | null;
  body_html: string | null;
  secret: boolean;
  message_id: string;
  in_reply_to: string | null;
  refs: string[];
  attachments: StoredFile[];
  linked: SentAsLink[];
  security: OutboundMail['security'];
  state: MailState;
  attempts: number;
  due_at: Date | null;
  last_error: string | null;
  queued_at: Date;
  created_at: Date;
}

export function toMail(row: OutboundMailRow): OutboundMail {
  return {
    id: row.id,
    kind: row.kind,
    ticketId: row.ticket_id,
    articleId: row.article_id,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    traceparent: row.traceparent,
    automatic: row.automatic,
    guardAddress: row.guard_address,
    from: row.sender,
    replyTo: row.reply_to,
    to: row.recipients,
    cc: row.cc,
    bcc: row.bcc,
    remaining: row.remaining,
    refused: row.refused,
    subject: row.subject,
    text: row.body_text,
    html: row.body_html,
    secret: row.secret,
    messageId: row.message_id,
    inReplyTo: row.in_reply_to,
    references: row.refs,
    attachments: row.attachments,
    linked: row.linked,
    security: row.security,
    state: row.state,
    attempts: row.attempts,
    dueAt: row.due_at && epochMs(row.due_at),
    queuedAt: epochMs(row.queued_at),
    createdAt: epochMs(row.created_at),
    lastError: row.last_error,
  };
}

/** Column values of a mail that is new in the queue; JSON writes them as the columns read them. */
export function toNewRow(mail: OutboundMail) {
  return {
    id: mail.id,
    kind: mail.kind,
    ticket_id: mail.ticketId,
    article_id: mail.articleId,
    correlation_id: mail.correlationId,
    causation_id: mail.causationId,
    traceparent: mail.traceparent,
    automatic: mail.automatic,
    guard_address: mail.guardAddress,
    sender: mail.from,
    reply_to: mail.replyTo,
    recipients: mail.to,
    cc: mail.cc,
    bcc: mail.bcc,
    remaining: mail.remaining,
    refused: mail.refused,
    subject: mail.subject,
    body_text: mail.text,
    body_html: mail.html,
    secret: mail.secret,
    message_id: mail.messageId,
    in_reply_to: mail.inReplyTo,
    refs: mail.references,
    attachments: mail.attachments,
    linked: mail.linked,
    security: mail.security,
    state: mail.state,
    attempts: mail.attempts,
    due_at: mail.dueAt === null ? null : new Date(mail.dueAt),
    last_error: mail.lastError,
    queued_at: new Date(mail.queuedAt),
    created_at: new Date(mail.createdAt),
    updated_at: new Date(mail.createdAt),
  };
}
