import { limits } from './limits.ts';
import { cutToBytes } from './text.ts';

/** Zero-width and bidirectional controls, soft hyphen, variation selectors, tags: they hide what a name really says. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu;
/** Names that are devices on Windows, with any extension. */
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

const extensions: Record<string, string> = {
  'application/pdf': 'pdf',
  'application/pgp-signature': 'asc',
  'application/pkcs7-signature': 'p7s',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'message/delivery-status': 'txt',
  'message/rfc822': 'eml',
  'text/calendar': 'ics',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/rfc822-headers': 'txt',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
};

/**
 * A file name that is safe to show, to store and to save on any system: the last path part, normalized (NFKC),
 * without invisible characters, not hidden, not a device, at most 255 bytes with its extension kept. Cleaning a
 * clean name changes nothing.
 */
export function cleanFileName(name: string | undefined, contentType: string): string {
  // Normalizing comes first: NFKC makes real slashes and dots of their full-width forms. A name of megabytes is cut
  // before any work is spent on it.
  const parts = (name ?? '').slice(-8192).toWellFormed().normalize('NFKC').replace(invisible, '').split(/[/\\]/);
  const last = (parts.at(-1) ?? '')
    .replace(/[<>:"|?*\u{fffd}]/gu, '_')
    .replace(/\s+/gu, ' ')
    .trim();
  const visible = last.replace(/^[. ]+/, (dots) => (dots === last ? '' : '_')).replace(/[. ]+$/, '');
  if (visible === '') return fallbackName(contentType);
  // Asked of what comes out: cutting takes blanks before the extension away, and `con .txt` is no device until then.
  const cut = cutName(visible);
  return device.test(cut) ? cutName(`_${visible}`) : cut;
}

/** Makes the names of one mail distinct, ignoring case: `a.txt`, `a (2).txt`. Keeps the order. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return names.map((name) => {
    const key = name.toLowerCase();
    let candidate = name;
    let n = next.get(key) ?? 2;
    while (taken.has(candidate.toLowerCase())) candidate = cutName(name, ` (${n++})`);
    next.set(key, n);
    taken.add(candidate.toLowerCase());
    return candidate;
  });
}

function fallbackName(contentType: string): string {
  const base = contentType === 'message/rfc822' ? 'message' : contentType === 'text/calendar' ? 'invite' : 'attachment';
  const extension = extensions[contentType];
  return extension ? `${base}.${extension}` : base;
}

/** Cuts the stem so that stem, suffix and extension fit. */
function cutName(name: string, suffix = ''): string {
  const extension = /(?<=.)\.[^. ]{1,16}$/u.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - extension.length);
  const room = limits.fileNameBytes - Buffer.byteLength(extension + suffix);
  return `${cutToBytes(stem, room).trimEnd()}${suffix}${extension}`;
}
