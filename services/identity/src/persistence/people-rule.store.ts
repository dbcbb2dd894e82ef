import { type Circumstances, conditionSql, type Place } from '@helpmesh/conditions';
import { type EpochMs, isoTime } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { Condition, Field, RuleObject } from '../domain/people-rule/fields.ts';

/** Fields that hold many, by the statement that holds those of whom a test is true. */
const many: Readonly<Record<string, Place>> = {
  'user.role_ids': {
    column: 'x.role_id',
    where: (test) => `u.id IN (SELECT x.user_id FROM user_role x WHERE ${test})`,
  },
  'user.organization_ids': {
    column: 'x.organization_id',
    where: (test) => `u.id IN (SELECT x.user_id FROM user_organization x WHERE ${test})`,
  },
  'organization.member_ids': {
    column: 'x.id',
    where: (test) => `o.id IN (SELECT x.organization_id FROM users x WHERE ${test})`,
  },
  'organization.secondary_member_ids': {
    column: 'x.user_id',
    where: (test) => `o.id IN (SELECT x.organization_id FROM user_organization x WHERE ${test})`,
  },
};

/** What is empty is not set. */
const columnOf = (alias: 'u' | 'o', { name, type }: Field) => {
  const column = `${alias}.${name.slice(name.indexOf('.') + 1)}`;
  return type === 'text' ? `NULLIF(${column}, '')` : column;
};

function place(field: Field): Place {
  const found = many[field.name];
  if (found) return found;
  if (field.reads) {
    return {
      column: columnOf('o', field),
      where: (test) => `u.organization_id IN (SELECT o.id FROM organizations o WHERE ${test})`,
    };
  }
  return { column: columnOf(field.name.startsWith('user.') ? 'u' : 'o', field), where: (test) => test };
}

/** What narrows a search. */
export interface Picked {
  condition: Condition | null;
  circumstances: Circumstances;
}

/** Takes a value and gives its place in a statement. */
type Param = (value: unknown, type: string) => string;

/** A condition over the person `u` or the organization `o`. @param condition  null: all */
export function pickedSql(object: RuleObject, condition: Condition | null, now: Circumstances, param: Param): string {
  const custom = { column: object === 'User' ? 'u.custom' : 'o.custom', seesAll: 'true' };
  return condition === null ? 'true' : conditionSql(condition, now, param, { place, custom });
}

const tables = {
  // The system is nobody, and neither is who was erased.
  User: {
    alias: 'u',
    from: `users u WHERE u.id <> 1 AND NOT EXISTS (SELECT FROM data_privacy_task p WHERE p.user_id = u.id)`,
  },
  Organization: { alias: 'o', from: 'organizations o WHERE true' },
} as const;

type On = DataSource | EntityManager;

/** Whom conditions pick, and what was done to them. */
@Injectable()
export class PeopleRuleStore {
  /** Ids, the oldest first. @param condition  null: all @param after  the last one of the page before */
  async pick(on: On, object: RuleObject, picked: Picked, after: number, limit: number): Promise<number[]> {
    const { alias, params, where } = this.statement(object, picked);
    const rows = await sql<{ id: number }>(
      on,
      `SELECT ${alias}.id FROM ${where} AND ${alias}.id > ${after} ORDER BY ${alias}.id LIMIT ${limit}`,
      params,
    );
    return rows.map(({ id }) => id);
  }

  async count(on: On, object: RuleObject, picked: Picked): Promise<number> {
    const { params, where } = this.statement(object, picked);
    const [row] = await sql<{ count: number }>(on, `SELECT count(*)::int AS count FROM ${where}`, params);
    return row?.count ?? 0;
  }

  /** What a run did to it; undefined: it had no turn yet. */
  async didTo(tx: EntityManager, runId: number, object: RuleObject, id: number): Promise<string[] | undefined> {
    const [row] = await sql<{ did: string[] }>(
      tx,
      'SELECT did FROM people_rule_done WHERE run_id = $1 AND object = $2 AND object_id = $3',
      [runId, object, id],
    );
    return row?.did;
  }

  async keepDone(
    tx: EntityManager,
    runId: number,
    object: RuleObject,
    id: number,
    did: readonly string[],
    at: EpochMs,
  ) {
    await sql(tx, 'INSERT INTO people_rule_done (run_id, object, object_id, did, at) VALUES ($1, $2, $3, $4, $5)', [
      ...[runId, object, id, JSON.stringify(did), isoTime(at)],
    ]);
  }

  /** Runs that nobody goes on with any more. */
  async forgetDone(on: On, before: EpochMs): Promise<void> {
    await sql(on, 'DELETE FROM people_rule_done WHERE at < $1', [isoTime(before)]);
  }

  private statement(object: RuleObject, { condition, circumstances }: Picked) {
    const params: unknown[] = [];
    const param = (value: unknown, type: string) => `$${params.push(value)}::${type}`;
    const { alias, from } = tables[object];
    return { alias, params, where: `${from} AND ${pickedSql(object, condition, circumstances, param)}` };
  }
}
