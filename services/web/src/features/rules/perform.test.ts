import { expect, it } from 'vitest';
import { linesOf, newLine, offered, recipientsOf, tagsOf } from './perform.ts';

it('lists what is done in one order, and what has no editor last', () => {
  const perform = {
    'ticket.custom': { value: 1 },
    'article.note': { body: 'x' },
    'ticket.state_id': { value: 4 },
    'notification.email': {},
  };
  expect(linesOf(perform, 'rule').map(({ name, known }) => [name, known !== null])).toEqual([
    ['ticket.state_id', true],
    ['article.note', true],
    ['notification.email', true],
    ['ticket.custom', false],
  ]);
  expect(linesOf(perform, 'macro').at(-1)).toEqual({ name: 'ticket.custom', known: null });
  expect(linesOf(perform, 'macro')).toContainEqual({ name: 'notification.email', known: null });
});

it('begins every line with an object of its own', () => {
  for (const name of offered.rule) expect(typeof newLine(name, 'rule')).toBe('object');
});

it('reads tags however they are written', () => {
  expect(tagsOf('a, b,,c ')).toEqual(['a', 'b', 'c']);
  expect(tagsOf(['a', 'b'])).toEqual(['a', 'b']);
  expect(tagsOf(undefined)).toEqual([]);
});

it('tells parts in the ticket from people', () => {
  expect(recipientsOf(['ticket_customer', 'userid_4'])).toEqual({ parts: ['ticket_customer'], people: ['4'] });
  expect(recipientsOf('ticket_owner')).toEqual({ parts: ['ticket_owner'], people: [] });
});
