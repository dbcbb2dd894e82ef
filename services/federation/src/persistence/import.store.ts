import { AppError, type EpochMs } from '@helpmesh/kernel';
import { sql, violates } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Import, ImportSettings, Problem } from '../application/imports/ports.ts';
import { noCounts, noWords } from '../domain/imports/counts.ts';

type On = DataSource | EntityManager;
type Progress = Pick<Import, 'id' | 'phase' | 'cursor' | 'counts' | 'words' | 'turn'>;

const columns = `id, kind, address, account, sign_in AS "signIn", secret, group_id AS "groupId", groups, state, doing, phase,
  cursor, counts, words, found, detail, started_by_id AS "startedById", started_at AS "startedAt",
  finished_at AS "finishedAt", created_by_id AS "createdById", updated_by_id AS "updatedById",
  created_at AS "createdAt", updated_at AS "updatedAt", turn,
  (SELECT count(*)::int FROM desk_import_problem p WHERE p.import_id = desk_import.id) AS problems`;

/** Imports from other helpdesks, and which of their tickets are here. */
export class ImportStore {
  list(on: On): Promise<Import[]> {
    return sql<Import>(on, `SELECT ${columns} FROM desk_import ORDER BY id`);
  }

  /** @throws AppError not-found `import.not-found` */
  async get(on: On, id: number): Promise<Import> {
    return this.one(on, id, '');
  }

  /** For whoever changes it. @throws AppError not-found `import.not-found` */
  async load(tx: EntityManager, id: number): Promise<Import> {
    return this.one(tx, id, 'FOR UPDATE');
  }

