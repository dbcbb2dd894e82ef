import { tnef } from '../tnef-writer.ts';
import {
  base64,
  bytes,
  type CorpusMail,
  type Expected,
  encoded,
  file,
  head,
  html,
  multi,
  part,
  quoted,
  text,
  utf8,
  word,
} from './write.ts';

/** Words in which a wrong charset shows, by the charsets that have their signs. */
const scripts: [words: string, charsets: string[]][] = [
  ['Grüße aus Köln', ['utf-8', 'iso-8859-1', 'iso-8859-15', 'windows-1252', 'macintosh']],
  ['Zażółć gęślą jaźń', ['utf-8', 'iso-8859-2', 'windows-1250']],
  ['Привет из Москвы', ['utf-8', 'koi8-r', 'windows-1251', 'iso-8859-5', 'ibm866']],
  ['Πρόβλημα εκτυπωτή', ['utf-8', 'iso-8859-7', 'windows-1253']],
  ['Yazıcı çalışmıyor ğş', ['iso-8859-9', 'windows-1254']],
  ['שלום עולם', ['utf-8', 'iso-8859-8', 'windows-1255']],
  ['مرحبا بالعالم', ['utf-8', 'windows-1256']],
  ['プリンタが燃えています', ['utf-8', 'shift_jis', 'euc-jp']],
  ['打印机着火了', ['utf-8', 'gb2312', 'gbk', 'gb18030']],
  ['印表機著火了', ['big5']],
  ['프린터에 불이 났어요', ['utf-8', 'euc-kr']],
];

type Made = [name: string, raw: Buffer, is: Expected];
const themed = (theme: string, mails: Made[]): CorpusMail[] =>
  mails.map(([name, raw, is]) => ({ theme, name, raw, is }));
const mail = (lines: string[], ...content: (string | Buffer)[]) => bytes(...lines, '', ...content);
const whole = (lines: string[], entity: string) => bytes(...lines, entity);

const charsets = scripts.flatMap(([words, names]) =>
  names.flatMap((charset): Made[] => {
    const body = encoded(words, charset);
    const type = { 'Content-Type': `text/plain; charset=${charset}` };
    const b = { Subject: word(words, charset, 'B'), ...type, 'Content-Transfer-Encoding': 'base64' };
    const q = { Subject: word(words, charset, 'Q'), ...type, 'Content-Transfer-Encoding': 'quoted-printable' };
    const raw = { From: `${word(words, charset, 'B')} <ada@x.example>`, ...type, 'Content-Transfer-Encoding': '8bit' };
    return [
      [`${charset} ${words.slice(0, 3)} as base64`, mail(head(b), base64(body)), { subject: words, text: words }],
      [
        `${charset} ${words.slice(0, 3)} as quoted-printable`,
        mail(head(q), quoted(body)),
        { subject: words, text: words },
      ],
      [`${charset} ${words.slice(0, 3)} as 8 bits`, mail(head(raw), body), { name: words, text: words }],
    ];
  }),
);

const oddCharsets: Made[] = [
  ['UTF-8 in the header as it is', mail(head({ Subject: utf8('Grüße') }), 'x'), { subject: 'Grüße' }],
  [
    'an encoded word cut within a sign',
    mail(head({ Subject: '=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=' }), 'x'),
    { subject: 'Grüße' },
  ],
  [
    'encoded words side by side',
    mail(head({ Subject: '=?utf-8?Q?Gr=C3=BC?=\r\n =?utf-8?Q?=C3=9Fe?= all' }), 'x'),
    { subject: 'Grüße all' },
  ],
  [
    'ISO-2022-JP',
    mail(head({ 'Content-Type': 'text/plain; charset=iso-2022-jp' }), '\x1b$B%F%9%H\x1b(B'),
    { text: 'テスト' },
  ],
  [
    'UTF-16 with its mark',
    mail(
      head({ 'Content-Type': 'text/plain; charset=utf-16', 'Content-Transfer-Encoding': 'base64' }),
      base64(encoded('Grüße', 'utf-16')),
    ),
    { text: 'Grüße' },
  ],
  [
    'a charset in quotes and capitals',
    mail(head({ 'Content-Type': 'TEXT/PLAIN; CHARSET="ISO-8859-1"' }), 'Gr\xfc\xdfe'),
    { text: 'Grüße' },
  ],
  ['no charset, but UTF-8', mail(head(), utf8('Grüße')), { text: 'Grüße' }],
];

