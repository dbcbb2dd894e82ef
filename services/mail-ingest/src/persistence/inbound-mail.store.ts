import type { OutboxRow } from '@helpmesh/messaging';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { InboundMails, Outcome, QuarantinedRow, SetAside } from '../application/ports.ts';
import type { Channel, ClaimedMail, StoredMail } from '../domain/inbound-mail.ts';

interface Row {
  id: number;
  queue_id: string;
  channel: string;
  envelope_from: string | null;
  recipients: string[];
  client: string | null;
  sha256: string;
  size: number;
  received_at: Date;
  trace: string | null;
  attempts: number;
  uid_validity: number | null;
  uid: number | null;
  withheld: string | null;
  released: boolean;
}

/** The tables `inbound_mail` and `filed_mail`. What each method promises stands at the port. */
export class InboundMailStore implements InboundMails {
  constructor(private readonly db: DataSource) {}

  async insert(mails: StoredMail[], claimed: number, leaseMs: number): Promise<Map<string, number>> {
    const rows = await sql<{ id: number; queue_id: string }>(
      this.db,
      `INSERT INTO inbound_mail (queue_id, channel, envelope_from, recipients, client, sha256, size, received_at, trace,
                                 uid_validity, uid, withheld, attempts, due_at)
       SELECT queue_id, channel, envelope_from, recipients, client, sha256, size, received_at, trace, uid_validity, uid,
              withheld, CASE WHEN place <= $13 THEN 1 ELSE 0 END,
              CASE WHEN place <= $13 THEN now() + $14 * interval '1 ms' ELSE now() END
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::bigint[],
                   $8::timestamptz[], $9::text[], $10::bigint[], $11::bigint[], $12::text[])
         WITH ORDINALITY AS mail (queue_id, channel, envelope_from, recipients, client, sha256, size, received_at, trace,
                                  uid_validity, uid, withheld, place)
       ORDER BY place
       ON CONFLICT (channel, uid_validity, uid) DO NOTHING
       RETURNING id, queue_id`,
      [
        mails.map((mail) => mail.queueId),
        mails.map((mail) => mail.channel),
        mails.map((mail) => mail.from),
        mails.map((mail) => JSON.stringify(mail.recipients)),
        mails.map((mail) => mail.client),
        mails.map((mail) => mail.sha256),
        mails.map((mail) => mail.size),
        mails.map((mail) => mail.receivedAt),
        mails.map((mail) => mail.trace),
        mails.map((mail) => mail.imap?.uidValidity ?? null),
        mails.map((mail) => mail.imap?.uid ?? null),
        mails.map((mail) => mail.withheld ?? null),
        claimed,
        leaseMs,
      ],
    );
    return new Map(rows.map(({ id, queue_id }) => [queue_id, id]));
  }

  async claim(which: 'fresh' | 'started', limit: number, leaseMs: number): Promise<ClaimedMail[]> {
    const condition = which === 'fresh' ? 'attempts = 0' : 'attempts > 0';
    const rows = await sql<Row>(
      this.db,
      `UPDATE inbound_mail SET attempts = attempts + 1, due_at = now() + $2 * interval '1 ms'
       WHERE id IN (
         SELECT id FROM inbound_mail WHERE state = 'received' AND due_at <= now() AND ${condition}
         ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
       )
       RETURNING id, queue_id, channel, envelope_from, recipients, client, sha256, size, received_at, trace, attempts,
                 uid_validity, uid, withheld, released_at IS NOT NULL AS released`,
      [limit, leaseMs],
    );
    return rows.map(toClaimed).sort((a, b) => a.id - b.id);
  }

  async extend(mails: Pick<ClaimedMail, 'id' | 'attempt'>[], leaseMs: number): Promise<void> {
    await sql(
      this.db,
      `UPDATE inbound_mail m SET due_at = now() + $3 * interval '1 ms'
       FROM unnest($1::bigint[], $2::int[]) AS mine (id, attempt)
       WHERE m.id = mine.id AND m.attempts = mine.attempt AND m.state = 'received'`,
      [mails.map(({ id }) => id), mails.map(({ attempt }) => attempt), leaseMs],
    );
  }

  async giveBack(mail: Pick<ClaimedMail, 'id' | 'attempt'>, afterMs: number): Promise<void> {
    await sql(
      this.db,
      `UPDATE inbound_mail SET attempts = attempts - 1, due_at = now() + $3 * interval '1 ms'
       WHERE id = $1 AND attempts = $2 AND state = 'received'`,
      [mail.id, mail.attempt, afterMs],
    );
  }

