import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

/** Where texts about people are: what tickets are known as, what peers know of them, and what is on its way. */
const places = [
  { table: 'shared_ticket', key: 'uuid', column: 'fields', uuid: 'uuid' },
  { table: 'shared_ticket', key: 'uuid', column: 'own', uuid: 'uuid' },
  { table: 'link', key: 'id', column: 'shadow', uuid: 'uuid' },
  { table: 'link_requester', key: 'id', column: 'told', uuid: '(SELECT l.uuid FROM link l WHERE l.id = link_id)' },
  { table: 'foreign_ticket', key: 'link_id', column: 'fields', uuid: 'uuid' },
  { table: 'foreign_ticket', key: 'link_id', column: 'words', uuid: 'uuid' },
  { table: 'foreign_ticket', key: 'link_id', column: 'state', uuid: 'uuid' },
  { table: 'link_inbox', key: 'id', column: 'change', uuid: '(SELECT l.uuid FROM link l WHERE l.id = link_id)' },
  { table: 'link_outbox', key: 'id', column: 'event', uuid: '(SELECT l.uuid FROM link l WHERE l.id = link_id)' },
  { table: 'peer_event', key: 'id', column: 'event', uuid: 'uuid' },
  { table: 'peer_notice', key: 'id', column: 'event', uuid: 'uuid' },
  { table: 'link_wish', key: 'id', column: 'value', uuid: '(SELECT l.uuid FROM link l WHERE l.id = link_id)' },
] as const;

/** A text that may name somebody. */
export interface ErasableText {
  place: number;
  key: string;
  uuid: string;
  value: unknown;
}

export class ErasureStore {
  /** @param patterns  of ILIKE */
  async naming(on: DataSource | EntityManager, patterns: readonly string[]): Promise<ErasableText[]> {
    const found: ErasableText[] = [];
    for (const [place, { table, key, column, uuid }] of places.entries()) {
      const rows = await sql<Omit<ErasableText, 'place'>>(
        on,
        `SELECT ${key}::text AS key, ${uuid} AS uuid, ${column} AS value FROM ${table}
         WHERE ${column}::text ILIKE ANY ($1::text[])`,
        [patterns],
      );
      found.push(...rows.map((row) => ({ ...row, place })));
    }
    return found;
  }

  /** Everything about a ticket that says one of these words, one at a time. */
  async *ofTicket(tx: EntityManager, uuid: string, patterns: readonly string[]): AsyncGenerator<ErasableText> {
    for (const [place, { table, key, column, uuid: owner }] of places.entries()) {
      const isIts = owner === 'uuid' ? 'uuid = $1' : 'link_id IN (SELECT l.id FROM link l WHERE l.uuid = $1)';
      const found = await sql<{ key: string }>(
        tx,
        `SELECT ${key}::text AS key FROM ${table} WHERE ${isIts} AND ${column}::text ILIKE ANY ($2::text[])`,
        [uuid, patterns],
      );
      for (const one of found) {
        const at = `SELECT ${column} AS value FROM ${table} WHERE ${key} = $1`;
        const [row] = await sql<{ value: unknown }>(tx, at, [one.key]);
        if (row) yield { place, key: one.key, uuid, value: row.value };
      }
    }
  }

  async save(tx: EntityManager, { place, key: of, value }: ErasableText): Promise<void> {
    const at = places[place];
    if (!at) return;
    const { table, key, column } = at;
    await sql(tx, `UPDATE ${table} SET ${column} = $2::jsonb WHERE ${key}::text = $1`, [of, JSON.stringify(value)]);
  }

  /** Those of the tickets that are ours under these ids. */
  async ticketIds(on: DataSource | EntityManager, uuids: readonly string[]): Promise<Map<string, number>> {
    const rows = await sql<{ uuid: string; id: number }>(
      on,
      'SELECT uuid, ticket_id AS id FROM shared_ticket WHERE uuid = ANY ($1::uuid[])',
      [uuids],
    );
    return new Map(rows.map(({ uuid, id }) => [uuid, id]));
  }
}
