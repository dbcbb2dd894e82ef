import { z } from 'zod';

const idFrom = (smallest: number) =>
  z
    .union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)])
    .pipe(z.number().int().min(smallest).max(Number.MAX_SAFE_INTEGER))
    .meta({ type: 'integer', description: 'Id' });

/** An integer id, as a number or as its digits (path parameters, query strings, lenient clients). */
export const Id = idFrom(1);

/** The id of what something belongs to. 0 is nothing's, and is refused in the words of every other such id. */
export const optionalReference = idFrom(0).nullish();

/** `true`, `1`, `"true"`, `"1"` mean on; `false`, `0`, absent mean off. */
export const Flag = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => value === true || value === 1 || value === 'true' || value === '1');

export const text = (max: number) => z.string().max(max);

/** Instants as answered: ISO-8601, UTC, milliseconds. */
export const Instant = z.iso.datetime();

export const Page = z.object({
  page: z.coerce.number().int().min(1).optional(),
  per_page: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).optional(),
  sort_by: z.string().max(200).optional(),
  order_by: z.string().max(200).optional(),
  expand: Flag.optional(),
  full: Flag.optional(),
  /** The header `X-Total-Count` also where the total has to be counted for it. */
  with_total_count: Flag.optional(),
});

/**
 * A list that can be walked by id, whatever is added or removed meanwhile: `cursor=` begins, the header `Link` says
 * where it goes on. Sorted by id alone, also backwards (`order_by=desc`).
 */
export const Walk = Page.extend({ cursor: text(500).optional() });

export const Reading = z.object({
  expand: Flag.optional(),
  full: Flag.optional(),
  all: Flag.optional(),
});

/** Rows keep attributes that a later release adds; clients read what they know. */
export const Row = z.looseObject({
  id: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
  created_by_id: z.number().int(),
  updated_by_id: z.number().int(),
});

/** Written bodies: unknown fields are dropped silently (compatibility); known ones are checked. */
export const optionalId = Id.nullish();

/**
 * A list of at most `max` entries, which are looked at only when it is not longer: with a plain `z.array(…).max(…)` a
 * list of a million wrong entries is a million complaints before its length is one.
 */
export function bounded<S extends z.ZodType>(schema: S, max: number) {
  return z.pipe(countChecked<z.input<S>[]>(max), z.array(schema).max(max));
}

/** The same where one entry may stand by itself: a form that names a field once sends no list. */
export function listOf<S extends z.ZodType>(schema: S, max: number) {
  const list = z.transform<z.input<S> | z.input<S>[], z.input<S>[]>((value) =>
    typeof value === 'string' || typeof value === 'number' ? [value] : (value as z.input<S>[]),
  );
  return z.pipe(list, bounded(schema, max));
}

/** The same for an object whose keys are data. */
export function boundedRecord<T>(schema: z.ZodType<T, T>, max: number) {
  return z.pipe(countChecked<Record<string, T>>(max), z.record(z.string(), schema));
}

function countChecked<T>(max: number) {
  return z.transform<T, T>((value, ctx) => {
    const given: unknown = value;
    // Anything else is for the schema behind this to refuse.
    if (typeof given !== 'object' || given === null || Object.keys(given).length <= max) return value;
    ctx.addIssue({ code: 'custom', message: `Too many: at most ${max} are allowed`, input: value });
    return z.NEVER;
  });
}

/**
 * An object whose further keys may be custom attributes: they are handed on as `custom`, for the owner of the object
 * to pick those that exist; the others are dropped there as unknown fields are.
 */
export function withCustom<S extends z.core.$ZodLooseShape>(shape: S) {
  const known = new Set(Object.keys(shape));
  return z.looseObject(shape).transform((given) => {
    const rest = Object.entries(given).filter(([name]) => !known.has(name));
    const fields =
      rest.length === 0 ? given : Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name)));
    const custom = rest.filter(([name]) => /^[a-z][a-z0-9_]{0,99}$/.test(name));
    return { ...fields, ...(custom.length > 0 && { custom: Object.fromEntries(custom) }) } as z.output<
      z.ZodObject<S>
    > & {
      custom?: Record<string, unknown>;
    };
  });
}

/** A piece of a text; `hit` where it has the words that were looked for. */
export const Piece = z.object({ text: z.string(), hit: z.boolean() });
