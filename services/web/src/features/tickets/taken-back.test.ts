import { expect, it } from 'vitest';
import { localTime } from './send-later.ts';
import { takenBack } from './taken-back.ts';

it('the form of a new ticket is as it was when it was sent', () => {
  const pending_time = '2026-05-04T07:30:00.000Z';
  const files = [{ id: 4, filename: 'a.txt', size: 2 }];
  const sent = {
    ...{ title: 'Printer', group_id: 3, customer_id: 9, state_id: 4, priority_id: 2, impact: 'high', urgency: null },
    ...{ owner_id: 5, pending_time, tags: ['a', 'b'], links: { Ticket: { parent: [8] } }, room: 'B 12' },
    article: { type: 'email', to: 'a@b.example', body: '<p>Hello</p>', content_type: 'text/html', form_id: 'f' },
  };
  expect(takenBack(sent, 'f', files)).toEqual({
    fields: {
      ...{ title: 'Printer', group: '3', customer: null, state: '4', priority: '2', impact: 'high', urgency: null },
      ...{ owner: 5, pendingTime: localTime(new Date(pending_time)), tags: ['a', 'b'], body: '<p>Hello</p>' },
    },
    ...{ customerId: 9, custom: { room: 'B 12' }, parents: [8], formId: 'f', files },
  });
});

it('what another client wrote is shown as far as the form has it', () => {
  const sent = { group: 'Users', customer: 'a@b.example', tags: 'a, b', article: { body: '1 < 2\nyes' } };
  expect(takenBack(sent, 'f', [])).toMatchObject({
    fields: { title: '', group: null, tags: ['a', 'b'], owner: null, pendingTime: '', body: '<p>1 &lt; 2<br>yes</p>' },
    ...{ customerId: null, parents: [] },
  });
});
