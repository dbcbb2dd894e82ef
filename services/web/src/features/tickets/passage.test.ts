import { expect, it } from 'vitest';
import { fromFirstHit } from './passage.ts';

const plain = (text: string) => ({ text, hit: false });
const hit = (text: string) => ({ text, hit: true });

it.each([
  [
    'begins a few words before the first hit',
    [plain('Hello, a journal asks for a DOI for a '), hit('data'), plain(' set')],
    '… asks for a DOI for a data set',
  ],
  [
    'stays whole when the hit is near its start',
    [plain('A DOI for a '), hit('data'), plain(' set')],
    'A DOI for a data set',
  ],
  [
    'stays whole when it begins with the hit',
    [hit('data'), plain(' of a very long story that goes on')],
    'data of a very long story that goes on',
  ],
  ['has no word cut in two', [plain('Donaudampfschifffahrtsgesellschaft '), hit('x')], '… x'],
  ['of nothing is nothing', [], ''],
])('a passage %s', (_, pieces, shown) => {
  expect(
    fromFirstHit(pieces)
      .map(({ text }) => text)
      .join(''),
  ).toBe(shown);
});
