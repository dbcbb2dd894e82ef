import { randomBytes } from 'node:crypto';
import { type ErasedTickets, ErasureTerms } from '@helpmesh/contracts';
import type { SecretBox } from '@helpmesh/service-kit';
import type { UserRow } from '../../persistence/user.table.ts';

/** Shorter ones are found in texts that mean something else. */
const SHORTEST = { telephone: 6, place: 8, name: 2, login: 4 };

/** A name that says nothing and that nobody else has. */
export const newPseudonym = (): string => `erased-${randomBytes(6).toString('hex')}`;

/** By what a person is found in texts. @param subjects  what sign-in providers call them */
export function termsOf(
  user: Pick<UserRow, 'id' | 'login' | 'email' | 'firstname' | 'lastname' | 'street' | 'web' | 'address'> &
    Pick<UserRow, 'phone' | 'mobile' | 'fax'>,
  pseudonym: string,
  tickets: ErasedTickets,
  subjects: readonly string[],
): ErasureTerms {
  const [first, last] = [user.firstname.trim(), user.lastname.trim()];
  const telltale = user.login.length >= SHORTEST.login && /[^\p{L}]/u.test(user.login);
  const isAddress = user.login.includes('@');
  const longerThan = (least: number, texts: readonly string[]) => texts.filter((text) => text.trim().length >= least);
  return {
    userId: user.id,
    pseudonym,
    tickets,
    emails: unique([user.email, isAddress ? user.login : '']),
    identifiers: unique([
      ...(first && last ? [`${first} ${last}`, `${last} ${first}`, `${last}, ${first}`] : []),
      ...(telltale && !isAddress ? [user.login] : []),
      ...longerThan(SHORTEST.telephone, [user.phone, user.mobile, user.fax]),
      ...longerThan(SHORTEST.place, [user.street, user.web, user.address, ...subjects]),
    ]),
    names: unique([...longerThan(SHORTEST.name, [first, last]), ...(telltale || isAddress ? [] : [user.login])]),
  };
}

const unique = (texts: readonly string[]) => [
  ...new Set(texts.map((text) => text.trim()).filter((text) => text !== '')),
];

const contextOf = (pseudonym: string) => `data_privacy_task:${pseudonym}`;

export function sealTerms(box: SecretBox, terms: ErasureTerms): Buffer {
  return box.seal(Buffer.from(JSON.stringify(terms)), contextOf(terms.pseudonym));
}

/** @throws AppError unavailable `secrets.unreadable` */
export function openTerms(box: SecretBox, pseudonym: string, sealed: Buffer): ErasureTerms {
  return ErasureTerms.parse(JSON.parse(box.open(sealed, contextOf(pseudonym)).toString()));
}
