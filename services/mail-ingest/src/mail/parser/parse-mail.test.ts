import { describe, expect, it } from 'vitest';
import { limits } from '../../domain/limits.ts';
import { parseHead, parseMail } from './parse-mail.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const parse = (text: string) => parseMail(bytes(text));
const head = 'From: Ada <ada@x.example>\r\nTo: s@d.example\r\n';
const multipart = (type: string, ...parts: string[]) =>
  `Content-Type: multipart/${type}; boundary=b\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
const plain = (text: string) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`;
const html = (text: string) => `Content-Type: text/html; charset=utf-8\r\n\r\n${text}`;

describe('the header', () => {
  it.each([
    ['one reference', 'References: <a@b>', { references: ['<a@b>'] }],
    ['several references', 'References: <a@b>\r\n <c@d>', { references: ['<a@b>', '<c@d>'] }],
    ['two ids in In-Reply-To', 'In-Reply-To: <a@b> <c@d>', { inReplyTo: ['<a@b>', '<c@d>'] }],
    ['no date', 'X: y', { date: null }],
    ['an unreadable date', 'Date: soon', { date: null }],
    ['a date with a comment', 'Date: Mon, 2 Feb 2026 03:04:05 +0100 (CET)', { date: '2026-02-02T02:04:05.000Z' }],
    ['a date of the year 99999', 'Date: Mon, 2 Feb 99999 03:04:05 +0100', { date: null }],
    ['no subject', 'X: y', { subject: '' }],
    ['an encoded subject', 'Subject: =?utf-8?B?R3LDvMOfZQ==?=', { subject: 'Grüße' }],
    ['a subject in Japanese', 'Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=', { subject: '日本' }],
    ['a subject with an encoded line break', 'Subject: =?utf-8?Q?a=0D=0ABcc:_x@y?=', { subject: 'a Bcc: x@y' }],
    [
      'two To headers',
      'To: t@d.example',
      {
        to: [
          { name: '', address: 's@d.example' },
          { name: '', address: 't@d.example' },
        ],
      },
    ],
    ['Reply-To', 'Reply-To: R <r@x.example>', { replyTo: { name: 'R', address: 'r@x.example' } }],
    ['no Message-ID', 'X: y', { messageId: null }],
    ['a Message-ID without brackets', 'Message-ID: a@b', { messageId: '<a@b>' }],
    ['List headers, for the classifier', 'List-Id: <l.x.example>', { headers: { 'list-id': ['<l.x.example>'] } }],
  ])('%s', async (_name, line, expected) => {
    expect(await parse(`${head}${line}\r\n\r\nx`)).toMatchObject(expected);
  });

  it('takes the first of two From', async () => {
    expect((await parse(`${head}From: eve@x.example\r\n\r\nx`)).from?.address).toBe('ada@x.example');
  });

  it('takes Sender where From has no address', async () => {
    expect((await parse('From: undisclosed\r\nSender: s@x.example\r\n\r\nx')).from?.address).toBe('s@x.example');
    expect((await parse('Subject: x\r\n\r\nx')).from).toBeNull();
  });

  it('does not take a quoted @ for the domain', async () => {
    const { from } = await parse('From: "eve@bad.example" <ada@good.example>\r\n\r\nx');
    expect(from).toEqual({ name: 'eve@bad.example', address: 'ada@good.example' });
  });
});

