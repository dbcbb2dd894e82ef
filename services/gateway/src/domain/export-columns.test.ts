import { expect, it } from 'vitest';
import { isOfTime } from './export-columns.ts';

it('takes texts for times where a column is one of times, or of an attribute of which nothing is known here', () => {
  const columns = ['created_at', 'ticket.updated_at', 'pending_time', 'renewed_on', 'title', 'ticket.title', 'note'];
  expect(columns.filter(isOfTime)).toEqual(['created_at', 'ticket.updated_at', 'pending_time', 'renewed_on']);
});
