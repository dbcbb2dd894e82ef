import { Messages, type Schemas } from 'scimmy';
import { withLibrary } from './library.ts';
import { scimRefusals } from './refusals.ts';

/** One step of a PATCH: always with a path, and the word for what to do in lower case. */
export interface Operation {
  op: 'add' | 'remove' | 'replace';
  path: string;
  value?: unknown;
}

type Json = Record<string, unknown>;

const LONGEST_PATH = 500;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The steps of a PATCH as they were meant: Entra ID capitalises operations and writes booleans as text; Okta and
 * others leave the path out and name the attributes in the value. Each attribute becomes a step of its own: without a
 * path, the library would add to lists that are to be replaced.
 * @throws AppError unreadable `scim.invalid-syntax`, `scim.invalid-value`, `scim.invalid-path`, `scim.no-target`
 */
export async function operationsOf(body: unknown, most: number): Promise<Operation[]> {
  if (!isObject(body)) throw scimRefusals.invalidSyntax('The body must be a PatchOp.');
  const { Operations: operations } = await withLibrary(() => new Messages.PatchOp(body as never));
  if (operations.length > most) throw scimRefusals.invalidValue(`At most ${most} operations are allowed.`);
  const steps = operations.flatMap(({ op, path, value }: { op: string; path?: string; value?: unknown }) => {
    const verb = op.toLowerCase() as Operation['op'];
    if (path !== undefined) return [step(verb, path, value)];
    if (!isObject(value)) throw scimRefusals.invalidValue('Without a path the value must be an object.');
    return Object.entries(value).map(([name, one]) => step(verb, name, one));
  });
  if (steps.length > most) throw scimRefusals.invalidValue(`At most ${most} operations are allowed.`);
  return steps;
}

function step(op: Operation['op'], path: string, value: unknown): Operation {
  // The library's parser knows no escapes, and needs exponential time for a text without an end.
  const readable = path.length <= LONGEST_PATH && /^[\x20-\x5b\x5d-\x7e]+$/.test(path);
  if (!readable || path.split('"').length % 2 === 0) throw scimRefusals.invalidPath('The path cannot be read.');
  return value === undefined ? { op, path } : { op, path, value };
}

/** The first attribute that a path names, without its schema, in lower case. */
export function attributeOf(path: string, schemas: readonly string[]): string {
  const lower = path.toLowerCase();
  const schema = schemas.find((id) => lower === id.toLowerCase() || lower.startsWith(`${id.toLowerCase()}:`));
  const rest = schema === undefined ? lower : lower.slice(schema.length + 1);
  return /^[^.[]*/.exec(rest)?.[0] ?? '';
}

/** `true` and `false` as text, as Entra ID sends them. */
export function asBoolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return { true: true, false: false }[value.toLowerCase()] ?? value;
}

/** `emails[type eq "work"].value`, for which there may be no such entry yet. */
const entryPath = /^([a-z]+)\[\s*type\s+eq\s+"([a-z]+)"\s*\]\.([a-z]+)$/i;

/**
 * Carries the steps out, in order, on a person.
 * @throws AppError unreadable `scim.…`
 */
export async function patched(resource: Schemas.User, steps: readonly Operation[]): Promise<Schemas.User> {
  let current = resource;
  for (const one of steps) {
    if (one.op === 'remove' && one.value !== undefined) {
      throw scimRefusals.invalidValue('What is removed is named by the path alone.');
    }
    const operation = entryOf(current, one);
    // Unchanged when the step says what is so already.
    const message = { schemas: [Messages.PatchOp.id], Operations: [operation] };
    current = await withLibrary(async () => (await new Messages.PatchOp(message as never).apply(current)) ?? current);
  }
  return current;
}

/** A step for an entry that is not there makes it: Entra ID counts on that. */
function entryOf(current: Schemas.User, operation: Operation): Operation {
  const [, list = '', type = '', sub = ''] = entryPath.exec(operation.path) ?? [];
  if (list === '' || operation.op === 'remove') return operation;
  const entries = (current as unknown as Record<string, { type?: string }[] | undefined>)[list.toLowerCase()] ?? [];
  if (!Array.isArray(entries) || entries.some((entry) => entry.type === type.toLowerCase())) return operation;
  return { op: 'add', path: list, value: [{ type: type.toLowerCase(), [sub]: operation.value }] };
}
