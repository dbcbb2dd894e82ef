/**
 * Rows in the order one knows, so that acting on a ticket does not move it away from under the eyes: what is known keeps its
 * place, what is gone leaves, what is new stands behind the row it follows now, else in front.
 * @param known  ids in the order they were shown in; none: rows stay as they are
 */
export function steadyOrder<R extends { id: number }>(known: readonly number[], rows: readonly R[]): R[] {
  const rank = new Map(known.map((id, index) => [id, index]));
  const rankOf = ({ id }: R) => rank.get(id) ?? -1;
  const kept = rows.filter((row) => rankOf(row) >= 0).sort((a, b) => rankOf(a) - rankOf(b));
  const following = new Map<number | null, R[]>();
  let before: number | null = null;
  for (const row of rows) {
    if (rankOf(row) >= 0) before = row.id;
    else following.set(before, [...(following.get(before) ?? []), row]);
  }
  return [...(following.get(null) ?? []), ...kept.flatMap((row) => [row, ...(following.get(row.id) ?? [])])];
}