describe('the body', () => {
  it('keeps plain text as it is and has no HTML then', async () => {
    expect(await parse(`${head}${plain('a\r\n  b <c>\r\n')}`)).toMatchObject({ text: 'a\n  b <c>', html: null });
  });

  it('takes both of an alternative', async () => {
    const mail = await parse(head + multipart('alternative', plain('plain'), html('<b>rich</b>')));
    expect(mail).toMatchObject({ text: 'plain', html: '<b>rich</b>', attachments: [] });
  });

  it('makes text of HTML that comes alone', async () => {
    const source = '<h1>Title</h1><p>One <a href="https://x.example/a">link</a></p><ul><li>item</li></ul>';
    expect((await parse(`${head}${html(source)}`)).text).toBe('Title\n\nOne link [https://x.example/a]\n\n * item');
  });

  it('puts plain parts beside HTML into both forms, in order', async () => {
    const mail = await parse(head + multipart('mixed', plain('before <x>'), html('<p>rich</p>'), plain('footer')));
    expect(mail.html?.replaceAll(/\s+/g, '')).toBe('<p>before&lt;x&gt;</p><br/><p>rich</p><br/><p>footer</p>');
    expect(mail.text).toMatch(/before <x>\s+rich\s+footer/);
  });

  it.each([
    ['scripts', '<p>a</p><script>alert(1)</script>', '<p>a</p>'],
    ['handlers', '<p onclick="x()">a</p>', '<p>a</p>'],
    ['style sheets', '<style>@import url(//e)</style>a', 'a'],
    ['javascript links', '<a href="javascript:x">a</a>', '<a rel="noopener noreferrer nofollow" target="_blank">a</a>'],
    ['ids and classes', '<p id="a" class="b">a</p>', '<p>a</p>'],
    ['forms', '<form action="//e"><input name="p"><p>a</p></form>', '<p>a</p>'],
    ['frames', 'a<iframe src="//e">b</iframe>', 'ab'],
    ['url() in styles', '<p style="color:red;background:url(//e)">a</p>', '<p style="color:red">a</p>'],
    ['fixed overlays', '<p style="position:fixed;top:0;color:#fff">a</p>', '<p style="color:#fff">a</p>'],
    ['SVG as data', '<img src="data:image/svg+xml;base64,AA" alt="a" />', '<img alt="a" />'],
    ['base', '<base href="//e">a', 'a'],
  ])('drops %s', async (_what, source, clean) => {
    expect((await parse(`${head}${html(source)}`)).html).toBe(clean);
  });

  it.each([
    '<img alt="" src="cid:logo@x" />',
    '<img src="https://x.example/a.png" />',
    '<img src="data:image/png;base64,AA" />',
    '<table width="100%"><tr><td style="padding:1px 2px" colspan="2">a</td></tr></table>',
    '<blockquote type="cite">a</blockquote>',
  ])('keeps %s', async (source) => {
    expect((await parse(`${head}${html(source)}`)).html?.replace('<tbody>', '')).toBe(source);
  });

  it('removes NUL and repairs halves of characters', async () => {
    const mail = await parse(`${head}Content-Type: text/plain; charset=utf-16le\r\n\r\n${'a\0\0\0b\0'}`);
    expect(mail.text).toBe('ab');
  });

  it.each([
    ['a multipart without boundary', 'Content-Type: multipart/mixed\r\n\r\nwords\r\n', 'words'],
    ['a boundary that never comes', 'Content-Type: multipart/mixed; boundary=b\r\n\r\nwords\r\n', 'words'],
    ['noise in such a mail', 'Content-Type: multipart/mixed\r\n\r\n\0\x01\x02\x03\x04', ''],
  ])('shows %s as it came', async (_what, rest, text) => {
    expect((await parse(head + rest)).text).toBe(text);
  });

  it('shows a text that came without a header', async () => {
    expect((await parse('just words, no header')).text).toBe('just words, no header');
  });
});

describe('attachments', () => {
  it('of calendar, mail and signature parts get names, and are not taken apart', async () => {
    const mail = await parse(
      head +
        multipart(
          'mixed',
          plain('see below'),
          'Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR',
          'Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text',
          'Content-Type: message/delivery-status\r\n\r\nStatus: 5.1.1',
        ),
    );
    expect(mail.text).toBe('see below');
    expect(mail.attachments.map(({ filename, contentType, inline }) => [filename, contentType, inline])).toEqual([
      ['invite.ics', 'text/calendar', false],
      ['message.eml', 'message/rfc822', false],
      ['attachment.txt', 'message/delivery-status', false],
    ]);
    expect(Buffer.from(mail.attachments[1]?.bytes ?? []).toString()).toBe('Subject: inner\r\n\r\ninner text');
  });

  it('shown inside the HTML keep their Content-ID', async () => {
    const image = 'Content-Type: image/png; name=logo.png\r\nContent-ID: <logo@x>\r\n\r\npng';
    const mail = await parse(head + multipart('related', html('<img src="cid:logo@x" />'), image));
    expect(mail.html).toBe('<img src="cid:logo@x" />');
    expect(mail.attachments).toMatchObject([{ filename: 'logo.png', contentId: 'logo@x', inline: true }]);
  });

  it('are found when they are the whole mail', async () => {
    const mail = await parse(`${head}Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nabc`);
    expect(mail.attachments).toMatchObject([{ filename: 'winmail.dat', contentType: 'application/ms-tnef' }]);
  });

  it('with RFC 2231 names and twice the same name are told apart', async () => {
    const part = "Content-Type: text/plain\r\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.txt\r\n\r\nx";
    const mail = await parse(head + multipart('mixed', part, part));
    expect(mail.attachments.map(({ filename }) => filename)).toEqual(['ü.txt', 'ü (2).txt']);
  });
});

