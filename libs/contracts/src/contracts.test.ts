import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { messages, questions } from './catalogue.ts';
import { defineEndpoint, defineEvent, envelopeSchema } from './define.ts';
import { bounded, boundedRecord } from './http/common.ts';
import { endpoints } from './http/endpoints.ts';
import * as contracts from './index.ts';
import { streams } from './streams.ts';

const folder = new URL('../samples/', import.meta.url);
const samples = readdirSync(folder).map((name) => ({
  name,
  envelope: envelopeSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
}));

describe('samples', () => {
  it.each(samples)('$name still parses', ({ name, envelope }) => {
    const definition = messages.find(({ type }) => type === envelope.type);
    expect(definition, `${name} is of a type nobody defines`).toBeDefined();
    expect(definition?.data.safeParse(envelope.data).error).toBeUndefined();
  });

  it.each(messages.map(({ type }) => type))('%s has a sample', (type) => {
    expect(samples.map(({ envelope }) => envelope.type)).toContain(type);
  });
});

describe('the catalogue', () => {
  it('puts every message on exactly one stream', () => {
    for (const { type } of messages) {
      const carriers = streams.filter(({ subjects }) => subjects.some((s) => type.startsWith(s.slice(0, -1))));
      expect(carriers, type).toHaveLength(1);
    }
  });

  it('has every question: the broker refuses one that it does not name', () => {
    const isQuestion = (value: unknown): value is { subject: string } =>
      typeof value === 'object' &&
      value !== null &&
      String((value as { subject?: unknown }).subject).startsWith('rpc.');
    const known = new Set(questions.map(({ subject }) => subject));
    const asked = (Object.values(contracts) as unknown[]).filter(isQuestion);
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.map(({ subject }) => subject).filter((subject) => !known.has(subject))).toEqual([]);
  });

  it('names no type twice', () => {
    const types = messages.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
  });

  it('refuses a subject outside the grammar', () => {
    expect(() => defineEvent('Ticket.created', envelopeSchema)).toThrow(/grammar/);
    expect(() => defineEvent('cmd.ticket.v1.file-mail', envelopeSchema)).toThrow(/grammar/);
  });
});

describe('lists that come in', () => {
  const few = bounded(z.number(), 3);
  const named = boundedRecord(bounded(z.string(), 2), 3);

  it('are checked entry by entry up to their limit', () => {
    expect(few.parse([1, 2, 3])).toEqual([1, 2, 3]);
    expect(few.safeParse([1, 'x', 'y']).error?.issues.map(({ path }) => path)).toEqual([[1], [2]]);
    expect(few.safeParse('x').error?.issues).toHaveLength(1);
    expect(few.safeParse({}).error?.issues).toHaveLength(1);
    expect(named.parse({ a: ['b'], c: [] })).toEqual({ a: ['b'], c: [] });
  });

  it('are one complaint beyond it, whatever is in them', () => {
    const tooMany = { message: 'Too many: at most 3 are allowed', path: [] };
    expect(few.safeParse(Array(100_000).fill('x')).error?.issues).toEqual([expect.objectContaining(tooMany)]);
    const keys = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, 7]));
    expect(named.safeParse(keys).error?.issues).toEqual([expect.objectContaining(tooMany)]);
  });

  it('are described as the lists they are', () => {
    const described = z.toJSONSchema(z.object({ few: few.optional(), named }), { io: 'input' });
    expect(described).toMatchObject({
      required: ['named'],
      properties: { few: { type: 'array', items: { type: 'number' }, maxItems: 3 }, named: { type: 'object' } },
    });
  });

  it.each(endpoints.map((endpoint) => [endpoint.id, endpoint] as const))('have a limit in %s', (_id, endpoint) => {
    const unbounded: string[] = [];
    JSON.stringify(z.toJSONSchema(endpoint.input, { io: 'input', unrepresentable: 'any' }), (key, value) => {
      if (value?.type === 'array' && value.maxItems === undefined) unbounded.push(key);
      return value;
    });
    expect(unbounded).toEqual([]);
  });
});

describe('the endpoint table', () => {
  it('has one owner for each method and path, and one name for each operation', () => {
    const routes = endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(routes.filter((route, i) => routes.indexOf(route) !== i)).toEqual([]);
    const ids = endpoints.map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it.each(endpoints.map((endpoint) => [endpoint.path, endpoint] as const))(
    'declares each path parameter of %s',
    (path, endpoint) => {
      const named = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]);
      const params = endpoint.input.shape.params as z.ZodObject;
      expect(Object.keys(params.shape)).toEqual(named);
    },
  );

  it('defaults to a signed-in caller and status 200', () => {
    const made = defineEndpoint({
      id: 'x',
      method: 'GET',
      path: '/x',
      question: 'rpc.ticket.v1.x',
      tag: 't',
      summary: 's',
    });
    expect(made).toMatchObject({ access: 'signed-in', status: 200 });
  });
});
