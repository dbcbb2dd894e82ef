import { randomBytes } from 'node:crypto';

/** Mails made to break whoever reads them (S05, S09 and their like), by what is wrong with them. */
export interface HostileMail {
  name: string;
  raw: Buffer;
  /** What must become of it. Either way an agent sees it and the raw file is kept. */
  is: 'parsed' | 'quarantined';
}

const from = 'From: Eve <eve@hostile.example>\r\nTo: support@desk.example\r\n';
const html = 'Content-Type: text/html; charset=utf-8\r\n\r\n';

/** @param id  in the subject, so that the command can be found again */
export function hostileMails(id: (name: string) => string): HostileMail[] {
  const mail = (name: string, is: HostileMail['is'], rest: string | Buffer, headers = from): HostileMail => ({
    name,
    is,
    raw: Buffer.concat([
      Buffer.from(`Subject: ${id(name)}\r\n${headers}`, 'latin1'),
      Buffer.from(rest as string, 'latin1'),
    ]),
  });
  const parts = (count: number) =>
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(count)}--b--\r\n`;
  const repeated = (count: number, header: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => header(n)).join('');

  return [
    mail('depth 500', 'parsed', nested(500)),
    mail('depth 999', 'parsed', nested(999)),
    mail('depth 5,000', 'quarantined', nested(5_000)),
    mail('999 parts', 'parsed', parts(999)),
    mail('1,000 parts', 'quarantined', parts(1_000)),
    mail('20,000 parts', 'quarantined', parts(20_000)),
    mail(
      'message/rfc822 x 2,000',
      'quarantined',
      `Content-Type: multipart/digest; boundary=b\r\n\r\n${'--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n'.repeat(2_000)}--b--\r\n`,
    ),
    mail('rfc822 inside rfc822 x 300', 'parsed', `${'Content-Type: message/rfc822\r\n\r\n'.repeat(300)}\r\nend`),
    mail('50,000 encoded words', 'parsed', `X-A: ${'=?utf-8?Q?=41?=\r\n '.repeat(50_000)}\r\n\r\nbody`),
    mail('an encoded word of 500 kB', 'parsed', `X-A: =?utf-8?B?${'QUFB'.repeat(125_000)}?=\r\n\r\nbody`),
    mail('a header of 10 MB', 'quarantined', `X-A: ${`${'x'.repeat(900)}\r\n `.repeat(11_000)}\r\n\r\nbody`),
    mail('20,000 headers', 'parsed', `${repeated(20_000, (n) => `X-${n}: v\r\n`)}\r\nbody`),
    mail(
      '10,000 References headers',
      'parsed',
      `${repeated(10_000, (n) => `References: <${n}@x.example>\r\n`)}\r\nbody`,
    ),
    mail(
      '12,000 recipients',
      'parsed',
      `Cc: ${repeated(12_000, (n) => `u${n}@x.example,\r\n `)}z@x.example\r\n\r\nbody`,
    ),
    mail('100,000 nested comments', 'parsed', `Cc: ${'('.repeat(100_000)}x@x.example\r\n\r\nbody`),
    mail('100,000 open quotes', 'parsed', `Cc: ${'"'.repeat(100_001)}x@x.example\r\n\r\nbody`),
    mail('50,000 nested groups', 'parsed', `Cc: ${'g:'.repeat(50_000)}x@x.example;\r\n\r\nbody`),
    mail('no boundary parameter', 'parsed', 'Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nbody\r\n--b--\r\n'),
    mail('a boundary that never comes', 'parsed', 'Content-Type: multipart/mixed; boundary=never\r\n\r\nbody\r\n'),
    mail('a multipart that never ends', 'parsed', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody'),
    mail('bare line feeds', 'parsed', '\nbody\nmore\n'),
    mail('bare carriage returns', 'parsed', '\rbody\rmore\r'),
    mail('a wrong charset', 'parsed', 'Content-Type: text/plain; charset=x-unheard-of\r\n\r\nbody \xe4\xf6\xfc'),
    mail('Latin-1 said to be UTF-8', 'parsed', 'Content-Type: text/plain; charset=utf-8\r\n\r\nbody \xe4\xf6\xfc'),
    mail('UTF-7', 'parsed', 'Content-Type: text/html; charset=utf-7\r\n\r\nbody +ADw-script+AD4-alert(1)'),
    mail('NUL characters', 'parsed', 'X-N: a\0b\r\n\r\nbo\0dy\0'),
    mail('8-bit headers', 'parsed', 'X-A: \xff\xfe\xfd\r\nCc: "\xe4\xf6" <a@x.example>\r\n\r\nbody'),
    mail('two From', 'parsed', 'From: Mallory <mallory@other.example>\r\n\r\nbody'),
    mail('no From at all', 'parsed', '\r\nbody', ''),
    mail('a From without an address', 'parsed', '\r\nbody', 'From: just words\r\n'),
    mail('a date of the year 275760', 'parsed', 'Date: Sat, 13 Sep 275760 00:00:00 GMT\r\n\r\nbody'),
    mail('a date that is none', 'parsed', 'Date: yesterday-ish\r\n\r\nbody'),
    mail('broken base64', 'parsed', 'Content-Transfer-Encoding: base64\r\n\r\n!!!!Ym9keQ==%%%'),
    mail('an encoding nobody knows', 'parsed', 'Content-Transfer-Encoding: x-uuencode\r\n\r\nbody'),
    mail('50,000 nested divs', 'parsed', `${html}${'<div>'.repeat(50_000)}body`),
    mail('a megabyte of open tags', 'parsed', `${html}body${'<b>'.repeat(350_000)}`),
    mail('a megabyte of less-than signs', 'parsed', `${html}body${'<'.repeat(1_000_000)}`),
    mail('100,000 unclosed attributes', 'parsed', `${html}body${'<a href="'.repeat(100_000)}`),
    mail('300,000 attributes', 'parsed', `${html}body<p ${'a=1 '.repeat(300_000)}>`),
    mail(
      '20,000 style attributes',
      'parsed',
      `${html}body${'<p style="color:red;background:url(//evil)">x</p>'.repeat(20_000)}`,
    ),
    mail('3 MB of HTML', 'parsed', `${html}body${'<p>It &amp; "that" &lt;</p>\r\n'.repeat(110_000)}`),
    mail('3 MB of text', 'parsed', `\r\nbody ${'Ã¤ '.repeat(1_000_000)}`),
    mail('a line of 5 MB', 'parsed', `\r\nbody ${'x'.repeat(5_000_000)}`),
    mail('3 MB of boundaries that are none', 'parsed', `${nested(100)}${'--b\r\n--b1\r'.repeat(270_000)}`),
    mail('200 attachments of one name', 'parsed', sameNames(200)),
    mail('winmail.dat', 'parsed', `Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n${'\x78\x9f\x3e\x22'}`),
    mail('noise after the header', 'parsed', Buffer.concat([Buffer.from('\r\n'), randomBytes(300_000)])),
    mail('header injection', 'parsed', 'Reply-To: "x\r\n Bcc: all@x.example" <r@x.example>\r\n\r\nbody'),
    { name: 'nothing but noise', is: 'parsed', raw: randomBytes(200_000) },
    { name: 'one line feed', is: 'parsed', raw: Buffer.from('\n') },
    { name: 'a text without any header', is: 'parsed', raw: Buffer.from('just words, no header\r\n') },
  ];
}

function nested(depth: number): string {
  let mime = 'Content-Type: multipart/mixed; boundary=b0\r\n\r\n';
  for (let level = 1; level < depth; level++)
    mime += `--b${level - 1}\r\nContent-Type: multipart/mixed; boundary=b${level}\r\n\r\n`;
  return `${mime}--b${depth - 1}\r\n\r\nbody\r\n`;
}

function sameNames(count: number): string {
  const part = '--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="scan.png"\r\n\r\nx\r\n';
  return `Content-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(count)}--b--\r\n`;
}
