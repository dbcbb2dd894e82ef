import type { CustomField } from '../custom/queries.ts';
import type { TicketRow } from './queries.ts';

export const groupKeys = ['state', 'priority', 'group', 'owner', 'customer', 'organization'] as const;
/** What tickets are gathered by: something that every ticket has, or a custom field. */
export type Grouping = (typeof groupKeys)[number] | CustomField;

/** As the server reads what an overview says. */
function groupingOf(groupBy: string | null, custom: readonly CustomField[]): Grouping | undefined {
  if (groupBy === null) return undefined;
  const name = groupBy.replace(/^ticket\./, '').replace(/_id$/, '');
  return groupKeys.find((key) => key === name) ?? custom.find((field) => field.name === name);
}

const none: ReadonlyMap<number, Grouping> = new Map();

/** The places of the rows before which a group begins, each with what it is gathered by. */
export function groupsOf(
  tickets: readonly TicketRow[],
  groupBy: string | null,
  custom: readonly CustomField[],
): ReadonlyMap<number, Grouping> {
  const grouping = groupingOf(groupBy, custom);
  if (!grouping) return none;
  const found = new Map<number, Grouping>();
  let last: unknown;
  tickets.forEach((ticket, i) => {
    const value = bucketOf(ticket, grouping);
    if (i === 0 || value !== last) found.set(i, grouping);
    last = value;
  });
  return found;
}

/** Equal for tickets of one group. Names are compared as the server gathers by them, without case. */
function bucketOf(ticket: TicketRow, grouping: Grouping): string {
  if (typeof grouping === 'object') return String(ticket.custom?.[grouping.name] ?? '');
  return String(ticket[grouping] ?? '').toLowerCase();
}
