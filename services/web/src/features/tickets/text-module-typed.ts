/** What was typed after `::` right before the cursor; null when it is no call for a text module. */
export function textModuleTyped(before: string): string | null {
  return /(?:^|[\s(\ufffc])::([^\s:]{0,40})$/u.exec(before)?.[1] ?? null;
}
