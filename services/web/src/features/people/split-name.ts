/** Puts what was typed into a search field where it belongs in a form: an address or a name. */
export function splitName(typed: string): { email: string; firstname: string; lastname: string } {
  const text = typed.trim();
  if (/^\S+@\S+$/.test(text)) return { email: text, firstname: '', lastname: '' };
  const [firstname = '', ...rest] = text.split(/\s+/);
  return { email: '', firstname, lastname: rest.join(' ') };
}
