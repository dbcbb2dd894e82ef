import { expect, it } from 'vitest';
import { templateValues } from './template.ts';

const now = Date.UTC(2026, 2, 2, 12);

it('fills in what the template says, and leaves the rest', () => {
  const options = {
    'ticket.title': { value: 'Onboarding' },
    'ticket.group_id': { value: 2 },
    'ticket.tags': { operator: 'add', value: 'new, staff' },
    'ticket.owner_id': { pre_condition: 'current_user.id' },
    'article.body': { value: '<p>Hi</p>' },
    'ticket.formSenderType': { value: 'email-out' },
  };
  expect(templateValues(options, 4, now)).toEqual({
    ...{ title: 'Onboarding', group: '2', tags: ['new', 'staff'], owner: 4, body: '<p>Hi</p>', kind: 'send-email' },
  });
  expect(templateValues({ 'ticket.owner_id': { pre_condition: 'not_set' } }, 4, now)).toEqual({ owner: 1 });
});

it('fills in custom fields that the form has, also with nothing', () => {
  const options = { 'ticket.impact': { value: 'many' }, 'ticket.ref': { value: null }, 'ticket.hidden': { value: 1 } };
  expect(templateValues(options, 4, now, ['impact', 'ref', 'sites'])).toEqual({
    custom: { impact: 'many', ref: null },
  });
  expect(templateValues(options, 4, now)).toEqual({});
});

it('reckons a time that is so long from now', () => {
  const pending = (line: object) => {
    const { pendingTime } = templateValues({ 'ticket.pending_time': line }, 4, now);
    return pendingTime && new Date(pendingTime).getTime() - now;
  };
  expect(pending({ operator: 'relative', value: '2', range: 'hour' })).toBe(7_200_000);
  expect(pending({ operator: 'static', value: '2026-03-02T12:30:00Z' })).toBe(1_800_000);
  expect(pending({ operator: 'static', value: 'soon' })).toBeUndefined();
});
