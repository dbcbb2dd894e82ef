import { describe, expect, it } from 'vitest';
import { dayIn } from './day.ts';
import { happeningOf, type Tellable } from './occasion.ts';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const at = '2026-11-21T11:59:00.000Z';
const ticket = { id: 7, ownerId: 4, createdAt: at };
const article = { id: 9, sender: 'Customer', createdAt: at };
const event = (type: string, data: object, time = at) =>
  ({ type: `ticket.v1.${type}`, time, data: { ticket, ...data } }) as unknown as Tellable;
const update = (data: object) => event('updated', { changes: {}, changedById: 3, ...data });
const added = (data: object) => event('article-added', { changes: {}, article, createdById: 3, ...data });
const state = { state_id: { from: 1, to: 2 } };

describe('what agents hear of', () => {
  it.each<[string, Tellable, string | undefined]>([
    ['a new ticket', event('created', { article, createdById: 3 }), 'create'],
    ['a new ticket without a word', event('created', { article: null, createdById: 3 }), 'create'],
    ['a change that shows', update({ changes: state }), 'update'],
    ['a change of a custom attribute', update({ changes: { cost_centre: { from: 1, to: 2 } } }), 'update'],
    ['tags alone', update({ changes: { tags: { from: [], to: ['x'] } } }), undefined],
    ['nothing at all', update({}), undefined],
    ['something said', added({}), 'update'],
    ['what the desk wrote', added({ article: { ...article, sender: 'System' } }), undefined],
    ['what the desk wrote for them', added({ article: { ...article, sender: 'System', forAgents: true } }), 'update'],
    ['what shows beside it', added({ article: { ...article, sender: 'System' }, changes: state }), 'update'],
    ['what a quiet rule did', update({ changes: state, rule: { quiet: true } }), undefined],
    ['what a rule said quietly', added({ rule: { quiet: true } }), undefined],
    ['what another rule did', update({ changes: state, rule: { quiet: false } }), 'update'],
    ['a reminder', event('reminder-reached', {}), 'reminder_reached'],
    ['an escalation', event('escalated', { dueAt: at }), 'escalation'],
    ['a near one', event('escalation-warning', { dueAt: at }), 'escalation_warning'],
    [
      'an imported ticket',
      event('created', { ticket: { ...ticket, createdAt: '2020-01-01T00:00:00.000Z' }, createdById: 3 }),
      undefined,
    ],
    ['an imported word', added({ article: { ...article, createdAt: '2020-01-01T00:00:00.000Z' } }), undefined],
    ['yesterday’s news', event('updated', { changes: state, changedById: 3 }, '2026-11-20T11:00:00.000Z'), undefined],
  ])('%s: %s', (_, told, kind) => {
    expect(happeningOf(told, now)?.kind).toBe(kind);
  });

  it('names who did it, and the desk for rules and timers', () => {
    expect(happeningOf(update({ changes: state }), now)?.by).toBe(3);
    expect(happeningOf(update({ changes: state, changedById: null }), now)?.by).toBe(1);
  });

  it('tells of a merge with which ticket, and to whom the merged one was', () => {
    const merged = { merged_into: { from: null, to: 8 }, owner_id: { from: 4, to: 1 }, ...state };
    const happening = happeningOf(update({ ticket: { ...ticket, ownerId: 1 }, changes: merged }), now);
    expect(happening).toMatchObject({ otherId: 8, ticket: { ownerId: 4 }, changed: ['merged_into', 'state_id'] });
    const received = happeningOf(update({ changes: { received_merge: { from: null, to: 9 } } }), now);
    expect(received).toMatchObject({ otherId: 9, ticket: { ownerId: 4 }, changed: ['received_merge'] });
    const undone = { merge_undone: { from: 8, to: null }, owner_id: { from: 1, to: 4 } };
    expect(happeningOf(update({ changes: undone }), now)).toMatchObject({
      otherId: 8,
      changed: ['merge_undone', 'owner_id'],
    });
  });

  it('leaves out what the desk wrote when it tells what changed', () => {
    const system = { ...article, sender: 'System' };
    expect(happeningOf(added({ article: system, changes: state }), now)).toMatchObject({
      article: null,
      changed: ['state_id'],
    });
  });
});

it('a day is that of the desk', () => {
  const late = Date.parse('2026-11-21T23:30:00.000Z');
  expect(dayIn('UTC', late)).toBe('2026-11-21');
  expect(dayIn('Europe/Berlin', late)).toBe('2026-11-22');
});

it('the day of a desk whose zone is no more is that of UTC', () => {
  const late = Date.UTC(2026, 0, 31, 23, 30);
  expect(['Europe/Berlin', 'UTC', 'Atlantic/Atlantis'].map((zone) => dayIn(zone, late))).toEqual([
    ...['2026-02-01', '2026-01-31', '2026-01-31'],
  ]);
});
