import { describe, expect, it } from 'vitest';
import type { LiveEvent } from './event-view.ts';
import { mayChangeCounts } from './overview-change.ts';

const scope = { everything: false, groupIds: [1], customerId: null, organizationIds: [] };
const ticket = { id: 7, groupId: 1, customerId: 2, organizationId: null };
const event = (type: string, data: object = {}) =>
  ({ seq: 1, type: `ticket.v1.${type}`, data: { ticket, ...data } }) as unknown as LiveEvent;
const changed = (...names: string[]) => ({
  changes: Object.fromEntries(names.map((name) => [name, { from: 1, to: 2 }])),
});
const may = (told: LiveEvent, ...fields: string[]) =>
  mayChangeCounts(told, {
    scope,
    dependsOn: new Set(fields.map((field) => (field.includes('.') ? field : `ticket.${field}`))),
  });

describe('numbers are counted anew', () => {
  it.each<[string, LiveEvent, string[], boolean]>([
    ['after a new ticket', event('created'), ['state_id'], true],
    ['when one is gone', event('deleted'), ['state_id'], true],
    ['when a field of a condition changed', event('updated', changed('state_id')), ['owner_id', 'state_id'], true],
    ['not when another one did', event('updated', changed('title')), ['owner_id', 'state_id'], false],
    ['when a custom attribute is looked at', event('updated', changed('title')), ['cost_centre'], true],
    ['when the article is looked at', event('article-added', changed()), ['article.body'], true],
    ['not for a word where none is looked at', event('article-added', changed()), ['state_id'], false],
    ['when a word reopens', event('article-added', changed('state_id')), ['state_id'], true],
    ['when times of the ticket are looked at', event('article-added', changed()), ['last_contact_at'], true],
    ['not for word of a delivery', event('article-changed', { what: 'delivery' }), ['last_contact_at'], false],
    ['when a pending time came', event('reminder-reached'), ['pending_time'], true],
    ['not when none is looked at', event('reminder-reached'), ['state_id'], false],
    ['when something escalates', event('escalated'), ['escalation_at'], true],
    ['not for what is out of sight', event('created', { ticket: { ...ticket, groupId: 9 } }), ['state_id'], false],
    [
      'when it leaves their sight',
      event('updated', { ticket: { ...ticket, groupId: 9 }, ...changed('group_id') }),
      ['state_id'],
      true,
    ],
    [
      'not for a job',
      { seq: 1, type: 'ticket.v1.job-progressed', data: { job: { id: 1, userId: 1 } } },
      ['state_id'],
      false,
    ],
  ])('%s', (_, told, fields, expected) => {
    expect(may(told, ...fields)).toBe(expected);
  });
});
