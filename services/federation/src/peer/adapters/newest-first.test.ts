import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changedSince } from './newest-first.ts';

/** A helpdesk with whole seconds, as they have; pages of two. */
class Queue {
  readonly changedAt = new Map<string, number>();
  now = 1_000_000;
  asked = 0;

  change(id: string): void {
    this.changedAt.set(id, Math.floor(this.now / 1_000) * 1_000);
  }

  read = async (page: number) => {
    this.asked++;
    const rows = [...this.changedAt].map(([id, at]) => ({ id, at })).sort((a, b) => b.at - a.at);
    const items = rows.slice((page - 1) * 2, page * 2);
    return { items, more: rows.length > page * 2, now: this.now };
  };
}

it('finds nothing of what was there before it looked first', async () => {
  const queue = new Queue();
  for (const id of ['1', '2', '3']) queue.change(id);
  const first = await changedSince(null, queue.read);
  expect(first.ids).toEqual([]);
  let { cursor } = first;
  for (const wait of [0, 0, 60_000]) {
    queue.now += wait;
    const next = await changedSince(cursor, queue.read);
    expect(next.ids).toEqual([]);
    cursor = next.cursor;
  }
});

it('finds each change, however times coincide, and comes to rest', async () => {
  const steps = fc.array(
    fc.record({ ids: fc.array(fc.constantFrom('1', '2', '3', '4', '5'), { maxLength: 4 }), wait: fc.nat(7_000) }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (said) => {
      const queue = new Queue();
      let { cursor } = await changedSince(null, queue.read);
      for (const { ids, wait } of said) {
        queue.now += 1_000;
        for (const id of ids) queue.change(id);
        const found = await changedSince(cursor, queue.read);
        for (const id of ids) expect(found.ids).toContain(id);
        cursor = found.cursor;
        queue.now += wait;
      }
      queue.now += 20_000;
      ({ cursor } = await changedSince(cursor, queue.read));
      expect((await changedSince(cursor, queue.read)).ids).toEqual([]);
    }),
  );
});

it('reads no further than to what it knows', async () => {
  const queue = new Queue();
  for (let id = 1; id <= 50; id++) {
    queue.now += 60_000;
    queue.change(String(id));
  }
  const { cursor } = await changedSince(null, queue.read);
  queue.now += 60_000;
  queue.change('7');
  queue.asked = 0;
  expect((await changedSince(cursor, queue.read)).ids).toEqual(['7']);
  expect(queue.asked).toBeLessThanOrEqual(2);
});
