import { AppError } from '@helpmesh/kernel';

/** One comparison of a filter; attribute paths are in lower case. */
export interface Condition {
  attribute: string;
  not: boolean;
  operator: string;
  /** Undefined where the operator takes none. */
  value: unknown;
}

/** Any of these, each of which is all of its conditions. */
export type Filter = readonly (readonly Condition[])[];

export type Kind = 'text' | 'exact' | 'boolean' | 'instant' | 'id';

/** A condition that has a meaning: the value is of its attribute's kind (an instant is ISO-8601, an id an integer). */
export interface Comparison<A extends string = string> {
  attribute: A;
  not: boolean;
  operator: Operator;
  value: string | number | boolean | null;
}

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr'] as const;
export type Operator = (typeof operators)[number];

/** What may be asked of each kind (RFC 7644 3.4.2.2). */
const allowed: Record<Kind, readonly Operator[]> = {
  text: operators,
  exact: operators,
  boolean: ['eq', 'ne', 'pr'],
  instant: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'pr'],
  id: ['eq', 'ne', 'pr'],
};

/** By what people may be looked for and sorted. `text` is compared without regard to case. */
export const userAttributes = {
  id: 'id',
  externalid: 'exact',
  username: 'text',
  active: 'boolean',
  displayname: 'text',
  'name.formatted': 'text',
  'name.givenname': 'text',
  'name.familyname': 'text',
  'emails.value': 'text',
  'emails.type': 'text',
  'emails.primary': 'boolean',
  'phonenumbers.value': 'text',
  'groups.value': 'id',
  'meta.created': 'instant',
  'meta.lastmodified': 'instant',
} as const satisfies Record<string, Kind>;
export type UserAttribute = keyof typeof userAttributes;

export const groupAttributes = {
  id: 'id',
  externalid: 'exact',
  displayname: 'text',
  'members.value': 'id',
  'meta.created': 'instant',
  'meta.lastmodified': 'instant',
} as const satisfies Record<string, Kind>;
export type GroupAttribute = keyof typeof groupAttributes;

/** A multi-valued attribute alone stands for its values. */
const bare: Record<string, string> = {
  emails: 'emails.value',
  phonenumbers: 'phonenumbers.value',
  groups: 'groups.value',
  members: 'members.value',
};

/** @throws AppError unreadable `scim.invalid-filter` */
export function meant<A extends string>(filter: Filter, attributes: Record<A, Kind>): Comparison<A>[][] {
  return filter.map((all) => all.map((condition) => comparison(condition, attributes)));
}

/** The attribute that a list is sorted by, or undefined when it cannot be. */
export function sortable<A extends string>(path: string, attributes: Record<A, Kind>): A | undefined {
  const name = named(path.toLowerCase());
  return name in attributes ? (name as A) : undefined;
}

function named(attribute: string): string {
  return bare[attribute] ?? attribute;
}

function comparison<A extends string>(condition: Condition, attributes: Record<A, Kind>): Comparison<A> {
  const attribute = named(condition.attribute);
  const kind = (attributes as Record<string, Kind>)[attribute];
  if (kind === undefined) throw invalid(`There is no filter by '${condition.attribute.slice(0, 100)}'.`);
  const operator = operators.find((one) => one === condition.operator);
  if (!operator || !allowed[kind].includes(operator)) {
    throw invalid(`'${condition.operator.slice(0, 20)}' is no comparison for '${attribute}'.`);
  }
  const value = operator === 'pr' ? null : readValue(kind, condition.value);
  if (value === undefined) throw invalid(`'${attribute}' is compared with a value of the wrong kind.`);
  return { attribute: attribute as A, not: condition.not, operator, value };
}

function readValue(kind: Kind, value: unknown): Comparison['value'] | undefined {
  switch (kind) {
    case 'text':
    case 'exact':
      return typeof value === 'string' && !value.includes('\0') ? value : undefined;
    case 'boolean':
      return typeof value === 'string' ? { true: true, false: false }[value.toLowerCase()] : boolean(value);
    case 'instant': {
      const at = typeof value === 'string' ? new Date(value) : undefined;
      return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
    }
    case 'id':
      // What is no id of ours is the id of nothing.
      return typeof value === 'string' ? (/^[1-9]\d{0,8}$/.test(value) ? Number(value) : 0) : undefined;
  }
}

function boolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function invalid(detail: string): AppError {
  return new AppError('unreadable', 'scim.invalid-filter', detail);
}
