import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainOf, isAddress, normalAddress, parseMailbox, splitName } from './address.ts';

describe('addresses', () => {
  it.each([
    [' A@B.Example ', 'a@b.example'],
    ['a\u0000@b', 'a@b'],
    ['', ''],
  ])('have one form: %j is %j', (text, expected) => {
    expect(normalAddress(text)).toBe(expected);
  });

  it.each([
    ['a@b', true],
    ['a@b@c', false],
    ['a b@c', false],
    ['@b', false],
    ['a@', false],
    ['', false],
    [`${'a'.repeat(252)}@b`, true],
    [`${'a'.repeat(253)}@b`, false],
  ])('%j counts: %s', (text, expected) => {
    expect(isAddress(text)).toBe(expected);
  });

  it.each([
    ['a@b.example', 'b.example'],
    ['nothing', ''],
  ])('the domain of %j is %j', (text, expected) => {
    expect(domainOf(text)).toBe(expected);
  });

  it.each([
    ['Desk <Desk@Example.org>', { name: 'Desk', address: 'desk@example.org' }],
    ['"The Desk" <desk@example.org>', { name: 'The Desk', address: 'desk@example.org' }],
    ['desk@example.org', { name: '', address: 'desk@example.org' }],
    ['<desk@example.org>', { name: '', address: 'desk@example.org' }],
    ['Desk <nonsense>', null],
    ['Desk', null],
  ])('%j is read as %j', (text, expected) => {
    expect(parseMailbox(text)).toEqual(expected);
  });
});

describe('names', () => {
  it.each([
    ['Nicole Braun', 'Nicole', 'Braun'],
    ['Braun, Nicole', 'Nicole', 'Braun'],
    ['Ana María de la Cruz', 'Ana', 'María de la Cruz'],
    ['"Nicole Braun"', 'Nicole', 'Braun'],
    ['Nicole', 'Nicole', ''],
    ['  ', '', ''],
    ['a@b.example', '', ''],
    ['Braun, Nicole, Dr.', 'Braun,', 'Nicole, Dr.'],
    ['X\u0007\n Y', 'X', 'Y'],
  ])('%j is first %j, last %j', (display, firstname, lastname) => {
    expect(splitName(display, 'a@b.example')).toEqual({ firstname, lastname });
  });

  it('never lose a letter of a short name, and never exceed what is stored', () => {
    const letters = (text: string) => [...text.replaceAll(/[^\p{L}]/gu, '')].sort().join('');
    fc.assert(
      fc.property(fc.string({ maxLength: 90, unit: 'grapheme' }), (display) => {
        const { firstname, lastname } = splitName(display, 'a@b.example');
        expect(letters(firstname + lastname)).toBe(letters(display));
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (display) => {
        const { firstname, lastname } = splitName(display);
        expect(Math.max(firstname.length, lastname.length)).toBeLessThanOrEqual(100);
      }),
    );
  });
});
