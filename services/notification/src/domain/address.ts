import type { MailAddress } from '@helpmesh/contracts';
import { isDeliverable } from '@helpmesh/kernel';

/** What follows the last @ of a plain address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/**
 * Text fit for one header line: control characters, CR and LF among them, become a space, so that no value can start
 * a header of its own (RFC 5322 2.2).
 * @param maxLength  in characters, default 900: below the 998 of RFC 5322 2.1.1 before encoding
 */
export function headerText(value: string, maxLength = 900): string {
  const flat = value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return flat.length > maxLength ? `${flat.slice(0, maxLength - 1)}…` : flat;
}

/** The address with a name that fits a header. */
export function headerAddress({ name, address }: MailAddress): MailAddress {
  return { name: headerText(name, 200), address: address.trim() };
}

/** `Ada <ada@example.org>` or a bare address. @returns null when it is neither */
export function parseMailbox(value: string): MailAddress | null {
  const match = /^\s*(?:"?([^"<>]*)"?\s*<([^<>]+)>|([^<>\s]+))\s*$/.exec(value);
  const address = (match?.[2] ?? match?.[3] ?? '').trim();
  return isDeliverable(address) ? { name: headerText(match?.[1] ?? ''), address } : null;
}

/** A Message-ID in angle brackets, or null when the value is not one. */
export function messageIdOf(value: string | null): string | null {
  const match = /^\s*<?([^\s<>\p{Cc}]{1,990})>?\s*$/u.exec(value ?? '');
  return match?.[1] ? `<${match[1]}>` : null;
}
