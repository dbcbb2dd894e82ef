import { describe, expect, it } from 'vitest';
import { calendarBody, calendarValues, hoursInShort, newCalendar } from './calendar.ts';
import type { Calendar } from './queries.ts';

const stored = {
  ...{ id: 1, name: 'Berlin', timezone: 'Europe/Berlin', default: true },
  business_hours: {
    mon: {
      active: true,
      timeframes: [
        ['08:00', '12:00'],
        ['13:00', '24:00'],
      ],
    },
    sat: { active: false, timeframes: [['10:00', '12:00']] },
  },
  ical_url: null,
  public_holidays: { '2026-12-25': { active: true, summary: 'Christmas' }, '2026-05-01': { active: false, feed: 'f' } },
} as unknown as Calendar;

describe('the form of a calendar', () => {
  it('shows what is stored, days off in their order, and sends it as it was', () => {
    const values = calendarValues(stored);
    expect(values.hours.mon.spans).toEqual([
      ['08:00', '12:00'],
      ['13:00', '00:00'],
    ]);
    expect(values.hours.tue).toEqual({ active: false, spans: [] });
    expect(values.holidays.map(({ day }) => day)).toEqual(['2026-05-01', '2026-12-25']);
    const body = calendarBody(values);
    expect(body).toMatchObject({
      ...{ name: 'Berlin', timezone: 'Europe/Berlin', default: true },
      business_hours: { sat: { active: false, timeframes: [['10:00', '12:00']] } },
      public_holidays: { '2026-12-25': { active: true, summary: 'Christmas' } },
    });
    expect(calendarValues({ ...stored, ...body } as unknown as Calendar)).toEqual(values);
  });

  it('leaves out a day off of which no day was chosen', () => {
    expect(calendarBody({ holidays: [{ day: '', summary: 'x', active: true }] })).toEqual({ public_holidays: {} });
  });

  it('is told in short, days of the same hours together', () => {
    expect(hoursInShort(newCalendar('UTC'), 'en')).toBe('Mon–Fri 09:00–17:00');
    expect(hoursInShort(calendarValues(stored), 'en')).toBe('Mon 08:00–12:00, 13:00–00:00');
  });
});
