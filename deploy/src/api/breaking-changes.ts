/** As much of an OpenAPI 3.1 document as is compared. */
export interface Api {
  info: { version: string };
  security?: readonly object[];
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}
interface Operation {
  parameters?: readonly { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, { content?: Content }>;
  security?: readonly object[];
}
type Content = Record<string, { schema?: Schema }>;

interface Schema {
  $ref?: string;
  anyOf?: readonly Schema[];
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema | boolean;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
}

/**
 * What of the first document a client of it can no longer rely on in the second, a line each; empty: nothing. Routes and
 * what is sent may become more, answers may say more.
 */
export function breakingChanges(before: Api, after: Api): string[] {
  const known = new Map(operationsOf(after));
  return operationsOf(before).flatMap(([route, old]) => {
    const now = known.get(route);
    if (!now) return [`${route}: is gone`];
    return operationChanges(old, now, { before, after }).map((change) => `${route}: ${change}`);
  });
}

/** Versions between which things may break: another first number that is not 0 (semantic versioning). */
export function mayBreak(before: string, after: string): boolean {
  const significant = (version: string) => {
    const numbers = (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
    const first = numbers.findIndex((number) => number > 0);
    return numbers.slice(0, first + 1).join('.');
  };
  return significant(before) !== significant(after);
}

/** Routes by verb and path; names of what stands in a path are nobody's business. */
function operationsOf({ paths }: Api): [string, Operation][] {
  return Object.entries(paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]): [string, Operation] => [
      `${verb.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`,
      operation,
    ]),
  );
}

type Documents = { before: Api; after: Api };

function operationChanges(old: Operation, now: Operation, documents: Documents): string[] {
  const { before, after } = documents;
  const asksWho = (operation: Operation, { security = [] }: Api) => (operation.security ?? security).length > 0;
  const signIn = !asksWho(old, before) && asksWho(now, after) ? ['needs to sign in now'] : [];
  return [...signIn, ...parameterChanges(old, now, documents), ...bodyChanges(old, now, documents)].concat(
    answerChanges(old, now, documents),
  );
}

function parameterChanges(old: Operation, now: Operation, { before, after }: Documents): string[] {
  const named = ({ parameters = [] }: Operation) =>
    new Map(parameters.filter((one) => one.in !== 'path').map((one) => [`${one.in} ${one.name}`, one]));
  const [was, is] = [named(old), named(now)];
  const kept = [...was].flatMap(([name, parameter]) => {
    const next = is.get(name);
    if (!next) return [`${name} is not read any more`];
    const within = new Covering('sent', before, after).problems(parameter.schema ?? {}, next.schema ?? {}, name);
    return next.required && !parameter.required ? [`${name} is required now`, ...within] : within;
  });
  const added = [...is].filter(([name, { required }]) => required && !was.has(name));
  return [...kept, ...added.map(([name]) => `${name} is required now`)];
}

function bodyChanges({ requestBody: old }: Operation, { requestBody: now }: Operation, documents: Documents): string[] {
  if (!old) return now?.required ? ['a body is required now'] : [];
  if (!now) return ['the body is not read any more'];
  const required = now.required && !old.required ? ['a body is required now'] : [];
  const { before, after } = documents;
  const compare = (was: Schema, is: Schema) => new Covering('sent', before, after).problems(was, is, 'body');
  return [...required, ...contentChanges('body', old.content, now.content, compare)];
}

function answerChanges(old: Operation, now: Operation, { before, after }: Documents): string[] {
  const good = Object.entries(old.responses ?? {}).filter(([status]) => status.startsWith('2'));
  return good.flatMap(([status, { content }]) => {
    const next = now.responses?.[status];
    if (!next) return [`never answers ${status} any more`];
    const compare = (was: Schema, is: Schema) => new Covering('answered', after, before).problems(is, was, 'answer');
    return contentChanges('answer', content, next.content, compare);
  });
}

function contentChanges(
  what: string,
  old: Content = {},
  now: Content = {},
  compare: (was: Schema, is: Schema) => string[],
): string[] {
  return Object.entries(old).flatMap(([type, { schema = {} }]) => {
    const next = now[type];
    return next ? compare(schema, next.schema ?? {}) : [`${what} as ${type} is gone`];
  });
}

/**
 * Whether each value of one schema is one of another: what clients send must still be taken, and what they are answered
 * must still be what they know. Members that are added to an answer surprise nobody.
 */
class Covering {
  /** Pairs of names that are being compared, or were: schemas may contain themselves. */
  private readonly seen = new Set<string>();

  private readonly way: 'sent' | 'answered';
  private readonly from: Api;
  private readonly to: Api;

  constructor(way: 'sent' | 'answered', from: Api, to: Api) {
    this.way = way;
    this.from = from;
    this.to = to;
  }

