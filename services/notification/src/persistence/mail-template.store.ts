import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { TemplateRow, TemplateValues } from '../application/template/mail-template.ts';

type On = DataSource | EntityManager;

const select = `SELECT t.*, f.failure, f.failed_at
  FROM mail_template t LEFT JOIN mail_template_failure f ON f.template_id = t.id`;

/** The table `mail_template`, what became of them, and the revision of all. */
export class MailTemplateStore {
  async revision(on: On): Promise<number> {
    const [row] = await sql<{ revision: number }>(on, 'SELECT revision FROM mail_template_revision');
    return row?.revision ?? 0;
  }

  inForce(on: On): Promise<TemplateRow[]> {
    return sql(on, `${select} WHERE t.active ORDER BY t.id`);
  }

  list(on: On, limit: number, offset: number): Promise<TemplateRow[]> {
    return sql(on, `${select} ORDER BY t.id LIMIT $1 OFFSET $2`, [limit, offset]);
  }

  async get(on: On, id: number): Promise<TemplateRow | undefined> {
    return (await sql<TemplateRow>(on, `${select} WHERE t.id = $1`, [id]))[0];
  }

  /** Holds the row until the transaction ends. */
  async lock(tx: EntityManager, id: number): Promise<TemplateRow | undefined> {
    return (await sql<TemplateRow>(tx, `${select} WHERE t.id = $1 FOR UPDATE OF t`, [id]))[0];
  }

  async insert(tx: EntityManager, values: TemplateValues, by: number, at: Date): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO mail_template (kind, locale, branding_id, subject, body, active,
         created_by_id, updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $8) RETURNING id`,
      [...columnsOf(values), by, at],
    );
    await this.outdate(tx);
    return (row as { id: number }).id;
  }

  async update(tx: EntityManager, id: number, values: TemplateValues, by: number, at: Date): Promise<void> {
    await sql(
      tx,
      `UPDATE mail_template SET kind = $1, locale = $2, branding_id = $3, subject = $4, body = $5, active = $6,
         updated_by_id = $7, updated_at = greatest($8, updated_at + interval '1 ms') WHERE id = $9`,
      [...columnsOf(values), by, at, id],
    );
    // What is known of it is of before the change.
    await sql(tx, 'DELETE FROM mail_template_failure WHERE template_id = $1', [id]);
    await this.outdate(tx);
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM mail_template WHERE id = $1', [id]);
    await this.outdate(tx);
  }

  /** One that was changed meanwhile is another one. */
  async failed(db: DataSource, { id, updated_at }: TemplateRow, failure: string, at: Date): Promise<void> {
    await sql(
      db,
      `INSERT INTO mail_template_failure (template_id, failure, failed_at)
       SELECT id, $3, $4 FROM mail_template WHERE id = $1 AND updated_at = $2
       ON CONFLICT (template_id) DO UPDATE SET failure = excluded.failure, failed_at = excluded.failed_at`,
      [id, updated_at, failure, at],
    );
  }

  private async outdate(tx: EntityManager): Promise<void> {
    await sql(tx, 'UPDATE mail_template_revision SET revision = revision + 1');
  }
}

function columnsOf({ kind, locale, branding_id, subject, body, active }: TemplateValues): unknown[] {
  return [kind, locale, branding_id, subject, body, active];
}
