import { expect, it } from 'vitest';
import { linesOf, shownOf } from './perform.ts';

const macro = {
  'ticket.state_id': { value: '4' },
  'ticket.owner_id': { pre_condition: 'current_user.id' },
  'ticket.tags': { operator: 'add', value: 'a, b' },
  'article.note': { body: '<p>Hi</p>', internal: true },
};

it('shows the lines and writes them back', () => {
  const values = shownOf(macro, 'article.note');
  expect(values).toMatchObject({ state: '4', owner: 'me', addTags: ['a', 'b'], removeTags: [], text: '<p>Hi</p>' });
  expect(linesOf(values, 'article.note')).toEqual(macro);
});

it('keeps the lines that it does not show', () => {
  const pending = { 'ticket.pending_time': { operator: 'relative', value: '2', range: 'day' } };
  const values = shownOf({ ...macro, ...pending }, 'article.note');
  expect(linesOf({ ...values, state: '', text: '' }, 'article.note')).toEqual({
    ...pending,
    'ticket.owner_id': macro['ticket.owner_id'],
    'ticket.tags': macro['ticket.tags'],
  });
});

it('reads tags to remove, and the text of a template', () => {
  const options = { 'ticket.tags': { operator: 'remove', value: ['x'] }, 'article.body': { value: 'T' } };
  const values = shownOf(options, 'article.body');
  expect(values).toMatchObject({ addTags: [], removeTags: ['x'], text: 'T' });
  expect(linesOf(values, 'article.body')).toEqual({
    'ticket.tags': { operator: 'remove', value: 'x' },
    'article.body': { value: 'T' },
  });
});
