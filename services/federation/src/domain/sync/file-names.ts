import type { FederationComment } from '@helpmesh/contracts';

/** Files stay where they are; whoever may see them there finds them by the address. */
export function withFiles(
  body: string,
  format: FederationComment['format'],
  names: readonly string[],
  url: string,
): string {
  if (names.length === 0) return body;
  const list = names.join(', ');
  if (format === 'text/plain') return `${body}\n\n[${list}: ${url}]`;
  return `${body}<p>[${escaped(list)}: ${escaped(url)}]</p>`;
}

/** A text inside HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
