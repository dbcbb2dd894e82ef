import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { States } from '../ticket/state.ts';
import { openTicket, type Ticket } from '../ticket/ticket.ts';
import { type Action, macroKinds, parseActions } from './action.ts';
import { later, planActions } from './plan.ts';

const noon = epochMs(Date.UTC(2026, 2, 2, 12));
const states = new States([
  {
    ...{ id: 1, name: 'new', type: 'new', nextStateId: null, defaultCreate: true, defaultFollowUp: true },
    ...{ ignoreEscalation: false, terminal: false, active: true },
  },
]);
const ticket: Ticket = openTicket(
  { id: 1, number: '10001', title: 'Printer', groupId: 1, priorityId: 2, customerId: 10, organizationId: 7 },
  4,
  { states, ownerOf: () => undefined, matrixOf: () => null, defaultPriority: { id: 2 } },
  noon,
);
const agent = { actor: { id: 4, organizationId: 9 }, now: noon, zone: 'UTC', render: (text: string) => text };
const rule = { ...agent, actor: null };
const plan = (perform: object, context: typeof agent | typeof rule = agent) =>
  planActions(parseActions(perform), ticket, context);

describe('what is to be done', () => {
  it.each<[object, Action]>([
    [{ 'ticket.state_id': { value: '4' } }, { do: 'set', field: 'stateId', id: 4 }],
    [{ 'ticket.group_id': { value: 2 } }, { do: 'set', field: 'groupId', id: 2 }],
    [{ 'ticket.title': { value: 'New' } }, { do: 'write', field: 'title', text: 'New' }],
    [
      { 'ticket.owner_id': { pre_condition: 'current_user.id', value: '' } },
      { do: 'appoint', field: 'ownerId', who: { is: 'actor' } },
    ],
    [{ 'ticket.owner_id': { pre_condition: 'not_set' } }, { do: 'appoint', field: 'ownerId', who: { is: 'nobody' } }],
    [{ 'ticket.owner_id': { value: '' } }, { do: 'appoint', field: 'ownerId', who: { is: 'nobody' } }],
    [
      { 'ticket.owner_id': { pre_condition: 'specific', value: '7' } },
      { do: 'appoint', field: 'ownerId', who: { is: 'user', id: 7 } },
    ],
    [
      { 'ticket.organization_id': { pre_condition: 'current_user.organization_id' } },
      { do: 'appoint', field: 'organizationId', who: { is: 'actor' } },
    ],
    [
      { 'ticket.pending_time': { operator: 'relative', value: '2', range: 'day' } },
      { do: 'wait', until: { is: 'in', amount: 2, range: 'day' } },
    ],
    [{ 'ticket.pending_time': { value: '2026-03-02T12:00:00Z' } }, { do: 'wait', until: { is: 'at', at: noon } }],
    [
      { 'ticket.tags': { operator: 'add', value: 'A, b, a' } },
      {
        do: 'tag',
        names: [
          { name: 'A', key: 'a' },
          { name: 'b', key: 'b' },
        ],
      },
    ],
    [{ 'ticket.tags': { operator: 'remove', value: ['x'] } }, { do: 'untag', names: [{ name: 'x', key: 'x' }] }],
    [{ 'article.note': { body: 'done' } }, { do: 'note', subject: '', body: 'done', internal: true }],
    [
      { 'article.note': { subject: 'S', body: 'done', internal: 'false' } },
      { do: 'note', subject: 'S', body: 'done', internal: false },
    ],
    [
      { 'notification.email': { recipient: ['ticket_owner', 'userid_3'], subject: 'S', body: 'B' } },
      {
        ...{ do: 'mail', to: [{ is: 'ticket_owner' }, { is: 'user', id: 3 }], subject: 'S', body: 'B' },
        ...{ attachments: false, internal: false },
      },
    ],
    [
      { 'notification.email': { recipient: 'ticket_owner', body: 'B', sign: 'always', encryption: 'discard' } },
      {
        ...{ do: 'mail', to: [{ is: 'ticket_owner' }], subject: '', body: 'B', attachments: false, internal: false },
        sealing: { sign: 'always', encryption: 'discard' },
      },
    ],
    [
      { 'notification.email': { recipient: 'ticket_owner', body: 'B', sign: 'no', encryption: null } },
      { do: 'mail', to: [{ is: 'ticket_owner' }], subject: '', body: 'B', attachments: false, internal: false },
    ],
    [{ 'notification.webhook': { webhook_id: '5' } }, { do: 'webhook', webhookId: 5 }],
    [{ 'ticket.subscribe': { pre_condition: 'current_user.id' } }, { do: 'subscribe', who: { is: 'actor' } }],
    [{ 'ticket.unsubscribe': { pre_condition: 'not_set' } }, { do: 'unsubscribe', who: { is: 'nobody' } }],
    [{ 'ticket.action': { value: 'delete' } }, { do: 'delete' }],
  ])('%j', (perform, action) => {
    expect(parseActions(perform)).toEqual([action]);
  });

  it.each<[unknown, RegExp]>([
    ['close', /is an object/],
    [{ 'ticket.state_id': 4 }, /"ticket.state_id" needs a value/],
    [{ 'ticket.state_id': { value: 'closed' } }, /needs an id, not "closed"/],
    [{ 'ticket.state_id': { value: 99999999999 } }, /needs an id/],
    [{ 'notification.email': { recipient: 'userid_99999999999', body: 'B' } }, /needs an id, not "99999999999"/],
    [{ 'notification.email': { recipient: ['userid_0'], body: 'B' } }, /needs an id/],
    [{ 'ticket.number': { value: '1' } }, /"ticket.number" is nothing that can be done/],
    [{ 'ticket.constructor': { value: '1' } }, /nothing that can be done/],
    [{ 'article.reply': { body: 'x' } }, /nothing that can be done/],
    [{ 'ticket.title': { value: '  ' } }, /cannot be blank/],
    [{ 'ticket.tags': { operator: 'set', value: 'a' } }, /operator "add" or "remove", not "set"/],
    [{ 'ticket.tags': { value: ' , ' } }, /needs a tag/],
    [{ 'ticket.pending_time': { operator: 'relative', value: -1, range: 'day' } }, /whole number/],
    [{ 'ticket.pending_time': { operator: 'relative', value: 1, range: 'moon' } }, /range of minute, hour/],
    [{ 'ticket.pending_time': { value: 'soon' } }, /is an instant/],
    [{ 'ticket.owner_id': { pre_condition: 'somebody' } }, /pre-condition/],
    [{ 'ticket.customer_id': { pre_condition: 'not_set' } }, /needs somebody/],
    [{ 'article.note': { subject: 'x' } }, /needs a text/],
    [{ 'article.note': { body: ' ' } }, /needs a body/],
    [{ 'notification.email': { recipient: 'everybody', body: 'x' } }, /cannot go to "everybody"/],
    [{ 'ticket.action': { value: 'explode' } }, /can be "delete"/],
  ])('%j is refused', (perform, why) => {
    expect(() => parseActions(perform)).toThrow(why);
  });

  it('never fails in another way, whatever is sent', () => {
    const line = fc.dictionary(
      fc.constantFrom('value', 'operator', 'pre_condition', 'range', 'body', 'recipient', 'webhook_id'),
      fc.jsonValue(),
    );
    const name = fc.constantFrom(
      ...['ticket.state_id', 'ticket.owner_id', 'ticket.tags', 'ticket.pending_time', 'ticket.title', 'ticket.x'],
      ...['article.note', 'notification.email', 'notification.webhook', 'ticket.unsubscribe', '__proto__'],
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(line, fc.jsonValue())), (perform) => {
        try {
          expect(planActions(parseActions(perform), ticket, agent)).toBeDefined();
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid' });
        }
      }),
    );
  });

  it('is less for a macro', () => {
    expect(() => parseActions({ 'ticket.action': { value: 'delete' } }, macroKinds)).toThrow(/cannot be done here/);
    expect(parseActions({ 'ticket.state_id': { value: 4 } }, macroKinds)).toHaveLength(1);
  });

  it('sets custom days and times so long from the moment of acting, and nothing else so', () => {
    const read = (name: string, value: unknown) =>
      name === 'day'
        ? { value, time: 'date' as const }
        : name === 'at'
          ? { value, time: 'datetime' as const }
          : { value };
    const perform = {
      'ticket.day': { operator: 'relative', value: '1', range: 'month' },
      'ticket.at': { operator: 'relative', value: 90, range: 'minute' },
    };
    const late = { ...agent, now: epochMs(Date.UTC(2026, 0, 31, 23)) };
    expect(planActions(parseActions(perform, undefined, read), ticket, late).attributes).toEqual({
      ...{ day: '2026-02-28', at: '2026-02-01T00:30:00.000Z' },
    });
    const inZone = (zone: string) =>
      planActions(parseActions(perform, undefined, read), ticket, { ...late, zone }).attributes;
    // There it is 1 February already.
    expect(inZone('Europe/Berlin')).toEqual({ day: '2026-03-01', at: '2026-02-01T00:30:00.000Z' });
    expect(inZone('America/New_York')).toMatchObject({ day: '2026-02-28' });
    const tomorrow = { 'ticket.day': { operator: 'relative', value: 1, range: 'day' } };
    const evening = { ...agent, now: epochMs(Date.UTC(2026, 4, 4, 2)), zone: 'America/New_York' };
    expect(planActions(parseActions(tomorrow, undefined, read), ticket, evening).attributes).toEqual({
      day: '2026-05-04',
    });
    const room = { 'ticket.room': { operator: 'relative', value: 1, range: 'day' } };
    expect(() => parseActions(room, undefined, read)).toThrow('holds no time');
  });

  it('may set custom attributes, as far as there are any', () => {
    const perform = { 'ticket.room': { value: '12' } };
    expect(() => parseActions(perform)).toThrow(/nothing that can be done/);
    const rooms = (name: string, value: unknown) => (name === 'room' ? { value: Number(value) } : undefined);
    const actions = parseActions(perform, undefined, rooms);
    expect(planActions(actions, ticket, agent).attributes).toEqual({ room: 12 });
  });
});

