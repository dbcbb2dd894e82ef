import { gzipSync } from 'node:zlib';
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

  it.each([
    [
      'Gmail',
      '<span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">Ada</div><div class="gmail_quote gmail_quote_container">On …</div>',
      '<span data-part="signature">-- </span><br /><div dir="ltr" data-part="signature">Ada</div><div data-part="quote">On …</div>',
    ],
    [
      'Thunderbird',
      '<div class="moz-cite-prefix">On …</div><blockquote type="cite" cite="mid:1">x</blockquote><pre class="moz-signature" cols="72">Ada</pre>',
      '<div data-part="quote-head">On …</div><blockquote type="cite">x</blockquote><pre data-part="signature">Ada</pre>',
    ],
    [
      'Outlook',
      '<div id="Signature">Ada</div><div id="x_appendonsend"></div><hr><div id="divRplyFwdMsg">From: x</div>',
      '<div data-part="signature">Ada</div><div data-part="quote-rest"></div><hr /><div data-part="quote-rest">From: x</div>',
    ],
    [
      'Zimbra',
      '<hr data-marker="__QUOTED_TEXT__"><p id="root" class="modal">x</p>',
      '<hr data-part="quote" /><p>x</p>',
    ],
  ])('keeps what %s says of quotations and signatures, and no class or id', async (_name, source, expected) => {
    expect((await parse(`${head}${html(`<p>Hi</p>${source}`)}`)).html).toBe(`<p>Hi</p>${expected}`);
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

describe('S04: names of files', () => {
  const file = (name: string, n: number) =>
    `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=utf-8''${encodeURIComponent(name)}\r\n\r\nfile ${n}`;
  const names = [
    ...['../x', '../../etc/passwd', 'C:\\Windows\\x.dll', '.htaccess', '\u200b.htaccess', '\u202egpj.exe', 'a\0.txt'],
    ...['CON', 'nul.txt', '', '   ', '..', `${'n'.repeat(4_096)}.pdf`, 'a\r\nX-Evil: 1', '／etc／passwd'],
    ...Array.from({ length: 200 }, () => 'scan.png'),
  ];

  it('are safe and distinct, and every file is there, byte by byte', async () => {
    const { attachments } = await parse(head + multipart('mixed', plain('see'), ...names.map(file)));
    expect(attachments.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(names.map((_, n) => `file ${n}`));
    const given = attachments.map(({ filename }) => filename);
    expect(new Set(given.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of given) {
      expect(name).toMatch(/^[^.\s/\\][^/\\\p{Cc}\p{Cf}<>:"|?*]*$/u);
      expect(name).not.toMatch(/^(con|nul)(\.|$)/i);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(limits.fileNameBytes);
    }
  });
});

describe('S06: HTML made to keep the reader busy', () => {
  const many = (text: string, bytes: number) => text.repeat(Math.ceil(bytes / text.length));
  const word =
    '<p class=MsoNormal style=\'mso-margin-top-alt:auto;margin-bottom:12.0pt;font-size:11.0pt;font-family:"Calibri",sans-serif\'>' +
    '<o:p></o:p><![if !supportLists]><span style="mso-list:Ignore">·</span><![endif]>Words <b>of</b> Office</p>\r\n';
  it.each([
    ['50,000 nested elements', '<div>'.repeat(50_000)],
    ['5 MB of Word', `<html xmlns:o="urn:x"><body>${many(word, 5_000_000)}`],
    ['200,000 entities', '&amp;&#x41;&nbsp;&unknown;'.repeat(50_000)],
    ['nested elements, then brackets that open nothing', `${'<div>'.repeat(501)}${'<'.repeat(1_900_000)}`],
    ['nested elements, then tags that never end', `${'<div>'.repeat(501)}${'<a '.repeat(600_000)}`],
    ['comments that never end', '<!--'.repeat(400_000)],
    ['conditions of Office', '<![if '.repeat(300_000)],
    ['styles of many spaces', `<p style="border:1px${' '.repeat(100_000)}!;padding:1px${' '.repeat(100_000)}x">`],
    ['200,000 declarations', `<p style="${'color:red;'.repeat(200_000)}">`],
    ['links within links', '<a href="https://x.example/">'.repeat(50_000)],
    ['quotations within quotations', '<blockquote type="cite">'.repeat(50_000)],
    ['tables within tables', '<table><tr><td>'.repeat(20_000)],
    ['lists that never end', '<ul><li>'.repeat(40_000)],
  ])('%s', async (_what, source) => {
    const before = process.cpuUsage();
    const mail = await parse(`${head}${html(`<p>words</p>${source}`)}`);
    // Read once it takes a second or two; what reads the rest again from each sign takes minutes.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(limits.parseMs / 2);
    expect(mail.text).toMatch(/words/i);
  });
});

describe('S07: what is packed', () => {
  it('stays packed: nothing of a mail is unpacked to be read', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const part = (type: string, name: string) =>
      `Content-Type: ${type}; name=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bomb.toString('base64')}`;
    const packed = [
      part('application/zip', 'a.zip'),
      part('application/gzip', 'a.gz'),
      part('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'a.xlsx'),
      part('image/png', 'a.png'),
    ];
    const { attachments } = await parse(head + multipart('mixed', plain('see'), ...packed));
    expect(attachments.map(({ bytes }) => Buffer.from(bytes).equals(bomb))).toEqual([true, true, true, true]);
  });

  it('is refused to be packed again on its way: a text in a packing of the transport stays what it is', async () => {
    const raw = `${head}Content-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n${gzipSync('words').toString('base64')}`;
    expect((await parse(raw)).text).not.toContain('words');
  });
});

describe('S08: headers with headers within', () => {
  const evil = '=?utf-8?Q?x=0D=0ABcc:_all@evil.example=0D=0AX-Evil:_1?=';
  it('stay one line each, whatever their words were encoded as', async () => {
    const mail = await parse(
      `From: ${evil} <ada@x.example>\r\nReply-To: ${evil} <r@x.example>\r\nTo: ${evil} <s@d.example>\r\n` +
        `Subject: ${evil}\r\nMessage-ID: <a\r\n X-Evil:1@x.example>\r\nList-Id: ${evil} <l.x.example>\r\n\r\nx`,
    );
    const { attachments: _, text, ...said } = mail;
    expect(text).toBe('x');
    expect(JSON.stringify(said)).not.toMatch(/\\[rnu]/);
    expect(mail.subject).toBe('x Bcc: all@evil.example X-Evil: 1');
    expect(mail.cc).toEqual([]);
    expect(mail.from?.address).toBe('ada@x.example');
  });
});

describe('S09: addresses as bait', () => {
  it.each([
    ['nested comments', 'Ada (a (b (c))) <ada@good.example>', ['ada@good.example']],
    ['a comment with an address', 'ada@good.example (eve@bad.example)', ['ada@good.example']],
    ['a group within a name', '"g: eve@bad.example;" <ada@good.example>', ['ada@good.example']],
    ['groups', 'g: a@x.example, b@x.example;, h:;, c@x.example', ['a@x.example', 'b@x.example', 'c@x.example']],
    ['a quoted @ before the domain', '"eve@bad.example"@good.example', []],
    ['a name that is an address', '"ada@good.example" <eve@bad.example>', ['eve@bad.example']],
    ['an encoded name that is an address', '=?utf-8?Q?ada=40good.example?= <eve@bad.example>', ['eve@bad.example']],
    ['letters of another alphabet', 'a <a@gооd.example>', ['a@gооd.example']],
  ])('%s', async (_what, to, addresses) => {
    expect((await parse(`From: x@x.example\r\nTo: ${to}\r\n\r\nx`)).to.map(({ address }) => address)).toEqual(
      addresses,
    );
  });

  it('50,000 recipients are capped', async () => {
    const to = Array.from({ length: 50_000 }, (_, n) => `u${n}@x.y`).join(',\r\n ');
    expect((await parse(`From: x@x.example\r\nTo: ${to}\r\n\r\nx`)).to).toHaveLength(limits.correspondents);
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
