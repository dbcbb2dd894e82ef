/** JSON values are the same when they read the same; the order of keys does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [Object.entries(a), Object.entries(b)];
  return one.length === other.length && one.every(([key, value]) => key in b && same(value, Reflect.get(b, key)));
}

export type Field<V> = Extract<keyof V, string>;

export function changedFields<V extends object>(before: V, after: V): Field<V>[] {
  return (Object.keys(after) as Field<V>[]).filter((field) => !same(before[field], after[field]));
}

/** Only what was changed is written: what somebody else changed meanwhile, in another field, stays. */
export function changesBetween<V extends object>(before: V, after: V): Partial<V> {
  const changes: Partial<V> = {};
  for (const field of changedFields(before, after)) changes[field] = after[field];
  return changes;
}

/** My changes on top of what is stored now. */
export function rebased<V extends object>(base: V, mine: V, stored: V): V {
  return { ...stored, ...changesBetween(base, mine) };
}
