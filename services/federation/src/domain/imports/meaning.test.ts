import { describe, expect, it } from 'vitest';
import { priorityHere, stateHere } from './meaning.ts';

describe('words of another helpdesk', () => {
  it.each([
    ['zammad', 'new', 'new'],
    ['zammad', 'Open', 'open'],
    ['zammad', 'pending close', 'closed'],
    ['zammad', 'pending reminder', 'pending reminder'],
    ['zammad', 'waiting for parts', null],
    ['freshdesk', '2', 'new'],
    ['freshdesk', '6', 'pending reminder'],
    ['freshdesk', '5', 'closed'],
    ['freshdesk', '12', null],
  ] as const)('of %s: the state %s becomes %s', (kind, theirs, here) => {
    expect(stateHere(kind, theirs)).toBe(here);
  });

  it.each([
    ['zammad', '3 high', '3 high'],
    ['zammad', 'soon', null],
    ['freshdesk', '1', '1 low'],
    ['freshdesk', '4', '3 high'],
  ] as const)('of %s: the priority %s becomes %s', (kind, theirs, here) => {
    expect(priorityHere(kind, theirs)).toBe(here);
  });
});
