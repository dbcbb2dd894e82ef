/** Bytes of a file, the last one included. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface RangeHeaders {
  range?: string | undefined;
  'if-range'?: string | undefined;
}

/**
 * Which part of a file is asked for (RFC 9110 14.2). Several ranges, other units and what cannot be read are answered
 * with the whole, as everybody must take it; so is a file that is another one than the asker has a part of.
 * @param size  of the file, bytes
 * @param etag  of the file, strong
 */
export function rangeIn(
  { range, 'if-range': ifRange }: RangeHeaders,
  size: number,
  etag: string,
): ByteRange | 'whole' | 'beyond' {
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return 'whole';
  const [, first, last] = /^\s*bytes\s*=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(range) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'beyond' : { start: size - length, end: size - 1 };
  }
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  // Backwards it is no range at all, and not one beyond the end.
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= size ? 'beyond' : { start, end };
}
