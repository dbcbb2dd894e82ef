import { describe, expect, it } from 'vitest';
import { cleanFileName, contentDisposition, mayShowInline, safeContentType } from './file-name.ts';

describe('S04: cleanFileName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['Grüße & Co.txt', 'Grüße & Co.txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\x\\a.doc', 'a.doc'],
    ['.htaccess', 'htaccess'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\u200bb.txt', 'ab.txt'],
    ['a\r\nSet-Cookie: x.txt', 'aSet-Cookie_ x.txt'],
    ['a\0.txt', 'a.txt'],
    ['CON', '_CON'],
    ['aux.txt', '_aux.txt'],
    ['', 'file'],
    ['...', 'file'],
    ['/', 'file'],
  ])('turns %j into %j', (name, clean) => expect(cleanFileName(name)).toBe(clean));

  it('shortens a long name and keeps its ending', () => {
    const short = cleanFileName(`${'a'.repeat(4_000)}.txt`);
    expect(short).toHaveLength(120);
    expect(short.endsWith('.txt')).toBe(true);
  });

  // A minute and more each, if the work grew with the square of the length: past the time a test has.
  it.each([
    [`${' '.repeat(1_000_000)}a.txt`, 'a.txt'],
    [`a${' '.repeat(1_000_000)}b`, 'b'],
    [`a${'.'.repeat(1_000_000)}`, 'file'],
    [`${'x/'.repeat(500_000)}a.txt`, 'a.txt'],
    [`${'a/'.repeat(500_000)}${' .'.repeat(4_000)}b.txt`, 'b.txt'],
  ])('cleans a name of a megabyte (%#)', (name, clean) => expect(cleanFileName(name)).toBe(clean));
});

describe('S04, S08: headers of a download', () => {
  it('carry any name in ASCII', () => {
    expect(contentDisposition('attachment', 'Grüße "1"\r\n.txt')).toBe(
      `attachment; filename="Gr__e _1_.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20_1_.txt`,
    );
    expect(contentDisposition('inline', "it's(1)*.png")).toContain('it%27s%281%29_.png');
    expect(contentDisposition('attachment', `${'😀'.repeat(5_000)}x`)).toMatch(/^[\x20-\x7e]*$/);
    expect(contentDisposition('attachment', '日本')).toMatch(/^[\x20-\x7e]*$/);
  });

  it.each([
    ['text/plain', 'text/plain'],
    ['text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
    ['application/vnd.ms-excel', 'application/vnd.ms-excel'],
    ['text/plain\r\nx: y', 'application/octet-stream'],
    ['nonsense', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('keep the type %j as %j', (type, safe) => expect(safeContentType(type)).toBe(safe));

  it.each([
    ['image/png', true],
    ['IMAGE/JPEG; a=b', true],
    ['image/svg+xml', false],
    ['text/html', false],
    ['image/png+xml', false],
  ])('show %s in place: %s', (type, shown) => expect(mayShowInline(type)).toBe(shown));
});
