import { AppError } from '@helpmesh/kernel';

/** A person of the control panel. */
export interface PbasContact {
  /** As the panel writes it: `007` is another one than `7`. */
  pbasId: string;
  email: string;
  firstname: string;
  lastname: string;
  accounts: string[];
}

const LONGEST_ID = 64;
const LONGEST_NAME = 100;
const MOST_ACCOUNTS = 200;
const LONGEST_ACCOUNT = 200;

/**
 * Reads one structure of `alter_contacts`.
 * @param fields  by name in lower case
 * @throws AppError invalid `pbas.contact-without-id`
 */
export function readContact(fields: ReadonlyMap<string, string>): PbasContact {
  const of = (name: string) => (fields.get(name) ?? '').trim();
  const joined = (...names: string[]) => names.map(of).filter(Boolean).join(' ').slice(0, LONGEST_NAME);
  const accounts = of('accounts')
    .split(',')
    .map((name) => name.trim().slice(0, LONGEST_ACCOUNT));
  return {
    pbasId: readPbasId(of('id')),
    email: of('email').slice(0, 254),
    // The insertion belongs to the family name (`van der`); a middle name to the given ones.
    firstname: joined('prefix', 'first_name', 'middle_name'),
    lastname: joined('insertion', 'last_name', 'suffix'),
    accounts: [...new Set(accounts.filter(Boolean))].slice(0, MOST_ACCOUNTS),
  };
}

/** @throws AppError invalid `pbas.contact-without-id` */
export function readPbasId(text: string): string {
  const id = text.trim();
  if (/^[\x21-\x7e]+$/.test(id) && id.length <= LONGEST_ID) return id;
  throw new AppError('invalid', 'pbas.contact-without-id', 'A contact needs an id of at most 64 visible ASCII signs.');
}

/** What a sign-in link leads to. @throws AppError invalid `pbas.unknown-action` */
export function readAction(text: string): 'add' | 'list' {
  const act = text.trim().toLowerCase();
  if (act === 'add' || act === 'list') return act;
  throw new AppError('invalid', 'pbas.unknown-action', 'The action must be add or list.');
}

/** The last one of each id: what a panel sends twice it changed meanwhile. */
export function lastOfEach(contacts: readonly PbasContact[]): PbasContact[] {
  return [...new Map(contacts.map((contact) => [contact.pbasId, contact])).values()];
}