describe('limits', () => {
  const parts = (count: number) => parse(head + multipart('mixed', ...Array<string>(count).fill(plain('x'))));
  const deep = (levels: number) => {
    let mime = 'Content-Type: multipart/mixed; boundary=b0\r\n\r\n';
    for (let level = 1; level < levels; level++)
      mime += `--b${level - 1}\r\nContent-Type: multipart/mixed; boundary=b${level}\r\n\r\n`;
    return parse(`${head}${mime}--b${levels - 1}\r\n\r\nend`);
  };
  const headed = (size: number) => parse(`X: ${'x'.repeat(size - 'X: \r\n\r\n'.length)}\r\n\r\nx`);

  it('of parts: the whole is one of them', async () => {
    expect((await parts(limits.parts - 1)).text).toMatch(/x/);
    await expect(parts(limits.parts)).rejects.toThrow(/child nodes/);
  });

  it('of depth: each level is a part', async () => {
    expect((await deep(limits.depth - 1)).text).toBe('end');
    await expect(deep(limits.depth)).rejects.toThrow(/child nodes/);
  });

  it('of a header', async () => {
    expect((await headed(limits.headerBytes)).text).toBe('x');
    await expect(headed(limits.headerBytes + 1)).rejects.toThrow(/header size/);
  });

  it('of the text: at the cap whole, one over cut with a note', async () => {
    const whole = await parse(`${head}${plain('x'.repeat(limits.bodyBytes))}`);
    expect(whole.text).toBe('x'.repeat(limits.bodyBytes));
    const cut = await parse(`${head}${plain('x'.repeat(limits.bodyBytes + 1))}`);
    expect(cut.text).toMatch(/x\n\n\[Cut here: the rest is in the original mail\.\]$/);
    expect(Buffer.byteLength(cut.text)).toBe(limits.bodyBytes);
  });

  it('of the HTML: at the cap whole, one over cut with a note', async () => {
    const whole = await parse(`${head}${html(`<p>${'x'.repeat(limits.bodyBytes - 7)}</p>`)}`);
    expect(whole.html).toHaveLength(limits.bodyBytes);
    const cut = await parse(`${head}${html(`<p>${'x'.repeat(limits.bodyBytes - 6)}</p>`)}`);
    expect(cut.html).toMatch(/x<\/p><p>\[Cut here: the rest is in the original mail\.\]<\/p>$/);
    expect(Buffer.byteLength(cut.html ?? '')).toBeLessThanOrEqual(limits.bodyBytes);
  });

  it('of open elements: at the cap shown, one over only its words, with a note', async () => {
    const nested = (depth: number) => parse(`${head}${html(`${'<div>'.repeat(depth)}deep`)}`);
    expect((await nested(limits.htmlDepth)).html).toMatch(/deep/);
    const over = await nested(limits.htmlDepth + 1);
    expect(over.html).toBeNull();
    expect(over.text).toMatch(/^deep\n\n\[The formatted text of this mail cannot be shown/);
  });
});

describe('parseHead', () => {
  it('reads the header of a mail whose body breaks the limits', async () => {
    const raw = bytes(head + multipart('mixed', ...Array<string>(5_000).fill('\r\nx')));
    expect(await parseHead(raw)).toMatchObject({ from: { name: 'Ada', address: 'ada@x.example' }, text: '' });
  });

  it('reads what stands before a header that is too large', async () => {
    const raw = bytes(`${head}X: ${`${'x'.repeat(900)}\r\n `.repeat(2_000)}\r\nSubject: never\r\n\r\nx`);
    expect(await parseHead(raw)).toMatchObject({ from: { name: 'Ada', address: 'ada@x.example' }, subject: '' });
  });

  it.each([
    ['nothing', ''],
    ['one line', 'x'],
    ['noise', '\0\xff\n\xfe'],
  ])('finds nothing in %s', async (_what, raw) => {
    expect(await parseHead(bytes(raw))).toMatchObject({ from: null, subject: '', attachments: [] });
  });
});

describe('an OpenPGP key that comes along', () => {
  const header = (addr: string) => `Autocrypt: addr=${addr}; prefer-encrypt=mutual; keydata=\r\n mQENBF\r\n AAAA=\r\n`;
  const file = (key: string) =>
    multipart('mixed', plain('Hi'), `Content-Type: application/pgp-keys; name=k.asc\r\n\r\n${key}`);

  it('is told when the header names the sender, or when it is a file', async () => {
    expect((await parse(`${head}${header('ADA@x.example')}\r\nHi`)).offeredKey).toBe('mQENBFAAAA=');
    const { offeredKey, attachments } = await parse(`${head}${file('armour')}`);
    expect([offeredKey, attachments.length]).toEqual(['armour', 1]);
  });

  it.each([
    ['of somebody else', `${header('eve@x.example')}\r\nHi`],
    ['twice, so that nobody knows which', `${header('ada@x.example')}${header('ada@x.example')}\r\nHi`],
    ['too large', file('x'.repeat(64 * 1024 + 1))],
  ])('is left alone: %s', async (_, rest) => {
    expect((await parse(`${head}${rest}`)).offeredKey).toBeNull();
  });
});
