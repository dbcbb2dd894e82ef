export {
  type Circumstances,
  type Condition,
  dependsOnTime,
  dependsOnZone,
  fieldsOf,
  matches,
  readsOf,
  type Test,
  testsOf,
} from './condition.ts';
export { conditionSql, type Place } from './condition-sql.ts';
export {
  attributeField,
  type ChangeFacts,
  type Field,
  type FieldType,
  type KnownAttribute,
  type Reached,
  type Value,
} from './field.ts';
export { fold } from './fold.ts';
export { dayOf, instantOf } from './moment.ts';
export { readSelector, SelectorError } from './parse.ts';
export type { Param } from './text-sql.ts';
