import { expect, it } from 'vitest';
import { titleWords } from './title-words.ts';

it.each([
  ['Printer on floor 3 prints nothing', ['printer', 'floor', '3', 'prints', 'nothing']],
  ['The printer', []],
  ['Drucker, DRUCKER: geht nicht!', ['drucker', 'geht', 'nicht']],
  ['state:open "quote" -word', ['state', 'open', 'quote', 'word']],
  ['', []],
])('%j is about %j', (title, words) => {
  expect(titleWords(title)).toEqual(words);
});
