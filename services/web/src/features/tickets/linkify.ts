export interface TextPart {
  text: string;
  href?: string;
}

/** At most 64 characters before the @ (RFC 5321 4.5.3.1.1): without that bound a long word is read once per letter. */
const link = /\bhttps?:\/\/[^\s<>"']+|(?<!\w)\w[\w.+-]{0,63}@[\w-]+(?:\.[\w-]+)+\b/gi;

/** Cuts plain text into parts, some of which are links. The texts of all parts together are the input. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let last = 0;
  for (const match of text.matchAll(link)) {
    const shown = withoutSentence(match[0]);
    if (match.index > last) parts.push({ text: text.slice(last, match.index) });
    parts.push({ text: shown, href: shown.includes('://') ? shown : `mailto:${shown}` });
    last = match.index + shown.length;
  }
  if (last < text.length) parts.push({ text: text.slice(last) });
  return parts;
}

/** Punctuation at the end belongs to the sentence; a closing bracket only if it was not opened inside. */
function withoutSentence(found: string): string {
  let end = found.length;
  while (end > 0 && '.,;:!?'.includes(found.charAt(end - 1))) end -= 1;
  if (!found.includes('(')) while (end > 0 && found.charAt(end - 1) === ')') end -= 1;
  return found.slice(0, end);
}
