import { sql } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';

/** Mails with a credential in them never say it again, and what agents were told may be what the desk keeps to itself. */
const text = (column: string) =>
  `CASE WHEN secret OR (kind = 'agent-notification' AND NOT $2) THEN NULL ELSE ${column} END`;

/** What the archive of a person's data is made of. */
export class PersonalDataStore {
  /** A page of what a person was told on the page, above an id. */
  async notices(db: DataSource, userId: number, after: number, limit: number): Promise<{ id: number }[]> {
    return sql(
      db,
      `SELECT id, ticket_id, kind, reason, seen, created_by_id, created_at, updated_at FROM online_notification
       WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
      [userId, after, limit],
    );
  }

  /** The last id of a window of mails above an id; undefined: there are none. */
  async endOfWindow(db: DataSource, after: string, size: number): Promise<string | undefined> {
    const [row] = await sql<{ id: string | null }>(
      db,
      'SELECT max(id::text)::uuid AS id FROM (SELECT id FROM outbound_mail WHERE id > $1 ORDER BY id LIMIT $2) AS w',
      [after, size],
    );
    return row?.id ?? undefined;
  }

  /** The first mails of a window of ids that went to one of these addresses. */
  async mailsTo(
    db: DataSource,
    emails: readonly string[],
    internal: boolean,
    { after, end }: { after: string; end: string },
    limit: number,
  ): Promise<{ id: string; data: unknown }[]> {
    return sql(
      db,
      `SELECT id, json_build_object('id', id, 'kind', kind, 'ticket_id', ticket_id, 'from', sender, 'to', recipients,
         'cc', cc, 'subject', subject, 'text', ${text('body_text')}, 'html', ${text('body_html')},
         'message_id', message_id, 'state', state, 'created_at', created_at) AS data
       FROM outbound_mail
       WHERE id > $3 AND id <= $4 AND EXISTS (
         SELECT 1 FROM jsonb_array_elements(recipients || cc || bcc) AS r WHERE lower(r ->> 'address') = ANY ($1::text[]))
       ORDER BY id LIMIT $5`,
      [emails, internal, after, end, limit],
    );
  }
}
