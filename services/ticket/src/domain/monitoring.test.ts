import { expect, it } from 'vitest';
import { bodyOf, isRecovery, titleOf } from './monitoring.ts';

it.each([
  ...(['OK', 'UP', 'ok', 'CRITICAL -> OK', 'RECOVERY (UP)'].map((state) => [state, true]) as [string, boolean][]),
  ...(['DOWN', 'CRITICAL', 'BROKEN', 'SUPPORT', 'UNKNOWN'].map((state) => [state, false]) as [string, boolean][]),
])('%s is a recovery: %s', (state, recovery) => {
  expect(isRecovery(state)).toBe(recovery);
});

it('a ticket says what is how, and a note everything that was said', () => {
  const event = { eventId: '7', host: 'web1', service: '', state: 'DOWN', text: 'no answer' };
  expect(titleOf(event)).toBe('web1 is DOWN');
  expect(titleOf({ ...event, service: 'http' })).toBe('web1: http is DOWN');
  expect(bodyOf(event, '192.0.2.1')).toBe('EventID: 7\nHost: web1\nState: DOWN\nText: no answer\nRemote-IP: 192.0.2.1');
});
