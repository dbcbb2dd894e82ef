import { expect, it } from 'vitest';
import { textOfFile } from './file-text.ts';

const text = 'name,city\nJürgen,Łódź';

it.each([
  ['UTF-8', Buffer.from(text), text],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`), text],
  ['UTF-16 as spreadsheets write it', Buffer.from(`\uFEFF${text}`, 'utf16le'), text],
  ['UTF-16, the other way round', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(), text],
  ['what old spreadsheets write', Buffer.from('J\xfcrgen \x80', 'latin1'), 'Jürgen €'],
  ['nothing', Buffer.alloc(0), ''],
])('a file in %s is read', (_encoding, bytes, read) => {
  expect(textOfFile(bytes)).toBe(read);
});
