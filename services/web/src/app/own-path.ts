/** A path of this site, or undefined: `//evil.example`, schemes and what a browser would read as such are dropped. */
export function ownPath(next: unknown): string | undefined {
  // Browsers skip tabs and line ends in addresses and read a backslash as a slash.
  return typeof next === 'string' && /^\/(?![/\\])\P{Cc}*$/u.test(next) ? next : undefined;
}