  async add(tx: EntityManager, settings: ImportSettings, by: number, now: EpochMs): Promise<number> {
    const { kind, address, account, signIn, groupId, groups } = settings;
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO desk_import (kind, address, account, sign_in, group_id, groups, state, counts, words, created_by_id,
         updated_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6::jsonb, 'ready', $7::jsonb, $8::jsonb, $9, $9, $10, $10) RETURNING id`,
      [
        ...[kind, address, account, signIn, groupId, JSON.stringify(groups)],
        ...[JSON.stringify(noCounts()), JSON.stringify(noWords()), by, new Date(now)],
      ],
    );
    return (row as { id: number }).id;
  }

  /** What was found at another helpdesk says nothing any more, and who still works on it has no say in it. */
  async save(tx: EntityManager, id: number, settings: ImportSettings, by: number, now: EpochMs): Promise<void> {
    const { kind, address, account, signIn, groupId, groups } = settings;
    await sql(
      tx,
      `UPDATE desk_import SET found = CASE WHEN kind = $2 AND address = $3 THEN found END,
         cursor = CASE WHEN kind = $2 AND address = $3 THEN cursor END,
         phase = CASE WHEN kind = $2 AND address = $3 THEN phase END,
         kind = $2, address = $3, account = $4, sign_in = $5, group_id = $6, groups = $7::jsonb, updated_by_id = $8,
         updated_at = $9, turn = turn + 1, leased_until = NULL WHERE id = $1`,
      [id, kind, address, account, signIn, groupId, JSON.stringify(groups), by, new Date(now)],
    );
  }

  async keepSecret(tx: EntityManager, id: number, sealed: Buffer): Promise<void> {
    await sql(tx, 'UPDATE desk_import SET secret = $2 WHERE id = $1', [id, sealed]);
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM desk_import WHERE id = $1', [id]);
  }

  /**
   * @param afresh  from the beginning, with nothing counted
   * @throws AppError conflict `import.another-runs`
   */
  async begin(tx: EntityManager, id: number, doing: Import['doing'], afresh: boolean, by: number, now: EpochMs) {
    if (afresh) await sql(tx, 'DELETE FROM desk_import_problem WHERE import_id = $1', [id]);
    try {
      await sql(
        tx,
        `UPDATE desk_import SET state = 'running', doing = $2, detail = NULL, due_at = $5::timestamptz, finished_at = NULL,
           phase = CASE WHEN $3::boolean THEN 'organizations' ELSE phase END, cursor = CASE WHEN $3 THEN NULL ELSE cursor END,
           counts = CASE WHEN $3 THEN $6::jsonb ELSE counts END, words = CASE WHEN $3 THEN $7::jsonb ELSE words END,
           started_at = CASE WHEN $3 THEN $5::timestamptz ELSE started_at END, started_by_id = $4, turn = turn + 1,
           leased_until = NULL WHERE id = $1`,
        [id, doing, afresh, by, new Date(now), JSON.stringify(noCounts()), JSON.stringify(noWords())],
      );
    } catch (error) {
      if (!violates(error, 'desk_import_busy')) throw error;
      const detail = 'Another import is running: there is one at a time.';
      throw new AppError('conflict', 'import.another-runs', detail, undefined, { cause: error });
    }
  }

  async stop(tx: EntityManager, id: number): Promise<void> {
    await sql(
      tx,
      "UPDATE desk_import SET state = 'stopped', detail = NULL WHERE id = $1 AND state IN ('running', 'waiting')",
      [id],
    );
  }

  /** What is to be worked on. Who did before, and is late, has no say in it from now on. */
  async claim(on: On, now: EpochMs, leaseMs: number, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `UPDATE desk_import SET leased_until = $2, turn = turn + 1 WHERE id IN (
         SELECT id FROM desk_import WHERE state IN ('running', 'waiting') AND due_at <= $1
           AND (leased_until IS NULL OR leased_until <= $1)
         ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`,
      [new Date(now), new Date(now + leaseMs), limit],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * How far it is.
   * @returns false: it was stopped, changed, begun anew or taken over meanwhile, which is another's to go on with
   */
  async progress(on: On, { id, phase, cursor, counts, words, turn }: Progress, leasedUntil: EpochMs): Promise<boolean> {
    const rows = await sql<{ state: string }>(
      on,
      `UPDATE desk_import SET state = CASE WHEN state = 'stopped' THEN state ELSE 'running' END, detail = NULL, phase = $2,
         cursor = $3, counts = $4::jsonb, words = $5::jsonb, leased_until = $6 WHERE id = $1 AND turn = $7
       RETURNING state`,
      [id, phase, cursor, JSON.stringify(counts), JSON.stringify(words), new Date(leasedUntil), turn],
    );
    return rows[0]?.state === 'running';
  }

  /** It is still worked on. */
  async hold(on: On, { id, turn }: Pick<Import, 'id' | 'turn'>, leasedUntil: EpochMs): Promise<void> {
    const text = 'UPDATE desk_import SET leased_until = $3 WHERE id = $1 AND turn = $2';
    await sql(on, text, [id, turn, new Date(leasedUntil)]);
  }

  /** Nobody works on it now. */
  async release(on: On, { id, turn }: Pick<Import, 'id' | 'turn'>): Promise<void> {
    await sql(on, 'UPDATE desk_import SET leased_until = NULL WHERE id = $1 AND turn = $2', [id, turn]);
  }

  /** How a turn has ended, unless the import was stopped, or is no longer its own. @param dueAt  null: there is no other */
  async turned(
    on: On,
    { id, turn }: Pick<Import, 'id' | 'turn'>,
    { state, detail, dueAt, found }: Pick<Import, 'detail' | 'found' | 'state'> & { dueAt: EpochMs | null },
    now: EpochMs,
  ): Promise<void> {
    await sql(
      on,
      `UPDATE desk_import SET state = $2, detail = $3, due_at = $4::timestamptz, found = coalesce($5::jsonb, found),
         finished_at = CASE WHEN $2 IN ('done', 'failed') THEN $6::timestamptz END
       WHERE id = $1 AND turn = $7 AND state <> 'stopped'`,
      [
        ...[id, state, detail, dueAt === null ? null : new Date(dueAt), found && JSON.stringify(found)],
        ...[new Date(now), turn],
      ],
    );
    await this.release(on, { id, turn });
  }

  async note(on: On, id: number, problems: readonly Problem[], now: EpochMs): Promise<void> {
    if (problems.length === 0) return;
    await sql(
      on,
      `INSERT INTO desk_import_problem (import_id, object, remote, detail, created_at)
       SELECT DISTINCT ON (object, remote) $1, object, remote, detail, $3
       FROM json_to_recordset($2::json) AS p (object text, remote text, detail text)
       ON CONFLICT (import_id, object, remote) DO UPDATE SET detail = excluded.detail`,
      [id, JSON.stringify(problems), new Date(now)],
    );
  }

  problems(on: On, id: number, limit: number, offset: number): Promise<(Problem & { id: number; createdAt: Date })[]> {
    return sql(
      on,
      `SELECT id, object, remote, detail, created_at AS "createdAt" FROM desk_import_problem WHERE import_id = $1
       ORDER BY id LIMIT $2 OFFSET $3`,
      [id, limit, offset],
    );
  }

  /** When those of these tickets that are here had changed last there. */
  async here(on: On, address: string, ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await sql<{ id: string; at: string }>(
      on,
      'SELECT remote_id AS id, changed_at AS at FROM past_ticket WHERE address = $1 AND remote_id = ANY ($2)',
      [address, ids],
    );
    return new Map(rows.map(({ id, at }) => [id, at]));
  }

  async keep(on: On, address: string, remoteId: string, changedAt: string): Promise<void> {
    await sql(
      on,
      `INSERT INTO past_ticket (address, remote_id, changed_at) VALUES ($1, $2, $3)
       ON CONFLICT (address, remote_id) DO UPDATE SET changed_at = excluded.changed_at`,
      [address, remoteId, changedAt],
    );
  }

  private async one(on: On, id: number, lock: string): Promise<Import> {
    const [row] = await sql<Import>(on, `SELECT ${columns} FROM desk_import WHERE id = $1 ${lock}`, [id]);
    if (!row) throw new AppError('not-found', 'import.not-found', `There is no import ${id}.`);
    return row;
  }
}
