import type { InputOf, importRows, OutputOf } from '@helpmesh/contracts';
import { describe, expect, it } from 'vitest';
import { importFile } from './import-file.ts';

type Input = Omit<InputOf<typeof importRows>, 'object'>;
type Output = OutputOf<typeof importRows>;

/** An owner that says of each row what `judge` says: an id, or why it is wrong. */
function owner(judge: (name: string, input: Input) => string | undefined = () => undefined) {
  const asked: Input[] = [];
  const ask = async (input: Input): Promise<Output> => {
    asked.push(input);
    const errors = input.rows.flatMap(({ line, cells }) => {
      const message = judge(cells[0] ?? '', input);
      return message ? [{ line, message }] : [];
    });
    const records = input.rows.map(({ line, cells }) => ({
      line,
      id: null,
      name: cells[0] ?? '',
      what: 'created' as const,
    }));
    return { records: errors.length > 0 ? [] : records, errors };
  };
  return { asked, ask };
}

const people = (count: number) => `email\n${Array.from({ length: count }, (_, n) => `p${n}@x.example`).join('\n')}`;
const run = ({ ask }: ReturnType<typeof owner>, text: string, trial = false) => importFile(ask, text, trial);

describe('a file that is imported', () => {
  it('goes to its owner in batches: first all of them to look at, then all of them to write', async () => {
    const identity = owner();
    const { result, stats, records } = await run(identity, people(450));
    expect({ result, stats }).toEqual({ result: 'success', stats: { created: 450, updated: 0, unchanged: 0 } });
    expect(records.at(-1)).toMatchObject({ line: 451, name: 'p449@x.example' });
    const batches = identity.asked.map(({ rows, try: trial }) => [rows.length, trial]);
    expect(batches).toEqual([
      [200, true],
      [200, true],
      [50, true],
      [200, false],
      [200, false],
      [50, false],
    ]);
    expect(identity.asked.every(({ columns }) => columns.join() === 'email')).toBe(true);
  });

  it('tells after each batch how far it is, to the last line of each round', async () => {
    const told: unknown[] = [];
    await importFile(owner().ask, people(450), false, ({ phase, line, lines }) => told.push([phase, line, lines]));
    const round = (phase: string) => [201, 401, 451].map((line) => [phase, line, 451]);
    expect(told).toEqual([...round('looking'), ...round('writing')]);
  });

  it('is only looked at on trial', async () => {
    const identity = owner();
    expect(await run(identity, people(3), true)).toMatchObject({ result: 'success', try: true, stats: { created: 3 } });
    expect(identity.asked.map(({ try: trial }) => trial)).toEqual([true]);
  });

  it('changes nothing when any row is wrong, and tells each by its line', async () => {
    const identity = owner((name) => (/^p(3|301)@/.test(name) ? 'is wrong' : undefined));
    const { result, stats, errors } = await run(identity, people(450));
    expect({ result, errors }).toEqual({ result: 'failed', errors: ['Line 5: is wrong', 'Line 303: is wrong'] });
    expect(stats.created).toBe(50);
    expect(identity.asked.every(({ try: trial }) => trial)).toBe(true);
  });

  it('tells what was written when somebody was faster than a later batch', async () => {
    const identity = owner((name, input) => (!input.try && name === 'p250@x.example' ? 'is taken' : undefined));
    const { result, stats, errors } = await run(identity, people(450));
    expect({ result, errors }).toEqual({ result: 'failed', errors: ['Line 252: is taken'] });
    expect(stats.created).toBe(200);
    expect(identity.asked.filter(({ try: trial }) => !trial)).toHaveLength(2);
  });

  it('is looked at for its columns when it has nothing else, and refused when it has not even these', async () => {
    const identity = owner();
    expect(await run(identity, 'email\n')).toMatchObject({ result: 'success', records: [] });
    expect(identity.asked[0]).toMatchObject({ columns: ['email'], rows: [] });
    await expect(run(identity, '\n \n')).rejects.toMatchObject({ code: 'import.empty' });
    await expect(run(identity, people(10_001))).rejects.toMatchObject({ code: 'import.too-many-rows' });
  });
});
