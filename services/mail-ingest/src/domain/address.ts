import { limits } from './limits.ts';
import { oneLine } from './text.ts';

/** A mailbox as people see it: display name, possibly empty, and address. */
export interface Mailbox {
  name: string;
  address: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a header may hold anything
const unusable = /[\s\u0000-\u001f\u007f<>,;:\\"()[\]]/;

/**
 * The address in its usual form (domain in lower case), or null when no mail could be sent to it. The domain is what
 * follows the last @: `"a@evil.example"@good.example` belongs to good.example, and quoted local parts are refused,
 * because half the mail world reads them differently.
 */
export function usableAddress(raw: string | undefined): string | null {
  const address = (raw ?? '').trim();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1).toLowerCase();
  if (at < 1 || address.length > limits.addressLength) return null;
  if (unusable.test(address) || local.includes('@') || !address.isWellFormed()) return null;
  if (!/^[^.].*$/.test(domain) || domain.includes('..') || domain.endsWith('.')) return null;
  return `${local}@${domain}`;
}

/** One entry of an address header as the parser gives it; a group has members and no address. */
export interface HeaderAddress {
  name?: string | undefined;
  address?: string | undefined;
  group?: HeaderAddress[] | undefined;
}

/** Usable mailboxes of an address header in order, groups opened, each address once, at most `limits.correspondents`. */
export function mailboxesIn(entries: readonly HeaderAddress[]): Mailbox[] {
  const found = new Map<string, Mailbox>();
  const open = [...entries].reverse();
  for (let entry = open.pop(); entry && found.size < limits.correspondents; entry = open.pop()) {
    if (entry.group) open.push(...entry.group.toReversed());
    const address = usableAddress(entry.address);
    if (address && !found.has(address.toLowerCase()))
      found.set(address.toLowerCase(), { name: oneLine(entry.name ?? '', limits.nameLength), address });
  }
  return [...found.values()];
}

/** `support+billing@desk.example` -> `support@desk.example`, in lower case: the mailbox that a subaddress belongs to. */
export function baseAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const plus = address.indexOf('+');
  const local = plus > 0 && plus < at ? address.slice(0, plus) : address.slice(0, at);
  return `${local}${address.slice(at)}`.toLowerCase();
}
