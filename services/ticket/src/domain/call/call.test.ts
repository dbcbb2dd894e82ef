import { describe, expect, it } from 'vitest';
import { isDone, type PhoneRules, whatToDo } from './call.ts';
import { digitsOf, fits, pretty } from './numbers.ts';

const rules: PhoneRules = {
  outbound: { routing_table: [{ dest: '41*', caller_id: '4144' }], default_caller_id: '4930' },
  inbound: { block_caller_ids: [{ caller_id: '+49 30 666' }, { caller_id: '900*' }] },
};
const none: PhoneRules = {
  outbound: { routing_table: [], default_caller_id: '' },
  inbound: { block_caller_ids: [] },
};

describe('what a telephone system is told', () => {
  it.each([
    ['in', '493099', '4930', rules, {}],
    ['in', '0049 30 666', '4930', rules, { action: 'reject', reason: 'busy' }],
    ['in', '900123', '4930', rules, { action: 'reject', reason: 'busy' }],
    ['in', 'anonymous', '4930', rules, {}],
    ['out', '10', '004144999', rules, { action: 'dial', caller_id: '4144', number: '004144999' }],
    ['out', '10', '4930123', rules, { action: 'dial', caller_id: '4930', number: '4930123' }],
    ['out', '10', '4930123', none, {}],
  ] as const)('%s from %s to %s', (direction, from, to, by, told) => {
    expect(whatToDo(direction, from, to, by)).toEqual(told);
  });
});

it.each([
  ['out', false, 'cancel', true],
  ['in', true, 'normalClearing', true],
  ['in', false, 'cancel', false],
  ['in', false, 'forwarded', true],
] as const)('a call %s, answered: %s, that ended by %s is done: %s', (direction, answered, cause, done) => {
  expect(isDone({ direction, answered }, cause)).toBe(done);
});

it('numbers are compared by what is dialled', () => {
  expect(digitsOf('+49 (30) 12-34')).toBe('49301234');
  expect(fits('0049301234', '+49 30 1234')).toBe(true);
  expect(fits('49301234', '4930')).toBe(false);
  expect(fits('anonymous', '')).toBe(false);
  expect(pretty('004930123456')).toBe('+4930123456');
  expect(pretty('anonymous')).toBe('anonymous');
});
