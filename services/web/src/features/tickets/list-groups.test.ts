import { expect, it } from 'vitest';
import type { CustomField } from '../custom/queries.ts';
import { groupsOf } from './list-groups.ts';
import type { TicketRow } from './queries.ts';

const impact = { name: 'impact', display: 'Impact' } as CustomField;
const rows = [
  { owner: 'Ada', state: 'open', custom: { impact: 'many' } },
  { owner: 'ada', state: 'open', custom: { impact: 'many' } },
  { owner: 'Bob', state: 'open', custom: { impact: null } },
  { owner: null, state: 'new' },
] as unknown as TicketRow[];

it.each([
  ['owner_id', [0, 2, 3]],
  ['ticket.state', [0, 3]],
  ['impact', [0, 2]],
  ['title', []],
  [null, []],
])('by %s there is a line where a group begins', (groupBy, places) => {
  expect([...groupsOf(rows, groupBy, [impact]).keys()]).toEqual(places);
});
