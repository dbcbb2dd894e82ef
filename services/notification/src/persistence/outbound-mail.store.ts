import { AppError, type EpochMs, epochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Outcome } from '../domain/delivery.ts';
import { guardWindowMs, type PastMail, type VolumeLimits, volumeWindowMs } from '../domain/loop-guard.ts';
import type { MailState, OutboundMail } from '../domain/outbound-mail.ts';
import { type OutboundMailRow, toMail } from './outbound-mail.row.ts';

export interface MailPage {
  state: MailState | undefined;
  limit: number;
  offset: number;
}

/** Mails that wait, by state, and how long the longest overdue one has been waiting. */
export interface QueueDepth {
  state: MailState;
  mails: number;
  /** 0 when none is overdue. */
  overdueSeconds: number;
}

export class OutboundMailStore {
  /** @returns false when this mail is in the queue already, whatever its state */
  async add(tx: EntityManager, mail: OutboundMail): Promise<boolean> {
    const rows = await sql(
      tx,
      `INSERT INTO outbound_mail (id, kind, ticket_id, article_id, correlation_id, causation_id, traceparent, automatic,
         guard_address, sender, reply_to, recipients, cc, remaining, refused, subject, body_text, body_html, secret,
         message_id, in_reply_to, refs, attachments, state, due_at, last_error, queued_at, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
         $24, $25, $26, $27, $28, $28)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        ...[mail.id, mail.kind, mail.ticketId, mail.articleId, mail.correlationId, mail.causationId, mail.traceparent],
        ...[mail.automatic, mail.guardAddress, json(mail.from), mail.replyTo && json(mail.replyTo), json(mail.to)],
        ...[json(mail.cc), mail.remaining, json(mail.refused), mail.subject, mail.text, mail.html, mail.secret],
        ...[mail.messageId, mail.inReplyTo, mail.references, json(mail.attachments), mail.state],
        ...[mail.dueAt && new Date(mail.dueAt), mail.lastError, new Date(mail.queuedAt), new Date(mail.createdAt)],
      ],
    );
    return rows.length > 0;
  }

  /**
   * Takes mails that are due, longest waiting first, for `leaseMs`; also those whose earlier taker let the lease run
   * out. The start of the try is counted here, before anything can happen on the wire.
   */
  async claim(db: DataSource, now: EpochMs, leaseMs: number, limit: number): Promise<OutboundMail[]> {
    const rows = await sql<OutboundMailRow>(
      db,
      `UPDATE outbound_mail AS mail
          SET state = 'sending', attempts = attempts + 1, due_at = $2, updated_at = $1
         FROM (SELECT id FROM outbound_mail WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
        WHERE mail.id = due.id
       RETURNING mail.*`,
      [new Date(now), new Date(now + leaseMs), limit],
    );
    return rows.map(toMail);
  }

  /**
   * Records what tries came to, at most one a mail, and wipes the credentials of mails that are done.
   * @returns ids of the recorded ones; others were fenced off: their lease ran out and they are somebody else's now
   */
  async record(
    tx: EntityManager,
    tries: readonly { mail: OutboundMail; outcome: Outcome }[],
    now: EpochMs,
  ): Promise<Set<string>> {
    const rows = tries.map(({ mail, outcome }) => ({
      id: mail.id,
      attempts: mail.attempts,
      state: outcome.state,
      due_at: outcome.state === 'deferred' ? new Date(outcome.nextAttemptAt) : null,
      remaining: outcome.state === 'sent' ? [] : outcome.remaining,
      refused: outcome.state === 'sent' ? mail.refused : outcome.refused,
      last_error: outcome.state === 'sent' ? null : outcome.error,
      response: outcome.state === 'sent' ? outcome.response : null,
    }));
    const recorded = await sql<{ id: string }>(
      tx,
      `UPDATE outbound_mail AS mail
          SET state = tried.state, due_at = tried.due_at, remaining = tried.remaining, refused = tried.refused,
              last_error = tried.last_error, response = tried.response, updated_at = $2,
              body_text = CASE WHEN mail.secret AND tried.due_at IS NULL THEN NULL ELSE mail.body_text END,
              body_html = CASE WHEN mail.secret AND tried.due_at IS NULL THEN NULL ELSE mail.body_html END
         FROM json_populate_recordset(NULL::outbound_mail, $1::json) AS tried
        WHERE mail.id = tried.id AND mail.state = 'sending' AND mail.attempts = tried.attempts
       RETURNING mail.id`,
      [JSON.stringify(rows), new Date(now)],
    );
    return new Set(recorded.map(({ id }) => id));
  }

  /** Automatic answers to an address within the guard's window. */
  async pastAnswers(tx: EntityManager, guardAddress: string, now: EpochMs): Promise<PastMail[]> {
    const rows = await sql<{ created_at: Date; ticket_id: number | null }>(
      tx,
      `SELECT created_at, ticket_id FROM outbound_mail
        WHERE guard_address = $1 AND created_at > $2 AND state <> 'suppressed'`,
      [guardAddress, new Date(now - guardWindowMs)],
    );
    return rows.map((row) => ({ at: epochMs(row.created_at), ticketId: row.ticket_id }));
  }

  /** Automatic answers of the last hour, to the domain and to everybody, each counted up to its limit only. */
  async answerVolume(tx: EntityManager, domain: string, upTo: VolumeLimits, now: EpochMs): Promise<VolumeLimits> {
    const [row] = await sql<VolumeLimits>(
      tx,
      `SELECT (SELECT count(*) FROM (
                 SELECT 1 FROM outbound_mail
                  WHERE substring(guard_address FROM '[^@]*$') = $1 AND created_at > $2
                    AND guard_address IS NOT NULL AND state <> 'suppressed' LIMIT $3) AS sent)::int AS domain,
              (SELECT count(*) FROM (
                 SELECT 1 FROM outbound_mail
                  WHERE created_at > $2 AND guard_address IS NOT NULL AND state <> 'suppressed' LIMIT $4) AS sent
              )::int AS total`,
      [domain, new Date(now - volumeWindowMs), upTo.domain, upTo.total],
    );
    return row ?? { domain: 0, total: 0 };
  }

  /** Newest first. */
  async list(db: DataSource, { state, limit, offset }: MailPage): Promise<OutboundMail[]> {
    const rows = await sql<OutboundMailRow>(
      db,
      `SELECT * FROM outbound_mail WHERE $1::text IS NULL OR state = $1
        ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`,
      [state ?? null, limit, offset],
    );
    return rows.map(toMail);
  }

  /**
   * Starts a new round of tries for a deferred or failed mail, at once, to everybody who does not have it.
   * @throws AppError not-found `mail.not-found`; conflict `mail.not-retryable`, `mail.content-gone`
   */
  async requeue(tx: EntityManager, id: string, now: EpochMs): Promise<OutboundMail> {
    const [row] = await sql<OutboundMailRow>(tx, 'SELECT * FROM outbound_mail WHERE id = $1 FOR UPDATE', [id]);
    if (!row) throw new AppError('not-found', 'mail.not-found', 'There is no such outgoing mail.');
    if (row.state !== 'deferred' && row.state !== 'failed')
      throw new AppError('conflict', 'mail.not-retryable', `A ${row.state} mail cannot be put back into the queue.`);
    if (row.body_text === null)
      throw new AppError(
        'conflict',
        'mail.content-gone',
        'The mail held a link that is no longer kept; ask for a new one.',
      );
    const again = [...row.remaining, ...row.refused.map(({ address }) => address)];
    const [queued] = await sql<OutboundMailRow>(
      tx,
      `UPDATE outbound_mail
          SET state = 'queued', due_at = $2, queued_at = $2, updated_at = $2, remaining = $3, refused = '[]'
        WHERE id = $1 RETURNING *`,
      [id, new Date(now), again],
    );
    return toMail(queued ?? row);
  }

  /** Deletes mails that are done and older than `before`; failed ones stay until somebody looked. @returns how many */
  async forget(db: DataSource, before: EpochMs, limit: number): Promise<number> {
    const rows = await sql(
      db,
      `DELETE FROM outbound_mail WHERE id IN (
         SELECT id FROM outbound_mail WHERE state IN ('sent', 'suppressed') AND created_at < $1
          ORDER BY created_at LIMIT $2)
       RETURNING id`,
      [new Date(before), limit],
    );
    return rows.length;
  }

  async depth(db: DataSource, now: EpochMs): Promise<QueueDepth[]> {
    const rows = await sql<{ state: MailState; mails: number; overdue: number }>(
      db,
      `SELECT state, count(*) AS mails,
              coalesce(extract(epoch FROM $1::timestamptz - min(due_at)), 0)::float8 AS overdue
         FROM outbound_mail WHERE due_at IS NOT NULL OR state = 'failed' GROUP BY state`,
      [new Date(now)],
    );
    return rows.map(({ state, mails, overdue }) => ({ state, mails, overdueSeconds: Math.max(0, overdue) }));
  }
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
