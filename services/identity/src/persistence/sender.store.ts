import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ListWindow } from '../domain/reading.ts';
import type { Found } from './organization.store.ts';
import { insertRow, updateRow } from './write.ts';

type Read = EntityManager | DataSource;

/** What groups send mail with: where from, and what stands below it. */
export const senderKinds = {
  'email-address': {
    table: 'email_addresses',
    column: 'email_address_id',
    fields: ['name', 'email', 'channel_id', 'preferences', 'note', 'active'],
  },
  signature: { table: 'signatures', column: 'signature_id', fields: ['name', 'body', 'note', 'active'] },
} as const;
export type SenderKind = keyof typeof senderKinds;

export interface SenderRow {
  id: number;
  name: string;
  /** Of an address. */
  email?: string;
  active: boolean;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
  group_ids: number[];
}

/** Column values by name, of those in `fields`. */
export type SenderValues = Partial<Record<string, unknown>>;

const columnsOf = (kind: SenderKind): string =>
  [
    'r.id',
    ...senderKinds[kind].fields.map((field) => `r.${field}`),
    'r.created_by_id, r.updated_by_id, r.created_at, r.updated_at',
    `ARRAY(SELECT id FROM groups WHERE ${senderKinds[kind].column} = r.id ORDER BY id) AS group_ids`,
  ].join(', ');

@Injectable()
export class SenderStore {
  /** Rows in the order of the ids; unknown ids are left out. */
  async byIds(tx: Read, kind: SenderKind, ids: readonly number[]): Promise<SenderRow[]> {
    return sql<SenderRow>(
      tx,
      `SELECT ${columnsOf(kind)} FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place)
       JOIN ${senderKinds[kind].table} r ON r.id = asked.id ORDER BY place`,
      [ids],
    );
  }

  /** @param onlyOf  those only that some of these groups use, and no other one; null: all */
  async page(tx: Read, kind: SenderKind, window: ListWindow, onlyOf: readonly number[] | null): Promise<Found> {
    const { limit, offset, orderBy, above, below } = window;
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM ${senderKinds[kind].table}
       WHERE id > $3 AND id < $4 AND ($5::int[] IS NULL OR (
         SELECT bool_and(g.id = ANY ($5)) FROM groups g WHERE g.${senderKinds[kind].column} = ${senderKinds[kind].table}.id))
       ORDER BY ${orderBy} LIMIT $1 OFFSET $2`,
      [limit, offset, above, below, onlyOf],
    );
    return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
  }

  /** The first of that name, in whatever case. */
  async idNamed(tx: Read, kind: SenderKind, name: string): Promise<number | undefined> {
    const text = `SELECT id FROM ${senderKinds[kind].table} WHERE lower(name) = lower($1) ORDER BY id LIMIT 1`;
    return (await sql<{ id: number }>(tx, text, [name]))[0]?.id;
  }

  /** @param email  in its normal form */
  async idOfAddress(tx: Read, email: string): Promise<number | undefined> {
    return (await sql<{ id: number }>(tx, 'SELECT id FROM email_addresses WHERE email = $1', [email]))[0]?.id;
  }

  insert(tx: EntityManager, kind: SenderKind, values: SenderValues, by: { userId: number; at: Date }): Promise<number> {
    return insertRow(tx, senderKinds[kind].table, values, by);
  }

  update(
    tx: EntityManager,
    kind: SenderKind,
    id: number,
    values: SenderValues,
    by: { userId: number; at: Date },
  ): Promise<void> {
    return updateRow(tx, senderKinds[kind].table, id, values, by);
  }

  async delete(tx: EntityManager, kind: SenderKind, id: number): Promise<void> {
    await sql(tx, `DELETE FROM ${senderKinds[kind].table} WHERE id = $1`, [id]);
  }
}
