import type { FederationAttachment, FederationComment } from '@helpmesh/contracts';

/** What an agreement lets in. */
export interface FileLimits {
  /** Of one file, bytes; 0: none is taken. */
  maxAttachmentBytes: number;
  /** `image/png`, or `image/*`; none: every type. */
  attachmentTypes: readonly string[];
}

/** How long a file that cannot be fetched holds up the comment it belongs to. */
const PATIENCE_MS = 15 * 60_000;

/** Why a file is not taken, in words for people; undefined: it is. Pure. @param size  undefined: not known yet */
export function refusalOf(
  { size, mediaType }: Pick<FederationAttachment, 'mediaType'> & { size?: number | undefined },
  { maxAttachmentBytes, attachmentTypes }: FileLimits,
): string | undefined {
  if (maxAttachmentBytes === 0) return 'the agreement takes no files';
  if (size !== undefined && size > maxAttachmentBytes) {
    return `it has ${size} bytes, and the agreement takes ${maxAttachmentBytes}`;
  }
  const type = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  const fits = (wanted: string) => wanted === type || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)));
  if (attachmentTypes.length === 0 || attachmentTypes.some(fits)) return undefined;
  return `the agreement takes no files of type ${type || 'unknown'}`;
}

/** Whether a comment goes on without a file that could not be fetched for so long, ms. */
export function isGivenUp(failingMs: number): boolean {
  return failingMs >= PATIENCE_MS;
}

/** A file that did not come, and why. */
export interface MissingFile {
  filename: string;
  why: string;
}

/** A comment with what did not come along; whoever may see the files there finds them by the address. */
export function withMissing(
  body: string,
  format: FederationComment['format'],
  missing: readonly MissingFile[],
  url: string,
): string {
  const lines = missing.map(({ filename, why }) => `${filename} was not transferred: ${why}. It is at ${url}`);
  return withLines(body, format, lines);
}

/** A comment with the names of its files, where the bytes cannot go. */
export function withFiles(
  body: string,
  format: FederationComment['format'],
  names: readonly string[],
  url: string,
): string {
  return withLines(body, format, names.length === 0 ? [] : [`${names.join(', ')}: ${url}`]);
}

function withLines(body: string, format: FederationComment['format'], lines: readonly string[]): string {
  if (format === 'text/plain') return [body, ...lines.map((line) => `[${line}]`)].join('\n\n');
  return [body, ...lines.map((line) => `<p>[${escaped(line)}]</p>`)].join('');
}

/** A text inside HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