  problems(from: Schema, to: Schema, at: string): string[] {
    if (from.$ref !== undefined && to.$ref !== undefined) {
      const pair = `${from.$ref} ${to.$ref}`;
      if (this.seen.has(pair)) return [];
      this.seen.add(pair);
    }
    const values = alternatives(resolved(from, this.from));
    const taken = alternatives(resolved(to, this.to));
    return values.flatMap((value) => this.ofOne(value, taken, at));
  }

  /** Of the alternative that comes closest. */
  private ofOne(value: Schema, taken: readonly Schema[], at: string): string[] {
    let closest: string[] | undefined;
    for (const one of taken) {
      const problems = one.$ref || one.anyOf ? this.problems(value, one, at) : this.ofPlain(value, one, at);
      if (problems.length === 0) return [];
      if (!closest || problems.length < closest.length) closest = problems;
    }
    return closest ?? [];
  }

  private ofPlain(given: Schema, to: Schema, at: string): string[] {
    if (given.$ref || given.anyOf) return this.problems(given, to, at);
    // Anything does.
    if (Object.keys(to).length === 0) return [];
    const values = given.const === undefined ? given.enum : [given.const];
    const allowed = to.const === undefined ? to.enum : [to.const];
    if (allowed) {
      const strange = values?.filter((value) => !allowed.includes(value));
      if (!values) return [`${at} is one of ${allowed.join(', ')} ${this.now}`];
      return (strange as unknown[]).map(
        (value) => `${at} ${this.way === 'sent' ? 'is not' : 'may be'} ${value} ${this.now}`,
      );
    }
    if (to.type !== undefined && !isWithin(given.type, to.type)) {
      return [this.way === 'sent' ? `${at} must be ${to.type} now` : `${at} may be ${given.type ?? 'anything'} now`];
    }
    return [...this.limits(given, to, at), ...this.parts(given, to, at)];
  }

  private get now(): string {
    return this.way === 'sent' ? 'any more' : 'now';
  }

  private limits(from: Schema, to: Schema, at: string): string[] {
    const found: string[] = [];
    for (const name of ['maxLength', 'maximum', 'maxItems'] as const) {
      const most = to[name];
      if (most !== undefined && (from[name] ?? Number.POSITIVE_INFINITY) > most) found.push(`${at}: ${name} ${most}`);
    }
    for (const name of ['minLength', 'minimum', 'minItems'] as const) {
      const least = to[name];
      if (least !== undefined && (from[name] ?? Number.NEGATIVE_INFINITY) < least)
        found.push(`${at}: ${name} ${least}`);
    }
    const [name, form] =
      to.format === undefined ? (['pattern', to.pattern] as const) : (['format', to.format] as const);
    // What an answer looks like in detail is for nobody to parse.
    if (this.way === 'sent' && form !== undefined && from[name] !== form) found.push(`${at}: ${name} ${form}`);
    return this.way === 'sent' ? found : [];
  }

  private parts(from: Schema, to: Schema, at: string): string[] {
    if (typeof from.items === 'object' && typeof to.items === 'object') {
      return this.problems(from.items, to.items, `${at}[]`);
    }
    const { properties: had = {}, required: always = [] } = from;
    const { properties: has = {}, required: needed = [] } = to;
    const missing = needed.filter((name) => !always.includes(name));
    const within = Object.keys(had).flatMap((name) => {
      const [given, taken] = [had[name] as Schema, has[name]];
      if (taken) return this.problems(given, taken, `${at}.${name}`);
      return this.way === 'sent' && !isOpen(to) ? [`${at}.${name} is not read any more`] : [];
    });
    if (this.way === 'sent') return [...missing.map((name) => `${at}.${name} is required now`), ...within];
    const gone = Object.keys(has).filter((name) => !(name in had) && !isOpen(from));
    return [
      ...gone.map((name) => `${at}.${name} is gone`),
      ...missing.filter((name) => !gone.includes(name)).map((name) => `${at}.${name} may be missing now`),
      ...within,
    ];
  }
}

/** Takes, or has, members of any name: what is said of none of them in particular is still so. */
function isOpen({ additionalProperties: other, properties = {} }: Schema): boolean {
  return Object.keys(properties).length === 0 && (other === true || typeof other === 'object');
}

function resolved(schema: Schema, { components }: Api): Schema {
  let found = schema;
  while (found.$ref !== undefined) {
    const next = components?.schemas?.[found.$ref.slice('#/components/schemas/'.length)];
    if (!next) throw new Error(`The document has no ${found.$ref}`);
    found = next;
  }
  return found;
}

function alternatives(schema: Schema): readonly Schema[] {
  if (schema.anyOf) return schema.anyOf;
  if (typeof schema.type !== 'object') return [schema];
  return schema.type.map((type) => ({ ...schema, type }));
}

function isWithin(type: Schema['type'], other: Schema['type']): boolean {
  return type === other || (type === 'integer' && other === 'number');
}
