import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileLinkToken, readFileLink } from './file-link.ts';
import { readTicketLink, ticketLinkToken } from './ticket-link.ts';

const SECRET = 'a secret of thirty-two characters';
const sha256 = '0123456789abcdef'.repeat(4);
const until = Date.UTC(2026, 11, 22, 9, 30, 15);

describe('a link to a file of a mail', () => {
  it('names the article, the beginning of the content and its end', () => {
    const token = fileLinkToken({ articleId: 77, sha256, until: until + 999 }, SECRET);
    expect(readFileLink(token, SECRET)).toEqual({ articleId: 77, sha256: sha256.slice(0, 16), until });
    expect(readFileLink(token, 'another secret')).toBeNull();
    expect(token.length).toBeLessThanOrEqual(100);
  });

  it('is worth nothing when any character of it is another', () => {
    const token = fileLinkToken({ articleId: 77, sha256, until }, SECRET);
    const named = readFileLink(token, SECRET);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'0123456789-_abcXYZ/%.'), (at, character) => {
        const other = `${token.slice(0, at)}${character}${token.slice(at + 1)}`;
        expect(readFileLink(other, SECRET)).toEqual(other === token ? named : null);
      }),
    );
    for (const other of ['', '-', `${token}x`, ` ${token}`, `0${token}`])
      expect(readFileLink(other, SECRET)).toBeNull();
  });

  it('opens no ticket, and a link to a ticket no file', () => {
    expect(readTicketLink(fileLinkToken({ articleId: 77, sha256, until }, SECRET), SECRET)).toBeNull();
    expect(readFileLink(ticketLinkToken({ ticketId: 77, customerId: 2 }, SECRET), SECRET)).toBeNull();
  });
});
