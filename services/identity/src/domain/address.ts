// Control characters have no place in a name or an address, and PostgreSQL refuses NUL.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u001f\u007f]+/g;

/** The one form in which addresses and logins are stored and compared. */
export function normalAddress(text: string): string {
  return text.replaceAll(control, '').trim().toLowerCase();
}

/** Loose on purpose: mail decides whether an address works. One `@`, something on both sides, no blanks. */
export function isAddress(address: string): boolean {
  return address.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(address);
}

/** The part after the `@`; empty when there is none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1 || address.length);
}

/** A host name in lower case, as it stands behind the `@`. */
export function isDomain(domain: string): boolean {
  return /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(domain);
}

export interface PersonName {
  firstname: string;
  lastname: string;
}

const NAME_LENGTH = 100;

/**
 * First and last name out of the display name of a mail: `Last, First`, else the first word and the rest. A display
 * name that only repeats the address says nothing.
 */
export function splitName(display: string, address = ''): PersonName {
  const name = display
    .replaceAll(control, ' ')
    .replace(/^['"\s]+|['"\s]+$/g, '')
    .replaceAll(/\s+/g, ' ');
  if (name.toLowerCase() === address) return { firstname: '', lastname: '' };
  const comma = /^([^,]+), ([^,]+)$/.exec(name);
  const [firstname, lastname] = comma ? [comma[2] ?? '', comma[1] ?? ''] : atFirstBlank(name);
  return { firstname: firstname.slice(0, NAME_LENGTH), lastname: lastname.slice(0, NAME_LENGTH) };
}

function atFirstBlank(name: string): [string, string] {
  const blank = name.indexOf(' ');
  return blank < 0 ? [name, ''] : [name.slice(0, blank), name.slice(blank + 1)];
}

/**
 * `Name <mail@host>` or a bare address, as people type a sending address.
 * @returns null when there is no address in it
 */
export function parseMailbox(text: string): { name: string; address: string } | null {
  const angled = /^([^<>]*)<([^<>]+)>$/.exec(text.trim());
  const name = (angled?.[1] ?? '').replace(/^['"\s]+|['"\s]+$/g, '').replaceAll(control, '');
  const address = normalAddress(angled?.[2] ?? text);
  return isAddress(address) ? { name, address } : null;
}
