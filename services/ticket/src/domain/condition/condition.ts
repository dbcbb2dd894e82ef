import type { Condition as Of } from '@helpmesh/conditions';
import type { Facts, Read } from './fields.ts';

/** What tickets are picked by. */
export type Condition = Of<Facts, Read>;

/**
 * The groups outside which the condition picks nothing, as far as it says so by name: what decides whose it is.
 * @returns null: it may pick tickets of any group
 */
export function groupsOf(condition: Condition): ReadonlySet<number> | null {
  if (condition.op === 'test') {
    const { field, test } = condition;
    if (field.name !== 'ticket.group_id' || test.is !== 'in' || test.viewer) return null;
    return new Set(test.values.filter((value) => typeof value === 'number'));
  }
  if (condition.op === 'none') return null;
  const parts = condition.of.map(groupsOf);
  const named = parts.filter((part) => part !== null);
  if (condition.op === 'any') return named.length === parts.length ? new Set(named.flatMap((part) => [...part])) : null;
  const [first, ...others] = named;
  return first ? new Set([...first].filter((id) => others.every((part) => part.has(id)))) : null;
}
