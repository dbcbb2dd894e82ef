import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { kindOf } from './kinds.ts';
import { textOfOffice } from './office.ts';
import { MOST_WORDS, readWords } from './read-words.ts';

/** A page that says one line, as programs write it. */
function pdf(line: string): Uint8Array {
  const page = `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + end, 'latin1');
}

const zipped = (parts: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
const words = (text: string) => text.trim().split(/\s+/);

describe('the words of a file', () => {
  it('of plain text are it, in its own characters, without what no database takes', async () => {
    expect(await readWords('text', Buffer.from('Zażółć\0\n'), 'text/plain')).toBe('Zażółć \n');
    expect(await readWords('text', Buffer.from([0x63, 0x61, 0x66, 0xe9]), 'text/plain; charset="ISO-8859-1"')).toBe(
      'café',
    );
    expect(await readWords('text', Buffer.from('x'), 'text/plain; charset=nonsense')).toBe('x');
    expect(await readWords('text', Buffer.alloc(10 * MOST_WORDS, 'a'), 'text/plain')).toHaveLength(MOST_WORDS);
  });

  it('of a page are what a person reads', async () => {
    expect(await readWords('html', Buffer.from('<p>Hello <b>there</b></p><script>no()</script>'), 'text/html')).toBe(
      'Hello there',
    );
  });

  it('of a PDF are those of its pages', async () => {
    expect(words(await readWords('pdf', pdf('Invoice of the plumber'), 'application/pdf'))).toEqual([
      'Invoice',
      'of',
      'the',
      'plumber',
    ]);
  });

  it.each([
    [
      'a document',
      {
        'word/document.xml':
          '<w:p><w:r><w:t>Leak</w:t></w:r><w:r><w:t>age</w:t></w:r></w:p><w:p><w:instrText>PAGE</w:instrText><w:t>in B 12</w:t></w:p>',
      },
    ],
    [
      'a table',
      { 'xl/sharedStrings.xml': '<sst><si><r><t>Leak</t></r><r><t>age</t></r></si><si><t>in B 12</t></si></sst>' },
    ],
    [
      'a presentation',
      {
        'ppt/slides/slide10.xml': '<a:p><a:t>B 12</a:t></a:p>',
        'ppt/slides/slide9.xml': '<a:p><a:t>Leakage</a:t><a:br/><a:t>in</a:t></a:p>',
      },
    ],
    [
      'an open document',
      {
        'content.xml': '<text:p>Leak<text:span>age</text:span><text:s/>in</text:p><text:p>B 12</text:p>',
        'styles.xml': '<x>none</x>',
      },
    ],
  ])('of %s are its text, whole words, in order', async (_, parts) => {
    expect(words(await readWords('office', zipped(parts as Record<string, string>), ''))).toEqual([
      'Leakage',
      'in',
      'B',
      '12',
    ]);
  });

  it.each(['pdf', 'office'] as const)('of what is no %s are an error', async (kind) => {
    await expect(readWords(kind, Buffer.from('%PDF-1.4 and nothing'), '')).rejects.toThrow();
  });

  it('of a small file that unpacks to a very large one are not waited for', () => {
    const bomb = zipSync({ 'word/document.xml': new Uint8Array(30_000_000) }, { level: 9 });
    expect(bomb.length).toBeLessThan(100_000);
    expect(textOfOffice(bomb, MOST_WORDS)).toBe('');
  });
});

it.each([
  ['text/plain; charset=utf-8', 'a', 'text'],
  ['TEXT/HTML', 'a', 'html'],
  ['application/ld+json', 'a', 'text'],
  ['application/octet-stream', 'Report.PDF', 'pdf'],
  ['application/vnd.oasis.opendocument.spreadsheet', 'a', 'office'],
  ['image/png', 'a.txt', undefined],
  ['application/octet-stream', 'a.constructor', undefined],
  ['application/zip', 'a.docx', undefined],
])('a file of type %s called %s is looked into as %s', (type, name, kind) => {
  expect(kindOf(type, name)).toBe(kind);
});
