/**
 * What kind of value a field holds, which is what decides the operators. A `day` is a date of the calendar, in every
 * zone the same. `keys` are many at once (tags), compared by
 * their keys; `choices` are many as well, compared as they are; `users` are the ids of many.
 */
export type FieldType =
  | 'id'
  | 'user'
  | 'organization'
  | 'text'
  | 'number'
  | 'boolean'
  | 'time'
  | 'day'
  | 'keys'
  | 'choices'
  | 'users'
  | 'action'
  | 'calendar';

export type Value = string | number | boolean | null;

/** What has just been done to an object. */
export interface ChangeFacts {
  /** `create`, `update`; also `update.merged_into`, `update.received_merge`; `time` when only the clock has moved on. */
  actions: readonly string[];
  /** Of the article: `create` when one was added, else `update`. */
  articleAction: 'create' | 'update';
  /** Attributes that differ now, by their REST names. */
  changed: ReadonlySet<string>;
  /** Due times that have just come, or come near. */
  reached?: readonly Reached[];
  /** Who did it; null for a rule or the clock. */
  by: number | null;
}
export type Reached = 'pending_time' | 'escalation_at' | 'escalation_at warning';

/**
 * Something that a condition can ask for.
 * @typeParam F  what is known of the object
 * @typeParam R  names of what has to be loaded besides the object itself
 */
export interface Field<F = unknown, R extends string = string> {
  /** As REST names it, `ticket.title`. */
  name: string;
  type: FieldType;
  reads?: R;
  /** Null when it is not set. */
  value(facts: F): Value | readonly Value[];
  /** What it holds when it is not set, where that is not null. */
  unset?: number;
  /** Of a custom attribute. */
  attribute?: {
    /** Under which its values are stored. */
    name: string;
    /** Its value as long as nothing was stored. */
    fallback: Value | readonly Value[];
    ofAgents: boolean;
  };
}

/** What conditions know of a custom attribute. */
export interface KnownAttribute {
  type: FieldType;
  /** What it counts as while nobody has set it. */
  fallback: unknown;
  /** Customers see it nowhere: what they ask is answered as if nothing was set. */
  ofAgents: boolean;
}

/**
 * The field of a custom attribute.
 * @param name  of the field, `ticket.floor`
 * @param held  its stored values by name; nothing: none was ever set
 */
export function attributeField<F>(
  name: string,
  { type, fallback, ofAgents }: KnownAttribute,
  held: (facts: F) => Readonly<Record<string, unknown>> | null | undefined,
): Field<F, never> {
  const own = name.slice(name.indexOf('.') + 1);
  const otherwise = stored(type, fallback);
  const value = (facts: F) => {
    const values = held(facts);
    return values && Object.hasOwn(values, own) ? stored(type, values[own]) : otherwise;
  };
  return { name, type, value, attribute: { name: own, fallback: otherwise, ofAgents } };
}

/** As it is stored in JSON; instants and days as ISO 8601. */
function stored(type: FieldType, value: unknown): Value | readonly Value[] {
  if (type === 'choices') return Array.isArray(value) ? value.map(String) : [];
  if (type === 'time') return typeof value === 'string' ? Date.parse(value) : null;
  if (type === 'day') return typeof value === 'string' ? value : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
