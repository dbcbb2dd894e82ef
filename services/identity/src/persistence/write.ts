import { sql } from '@helpmesh/persistence';
import type { EntityManager } from 'typeorm';

/** The tables whose rows carry author, times and version. Names come from the code, never from input. */
type Table =
  | 'users'
  | 'organizations'
  | 'groups'
  | 'roles'
  | 'email_addresses'
  | 'signatures'
  | 'brandings'
  | 'communities';

/** The text of a custom attribute. @param name  of one there is: letters, digits and underscores */
export function customText(of: string, name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no name of an attribute`);
  return `${of}.custom ->> '${name}'`;
}

/** Adds a row. @returns its id */
export async function insertRow(
  tx: EntityManager,
  table: Table,
  values: object,
  by: { userId: number; at: Date },
): Promise<number> {
  const all = { ...values, created_by_id: by.userId, updated_by_id: by.userId, created_at: by.at, updated_at: by.at };
  const columns = Object.keys(all);
  const [row] = await sql<{ id: number }>(
    tx,
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})
     RETURNING id`,
    Object.values(all),
  );
  return (row as { id: number }).id;
}

/** Changes a row and moves its version on, also when only something that belongs to it changed. */
export async function updateRow(
  tx: EntityManager,
  table: Table,
  id: number,
  values: object,
  by: { userId: number; at: Date },
): Promise<void> {
  const all = { ...values, updated_by_id: by.userId, updated_at: by.at };
  const set = Object.keys(all).map((column, i) => `${column} = $${i + 2}`);
  await sql(tx, `UPDATE ${table} SET ${set.join(', ')}, version = version + 1 WHERE id = $1`, [
    id,
    ...Object.values(all),
  ]);
}
