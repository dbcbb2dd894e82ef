import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Comparison } from '../domain/scim/query.ts';

/** An SQL expression, null where there is no value; or rows `many (value)`, of which one has to fit. */
export type Columns<A extends string> = Record<A, string | { any: string; where: string }>;

export interface Listing<A extends string> {
  /** Any of these, each of which is all of its comparisons; null: no filter. */
  filter: readonly (readonly Comparison<A>[])[] | null;
  sortBy: A | null;
  descending: boolean;
  limit: number;
  offset: number;
}

interface Source<A extends string> {
  id: string;
  /** `FROM … WHERE …` */
  from: string;
  params: unknown[];
  columns: Columns<A>;
}

/** One page of what fits, and how much fits in all. */
export async function page<A extends string>(
  tx: EntityManager | DataSource,
  { id, from, params: fixed, columns }: Source<A>,
  { filter, sortBy, descending, limit, offset }: Listing<A>,
): Promise<{ ids: number[]; total: number }> {
  const params = [...fixed];
  const any = filter?.map((all) => all.map((one) => condition(one, columns, params)).join(' AND '));
  const found = any ? `${from} AND (${any.map((all) => `(${all})`).join(' OR ')})` : from;
  const column = sortBy === null ? id : columns[sortBy];
  const order = typeof column === 'string' ? column : `(SELECT min(value) FROM ${column.any})`;
  const rows = await sql<{ id: number; total: number }>(
    tx,
    `SELECT ${id} AS id, count(*) OVER () AS total ${found}
     ORDER BY ${order} ${descending ? 'DESC NULLS FIRST' : 'ASC NULLS LAST'}, ${id} LIMIT ${limit} OFFSET ${offset}`,
    params,
  );
  if (rows[0]) return { ids: rows.map((row) => row.id), total: rows[0].total };
  const [count] = await sql<{ total: number }>(tx, `SELECT count(*) AS total ${found}`, params);
  return { ids: [], total: count?.total ?? 0 };
}

function condition<A extends string>(one: Comparison<A>, columns: Columns<A>, params: unknown[]): string {
  const column = columns[one.attribute];
  const fits =
    typeof column === 'string'
      ? comparison(column, one, params)
      : `EXISTS (SELECT 1 FROM ${column.any} WHERE ${column.where} AND ${comparison('value', one, params)})`;
  // An absent value fits nothing, and therefore its negation.
  return one.not ? `NOT COALESCE(${fits}, false)` : fits;
}

const signs = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function comparison<A extends string>(
  column: string,
  { attribute, operator, value }: Comparison<A>,
  params: unknown[],
): string {
  if (operator === 'pr') return `${column} IS NOT NULL`;
  params.push(value);
  const place = `$${params.length}`;
  const exact = attribute === 'externalid';
  const cast = typeof value === 'string' ? (attribute.startsWith('meta.') ? '::timestamptz' : '::text') : '';
  const folded = typeof value === 'string' && !exact && cast === '::text';
  const left = folded ? `lower(${column})` : column;
  const right = folded ? `lower(${place}${cast})` : `${place}${cast}`;
  switch (operator) {
    case 'ne':
      return `${left} IS DISTINCT FROM ${right}`;
    case 'co':
      return `position(${right} IN ${left}) > 0`;
    case 'sw':
      return `starts_with(${left}, ${right})`;
    case 'ew':
      return `right(${left}, length(${right})) = ${right}`;
    default:
      return `${left} ${signs[operator]} ${right}`;
  }
}
