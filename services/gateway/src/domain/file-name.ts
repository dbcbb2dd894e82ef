/** Longest name kept, characters; file systems stop at 255 bytes. */
const MAX = 120;
/** Characters of a name that are looked at, its last: the path before the name is dropped anyway. */
const MAX_READ = 8_192;
const BLANK = /[\s.]/;

/**
 * A file name that is safe in a header and on any disk: no path, no control, zero-width or bidi characters, no name a
 * system reserves, not empty. Cleaned before anything is decided by it.
 */
export function cleanFileName(name: string): string {
  const last = name.slice(-MAX_READ).normalize('NFKC').split(/[/\\]/).at(-1) ?? '';
  const clean = trim(last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').replace(/[<>:"|?*]/g, '_'));
  // Half a character, as a cut may leave it, cannot be written in a header.
  const short = (clean.length > MAX ? shorten(clean) : clean).toWellFormed();
  if (short === '') return 'file';
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(short) ? `_${short}` : short;
}

/** RFC 6266: an ASCII name for old programs, the real one in UTF-8. */
export function contentDisposition(kind: 'attachment' | 'inline', name: string): string {
  const clean = cleanFileName(name);
  const ascii = clean.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const utf8 = encodeURIComponent(clean).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${utf8}`;
}

/** A content type that may stand in a header; what does not look like one becomes plain bytes. */
export function safeContentType(type: string): string {
  const token = '[\\w!#$&^.+-]+';
  return new RegExp(`^${token}/${token}(?:\\s*;\\s*${token}=(?:${token}|"[^"\\\\\\r\\n]*"))*$`).test(type)
    ? type
    : 'application/octet-stream';
}

/** Types a browser may show in place. Bitmaps only: SVG, HTML, XML and PDF can carry programs. */
export function mayShowInline(type: string): boolean {
  return /^image\/(png|jpeg|gif|webp)$/i.test(type.split(';')[0]?.trim() ?? '');
}

/** Spaces and dots at both ends. By hand: `[\s.]+$` tries again at each blank, which is quadratic in their number. */
function trim(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && BLANK.test(name.charAt(start))) start++;
  while (end > start && BLANK.test(name.charAt(end - 1))) end--;
  return name.slice(start, end);
}

function shorten(name: string): string {
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : '';
  return name.slice(0, MAX - ending.length) + ending;
}
