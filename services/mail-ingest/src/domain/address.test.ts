import { describe, expect, it } from 'vitest';
import { baseAddress, mailboxesIn, usableAddress } from './address.ts';
import { limits } from './limits.ts';

describe('S09: usableAddress', () => {
  it.each([
    ['ada@customer.example', 'ada@customer.example'],
    [' Ada.L@Customer.EXAMPLE ', 'Ada.L@customer.example'],
    ['ada+tag@customer.example', 'ada+tag@customer.example'],
    ['ada@localhost', 'ada@localhost'],
    ['"evil@bad.example"@good.example', null],
    ['evil@bad.example@good.example', null],
    ['evil@bad.example <ada@good.example', null],
    ['ada', null],
    ['@customer.example', null],
    ['ada@', null],
    ['ada@.example', null],
    ['ada@a..b', null],
    ['ada@a.b.', null],
    ['ada@customer.example\r\nBcc: x@y.example', null],
    ['a b@customer.example', null],
    ['ada@customer.example\0', null],
    ['"a(b)"@good.example', null],
    ['ada(comment@bad.example)@good.example', null],
    // As alike as they look, these are the domains of somebody else, and stay so.
    ['ada@customеr.example', 'ada@customеr.example'],
    ['ada@ＣＵＳＴＯＭＥＲ.example', 'ada@ｃｕｓｔｏｍｅｒ.example'],
    ['ada@xn--customr-0xf.example', 'ada@xn--customr-0xf.example'],
    ['ada＠bad.example@customer.example', 'ada＠bad.example@customer.example'],
    [undefined, null],
    ['', null],
  ])('%j -> %j', (raw, address) => {
    expect(usableAddress(raw)).toBe(address);
  });

  it('takes 254 characters and refuses 255', () => {
    const longest = `${'a'.repeat(limits.addressLength - 10)}@b.example`;
    expect(usableAddress(longest)).toBe(longest);
    expect(usableAddress(`a${longest}`)).toBeNull();
  });
});

describe('S09: mailboxesIn', () => {
  it('opens groups, in order, each address once', () => {
    const entries = [
      { name: 'A', address: 'a@x.example' },
      {
        name: 'Team',
        group: [
          { name: 'B', address: 'b@x.example' },
          { name: 'Inner', group: [{ address: 'c@x.example' }] },
        ],
      },
      { name: 'again', address: 'A@X.example' },
      { name: 'no address' },
    ];
    expect(mailboxesIn(entries)).toEqual([
      { name: 'A', address: 'a@x.example' },
      { name: 'B', address: 'b@x.example' },
      { name: '', address: 'c@x.example' },
    ]);
  });

  it('keeps the first hundred of fifty thousand', () => {
    const entries = Array.from({ length: 50_000 }, (_, n) => ({ name: '', address: `u${n}@x.example` }));
    const kept = mailboxesIn(entries);
    expect(kept).toHaveLength(limits.correspondents);
    expect(kept.at(-1)?.address).toBe(`u${limits.correspondents - 1}@x.example`);
  });

  it('puts a name with line breaks on one line', () => {
    expect(mailboxesIn([{ name: 'Ada\r\nBcc: x', address: 'a@x.example' }])[0]?.name).toBe('Ada Bcc: x');
  });
});

it.each([
  ['Support+Billing@Desk.example', 'support@desk.example'],
  ['support@desk.example', 'support@desk.example'],
  ['+only@desk.example', '+only@desk.example'],
  ['a@b+c.example', 'a@b+c.example'],
])('baseAddress of %s is %s', (address, base) => {
  expect(baseAddress(address)).toBe(base);
});
