import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTicketEvent } from './event.ts';

const envelope = (data: object) => JSON.stringify({ type: 'ticket.v1.updated', aggregateId: '7', data });

describe('reading a live event', () => {
  it('takes the row fields out of the snapshot', () => {
    const text = envelope({ ticket: { id: 7, stateType: 'open', state: 'open', ownerId: 4, number: '20007' } });
    expect(readTicketEvent(text)).toEqual({
      type: 'ticket.v1.updated',
      ticketId: 7,
      row: { state_type: 'open', state: 'open', owner_id: 4 },
    });
  });

  it('is content with an id', () => {
    expect(readTicketEvent('{"type":"ticket.v1.article-added","ticketId":9}')).toMatchObject({ ticketId: 9, row: {} });
    expect(readTicketEvent('{"type":"ticket.v1.deleted","aggregateId":"12"}')).toMatchObject({ ticketId: 12 });
  });

  it.each([
    ['no JSON', 'ping'],
    ['another noun', '{"type":"user.v1.created","aggregateId":"3"}'],
    ['no usable id', '{"type":"ticket.v1.updated","aggregateId":"x"}'],
    ['no object', 'null'],
  ])('passes over %s', (_, text) => {
    expect(readTicketEvent(text)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.json(), (text) => void readTicketEvent(text)));
  });
});
