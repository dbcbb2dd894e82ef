import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCode, readRecoveryCode, recoveryCode } from './second-factor.ts';

describe('codes as people type them', () => {
  it.each([
    ['123456', '123456'],
    [' 123 456 ', '123456'],
    ['123-456', '123456'],
  ])('%j is read as %j', (typed, code) => expect(readCode(typed)).toBe(code));

  it.each(['', '12345', '1234567', '12345a', '１２３４５６', '-1.2e3'])('%j is no code', (typed) =>
    expect(readCode(typed)).toBeUndefined(),
  );
});

describe('recovery codes', () => {
  it('read back in any writing', () => {
    const code = recoveryCode(randomBytes(64)) as string;
    expect(code).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    const bare = code.replaceAll('-', '');
    for (const typed of [code, bare, code.toUpperCase(), ` ${code.replaceAll('-', ' ')} `]) {
      expect(readRecoveryCode(typed)).toBe(bare);
    }
  });

  it('are made of every letter alike, and not from too few bytes', () => {
    expect(recoveryCode(new Uint8Array(15))).toBeUndefined();
    expect(recoveryCode(new Uint8Array(64).fill(255))).toBeUndefined();
    const all = Uint8Array.from({ length: 248 }, (_, byte) => byte);
    const counts = new Map<string, number>();
    for (let at = 0; at + 16 <= all.length; at += 16) {
      for (const letter of (recoveryCode(all.subarray(at, at + 16)) as string).replaceAll('-', '')) {
        counts.set(letter, (counts.get(letter) ?? 0) + 1);
      }
    }
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  });

  it('are nothing else that people type', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const read = readRecoveryCode(typed);
        expect(read === undefined || /^[a-z2-9]{16}$/.test(read)).toBe(true);
      }),
    );
  });
});
