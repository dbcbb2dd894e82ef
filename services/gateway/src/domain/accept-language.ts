/** The first language of the reader (`Accept-Language`, RFC 9110 12.5.4) that is among these; undefined: none is. */
export function preferredOf<T extends string>(accepted: string | undefined, spoken: readonly T[]): T | undefined {
  const wanted = (accepted ?? '')
    .slice(0, 500)
    .split(',')
    .map((part, at) => {
      const [tag = '', ...terms] = part.trim().toLowerCase().split(';');
      const q = Number(
        terms
          .find((term) => term.trim().startsWith('q='))
          ?.trim()
          .slice(2) ?? 1,
      );
      return { tag: tag.split('-')[0] ?? '', q: Number.isNaN(q) ? 0 : q, at };
    });
  const inOrder = wanted.filter(({ q }) => q > 0).toSorted((a, b) => b.q - a.q || a.at - b.at);
  for (const { tag } of inOrder) {
    const found = spoken.find((one) => one === tag);
    if (found) return found;
  }
  return undefined;
}
