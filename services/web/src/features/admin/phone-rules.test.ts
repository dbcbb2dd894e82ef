import { expect, it } from 'vitest';
import { blockedIn, blockedText, routesIn, routesText } from './phone-rules.ts';

it('rules for calls are lines that people write', () => {
  const routes = [
    { dest: '41*', caller_id: '4144', note: 'our office there' },
    { dest: '*', caller_id: '4930', note: '' },
  ];
  expect(routesText(routes)).toBe('41* 4144 our office there\n* 4930');
  expect(routesIn(` ${routesText(routes)}\n\n`)).toEqual(routes);
});

it('numbers that are blocked are one in a line, with a note', () => {
  const blocked = [
    { caller_id: '900*', note: 'sells things' },
    { caller_id: '+49301', note: '' },
  ];
  expect(blockedIn(blockedText(blocked))).toEqual(blocked);
  expect(blockedText([{ caller_id: '+49 30 1', note: '' }])).toBe('+49301');
});
