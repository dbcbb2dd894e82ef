import { AppError, type EpochMs } from '@helpmesh/kernel';
import { sql, violates } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { ServiceDraft, ServiceEntry } from '../domain/service.ts';

interface ServiceRow {
  id: number;
  name: string;
  summary: string;
  agreement_id: number;
  agreement: string;
  group_id: number;
  position: number;
  active: boolean;
  offered: boolean;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

const select = `SELECT s.*, a.name AS agreement, a.group_id, s.active AND a.active AS offered
  FROM service_entry s JOIN agreement a ON a.id = s.agreement_id`;

/** The catalogue. There are as many entries as communities offer services: hundreds. */
export class ServiceStore {
  /**
   * In the order of the catalogue.
   * @param alsoOf  groups of which what is not offered is told as well; null: of all
   */
  async list(db: DataSource, alsoOf: readonly number[] | null, limit: number, offset: number): Promise<ServiceEntry[]> {
    const rows = await sql<ServiceRow>(
      db,
      `${select} WHERE s.active AND a.active OR $3::int[] IS NULL OR a.group_id = ANY ($3)
       ORDER BY s.position, lower(s.name), s.id LIMIT $1 OFFSET $2`,
      [limit, offset, alsoOf],
    );
    return rows.map(toEntry);
  }

  async find(on: DataSource | EntityManager, id: number): Promise<ServiceEntry | undefined> {
    const [row] = await sql<ServiceRow>(on, `${select} WHERE s.id = $1`, [id]);
    return row && toEntry(row);
  }

  /** However its letters are written. */
  async named(on: DataSource | EntityManager, name: string): Promise<ServiceEntry | undefined> {
    const [row] = await sql<ServiceRow>(on, `${select} WHERE lower(s.name) = lower($1)`, [name.trim()]);
    return row && toEntry(row);
  }

  /** Loads and locks. @throws AppError not-found `service.not-found` */
  async load(tx: EntityManager, id: number): Promise<ServiceEntry> {
    const [row] = await sql<ServiceRow>(tx, `${select} WHERE s.id = $1 FOR UPDATE OF s`, [id]);
    if (!row) throw noSuchService();
    return toEntry(row);
  }

  /** @throws AppError conflict `service.name-taken` */
  async add(tx: EntityManager, draft: ServiceDraft, byId: number, now: EpochMs): Promise<number> {
    const [row] = await oneOfAName(
      sql<{ id: number }>(
        tx,
        `INSERT INTO service_entry (name, summary, agreement_id, position, active, created_by_id, updated_by_id,
           created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7) RETURNING id`,
        [...valuesOf(draft), byId, new Date(now)],
      ),
    );
    return (row as { id: number }).id;
  }

  /** @throws AppError conflict `service.name-taken` */
  async save(tx: EntityManager, id: number, draft: ServiceDraft, byId: number, now: EpochMs): Promise<void> {
    await oneOfAName(
      sql(
        tx,
        `UPDATE service_entry SET name = $1, summary = $2, agreement_id = $3, position = $4, active = $5,
           updated_by_id = $6, updated_at = $7 WHERE id = $8`,
        [...valuesOf(draft), byId, new Date(now), id],
      ),
    );
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM service_entry WHERE id = $1', [id]);
  }
}

export function noSuchService(): AppError {
  return new AppError('not-found', 'service.not-found', 'There is no such service.');
}

const valuesOf = ({ name, summary, agreementId, position, active }: ServiceDraft) => [
  ...[name, summary, agreementId, position, active],
];

async function oneOfAName<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (!violates(error, 'service_entry_name')) throw error;
    throw new AppError('conflict', 'service.name-taken', 'There is a service of this name already.', undefined, {
      cause: error,
    });
  }
}

function toEntry(row: ServiceRow): ServiceEntry {
  const { id, name, summary, agreement, position, active, offered } = row;
  return {
    ...{
      id,
      name,
      summary,
      agreementId: row.agreement_id,
      agreement,
      groupId: row.group_id,
      position,
      active,
      offered,
    },
    ...{ createdById: row.created_by_id, updatedById: row.updated_by_id },
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}