const structure: Made[] = [
  [
    'text and HTML of the same',
    whole(head(), multi('alternative', text('Hello'), html('<p>Hello</p>'))),
    { text: 'Hello', html: '<p>Hello</p>', files: [] },
  ],
  ['HTML alone', whole(head(), html('<p>One</p><p>Two</p>')), { text: 'One\n\nTwo', html: '<p>One</p><p>Two</p>' }],
  [
    'a file beside the text',
    whole(head(), multi('mixed', text('See'), file('a.txt', 'text/plain', 'A'))),
    { text: 'See', files: [['a.txt', 'text/plain']], contents: ['A'] },
  ],
  ['two texts', whole(head(), multi('mixed', text('One'), text('Two'))), { text: 'One\nTwo' }],
  [
    'text between two HTML parts',
    whole(head(), multi('mixed', html('<p>One</p>'), text('Two'), html('<p>Three</p>'))),
    { text: 'One\n\n\nTwo\n\n\nThree' },
  ],
  [
    'three levels',
    whole(
      head(),
      multi(
        'mixed',
        multi('related', multi('alternative', text('T'), html('<p>H</p>'))),
        file('a.pdf', 'application/pdf', 'P'),
      ),
    ),
    { text: 'T', html: '<p>H</p>', files: [['a.pdf', 'application/pdf']] },
  ],
  [
    'words before and after',
    bytes(
      ...head(),
      'Content-Type: multipart/mixed; boundary=x',
      '',
      'preamble',
      '--x',
      text('In'),
      '--x--',
      'epilogue',
    ),
    { text: 'In' },
  ],
  [
    'a boundary with spaces and signs',
    bytes(...head(), 'Content-Type: multipart/mixed; boundary="a b=_?"', '', '--a b=_?', text('In'), '--a b=_?--'),
    { text: 'In' },
  ],
  ['no end', bytes(...head(), 'Content-Type: multipart/mixed; boundary=x', '', '--x', text('In')), { text: 'In' }],
  [
    'no boundary',
    bytes(...head(), 'Content-Type: multipart/mixed', '', '--x', text('In'), '--x--'),
    { subject: 'Hello' },
  ],
  [
    'a boundary that begins like another',
    bytes(
      ...head(),
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: multipart/alternative; boundary=xy',
      '',
      '--xy',
      text('In'),
      '--xy--',
      '--x--',
    ),
    { text: 'In' },
  ],
  [
    'a part without a header',
    whole(head(), multi('mixed', '\r\nplain words', file('a.txt', 'text/plain', 'A'))),
    { text: 'plain words', files: [['a.txt', 'text/plain']] },
  ],
  [
    'an empty part',
    whole(head(), multi('mixed', text(''), file('a.bin', 'application/octet-stream', 'A'))),
    { text: '', files: [['a.bin', 'application/octet-stream']] },
  ],
  [
    'a signed mail',
    whole(
      head(),
      multi(
        'signed; protocol="application/pgp-signature"',
        text('Signed'),
        file('signature.asc', 'application/pgp-signature', 'S'),
      ),
    ),
    { text: 'Signed', files: [['signature.asc', 'application/pgp-signature']] },
  ],
  [
    'a digest',
    whole(head(), multi('digest', part([], 'Subject: one\r\n\r\nOne'), part([], 'Subject: two\r\n\r\nTwo'))),
    { subject: 'Hello' },
  ],
  ['an unknown kind of multipart', whole(head(), multi('x-strange', text('In'))), { text: 'In' }],
];

