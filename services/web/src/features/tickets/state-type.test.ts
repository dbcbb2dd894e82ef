import { expect, it } from 'vitest';
import { isPendingState, isResultState, stateTypeOf } from './state-type.ts';

it.each([
  ['fresh', 1, 'new', false, false],
  ['waiting', 3, 'pending reminder', true, false],
  ['pending close', 4, 'pending action', true, false],
  ['closed', 5, 'closed', false, false],
  ['redirected', 5, 'closed', false, true],
  ['merged', 6, 'merged', false, true],
])('the state "%s" of type %d is %s', (name, state_type_id, type, pending, result) => {
  expect(stateTypeOf({ state_type_id })).toBe(type);
  expect(isPendingState({ state_type_id })).toBe(pending);
  expect(isResultState({ name, state_type_id })).toBe(result);
});

it('treats what it does not know as open', () => {
  expect(stateTypeOf({ state_type_id: 99 })).toBe('open');
  expect(stateTypeOf(undefined)).toBe('open');
});
