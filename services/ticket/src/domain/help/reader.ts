import type { AnswerState, HelpAccess } from '@helpmesh/contracts';

/** Who reads the knowledge base: everybody, or somebody of the desk. */
export type Reader =
  | 'public'
  | {
      editor: boolean;
      /** Everything everywhere. */
      admin: boolean;
      roleIds: readonly number[];
      /** Those of the roles that have a part in the knowledge base, by id: what each may do there at most. */
      roles: Readonly<Record<string, Exclude<HelpAccess, 'none'>>>;
    };

/** What roles may do, by their ids. Of none: as above. Where some are named, one that is not may nothing: it came later. */
export type RoleAccess = Readonly<Record<string, HelpAccess>>;

export interface CategoryPlace {
  id: number;
  parentId: number | null;
  internal: boolean;
  roleIds: readonly number[];
  permissions: RoleAccess;
}

export interface HelpTree {
  /** Of the whole knowledge base. */
  permissions: RoleAccess;
  categories: readonly CategoryPlace[];
}

/** As whom somebody is in a category; `public`: as everybody, who sees what is published there. */
type Standing = 'public' | Exclude<HelpAccess, 'none'>;

const states: Record<Standing, readonly AnswerState[]> = {
  public: ['published'],
  reader: ['internal', 'published'],
  editor: ['draft', 'internal', 'published', 'archived'],
};

const order: readonly HelpAccess[] = ['none', 'reader', 'editor'];
export const least = (one: HelpAccess, other: HelpAccess): HelpAccess =>
  order.indexOf(one) < order.indexOf(other) ? one : other;
const most = (all: Iterable<HelpAccess>): HelpAccess =>
  [...all].reduce((best, one) => (order.indexOf(one) > order.indexOf(best) ? one : best), 'none');

/** What is said of somebody's roles on the way down to a place, and what it comes to. */
interface Way {
  byRole: ReadonlyMap<string, HelpAccess>;
  access: HelpAccess;
  isPublic: boolean;
}

/**
 * As whom somebody is in each category that they see, `null` being the knowledge base itself. What is said of a role
 * holds in everything below, where less may be said and never more; of several roles the best counts. Where nothing is
 * said of any role, all may do what their holder may.
 */
export function standings(tree: HelpTree, reader: Reader): Map<number | null, Standing> {
  const base: HelpAccess = reader === 'public' ? 'none' : reader.admin || reader.editor ? 'editor' : 'reader';
  const places = new Map(tree.categories.map((place) => [place.id, place]));
  const known = new Map<number | null, Way | null>();
  const rolesIn = (permissions: RoleAccess, above: Way['byRole']) => {
    const byRole = new Map(above);
    if (reader === 'public' || reader.admin) return byRole;
    if (saysNothing(permissions)) return byRole;
    // What was said of a role that has no part here any more, or a smaller one, gives nobody more than the role does.
    const held = Object.entries<HelpAccess>(reader.roles);
    // Somebody without roles is in none of those that are named.
    for (const [id, ceiling] of held.length > 0 ? held : [['0', 'none'] as const]) {
      byRole.set(id, least(above.get(id) ?? ceiling, permissions[id] ?? 'none'));
    }
    return byRole;
  };
  const accessBy = (byRole: Way['byRole']) => (byRole.size === 0 ? base : least(base, most(byRole.values())));
  const wayTo = (id: number | null): Way | null => {
    const told = known.get(id);
    if (told !== undefined) return told;
    // One that leads back to itself leads nowhere.
    known.set(id, null);
    const way = id === null ? top() : wayDown(places.get(id));
    known.set(id, way);
    return way;
  };
  const top = (): Way => {
    const byRole = rolesIn(tree.permissions, new Map());
    return { byRole, access: accessBy(byRole), isPublic: true };
  };
  const wayDown = (place: CategoryPlace | undefined): Way | null => {
    const above = place ? wayTo(place.parentId) : null;
    if (!place || !above) return null;
    const byRole = rolesIn(place.permissions, above.byRole);
    const access = letsIn(place, reader) ? least(above.access, accessBy(byRole)) : 'none';
    return { byRole, access, isPublic: above.isPublic && !place.internal && place.roleIds.length === 0 };
  };
  const found = new Map<number | null, Standing>();
  for (const id of [null, ...places.keys()]) {
    const way = wayTo(id);
    const standing = way && (way.access === 'none' ? (way.isPublic ? 'public' : null) : way.access);
    if (standing) found.set(id, standing);
  }
  return found;
}

/** Ids of the categories in which somebody may read something. */
export function openCategories(tree: HelpTree, reader: Reader): Set<number> {
  return new Set([...standings(tree, reader).keys()].filter((id) => id !== null));
}

/** States of the answers that somebody may read in a category. */
export function statesFor(standing: Standing | undefined): readonly AnswerState[] {
  return standing ? states[standing] : [];
}

/** Answers that somebody may read: categories, and beside each a state. */
export interface Readable {
  categoryIds: readonly number[];
  states: readonly AnswerState[];
}

export function readable(tree: HelpTree, reader: Reader): Readable {
  const pairs = [...standings(tree, reader)].flatMap(([id, standing]) =>
    id === null ? [] : states[standing].map((state) => ({ id, state })),
  );
  return { categoryIds: pairs.map(({ id }) => id), states: pairs.map(({ state }) => state) };
}

const saysNothing = (permissions: RoleAccess) => Object.keys(permissions).length === 0;

/** What is said of each of the roles above a category, if anything is; of the knowledge base itself nothing. */
export function inherited(tree: HelpTree, categoryId: number | null, roleIds: readonly number[]): RoleAccess {
  const said: Record<string, HelpAccess> = {};
  const above = new Map(tree.categories.map((place) => [place.id, place]));
  const note = (permissions: RoleAccess) => {
    if (saysNothing(permissions)) return;
    for (const id of roleIds) said[id] = least(said[id] ?? 'editor', permissions[id] ?? 'none');
  };
  if (categoryId === null) return said;
  note(tree.permissions);
  const passed = new Set<number>();
  for (let at = above.get(categoryId)?.parentId ?? null; at !== null && !passed.has(at); ) {
    passed.add(at);
    note(above.get(at)?.permissions ?? {});
    at = above.get(at)?.parentId ?? null;
  }
  return said;
}

/** Whether the category would come to stand below itself. */
export function wouldLoop(all: readonly CategoryPlace[], id: number, parentId: number | null): boolean {
  const parents = new Map(all.map((place) => [place.id, place.parentId]));
  for (let at: number | null = parentId; at !== null; at = parents.get(at) ?? null) if (at === id) return true;
  return false;
}

function letsIn({ roleIds }: CategoryPlace, reader: Reader): boolean {
  if (reader === 'public') return false;
  return reader.admin || roleIds.length === 0 || roleIds.some((id) => reader.roleIds.includes(id));
}
