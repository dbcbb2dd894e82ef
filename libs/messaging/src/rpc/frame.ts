import { AppError, type ErrorOnTheWire } from '@helpmesh/kernel';

/** One answer: JSON text, or an error in its wire form. */
export type Reply = { text: string } | { error: ErrorOnTheWire };

/**
 * Writes a reply: `len[!],len,-,...\n` and the texts end to end. `!` marks an error, `-` an answer that comes later.
 * Lengths are UTF-16 code units, so that the reader slices the decoded string and never parses what it passes on.
 */
export function writeFrame(replies: readonly (Reply | undefined)[]): string {
  const lengths: string[] = [];
  let body = '';
  for (const reply of replies) {
    if (!reply) {
      lengths.push('-');
      continue;
    }
    // A lone surrogate is one unit before and, as U+FFFD, after the wire: lengths hold for any string.
    const text = 'text' in reply ? reply.text : JSON.stringify(reply.error);
    lengths.push('text' in reply ? `${text.length}` : `${text.length}!`);
    body += text;
  }
  return `${lengths.join(',')}\n${body}`;
}

const HEAD = /^((-|\d+!?)(,(-|\d+!?))*)?$/;

/** @throws AppError bug when the text is no frame */
export function readFrame(frame: string): (Reply | undefined)[] {
  const headEnd = frame.indexOf('\n');
  const head = frame.slice(0, Math.max(0, headEnd));
  if (headEnd < 0 || !HEAD.test(head)) throw malformed();
  let at = headEnd + 1;
  const replies = (head === '' ? [] : head.split(',')).map((length): Reply | undefined => {
    if (length === '-') return undefined;
    const end = at + Number.parseInt(length, 10);
    if (end > frame.length) throw malformed();
    const text = frame.slice(at, end);
    at = end;
    return length.endsWith('!') ? { error: JSON.parse(text) as ErrorOnTheWire } : { text };
  });
  if (at !== frame.length) throw malformed();
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
  return HEAD_BYTES + Buffer.byteLength('text' in reply ? reply.text : JSON.stringify(reply.error));
}

function malformed(): AppError {
  return new AppError('bug', 'internal', 'Something went wrong on our side.', 'malformed rpc frame');
}
