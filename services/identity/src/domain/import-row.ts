/** Between several values of one cell, as existing files have it. */
const BETWEEN = '~~~';

/** What a file may say of something; other columns are custom attributes, or a mistake. */
export interface ImportColumns {
  texts: readonly string[];
  flags: readonly string[];
  lists: readonly string[];
  /** Told by exports, and read from nobody. */
  ignored: readonly string[];
}

const ignored = ['created_at', 'updated_at', 'created_by', 'updated_by', 'last_login', 'groups'];

export const importColumns: Record<'User' | 'Organization', ImportColumns> = {
  User: {
    texts: [
      ...['id', 'login', 'firstname', 'lastname', 'email', 'web', 'phone', 'fax', 'mobile', 'department', 'street'],
      ...['zip', 'city', 'country', 'address', 'note', 'organization'],
    ],
    flags: ['vip', 'verified', 'active'],
    lists: ['organizations', 'roles'],
    ignored,
  },
  Organization: {
    texts: ['id', 'name', 'domain', 'note'],
    flags: ['shared', 'domain_assignment', 'vip', 'active'],
    lists: ['members', 'secondary_members'],
    ignored,
  },
};

const spoken: Record<string, boolean> = { true: true, yes: true, '1': true, false: false, no: false, '0': false };

export type ReadRow = { ok: true; values: Record<string, unknown> } | { ok: false; why: string };

/** The cells of a row as fields. An empty cell says nothing: what is there stays. */
export function readRow(columns: readonly string[], cells: readonly string[], known: ImportColumns): ReadRow {
  const values: Record<string, unknown> = {};
  for (const [place, name] of columns.entries()) {
    const cell = (cells[place] ?? '').trim();
    if (cell === '' || known.ignored.includes(name)) continue;
    if (known.flags.includes(name)) {
      const flag = spoken[cell.toLowerCase()];
      if (flag === undefined) return { ok: false, why: `'${name}' is true or false, not ${JSON.stringify(cell)}.` };
      values[name] = flag;
    } else if (known.lists.includes(name)) {
      values[name] = cell
        .split(BETWEEN)
        .map((one) => one.trim())
        .filter((one) => one !== '');
    } else values[name] = cell;
  }
  if (cells.length > columns.length) return { ok: false, why: 'There are more cells than columns.' };
  return { ok: true, values };
}
