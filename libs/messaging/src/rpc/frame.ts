import { AppError, type ErrorOnTheWire } from '@helpmesh/kernel';

/** One answer of a batch: JSON text, or an error in its wire form. */
export type Reply = { text: string } | { error: ErrorOnTheWire };

/**
 * Writes a reply: `len[!],len,...\n` and the texts end to end; `!` marks an error. Lengths are UTF-16 code units, so
 * that the reader slices the decoded string and never parses what it only passes on.
 */
export function writeFrame(replies: readonly Reply[]): string {
  const lengths: string[] = [];
  let body = '';
  for (const reply of replies) {
    // A lone surrogate is one unit before and, as U+FFFD, after the wire: lengths hold for any string.
    const text = 'text' in reply ? reply.text : JSON.stringify(reply.error);
    lengths.push('text' in reply ? `${text.length}` : `${text.length}!`);
    body += text;
  }
  return `${lengths.join(',')}\n${body}`;
}

/** @throws AppError bug when the text is no frame */
export function readFrame(frame: string): Reply[] {
  const headEnd = frame.indexOf('\n');
  const head = frame.slice(0, headEnd);
  if (headEnd < 0 || !/^(\d+!?(,\d+!?)*)?$/.test(head)) throw malformed();
  const replies: Reply[] = [];
  let at = headEnd + 1;
  for (const length of head === '' ? [] : head.split(',')) {
    const failed = length.endsWith('!');
    const end = at + Number.parseInt(length, 10);
    if (end > frame.length) throw malformed();
    const text = frame.slice(at, end);
    replies.push(failed ? { error: JSON.parse(text) as ErrorOnTheWire } : { text });
    at = end;
  }
  if (at !== frame.length) throw malformed();
  return replies;
}

/**
 * Splits replies into frames that each stay below `maxBytes`; a reply that does not fit alone becomes an error.
 * @returns at least one frame; the items of all frames, in order, are the answer
 */
export function splitFrames(replies: readonly Reply[], maxBytes: number): string[] {
  const frames: string[] = [];
  let group: Reply[] = [];
  let bytes = 0;
  for (const reply of replies) {
    let fitting = reply;
    let size = sizeOf(reply);
    if (size > maxBytes) {
      const detail = 'The answer is too large to be sent; ask for less at once.';
      fitting = { error: { kind: 'limited', code: 'rpc.reply-too-large', detail } };
      size = sizeOf(fitting);
    }
    if (group.length > 0 && bytes + size > maxBytes) {
      frames.push(writeFrame(group));
      group = [];
      bytes = 0;
    }
    group.push(fitting);
    bytes += size;
  }
  frames.push(writeFrame(group));
  return frames;
}

/** Room for the length, its marks and the line break. */
const HEAD_BYTES = 12;

function sizeOf(reply: Reply): number {
  return HEAD_BYTES + Buffer.byteLength('text' in reply ? reply.text : JSON.stringify(reply.error));
}

function malformed(): AppError {
  return new AppError('bug', 'internal', 'Something went wrong on our side.', 'malformed rpc frame');
}
