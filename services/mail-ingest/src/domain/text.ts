/** Characters that no text in a database or on a page needs: C0 without tab and line feed, DEL, C1 (NUL is fatal to PG). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that PostgreSQL and JSON take: line feeds only, no control characters, no half surrogate pairs. */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '').toWellFormed();
}

/** One line: what goes into a header, a list row or a log. At most `max` characters, never half a character. */
export function oneLine(text: string, max: number): string {
  const line = cleanText(text).replace(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${trimHalf(line.slice(0, max - 1)).trimEnd()}…`;
}

/** The longest beginning of `text` that fits into `maxBytes` of UTF-8. */
export function cutToBytes(text: string, maxBytes: number): string {
  // One UTF-16 unit is at most three bytes, so most texts need no counting.
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  // A slice of maxBytes units is at least as long as what fits; decoding drops the broken end.
  const bytes = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes);
  let end = bytes.length;
  if (bytes.length === maxBytes) {
    while (end > 0 && ((bytes[end - 1] ?? 0) & 0b1100_0000) === 0b1000_0000) end--;
    const lead = bytes[end - 1] ?? 0;
    const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    end = end - 1 + width > bytes.length ? end - 1 : bytes.length;
  }
  return bytes.toString('utf8', 0, end);
}

function trimHalf(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
