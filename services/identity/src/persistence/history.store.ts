import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

export type HistoryObject = 'User' | 'Organization' | 'Group' | 'Role';

export interface HistoryLine {
  oId: number;
  type: 'updated' | 'added' | 'removed';
  attribute: string;
  valueFrom: string | null;
  valueTo: string | null;
  idFrom: number | null;
  idTo: number | null;
}

export interface HistoryRow extends HistoryLine {
  id: number;
  createdById: number;
  createdAt: Date;
  /** The rule that did it; null for people and the desk itself. */
  cause: Cause | null;
}

interface Cause {
  type: string;
  id: number;
  name: string;
}

@Injectable()
export class HistoryStore {
  async add(
    tx: EntityManager,
    object: HistoryObject,
    lines: readonly HistoryLine[],
    by: { userId: number; at: Date; cause?: Cause | undefined },
  ): Promise<void> {
    if (lines.length === 0) return;
    await sql(
      tx,
      `INSERT INTO history (object, o_id, type, attribute, value_from, value_to, id_from, id_to, created_by_id, created_at, cause)
       SELECT $1, o_id, type, attribute, value_from, value_to, id_from, id_to, $2, $3, $11::jsonb
       FROM unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::int[])
         WITH ORDINALITY AS line (o_id, type, attribute, value_from, value_to, id_from, id_to, place) ORDER BY place`,
      [
        object,
        by.userId,
        by.at,
        lines.map((line) => line.oId),
        lines.map((line) => line.type),
        lines.map((line) => line.attribute),
        lines.map((line) => line.valueFrom),
        lines.map((line) => line.valueTo),
        lines.map((line) => line.idFrom),
        lines.map((line) => line.idTo),
        by.cause ? JSON.stringify(by.cause) : null,
      ],
    );
  }

  /** Oldest first. */
  async of(tx: EntityManager | DataSource, object: HistoryObject, id: number): Promise<HistoryRow[]> {
    return sql(
      tx,
      `SELECT id, o_id AS "oId", type, attribute, value_from AS "valueFrom", value_to AS "valueTo",
              id_from AS "idFrom", id_to AS "idTo", created_by_id AS "createdById", created_at AS "createdAt", cause
       FROM history WHERE object = $1 AND o_id = $2 ORDER BY id`,
      [object, id],
    );
  }

  /** What is gone has no history; of a person, nothing may stay. */
  async forget(tx: EntityManager, object: HistoryObject, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM history WHERE object = $1 AND o_id = $2', [object, id]);
  }
}
