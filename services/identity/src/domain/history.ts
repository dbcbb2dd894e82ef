/** What history shows beside an id, and where its name is looked up. */
export type Named = 'organizations' | 'groups' | 'roles' | 'users';

/** One line of an object's history. Of what is named, the name is put in place of the text when it is stored. */
export interface Change {
  type: 'updated' | 'added' | 'removed';
  attribute: string;
  from: string | null;
  to: string | null;
  idFrom: number | null;
  idTo: number | null;
  named: Named | null;
}

/** Which attributes of a row history tells, and how. */
export interface Tracked<R> {
  plain: readonly (keyof R & string)[];
  /** Columns that hold an id, by the attribute that shows it with its name. */
  references: Readonly<Record<string, { column: keyof R & string; named: Named }>>;
  /** Columns that hold ids: what came is `added`, what went is `removed`. */
  sets: Readonly<Record<string, { column: keyof R & string; named: Named }>>;
  /** Columns that hold words. */
  words: Readonly<Record<string, keyof R & string>>;
  /** The column that holds access to groups; a level that came or went is a line of its own. */
  access?: keyof R & string;
}

interface Access {
  groupId: number;
  access: string;
}

/** Longer texts are cut: history says what happened, it is no archive of versions. */
const longest = 1_000;

/** The lines that tell how a row became another, in the order in which its attributes are tracked. */
export function changesOf<R extends object>(before: R, after: R, tracked: Tracked<R>): Change[] {
  const changes: Change[] = [];
  for (const name of tracked.plain) {
    const [from, to] = [text(before[name]), text(after[name])];
    if (from !== to) changes.push({ ...nothing, attribute: name, from, to });
  }
  for (const [attribute, { column, named }] of Object.entries(tracked.references)) {
    const [idFrom, idTo] = [before[column] as number | null, after[column] as number | null];
    if (idFrom !== idTo) changes.push({ ...nothing, attribute, idFrom, idTo, named });
  }
  for (const [attribute, { column, named }] of Object.entries(tracked.sets)) {
    const [were, are] = [before[column] as number[], after[column] as number[]];
    changes.push(...gone(were, are).map((id) => ({ ...nothing, ...removed, attribute, idFrom: id, named })));
    changes.push(...gone(are, were).map((id) => ({ ...nothing, ...added, attribute, idTo: id, named })));
  }
  for (const [attribute, column] of Object.entries(tracked.words)) {
    const [were, are] = [before[column] as string[], after[column] as string[]];
    changes.push(...gone(were, are).map((from) => ({ ...nothing, ...removed, attribute, from })));
    changes.push(...gone(are, were).map((to) => ({ ...nothing, ...added, attribute, to })));
  }
  if (tracked.access) {
    const [were, are] = [before[tracked.access] as Access[], after[tracked.access] as Access[]];
    const line = { ...nothing, attribute: 'groups', named: 'groups' as const };
    changes.push(...gone(were, are).map((one) => ({ ...line, ...removed, from: one.access, idFrom: one.groupId })));
    changes.push(...gone(are, were).map((one) => ({ ...line, ...added, to: one.access, idTo: one.groupId })));
  }
  return changes;
}

/**
 * The lines that tell how custom attributes changed.
 * @param shown  how people read a value; null where the attribute is gone
 */
export function customChanges(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>> | null,
  shown: (name: string, value: unknown) => string | null,
): Change[] {
  if (before === after) return [];
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].flatMap((attribute) => {
    const [from, to] = [before?.[attribute] ?? null, after?.[attribute] ?? null];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    const told = (value: unknown) => text(value === null ? null : (shown(attribute, value) ?? value));
    return [{ ...nothing, attribute, from: told(from), to: told(to) }];
  });
}

/** What is shown of a change: names, and for access to a group `Name: level`. */
export function shownValue(name: string | null, value: string | null): string | null {
  if (name === null) return value;
  return value === null ? name : `${name}: ${value}`;
}

const nothing = { type: 'updated', from: null, to: null, idFrom: null, idTo: null, named: null } as const;
const added = { type: 'added' } as const;
const removed = { type: 'removed' } as const;

/** Entries are values: the same when they read the same. */
function gone<T>(from: readonly T[], to: readonly T[]): T[] {
  const kept = new Set(to.map((one) => JSON.stringify(one)));
  return from.filter((one) => !kept.has(JSON.stringify(one)));
}

function text(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  const told =
    value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return told.length > longest ? `${told.slice(0, longest)}…` : told;
}
