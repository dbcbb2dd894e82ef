import { AppError, type EpochMs, epochMs, guardWindowMs, type PastMail } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Outcome } from '../domain/delivery.ts';
import { type VolumeLimits, volumeWindowMs } from '../domain/loop-guard.ts';
import type { MailState, OutboundMail } from '../domain/outbound-mail.ts';
import { type OutboundMailRow, toMail, toNewRow } from './outbound-mail.row.ts';

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
  /** @returns ids of those that were not in the queue yet, whatever their state */
  async add(tx: EntityManager, mails: readonly OutboundMail[]): Promise<Set<string>> {
    if (mails.length === 0) return new Set();
    const columns = Object.keys(toNewRow(mails[0] as OutboundMail)).join(', ');
    const rows = await sql<{ id: string }>(
      tx,
      `INSERT INTO outbound_mail (${columns})
       SELECT ${columns} FROM json_populate_recordset(NULL::outbound_mail, $1::json)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [JSON.stringify(mails.map(toNewRow))],
    );
    return new Set(rows.map(({ id }) => id));
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

  /** Puts claimed mails back that nothing was done with: their try has not been one. */
  async giveBack(db: DataSource, mails: readonly OutboundMail[], now: EpochMs): Promise<void> {
    await sql(
      db,
      `UPDATE outbound_mail AS mail
          SET state = CASE WHEN mail.attempts = 1 THEN 'queued' ELSE 'deferred' END, attempts = mail.attempts - 1,
              due_at = $3, updated_at = $3
         FROM unnest($1::uuid[], $2::int[]) AS taken (id, attempt)
        WHERE mail.id = taken.id AND mail.state = 'sending' AND mail.attempts = taken.attempt`,
      [mails.map(({ id }) => id), mails.map(({ attempts }) => attempts), new Date(now)],
    );
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
    const recorded = await sql<{ id: string }>(
      tx,
      `UPDATE outbound_mail AS mail
          SET state = tried.state, due_at = tried.due_at, refused = tried.refused, last_error = tried.error,
              remaining = ARRAY(SELECT jsonb_array_elements_text(tried.remaining)), response = tried.response,
              updated_at = $9,
              body_text = CASE WHEN secret AND tried.due_at IS NULL THEN NULL ELSE body_text END,
              body_html = CASE WHEN secret AND tried.due_at IS NULL THEN NULL ELSE body_html END
         FROM unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::jsonb[], $7::text[],
                     $8::text[]) AS tried (id, attempt, state, due_at, remaining, refused, error, response)
        WHERE mail.id = tried.id AND mail.state = 'sending' AND mail.attempts = tried.attempt
       RETURNING mail.id`,
      [
        tries.map(({ mail }) => mail.id),
        tries.map(({ mail }) => mail.attempts),
        tries.map(({ outcome }) => outcome.state),
        tries.map(({ outcome }) => (outcome.state === 'deferred' ? new Date(outcome.nextAttemptAt) : null)),
        tries.map(({ outcome }) => json(outcome.state === 'sent' ? [] : outcome.remaining)),
        tries.map(({ mail, outcome }) => json(outcome.state === 'sent' ? mail.refused : outcome.refused)),
        tries.map(({ outcome }) => (outcome.state === 'sent' ? null : outcome.error)),
        tries.map(({ outcome }) => (outcome.state === 'sent' ? outcome.response : null)),
        new Date(now),
      ],
    );
    return new Set(recorded.map(({ id }) => id));
  }

  /** Agents are told nothing at these addresses, in lower case, until then. */
  async pause(tx: EntityManager, addresses: readonly string[], until: EpochMs): Promise<void> {
    await sql(
      tx,
      `INSERT INTO paused_address (address, until) SELECT DISTINCT address, $2::timestamptz FROM unnest($1::text[]) AS address
       ORDER BY address ON CONFLICT (address) DO UPDATE SET until = excluded.until`,
      [addresses, new Date(until)],
    );
  }

  /** Automatic answers to each of these addresses within the guard's window. */
  async pastAnswers(
    tx: EntityManager,
    addresses: readonly string[],
    now: EpochMs,
  ): Promise<(PastMail & { address: string })[]> {
    const rows = await sql<{ guard_address: string; created_at: Date; ticket_id: number | null }>(
      tx,
      `SELECT guard_address, created_at, ticket_id FROM outbound_mail
        WHERE guard_address = ANY ($1::text[]) AND created_at > $2 AND state <> 'suppressed'`,
      [addresses, new Date(now - guardWindowMs)],
    );
    return rows.map((row) => ({
      address: row.guard_address,
      at: epochMs(row.created_at),
      ticketId: row.ticket_id,
    }));
  }

  /** Automatic answers of the last hour, to each domain and to everybody, each counted up to its limit only. */
  async answerVolume(
    tx: EntityManager,
    domains: readonly string[],
    upTo: VolumeLimits,
    now: EpochMs,
  ): Promise<{ byDomain: Map<string, number>; total: number }> {
    const rows = await sql<{ domain: string; sent: number; total: number }>(
      tx,
      `SELECT domain,
              (SELECT count(*) FROM (
                 SELECT 1 FROM outbound_mail
                  WHERE substring(guard_address FROM '[^@]*$') = domain AND created_at > $2
                    AND guard_address IS NOT NULL AND state <> 'suppressed' LIMIT $3) AS sent)::int AS sent,
              (SELECT count(*) FROM (
                 SELECT 1 FROM outbound_mail
                  WHERE created_at > $2 AND guard_address IS NOT NULL AND state <> 'suppressed' LIMIT $4) AS sent
              )::int AS total
         FROM unnest($1::text[]) AS domain`,
      [domains, new Date(now - volumeWindowMs), upTo.domain, upTo.total],
    );
    return { byDomain: new Map(rows.map(({ domain, sent }) => [domain, sent])), total: rows[0]?.total ?? 0 };
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
