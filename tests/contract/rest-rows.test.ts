import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rows, smallObjects } from './rest-v1/rows.ts';

const folder = new URL('./rest-v1/', import.meta.url);
/** What only a gateway whose neighbours fail can show. */
const edge = new URL('../../services/gateway/test/gateway.svc.test.ts', import.meta.url);
/** Names of tests: the texts, and the first words of rows of tables, that begin with a number of the contract. */
const files = readdirSync(folder)
  .filter((file) => file !== 'rows.ts')
  .map((file) => new URL(file, folder));
const names = [...files, edge]
  .flatMap((file) => readFileSync(file, 'utf8').match(/(['"`])2\.\d[\d., a-z]*?[ :][^\n]*?\1/g) ?? [])
  .map((text) => text.slice(1, -1));

/** `2.7.4 to 2.7.7 …` and `2.9.1, 2.9.15 …` name more than one. */
function numbersIn(name: string): string[] {
  const [head = ''] = /^2\.\d+(?:\.\d+)?(?:(?:, | to )2\.\d+\.\d+)*/.exec(name) ?? [];
  const [from, to] = head.split(' to ');
  if (!to) return head.split(', ');
  const [, section, first] = /^(2\.\d+)\.(\d+)$/.exec(from as string) ?? [];
  const last = Number(to.split('.')[2]);
  return Array.from({ length: last - Number(first) + 1 }, (_, i) => `${section}.${Number(first) + i}`);
}

const named = new Set(names.flatMap(numbersIn));

describe('every row of the contract has a test with its number in its name', () => {
  it.each(Object.entries(rows).flatMap(([section, list]) => list.map((what, i) => [`${section}.${i + 1}`, what])))(
    '%s %s',
    (number) => {
      expect(named).toContain(number);
    },
  );

  it.each(smallObjects)('2.7.30 %s', (object) => {
    const of = names.filter((name) => numbersIn(name).includes('2.7.30'));
    expect(of.some((name) => new RegExp(`\\b${object}\\b`).test(name))).toBe(true);
  });

  it('and no test names a row that there is not', () => {
    const known = new Set(Object.entries(rows).flatMap(([section, list]) => list.map((_, i) => `${section}.${i + 1}`)));
    const sections = new Set(Object.keys(rows));
    expect([...named].filter((number) => !known.has(number) && !sections.has(number))).toEqual([]);
  });
});
