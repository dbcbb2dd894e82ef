import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localTime, proposals } from './send-later.ts';

it('offers times to come, each once: within two hours, tomorrow and a Monday at eight', () => {
  const days = fc.date({ min: new Date(2026, 0, 1), max: new Date(2030, 0, 1), noInvalidDate: true });
  fc.assert(
    fc.property(days, (now) => {
      const offered = proposals(now);
      for (const { id, at } of offered) {
        expect(at.getTime()).toBeGreaterThan(now.getTime());
        if (id === 'hour') expect(at.getTime() - now.getTime()).toBeLessThanOrEqual(2 * 3_600_000);
        else expect(at.getHours()).toBe(8);
        if (id === 'monday') expect(at.getDay()).toBe(1);
      }
      expect(new Set(offered.map(({ at }) => at.toDateString())).size).toBeGreaterThanOrEqual(offered.length - 1);
    }),
  );
});

it('writes a time as the field wants it', () => {
  expect(localTime(new Date(2026, 2, 5, 7, 9))).toBe('2026-03-05T07:09');
});
