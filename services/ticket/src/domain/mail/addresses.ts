/** `Nicole Braun <nicole@example.org>`, the name quoted when it needs to be (RFC 5322 3.4). */
export function formatAddress({ name, address }: { name: string; address: string }): string {
  if (!name || name === address) return address;
  const plain = /^[\p{L}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u.test(name);
  return `${plain ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`} <${address}>`;
}

export function formatAddresses(list: readonly { name: string; address: string }[]): string | null {
  return list.length === 0 ? null : list.map(formatAddress).join(', ');
}

/** Begins where a word begins: tried at every letter of a long word, it would cost the square of its length. */
const ADDRESS = /(?<![^\s<>(),;:"@[\]\\])[^\s<>(),;:"@[\]\\]+@[^\s<>(),;:"@[\]\\]+/g;
/** Longer than any name, and bounded so that quotes which are never closed cost little. */
const QUOTED = '"(?:[^"\\\\]|\\\\.){0,320}"';
const PARTS = new RegExp(`(?:${QUOTED}|[^,;"])+`, 'g');
const QUOTES = new RegExp(QUOTED, 'g');

/** Every e-mail address in a header text, lower-cased, in order, without repeats. */
export function addressesIn(text: string | null): string[] {
  if (!text) return [];
  const found = text.matchAll(ADDRESS);
  return [...new Set([...found].map(([address]) => address.toLowerCase().replace(/\.$/, '')))];
}

/** A recipient line as people type it, as names and addresses; parts without an address are left out. */
export function parseAddresses(text: string | null): { name: string; address: string }[] {
  if (!text) return [];
  const parts = text.match(PARTS) ?? [];
  return parts.flatMap((part) => {
    const address = addressesIn(part.replace(QUOTES, ''))[0];
    if (!address) return [];
    const at = part.indexOf('<');
    const name = at < 0 ? '' : part.slice(0, at).trim().replace(/^"|"$/g, '').replaceAll(/\\(.)/g, '$1');
    return [{ name, address }];
  });
}
