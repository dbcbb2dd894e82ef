import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../desk.ts';
import { communities } from './communities.ts';
import { federationContract } from './federation-contract.ts';
import { hostileFields } from './hostile-fields.ts';
import { injections } from './injections.ts';
import { expectNone, leaks, secretsFrom } from './leaks.ts';
import { provisioning } from './provisioning.ts';
import { askingOfMany, requests } from './requests.ts';
import { safeReading } from './safe-reading.ts';
import { send } from './send.ts';
import { type Row, table } from './table.ts';
import { cast, type Place, places, type Who, World } from './world.ts';

/** Reading flags that widen an answer; what may be shown does not depend on them. */
const WIDER = ['expand', 'full', 'all'];

let world: World;
let operations: Map<string, Json>;

beforeAll(async () => {
  world = await World.make();
  const { paths } = await world.as('anonymous').get('/openapi.json');
  operations = new Map(
    Object.entries<Json>(paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
    ),
  );
}, 120_000);
afterAll(() => world?.stop());

const promised = (route: string): number => Number(Object.keys(operations.get(route).responses)[0]);

function sign(status: number, route: string): string {
  if (status === promised(route)) return '+';
  return { 401: '!', 403: '-', 404: '0', 409: '=', 422: '?' }[status] ?? `[${status}]`;
}

/** Four at a time, as the table writes them. */
const grouped = (signs: string[]) => signs.map((one, i) => (i % 4 === 0 && i > 0 ? ` ${one}` : one)).join('');

/** The places that a row tells apart. */
function placesOf({ sets }: Row): Place[] {
  return sets.length === 2 ? ['own', 'foreign'] : places.slice(0, sets.length);
}

describe('S14: who may do what', () => {
  it('says so for every route of the OpenAPI document, and for no other', () => {
    const named = table.map(({ route }) => route);
    expect(named.toSorted()).toEqual([...operations.keys()].toSorted());
    expect(Object.keys(requests).filter((route) => !named.includes(route))).toEqual([]);
    for (const { route, sets } of table) {
      expect(sets.length, route).toBeGreaterThan(0);
      for (const set of sets) expect(set.replaceAll(' ', ''), route).toHaveLength(cast.length);
    }
  });

  it.each(table)('S14, S15: $route', async (row) => {
    const { route } = row;
    const asking = askingOfMany(route);
    const wider: string[] = (operations.get(route).parameters as Json[])
      .filter(({ in: where, name }) => where === 'query' && route.startsWith('GET') && WIDER.includes(name))
      .map(({ name }) => name);
    const cell = async (place: Place, who: Who): Promise<string> => {
      const ask = await asking(world, place, who);
      const got = [await send(world, who, route, ask)];
      for (const flag of wider) got.push(await send(world, who, route, ask, { flags: [flag] }));
      for (const { text } of got) {
        // The queue of outgoing mail is there for who runs it.
        if (route !== 'GET /api/v1/mail/outbound') expectNone(text, secretsFrom(world, who), `${who} reads ${place}`);
        expect(text, route).not.toMatch(/\bat \w+.*\.[jt]s:\d|node_modules/);
      }
      return [...new Set(got.map(({ status }) => sign(status, route)))].join('/');
    };
    const asked = placesOf(row);
    const got = await Promise.all(
      asked.map(async (place) => grouped(await Promise.all(cast.map((who) => cell(place, who))))),
    );
    expect(got).toEqual(row.sets);
  });
});

leaks(() => world);
hostileFields(() => world);
provisioning(() => world);
safeReading(() => world);
injections(() => world);
communities(() => world);
federationContract(
  () => world,
  () => operations,
);