const pictures: Made[] = [
  [
    'within HTML',
    whole(
      head(),
      multi('related', html('<img src="cid:p@x">'), file('p.png', 'image/png', 'P', ['Content-ID: <p@x>'])),
    ),
    { html: 'cid:p@x', inline: ['p@x'], files: [['p.png', 'image/png']] },
  ],
  [
    'without a name',
    whole(
      head(),
      multi(
        'related',
        html('<img src="cid:p">'),
        file('', 'image/png', 'P', ['Content-ID: <p>', 'Content-Disposition: inline']),
      ),
    ),
    { inline: ['p'] },
  ],
  [
    'whose id has no brackets',
    whole(head(), multi('related', html('<img src="cid:p@x">'), file('p.gif', 'image/gif', 'P', ['Content-ID: p@x']))),
    { inline: ['p@x'] },
  ],
  ['written into the page', whole(head(), html('<img src="data:image/png;base64,AAAA">')), { html: 'data:image/png' }],
  [
    'that is a drawing with words of its own',
    whole(head(), html('<img src="data:image/svg+xml;base64,AAAA">x')),
    { html: '<img />x' },
  ],
];

const invitation = [
  'BEGIN:VCALENDAR',
  'METHOD:REQUEST',
  'BEGIN:VEVENT',
  'SUMMARY:Talk',
  'DTSTART:20260301T100000Z',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');
const packed: Made[] = [
  [
    'winmail.dat with files',
    whole(
      head(),
      multi(
        'mixed',
        text('See'),
        file('winmail.dat', 'application/ms-tnef', '').replace(
          /\r\n\r\n$/,
          `\r\n\r\n${base64(tnef({ files: [{ name: 'A.TXT', longName: 'März.txt', type: 'text/plain', bytes: Buffer.from('A') }] }))}`,
        ),
      ),
    ),
    { text: 'See', files: [['März.txt', 'text/plain']], contents: ['A'] },
  ],
  [
    'winmail.dat with the words',
    bytes(
      ...head({ 'Content-Type': 'application/ms-tnef; name=winmail.dat', 'Content-Transfer-Encoding': 'base64' }),
      '',
      base64(tnef({ text: 'Words', html: '<p>Words</p>' })),
    ),
    { html: '<p>Words</p>' },
  ],
  [
    'winmail.dat that is broken',
    whole(head(), multi('mixed', text('See'), file('winmail.dat', 'application/ms-tnef', 'broken'))),
    { text: 'See', files: [['winmail.dat', 'application/ms-tnef']] },
  ],
  [
    'a calendar alone',
    mail(head({ 'Content-Type': 'text/calendar; method=REQUEST; charset=utf-8' }), invitation),
    { text: 'Talk\nStart: 2026-03-01 10:00 UTC', files: [['invite.ics', 'text/calendar']] },
  ],
  [
    'a calendar beside words',
    whole(
      head(),
      multi(
        'alternative',
        text('Come'),
        part(['Content-Type: text/calendar; method=REQUEST; charset=utf-8'], invitation),
      ),
    ),
    { text: 'Come' },
  ],
  [
    'a forwarded mail as a file',
    whole(
      head(),
      multi(
        'mixed',
        text('FYI'),
        part(
          ['Content-Type: message/rfc822', 'Content-Disposition: attachment; filename="old.eml"'],
          'From: old@y.example\r\nSubject: Old\r\n\r\nOld words',
        ),
      ),
    ),
    { text: 'FYI', subject: 'Hello', files: [['old.eml', 'message/rfc822']] },
  ],
  [
    'a uuencoded file',
    mail(head(), 'Hello', 'begin 644 cat.txt', '#0V%T', '`', 'end', 'bye'),
    { text: 'Hello\nbye', files: [['cat.txt', 'application/octet-stream']], contents: ['Cat'] },
  ],
  ['yEnc, which is left alone', mail(head(), '=ybegin line=128 size=3 name=x', 'abc', '=yend size=3'), { files: [] }],
];

const names: Made[] = (
  [
    ['quoted', 'filename="a b.txt"', 'a b.txt'],
    ['bare', 'filename=a.txt', 'a.txt'],
    ['an encoded word', `filename="${word('Bericht März.txt', 'utf-8', 'B')}"`, 'Bericht März.txt'],
    ['RFC 2231', "filename*=utf-8''M%C3%A4rz.txt", 'März.txt'],
    ['RFC 2231 in pieces', "filename*0*=utf-8''M%C3%A4; filename*1=rz; filename*2=.txt", 'März.txt'],
    ['a path', 'filename="../../etc/passwd"', 'passwd'],
    ['a path of Windows', 'filename="C:\\\\x\\\\y.txt"', 'y.txt'],
    ['a hidden file behind a space of no width', `filename="${utf8('\u200b')}.htaccess"`, '_htaccess'],
    ['turned around', `filename="${utf8('a\u202egpj.exe')}"`, 'agpj.exe'],
  ] as const
).map(
  ([name, given, is]): Made => [
    name,
    whole(
      head(),
      multi(
        'mixed',
        text('x'),
        part(['Content-Type: application/octet-stream', `Content-Disposition: attachment; ${given}`], 'A'),
      ),
    ),
    // What says nothing of its type is known by its name.
    { files: [[is, is.endsWith('.txt') ? 'text/plain' : 'application/octet-stream']] },
  ],
);

const broken: Made[] = [
  ['no From', mail(head({ From: null }), 'x'), { from: null, text: 'x' }],
  ['a Sender instead of From', mail(head({ From: null, Sender: 's@x.example' }), 'x'), { from: 's@x.example' }],
  ['a From of words', mail(head({ From: 'just words' }), 'x'), { from: null }],
  [
    'a From with a comment',
    mail(head({ From: 'ada@x.example (Ada Lovelace)' }), 'x'),
    { from: 'ada@x.example', name: 'Ada Lovelace' },
  ],
  [
    'a From with an @ in the name',
    mail(head({ From: '"ceo@bank.example" <eve@x.example>' }), 'x'),
    { from: 'eve@x.example', name: 'ceo@bank.example' },
  ],
  [
    'a group of recipients',
    mail(head({ To: 'team: a@x.example, B <b@x.example>;' }), 'x'),
    { to: ['a@x.example', 'b@x.example'] },
  ],
  ['two To', bytes(...head({ To: 'a@x.example' }), 'To: b@x.example', '', 'x'), { to: ['a@x.example', 'b@x.example'] }],
  ['a To without recipients', mail(head({ To: 'undisclosed-recipients:;' }), 'x'), { to: [] }],
  ['no subject', mail(head({ Subject: null }), 'x'), { subject: '' }],
  ['a subject of many lines', mail(head({ Subject: 'one\r\n two\r\n\tthree' }), 'x'), { subject: 'one two three' }],
  ['two subjects', bytes(...head({ Subject: 'first' }), 'Subject: second', '', 'x'), { text: 'x' }],
  ['a subject of 4 kB', mail(head({ Subject: `${'long '.repeat(800)}` }), 'x'), { text: 'x' }],
  ['no Message-ID', mail(head({ 'Message-ID': null }), 'x'), { messageId: null }],
  ['a Message-ID without brackets', mail(head({ 'Message-ID': '1@x.example' }), 'x'), { messageId: '<1@x.example>' }],
  ['no date', mail(head({ Date: null }), 'x'), { date: null }],
  [
    'a date of two digits',
    mail(head({ Date: 'Mon, 2 Mar 26 10:00:00 GMT' }), 'x'),
    { date: '2026-03-02T10:00:00.000Z' },
  ],
  [
    'a date with the name of its zone',
    mail(head({ Date: 'Mon, 2 Mar 2026 10:00:00 +0100 (CET)' }), 'x'),
    { date: '2026-03-02T09:00:00.000Z' },
  ],
  ['a date that is none', mail(head({ Date: 'soon' }), 'x'), { date: null }],
  ['a header line without a colon', bytes(...head(), 'this is no header', '', 'x'), { subject: 'Hello', text: 'x' }],
  ['lines that end with LF', Buffer.from(`${head().join('\n')}\n\nx\ny\n`), { subject: 'Hello', text: 'x\ny' }],
  [
    'a line of From_',
    bytes('From ada@x.example Mon Mar  2 10:00:00 2026', ...head(), '', 'x'),
    { subject: 'Hello', text: 'x' },
  ],
  ['a mark of UTF-8 before all', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), mail(head(), 'x')]), { text: 'x' }],
  [
    'base64 with rubbish within',
    mail(head({ 'Content-Transfer-Encoding': 'base64' }), 'SGV*sbG8', ''),
    { text: 'Hello' },
  ],
  [
    'quoted-printable with a broken escape',
    mail(head({ 'Content-Transfer-Encoding': 'quoted-printable' }), '100=% sure=3D'),
    { text: '100=% sure=' },
  ],
  ['an encoding that is none', mail(head({ 'Content-Transfer-Encoding': 'none' }), 'x'), { text: 'x' }],
  [
    'a type that is none',
    mail(head({ 'Content-Type': 'text' }), 'x'),
    { files: [['attachment', 'application/octet-stream']], contents: ['x\r\n'] },
  ],
  ['a header and nothing else', bytes(...head()), { subject: 'Hello' }],
  [
    '500 further headers',
    bytes(...head(), ...Array.from({ length: 500 }, (_, n) => `X-${n}: ${'v'.repeat(100)}`), '', 'x'),
    { text: 'x' },
  ],
  ['a header of 100 kB', bytes(...head(), `X-Long: ${'v'.repeat(100_000)}`, '', 'x'), { text: 'x' }],
];

