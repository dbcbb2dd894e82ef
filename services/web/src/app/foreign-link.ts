/**
 * Where a link leads that a program made for another helpdesk: i-doit opens Zammad's fragments, `#ticket/zoom/12` and
 * `#ticket/create/query/idoit_object_ids=34`.
 * @param hash  with or without its sign
 */
export function foreignLink(hash: string): string | undefined {
  const [, id, wish] = /^#?ticket\/(?:zoom\/(\d+)|create(?:\/(.*))?)/.exec(hash) ?? [];
  if (id !== undefined) return `/tickets/${id}`;
  // Older versions write a word behind the number.
  const object = /idoit_object_ids=([1-9]\d*)/.exec(wish ?? '')?.[1];
  if (object !== undefined) return `/tickets/new?objects=${object}`;
  return /^#?ticket\/create/.test(hash) ? '/tickets/new' : undefined;
}
