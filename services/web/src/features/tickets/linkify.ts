export interface TextPart {
  text: string;
  href?: string;
}

const link = /\bhttps?:\/\/[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi;

/** Cuts plain text into parts, some of which are links. The texts of all parts together are the input. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let last = 0;
  for (const match of text.matchAll(link)) {
    // Punctuation at the end belongs to the sentence; a closing bracket only if it was not opened inside.
    const shown = match[0].replace(/[.,;:!?]+$/, '').replace(/\)+$/, (end) => (match[0].includes('(') ? end : ''));
    if (match.index > last) parts.push({ text: text.slice(last, match.index) });
    parts.push({ text: shown, href: shown.includes('://') ? shown : `mailto:${shown}` });
    last = match.index + shown.length;
  }
  if (last < text.length) parts.push({ text: text.slice(last) });
  return parts;
}
