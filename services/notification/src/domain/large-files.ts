import type { StoredFile } from '@helpmesh/contracts';

/** Base64 in lines of 76 characters and their ends (RFC 2045 6.8): what nodemailer makes of a file. */
const ENCODED = (4 / 3) * (78 / 76);
/** Headers of the mail, and those of each of its parts; bytes, more than they are. */
const HEAD = 8_192;
const PART_HEAD = 1_024;

interface Sized {
  text: string | null;
  html: string | null;
  attachments: readonly StoredFile[];
}

/** How large a mail is over the wire: bytes, rather too many than too few. */
export function encodedBytes({ text, html, attachments }: Sized): number {
  const words = Buffer.byteLength(text ?? '') + Buffer.byteLength(html ?? '');
  const files = attachments.reduce((sum, { size }) => sum + Math.ceil(size * ENCODED) + PART_HEAD, 0);
  return HEAD + Math.ceil(words * ENCODED) + files;
}

/**
 * Which files stay in a mail and which go as links, so that it is no larger than `limit` bytes over the wire: the largest
 * go first, so that as few as possible have to. Pictures of the text stay, because a link cannot stand in their place.
 * In their order.
 */
export function withinLimit(mail: Sized, limit: number): { kept: StoredFile[]; linked: StoredFile[] } {
  let bytes = encodedBytes(mail);
  const linked = new Set<StoredFile>();
  for (const file of mail.attachments.filter(({ inline }) => !inline).sort((a, b) => b.size - a.size)) {
    if (bytes <= limit) break;
    linked.add(file);
    bytes -= Math.ceil(file.size * ENCODED) + PART_HEAD;
  }
  return {
    kept: mail.attachments.filter((file) => !linked.has(file)),
    linked: mail.attachments.filter((file) => linked.has(file)),
  };
}
