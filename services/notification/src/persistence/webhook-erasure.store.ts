import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { DeliveryState } from '../domain/webhook/webhook.ts';

export interface ErasableCall {
  id: string;
  ticket_id: number | null;
  state: DeliveryState;
  rule: string;
  body: string;
}

const columns = 'd.id, d.ticket_id, d.state, d.rule, d.body';
const answers = `(SELECT coalesce(string_agg(concat_ws(' ', a.response_headers::text, a.response_body), ' '), '')
  FROM webhook_attempt a WHERE a.delivery_id = d.id)`;

/** What erasing a person reads and writes of the calls of webhooks. */
export class WebhookErasureStore {
  /** The calls after an id whose body or answers may name the person, and the end of what was looked through. */
  async naming(
    on: DataSource,
    patterns: readonly string[],
    after: string,
    size: number,
  ): Promise<{ last: string | undefined; calls: (ErasableCall & { answers: string })[] }> {
    const [end] = await sql<{ id: string | null }>(
      on,
      'SELECT max(id::text)::uuid AS id FROM (SELECT id FROM webhook_delivery WHERE id > $1 ORDER BY id LIMIT $2) AS w',
      [after, size],
    );
    if (!end?.id) return { last: undefined, calls: [] };
    const calls = await sql<ErasableCall & { answers: string }>(
      on,
      `SELECT ${columns}, ${answers} AS answers FROM webhook_delivery d
       WHERE d.id > $2 AND d.id <= $3 AND (d.rule || ' ' || d.body ILIKE ANY ($1::text[]) OR ${answers} ILIKE ANY ($1::text[]))
       ORDER BY d.id`,
      [patterns, after, end.id],
    );
    return { last: end.id, calls };
  }

  /** As it is now; nobody sends it meanwhile. */
  async lock(tx: EntityManager, id: string): Promise<ErasableCall | undefined> {
    const [row] = await sql<ErasableCall>(tx, `SELECT ${columns} FROM webhook_delivery d WHERE d.id = $1 FOR UPDATE`, [
      id,
    ]);
    return row;
  }

  /** What receivers answered goes as a whole: it is theirs, and says nothing that is needed. */
  async save(tx: EntityManager, { id, rule, body }: ErasableCall): Promise<void> {
    await sql(tx, 'UPDATE webhook_delivery SET rule = $2, body = $3 WHERE id = $1', [id, rule, body]);
    await sql(tx, `UPDATE webhook_attempt SET response_headers = '{}', response_body = '' WHERE delivery_id = $1`, [
      id,
    ]);
  }

  /** What calls about these tickets said that are done. @returns how many said something */
  async emptyCallsOf(on: DataSource, ticketIds: readonly number[]): Promise<number> {
    const rows = await sql(
      on,
      `WITH emptied AS (
         UPDATE webhook_delivery SET body = '{}'
         WHERE ticket_id = ANY ($1::bigint[]) AND due_at IS NULL AND body <> '{}' RETURNING id)
       , answers AS (
         UPDATE webhook_attempt SET response_headers = '{}', response_body = ''
         WHERE delivery_id IN (SELECT id FROM emptied))
       SELECT 1 FROM emptied`,
      [ticketIds],
    );
    return rows.length;
  }

  /** One on its way as well: nobody is left to be told how it went. */
  async forgetTicket(tx: EntityManager, ticketId: number): Promise<void> {
    await sql(tx, 'DELETE FROM webhook_delivery WHERE ticket_id = $1', [ticketId]);
  }
}