describe('on one ticket', () => {
  it('comes to fields, tags and words', () => {
    const found = plan({
      'ticket.state_id': { value: '3' },
      'ticket.owner_id': { pre_condition: 'current_user.id' },
      'ticket.organization_id': { pre_condition: 'current_user.organization_id' },
      'ticket.pending_time': { operator: 'relative', value: 1, range: 'hour' },
      'ticket.tags': { operator: 'add', value: 'vpn' },
      'article.note': { body: '<b>x</b>', internal: true },
    });
    expect(found).toEqual({
      fields: { stateId: 3, ownerId: 4, organizationId: 9, pendingTime: noon + 3_600_000 },
      attributes: {},
      tags: { add: [{ name: 'vpn', key: 'vpn' }], remove: [] },
      notes: [{ subject: '', body: '<b>x</b>', internal: true }],
      ...{ mails: [], webhookIds: [], subscribe: [], unsubscribe: [], delete: false },
    });
  });

  it('leaves as it is what a rule has nobody for', () => {
    const own = { pre_condition: 'current_user.id' };
    const found = plan({ 'ticket.owner_id': own, 'ticket.subscribe': own, 'ticket.unsubscribe': own }, rule);
    expect(found).toMatchObject({ fields: {}, subscribe: [], unsubscribe: [] });
  });

  it('keeps the title that its variables left blank', () => {
    const blank = { ...agent, render: () => ' ' };
    expect(planActions(parseActions({ 'ticket.title': { value: '#{x}' } }), ticket, blank).fields).toEqual({});
  });
});

it.each([
  ['2026-01-31T10:00:00Z', 1, 'month', '2026-02-28T10:00:00.000Z'],
  ['2024-02-29T10:00:00Z', 1, 'year', '2025-02-28T10:00:00.000Z'],
  ['2026-12-31T23:59:00Z', 2, 'month', '2027-02-28T23:59:00.000Z'],
  ['2026-01-15T10:00:00Z', 2, 'week', '2026-01-29T10:00:00.000Z'],
] as const)('%s and %i %s is %s', (from, amount, range, then) => {
  expect(new Date(later(epochMs(Date.parse(from)), amount, range)).toISOString()).toBe(then);
});
