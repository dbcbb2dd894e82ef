import { describe, expect, it } from 'vitest';
import type { CustomField } from './queries.ts';
import { instantOf, linkOf, localTime, missingFields, shownValue } from './values.ts';

const on = { shown: true, required: false };
const field = (over: Partial<CustomField> = {}): CustomField => ({
  ...{ name: 'ref', display: 'Reference', data_type: 'input', data_option: {}, position: 1 },
  ...{ create: on, edit: on, view: on },
  ...over,
});

describe('what a field shows', () => {
  it('is what was just written, then what is stored, then its default', () => {
    const one = field({ data_option: { default: 'd' } });
    expect(shownValue(one, { ref: 'stored' }, { ref: null })).toBeNull();
    expect(shownValue(one, { ref: 'stored' }, {})).toBe('stored');
    expect(shownValue(one, {}, {})).toBe('d');
    expect(shownValue(field(), {}, {})).toBeNull();
  });

  it('is missing where it is required and empty', () => {
    const needed = field({ create: { shown: true, required: true } });
    expect(missingFields([needed], 'create', {}, {})).toEqual([needed]);
    expect(missingFields([needed], 'create', {}, { ref: [] })).toEqual([needed]);
    expect(missingFields([needed], 'create', {}, { ref: false })).toEqual([]);
    expect(missingFields([needed], 'edit', {}, {})).toEqual([]);
  });
});

it('a time goes into its input and comes back as it was', () => {
  expect(instantOf(localTime('2026-12-31T14:30:00.000Z'))).toBe('2026-12-31T14:30:00.000Z');
  expect(localTime(null)).toBe('');
  expect(instantOf('')).toBeNull();
});

describe('a link', () => {
  it.each([
    [{ type: 'url' }, 'https://example.org/a', 'https://example.org/a'],
    [{ type: 'url' }, 'javascript:alert(1)', null],
    [{ type: 'text' }, 'https://example.org', null],
    [{ linktemplate: 'https://example.org/#{ticket.ref}' }, 'A/1', 'https://example.org/A%2F1'],
    [{ linktemplate: 'javascript:#{ticket.ref}' }, '1', null],
  ])('of %j and %s is %s', (data_option, value, link) => {
    expect(linkOf(field({ data_option }), value)).toBe(link);
  });
});
