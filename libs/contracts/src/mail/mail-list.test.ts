import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leaveToken, listKey, mailLists, readLeaveToken } from './mail-list.ts';

const SECRET = 'a secret of thirty-two characters';

it('a link to leave a list names the list and the reader, and tells nobody their address', () => {
  fc.assert(
    fc.property(fc.constantFrom(...mailLists), fc.emailAddress(), (list, address) => {
      const token = leaveToken(list, address, SECRET);
      expect(readLeaveToken(token, SECRET)).toEqual({ list, key: listKey(list, address.toUpperCase(), SECRET) });
      expect(readLeaveToken(token, 'another secret')).toBeNull();
      expect(token).not.toContain(address.split('@')[1]);
    }),
  );
});

it('it is worth nothing for another list, or when any character of it is another', () => {
  const token = leaveToken('ratings', 'ada@x.org', SECRET);
  expect(readLeaveToken(token.replace('ratings', 'notices'), SECRET)).toBeNull();
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'0123456789-_abcXYZ/%.'), (at, character) => {
      const other = `${token.slice(0, at)}${character}${token.slice(at + 1)}`;
      expect(readLeaveToken(other, SECRET) === null).toBe(other !== token);
    }),
  );
});
