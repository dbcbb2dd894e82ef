/** What a page calls itself; undefined for anything that is no such name. */
export const pageOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w-]{8,64}$/.test(value) ? value : undefined;
