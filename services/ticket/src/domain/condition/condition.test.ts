import {
  type Circumstances,
  dependsOnTime,
  dependsOnZone,
  type FieldType,
  fieldsOf,
  instantOf,
  matches,
  readsOf,
} from '@helpmesh/conditions';
import { epochMs, isoTime } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { States, type TicketState } from '../ticket/state.ts';
import { openTicket, type Ticket } from '../ticket/ticket.ts';
import type { Facts, Knowledge } from './fields.ts';
import { parseCondition } from './parse.ts';

const state: TicketState = {
  ...{ id: 1, name: 'new', type: 'new', nextStateId: null },
  ...{ defaultCreate: true, defaultFollowUp: true, ignoreEscalation: false, terminal: false, active: true },
};
const known = { ownerOf: () => undefined, matrixOf: () => null, defaultPriority: { id: 2 } };
const world = { states: new States([state]), ...known };
const draft = { id: 1, number: '10001', title: 'Printer', groupId: 2, priorityId: 3, customerId: 10 };
const ticket = (over: Partial<Ticket> = {}): Ticket => ({ ...openTicket(draft, 10, world, epochMs(0)), ...over });
const now = epochMs(Date.UTC(2026, 2, 31, 12));
const changes: Knowledge = { scope: 'changes' };

