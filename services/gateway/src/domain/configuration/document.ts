import { AppError } from '@helpmesh/kernel';
import { type Fields, type Kind, keyOf, kinds, SECRET, SWITCHES } from './kinds.ts';

export const FORMAT = 1;
/** For whoever opens the file. */
export const ABOUT =
  `Where a value is "${SECRET}" this desk has a secret that no file holds. Sent back it stays as it is; on a desk that does not ` +
  'have it, it is to be set by hand, and what needs it is switched off until then.';
/** In place of a secret that somebody wrote into the file. */
const NEW_SECRET = '<new secret>';
const MOST_OBJECTS = 20_000;

/** A configuration as it stands in a file: objects by kind, each told apart by its name. */
export type Document = { helpmesh_configuration: typeof FORMAT } & Record<string, unknown>;

export interface Step {
  kind: string;
  key: string;
  action: 'create' | 'update' | 'delete';
  /** Of an object that is there: what differs. */
  changes: { field: string; from: unknown; to: unknown }[];
  /** Secrets that neither the file nor the desk holds. */
  missing: string[];
}

/** @throws AppError invalid `configuration.unreadable` of what is no such file */
export function documentIn(given: unknown): Document {
  const refuse = (why: string) => new AppError('invalid', 'configuration.unreadable', why);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw refuse('This is no configuration.');
  const { helpmesh_configuration: format, about: _, ...sections } = given as Fields;
  if (format !== FORMAT) throw refuse(`A configuration says "helpmesh_configuration": ${FORMAT}.`);
  let count = 0;
  for (const [name, objects] of Object.entries(sections)) {
    const kind = kinds.find((one) => one.name === name);
    if (!kind) throw refuse(`There is nothing that is called "${name.slice(0, 50)}".`);
    if (!Array.isArray(objects)) throw refuse(`"${name}" must be a list.`);
    count += objects.length;
    for (const one of objects) {
      if (typeof one !== 'object' || one === null || Array.isArray(one))
        throw refuse(`"${name}" is a list of objects.`);
      const unknown = Object.keys(one).find((field) => !kind.fields.includes(field));
      if (unknown !== undefined) throw refuse(`"${name}" has no field that is called "${unknown.slice(0, 50)}".`);
      if (keyOf(kind, one as Fields) === 'undefined') throw refuse(`Something in "${name}" has no name.`);
    }
  }
  if (count > MOST_OBJECTS) throw refuse(`A configuration has ${MOST_OBJECTS} objects at most.`);
  return given as Document;
}

/** Objects by key; a second one of a name is `name#2`. */
export function byKey<O extends Fields>(kind: Kind, objects: readonly O[]): Map<string, O> {
  const found = new Map<string, O>();
  for (const object of objects) {
    const key = keyOf(kind, object);
    let free = key;
    for (let n = 2; found.has(free); n += 1) free = `${key}#${n}`;
    found.set(free, object);
  }
  return found;
}

/**
 * What would have to happen for the desk to be as the file says. Kinds that it does not name stay as they are, and so do
 * fields that an object in it does not name.
 * @param current  the desk in the same words
 */
export function stepsTo(wanted: Document, current: Document): Step[] {
  const sections = kinds.filter(({ name }) => wanted[name] !== undefined);
  const changed = sections.flatMap((kind) => {
    const there = byKey(kind, (current[kind.name] ?? []) as Fields[]);
    return [...byKey(kind, wanted[kind.name] as Fields[])].flatMap(([key, object]): Step[] => {
      const held = there.get(key);
      const missing = secretsLacking(kind, object, held);
      if (!held) return [{ kind: kind.name, key, action: 'create', changes: [], missing }];
      const changes = Object.entries(object).flatMap(([field, to]) => {
        const waits = missing.length > 0 && SWITCHES.includes(field) && to === true;
        return waits || isSame(inOrder(field, held[field]), inOrder(field, asHeld(to, held[field])))
          ? []
          : [{ field, from: held[field] ?? null, to: secretsExchanged(kind, field, to, told) }];
      });
      const asItIs = changes.length === 0 && missing.length === 0;
      return asItIs ? [] : [{ kind: kind.name, key, action: 'update', changes, missing }];
    });
  });
  // What others refer to goes last.
  const deleted = sections.toReversed().flatMap((kind) => {
    if (kind.fixed) return [];
    const kept = byKey(kind, wanted[kind.name] as Fields[]);
    const keys = [...byKey(kind, (current[kind.name] ?? []) as Fields[]).keys()];
    return keys
      .filter((key) => !kept.has(key) && key !== '*')
      .map((key): Step => ({ kind: kind.name, key, action: 'delete', changes: [], missing: [] }));
  });
  return [...changed, ...deleted];
}

const told = (secret: unknown) => (secret === null || secret === SECRET ? secret : NEW_SECRET);

/** A value with each secret in it exchanged; `field` is its own name. */
export function secretsExchanged(
  kind: Kind,
  field: string,
  value: unknown,
  exchange: (secret: unknown) => unknown,
): unknown {
  if (kind.secrets?.includes(field)) return exchange(value);
  return mapped(value, (name, one) => secretsExchanged(kind, name, one, exchange));
}

/** The names of secrets that the file leaves as they are where there is none, however deep they stand. */
function secretsLacking(kind: Kind, wanted: unknown, held: unknown): string[] {
  if (typeof wanted !== 'object' || wanted === null) return [];
  return Object.entries(wanted).flatMap(([name, one]) => {
    const there = memberOf(held, name);
    if (!kind.secrets?.includes(name)) return secretsLacking(kind, one, there);
    return one === SECRET && there === null ? [name] : [];
  });
}

/** What is wanted, with what is held in place of secrets that stay as they are. */
function asHeld(wanted: unknown, held: unknown): unknown {
  if (wanted === SECRET) return held;
  return mapped(wanted, (name, one) => asHeld(one, memberOf(held, name)));
}

/** Null where there is none. */
function memberOf(held: unknown, name: string): unknown {
  return typeof held === 'object' && held !== null && Object.hasOwn(held, name) ? (held as Fields)[name] : null;
}

/** A list or an object with each of its members exchanged; anything else as it is. */
function mapped(value: unknown, change: (name: string, one: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one, i) => change(String(i), one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(name, one)]));
}

/** Lists of which the order says nothing. */
const SETS = new Set([
  ...['permissions', 'group_ids', 'role_ids', 'user_ids', 'state_types', 'screen'],
  ...['addresses', 'scopes', 'domains', 'translations'],
]);

function inOrder(field: string, value: unknown): unknown {
  if (!SETS.has(field) || !Array.isArray(value)) return value;
  const inWords = (one: unknown) => JSON.stringify(one) ?? '';
  return value.toSorted((a, b) => (inWords(a) < inWords(b) ? -1 : 1));
}

/** Whether two values of JSON say the same, in whatever order their members are. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  if (Array.isArray(one) !== Array.isArray(other) || names.length !== others.length) return false;
  const members = other as Record<string, unknown>;
  return names.every((name) => Object.hasOwn(other, name) && isSame((one as typeof members)[name], members[name]));
}
