import { crc32 } from 'node:zlib';

const KEY = '"updated_at"';
/** What stands behind the key, whoever wrote the JSON. */
const TIME = /^ ?: ?"([0-9TZ:.-]+)"/;
const TIME_BYTES = 40;

/**
 * Names a representation: `"<version>/<checksum>"`. The version is when the object last changed, the same in all forms
 * it is shown in; the checksum tells these forms apart, and sees what changed around the object.
 * @param json  of one object; its keys stand in quotes, which inside of texts are escaped
 */
export function etagOf(json: Buffer): string {
  return `"${versionIn(json)}/${crc32(json).toString(36)}"`;
}

/** The first such key is the object's own: what it says of others comes after what it says of itself. */
function versionIn(json: Buffer): string {
  const from = json.indexOf(KEY);
  if (from < 0) return '';
  const behind = from + KEY.length;
  return TIME.exec(json.toString('latin1', behind, behind + TIME_BYTES))?.[1] ?? '';
}

/** Of the tags in `If-None-Match`, is one this? By weak comparison (RFC 9110, 13.1.2). */
export function isAmong(header: string, etag: string): boolean {
  return header.trim() === '*' || tagsIn(header).includes(etag);
}

/**
 * The versions that `If-Match` names; undefined for `*`, which any version is. A proxy that compresses answers makes
 * tags weak, and what they say of the version stays true: weak ones count here.
 */
export function versionsIn(header: string): string[] | undefined {
  if (header.trim() === '*') return undefined;
  return tagsIn(header).map((tag) => tag.slice(1, -1).split('/')[0] as string);
}

function tagsIn(header: string): string[] {
  return header.match(/"[^"]*"/g) ?? [];
}
