import { canonicalPriorities, canonicalStates } from '@helpmesh/contracts';
import { describe, expect, it } from 'vitest';
import { type PriorityTable, priorityFromPeer, priorityTables } from './priorities.ts';
import { isOver, type StateTable, stateFromPeer, stateTables } from './states.ts';

const stateRows = Object.entries(stateTables).flatMap(([name, table]: [string, StateTable]) =>
  canonicalStates.map((state) => ({ name, table, state })),
);
const priorityRows = Object.entries(priorityTables).flatMap(([name, table]: [string, PriorityTable]) =>
  canonicalPriorities.map((priority) => ({ name, table, priority })),
);

describe('states', () => {
  it.each(stateRows)('$state comes back from $name as it went there', ({ table, state }) => {
    expect(stateFromPeer(table, table[state], state)).toBe(state);
  });

  it.each(stateRows)('$state is over at $name exactly when it is over here', ({ table, state }) => {
    expect(isOver(stateFromPeer(table, table[state]) ?? 'new')).toBe(isOver(state));
  });

  it.each([
    ['rt', 'open', 'in_progress'],
    ['rt', ' Stalled ', 'waiting_requester'],
    ['rt', 'rejected', 'unsolved'],
    ['ggus', 'verified', 'verified'],
    ['zammad', 'closed', 'solved'],
    ['freshdesk', '5', 'closed'],
    ['rt', 'deleted', undefined],
  ] as const)('of %s: %s means %s', (name, raw, state) => {
    expect(stateFromPeer(stateTables[name], raw)).toBe(state);
  });
});

describe('priorities', () => {
  it.each(priorityRows)('$priority comes back from $name as it went there', ({ table, priority }) => {
    expect(priorityFromPeer(table, table[priority], priority)).toBe(priority);
  });

  it.each([
    ['rt', '0', 'low'],
    ['rt', '36', 'normal'],
    ['rt', '35', 'low'],
    ['rt', '93', 'critical'],
    ['rt', 'urgent', undefined],
    ['rt', '', undefined],
    ['ggus', 'Top Priority', 'critical'],
    ['zammad', '3 high', 'high'],
    ['zammad', '2', undefined],
  ] as const)('of %s: %s means %s', (name, raw, priority) => {
    expect(priorityFromPeer(priorityTables[name], raw)).toBe(priority);
  });
});