const picks = (selector: unknown, over: Partial<Facts> = {}, circumstances: Partial<Circumstances> = {}) => {
  const condition = parseCondition(selector, changes);
  return condition === null || matches(condition, { ticket: ticket(), ...over }, { now, ...circumstances });
};
const is = (value: unknown) => ({ operator: 'is', value });
const isNot = (value: unknown) => ({ operator: 'is not', value });
const one = (name: string, operator: string, value?: unknown, more = {}) => ({ [name]: { operator, value, ...more } });

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
    ['nobody, in other words', { 'ticket.owner_id': { operator: 'is not set' } }, true],
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

  it.each([
    ['contains', 'RINT', true],
    ['contains', ['x', 'inter'], true],
    ['contains not', 'RINT', false],
    ['starts with one of', ['x', 'pr'], true],
    ['starts with', 'rin', false],
    ['ends with one of', ['TER'], true],
    ['is any of', ['Printer', 'x'], true],
    ['is none of', ['Printer', 'x'], false],
    ['matches regex', '^P.*r$', true],
    ['does not match regex', '^P.*r$', false],
  ])('the title %s %j: %s', (operator, value, expected) => {
    expect(picks(one('ticket.title', operator, value))).toBe(expected);
  });

  it.each([
    ['before (absolute)', isoTime(now), {}, true],
    ['after (absolute)', '2026-03-31T12:00:00.001Z', {}, false],
    ['before (relative)', '1', { range: 'hour' }, false],
    ['from (relative)', 1, { range: 'month' }, true],
    ['till (relative)', 0, { range: 'day' }, true],
    ['after (relative)', 1, { range: 'minute' }, false],
    ['within last (relative)', 2, { range: 'week' }, true],
    ['within next (relative)', 2, { range: 'year' }, true],
    ['is set', undefined, {}, true],
  ])('a time of now is %s %j: %s', (operator, value, more, expected) => {
    expect(picks(one('ticket.pending_time', operator, value, more), { ticket: ticket({ pendingTime: now }) })).toBe(
      expected,
    );
  });

  it.each([
    ['2026-03-31T00:00:00.000Z', undefined, true],
    ['2026-03-31T23:59:59.999Z', '', true],
    ['2026-03-30T23:59:59.999Z', 'UTC', false],
    ['2026-04-01T00:00:00.000Z', 'UTC', false],
    ['2026-03-30T22:00:00.000Z', 'Europe/Berlin', true],
    ['2026-03-30T21:59:59.999Z', 'Europe/Berlin', false],
    ['2026-03-31T22:00:00.000Z', 'Europe/Berlin', false],
  ])('%s is today by the clock of %j: %s', (at, zone, expected) => {
    const pendingTime = epochMs(Date.parse(at));
    expect(picks(one('ticket.pending_time', 'today', zone), { ticket: ticket({ pendingTime }) })).toBe(expected);
  });

  it.each([
    ['2026-03-30T22:00:00.000Z', undefined, true],
    ['2026-03-31T22:00:00.000Z', '', false],
    ['2026-03-30T22:00:00.000Z', 'UTC', false],
  ])('%s is today where the desk is, unless a zone is named (%j): %s', (at, zone, expected) => {
    const facts = { ticket: ticket({ pendingTime: epochMs(Date.parse(at)) }) };
    expect(picks(one('ticket.pending_time', 'today', zone), facts, { zone: 'Europe/Berlin' })).toBe(expected);
  });

  it('a day is what the clock of its zone makes it: on that of a change it has another hour', () => {
    const at = (text: string) => epochMs(Date.parse(text));
    const day = (which: 'first' | 'last') =>
      isoTime(instantOf({ day: which, zone: 'Europe/Berlin' }, { now: at('2026-10-25T12:00:00Z') }));
    expect([day('first'), day('last')]).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z']);
  });

  it('a month before the end of March is the end of February', () => {
    const since = one('ticket.created_at', 'from (relative)', 1, { range: 'month' });
    const at = (createdAt: number) => ({ ticket: ticket({ createdAt: epochMs(createdAt) }) });
    expect(picks(since, at(Date.UTC(2026, 1, 28, 12)))).toBe(true);
    expect(picks(since, at(Date.UTC(2026, 1, 28, 11)))).toBe(false);
  });

  it.each([
    ['contains all', 'A, b', true],
    ['contains all', ['a', 'x'], false],
    ['contains one', 'x, b', true],
    ['contains all not', 'a, x', true],
    ['contains one not', 'a, x', false],
    ['is set', undefined, true],
  ])('tags a, b and c %s %j: %s', (operator, value, expected) => {
    expect(picks(one('ticket.tags', operator, value), { tags: ['a', 'b', 'c'] })).toBe(expected);
  });

  it('by who looks', () => {
    const mine = one('ticket.customer_id', 'is', null, { pre_condition: 'current_user.id' });
    const ours = one('ticket.organization_id', 'is', null, { pre_condition: 'current_user.organization_id' });
    const followed = one('ticket.mention_user_ids', 'is', null, { pre_condition: 'current_user.id' });
    const facts = { ticket: ticket({ organizationId: 4 }), mentions: [10] };
    const me = { viewer: { userId: 10, organizationIds: [4, 5] } };
    for (const selector of [mine, ours, followed]) {
      expect(picks(selector, facts, me)).toBe(true);
      expect(picks(selector, facts, { viewer: { userId: 11, organizationIds: [] } })).toBe(false);
      expect(picks(selector, facts)).toBe(false);
    }
    expect(picks(one('ticket.mention_user_ids', 'is not', null, { pre_condition: 'not_set' }), facts)).toBe(true);
  });

  it('by people and what they belong to; nobody has nothing', () => {
    const customer = {
      ...{ id: 10, login: 'n', email: 'nicole@example.org', firstname: 'Nicole', lastname: 'Braun', locale: 'en' },
      ...{ organizationId: 4, active: true, agent: false, fullGroupIds: [] },
    };
    expect(picks(one('customer.email', 'ends with', '@EXAMPLE.org'), { customer })).toBe(true);
    expect(picks(one('customer.active', 'is', 'true'), { customer })).toBe(true);
    expect(picks(one('customer.email', 'is not set'))).toBe(true);
    expect(picks(one('organization.shared', 'is', false))).toBe(false);
    expect(picks(one('organization.shared', 'is not', false))).toBe(true);
  });

  it('by what has just happened', () => {
    const change = {
      ...{ actions: ['update'], articleAction: 'create' as const, changed: new Set(['state_id']), by: 7 },
      reached: ['escalation_at' as const],
    };
    const article = {
      ...{ typeId: 1, senderId: 2, internal: false, from: null, to: null, cc: null },
      ...{ subject: null, body: 'It is broken', createdById: 10 },
    };
    const facts = { change, article };
    expect(picks(one('ticket.action', 'is', 'update'), facts)).toBe(true);
    expect(picks(one('ticket.action', 'is not', 'create'), facts)).toBe(true);
    expect(picks(one('ticket.state_id', 'has changed'), facts)).toBe(true);
    expect(picks(one('ticket.title', 'has changed'), facts)).toBe(false);
    expect(picks(one('ticket.state_id', 'is modified by', [7]), facts)).toBe(true);
    expect(picks(one('ticket.state_id', 'is modified by', null, { pre_condition: 'current_user.id' }), facts)).toBe(
      false,
    );
    expect(picks(one('ticket.state_id', 'is not modified by', [8]), facts)).toBe(true);
    expect(picks(one('ticket.escalation_at', 'has reached'), facts)).toBe(true);
    expect(picks(one('ticket.escalation_at', 'has reached warning'), facts)).toBe(false);
    expect(picks(one('article.body', 'contains', 'broken'), facts)).toBe(true);
    expect(picks(one('article.internal', 'is', false), facts)).toBe(true);
    expect(picks(one('article.type_id', 'is', 1))).toBe(false);
    expect(picks(one('article.action', 'is', 'create'), facts)).toBe(true);
  });

  it('by working time', () => {
    const open = one('execution_time.calendar_id', 'is in working time', '3');
    const shut = one('execution_time.calendar_id', 'is not in working time', '3');
    expect(picks(open, {}, { isOpen: (id) => id === 3 })).toBe(true);
    expect(picks(shut, {}, { isOpen: (id) => id === 3 })).toBe(false);
    expect(picks(open)).toBe(false);
  });

  it('by attributes that are added later', () => {
    const attribute = (type: FieldType, fallback: unknown = null) => ({ type, fallback, ofAgents: false });
    const attributes = new Map([
      ['floor', attribute('number')],
      ['room', attribute('text', 'Hall')],
      ['moved_on', attribute('day')],
      ['sites', attribute('choices', ['b'])],
    ]);
    const held = (selector: unknown, stored: Record<string, unknown>) => {
      const condition = parseCondition(selector, { scope: 'tickets', attributes });
      return condition && matches(condition, { ticket: ticket(), attributes: stored }, { now });
    };
    expect(held(one('ticket.floor', 'greater than', '2'), { floor: 3 })).toBe(true);
    expect(held(one('ticket.room', 'contains not', 'x'), {})).toBe(true);
    expect(held(one('ticket.room', 'is', 'Hall'), {})).toBe(true);
    expect(held(one('ticket.room', 'is', 'Hall'), { room: null })).toBe(false);
    expect(held(one('ticket.sites', 'contains one', 'b, k'), {})).toBe(true);
    expect(held(one('ticket.sites', 'contains one', ['B']), {})).toBe(false);
    expect(held(one('ticket.sites', 'contains all', ['b', 'k']), { sites: ['k', 'b'] })).toBe(true);
    expect(held(one('ticket.moved_on', 'before (relative)', 1, { range: 'day' }), { moved_on: '2026-01-01' })).toBe(
      true,
    );
  });

  /** Half past ten at night on 3 May in New York, half past two in the night of the fourth by UTC. */
  const night = epochMs(Date.UTC(2026, 4, 4, 2, 30));
  const daysPicked = (line: object, zone?: string) => {
    const attributes = new Map([['due_on', { type: 'day' as const, fallback: null, ofAgents: false }]]);
    const condition = parseCondition({ 'ticket.due_on': line }, { scope: 'tickets', attributes });
    const holds = (due_on: unknown) =>
      condition && matches(condition, { ticket: ticket(), attributes: { due_on } }, { now: night, zone });
    return ['2026-05-02', '2026-05-03', '2026-05-04', '2026-05-05', null, 5].filter(holds).map((day) => String(day));
  };

  it.each([
    ['America/New_York', ['2026-05-03']],
    ['', ['2026-05-04']],
    ['Europe/Berlin', ['2026-05-04']],
    ['Pacific/Kiritimati', ['2026-05-04']],
  ])('a date is today by the clock of %j', (value, expected) => {
    expect(daysPicked({ operator: 'today', value })).toEqual(expected);
  });

  it.each([
    ['before (relative)', 1, 'day', 'America/New_York', ['2026-05-02']],
    ['before (relative)', 1, 'day', 'Europe/Berlin', ['2026-05-02', '2026-05-03']],
    ['before (relative)', 1, 'day', undefined, ['2026-05-02', '2026-05-03']],
    ['after (relative)', 2, 'day', 'America/New_York', ['2026-05-05']],
    ['within last (relative)', 1, 'day', 'America/New_York', ['2026-05-02', '2026-05-03']],
    ['within next (relative)', 1, 'day', 'America/New_York', ['2026-05-03', '2026-05-04']],
    ['within next (relative)', 2, 'hour', 'America/New_York', ['2026-05-03', '2026-05-04']],
    ['within next (relative)', 2, 'hour', 'Pacific/Kiritimati', ['2026-05-04']],
    ['from (relative)', 5_000_000, 'year', 'Europe/Berlin', ['2026-05-02', '2026-05-03', '2026-05-04', '2026-05-05']],
    ['before (relative)', 0, 'day', 'A/Zone', ['2026-05-02', '2026-05-03', '2026-05-04']],
  ])('a date %s %i %s by the clock of %s', (operator, value, range, zone, expected) => {
    expect(daysPicked({ operator, value, range }, zone)).toEqual(expected);
  });

  it.each([
    ['2026-05-04', ['2026-05-04', '2026-05-05']],
    ['2026-05-04T22:00:00-05:00', ['2026-05-04', '2026-05-05']],
    ['2026-05-05T01:00:00+14:00', ['2026-05-05']],
  ])('a date is not before %s, whose day is that of its own clock', (value, expected) => {
    expect(daysPicked({ operator: 'after (absolute)', value }, 'America/New_York')).toEqual(expected);
  });

  it('needs to know where the desk is only for dates that are so long from now, and for today', () => {
    const attributes = new Map([['due_on', { type: 'day' as const, fallback: null, ofAgents: false }]]);
    const needs = (selector: object) => {
      const condition = parseCondition(selector, { scope: 'tickets', attributes });
      return condition && dependsOnZone(condition);
    };
    const ago = { operator: 'before (relative)', value: 1, range: 'day' };
    expect(needs({ 'ticket.due_on': ago })).toBe(true);
    expect(needs({ 'ticket.created_at': ago })).toBe(false);
    for (const name of ['ticket.due_on', 'ticket.created_at']) {
      expect(needs({ [name]: { operator: 'today', value: 'Asia/Tokyo' } })).toBe(false);
      expect(needs({ [name]: { operator: 'today' } })).toBe(true);
    }
    expect(needs({ 'ticket.due_on': { operator: 'before (absolute)', value: '2026-05-04' } })).toBe(false);
  });

  it('tells what has to be known for it, and when it has to be asked again', () => {
    const condition = parseCondition(
      {
        operator: 'OR',
        conditions: [
          { name: 'ticket.tags', operator: 'contains one', value: 'a' },
          { name: 'customer.email', operator: 'is set' },
          { operator: 'NOT', conditions: [{ name: 'ticket.state_id', operator: 'has changed' }] },
        ],
      },
      changes,
    );
    expect(condition && [...readsOf(condition)].sort()).toEqual(['change', 'customer', 'tags']);
    expect(condition && [...fieldsOf(condition)]).toEqual(['ticket.tags', 'customer.email', 'ticket.state_id']);
    expect(condition && dependsOnTime(condition)).toBe(false);
    const timed = parseCondition(one('ticket.created_at', 'before (relative)', 1, { range: 'day' }), changes);
    expect(timed && dependsOnTime(timed)).toBe(true);
  });

  const deep = (levels: number): object =>
    levels === 0 ? { name: 'ticket.group_id', ...is(2) } : { operator: 'AND', conditions: [deep(levels - 1)] };
  const wide = (lines: number) => ({ operator: 'AND', conditions: Array(lines).fill(deep(0)) });

  it.each([
    ['a list', [], /is an object/],
    ['what tickets do not have', { 'ticket.tag': is('a') }, /"ticket.tag" cannot be used.*ticket.group_id/],
    ['what only objects of the language have', { 'ticket.constructor': is(1) }, /cannot be used/],
    ['a joint that only objects of the language have', { operator: 'constructor', conditions: [] }, /AND, OR or NOT/],
    ['something of the customer', { 'customer.vip': is(true) }, /"customer.vip" cannot be used/],
    ['an unknown operator', one('ticket.title', 'like', 'x'), /"is", "is not".*not "like"/],
    ['an operator of other fields', one('ticket.group_id', 'contains', 'x'), /"is", "is not".*not "contains"/],
    ['no id', { 'ticket.group_id': is('Users') }, /"Users" is no id/],
    ['more than an id can be', { 'ticket.group_id': is('4294967296') }, /is no id/],
    ['an object as an id', { 'ticket.group_id': is({}) }, /{} is no id/],
    ['a number as a text', { 'ticket.title': is(1) }, /1 is no text/],
    ['a text with NUL', { 'ticket.title': is('a\0') }, /characters that no object can/],
    ['half a character', { 'ticket.title': is('\ud800') }, /characters that no object can/],
    [
      'a text to look for that is none',
      one('ticket.title', 'contains', ''),
      /"ticket.title": "" is no text to look for/,
    ],
    [
      'a broken expression',
      one('ticket.title', 'matches regex', '(a'),
      /"ticket.title": "\(a" cannot be used.*missing/,
    ],
    ['no time', one('ticket.created_at', 'before (absolute)', 'yesterday'), /no time like/],
    ['no range', one('ticket.created_at', 'before (relative)', 1, { range: 'eon' }), /the range is one of minute/],
    ['no number of days', one('ticket.created_at', 'before (relative)', -1, { range: 'day' }), /no number of days/],
    ['no tag', one('ticket.tags', 'contains one', ' , '), /a tag is needed/],
    ['an unknown pre_condition', one('ticket.owner_id', 'is', 1, { pre_condition: 'x' }), /"x" is no pre_condition/],
    [
      'a user as a group',
      one('ticket.group_id', 'is', 1, { pre_condition: 'current_user.id' }),
      /nothing that it could hold/,
    ],
    ['what is never reached', one('ticket.created_at', 'has reached'), /the operator is one of/],
    ['what cannot change', one('customer.email', 'has changed'), /the operator is one of/],
    ['no line', { 'ticket.title': 'x' }, /needs an operator/],
    ['an unknown joint', { operator: 'XOR', conditions: [] }, /AND, OR or NOT/],
    ['no list', { operator: 'AND', conditions: {} }, /needs a list/],
    ['more levels than anybody needs', deep(11), /10 levels/],
    ['more lines than anybody needs', wide(101), /100 lines/],
    ['more values than anybody needs', { 'ticket.group_id': is(Array(1001).fill(1)) }, /at most 1000/],
  ])('refuses %s', (_, selector, why) => {
    expect(() => parseCondition(selector, changes)).toThrow(why);
  });

  it.each([
    ['what has changed', 'tickets', one('ticket.state_id', 'has changed')],
    ['articles', 'tickets', one('article.body', 'contains', 'x')],
    ['subscribers', 'fields', one('ticket.mention_user_ids', 'is', 4)],
    ['the clock', 'fields', one('ticket.created_at', 'from (relative)', 1, { range: 'day' })],
    ['who looks', 'fields', one('ticket.owner_id', 'is', null, { pre_condition: 'current_user.id' })],
    ['due times', 'fields', one('ticket.escalation_at', 'is set')],
  ] as const)('does not ask for %s where only %s are known', (_, scope, selector) => {
    expect(() => parseCondition(selector, { scope })).toThrow(/cannot be used|the operator is|no user here/);
  });

  it('may be ten levels deep', () => {
    expect(picks(deep(10))).toBe(true);
  });
});
