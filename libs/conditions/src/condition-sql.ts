import { isoTime } from '@helpmesh/kernel';
import { attributeSql, type Custom } from './attribute-sql.ts';
import { type Circumstances, type Condition, type Test, viewerIds } from './condition.ts';
import type { Field, FieldType } from './field.ts';
import { instantOf } from './moment.ts';
import { foundSql, type Param, patternSql } from './text-sql.ts';

/** Where the values of a field are. */
export interface Place {
  /** The value itself, within `where`. */
  column: string;
  /** What holds the objects of which a test is true. */
  where: (test: string) => string;
  /** What tells the objects apart within `where`, of a field that holds many. */
  per?: string;
}

/** The tables of one kind of object. */
export interface Tables<F, R extends string> {
  /** @throws Error for a field that is in no table */
  place(field: Field<F, R>): Place;
  custom: Custom;
}

/**
 * A condition as SQL. Nothing of what somebody wrote gets into the text: values are parameters, and a field is one of
 * those that `tables` names.
 *
 * Tests yield NULL where nothing is set, which counts as no; whatever turns an answer round (`none`) turns that as
 * well. So SQL and `matches` agree on every object, which a property test holds them to.
 */
export function conditionSql<F, R extends string>(
  condition: Condition<F, R>,
  circumstances: Circumstances,
  param: Param,
  tables: Tables<F, R>,
): string {
  const all = (of: readonly Condition<F, R>[]) => of.map((one) => conditionSql(one, circumstances, param, tables));
  switch (condition.op) {
    case 'all':
      return joined(all(condition.of), 'AND', 'true');
    case 'any':
      return joined(all(condition.of), 'OR', 'false');
    case 'none':
      return `(${joined(all(condition.of), 'OR', 'false')}) IS NOT TRUE`;
    case 'test':
      return testSql(condition.field, condition.test, circumstances, param, tables);
  }
}

function joined(parts: readonly string[], by: 'AND' | 'OR', otherwise: string): string {
  return parts.length === 0 ? otherwise : `(${parts.join(` ${by} `)})`;
}

const sqlTypes: Partial<Record<FieldType, string>> = {
  ...{ text: 'text', keys: 'text', number: 'numeric', boolean: 'boolean' },
  ...{ id: 'int', user: 'int', organization: 'int', users: 'int' },
};

function testSql<F, R extends string>(
  field: Field<F, R>,
  test: Test,
  circumstances: Circumstances,
  param: Param,
  tables: Tables<F, R>,
): string {
  if (field.attribute) return attributeSql(field, test, circumstances, param, tables.custom);
  if (test.is === 'working-time') {
    return String(test.calendarIds.some((id) => circumstances.isOpen?.(id) ?? false));
  }
  const { column, where, per } = tables.place(field);
  const type = sqlTypes[field.type] ?? 'text';
  switch (test.is) {
    case 'in': {
      const values = [...test.values, ...viewerIds(test.viewer, circumstances)];
      const given = values.filter((one) => one !== null);
      const equal = given.length > 0 ? [where(`${column} = ANY (${param(given, `${type}[]`)})`)] : [];
      const unset = values.includes(null) ? [`(${where(`${column} IS NOT NULL`)}) IS NOT TRUE`] : [];
      return joined([...equal, ...unset], 'OR', 'false');
    }
    case 'has-all': {
      const values = param(test.values, `${type}[]`);
      return where(`${column} = ANY (${values}) GROUP BY ${per} HAVING count(*) = cardinality(${values})`);
    }
    case 'set':
      return where(`${column} IS NOT NULL`);
    case 'contains':
    case 'starts':
    case 'ends':
      return where(foundSql(column, test.is, test.texts, param));
    case 'pattern':
      return where(patternSql(column, test.pattern, param));
    case 'less':
      return where(`${column} < ${param(test.than, 'numeric')}`);
    case 'more':
      return where(`${column} > ${param(test.than, 'numeric')}`);
    case 'until':
      return where(`${column} <= ${param(isoTime(instantOf(test.moment, circumstances)), 'timestamptz')}`);
    case 'since':
      return where(`${column} >= ${param(isoTime(instantOf(test.moment, circumstances)), 'timestamptz')}`);
    case 'between': {
      const first = param(isoTime(instantOf(test.first, circumstances)), 'timestamptz');
      const last = param(isoTime(instantOf(test.last, circumstances)), 'timestamptz');
      return where(`${column} BETWEEN ${first} AND ${last}`);
    }
    case 'changed':
    case 'changed-by':
    case 'reached':
      throw new Error(`${field.name}: no table holds what has just changed`);
  }
}