const automatic: Made[] = (
  [
    ['out of office', { 'Auto-Submitted': 'auto-replied' }, 'auto-reply'],
    ['Exchange', { 'X-Auto-Response-Suppress': 'All' }, 'auto-reply'],
    ['a vacation program', { Precedence: 'auto_reply' }, 'auto-reply'],
    ['an old one', { 'X-Autoreply': 'yes' }, 'auto-reply'],
    ['a job', { 'Auto-Submitted': 'auto-generated' }, 'auto-reply'],
    ['a list', { 'List-Id': 'Users <users.x.example>' }, 'bulk'],
    ['a newsletter', { 'List-Unsubscribe': '<https://x.example/u>' }, 'bulk'],
    ['mass mail', { Precedence: 'bulk' }, 'bulk'],
    ['a person', { 'Auto-Submitted': 'no' }, 'no'],
  ] as const
).map(([name, header, is]): Made => [name, mail(head(header), 'x'), { automatic: is, bounce: null }]);

const returned = (fields: string[], third: string) =>
  whole(
    head({ From: 'MAILER-DAEMON@mx.example', Subject: 'Undelivered Mail' }),
    multi(
      'report; report-type=delivery-status',
      text('I am sorry.'),
      part(['Content-Type: message/delivery-status'], ['Reporting-MTA: dns; mx.example', '', ...fields].join('\r\n')),
      third,
    ),
  );
