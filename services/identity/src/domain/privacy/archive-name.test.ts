import { describe, expect, it } from 'vitest';
import { fileInArchive, isPartPath } from './archive-name.ts';

describe('names in an archive', () => {
  it.each([
    ['profile.json', true],
    ['tickets/42/articles/7.json', true],
    ['../profile.json', false],
    ['/profile.json', false],
    ['tickets//7.json', false],
    ['tickets\\7.json', false],
    ['tickets/7.exe', false],
  ])('%s is a part: %s', (path, is) => expect(isPartPath(path)).toBe(is));

  it.each([
    ['plan.pdf', 'plan.pdf'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\x\u0000.txt', 'C__x_.txt'],
    ['..', 'file'],
    ['', 'file'],
    ['gpj\u202etxt.exe', 'gpj_txt.exe'],
    [`${'x'.repeat(500)}.txt`, `${'x'.repeat(146)}.txt`],
  ])('a file called %s stays in the folder of its part', (filename, becomes) => {
    expect(fileInArchive('tickets/42/articles/7.json', 2, filename)).toBe(`tickets/42/articles/7/2-${becomes}`);
  });
});
