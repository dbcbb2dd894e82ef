import { AppError } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { Mailboxes, MailboxLease } from '../application/ports.ts';

/** The table `mailbox`. What each method promises stands at the port. */
export class MailboxStore implements Mailboxes {
  constructor(private readonly db: DataSource) {}

  async acquire(name: string, holder: string, leaseMs: number): Promise<MailboxLease | null> {
    const [row] = await sql<{ fence: number; uid_validity: number | null; last_uid: number; looked_at: Date | null }>(
      this.db,
      `INSERT INTO mailbox (name, holder, fence, leased_until) VALUES ($1, $2, 1, now() + $3 * interval '1 ms')
       ON CONFLICT (name) DO UPDATE
         SET holder = excluded.holder, fence = mailbox.fence + 1, leased_until = excluded.leased_until
         WHERE mailbox.leased_until < now() OR mailbox.holder = excluded.holder
       RETURNING fence, uid_validity, last_uid, looked_at`,
      [name, holder, leaseMs],
    );
    if (!row) return null;
    return {
      name,
      fence: row.fence,
      uidValidity: row.uid_validity,
      lastUid: row.last_uid,
      lookedAt: row.looked_at,
    };
  }

  async renew({ name, fence }: MailboxLease, leaseMs: number): Promise<void> {
    await this.fenced(
      `UPDATE mailbox SET leased_until = now() + $3 * interval '1 ms' WHERE name = $1 AND fence = $2 RETURNING name`,
      [name, fence, leaseMs],
    );
  }

  async advance({ name, fence }: MailboxLease, uidValidity: number, lastUid: number): Promise<void> {
    await this.fenced(
      `UPDATE mailbox SET uid_validity = $3, last_uid = $4, looked_at = now() WHERE name = $1 AND fence = $2
       RETURNING name`,
      [name, fence, uidValidity, lastUid],
    );
  }

  async release({ name, fence }: MailboxLease): Promise<void> {
    await sql(this.db, `UPDATE mailbox SET leased_until = '-infinity' WHERE name = $1 AND fence = $2`, [name, fence]);
  }

  async stored(channel: string, uidValidity: number, uids: number[]): Promise<Map<number, { whole: boolean }>> {
    const rows = await sql<{ uid: number; whole: boolean }>(
      this.db,
      `SELECT uid, withheld IS NULL AS whole FROM inbound_mail
       WHERE channel = $1 AND uid_validity = $2 AND uid = ANY ($3::bigint[])`,
      [channel, uidValidity, uids],
    );
    return new Map(rows.map(({ uid, whole }) => [uid, { whole }]));
  }

  private async fenced(text: string, params: unknown[]): Promise<void> {
    const rows = await sql(this.db, text, params);
    if (rows.length === 0)
      throw new AppError('conflict', 'mailbox.lease-lost', 'Another process fetches this mailbox now.');
  }
}
