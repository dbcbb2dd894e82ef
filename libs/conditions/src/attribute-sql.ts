import { isoTime } from '@helpmesh/kernel';
import { type Circumstances, holdsOf, type Test, type TestOfValue } from './condition.ts';
import type { Field, Value } from './field.ts';
import { dayOf, instantOf, type Moment } from './moment.ts';
import { foundSql, type Param, patternSql } from './text-sql.ts';

/** Where custom attributes are: an indexed column of JSON, and who looks as somebody who sees all of them. */
export interface Custom {
  /** `t.custom` */
  column: string;
  /** A condition in SQL. */
  seesAll: string;
}

type Asked = NonNullable<Field['attribute']>;

/**
 * A test of a custom attribute. What was stored is found by the index on `custom`: by paths for
 * values, and by the name for what has to be compared. Where nothing was ever stored the default is the value, and
 * whether that passes is known here.
 */
export function attributeSql(
  field: Field,
  test: Test,
  circumstances: Circumstances,
  param: Param,
  { column, seesAll }: Custom,
): string {
  const attribute = field.attribute as Asked;
  const asked = testOfValue(field, test);
  let place: string | undefined;
  // A parameter that nothing uses has no type.
  const name = () => (place ??= param(attribute.name, 'text'));
  const stored = storedSql(field, attribute.name, asked, circumstances, name, param, column);
  const never = holdsOf(asked, attribute.fallback, circumstances) ? [`coalesce(NOT ${column} ? ${name()}, true)`] : [];
  const found = `(${[stored, ...never].join(' OR ')})`;
  if (!attribute.ofAgents) return found;
  // For customers nothing is set, which may be just what is asked for.
  const passes = holdsOf(asked, field.type === 'choices' ? [] : null, circumstances);
  return passes ? `(NOT ${seesAll} OR ${found})` : `(${seesAll} AND ${found})`;
}

/** Holds for objects that have a value of their own which passes, also one that says nothing is set. */
function storedSql(
  { type }: Field,
  attribute: string,
  test: TestOfValue,
  circumstances: Circumstances,
  name: () => string,
  param: Param,
  column: string,
): string {
  const key = `$.${JSON.stringify(attribute)}`;
  const path = (text: string) => `${column} @? ${param(`strict ${text}`, 'jsonpath')}`;
  const isOne = () => `jsonb_typeof(${column} -> ${name()}) IN ('string', 'number', 'boolean')`;
  const several = type === 'choices';
  // Only what is stored as a text is one; the function is not asked for anything else.
  const text = () => `(CASE WHEN jsonb_typeof(${column} -> ${name()}) = 'string' THEN ${column} ->> ${name()} END)`;
  // Instants and days are stored as ISO 8601, whose order is that of time.
  const at = (moment: Moment) =>
    literal(type === 'day' ? dayOf(moment, circumstances) : isoTime(instantOf(moment, circumstances)));
  const has = (of: string) => `(${column} ? ${name()} AND ${of})`;
  switch (test.is) {
    case 'in': {
      const given = test.values.filter((one) => one !== null);
      const equal = given.map((one) => `@ == ${literal(one)}`).join(' || ');
      return [
        ...(given.length > 0 ? [path(`${key}${several ? '[*]' : ''} ? (${equal})`)] : []),
        ...(test.values.includes(null) ? [has(`NOT ${isOne()}`)] : []),
        ...(test.values.length === 0 ? ['false'] : []),
      ].join(' OR ');
    }
    case 'has-all':
      return `${column} @> ${param(JSON.stringify({ [attribute]: test.values }), 'jsonb')}`;
    case 'set':
      return several ? path(`${key}[*]`) : has(isOne());
    case 'contains':
    case 'starts':
    case 'ends':
      return has(foundSql(text(), test.is, test.texts, param));
    case 'pattern':
      return has(patternSql(text(), test.pattern, param));
    case 'less':
      return path(`${key} ? (@ < ${literal(test.than)})`);
    case 'more':
      return path(`${key} ? (@ > ${literal(test.than)})`);
    case 'until':
      return path(`${key} ? (@ <= ${at(test.moment)})`);
    case 'since':
      return path(`${key} ? (@ >= ${at(test.moment)})`);
    case 'between':
      return path(`${key} ? (@ >= ${at(test.first)} && @ <= ${at(test.last)})`);
  }
}

/** A literal of the path language, which writes texts as JSON does. */
const literal = (value: Value) => JSON.stringify(value);

function testOfValue(field: Field, test: Test): TestOfValue {
  switch (test.is) {
    case 'changed':
    case 'changed-by':
    case 'reached':
    case 'working-time':
      throw new Error(`${field.name}: no table holds what is asked of it`);
    default:
      return test;
  }
}
