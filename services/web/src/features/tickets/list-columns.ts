import type { Sort } from './list-state.ts';

/** Columns beside the ticket itself, by the names that overviews give them; its own says number, customer and more. */
export const columnNames = [
  ...(['state', 'priority', 'group', 'owner'] as const),
  ...(['created_at', 'updated_at', 'pending_time', 'escalation_at'] as const),
  ...(['last_contact_customer_at', 'last_contact_agent_at'] as const),
];
export type ColumnName = (typeof columnNames)[number];

export const defaultColumns: readonly ColumnName[] = ['state', 'priority', 'group', 'owner', 'updated_at'];

/** Most columns that find room beside the ticket. */
const MOST = 5;
/** As many as fit a small screen. */
const MOST_NARROW = 4;

/** As a grid of CSS takes them. */
const widths: Record<ColumnName, string> = {
  state: '150px',
  priority: '92px',
  group: 'minmax(80px, 150px)',
  owner: 'minmax(80px, 140px)',
  created_at: '116px',
  updated_at: '116px',
  pending_time: '116px',
  escalation_at: '116px',
  last_contact_customer_at: '116px',
  last_contact_agent_at: '116px',
};

const sortable: Partial<Record<ColumnName, Sort>> = {
  priority: 'priority',
  created_at: 'created_at',
  updated_at: 'updated_at',
  pending_time: 'pending_time',
  escalation_at: 'escalation_at',
};
export const sortOf = (name: ColumnName): Sort | undefined => sortable[name];

export const isTime = (name: string): boolean => name.endsWith('_at') || name === 'pending_time';

/** Those that an overview asks for, in its order. */
export function columnsOf(view: Record<string, unknown> | undefined): readonly ColumnName[] {
  const mode = view?.view_mode_default === 'd' ? 'd' : 's';
  const asked = view?.[mode] ?? view?.s ?? view?.d;
  if (!Array.isArray(asked)) return defaultColumns;
  const names = asked.map((name: unknown) =>
    String(name)
      .replace(/^ticket\./, '')
      .replace(/_id$/, ''),
  );
  const known = columnNames.filter((name) => names.includes(name));
  const inOrder = known.toSorted((a, b) => names.indexOf(a) - names.indexOf(b));
  return inOrder.length === 0 ? defaultColumns : inOrder.slice(0, MOST);
}

/** Of these a small screen shows all but the group first, then the last ones. */
export function narrowed(columns: readonly ColumnName[]): readonly ColumnName[] {
  const spare = columns.length - MOST_NARROW;
  const without = spare > 0 ? columns.filter((name) => name !== 'group') : columns;
  return without.slice(0, MOST_NARROW);
}

export const template = (columns: readonly ColumnName[]): string => columns.map((name) => widths[name]).join(' ');
