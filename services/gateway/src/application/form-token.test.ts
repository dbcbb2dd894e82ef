import { epochMs } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { FormToken } from './form-token.ts';

const now = epochMs(1_700_000_000_000);
const browser = 'a'.repeat(40);

it('is good for a day, for the browser it was given to', () => {
  const tokens = new FormToken('secret');
  const token = tokens.at(now, browser);
  expect(tokens.isGood(token, browser, now)).toBe(true);
  expect(tokens.isGood(token, browser, epochMs(now + 86_400_000))).toBe(true);
  expect(tokens.isGood(token, browser, epochMs(now + 86_400_001))).toBe(false);
  expect(tokens.isGood(token, browser, epochMs(now - 1))).toBe(false);
  expect(tokens.isGood(token, 'b'.repeat(40), now)).toBe(false);
  expect(tokens.isGood(token.replace(/^\d/, '2'), browser, now)).toBe(false);
  expect(new FormToken('other').isGood(token, browser, now)).toBe(false);
  for (const wrong of ['', 'x', `${now}.`, 'x'.repeat(40)]) expect(tokens.isGood(wrong, browser, now)).toBe(false);
});
