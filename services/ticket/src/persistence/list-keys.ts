import { seesAsAgent } from './visible-tickets.ts';

/** A custom attribute as lists show it and are ordered by it. */
export interface CustomColumn {
  name: string;
  /** What it counts as while nobody has set it, as it is stored. */
  fallback: unknown;
  isNumber: boolean;
  /** Customers do not see it. */
  ofAgents: boolean;
}

interface Key {
  column: string;
  type: string;
  join?: string;
}

const name = `lower(coalesce(nullif(trim(concat_ws(' ', k.firstname, k.lastname)), ''), k.login, ''))`;

export const sortKeys = {
  updated_at: { column: 't.updated_at', type: 'timestamptz' },
  created_at: { column: 't.created_at', type: 'timestamptz' },
  number: { column: 't.number', type: 'text' },
  title: { column: 't.title', type: 'text' },
  priority: { column: 't.priority_id', type: 'int' },
  // What waits for nothing comes last when the next to come is first.
  pending_time: { column: "coalesce(t.pending_time, 'infinity')", type: 'timestamptz' },
  escalation_at: { column: "coalesce(t.escalation_at, 'infinity')", type: 'timestamptz' },
  last_contact_customer_at: { column: "coalesce(t.last_contact_customer_at, '-infinity')", type: 'timestamptz' },
  last_contact_agent_at: { column: "coalesce(t.last_contact_agent_at, '-infinity')", type: 'timestamptz' },
  // In the order in which work goes on.
  state: { column: 't.state_id', type: 'int' },
  group: {
    column: "lower(coalesce(k.name, ''))",
    type: 'text',
    join: 'LEFT JOIN replica_group k ON k.id = t.group_id',
  },
  owner: { column: name, type: 'text', join: 'LEFT JOIN replica_user k ON k.id = t.owner_id AND k.id <> 1' },
  customer: { column: name, type: 'text', join: 'LEFT JOIN replica_user k ON k.id = t.customer_id' },
  organization: {
    ...{ column: "lower(coalesce(k.name, ''))", type: 'text' },
    join: 'LEFT JOIN replica_organization k ON k.id = t.organization_id',
  },
} as const satisfies Record<string, Key>;
export type SortKey = keyof typeof sortKeys;

/** What the rows of a list can be gathered by. */
export const groupKeys = ['state', 'priority', 'group', 'owner', 'customer', 'organization'] as const;

/** What lists are ordered by: something that every ticket has, or a custom attribute. */
export type OrderKey = SortKey | CustomColumn;

/** @param alias  of the table that the key may have to join, another one for each key of a statement */
export function keySql(key: OrderKey, alias: string, param: (value: unknown, type: string) => string): Required<Key> {
  if (typeof key === 'string') {
    const known: Key = sortKeys[key];
    const own = (text: string) => text.replaceAll(/\bk\b/g, alias);
    return { column: own(known.column), type: known.type, join: known.join ? own(known.join) : '' };
  }
  const value = customSql(key, param);
  if (!key.isNumber) return { column: `lower(coalesce((${value}) #>> '{}', ''))`, type: 'text', join: '' };
  const number = `CASE WHEN jsonb_typeof(${value}) = 'number' THEN ((${value}) #>> '{}')::numeric END`;
  return { column: `coalesce(${number}, '-Infinity')`, type: 'numeric', join: '' };
}

/** The value of a custom attribute of the ticket `t`, as far as the reader sees it: jsonb. */
export function customSql(of: CustomColumn, param: (value: unknown, type: string) => string): string {
  const key = param(of.name, 'text');
  const fallback = param(JSON.stringify(of.fallback ?? null), 'jsonb');
  const value = `CASE WHEN t.custom ? ${key} THEN t.custom -> ${key} ELSE ${fallback} END`;
  return of.ofAgents ? `CASE WHEN ${seesAsAgent()} THEN ${value} END` : value;
}
