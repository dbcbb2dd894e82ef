import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { ticketMessageId, ticketOfMessageId } from './message-id.ts';
import { hooksIn, withHook, withoutHook } from './subject-hook.ts';

const now = epochMs(Date.UTC(2026, 10, 2, 9, 15));

describe('our Message-ID', () => {
  it('leads back to its ticket, with and without brackets', () => {
    const id = ticketMessageId(42, now, 'secret', 'desk.example.org');
    expect(id).toMatch(/^<20261102091500\.42\.[\w-]{12}\.[\w-]{16}@desk\.example\.org>$/);
    expect(ticketOfMessageId(id, 'secret')).toBe(42);
    expect(ticketOfMessageId(id.slice(1, -1), 'secret')).toBe(42);
  });

  it('is worth nothing for another ticket, under another secret, or guessed', () => {
    const id = ticketMessageId(42, now, 'secret', 'desk.example.org');
    expect(ticketOfMessageId(id.replace('.42.', '.43.'), 'secret')).toBeNull();
    expect(ticketOfMessageId(id, 'other')).toBeNull();
    expect(
      ticketOfMessageId('<20261102091500.42.AAAAAAAAAAAA.AAAAAAAAAAAAAAAA@desk.example.org>', 'secret'),
    ).toBeNull();
    expect(ticketOfMessageId('<random@example.org>', 'secret')).toBeNull();
  });

  it('is new every time', () => {
    expect(ticketMessageId(1, now, 's', 'd')).not.toBe(ticketMessageId(1, now, 's', 'd'));
  });
});

describe('the subject hook', () => {
  it.each([
    ['[Ticket#10042] Portal down', ['10042']],
    ['Re: AW: [Ticket#10042] Portal down', ['10042']],
    ['Ticket#10042 and [Ticket#10043]', ['10042', '10043']],
    ['[ticket# 10042] twice [Ticket#10042]', ['10042']],
    ['Ticket 10042', []],
  ])('%s names %j', (subject, numbers) => {
    expect(hooksIn(subject)).toEqual(numbers);
  });

  it('is there once, however often the subject went back and forth', () => {
    expect(withHook('Re: [Ticket#10042] Portal down', '10042')).toBe('[Ticket#10042] Re: Portal down');
    expect(withoutHook('[Ticket#10042] [Ticket#10042] Portal', '10042')).toBe('Portal');
  });
});
