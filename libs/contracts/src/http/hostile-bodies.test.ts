import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EndpointDefinition } from '../define.ts';
import { endpoints } from './endpoints.ts';

type Json = Record<string, unknown>;

/** Keys that would change what every object is, and what only the server says about a row. */
const POISON =
  '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1},"toString":1';
const privileged = ['id', 'role', 'permissions', 'updated_at', 'created_by_id', 'updated_by_id', 'version'];

/** A value that the schema takes, by its JSON Schema; `undefined` where none is known. */
function example(schema: Json): unknown {
  const options = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (options) return example(options[0] as Json);
  const {
    type,
    format,
    pattern,
    properties = {},
    required = [],
  } = schema as Json & {
    properties?: Record<string, Json>;
    required?: string[];
  };
  if (type === 'object') return Object.fromEntries(required.map((name) => [name, example(properties[name] ?? {})]));
  if (type === 'array') return [];
  if (type === 'integer' || type === 'number') return Math.min(7, Number(schema.maximum ?? 7));
  if (type === 'boolean') return true;
  if (type !== 'string') return {};
  if (format === 'email') return 'a@b.example';
  if (format === 'uri') return 'https://a.example';
  return pattern ? 'abcdef' : 'x';
}

/** The routes that say what their body is; what comes to the others is handed to nobody. */
const described = endpoints
  .filter(({ method }) => method !== 'GET')
  .flatMap((endpoint) => {
    const body = bodyOf(endpoint);
    const schema = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as Json;
    const { properties } = schema;
    return properties
      ? [{ route: `${endpoint.method} ${endpoint.path}`, body, known: Object.keys(properties), schema }]
      : [];
  });

function bodyOf({ input }: EndpointDefinition): z.ZodType {
  return (input as unknown as z.ZodObject<Record<string, z.ZodType>>).shape.body as z.ZodType;
}

describe('S17: bodies that try to be more than data', () => {
  it.each(described)('$route reads them as data, and drops what only the server says', ({ body, known, schema }) => {
    const unasked = privileged.filter((name) => !known.includes(name)).map((name) => [name, 1]);
    const sent = { ...Object.fromEntries(unasked), ...(example(schema) as Json) };
    const inner = known.includes('preferences') ? `"preferences":{${POISON}},` : '';
    const read = body.safeParse(JSON.parse(`{${POISON},${inner}${JSON.stringify(sent).slice(1)}`));
    expect(read.error?.issues ?? []).toEqual([]);
    expect(({} as Json).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    const data = read.data as Json;
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    // Further keys of an object with custom attributes are offered to the rules of these, and reach nothing else.
    expect(Object.keys(data).filter((key) => !known.includes(key) && key !== 'custom')).toEqual([]);
    expect(Object.getPrototypeOf(data.custom ?? {})).toBe(Object.prototype);
    // Services lay what came over what was there.
    const merged: Json = { ...(data.preferences as Json | undefined) };
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(merged.polluted).toBeUndefined();
  });
});
