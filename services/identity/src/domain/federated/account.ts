import { grants } from '../permissions.ts';

/** Somebody here who has, as login or e-mail, the address that a provider told. */
export interface Namesake {
  id: number;
  active: boolean;
  /** Union of the permissions of their active roles. */
  permissions: readonly string[];
}

export interface Newcomer {
  /** Only an address that the provider says it verified. */
  verifiedEmail: string | null;
  /** The provider's word on addresses is believed here. */
  emailTrusted: boolean;
  /** People without an account get one. */
  createsAccounts: boolean;
}

export type AccountDecision =
  | { do: 'create'; email: string }
  | { do: 'link'; userId: number }
  | { do: 'refuse'; why: 'no-account' | 'inactive' | 'has-rights' };

/**
 * Who somebody becomes who signs in by a provider for the first time. An address that is not verified, or that nobody
 * here trusts, counts for nothing: not to find an account, and not to name a new one either, which would get the
 * mail and the requests of whoever the address belongs to.
 *
 * An account that may do more than a customer is never taken over by its address: an administrator links it.
 */
export function decideAccount(newcomer: Newcomer, namesakes: readonly Namesake[]): AccountDecision {
  const email = newcomer.emailTrusted ? newcomer.verifiedEmail : null;
  const [namesake, ...others] = email === null ? [] : namesakes;
  if (namesake) {
    if (others.length > 0 || !isPlainCustomer(namesake)) return { do: 'refuse', why: 'has-rights' };
    return namesake.active ? { do: 'link', userId: namesake.id } : { do: 'refuse', why: 'inactive' };
  }
  return newcomer.createsAccounts ? { do: 'create', email: email ?? '' } : { do: 'refuse', why: 'no-account' };
}

/** Holds nothing beyond what a customer has of their own. */
export function isPlainCustomer({ permissions }: Pick<Namesake, 'permissions'>): boolean {
  return permissions.every((held) => held === 'ticket.customer' || grants(['user_preferences'], held));
}
