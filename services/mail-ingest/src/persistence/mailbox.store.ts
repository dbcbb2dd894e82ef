import { AppError } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';

/** The right to fetch a mailbox, until it is lost. */
export interface MailboxLease {
  name: string;
  fence: number;
  /** Null: never fetched before. */
  uidValidity: number | null;
  lastUid: number;
  lookedAt: Date | null;
}

/** The table `mailbox`: one holder a mailbox, and how far it is read. */
export class MailboxStore {
  constructor(private readonly db: DataSource) {}

  /** @returns null while somebody else holds it */
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

  /** @throws AppError conflict `mailbox.lease-lost` */
  async renew({ name, fence }: MailboxLease, leaseMs: number): Promise<void> {
    await this.fenced(
      `UPDATE mailbox SET leased_until = now() + $3 * interval '1 ms' WHERE name = $1 AND fence = $2 RETURNING name`,
      [name, fence, leaseMs],
    );
  }

  /** Records how far the mailbox is read. @throws AppError conflict `mailbox.lease-lost` */
  async advance({ name, fence }: MailboxLease, uidValidity: number, lastUid: number): Promise<void> {
    await this.fenced(
      `UPDATE mailbox SET uid_validity = $3, last_uid = $4, looked_at = now() WHERE name = $1 AND fence = $2
       RETURNING name`,
      [name, fence, uidValidity, lastUid],
    );
  }

  /** Lets the next holder begin at once. */
  async release({ name, fence }: MailboxLease): Promise<void> {
    await sql(this.db, `UPDATE mailbox SET leased_until = '-infinity' WHERE name = $1 AND fence = $2`, [name, fence]);
  }

  /** Which of these mails are stored already, and whether all of each. */
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
