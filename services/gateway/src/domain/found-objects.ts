/** What a search of one kind of object answers in the form `full`. */
export interface FoundOfKind {
  record_ids: number[];
  total_count: number;
  assets: Record<string, Record<string, unknown>>;
}

/** Everything that was found, by kind in their order, in the form existing clients know. */
export function allFound(kinds: readonly (readonly [kind: string, found: FoundOfKind])[]) {
  return {
    assets: assetsOf(kinds),
    result: kinds.flatMap(([type, { record_ids }]) => record_ids.map((id) => ({ type, id }))),
  };
}

/** The same, each kind by itself and with its total (`by_object=true`). */
export function foundByKind(kinds: readonly (readonly [kind: string, found: FoundOfKind])[]) {
  const result = Object.fromEntries(
    kinds.map(([kind, { record_ids, total_count }]) => [kind, { object_ids: record_ids, total_count }]),
  );
  return { assets: assetsOf(kinds), result };
}

/** Each object once. What its own search tells of it is more than what others tell that refer to it. */
function assetsOf(kinds: readonly (readonly [kind: string, found: FoundOfKind])[]): FoundOfKind['assets'] {
  const all: FoundOfKind['assets'] = {};
  for (const [, { assets }] of kinds) {
    for (const [kind, rows] of Object.entries(assets)) all[kind] = { ...all[kind], ...rows };
  }
  for (const [kind, { assets, record_ids }] of kinds) {
    for (const id of record_ids) {
      const own = assets[kind]?.[id];
      if (own !== undefined) all[kind] = { ...all[kind], [id]: own };
    }
  }
  return all;
}
