/** What was typed after `@` (or `@@`) right before the cursor; null when nobody is called. */
export function mentionTyped(before: string): { query: string; length: number } | null {
  const found = /(?:^|[\s(\ufffc])(@@?([\p{L}\p{N}._-]{0,40}))$/u.exec(before);
  return found ? { query: found[2] ?? '', length: found[1]?.length ?? 0 } : null;
}
