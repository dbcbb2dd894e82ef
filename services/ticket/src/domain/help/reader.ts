import type { AnswerState } from '@helpmesh/contracts';

/** Who reads the knowledge base: everybody, or somebody of the desk. */
export type Reader =
  | 'public'
  | { editor: boolean /** Sees every category. */; admin: boolean; roleIds: readonly number[] };

export interface CategoryPlace {
  id: number;
  parentId: number | null;
  internal: boolean;
  roleIds: readonly number[];
}

/** States of the answers that somebody may read. */
export function statesFor(reader: Reader): AnswerState[] {
  if (reader === 'public') return ['published'];
  return reader.editor ? ['draft', 'internal', 'published', 'archived'] : ['internal', 'published'];
}

/** Ids of the categories whose answers somebody may read: what closes one closes all that is below it. */
export function openCategories(all: readonly CategoryPlace[], reader: Reader): Set<number> {
  const places = new Map(all.map((place) => [place.id, place]));
  const known = new Map<number, boolean>();
  const isOpen = (place: CategoryPlace): boolean => {
    const told = known.get(place.id);
    if (told !== undefined) return told;
    const above = place.parentId === null ? undefined : places.get(place.parentId);
    const open = opens(place, reader) && (above ? isOpen(above) : place.parentId === null);
    known.set(place.id, open);
    return open;
  };
  return new Set(all.filter(isOpen).map(({ id }) => id));
}

/** Whether the category would come to stand below itself. */
export function wouldLoop(all: readonly CategoryPlace[], id: number, parentId: number | null): boolean {
  const parents = new Map(all.map((place) => [place.id, place.parentId]));
  for (let at: number | null = parentId; at !== null; at = parents.get(at) ?? null) if (at === id) return true;
  return false;
}

function opens({ internal, roleIds }: CategoryPlace, reader: Reader): boolean {
  if (reader === 'public') return !internal && roleIds.length === 0;
  return reader.admin || roleIds.length === 0 || roleIds.some((id) => reader.roleIds.includes(id));
}
