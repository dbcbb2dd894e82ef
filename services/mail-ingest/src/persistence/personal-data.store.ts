import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';

/** What the archive of a person's data is made of. */
export class PersonalDataStore {
  constructor(private readonly db: DataSource) {}

  /** The last id of a window of mails above an id; undefined: there are none. */
  async endOfWindow(after: number, size: number): Promise<number | undefined> {
    const [row] = await sql<{ id: number | null }>(
      this.db,
      'SELECT max(id) AS id FROM (SELECT id FROM inbound_mail WHERE id > $1 ORDER BY id LIMIT $2) AS w',
      [after, size],
    );
    return row?.id ?? undefined;
  }

  /** The first mails of a window of ids that came from one of these addresses; `raw` is null once the mail is gone. */
  async mailsFrom(
    emails: readonly string[],
    after: number,
    end: number,
    limit: number,
  ): Promise<{ id: number; data: unknown; raw: { sha256: string; size: number } | null }[]> {
    return sql(
      this.db,
      `SELECT id, json_build_object('id', id, 'received_at', received_at, 'channel', channel, 'from', from_address,
         'envelope_from', envelope_from, 'recipients', recipients, 'client', client, 'message_id', message_id,
         'state', state) AS data,
         CASE WHEN erased_at IS NULL THEN json_build_object('sha256', sha256, 'size', size) END AS raw
       FROM inbound_mail WHERE id > $2 AND id <= $3 AND lower(from_address) = ANY ($1::text[]) ORDER BY id LIMIT $4`,
      [emails, after, end, limit],
    );
  }
}
