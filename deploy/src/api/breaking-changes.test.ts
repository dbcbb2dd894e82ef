import { describe, expect, it } from 'vitest';
import { type Api, breakingChanges, mayBreak } from './breaking-changes.ts';

type Json = Record<string, unknown>;
const json = (schema: Json) => ({ content: { 'application/json': { schema } } });
const object = (properties: Json, required: string[] = []) => ({ type: 'object', properties, required });
const text = { type: 'string' };

function api(operation: Json, schemas: Json = {}, path = '/things/{id}'): Api {
  return {
    info: { version: '1.0.0' },
    security: [{ token: [] }],
    paths: { [path]: { put: operation } },
    components: { schemas },
  } as unknown as Api;
}
const taking = (schema: Json) => api({ requestBody: json(schema), responses: {} });
const answering = (schema: Json) => api({ responses: { 200: json(schema) } });
const asking = (...parameters: Json[]) => api({ parameters, responses: {} });
const changes = (before: Api, after: Api) => breakingChanges(before, after).map((line) => line.replace(/^.*?: /, ''));

describe('what clients can no longer rely on', () => {
  const node = object({ next: { anyOf: [{ $ref: '#/components/schemas/Node' }, { type: 'null' }] }, name: text });
  it.each<[string, Api, Api, string[]]>([
    ['a route that is gone', api({}), api({}, {}, '/things'), ['is gone']],
    ['a route that asks who it is', api({ security: [] }), api({}), ['needs to sign in now']],
    ['a parameter that is not read', asking({ in: 'query', name: 'q' }), asking(), ['query q is not read any more']],
    [
      'a parameter that is needed',
      asking({ in: 'query', name: 'a' }),
      asking({ in: 'query', name: 'a', required: true }, { in: 'query', name: 'b', required: true }),
      ['query a is required now', 'query b is required now'],
    ],
    [
      'a member that is needed',
      taking(object({ a: text })),
      taking(object({ a: text }, ['a'])),
      ['body.a is required now'],
    ],
    ['a member that is not read', taking(object({ a: text })), taking(object({})), ['body.a is not read any more']],
    [
      'less that is taken',
      taking(
        object({ a: { anyOf: [text, { type: 'null' }] }, b: { enum: ['x', 'y'] }, c: text, d: { type: 'number' } }),
      ),
      taking(object({ a: text, b: { enum: ['x'] }, c: { type: 'string', maxLength: 9 }, d: { type: 'integer' } })),
      [
        ...['body.a must be string now', 'body.b is not y any more', 'body.c: maxLength 9'],
        'body.d must be integer now',
      ],
    ],
    ['a member of an answer that is gone', answering(object({ a: text })), answering(object({})), ['answer.a is gone']],
    [
      'an answer that is another',
      answering({ type: 'array', items: object({ a: text, b: text, c: { type: 'integer' } }, ['a', 'b']) }),
      answering({ type: 'array', items: object({ a: { type: ['string', 'null'] }, b: text, c: text }, ['a']) }),
      ['answer[].b may be missing now', 'answer[].a may be null now', 'answer[].c may be string now'],
    ],
    [
      'a status that is gone',
      api({ responses: { 201: {} } }),
      api({ responses: { 200: {} } }),
      ['never answers 201 any more'],
    ],
    [
      'a schema that contains itself',
      api({ responses: { 200: json({ $ref: '#/components/schemas/Node' }) } }, { Node: node }),
      api(
        { responses: { 200: json({ $ref: '#/components/schemas/Node' }) } },
        { Node: { ...node, properties: { next: node.properties.next } } },
      ),
      ['answer.name is gone'],
    ],
  ])('%s', (_name, before, after, told) => {
    expect(changes(before, after)).toEqual(told);
    expect(changes(before, before)).toEqual([]);
  });

  it.each<[string, Api, Api]>([
    ['another name in a path', api({}), api({}, {}, '/things/{thing}')],
    ['more routes', api({}), { ...api({}), paths: { ...api({}).paths, '/more': {} } }],
    ['a route that is open now', api({}), api({ security: [] })],
    [
      'more that may be sent',
      taking(object({ a: text, b: { enum: ['x'] } }, ['a'])),
      taking(object({ a: { anyOf: [{ type: 'integer' }, text] }, b: { enum: ['x', 'y'] }, c: text })),
    ],
    ['anything that may be sent', taking(object({ a: text })), taking({})],
    ['more that is answered', answering(object({ a: text })), answering(object({ a: text, b: text }, ['a', 'b']))],
    ['an alternative less in an answer', answering({ type: ['string', 'null'] }), answering(text)],
  ])('and not %s', (_name, before, after) => {
    expect(changes(before, after)).toEqual([]);
  });

  it.each([
    ['1.4.2', '2.0.0', true],
    ['v1.4.2', '1.5.0', false],
    ['0.1.0', '0.2.0', true],
    ['0.1.0', '0.1.9', false],
  ])('from %s to %s it may break: %s', (before, after, may) => {
    expect(mayBreak(before, after)).toBe(may);
  });
});
