import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { FilterRow, FilterRule, FilterValues } from '../domain/filter/filter.ts';

type On = DataSource | EntityManager;

const columns = 'id, name, match, perform, note, active, updated_by_id, created_by_id, created_at, updated_at';

/** The table `postmaster_filter`, and the revision of what is in it. */
export class FilterStore {
  async revision(on: On): Promise<number> {
    const [row] = await sql<{ revision: number }>(on, 'SELECT revision FROM filter_revision');
    return row?.revision ?? 0;
  }

  /** In the order in which they look at mails. */
  inForce(on: On): Promise<FilterRule[]> {
    return sql(on, 'SELECT id, name, match, perform FROM postmaster_filter WHERE active ORDER BY lower(name), id');
  }

  list(on: On, limit: number, offset: number): Promise<FilterRow[]> {
    return sql(on, `SELECT ${columns} FROM postmaster_filter ORDER BY id LIMIT $1 OFFSET $2`, [limit, offset]);
  }

  async get(on: On, id: number): Promise<FilterRow | undefined> {
    return (await sql<FilterRow>(on, `SELECT ${columns} FROM postmaster_filter WHERE id = $1`, [id]))[0];
  }

  async insert(tx: EntityManager, values: Required<FilterValues>, by: number, at: Date): Promise<number> {
    const { name, match, perform, note, active } = values;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO postmaster_filter (name, match, perform, note, active, created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7) RETURNING id`,
      [name, JSON.stringify(match), JSON.stringify(perform), note, active, by, at],
    );
    await this.outdate(tx);
    return (row as { id: number }).id;
  }

  async update(tx: EntityManager, id: number, values: Required<FilterValues>, by: number, at: Date): Promise<void> {
    const { name, match, perform, note, active } = values;
    await sql(
      tx,
      `UPDATE postmaster_filter SET name = $2, match = $3, perform = $4, note = $5, active = $6, updated_by_id = $7,
         updated_at = greatest($8, updated_at + interval '1 ms')
       WHERE id = $1`,
      [id, name, JSON.stringify(match), JSON.stringify(perform), note, active, by, at],
    );
    await this.outdate(tx);
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM postmaster_filter WHERE id = $1', [id]);
    await this.outdate(tx);
  }

  private async outdate(tx: EntityManager): Promise<void> {
    await sql(tx, 'UPDATE filter_revision SET revision = revision + 1');
  }
}
