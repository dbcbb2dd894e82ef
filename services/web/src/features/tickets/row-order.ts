/** The rows with one of them a place further up or down; at the end of the list it stays. */
export function moved<R extends { id: number }>(rows: readonly R[], id: number, by: -1 | 1): R[] {
  const from = rows.findIndex((row) => row.id === id);
  const to = from + by;
  const next = [...rows];
  const row = next[from];
  if (!row || to < 0 || to >= next.length) return next;
  next.splice(from, 1);
  next.splice(to, 0, row);
  return next;
}
