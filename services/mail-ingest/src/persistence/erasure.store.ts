import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';

export interface ErasableMail {
  id: number;
  state: string;
  sha256: string;
  envelope_from: string | null;
  from_address: string | null;
  recipients: string[];
  client: string | null;
  cause: string | null;
  message_id: string | null;
  /** The mail itself is gone. */
  erased: boolean;
}

const columns = `id, state, sha256, envelope_from, from_address, recipients, client, cause, message_id,
  erased_at IS NOT NULL AS erased`;
const texts = `concat_ws(' ', envelope_from, from_address, recipients::text, cause, message_id)`;

/** What erasing a person reads and writes of the received mails. */
export class ErasureStore {
  constructor(private readonly db: DataSource) {}

  async newestId(): Promise<number> {
    const [row] = await sql<{ id: number }>(this.db, 'SELECT coalesce(max(id), 0) AS id FROM inbound_mail');
    return row?.id ?? 0;
  }

  /** The mails of a window of ids whose addresses name the person. */
  naming(patterns: readonly string[], after: number, last: number): Promise<ErasableMail[]> {
    return sql(
      this.db,
      `SELECT ${columns} FROM inbound_mail
       WHERE id > $2 AND id <= $3 AND ${texts} ILIKE ANY ($1::text[]) ORDER BY id`,
      [patterns, after, last],
    );
  }

  byIds(ids: readonly number[]): Promise<ErasableMail[]> {
    return sql(this.db, `SELECT ${columns} FROM inbound_mail WHERE id = ANY ($1::bigint[]) ORDER BY id`, [ids]);
  }

  /** Writes the texts, and that the mail itself is gone. Quarantine ends: there is nothing left to read again. */
  async erase(mail: ErasableMail): Promise<void> {
    await sql(
      this.db,
      `UPDATE inbound_mail SET envelope_from = $2, from_address = $3, recipients = $4::jsonb, client = NULL, cause = $5,
         message_id = $6, discarded_because = NULL, proof = NULL, erased_at = coalesce(erased_at, now()),
         state = CASE WHEN state IN ('quarantined', 'ignored', 'suspended', 'discarded') THEN 'parsed' ELSE state END
       WHERE id = $1`,
      [mail.id, mail.envelope_from, mail.from_address, JSON.stringify(mail.recipients), mail.cause, mail.message_id],
    );
  }

  /** Other mails of the same bytes that are still kept. */
  async isKept(sha256: string): Promise<boolean> {
    const rows = await sql(this.db, 'SELECT 1 FROM inbound_mail WHERE sha256 = $1 AND erased_at IS NULL LIMIT 1', [
      sha256,
    ]);
    return rows.length > 0;
  }
}
