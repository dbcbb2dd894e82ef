import type { CanonicalPriority } from '@helpmesh/contracts';

export type PriorityTable = Readonly<Record<CanonicalPriority, string>>;

/** By name, for helpdesks as they are installed; an agreement may say otherwise. */
export const priorityTables = {
  zammad: { low: '1 low', normal: '2 normal', high: '3 high', critical: '3 high' },
  ggus: { low: 'less urgent', normal: 'urgent', high: 'very urgent', critical: 'top priority' },
  rt: { low: '20', normal: '50', high: '80', critical: '100' },
  znuny: { low: '2 low', normal: '3 normal', high: '4 high', critical: '5 very high' },
  itop: { low: '4', normal: '3', high: '2', critical: '1' },
  /** Labels. */
  gitlab: { low: 'priority::low', normal: '', high: 'priority::high', critical: 'priority::critical' },
  jira: { low: 'Low', normal: 'Medium', high: 'High', critical: 'Highest' },
  freshdesk: { low: '1', normal: '2', high: '3', critical: '4' },
} as const satisfies Record<string, PriorityTable>;

const rising: readonly CanonicalPriority[] = ['low', 'normal', 'high', 'critical'];

/**
 * Which canonical priority a peer's own one stands for: that of the table, or of numbers the nearest, the lower of two
 * that are as near. `last`, what we told it, stays what it means where several share one word.
 * @returns undefined for a word the table does not have
 */
export function priorityFromPeer(
  table: PriorityTable,
  raw: string,
  last?: CanonicalPriority,
): CanonicalPriority | undefined {
  const name = raw.trim().toLowerCase();
  const says = (priority: CanonicalPriority) => table[priority].toLowerCase() === name;
  if (last !== undefined && says(last)) return last;
  return rising.find(says) ?? nearest(table, name);
}

function nearest(table: PriorityTable, name: string): CanonicalPriority | undefined {
  const value = Number(name);
  const known = rising.map((priority) => ({ priority, away: Math.abs(Number(table[priority]) - value) }));
  if (name === '' || known.some(({ away }) => Number.isNaN(away))) return undefined;
  return known.reduce((best, one) => (one.away < best.away ? one : best)).priority;
}
