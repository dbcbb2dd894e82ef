const known = new Set('p br strong b em i s strike del code pre ul ol li blockquote a'.split(' '));

/** Whether the editor shows all of a text: elements that it does not know, and styles, would be gone after a change. */
export function writesPlainly(html: string): boolean {
  for (const [, name = '', attributes = ''] of html.matchAll(/<\/?([a-z][a-z0-9-]*)((?:\s[^<>]*)?)\/?>/gi)) {
    if (!known.has(name.toLowerCase())) return false;
    if (/\s(?:style|class|width|align)\s*=/i.test(attributes)) return false;
  }
  return true;
}
