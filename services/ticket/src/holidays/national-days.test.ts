import { describe, expect, it } from 'vitest';
import { nationalDays, places } from './national-days.ts';

describe('the holidays of a place', () => {
  const days = (place: Parameters<typeof nationalDays>[0], ...years: number[]) =>
    (nationalDays(place, years, ['en']) ?? []).map(({ day }) => day);

  it.each([
    ['of a country', { country: 'DE' }, ['2026-04-03', '2026-10-03', '2026-12-26'], ['2026-01-06', '2026-06-04']],
    ['of a state', { country: 'DE', state: 'BY' }, ['2026-01-06', '2026-06-04'], ['2026-08-08']],
    ['of a region', { country: 'DE', state: 'BY', region: 'A' }, ['2026-08-08'], []],
    ['that last several days', { country: 'SA' }, ['2026-03-19', '2026-03-20', '2026-03-21', '2026-03-22'], []],
    ['that begin the evening before', { country: 'IL' }, ['2026-04-02', '2026-04-08'], ['2026-04-01']],
    ['and not of an afternoon or a bank', { country: 'PL' }, ['2026-05-03'], ['2026-05-02', '2026-12-31']],
  ])('%s', (_name, place, among, not) => {
    const found = days(place, 2026);
    expect(found).toEqual(expect.arrayContaining(among));
    for (const day of not) expect(found).not.toContain(day);
  });

  it('of several years, in order and each once', () => {
    const found = days({ country: 'PL' }, 2027, 2026);
    expect(found).toEqual([...new Set(found)].sort());
    expect(new Set(found.map((day) => day.slice(0, 4)))).toEqual(new Set(['2026', '2027']));
  });

  it('by their names in the language of who asks', () => {
    const name = (language: string) => nationalDays({ country: 'DE' }, [2026], [language, 'en'])?.[0]?.summary;
    expect([name('de'), name('en')]).toEqual(['Neujahr', "New Year's Day"]);
  });

  it.each([
    { country: 'XX' },
    { country: 'DE', state: 'XX' },
    { country: 'PL', state: 'BY' },
    { country: 'constructor' },
  ])('of nowhere there are none: %o', (place) => {
    expect(nationalDays(place, [2026], ['en'])).toBeUndefined();
  });

  it('every place that is offered is one, down to its regions', () => {
    const all = places('en');
    expect(all.length).toBeGreaterThan(150);
    const germany = all.find(({ code }) => code === 'DE');
    expect(germany?.parts?.find(({ code }) => code === 'BY')?.parts).toContainEqual({
      code: 'A',
      name: 'Stadt Augsburg',
    });
    expect(places('de').find(({ code }) => code === 'DE')?.name).toBe('Deutschland');
    expect(all.map(({ name }) => name)).toEqual(
      all.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b, 'en')),
    );
  });
});
