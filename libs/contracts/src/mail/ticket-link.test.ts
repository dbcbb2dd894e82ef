import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTicketLink, ticketLinkPath, ticketLinkToken, withoutTicketLinks } from './ticket-link.ts';

const SECRET = 'a secret of thirty-two characters';
const id = fc.integer({ min: 1, max: 2_147_483_647 });

describe('a link to a ticket', () => {
  it('names the ticket and the customer it was made for', () => {
    fc.assert(
      fc.property(id, id, (ticketId, customerId) => {
        const token = ticketLinkToken({ ticketId, customerId }, SECRET);
        expect(readTicketLink(token, SECRET)).toEqual({ ticketId, customerId, purpose: 'ticket' });
        expect(readTicketLink(token, 'another secret')).toBeNull();
      }),
    );
  });

  it('that is for the rating alone opens nothing else', () => {
    const named = { ticketId: 12, customerId: 34 };
    const token = ticketLinkToken(named, SECRET, 'rating');
    expect(token).not.toBe(ticketLinkToken(named, SECRET));
    expect(readTicketLink(token, SECRET)).toEqual({ ...named, purpose: 'rating' });
    expect(withoutTicketLinks(`see ${ticketLinkPath(token)}?score=5`)).toBe('see /r/…?score=5');
  });

  it('is worth nothing when any character of it is another', () => {
    const token = ticketLinkToken({ ticketId: 12, customerId: 34 }, SECRET);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'0123456789-_abcXYZ/%.'), (at, character) => {
        const other = `${token.slice(0, at)}${character}${token.slice(at + 1)}`;
        expect(readTicketLink(other, SECRET)).toEqual(
          other === token ? { ticketId: 12, customerId: 34, purpose: 'ticket' } : null,
        );
      }),
    );
    for (const other of ['', '-', `${token}x`, ` ${token}`, token.replace('12-', '012-')])
      expect(readTicketLink(other, SECRET), other).toBeNull();
  });

  it('is taken out of what somebody quotes, in text and in HTML', () => {
    const path = ticketLinkPath(ticketLinkToken({ ticketId: 12, customerId: 34 }, SECRET));
    const quoted = `> Read it: http://desk.example${path}\n<a href="https://desk.example/help${path}">open</a> /r/news`;
    const left = withoutTicketLinks(quoted);
    expect(left).toBe('> Read it: http://desk.example/r/…\n<a href="https://desk.example/help/r/…">open</a> /r/news');
  });
});
