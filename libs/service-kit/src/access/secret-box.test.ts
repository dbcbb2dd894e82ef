import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBox } from './secret-box.ts';

const key = () => randomBytes(32).toString('base64');
const plain = Buffer.from('JBSWY3DPEHPK3PXP');

describe('SecretBox', () => {
  it('gives back what was sealed, and seals differently each time', () => {
    const box = new SecretBox(key());
    const [one, other] = [box.seal(plain, 'totp:1'), box.seal(plain, 'totp:1')];
    expect(one).not.toEqual(other);
    expect(one.includes(plain)).toBe(false);
    expect(box.open(one, 'totp:1')).toEqual(plain);
  });

  it('opens for no other row, and nothing that was changed', () => {
    const box = new SecretBox(key());
    const sealed = box.seal(plain, 'totp:1');
    expect(() => box.open(sealed, 'totp:2')).toThrow(expect.objectContaining({ code: 'secrets.unreadable' }));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => box.open(changed, 'totp:1'), `byte ${at}`).toThrow(
        expect.objectContaining({ code: 'secrets.unreadable' }),
      );
    }
    expect(() => box.open(Buffer.alloc(0), 'totp:1')).toThrow(expect.objectContaining({ code: 'secrets.unreadable' }));
  });

  it('V11: opens what an older key sealed while a new one seals, and no more once the old one is gone', () => {
    const [older, newer] = [key(), key()];
    const sealed = new SecretBox(older).seal(plain, 'x');
    const both = new SecretBox(`${newer}, ${older}`);
    expect(both.open(sealed, 'x')).toEqual(plain);
    expect(new SecretBox(newer).open(both.seal(plain, 'x'), 'x')).toEqual(plain);
    expect(() => new SecretBox(newer).open(sealed, 'x')).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  });

  it('derives keys that are stable and differ by purpose', () => {
    const shared = key();
    expect(new SecretBox(shared).derive('a')).toEqual(new SecretBox(shared).derive('a'));
    expect(new SecretBox(shared).derive('a')).not.toEqual(new SecretBox(shared).derive('b'));
  });

  it.each(['', 'short', randomBytes(16).toString('base64')])('refuses the key %j', (text) => {
    expect(() => new SecretBox(text)).toThrow(expect.objectContaining({ code: 'config.secrets-key' }));
  });
});
