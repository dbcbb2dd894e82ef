import type { ErasedTickets, LegalHold, PrivacyService } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { z } from 'zod';
import { updateRow } from './write.ts';

type Read = EntityManager | DataSource;
type HeldObject = z.output<typeof LegalHold>['object'];

export interface TaskRow {
  id: number;
  userId: number;
  tickets: ErasedTickets;
  pseudonym: string;
  /** Sealed; null once the task is over. */
  terms: Buffer | null;
  round: number;
  createdById: number;
  createdAt: Date;
  updatedAt: Date;
  completedAt: Date | null;
}

export interface PartRow {
  taskId: number;
  service: PrivacyService;
  round: number;
  found: number;
  waiting: number;
  counts: Record<string, number>;
  kept: { object: string; id: string; why: string }[];
  doneAt: Date | null;
}

export interface HoldRow {
  id: number;
  object: HeldObject;
  objectId: number;
  reason: string;
  createdById: number;
  createdAt: Date;
}

const taskColumns = `id, user_id AS "userId", tickets, pseudonym, terms, round, created_by_id AS "createdById",
  created_at AS "createdAt", updated_at AS "updatedAt", completed_at AS "completedAt"`;
const holdColumns = `id, object, object_id AS "objectId", reason, created_by_id AS "createdById",
  created_at AS "createdAt"`;

