import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tnef } from '../../../test/tnef-writer.ts';
import { wordsOfCalendar } from './calendar.ts';
import { parseMail } from './parse-mail.ts';
import { readTnef } from './tnef.ts';
import { takeUuFiles } from './uuencode.ts';

const bytes = (value: Buffer | string) => new Uint8Array(Buffer.from(value as string));
const head = 'From: Ada <ada@x.example>\r\nSubject: s\r\n';
const mixed = (...parts: string[]) =>
  `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
const base64 = (type: string, content: Buffer) =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64')}`;
const filesOf = (mail: Awaited<ReturnType<typeof parseMail>>) =>
  mail.attachments.map(({ filename, contentType, bytes: content }) => [
    filename,
    contentType,
    Buffer.from(content).toString(),
  ]);

describe('winmail.dat', () => {
  const packed = tnef({
    text: 'Grüße von Outlook',
    html: '<p>Gr&uuml;&szlig;e <b>von</b> Outlook</p><script>x</script>',
    files: [
      { name: 'REPORT~1.TXT', longName: 'Report für März.txt', type: 'text/plain', bytes: Buffer.from('of March') },
      { name: 'logo.png', type: 'image/png', contentId: 'logo@x', bytes: Buffer.from('png') },
    ],
  });

  it('gives its files in its place, by their long names', async () => {
    const mail = await parseMail(
      bytes(
        mixed('Content-Type: text/plain\r\n\r\nSee below', base64('application/ms-tnef; name=winmail.dat', packed)),
      ),
    );
    expect(mail.text).toBe('See below');
    expect(filesOf(mail)).toEqual([
      ['Report für März.txt', 'text/plain', 'of March'],
      ['logo.png', 'image/png', 'png'],
    ]);
    expect(mail.attachments[1]).toMatchObject({ contentId: 'logo@x', inline: true });
  });

  it('gives its words where the mail has none, as clean as others', async () => {
    const mail = await parseMail(bytes(`${head}${base64('application/ms-tnef', packed)}`));
    expect(mail.html).toBe('<p>Grüße <b>von</b> Outlook</p>');
  });

  it('stays as it is when it cannot be read', async () => {
    const broken = Buffer.from('no such thing');
    const mail = await parseMail(bytes(mixed(base64('application/ms-tnef; name="winmail.dat"', broken))));
    expect(filesOf(mail)).toEqual([['winmail.dat', 'application/ms-tnef', 'no such thing']]);
  });

  it('is read to an end wherever it is cut or spoiled', () => {
    const spoil = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(packed.length), spoil, (length, spoilt) => {
        const cut = Buffer.from(packed);
        for (const [at, value] of spoilt) cut[at] = value;
        const read = readTnef(bytes(cut.subarray(0, length)));
        const size = (read?.files ?? []).reduce((sum, file) => sum + file.bytes.length, 0);
        expect(size).toBeLessThanOrEqual(length);
      }),
      { numRuns: 500 },
    );
  });
});

/** As POSIX writes it down. */
function uuencoded(name: string, content: Buffer): string {
  const sign = (value: number) => String.fromCharCode(value === 0 ? 96 : value + 32);
  const lines: string[] = [];
  for (let at = 0; at < content.length; at += 45) {
    const line = content.subarray(at, at + 45);
    let signs = sign(line.length);
    for (let n = 0; n < line.length; n += 3) {
      const [a = 0, b = 0, c = 0] = line.subarray(n, n + 3);
      signs += [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63].map(sign).join('');
    }
    lines.push(signs);
  }
  return ['begin 644 '.concat(name), ...lines, '`', 'end'].join('\n');
}

describe('a uuencoded file', () => {
  it('is taken out of the text, whatever is in it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (content, blanks) => {
        const file = uuencoded('a file.bin', Buffer.from(content));
        const written = blanks ? file.replaceAll('`', ' ').replaceAll(/ +$/gm, '') : file;
        const { text, files } = takeUuFiles(`before\n${written}\nafter`);
        expect(text).toBe('before\nafter');
        expect(files).toEqual([{ name: 'a file.bin', bytes: new Uint8Array(content) }]);
      }),
    );
  });

  it.each([
    ['has no end', 'begin 644 x\n#0V%T\nand then'],
    ['is a sentence', 'begin 644 times\nand end\nend of it'],
    ['has a line too long for what it says', `begin 644 x\n!${'A'.repeat(60)}\nend`],
  ])('that %s is text', (_what, text) => {
    expect(takeUuFiles(text)).toEqual({ text, files: [] });
  });

  it('is an attachment of the mail', async () => {
    const mail = await parseMail(bytes(`${head}\r\nHello\r\n${uuencoded('cat.txt', Buffer.from('Cat'))}\r\nbye\r\n`));
    expect(mail.text).toBe('Hello\nbye');
    expect(filesOf(mail)).toEqual([['cat.txt', 'application/octet-stream', 'Cat']]);
  });

  it('is looked for once, however many seem to begin', () => {
    const text = `${'begin 644 x\n#0V%T\n'.repeat(100_000)}end`;
    expect(takeUuFiles(text).files).toHaveLength(1);
  });
});

describe('an invitation', () => {
  const calendar = [
    ...['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'SUMMARY:Talk\\, and', '  more'],
    ...['DTSTART;TZID="Europe/Berlin":20260301T100000', 'DTEND:20260301T110000Z', 'LOCATION:Room 1'],
    ...['ORGANIZER;CN="Ada; C":mailto:ada@x.example', 'DESCRIPTION:One\\nTwo', 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');

  it('that comes without words is told by its calendar, which stays', async () => {
    const mail = await parseMail(bytes(`${head}Content-Type: text/calendar; charset=utf-8\r\n\r\n${calendar}`));
    expect(mail.text.split('\n')).toEqual([
      ...['Talk, and more', 'Start: 2026-03-01 10:00 (Europe/Berlin)', 'End: 2026-03-01 11:00 UTC'],
      ...['Location: Room 1', 'Organizer: ada@x.example', 'One', 'Two'],
    ]);
    expect(mail.attachments).toMatchObject([{ filename: 'invite.ics', contentType: 'text/calendar' }]);
  });

  it('is read to an end, whatever stands in it', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom('BEGIN:VEVENT', 'END:VEVENT', `DTSTART;${';'.repeat(5_000)}`));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(typeof wordsOfCalendar(bytes(lines.join('\r\n')))).toBe('string');
      }),
    );
  });
});
