import { AppError } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

/** Writes by doubling; keeps what was written together, and waits for `go` when told to. */
function doubling(most = 10, gatherMs = 0) {
  const written: number[][] = [];
  let go: () => void = () => undefined;
  const gate = { closed: false, open: () => go() };
  const group = new GroupCommit<number, number>(
    async (items) => {
      written.push(items);
      if (items.includes(13)) throw new AppError('invalid', 'test.unlucky', 'No.');
      if (gate.closed) {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
      }
      return items.map((item) => item * 2);
    },
    most,
    gatherMs,
  );
  return { group, written, gate };
}

it('writes what is added in one tick together, each with its own result', async () => {
  const { group, written } = doubling();
  expect(await Promise.all([1, 2, 3].map((n) => group.add(n)))).toEqual([2, 4, 6]);
  expect(written).toEqual([[1, 2, 3]]);
});

it('gathers what comes while a write is on its way, up to the most', async () => {
  const { group, written, gate } = doubling(2);
  gate.closed = true;
  const first = group.add(1);
  await null;
  await null;
  const rest = [2, 3, 4].map((n) => group.add(n));
  gate.closed = false;
  gate.open();
  expect(await Promise.all([first, ...rest])).toEqual([2, 4, 6, 8]);
  expect(written).toEqual([[1], [2, 3], [4]]);
});

it('writes the first at once, and lets what follows soon gather', async () => {
  const { group, written } = doubling(10, 300);
  expect(await group.add(1)).toBe(2);
  const second = group.add(2);
  await new Promise(setImmediate);
  expect(await Promise.all([second, group.add(3)])).toEqual([4, 6]);
  expect(written).toEqual([[1], [2, 3]]);
});

it('gathers no longer once the most is there', async () => {
  const { group, written } = doubling(2, 60_000);
  await group.add(1);
  expect(await Promise.all([group.add(2), group.add(3)])).toEqual([4, 6]);
  expect(written).toEqual([[1], [2, 3]]);
});

it('fails one bad item alone', async () => {
  const { group } = doubling();
  const results = await Promise.allSettled([1, 13, 3].map((n) => group.add(n)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