  async retry(mail: Pick<ClaimedMail, 'id' | 'attempt'>): Promise<void> {
    await sql(
      this.db,
      `UPDATE inbound_mail SET due_at = now() WHERE id = $1 AND attempts = $2 AND state = 'received'`,
      [mail.id, mail.attempt],
    );
  }

  async finish(outcomes: Outcome[]): Promise<Map<number, string>> {
    const messages = outcomes.flatMap((outcome) => outcome.messages.map((row) => ({ ...row, inboundId: outcome.id })));
    const rows = await sql<{ id: number; state: string }>(
      this.db,
      `WITH input AS (
         SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                              $8::text[], $15::jsonb[])
           AS i (id, attempt, state, cause, key, message_id, from_address, automatic, proof)
       ), mine AS (
         SELECT i.* FROM inbound_mail m JOIN input i USING (id)
         WHERE m.state = 'received' AND m.attempts = i.attempt ORDER BY m.id FOR UPDATE OF m
       ), filed AS (
         INSERT INTO filed_mail (key, inbound_id) SELECT key, id FROM mine WHERE state <> 'ignored' ORDER BY id
         ON CONFLICT (key) DO NOTHING RETURNING inbound_id
       ), sent AS (
         INSERT INTO outbox (id, subject, kind, payload, headers)
         SELECT o.id, o.subject, o.kind, o.payload, o.headers
         FROM unnest($9::bigint[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::jsonb[])
           WITH ORDINALITY AS o (inbound_id, id, subject, kind, payload, headers, place)
         WHERE o.inbound_id IN (SELECT inbound_id FROM filed) ORDER BY place
       )
       UPDATE inbound_mail m
       SET state = CASE WHEN mine.state <> 'parsed' OR m.id IN (SELECT inbound_id FROM filed) THEN mine.state
                        ELSE 'duplicate' END,
           cause = mine.cause, message_id = mine.message_id, from_address = mine.from_address,
           automatic = mine.automatic, proof = mine.proof, processed_at = now()
       FROM mine WHERE m.id = mine.id
       RETURNING m.id, m.state`,
      [
        outcomes.map((outcome) => outcome.id),
        outcomes.map((outcome) => outcome.attempt),
        outcomes.map((outcome) => outcome.state),
        outcomes.map((outcome) => outcome.cause),
        outcomes.map((outcome) => outcome.key),
        outcomes.map((outcome) => outcome.messageId),
        outcomes.map((outcome) => outcome.from),
        outcomes.map((outcome) => outcome.automatic),
        messages.map((row) => row.inboundId),
        messages.map((row) => row.id),
        messages.map((row) => row.subject),
        messages.map((row) => row.kind),
        messages.map((row) => row.payload),
        messages.map((row) => row.headers),
        outcomes.map(({ proof }) => proof && JSON.stringify(proof)),
      ],
    );
    return new Map(rows.map(({ id, state }) => [id, state]));
  }

  setAside(state: SetAside, limit: number, offset: number): Promise<QuarantinedRow[]> {
    return sql<QuarantinedRow>(
      this.db,
      `SELECT id, received_at, processed_at, from_address, recipients, size, cause, attempts, discarded_because
       FROM inbound_mail WHERE state = '${state}' ORDER BY id DESC LIMIT $1 OFFSET $2`,
      [limit, offset],
    );
  }

  async release(id: number, { id: messageId, subject, kind, payload, headers }: OutboxRow): Promise<boolean> {
    const rows = await sql(
      this.db,
      `WITH released AS (
         UPDATE inbound_mail SET state = 'received', attempts = 0, due_at = now(), cause = NULL, discarded_because = NULL
         WHERE id = $1 AND state IN ('quarantined', 'ignored', 'suspended', 'discarded') AND erased_at IS NULL
         RETURNING id),
       told AS (
         INSERT INTO outbox (id, subject, kind, payload, headers)
         SELECT $2::uuid, $3, $4, $5, $6::jsonb FROM released)
       SELECT id FROM released`,
      [id, messageId, subject, kind, payload, headers],
    );
    return rows.length > 0;
  }

