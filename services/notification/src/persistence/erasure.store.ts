import type { MailAddress, StoredFile } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { MailState, SentAsLink } from '../domain/outbound-mail.ts';

/** What of a mail may name somebody. */
export interface MailTexts {
  guard_address: string | null;
  sender: MailAddress;
  reply_to: MailAddress | null;
  recipients: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  remaining: string[];
  refused: unknown;
  subject: string;
  body_text: string | null;
  body_html: string | null;
  in_reply_to: string | null;
  refs: string[];
  attachments: StoredFile[];
  linked: SentAsLink[];
  last_error: string | null;
  response: string | null;
}

export interface ErasableMail extends MailTexts {
  id: string;
  ticket_id: number | null;
  state: MailState;
}

const texts = [
  ...(['guard_address', 'sender', 'reply_to', 'recipients', 'cc', 'bcc', 'remaining', 'refused', 'subject'] as const),
  ...(['body_text', 'body_html', 'in_reply_to', 'refs', 'attachments', 'linked', 'last_error', 'response'] as const),
];
const json: ReadonlySet<string> = new Set([
  'sender',
  'reply_to',
  'recipients',
  'cc',
  'bcc',
  'refused',
  'attachments',
  'linked',
]);
const columns = `id, ticket_id, state, ${texts.join(', ')}`;
const naming = `concat_ws(' ', ${texts.map((name) => `${name}::text`).join(', ')}) ILIKE ANY ($1::text[])`;

/** What erasing a person reads and writes of the queue. */
export class ErasureStore {
  /** The last id of a window of mails above an id; undefined: there are none. */
  async endOfWindow(on: DataSource, after: string, size: number): Promise<string | undefined> {
    const [row] = await sql<{ id: string | null }>(
      on,
      'SELECT max(id::text)::uuid AS id FROM (SELECT id FROM outbound_mail WHERE id > $1 ORDER BY id LIMIT $2) AS w',
      [after, size],
    );
    return row?.id ?? undefined;
  }

  /** The mails of a window of ids that name the person. */
  async naming(on: DataSource, patterns: readonly string[], after: string, last: string): Promise<ErasableMail[]> {
    const within = 'id > $2 AND id <= $3';
    return sql(on, `SELECT ${columns} FROM outbound_mail WHERE ${within} AND ${naming} ORDER BY id`, [
      patterns,
      after,
      last,
    ]);
  }

  /** As it is now; nobody sends it meanwhile. */
  async lock(tx: EntityManager, id: string): Promise<ErasableMail | undefined> {
    const rows = await sql<ErasableMail>(tx, `SELECT ${columns} FROM outbound_mail WHERE id = $1 FOR UPDATE`, [id]);
    return rows[0];
  }

  async save(tx: EntityManager, mail: ErasableMail): Promise<void> {
    const set = texts.map((name, i) => `${name} = $${i + 3}${json.has(name) ? '::jsonb' : ''}`).join(', ');
    await sql(
      tx,
      `UPDATE outbound_mail SET ${set}, state = $2,
         due_at = CASE WHEN $2 IN ('queued', 'sending', 'deferred') THEN due_at END
       WHERE id = $1`,
      [mail.id, mail.state, ...texts.map((name) => (json.has(name) ? JSON.stringify(mail[name]) : mail[name]))],
    );
  }

  /** Of mails about these tickets that are done: what they said. @returns how many said something */
  async emptyMailsOf(on: DataSource, ticketIds: readonly number[], subject: string): Promise<number> {
    const rows = await sql(
      on,
      `UPDATE outbound_mail SET subject = $2, body_text = NULL, body_html = NULL, attachments = '[]', linked = '[]'
       WHERE ticket_id = ANY ($1::bigint[]) AND due_at IS NULL
         AND (subject <> $2 OR body_text IS NOT NULL OR body_html IS NOT NULL)
       RETURNING 1`,
      [ticketIds, subject],
    );
    return rows.length;
  }

  /**
   * A ticket tells of nobody any more: its mails are gone with it, sent or not. Of automatic answers since `since` it is
   * kept whom they went to, for loops are told by that; one on the wire stays until its outcome is known.
   */
  async forgetTicket(tx: EntityManager, ticketId: number, since: Date, subject: string): Promise<void> {
    await sql(
      tx,
      `DELETE FROM outbound_mail WHERE ticket_id = $1 AND state <> 'sending'
         AND (guard_address IS NULL OR created_at < $2 OR state IN ('queued', 'deferred', 'suppressed'))`,
      [ticketId, since],
    );
    await sql(
      tx,
      `UPDATE outbound_mail SET subject = $2, body_text = NULL, body_html = NULL, attachments = '[]', linked = '[]', reply_to = NULL,
         recipients = '[]', cc = '[]', bcc = '[]', remaining = '{}', refused = '[]', in_reply_to = NULL, refs = '{}',
         last_error = NULL, response = NULL
       WHERE ticket_id = $1 AND state <> 'sending'`,
      [ticketId, subject],
    );
  }
}
