import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFileName, distinctNames } from './file-name.ts';

const octets = 'application/octet-stream';

describe('S04: cleanFileName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\plan.docx', 'plan.docx'],
    ['a/b\\c', 'c'],
    ['\uff0e\uff0e\uff0fetc\uff0fpasswd', 'passwd'],
    ['.htaccess', '_htaccess'],
    ['..', 'attachment'],
    ['...gif', '_gif'],
    ['', 'attachment'],
    ['/', 'attachment'],
    ['\u200b.htaccess', '_htaccess'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['nul\0byte.txt', 'nulbyte.txt'],
    ['line\r\nbreak.txt', 'linebreak.txt'],
    ['NUL', '_NUL'],
    ['con.txt', '_con.txt'],
    ['con .txt', '_con.txt'],
    ['LPT1.log', '_LPT1.log'],
    ['console.log', 'console.log'],
    ['a<b>:"|?*.txt', 'a_b______.txt'],
    ['trailing. . ', 'trailing'],
    ['ﬁle.txt', 'file.txt'],
    ['Ü\u0308bung.txt', 'Ü̈bung.txt'],
    ['报告.pdf', '报告.pdf'],
  ])('%j -> %j', (name, clean) => {
    expect(cleanFileName(name, octets)).toBe(clean);
  });

  it.each([
    ['message/rfc822', 'message.eml'],
    ['text/calendar', 'invite.ics'],
    ['image/png', 'attachment.png'],
    ['application/x-unheard-of', 'attachment'],
  ])('a nameless %s is called %s', (type, name) => {
    expect(cleanFileName(undefined, type)).toBe(name);
  });

  it('cuts a name of 4 KB and keeps the extension', () => {
    const name = cleanFileName(`${'ä'.repeat(4096)}.tar`, octets);
    expect(name).toMatch(/^ä+\.tar$/);
    expect(Buffer.byteLength(name)).toBeGreaterThan(250);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  });

  it('takes 255 bytes as they are and cuts 256', () => {
    const fits = `${'x'.repeat(251)}.txt`;
    expect(cleanFileName(fits, octets)).toBe(fits);
    expect(cleanFileName(`x${fits}`, octets)).toBe(fits);
  });

  it('of any input makes a name that is safe, and cleaning it again changes nothing', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '..',
      '.',
      '\0',
      '\u200b',
      '\u202e',
      ' ',
      'CON',
      'nul.',
      'é',
      '文',
      '\ud800',
      '／',
      '．',
      '℀',
      'ﷺ',
    );
    const names = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 40 })), { maxLength: 30 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(names, (name) => {
        const clean = cleanFileName(name, octets);
        expect(clean).toMatch(/^[^.\s/\\][^/\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*]*$/u);
        expect(clean).not.toMatch(/[. ]$/);
        expect(clean).not.toMatch(/^(con|nul)(\.|$)/i);
        expect(clean.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(255);
        expect(cleanFileName(clean, octets)).toBe(clean);
      }),
      { numRuns: 500 },
    );
  });
});

describe('S04: distinctNames', () => {
  it('numbers 200 equal names in order', () => {
    const names = distinctNames(Array.from({ length: 200 }, () => 'scan.pdf'));
    expect(names.slice(0, 3)).toEqual(['scan.pdf', 'scan (2).pdf', 'scan (3).pdf']);
    expect(new Set(names).size).toBe(200);
  });

  it('makes any list distinct, also for file systems that ignore case, within 255 bytes', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'A', 'a (2)', 'a (3)', 'a.b', 'A.B', 'x'.repeat(255), 'X'.repeat(255)),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), (raw) => {
        const names = distinctNames(raw.map((one) => cleanFileName(one, octets)));
        expect(names).toHaveLength(raw.length);
        expect(new Set(names.map((one) => one.toLowerCase())).size).toBe(raw.length);
        for (const one of names) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(255);
      }),
    );
  });
});
