import { expect, it } from 'vitest';
import { rangeIn } from './byte-range.ts';

const etag = '"abc"';

it.each([
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=2-4', { start: 2, end: 4 }],
  ['bytes=7-', { start: 7, end: 9 }],
  ['bytes=7-99', { start: 7, end: 9 }],
  ['bytes=-3', { start: 7, end: 9 }],
  ['bytes=-99', { start: 0, end: 9 }],
  ['Bytes = 1-2', { start: 1, end: 2 }],
  ['bytes=10-', 'beyond'],
  ['bytes=10-20', 'beyond'],
  ['bytes=-0', 'beyond'],
  ['bytes=999999999999999-', 'beyond'],
  ['bytes=4-2', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=', 'whole'],
  ['bytes=a-b', 'whole'],
  ['bytes=0-1,3-4', 'whole'],
  ['bytes=0x1-2', 'whole'],
  ['bytes=1-9999999999999999', 'whole'],
  ['lines=0-1', 'whole'],
  ['', 'whole'],
])('of ten bytes, "%s" is %j', (range, part) => expect(rangeIn({ range }, 10, etag)).toEqual(part));

it.each([
  [etag, { start: 0, end: 1 }],
  ['"other"', 'whole'],
  ['W/"abc"', 'whole'],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 'whole'],
])('with If-Range %s it is %j', (ifRange, part) => {
  expect(rangeIn({ range: 'bytes=0-1', 'if-range': ifRange }, 10, etag)).toEqual(part);
});

it('of nothing there is no part', () => {
  expect(rangeIn({}, 0, etag)).toBe('whole');
  expect(rangeIn({ range: 'bytes=0-' }, 0, etag)).toBe('beyond');
});