const sent = 'Message-ID: <sent@desk.example>\r\nSubject: Re: Hello\r\n\r\nUnplug it.';
const gone = [
  'Final-Recipient: rfc822; ada@x.example',
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 no',
];
const lost = {
  kind: 'permanent' as const,
  messageId: '<sent@desk.example>',
  recipients: [{ address: 'ada@x.example', status: '5.1.1', reason: '550 no' }],
};
const bounces: Made[] = [
  [
    'with the mail',
    returned(gone, part(['Content-Type: message/rfc822'], sent)),
    { automatic: 'bounce', bounce: lost },
  ],
  [
    'with its header',
    returned(gone, part(['Content-Type: text/rfc822-headers'], sent)),
    { automatic: 'bounce', bounce: lost },
  ],
  ['with nothing of it', returned(gone, text('')), { automatic: 'bounce', bounce: { ...lost, messageId: null } }],
  [
    'of a delay',
    returned(
      ['Final-Recipient: rfc822; ada@x.example', 'Action: delayed', 'Status: 4.4.1'],
      part(['Content-Type: message/rfc822'], sent),
    ),
    {
      bounce: {
        kind: 'temporary',
        messageId: '<sent@desk.example>',
        recipients: [{ address: 'ada@x.example', status: '4.4.1', reason: '' }],
      },
    },
  ],
  [
    'of success',
    returned(
      ['Final-Recipient: rfc822; ada@x.example', 'Action: delivered', 'Status: 2.0.0'],
      part(['Content-Type: message/rfc822'], sent),
    ),
    { automatic: 'bounce', bounce: null },
  ],
  [
    'of qmail',
    mail(
      head({ From: 'MAILER-DAEMON@x.example' }),
      'Hi. This is the qmail-send program at x.example.',
      "I'm afraid I wasn't able to deliver your message.",
      '',
      '<ada@x.example>:',
      '550 5.1.1 no mailbox',
      '',
      '--- Below this line is a copy of the message.',
      '',
      sent,
    ),
    {
      automatic: 'bounce',
      bounce: {
        kind: 'permanent',
        messageId: '<sent@desk.example>',
        recipients: [{ address: 'ada@x.example', status: '5.1.1', reason: '550 5.1.1 no mailbox' }],
      },
    },
  ],
  [
    'of Exim',
    mail(
      head({ From: 'Mailer-Daemon@x.example', 'X-Failed-Recipients': 'ada@x.example' }),
      'A message that you sent could not be delivered.',
      '',
      '  ada@x.example',
      '    550 unknown user',
      '',
      '------ This is a copy of the message. ------',
      sent,
    ),
    {
      automatic: 'bounce',
      bounce: {
        kind: 'permanent',
        messageId: '<sent@desk.example>',
        recipients: [{ address: 'ada@x.example', status: null, reason: '550 unknown user' }],
      },
    },
  ],
  [
    'a person who writes of one',
    mail(head(), 'Your mail to me could not be delivered, it says 550 5.1.1.'),
    { automatic: 'no', bounce: null },
  ],
  [
    'a read receipt',
    whole(
      head(),
      multi(
        'report; report-type=disposition-notification',
        text('Read.'),
        part(
          ['Content-Type: message/disposition-notification'],
          'Final-Recipient: rfc822; a@x.example\r\nDisposition: manual-action; displayed',
        ),
      ),
    ),
    { automatic: 'auto-reply' },
  ],
];

