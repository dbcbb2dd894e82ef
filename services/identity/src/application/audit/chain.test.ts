import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuditFacts, type ChainedEntry, chain, follow, genesis, hashOfEntry } from './chain.ts';

const text = fc.option(fc.string({ unit: 'grapheme' }));
const id = fc.option(fc.integer({ min: 1 }));
const facts: fc.Arbitrary<AuditFacts> = fc.record({
  at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
  service: fc.constantFrom('identity', 'ticket'),
  action: fc.constantFrom('user.changed', 'setting.changed'),
  actorId: id,
  onBehalfOfId: id,
  objectType: fc.constantFrom('User', 'Setting'),
  objectId: text,
  objectLabel: text,
  changes: fc.json(),
  address: text,
  requestId: text,
});
const entries = fc.array(facts, { minLength: 1, maxLength: 12 });

/** The id of the first entry that does not follow; undefined when all do. */
function broken(rows: readonly ChainedEntry[]): number | undefined {
  let head = genesis;
  for (const row of rows) {
    const step = follow(head, row);
    if (!step.ok) return step.id;
    head = step.head;
  }
  return undefined;
}

describe('the chain of the audit log', () => {
  it('holds however it was written, in one batch or in many', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (all, cut) => {
        const at = cut % (all.length + 1);
        const first = chain(genesis, all.slice(0, at));
        const rows = [...first, ...chain(first.at(-1) ?? genesis, all.slice(at))];
        expect(broken(rows)).toBeUndefined();
        expect(rows).toEqual(chain(genesis, all));
      }),
    );
  });

  it('names the first entry that was changed', () => {
    fc.assert(
      fc.property(entries, fc.nat(), facts, (all, n, other) => {
        const rows = chain(genesis, all);
        const at = n % rows.length;
        const row = rows[at] as ChainedEntry;
        const forged = { ...other, seq: row.seq, hash: row.hash };
        fc.pre(!hashOfEntry(genesis.hash, 1, other).equals(hashOfEntry(genesis.hash, 1, row)));
        expect(broken(rows.with(at, forged))).toBe(at + 1);
        // With a hash of its own that fits, the one after it does not any more.
        const before = rows[at - 1] ?? genesis;
        const fitting = { ...forged, hash: hashOfEntry(before.hash, row.seq, other) };
        expect(broken(rows.with(at, fitting))).toBe(at + 1 < rows.length ? at + 2 : undefined);
      }),
    );
  });

  it('names the first entry that is missing, or stands elsewhere', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 2, maxLength: 12 }), fc.nat(), (all, n) => {
        const rows = chain(genesis, all);
        const at = n % (rows.length - 1);
        expect(broken(rows.toSpliced(at, 1))).toBe(at + 1);
        const [one, two] = [rows[at] as ChainedEntry, rows[at + 1] as ChainedEntry];
        expect(broken(rows.with(at, { ...two, seq: one.seq }).with(at + 1, { ...one, seq: two.seq }))).toBe(at + 1);
      }),
    );
  });
});
