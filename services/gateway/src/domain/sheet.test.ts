import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellOf, rowXml, sheetEnd } from './sheet.ts';
import { ZoneClock } from './zone-clock.ts';

/** What a clock shows, as spreadsheets count days. */
const at = (year: number, month: number, ...more: number[]) => 25_569 + Date.UTC(year, month - 1, ...more) / 86_400_000;
/** Halves of pairs and control characters among them. */
const anyUnit = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0xd7f0, max: 0xffff }));
const berlin = new ZoneClock('Europe/Berlin');

describe('a cell of a sheet', () => {
  it.each([
    ['a time, by the clock of the reader', '2026-01-31T23:30:00.000Z', { at: at(2026, 2, 1, 0, 30), withTime: true }],
    ['a time in summer', '2026-07-01T22:30:00Z', { at: at(2026, 7, 2, 0, 30), withTime: true }],
    ['a day, which is the same everywhere', '2026-02-03', { at: at(2026, 2, 3), withTime: false }],
    ['a time that spreadsheets disagree about', '1900-02-01T00:00:00Z', '1900-02-01T00:00:00Z'],
    ['no day at all', '2026-13-99', '2026-13-99'],
    ['several values', ['a', 'b'], 'a, b'],
    ['an object', { a: 1 }, '{"a":1}'],
    ['nothing', '', null],
    ['a number', 1.5, 1.5],
    ['a number that is none', Number.NaN, 'NaN'],
  ])('holds %s', (_, value, cell) => {
    expect(cellOf(value, true, berlin)).toEqual(cell);
  });

  it('is a text in columns that hold no times, whatever it looks like', () => {
    expect(cellOf('2026-02-03', false, berlin)).toBe('2026-02-03');
  });

  it('never is a formula, and always XML', () => {
    fc.assert(
      fc.property(fc.array(anyUnit), (units) => {
        const text = String.fromCharCode(...units);
        const xml = rowXml([`=${text}`], 2);
        expect(xml).toMatch(
          /^<row r="2"><c r="A2" s="0" t="inlineStr"><is><t xml:space="preserve">=[^<>]*<\/t><\/is><\/c><\/row>$/u,
        );
        // biome-ignore lint/suspicious/noControlCharactersInRegex: which XML does not take
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        expect(xml.isWellFormed()).toBe(true);
      }),
    );
    expect(rowXml(['_x0041_'], 2)).toContain('_x005F_x0041_');
  });

  it('stands in its column, and the filter of the sheet spans all of them', () => {
    const cells = Array.from({ length: 703 }, (_, i) => i);
    const places = [...rowXml(cells, 7).matchAll(/r="([A-Z]+)7"/g)].map(([, column]) => column);
    expect([0, 25, 26, 51, 52, 701, 702].map((i) => places[i])).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
    expect(sheetEnd(28, 9)).toContain('ref="A1:AB9"');
  });
});

describe('a clock', () => {
  it.each([
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/Berlin', '2026-03-29T00:59:59Z', 60],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 120],
    ['America/New_York', '2026-01-01T00:00:00Z', -300],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 345],
  ])('of %s at %s', (zone, at, minutes) => {
    const clock = new ZoneClock(zone);
    for (let again = 0; again < 2; again++) expect(clock.aheadAt(Date.parse(at))).toBe(minutes * 60_000);
  });

  it('is none of a zone that there is not', () => {
    expect(() => new ZoneClock('Nowhere')).toThrow(RangeError);
  });
});