  async letIn(id: number, told: OutboxRow): Promise<boolean> {
    const rows = await sql(
      this.db,
      `WITH released AS (
         UPDATE inbound_mail SET state = 'received', attempts = 0, due_at = now(), cause = NULL, released_at = now()
         WHERE id = $1 AND state = 'suspended' AND erased_at IS NULL RETURNING id),
       told AS (
         INSERT INTO outbox (id, subject, kind, payload, headers)
         SELECT $2::uuid, $3, $4, $5, $6::jsonb FROM released)
       SELECT id FROM released`,
      [id, told.id, told.subject, told.kind, told.payload, told.headers],
    );
    return rows.length > 0;
  }

  async suspend(tx: EntityManager, id: number, cause: string): Promise<void> {
    await sql(
      tx,
      `WITH suspended AS (
         UPDATE inbound_mail SET state = 'suspended', cause = $2
         WHERE id = $1 AND state = 'parsed' AND erased_at IS NULL RETURNING id)
       DELETE FROM filed_mail WHERE inbound_id IN (SELECT id FROM suspended)`,
      [id, cause],
    );
  }

  async discard(id: number, because: string, told: OutboxRow): Promise<boolean> {
    const rows = await sql(
      this.db,
      `WITH discarded AS (
         UPDATE inbound_mail SET state = 'discarded', discarded_because = $7
         WHERE id = $1 AND state IN ('quarantined', 'ignored', 'suspended') RETURNING id),
       told AS (
         INSERT INTO outbox (id, subject, kind, payload, headers)
         SELECT $2::uuid, $3, $4, $5, $6::jsonb FROM discarded)
       SELECT id FROM discarded`,
      [id, told.id, told.subject, told.kind, told.payload, told.headers, because],
    );
    return rows.length > 0;
  }

  async rawOf(id: number, told: OutboxRow): Promise<{ sha256: string; size: number } | undefined> {
    const rows = await sql<{ sha256: string; size: number }>(
      this.db,
      `WITH mail AS (
         SELECT sha256, size FROM inbound_mail
         WHERE id = $1 AND state IN ('quarantined', 'ignored', 'suspended', 'discarded') AND erased_at IS NULL),
       told AS (
         INSERT INTO outbox (id, subject, kind, payload, headers)
         SELECT $2::uuid, $3, $4, $5, $6::jsonb FROM mail)
       SELECT sha256, size FROM mail`,
      [id, told.id, told.subject, told.kind, told.payload, told.headers],
    );
    return rows[0];
  }

  async stateOf(id: number): Promise<string | undefined> {
    const rows = await sql<{ state: string }>(this.db, 'SELECT state FROM inbound_mail WHERE id = $1', [id]);
    return rows[0]?.state;
  }

  async filed(id: number): Promise<{ sha256: string; receivedAt: string } | undefined> {
    const [row] = await sql<{ sha256: string; received_at: Date }>(
      this.db,
      "SELECT sha256, received_at FROM inbound_mail WHERE id = $1 AND state = 'parsed' AND erased_at IS NULL",
      [id],
    );
    return row && { sha256: row.sha256, receivedAt: row.received_at.toISOString() };
  }

  backlog(): Promise<{ count: number; oldestSeconds: number }> {
    return this.waiting('received');
  }

  suspended(): Promise<{ count: number; oldestSeconds: number }> {
    return this.waiting('suspended');
  }

  private async waiting(state: 'received' | 'suspended'): Promise<{ count: number; oldestSeconds: number }> {
    const [row] = await sql<{ count: number; oldest: number | null }>(
      this.db,
      `SELECT count(*) AS count, extract(epoch FROM now() - min(received_at))::float8 AS oldest
       FROM inbound_mail WHERE state = '${state}'`,
    );
    return { count: row?.count ?? 0, oldestSeconds: row?.oldest ?? 0 };
  }
}

function toClaimed(row: Row): ClaimedMail {
  return {
    id: row.id,
    attempt: row.attempts,
    queueId: row.queue_id,
    channel: row.channel as Channel,
    from: row.envelope_from,
    recipients: row.recipients,
    client: row.client,
    sha256: row.sha256,
    size: row.size,
    receivedAt: row.received_at.toISOString(),
    trace: row.trace,
    ...(row.uid_validity !== null && row.uid !== null ? { imap: { uidValidity: row.uid_validity, uid: row.uid } } : {}),
    ...(row.withheld === null ? {} : { withheld: row.withheld }),
    ...(row.released && { released: true }),
  };
}
