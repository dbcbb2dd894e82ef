/**
 * Text as it is compared when upper and lower case are one: each character by itself, as PostgreSQL's `pg_c_utf8` does
 * it. `toLowerCase` alone looks at the neighbours of some (final sigma) and makes two of one (the dotted capital I).
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (isAscii.test(text)) return lower;
  let folded = '';
  for (const character of text) folded += character === 'İ' ? 'i' : character.toLowerCase();
  return folded;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins with them
const isAscii = /^[\x00-\x7f]*$/;
