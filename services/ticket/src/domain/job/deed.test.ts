import { expect, it } from 'vitest';
import { deedOf } from './deed.ts';

it.each([
  ['lines of a macro', { 'ticket.state_id': { value: 4 }, 'article.note': { body: 'x' } }, { do: 'change' }],
  ['nothing', {}, { do: 'change' }],
  ['a merge', { 'ticket.merge': { value: '7' } }, { do: 'merge', targetId: 7 }],
  ['a deletion', { 'ticket.action': { value: 'delete' } }, { do: 'delete' }],
])('%s is read', (_, perform, deed) => {
  expect(deedOf(perform)).toEqual(deed);
});

it.each([
  ['a merge into nothing', { 'ticket.merge': {} }],
  ['a merge into no line', { 'ticket.merge': null }],
  ['a merge into what is no id', { 'ticket.merge': { value: '7 or 8' } }],
  ['a merge into what is before the first', { 'ticket.merge': { value: 0 } }],
  ['a merge with a change', { 'ticket.merge': { value: 7 }, 'ticket.state_id': { value: 4 } }],
  ['a change with a deletion', { 'ticket.state_id': { value: 4 }, 'ticket.action': { value: 'delete' } }],
  ['an action that is none', { 'ticket.action': { value: 'hide' } }],
])('%s is refused', (_, perform) => {
  expect(() => deedOf(perform)).toThrow(expect.objectContaining({ code: 'action.invalid' }));
});
