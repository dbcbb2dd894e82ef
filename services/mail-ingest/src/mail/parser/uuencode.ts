/** A file that old programs wrote into the text itself. */
export interface UuFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const BEGIN = /^begin [0-7]{3,4} (\S[^\r\n]{0,254})$/;
/** 45 bytes a line at most (POSIX uuencode): a length, and four signs for three bytes. */
const LINE = /^[ -`]{1,61}[ -~]?$/;

/**
 * Takes uuencoded files out of a text. What only looks like one stays text, byte by byte.
 * @returns the text without them, and the files in their order
 */
export function takeUuFiles(text: string): { text: string; files: UuFile[] } {
  // Nearly every mail ends here.
  if (!/^begin [0-7]{3,4} /m.test(text)) return { text, files: [] };
  const lines = text.split('\n');
  const kept: string[] = [];
  const files: UuFile[] = [];
  // Behind a beginning without an end there is no other end either.
  let ends = lines.length;
  while (ends > 0 && lines[ends - 1]?.trimEnd() !== 'end') ends--;
  for (let at = 0; at < lines.length; at++) {
    const name = at < ends ? BEGIN.exec(lines[at]?.trimEnd() ?? '')?.[1] : undefined;
    const file = name === undefined ? undefined : decoded(lines, at + 1);
    if (name === undefined || !file) {
      kept.push(lines[at] ?? '');
      continue;
    }
    files.push({ name, bytes: file.bytes });
    at = file.end;
  }
  return { text: files.length === 0 ? text : kept.join('\n'), files };
}

/** @returns the bytes and the line of `end`; undefined when a line before it is none of a file */
function decoded(lines: readonly string[], from: number): { bytes: Uint8Array<ArrayBuffer>; end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]?.replace(/\r$/, '') ?? '';
    if (line.trimEnd() === 'end') return { bytes: new Uint8Array(Buffer.concat(chunks)), end: at };
    // Programs on the way took blanks away at the end of lines; what is not there is blank.
    if (line !== '' && !LINE.test(line)) return undefined;
    const length = ((line.charCodeAt(0) || 32) - 32) & 63;
    if (line.length > 1 + Math.ceil(length / 3) * 4 + 1) return undefined;
    chunks.push(bytesOf(line.slice(1), length));
  }
  return undefined;
}

function bytesOf(signs: string, length: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(length / 3) * 3);
  const value = (at: number) => ((at < signs.length ? signs.charCodeAt(at) : 32) - 32) & 63;
  for (let group = 0; group * 3 < length; group++) {
    const at = group * 4;
    const bits = (value(at) << 18) | (value(at + 1) << 12) | (value(at + 2) << 6) | value(at + 3);
    bytes.writeUIntBE(bits, group * 3, 3);
  }
  return bytes.subarray(0, length);
}