/** Erasures of people, what holds them up, and the rows of this service about a person. */
@Injectable()
export class PrivacyStore {
  async addTask(
    tx: EntityManager,
    task: Pick<TaskRow, 'userId' | 'tickets' | 'pseudonym' | 'terms' | 'createdById'>,
    services: readonly PrivacyService[],
    at: Date,
  ): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO data_privacy_task (user_id, tickets, pseudonym, terms, round, created_by_id, created_at, updated_at)
       VALUES ($1, $2, $3, $4, 1, $5, $6, $6) RETURNING id`,
      [task.userId, task.tickets, task.pseudonym, task.terms, task.createdById, at],
    );
    const { id } = row as { id: number };
    await sql(tx, 'INSERT INTO data_privacy_part (task_id, service) SELECT $1, unnest($2::text[])', [id, services]);
    return id;
  }

  async tasks(tx: Read, limit: number): Promise<TaskRow[]> {
    return sql(tx, `SELECT ${taskColumns} FROM data_privacy_task ORDER BY id DESC LIMIT $1`, [limit]);
  }

  async task(tx: Read, id: number): Promise<TaskRow | undefined> {
    return (await sql<TaskRow>(tx, `SELECT ${taskColumns} FROM data_privacy_task WHERE id = $1`, [id]))[0];
  }

  async taskOf(tx: Read, userId: number): Promise<TaskRow | undefined> {
    return (await sql<TaskRow>(tx, `SELECT ${taskColumns} FROM data_privacy_task WHERE user_id = $1`, [userId]))[0];
  }

  /** Held until the transaction ends. */
  async lockTask(tx: EntityManager, id: number): Promise<TaskRow | undefined> {
    return (await sql<TaskRow>(tx, `SELECT ${taskColumns} FROM data_privacy_task WHERE id = $1 FOR UPDATE`, [id]))[0];
  }

  async beginRound(tx: EntityManager, id: number, round: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE data_privacy_task SET round = $2, updated_at = $3 WHERE id = $1', [id, round, at]);
  }

  /** What to look for is forgotten with it. */
  async complete(tx: EntityManager, id: number, at: Date): Promise<void> {
    await sql(tx, 'UPDATE data_privacy_task SET terms = NULL, completed_at = $2, updated_at = $2 WHERE id = $1', [
      id,
      at,
    ]);
  }

  async parts(tx: Read, taskIds: readonly number[]): Promise<PartRow[]> {
    return sql(
      tx,
      `SELECT task_id AS "taskId", service, round, found, waiting, counts, kept, done_at AS "doneAt"
       FROM data_privacy_part WHERE task_id = ANY ($1::int[]) ORDER BY task_id, service`,
      [taskIds],
    );
  }

  async savePart(tx: EntityManager, part: PartRow): Promise<void> {
    await sql(
      tx,
      `UPDATE data_privacy_part SET round = $3, found = $4, waiting = $5, counts = $6::jsonb, kept = $7::jsonb,
         done_at = $8
       WHERE task_id = $1 AND service = $2`,
      [
        part.taskId,
        part.service,
        part.round,
        part.found,
        part.waiting,
        JSON.stringify(part.counts),
        JSON.stringify(part.kept),
        part.doneAt,
      ],
    );
  }

  async holds(tx: Read): Promise<HoldRow[]> {
    return sql(tx, `SELECT ${holdColumns} FROM legal_hold ORDER BY id DESC`);
  }

  async hold(tx: Read, object: HeldObject, objectId: number): Promise<HoldRow | undefined> {
    const where = 'object = $1 AND object_id = $2';
    return (await sql<HoldRow>(tx, `SELECT ${holdColumns} FROM legal_hold WHERE ${where}`, [object, objectId]))[0];
  }

  async heldTicketIds(tx: Read): Promise<number[]> {
    const rows = await sql<{ id: number }>(tx, `SELECT object_id AS id FROM legal_hold WHERE object = 'Ticket'`);
    return rows.map(({ id }) => id);
  }

  async addHold(tx: EntityManager, hold: Omit<HoldRow, 'id'>): Promise<HoldRow> {
    const [row] = await sql<HoldRow>(
      tx,
      `INSERT INTO legal_hold (object, object_id, reason, created_by_id, created_at) VALUES ($1, $2, $3, $4, $5)
       RETURNING ${holdColumns}`,
      [hold.object, hold.objectId, hold.reason, hold.createdById, hold.createdAt],
    );
    return row as HoldRow;
  }

  async deleteHold(tx: EntityManager, id: number): Promise<HoldRow | undefined> {
    return (await sql<HoldRow>(tx, `DELETE FROM legal_hold WHERE id = $1 RETURNING ${holdColumns}`, [id]))[0];
  }

  /** Telephone numbers and the like, by which a person is found in texts beside name and address. */
  async subjects(tx: Read, userId: number): Promise<string[]> {
    const rows = await sql<{ name: string }>(
      tx,
      `SELECT unnest(ARRAY[subject, voperson_id]) AS name FROM openid_identities WHERE user_id = $1
       UNION SELECT unnest(ARRAY[user_name, external_id]) FROM directory_accounts WHERE user_id = $1`,
      [userId],
    );
    return rows.flatMap(({ name }) => name ?? []);
  }

  /** Puts the pseudonym in the place of everything that the row of a user says. */
  async eraseUser(
    tx: EntityManager,
    userId: number,
    pseudonym: string,
    by: { userId: number; at: Date },
  ): Promise<void> {
    const emptied = ['email', 'web', 'phone', 'fax', 'mobile', 'department', 'street', 'zip', 'city', 'country'];
    const gone = ['image', 'image_source', 'source', 'password_hash', 'last_login', 'organization_id'];
    const away = ['out_of_office_start_at', 'out_of_office_end_at', 'out_of_office_replacement_id'];
    await updateRow(
      tx,
      'users',
      userId,
      {
        ...Object.fromEntries([...emptied, 'address', 'note'].map((name) => [name, ''])),
        custom: null,
        ...Object.fromEntries([...gone, ...away].map((name) => [name, null])),
        ...{ login: pseudonym, firstname: '', lastname: pseudonym, preferences: '{}' },
        overview_sorting_ids: [],
        ...{ active: false, verified: false, vip: false, out_of_office: false },
      },
      by,
    );
  }

  /** Everything that goes with a user who is deleted: sessions, tokens, factors, identities, roles, memberships. */
  async dropBelongings(tx: EntityManager, userId: number): Promise<void> {
    const tables = await sql<{ statement: string }>(
      tx,
      `SELECT format('DELETE FROM %s WHERE %I = $1', c.conrelid::regclass, a.attname) AS statement
       FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
       WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass AND c.confdeltype = 'c' ORDER BY 1`,
    );
    for (const { statement } of tables) await sql(tx, statement, [userId]);
  }

  /** What was written down of somebody who has no row for it, by login or address. @returns how many rows */
  async dropTraces(tx: Read, names: readonly string[]): Promise<number> {
    const tries = await sql(tx, 'DELETE FROM sign_in_tries WHERE account = ANY ($1::text[]) RETURNING 1', [names]);
    const signUps = await sql(tx, 'DELETE FROM sign_ups WHERE email = ANY ($1::text[]) RETURNING 1', [names]);
    return tries.length + signUps.length;
  }

  /** What is told of a user's past, and where the past of others names them. @returns how many rows */
  async dropHistory(tx: Read, userId: number, patterns: readonly string[]): Promise<number> {
    const rows = await sql(
      tx,
      `DELETE FROM history WHERE (object = 'User' AND o_id = $1)
         OR value_from ILIKE ANY ($2::text[]) OR value_to ILIKE ANY ($2::text[]) RETURNING 1`,
      [userId, patterns],
    );
    return rows.length;
  }

  /** Notes about others, organizations and groups that may name somebody. */
  async notes(tx: Read, patterns: readonly string[]): Promise<{ table: NotedTable; id: number; note: string }[]> {
    const each = notedTables.map(
      (table) => `SELECT '${table}' AS table, id, note FROM ${table} WHERE note ILIKE ANY ($1::text[])`,
    );
    return sql(tx, each.join(' UNION ALL '), [patterns]);
  }

  async setNote(tx: EntityManager, table: NotedTable, id: number, note: string): Promise<void> {
    await sql(tx, `UPDATE ${table} SET note = $2, version = version + 1 WHERE id = $1`, [id, note]);
  }
}

const notedTables = ['users', 'organizations', 'groups'] as const;
type NotedTable = (typeof notedTables)[number];
