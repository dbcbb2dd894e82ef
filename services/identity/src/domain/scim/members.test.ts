import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type MemberStep, memberChange } from './members.ts';

const ids = fc.subarray(['1', '2', '3', '4']);
const step: fc.Arbitrary<MemberStep> = fc.oneof(
  fc.record({ do: fc.constantFrom('add' as const, 'remove' as const, 'set' as const), ids }),
  fc.constant({ do: 'clear' as const }),
);

it('comes to what the steps come to, one after another', () => {
  fc.assert(
    fc.property(ids, fc.array(step, { maxLength: 6 }), (before, steps) => {
      let members = new Set(before);
      for (const one of steps) {
        if (one.do === 'clear') members = new Set();
        else if (one.do === 'set') members = new Set(one.ids);
        else if (one.do === 'add') members = new Set([...members, ...one.ids]);
        else members = new Set([...members].filter((id) => !one.ids.includes(id)));
      }
      const { clear, add, remove } = memberChange(steps);
      const rest = clear ? [] : before.filter((id) => !remove.has(id));
      expect(new Set([...rest, ...add])).toEqual(members);
    }),
  );
});
