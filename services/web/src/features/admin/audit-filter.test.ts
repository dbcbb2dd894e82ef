import { expect, it } from 'vitest';
import { auditQuery, exportAddress, formatAuditFilter, parseAuditFilter } from './audit-filter.ts';

const none = { who: '', what: '', from: '', to: '' };

it('an address and its filter are the same', () => {
  const filter = { who: 'ada@example.com', what: 'user', from: '2026-03-01', to: '' };
  expect(parseAuditFilter(formatAuditFilter(filter))).toEqual(filter);
  expect(formatAuditFilter(none)).toEqual({});
});

it('what is no day is left out', () => {
  expect(parseAuditFilter({ from: 'yesterday', to: '2026-1-1', who: 7, what: ' user ' })).toEqual({
    ...none,
    what: 'user',
  });
});

it('the last day is included to its end', () => {
  const { from, to } = auditQuery({ ...none, from: '2026-10-25', to: '2026-10-25' });
  expect(from).toBe(new Date(2026, 9, 25).toISOString());
  expect(to).toBe(new Date(2026, 9, 26).toISOString());
});

it('the file has what the list has', () => {
  const address = exportAddress({ ...none, who: 'a+b@example.com', what: 'user.changed' }, 'json');
  expect(address).toBe('/api/v1/audit/export?actor=a%2Bb%40example.com&action=user.changed&format=json');
});
