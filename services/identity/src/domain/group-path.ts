/** Separates the levels in the full name of a group. */
export const separator = '::';
/** Levels of a path, the limit of existing clients' pickers. */
export const deepest = 10;

export type GroupPath = { ok: true; parent: string | null; last: string } | { ok: false };

/** `Parent::Child` into the parent's full name and the own one. Not ok: an empty or too deep part. */
export function splitGroupName(name: string): GroupPath {
  const parts = name.split(separator).map((part) => part.trim());
  if (parts.length > deepest || parts.some((part) => part === '')) return { ok: false };
  const last = parts.at(-1) as string;
  return { ok: true, parent: parts.length > 1 ? parts.slice(0, -1).join(separator) : null, last };
}

export function joinGroupName(parent: string | null, last: string): string {
  return parent === null ? last : `${parent}${separator}${last}`;
}

/** True when a group with this full name would sit below itself under that parent. */
export function isInside(parent: string, name: string): boolean {
  return (
    parent.toLowerCase() === name.toLowerCase() || parent.toLowerCase().startsWith(`${name.toLowerCase()}${separator}`)
  );
}
