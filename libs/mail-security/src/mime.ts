/** More parts than any signed or encrypted mail has on its level: two. */
const MOST_PARTS = 100;
/** Bytes of a header that are looked at. */
const HEAD_BYTES = 256 * 1024;

const LF = 10;
const CR = 13;
const DASH = 45;

/** A mail or one part of it, as its bytes stand in the mail. */
export interface Entity {
  /** With the line end of its last line, without the empty line. */
  head: Buffer;
  body: Buffer;
  whole: Buffer;
  /** Unfolded values by lower-case name, in order. */
  headers: ReadonlyMap<string, readonly string[]>;
}

export interface ContentType {
  /** `type/subtype`, lower case. */
  type: string;
  params: ReadonlyMap<string, string>;
}

/** Takes the header off. Whatever the bytes are, there is an answer. */
export function entityIn(bytes: Uint8Array): Entity {
  const whole = bufferOf(bytes);
  const end = endOfHead(whole);
  const head = whole.subarray(0, end.head);
  return { head, body: whole.subarray(end.body), whole, headers: headersIn(head) };
}

/** @returns null where there is none, where it cannot be read, or where several contradict each other */
export function contentTypeOf({ headers }: Pick<Entity, 'headers'>): ContentType | null {
  const [value, ...more] = headers.get('content-type') ?? [];
  // Two readers of such a mail may take two different ones.
  if (value === undefined || more.length > 0) return null;
  return readContentType(value);
}

/**
 * The parts of a multipart, each without the line end that belongs to the line of its boundary (RFC 2046 5.1.1).
 * @returns null when it is cut off, or has too many parts
 */
export function partsOf(body: Buffer, boundary: string): Buffer[] | null {
  if (boundary === '' || boundary.length > 200) return null;
  const line = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(line); at !== -1; at = body.indexOf(line, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    const delimiter = delimiterAt(body, at + line.length);
    if (!delimiter) continue;
    if (start !== -1) parts.push(body.subarray(start, endBefore(body, at, start)));
    if (parts.length > MOST_PARTS) return null;
    if (delimiter.last) return start === -1 ? null : parts;
    start = delimiter.next;
  }
  return null;
}

/** Lines as they are signed: each ends with CR LF, however the mail was carried. */
export function canonical(bytes: Buffer): Buffer {
  let bare = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (at === 0 || bytes[at - 1] !== CR) bare += 1;
  }
  if (bare === 0) return bytes;
  const lines = Buffer.allocUnsafe(bytes.length + bare);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === LF && (at === 0 || bytes[at - 1] !== CR)) lines[to++] = CR;
    lines[to++] = bytes[at] as number;
  }
  return lines;
}

/** The body as its Content-Transfer-Encoding means it; null for one that is not known. */
export function decodedBody({ headers, body }: Entity): Buffer | null {
  const [encoding = '7bit', ...more] = headers.get('content-transfer-encoding') ?? [];
  if (more.length > 0) return null;
  switch (
    encoding
      .replace(/\([^)]*\)/g, '')
      .trim()
      .toLowerCase()
  ) {
    case 'base64':
      return Buffer.from(body.toString('latin1'), 'base64');
    case 'quoted-printable':
      return quotedPrintable(body);
    case '7bit':
    case '8bit':
    case 'binary':
      return body;
    default:
      return null;
  }
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Splits the lines of a header into those that say what the content is, and all others; MIME-Version is in neither. */
export function splitHead(head: Buffer): { content: Buffer; rest: Buffer } {
  const lines = headerLines(head);
  const join = (which: HeaderLine[]) => Buffer.concat(which.map(({ bytes }) => bytes));
  return {
    content: join(lines.filter(({ name }) => name.startsWith('content-'))),
    rest: join(lines.filter(({ name }) => !name.startsWith('content-') && name !== 'mime-version')),
  };
}

interface HeaderLine {
  name: string;
  value: string;
  /** With its folded lines and their ends. */
  bytes: Buffer;
}

function headerLines(head: Buffer): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let start = 0; start < head.length; ) {
    let end = lineEnd(head, start);
    while (end < head.length && (head[end] === 32 || head[end] === 9)) end = lineEnd(head, end);
    const bytes = head.subarray(start, end);
    const text = bytes.toString('latin1');
    const colon = text.indexOf(':');
    const name = colon === -1 ? '' : text.slice(0, colon).trim().toLowerCase();
    const value = text
      .slice(colon + 1)
      .replace(/\r?\n(?=[ \t])/g, '')
      .trim();
    lines.push({ name, value, bytes });
    start = end;
  }
  return lines;
}

function headersIn(head: Buffer): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const { name, value } of headerLines(head.subarray(0, HEAD_BYTES))) {
    if (name !== '') headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return headers;
}

function lineEnd(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(LF, from);
  return at === -1 ? bytes.length : at + 1;
}

/** Where the header ends and where the body begins; without an empty line all of it is header. */
function endOfHead(bytes: Buffer): { head: number; body: number } {
  for (let start = 0; start < bytes.length; ) {
    const end = lineEnd(bytes, start);
    const length = end - start;
    if (bytes[start] === LF || (length === 2 && bytes[start] === CR)) return { head: start, body: end };
    start = end;
  }
  return { head: bytes.length, body: bytes.length };
}

/** What follows a boundary: nothing but blanks up to the end of the line. */
function delimiterAt(body: Buffer, from: number): { last: boolean; next: number } | null {
  const last = body[from] === DASH && body[from + 1] === DASH;
  let at = last ? from + 2 : from;
  while (body[at] === 32 || body[at] === 9) at += 1;
  if (at >= body.length) return last ? { last, next: at } : null;
  if (body[at] === CR && body[at + 1] === LF) return { last, next: at + 2 };
  return body[at] === LF ? { last, next: at + 1 } : null;
}

function endBefore(body: Buffer, at: number, start: number): number {
  const end = body[at - 2] === CR ? at - 2 : at - 1;
  return Math.max(end, start);
}

function readContentType(value: string): ContentType | null {
  const [, type, rest = ''] = /^\s*([\w.+-]{1,100}\/[\w.+-]{1,150})\s*(;.*)?$/s.exec(value.slice(0, 4_000)) ?? [];
  if (type === undefined) return null;
  const params = new Map<string, string>();
  for (const [, name = '', quoted, plain] of rest.matchAll(
    /;\s*([\w*.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g,
  )) {
    // The same as with two headers: which of them counts is up to the reader.
    if (params.has(name.toLowerCase())) return null;
    params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return { type: type.toLowerCase(), params };
}

function quotedPrintable(body: Buffer): Buffer {
  const text = body
    .toString('latin1')
    .replace(/[ \t]+(?=\r?\n)/g, '')
    .replace(/=\r?\n/g, '');
  return Buffer.from(
    text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
