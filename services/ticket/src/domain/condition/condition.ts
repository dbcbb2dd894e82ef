import type { Ticket } from '../ticket/ticket.ts';

/** What tickets are picked by, once the selector JSON of REST was read; the one form that rules look at. */
export type Condition =
  | { op: 'all' | 'any'; of: readonly Condition[] }
  | { op: 'none'; of: readonly Condition[] }
  | { op: 'in' | 'not-in'; column: Column; values: readonly (number | string | null)[] };

/** Plain columns of a ticket, by their REST names. `null` in a value list stands for "not set". */
const columns = {
  group_id: { key: 'groupId', type: 'id' },
  priority_id: { key: 'priorityId', type: 'id' },
  state_id: { key: 'stateId', type: 'id' },
  organization_id: { key: 'organizationId', type: 'id' },
  customer_id: { key: 'customerId', type: 'id' },
  owner_id: { key: 'ownerId', type: 'id' },
  create_article_type_id: { key: 'createArticleTypeId', type: 'id' },
  number: { key: 'number', type: 'text' },
  title: { key: 'title', type: 'text' },
  type: { key: 'type', type: 'text' },
} as const satisfies Record<string, { key: keyof Ticket; type: 'id' | 'text' }>;
type Column = keyof typeof columns;

/** Deeper selectors are nobody's wish, and every level costs stack. */
const DEEPEST = 10;
const MOST_VALUES = 1_000;

/** Why a selector cannot be used; the message is for whoever wrote it. */
export class SelectorError extends Error {}

/**
 * Reads the selector JSON of REST: the simple form `{ "ticket.state_id": { operator, value } }`, of which every line
 * must hold, or the expert form `{ operator: "AND" | "OR" | "NOT", conditions: [{ name, operator, value } …] }`.
 * @returns null for an empty selector, which stands for every ticket
 * @throws SelectorError
 */
export function parseCondition(selector: unknown): Condition | null {
  if (selector === null || selector === undefined) return null;
  if (!isObject(selector)) throw new SelectorError('A condition is an object.');
  if (Object.keys(selector).length === 0) return null;
  if ('conditions' in selector) return expert(selector, 1);
  return { op: 'all', of: Object.entries(selector).map(([name, line]) => comparison(name, line)) };
}

/** Whether the ticket is one of those that the condition picks. */
export function matches(condition: Condition, ticket: Ticket): boolean {
  switch (condition.op) {
    case 'all':
      return condition.of.every((one) => matches(one, ticket));
    case 'any':
      return condition.of.some((one) => matches(one, ticket));
    case 'none':
      return !condition.of.some((one) => matches(one, ticket));
    case 'in':
      return condition.values.includes(ticket[columns[condition.column].key]);
    case 'not-in':
      return !condition.values.includes(ticket[columns[condition.column].key]);
  }
}

const joints: Record<string, 'all' | 'any' | 'none'> = { AND: 'all', OR: 'any', NOT: 'none' };

function expert(node: Record<string, unknown>, depth: number): Condition {
  if (depth > DEEPEST) throw new SelectorError(`A condition is at most ${DEEPEST} levels deep.`);
  const op = typeof node.operator === 'string' ? joints[node.operator] : undefined;
  if (!op)
    throw new SelectorError(`The operator of a group of conditions is AND, OR or NOT, not ${quoted(node.operator)}.`);
  if (!Array.isArray(node.conditions)) throw new SelectorError('A group of conditions needs a list of them.');
  return {
    op,
    of: node.conditions.map((one: unknown) => {
      if (!isObject(one)) throw new SelectorError('A condition is an object.');
      return 'conditions' in one ? expert(one, depth + 1) : comparison(String(one.name), one);
    }),
  };
}

function comparison(name: string, line: unknown): Condition {
  const column = /^ticket\.(\w+)$/.exec(name)?.[1];
  if (column === undefined || !Object.hasOwn(columns, column)) {
    throw new SelectorError(`${quoted(name)} cannot be used in a condition. Known are ${known}.`);
  }
  if (!isObject(line)) throw new SelectorError(`${quoted(name)} needs an operator and a value.`);
  const op = line.operator === 'is' ? 'in' : line.operator === 'is not' ? 'not-in' : undefined;
  if (!op) throw new SelectorError(`${quoted(name)}: the operator is "is" or "is not", not ${quoted(line.operator)}.`);
  if (line.pre_condition === 'not_set') return { op, column: column as Column, values: [unset(column as Column)] };
  if (line.pre_condition !== undefined && line.pre_condition !== null && line.pre_condition !== 'specific') {
    throw new SelectorError(`${quoted(name)}: there is no user here for ${quoted(line.pre_condition)}.`);
  }
  const given: unknown[] = Array.isArray(line.value) ? line.value : [line.value];
  if (given.length > MOST_VALUES) throw new SelectorError(`${quoted(name)}: at most ${MOST_VALUES} values.`);
  return { op, column: column as Column, values: given.map((one) => operand(name, column as Column, one)) };
}

const known = Object.keys(columns)
  .map((column) => `ticket.${column}`)
  .join(', ');

/** A ticket always has an owner: user 1 stands for nobody. */
const unset = (column: Column): number | null => (column === 'owner_id' ? 1 : null);

function operand(name: string, column: Column, value: unknown): number | string | null {
  if (value === '' || value === null) return unset(column);
  if (columns[column].type === 'text') {
    if (typeof value === 'string') return value;
    throw new SelectorError(`${quoted(name)}: ${quoted(value)} is no text.`);
  }
  const id = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  throw new SelectorError(`${quoted(name)}: ${quoted(value)} is no id.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Cut, because a selector may hold anything. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}
