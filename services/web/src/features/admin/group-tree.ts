interface Node {
  id: number;
  name_last: string;
  parent_id: number | null;
}

/** Groups as a tree is read: each below its parent, brothers by name. A group whose parent is not there stands at the top. */
export function asTree<G extends Node>(groups: readonly G[], locale: string): { group: G; depth: number }[] {
  const ids = new Set(groups.map(({ id }) => id));
  const byName = new Intl.Collator(locale, { numeric: true });
  const below = Map.groupBy(groups, ({ parent_id }) => (parent_id !== null && ids.has(parent_id) ? parent_id : null));
  const walk = (parent: number | null, depth: number): { group: G; depth: number }[] =>
    (below.get(parent) ?? [])
      .toSorted((a, b) => byName.compare(a.name_last, b.name_last))
      .flatMap((group) => [{ group, depth }, ...walk(group.id, depth + 1)]);
  return walk(null, 0);
}

/** Groups that may become the parent of this one: neither itself nor one below it. */
export function possibleParents<G extends Node & { name: string }>(groups: readonly G[], id: number | null): G[] {
  const self = groups.find((group) => group.id === id);
  return groups.filter(({ name }) => !self || (name !== self.name && !name.startsWith(`${self.name}::`)));
}
