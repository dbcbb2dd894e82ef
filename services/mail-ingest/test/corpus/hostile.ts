/** Numbers that look random and are the same each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const fieldNames = [
  'From',
  'To',
  'Cc',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'References',
  'In-Reply-To',
  'Content-Type',
];
const more = [
  'Content-Transfer-Encoding',
  'Content-Disposition',
  'MIME-Version',
  'X-Failed-Recipients',
  'Authentication-Results',
  'List-Id',
];
const types = [
  'text/plain',
  'text/html',
  'multipart/mixed',
  'multipart/alternative',
  'multipart/report',
  'message/rfc822',
];
const odder = [
  'message/delivery-status',
  'application/ms-tnef',
  'text/calendar',
  'text/',
  '/',
  'image/png; name="=?utf-8?Q?=00?="',
];
const encodings = ['base64', 'quoted-printable', '7bit', '8bit', 'x-uuencode', 'BASE64 ', '', 'quoted-printable; x=y'];
const charsets = ['utf-8', 'iso-8859-1', 'utf-7', 'utf-16', 'x-none', 'iso-2022-jp', 'us-ascii', ''];
const bits = [
  ...[
    '<a@x.example>',
    'Ada <ada@x.example>',
    '"',
    '(',
    ')',
    '<',
    '>',
    ',',
    ';',
    ':',
    '\\',
    '=',
    '?',
    '@',
    '\0',
    '\t',
    ' ',
  ],
  ...[
    '=?utf-8?B?',
    '=?utf-8?Q?=C3?=',
    '?=',
    '\r\n ',
    '\r\n',
    '\n',
    '\r',
    '--',
    '--b',
    '--b--',
    '=_',
    '=3D',
    '=\r\n',
    '\xff\xfe',
    '\xc3',
  ],
  ...[
    '<p>',
    '</p>',
    '<div style="x:url(//e)">',
    '<!--',
    ']]>',
    '<script>',
    '&amp;',
    '&#x0;',
    '<a href="javascript:1">',
    '<svg>',
    '<table>',
  ],
  ...[
    'begin 644 x\n#0V%T\n',
    '`\nend\n',
    'BEGIN:VEVENT\r\n',
    'END:VEVENT\r\n',
    'Final-Recipient: rfc822; a@x\r\n',
    'Action: failed\r\n',
  ],
  ...[
    'x'.repeat(1_000),
    '<b>'.repeat(300),
    '('.repeat(500),
    'g:'.repeat(300),
    '=?'.repeat(300),
    'Message-ID: <1@x>\r\n',
    '\u202e',
  ],
];

/** Mails put together from what parsers stumble over; each seed is another one. */
export function hostileMail(seed: number): Buffer {
  const below = numbers(seed);
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  const mess = (most: number) => Array.from({ length: below(most) + 1 }, () => one(bits)).join('');
  const type = () => {
    const kind = one([...types, ...types, ...odder]);
    const boundary = kind.startsWith('multipart') && below(5) > 0 ? '; boundary=b' : '';
    return `${kind}${boundary}${below(3) > 0 ? `; charset=${one(charsets)}` : ''}${below(9) === 0 ? mess(3) : ''}`;
  };
  const field = () => {
    const name = one([...fieldNames, ...fieldNames, ...more]);
    if (name === 'Content-Type') return `${name}: ${type()}`;
    if (name === 'Content-Transfer-Encoding') return `${name}: ${one(encodings)}`;
    return `${below(20) === 0 ? mess(2) : name}: ${mess(8)}`;
  };
  const entity = (depth: number): string => {
    const lines = Array.from({ length: below(depth === 0 ? 12 : 4) }, field);
    const parts =
      depth < 4 && below(3) > 0 ? Array.from({ length: below(4) }, () => `--b\r\n${entity(depth + 1)}\r\n`) : [];
    return `${lines.join('\r\n')}\r\n${below(8) === 0 ? '' : '\r\n'}${mess(20)}\r\n${parts.join('')}${below(2) === 0 ? '--b--\r\n' : ''}`;
  };
  const whole = Buffer.from(entity(0), 'latin1');
  return below(10) === 0 ? whole.subarray(0, below(whole.length + 1)) : whole;
}