const words: Made[] = [
  [
    'an answer above what it answers',
    mail(head(), 'Yes.', '', 'On Monday Bob wrote:', '> Works?', '>> No.'),
    { text: 'Yes.\n\nOn Monday Bob wrote:\n> Works?\n>> No.' },
  ],
  ['an answer between the lines', mail(head(), '> One?', '1', '> Two?', '2'), { text: '> One?\n1\n> Two?\n2' }],
  ['a signature', mail(head(), 'Hello', '-- ', 'Ada', 'x.example'), { text: 'Hello\n-- \nAda\nx.example' }],
  [
    'Outlook’s line',
    mail(head(), 'Yes.', '', '________________________________', 'From: Bob', 'Sent: Monday'),
    { text: 'Yes.\n\n________________________________\nFrom: Bob\nSent: Monday' },
  ],
  [
    'a quote in HTML',
    whole(head(), html('<p>Yes.</p><blockquote type="cite"><p>Works?</p></blockquote>')),
    { html: '<blockquote type="cite">' },
  ],
  [
    'format=flowed',
    mail(head({ 'Content-Type': 'text/plain; format=flowed' }), 'one ', 'two', '', 'three'),
    { text: 'one two\n\nthree' },
  ],
  [
    'from right to left',
    whole(head({ Subject: word('שלום', 'utf-8', 'B') }), html(`<p dir="rtl">${'שלום'}</p>`)),
    { subject: 'שלום', html: 'dir="rtl"' },
  ],
  [
    'a name turned around',
    mail(head({ From: `${word('a\u202eb', 'utf-8', 'B')} <ada@x.example>` }), 'x'),
    { from: 'ada@x.example' },
  ],
  ['emoji', mail(head({ Subject: word('🔥🖨️', 'utf-8', 'B') }), utf8('🔥')), { subject: '🔥🖨️', text: '🔥' }],
  ['a script', whole(head(), html('<p>Hi</p><script>alert(1)</script>')), { html: '<p>Hi</p>', text: 'Hi' }],
  ['a link that calls a script', whole(head(), html('<a href="javascript:alert(1)">x</a>')), { html: '<a rel=' }],
  [
    'a page with a style sheet',
    whole(head(), html('<style>p{position:fixed}</style><p>Hi</p>')),
    { html: '<p>Hi</p>' },
  ],
];

export const corpus: readonly CorpusMail[] = [
  ...themed('charset', [...charsets, ...oddCharsets]),
  ...themed('structure', structure),
  ...themed('picture', pictures),
  ...themed('packed', packed),
  ...themed('file name', names),
  ...themed('broken', broken),
  ...themed('automatic', automatic),
  ...themed('bounce', bounces),
  ...themed('words', words),
];
