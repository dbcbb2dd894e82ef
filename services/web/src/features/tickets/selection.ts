/** Which tickets of a list are chosen. */
export interface Selection {
  ids: ReadonlySet<number>;
  /** All of the list, also those that are not loaded. */
  all: boolean;
  /** The last one that was chosen by itself: where a range begins. */
  from: number | null;
}

export const nothing: Selection = { ids: new Set(), all: false, from: null };

/** @param range  from the last one chosen to this one, in the order that is shown */
export function choose(selection: Selection, id: number, shown: readonly number[], range: boolean): Selection {
  const base = selection.all ? new Set(shown) : new Set(selection.ids);
  const [a, b] = [selection.from === null ? -1 : shown.indexOf(selection.from), shown.indexOf(id)];
  if (range && a >= 0 && b >= 0) {
    for (const one of shown.slice(Math.min(a, b), Math.max(a, b) + 1)) base.add(one);
    return { ids: base, all: false, from: selection.from };
  }
  if (!base.delete(id)) base.add(id);
  return { ids: base, all: false, from: id };
}
