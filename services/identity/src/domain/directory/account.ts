import { domainOf } from '../address.ts';
import { isPlainCustomer } from '../federated/account.ts';

/** Somebody here who has, as login or e-mail, the address of a person whom a directory brings. */
export interface Namesake {
  id: number;
  active: boolean;
  /** Union of the permissions of their active roles. */
  permissions: readonly string[];
  /** The account at a directory that is theirs, be it deleted there; null: none. */
  account: { directoryId: number; externalId: string | null; deleted: boolean } | null;
}

export interface Newcomer {
  directoryId: number;
  externalId: string | null;
  /** Customers who are here already become the directory's. */
  claims: boolean;
}

export type DirectoryDecision = { do: 'create' } | { do: 'revive' | 'claim'; userId: number } | { do: 'refuse' };

/**
 * Who a person becomes whom a directory brings with an address that is, as login or e-mail, somebody's here. The address
 * is in a domain of the directory.
 *
 * Only two kinds of accounts are given to a directory by an address: one that it had itself and deleted, unless it says
 * that this is another person, who got the address later; and, where an administrator allowed it, that of a customer
 * who is nobody else's. An account that may do more, or that an administrator closed, never is.
 */
export function decideDirectoryAccount(newcomer: Newcomer, namesakes: readonly Namesake[]): DirectoryDecision {
  const [namesake, ...others] = namesakes;
  if (!namesake) return { do: 'create' };
  if (others.length > 0) return { do: 'refuse' };
  const { id: userId, account } = namesake;
  if (account) {
    const own = account.directoryId === newcomer.directoryId && account.deleted;
    const another =
      account.externalId !== null && newcomer.externalId !== null && account.externalId !== newcomer.externalId;
    return own && !another ? { do: 'revive', userId } : { do: 'refuse' };
  }
  return newcomer.claims && namesake.active && isPlainCustomer(namesake) ? { do: 'claim', userId } : { do: 'refuse' };
}

/** What somebody holds that the directory did not give. */
export interface OtherRights {
  /** Permissions of roles that are local, or that another source gave. */
  permissions: readonly string[];
  /** Access to groups that is local, or that another source gave. */
  groups: boolean;
}

/**
 * True when the directory may say how the person is reached: whoever gets the mail of an account gets into it, so an
 * account that holds more than the directory gave keeps its address until an administrator changes it.
 */
export function mayReaddress(other: OtherRights): boolean {
  return !other.groups && isPlainCustomer(other);
}

/** @param domains  in lower case */
export function isOfDomains(email: string, domains: readonly string[]): boolean {
  return domains.includes(domainOf(email));
}
