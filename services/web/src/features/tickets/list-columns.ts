/** Columns beside the ticket itself, by the names that overviews give them; its own says number, customer and more. */
export const columnNames = [
  ...(['state', 'priority', 'group', 'owner'] as const),
  ...(['created_at', 'updated_at', 'pending_time', 'escalation_at'] as const),
  ...(['last_contact_customer_at', 'last_contact_agent_at'] as const),
];
export type BuiltInColumn = (typeof columnNames)[number];
/** `custom.impact`: a custom field. */
export type ColumnName = BuiltInColumn | `custom.${string}`;

/** The name of the custom field that a column shows. */
export const customOf = (name: string): string | undefined => /^custom\.(.+)$/.exec(name)?.[1];

export const defaultColumns: readonly ColumnName[] = ['state', 'priority', 'group', 'owner', 'updated_at'];

/** Customers look after their own: how urgent it is for the desk and which group has it is nothing they decide by. */
export const customerColumns: readonly ColumnName[] = ['state', 'owner', 'updated_at'];

/** Most columns that find room beside the ticket. */
export const MOST_COLUMNS = 5;
/** As many as fit a small screen. */
const MOST_NARROW = 3;

/** As a grid of CSS takes them. */
const customWidth = 'minmax(80px, 140px)';
const widths: Record<BuiltInColumn, string> = {
  state: '142px',
  priority: '84px',
  group: 'minmax(80px, 130px)',
  owner: 'minmax(80px, 130px)',
  created_at: '116px',
  updated_at: '116px',
  pending_time: '116px',
  escalation_at: '116px',
  last_contact_customer_at: '116px',
  last_contact_agent_at: '116px',
};

export const isTime = (name: string): boolean => name.endsWith('_at') || name === 'pending_time';

/** Columns that overviews may ask for and that stand in the first one anyhow. */
const withTheTicket = ['id', 'number', 'title', 'customer', 'organization', 'article_count', 'tags'];

/**
 * Those that an overview asks for, in its order.
 * @param custom  names of the custom fields that the reader knows; those of a list that is not there yet are none
 * @param usual  where it asks for none
 */
export function columnsOf(
  view: Record<string, unknown> | undefined,
  custom: readonly string[] = [],
  usual: readonly ColumnName[] = defaultColumns,
): readonly ColumnName[] {
  const found = namesIn(view).flatMap((name): ColumnName[] => {
    const own = columnNames.find((one) => one === name);
    return own ? [own] : custom.includes(name) ? [`custom.${name}`] : [];
  });
  const unique = [...new Set(found)];
  return unique.length === 0 ? usual : unique.slice(0, MOST_COLUMNS);
}

/** The names of the columns that an overview asks for beside what stands with the ticket, for its editor. */
export function columnsToEdit(view: Record<string, unknown> | undefined): string[] {
  const names = [...new Set(namesIn(view))].filter((name) => !withTheTicket.includes(name));
  return names.length === 0 ? [...defaultColumns] : names;
}

/** An overview that shows these, also to clients that know no column of the ticket itself. */
export function viewOf(columns: readonly string[]) {
  const all = ['number', 'title', 'customer', ...columns];
  return { d: all, s: all, m: all, view_mode_default: 's' as const };
}

function namesIn(view: Record<string, unknown> | undefined): string[] {
  const mode = view?.view_mode_default === 'd' ? 'd' : 's';
  const asked = view?.[mode] ?? view?.s ?? view?.d;
  return Array.isArray(asked) ? asked.map(plainName) : [];
}

const plainName = (name: unknown) =>
  String(name)
    .replace(/^ticket\./, '')
    .replace(/_id$/, '');

/** Whether an overview may ask for custom fields: whoever shows it has to know them. */
export function asksForCustom(view: Record<string, unknown> | undefined, groupBy: string | null | undefined): boolean {
  const asked = [...namesIn(view), ...(groupBy === null || groupBy === undefined ? [] : [plainName(groupBy)])];
  return asked.some((name) => !withTheTicket.includes(name) && !(columnNames as readonly string[]).includes(name));
}

/** Of these a small screen shows all but the priority, which stands with the ticket there, and the group, then the first ones. */
export function narrowed(columns: readonly ColumnName[]): readonly ColumnName[] {
  const without = ['priority', 'group'].reduce(
    (left, name) => (left.length > MOST_NARROW ? left.filter((one) => one !== name) : left),
    columns,
  );
  return without.slice(0, MOST_NARROW);
}

export const template = (columns: readonly ColumnName[]): string =>
  columns.map((name) => widths[name as BuiltInColumn] ?? customWidth).join(' ');
