import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedAccent, contrast } from './accent.ts';

describe('the contrast of two colours', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#ffffff', '#ffffff', 1],
  ])('of %s and %s is %d, whichever comes first', (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 2);
    expect(contrast(other, one)).toBe(contrast(one, other));
  });
});

describe('an accent', () => {
  it('stays as it is where it can be read', () => {
    expect(checkedAccent('#0b667b')).toMatchObject({ light: '#0b667b', lightContrast: 5.6 });
    expect(checkedAccent('#7fd4e5')).toMatchObject({ dark: '#7fd4e5' });
  });

  it('that is too light for light pages is darkened there, and only there', () => {
    const { light, dark } = checkedAccent('#ffd400');
    expect(dark).toBe('#ffd400');
    expect(light).not.toBe('#ffd400');
    // Still the same yellow: as much red, a little less green, no blue.
    expect(light.slice(5)).toBe('00');
  });

  it('can be read on every ground of the pages, and white can be read on the light one, whatever was chosen', () => {
    const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(colour, (accent) => {
        const { light, dark, lightContrast, darkContrast } = checkedAccent(accent);
        for (const ground of ['#ffffff', '#f7f9fa', '#eff2f4']) expect(contrast(light, ground)).toBeGreaterThan(4.5);
        for (const ground of ['#1a2126', '#121212', '#2a343b'])
          expect(contrast(dark, ground)).toBeGreaterThanOrEqual(4.5);
        expect(Math.min(lightContrast, darkContrast)).toBeGreaterThanOrEqual(4.5);
        expect([light, dark].every((one) => /^#[0-9a-f]{6}$/.test(one))).toBe(true);
      }),
    );
  });
});
