import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { ticketMessageId, ticketOfMessageId } from './message-id.ts';
import { ticketOfReplyAddress, ticketReplyAddress, withoutTicket } from './reply-address.ts';
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

describe('an address for the answers of a ticket', () => {
  const address = 'Support@desk.example.org';
  const given = ticketReplyAddress(address, 17, 'secret');

  it('leads back to its ticket, in whatever case it comes, and to the address itself', () => {
    expect(given).toMatch(/^Support\+t17-[0-9a-f]{20}@desk\.example\.org$/);
    expect(ticketOfReplyAddress(given.toUpperCase(), 'secret')).toBe(17);
    expect(withoutTicket(given)).toBe(address);
    expect(ticketOfReplyAddress(ticketReplyAddress('a+b@x.example', 2, 'secret'), 'secret')).toBe(2);
  });

  it('is worth nothing for another ticket, under another secret, or guessed', () => {
    expect(ticketOfReplyAddress(given.replace('+t17', '+t18'), 'secret')).toBeNull();
    expect(ticketOfReplyAddress(given, 'other')).toBeNull();
    for (const other of [address, 'a+t17-@x.example', `a+t17-${'0'.repeat(20)}@x.example`, 'no address', '@', '']) {
      expect(ticketOfReplyAddress(other, 'secret')).toBeNull();
    }
  });

  it('is the address itself where a local part would be too long, and leaves other tags alone', () => {
    const long = `${'x'.repeat(50)}@x.example`;
    expect(ticketReplyAddress(long, 17, 'secret')).toBe(long);
    expect(withoutTicket('a+sales@x.example')).toBe('a+sales@x.example');
  });
});
