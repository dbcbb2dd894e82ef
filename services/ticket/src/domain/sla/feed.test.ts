import { describe, expect, it } from 'vitest';
import { withFeed, withoutFeed } from './feed.ts';

const present = {
  '2024-12-25': { active: true, summary: 'Christmas', feed: 'a' },
  '2026-05-01': { active: false, summary: 'Labour Day', feed: 'a' },
  '2026-05-02': { active: true, summary: 'Gone from the feed', feed: 'a' },
  '2026-05-03': { active: true, summary: 'Of the feed before', feed: 'b' },
  '2026-08-10': { active: true, summary: 'Company trip' },
  '2026-12-25': { active: false, summary: 'We work on Christmas' },
};
const days = [
  { day: '2026-05-01', summary: 'May Day' },
  { day: '2026-12-25', summary: 'Christmas' },
  { day: '2026-12-26', summary: 'Boxing Day' },
];

describe('days off with those of a feed', () => {
  const next = withFeed(present, days, 'a', '2025-01-01');

  it('keep what people wrote and chose, and what is over', () => {
    expect(next).toEqual({
      '2024-12-25': present['2024-12-25'],
      '2026-05-01': { active: false, summary: 'May Day', feed: 'a' },
      '2026-08-10': present['2026-08-10'],
      '2026-12-25': present['2026-12-25'],
      '2026-12-26': { active: true, summary: 'Boxing Day', feed: 'a' },
    });
    expect(Object.keys(next)).toEqual(Object.keys(next).sort());
  });

  it('are the same when it is read once more, and those of people when there is no feed any more', () => {
    expect(withFeed(next, days, 'a', '2025-01-01')).toEqual(next);
    expect(Object.keys(withoutFeed(next))).toEqual(['2026-08-10', '2026-12-25']);
  });
});
