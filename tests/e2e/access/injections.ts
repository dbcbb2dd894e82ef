import { describe, expect, it } from 'vitest';
import type { Json } from '../desk.ts';
import { type Ask, askingOf } from './requests.ts';
import { contentWhenSettled, meant } from './safe-reading.ts';
import { send } from './send.ts';
import { table } from './table.ts';
import type { World } from './world.ts';

/** What would end a string, a pattern, a path into JSON or a template, and begin something else. */
const payloads = [
  "'",
  "x' OR '1'='1' --",
  "1; UPDATE users SET note = 'injected'; --",
  '1) UNION SELECT password_hash FROM users --',
  'name; DROP TABLE ticket',
  'id DESC, (SELECT pg_sleep(20))',
  '%_\\',
  '$1',
  '$.** ? (@ like_regex ".*")',
  '(((((a+)+)+)+)+)+$',
  `{{7*7}}#{7*7}\${7*7}<%= 7*7 %>`,
  ':*&|!()<->',
  '\u0000',
  '[]',
  '{"$ne":null}',
  `${'('.repeat(200)}x`,
];

/** A payload is a password like any other, and who asks could not sign in any more. */
const ITS_OWN = 'POST /api/v1/users/password_change';

/** How PostgreSQL, a compiler of patterns or Node would give away that they were reached. */
const givenAway = /syntax error at|SQLSTATE|in tsquery|invalid regular|unterminated|ECONN|\bat \w+.*\.[jt]s:\d/i;

/** Each of the ways in which one member of what is asked is one of these texts. */
function* spoilt(ask: Ask, queries: readonly string[]): Generator<Ask> {
  for (const payload of payloads) {
    for (const name of Object.keys(ask.path ?? {})) {
      yield { ...ask, path: { ...ask.path, [name]: encodeURIComponent(payload) } };
    }
    for (const name of queries) yield { ...ask, query: { ...ask.query, [name]: payload } };
  }
}

/** The body with one of its texts, or a whole member, as one of these. */
function* spoiltBodies(body: Json): Generator<Json> {
  for (const [i, name] of Object.keys(body).entries()) {
    const value = body[name];
    // Another one for each member: all of them for all would be asked for an hour.
    const payload = payloads[(i * 5 + name.length) % payloads.length];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const inner of spoiltBodies(value)) yield { ...body, [name]: inner };
    } else yield { ...body, [name]: Array.isArray(value) ? [payload] : payload };
  }
}

/** S18: no text becomes part of a statement, a pattern or a path, wherever it is written. */
export function injections(made: () => World): void {
  describe('S18: texts that mean something to a database', () => {
    it('are looked for as they are by every GET route, and change nothing', async () => {
      const world = made();
      const { paths } = await world.as('anonymous').get('/openapi.json');
      const asked: { route: string; asks: Ask[] }[] = [];
      for (const { route } of table.filter(({ route }) => route.startsWith('GET ') && !meant.has(route))) {
        const [, template = ''] = route.split(' ');
        const parameters: Json[] = paths[template].get.parameters;
        const queries = parameters.filter(({ in: where }) => where === 'query').map(({ name }) => name);
        asked.push({ route, asks: [...spoilt(await askingOf(route)(world, 'own', 'owner'), queries)] });
      }
      expect(asked.flatMap(({ asks }) => asks).length).toBeGreaterThan(5_000);
      const before = await contentWhenSettled(world);
      for (const { route, asks } of asked) {
        const got = await Promise.all(asks.map((ask) => send(world, 'admin', route, ask)));
        for (const [i, { status, text }] of got.entries()) {
          expect(status, `${route} ${JSON.stringify(asks[i])} ${text}`).toBeLessThan(500);
          if (status >= 400) expect(text, route).not.toMatch(givenAway);
        }
      }
      expect(await contentWhenSettled(world)).toEqual(before);
    }, 240_000);

    it('are kept as they are or refused by every route that writes, and none of them fails', async () => {
      const world = made();
      const writes = table.filter(({ route }) => /^(POST|PUT|PATCH) /.test(route) && route !== ITS_OWN);
      for (const { route } of writes) {
        const { body } = await askingOf(route)(world, 'own', 'full');
        if (!body || body instanceof FormData || body instanceof URLSearchParams || Array.isArray(body)) continue;
        for (const one of spoiltBodies(body)) {
          const { status, text } = await send(world, 'full', route, {
            ...(await askingOf(route)(world, 'own', 'full')),
            body: one,
          });
          expect(status, `${route} ${JSON.stringify(one)} ${text}`).toBeLessThan(500);
          if (status >= 400) expect(text, route).not.toMatch(givenAway);
        }
      }
    }, 120_000);
  });
}
