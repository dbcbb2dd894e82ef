import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { States, type TicketState } from '../ticket/state.ts';
import { openTicket, type Ticket } from '../ticket/ticket.ts';
import { matches, parseCondition } from './condition.ts';

const state: TicketState = {
  ...{ id: 1, name: 'new', type: 'new', nextStateId: null },
  ...{ defaultCreate: true, defaultFollowUp: true, ignoreEscalation: false, terminal: false, active: true },
};
const world = { states: new States([state]), ownerOf: () => undefined };
const draft = { id: 1, number: '10001', title: 'Printer', groupId: 2, priorityId: 3, customerId: 10 };
const ticket = (over: Partial<Ticket> = {}): Ticket => ({ ...openTicket(draft, 10, world, epochMs(0)), ...over });

const picks = (selector: unknown, over: Partial<Ticket> = {}) => {
  const condition = parseCondition(selector);
  return condition === null || matches(condition, ticket(over));
};
const is = (value: unknown) => ({ operator: 'is', value });
const isNot = (value: unknown) => ({ operator: 'is not', value });

describe('a condition', () => {
  it.each([
    ['nothing', {}, true],
    ['null', null, true],
    ['an id', { 'ticket.group_id': is(2) }, true],
    ['digits', { 'ticket.group_id': is('2') }, true],
    ['several', { 'ticket.group_id': is(['1', '2']) }, true],
    ['another', { 'ticket.group_id': is(['1', '3']) }, false],
    ['not', { 'ticket.group_id': isNot(['1', '3']) }, true],
    ['every line', { 'ticket.group_id': is(2), 'ticket.priority_id': is(1) }, false],
    ['a text', { 'ticket.title': is('Printer') }, true],
    ['not set', { 'ticket.organization_id': { operator: 'is', pre_condition: 'not_set', value: '' } }, true],
    ['set', { 'ticket.organization_id': { operator: 'is not', pre_condition: 'not_set' } }, false],
    ['nobody', { 'ticket.owner_id': { operator: 'is', pre_condition: 'not_set' } }, true],
    ['no value', { 'ticket.group_id': is([]) }, false],
    [
      'any of',
      {
        operator: 'OR',
        conditions: [
          { name: 'ticket.group_id', ...is(9) },
          { name: 'ticket.number', ...is('10001') },
        ],
      },
      true,
    ],
    [
      'all of',
      {
        operator: 'AND',
        conditions: [
          { name: 'ticket.group_id', ...is(9) },
          { name: 'ticket.number', ...is('10001') },
        ],
      },
      false,
    ],
    [
      'none of',
      {
        operator: 'NOT',
        conditions: [
          { name: 'ticket.group_id', ...is(9) },
          { name: 'ticket.number', ...is('10001') },
        ],
      },
      false,
    ],
    [
      'nested',
      { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [{ name: 'ticket.group_id', ...is(9) }] }] },
      true,
    ],
  ])('by %s', (_, selector, expected) => {
    expect(picks(selector)).toBe(expected);
  });

  const deep = (levels: number): object =>
    levels === 0 ? { name: 'ticket.group_id', ...is(2) } : { operator: 'AND', conditions: [deep(levels - 1)] };

  it.each([
    ['a list', [], /is an object/],
    ['what tickets do not have', { 'ticket.tags': is('a') }, /"ticket.tags" cannot be used.*ticket.group_id/],
    ['what only objects of the language have', { 'ticket.constructor': is(1) }, /cannot be used/],
    ['something of the customer', { 'customer.vip': is(true) }, /"customer.vip" cannot be used/],
    [
      'an unknown operator',
      { 'ticket.title': { operator: 'contains', value: 'x' } },
      /"is" or "is not", not "contains"/,
    ],
    [
      'a user who is not there',
      { 'ticket.owner_id': { operator: 'is', pre_condition: 'current_user.id' } },
      /no user here/,
    ],
    ['no id', { 'ticket.group_id': is('Users') }, /"Users" is no id/],
    ['an object as an id', { 'ticket.group_id': is({}) }, /{} is no id/],
    ['a number as a text', { 'ticket.title': is(1) }, /1 is no text/],
    ['no line', { 'ticket.title': 'x' }, /needs an operator/],
    ['an unknown joint', { operator: 'XOR', conditions: [] }, /AND, OR or NOT/],
    ['no list', { operator: 'AND', conditions: {} }, /needs a list/],
    ['more levels than anybody needs', deep(11), /10 levels/],
    ['more values than anybody needs', { 'ticket.group_id': is(Array(1001).fill(1)) }, /at most 1000/],
  ])('refuses %s', (_, selector, why) => {
    expect(() => parseCondition(selector)).toThrow(why);
  });

  it('may be ten levels deep', () => {
    expect(picks(deep(10))).toBe(true);
  });
});
