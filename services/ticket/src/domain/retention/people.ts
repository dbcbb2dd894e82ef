import { parseAddresses } from '../mail/addresses.ts';
import type { Person } from '../ticket/people.ts';

/** By what the people of a ticket are found in its texts. */
export interface PeopleTerms {
  /** Lower case. */
  emails: string[];
  /** Whole names. */
  identifiers: string[];
  /** First and last names, which mean them in their own ticket. */
  names: string[];
}

/** Shorter ones are found in words that mean something else. */
const SHORTEST_NAME = 2;

/**
 * Everybody whom a ticket is about or who is copied, but the desk itself.
 * @param customers  who asked, and who else wrote as a customer
 * @param headers    `From`, `To`, `Cc` and `Reply-To` of its articles
 * @param ours       addresses of groups and agents, lower case
 */
export function peopleOf(
  customers: readonly Person[],
  headers: readonly (string | null)[],
  ours: ReadonlySet<string>,
): PeopleTerms {
  const strangers = headers.flatMap(parseAddresses).filter(({ address }) => !ours.has(address));
  const whole = customers.flatMap(({ firstname: first, lastname: last }) =>
    first && last ? [`${first} ${last}`, `${last} ${first}`, `${last}, ${first}`] : [],
  );
  // A display name of one word may be any word: "Support".
  const displayed = strangers.flatMap(({ name }) => (/\S\s+\S/.test(name) ? [name] : []));
  const logins = customers.flatMap(({ login, email }) => [login, email ?? '']).filter((name) => name.includes('@'));
  return {
    emails: unique([...logins.map((name) => name.toLowerCase()), ...strangers.map(({ address }) => address)]),
    identifiers: unique([...whole, ...displayed]),
    names: unique(customers.flatMap(({ firstname, lastname }) => [firstname, lastname])).filter(
      (name) => name.length >= SHORTEST_NAME,
    ),
  };
}

const unique = (texts: readonly string[]) => [
  ...new Set(texts.map((text) => text.trim()).filter((text) => text !== '')),
];
