import { AppError, type ErrorOnTheWire } from '@helpmesh/kernel';

/** One answer: JSON in UTF-8, or an error in its wire form. */
export type Reply = { json: Buffer } | { error: ErrorOnTheWire };

/**
 * Writes a reply: `len[!],len,-,...\n` and the answers end to end. `!` marks an error, `-` an answer that comes later.
 * Lengths are bytes, so that the reader cuts the message up and never decodes what it passes on.
 */
export function writeFrame(replies: readonly (Reply | undefined)[]): Buffer {
  const lengths: string[] = [];
  const bodies: Buffer[] = [];
  for (const reply of replies) {
    if (!reply) {
      lengths.push('-');
      continue;
    }
    const body = bytesOf(reply);
    lengths.push('json' in reply ? `${body.length}` : `${body.length}!`);
    bodies.push(body);
  }
  return Buffer.concat([Buffer.from(`${lengths.join(',')}\n`), ...bodies]);
}

const HEAD = /^((-|\d+!?)(,(-|\d+!?))*)?$/;

/** Cuts it up; the answers are views of it. @throws AppError bug when the bytes are no frame */
export function readFrame(frame: Uint8Array): (Reply | undefined)[] {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const headEnd = bytes.indexOf('\n');
  const head = bytes.toString('latin1', 0, Math.max(0, headEnd));
  if (headEnd < 0 || !HEAD.test(head)) throw malformed();
  let at = headEnd + 1;
  const replies = (head === '' ? [] : head.split(',')).map((length): Reply | undefined => {
    if (length === '-') return undefined;
    const end = at + Number.parseInt(length, 10);
    if (end > bytes.length) throw malformed();
    const json = bytes.subarray(at, end);
    at = end;
    return length.endsWith('!') ? { error: JSON.parse(json.toString()) as ErrorOnTheWire } : { json };
  });
  if (at !== bytes.length) throw malformed();
  return replies;
}

/**
 * Leaves out what does not fit one message of `maxBytes`, to be sent later; an answer that fits no message becomes an
 * error. The first answer there is always stays, so that asking again comes to an end.
 */
export function fitting(replies: readonly (Reply | undefined)[], maxBytes: number): (Reply | undefined)[] {
  let bytes = 0;
  return replies.map((reply) => {
    if (!reply) return undefined;
    const sent = sizeOf(reply) > maxBytes ? tooLarge : reply;
    const size = sizeOf(sent);
    if (bytes > 0 && bytes + size > maxBytes) return undefined;
    bytes += size;
    return sent;
  });
}

const tooLarge: Reply = {
  error: {
    kind: 'limited',
    code: 'rpc.reply-too-large',
    detail: 'The answer is too large to be sent; ask for less at once.',
  },
};

/** Room for the length, its marks and the line break. */
const HEAD_BYTES = 12;

function sizeOf(reply: Reply): number {
  return HEAD_BYTES + bytesOf(reply).length;
}

function bytesOf(reply: Reply): Buffer {
  return 'json' in reply ? reply.json : Buffer.from(JSON.stringify(reply.error));
}

function malformed(): AppError {
  return new AppError('bug', 'internal', 'Something went wrong on our side.', 'malformed rpc frame');
}
