import { refusals } from './refusals.ts';

/** Ids that were written, without doubles and sorted. @throws AppError invalid: nothing has one of them */
export function allKnown(attribute: string, ids: readonly number[], known: { has(id: number): boolean }): number[] {
  const stranger = ids.find((id) => !known.has(id));
  if (stranger !== undefined) throw refusals.noSuchId(attribute, stranger);
  return sorted(ids);
}

/** Ids of names that were written, in their order. @throws AppError invalid: nothing is called so */
export function allNamed(attribute: string, names: readonly string[], known: ReadonlyMap<string, number>): number[] {
  return names.map((name) => {
    const id = known.get(name);
    if (id === undefined) throw refusals.noSuchName(attribute, name);
    return id;
  });
}

export function sorted(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
