import fc from 'fast-check';
import { expect, it } from 'vitest';
import { choiceOf, ruleOf, weekdays } from './recurring.ts';

it('what the form says is read back as it was said', () => {
  const freq = fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY');
  fc.assert(
    fc.property(freq, fc.integer({ min: 1, max: 99 }), fc.subarray([...weekdays]), (each, interval, some) => {
      const choice = { freq: each, interval, days: each === 'WEEKLY' ? some : [], own: '' };
      expect(choiceOf(ruleOf(choice))).toEqual(choice);
    }),
  );
});

it.each(['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1', 'FREQ=DAILY;COUNT=3', 'FREQ=MONTHLY;BYDAY=1MO', 'anything', ''])(
  '%s stays as it was written',
  (rule) => {
    expect(choiceOf(rule).freq).toBe('own');
    expect(ruleOf(choiceOf(rule))).toBe(rule);
  },
);
