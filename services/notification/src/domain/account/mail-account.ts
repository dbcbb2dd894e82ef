interface Claims {
  id: number;
  addresses: readonly string[];
  fallback: boolean;
}

/**
 * Who sends the mails of an address: the account it was tied to; else the one that names it, else its domain, else the one for all others. Of several
 * the first in their order.
 */
/** @param bound  ids of accounts by address in lower case; one that is not in force counts for nothing */
export function accountFor<A extends Claims>(
  accounts: readonly A[],
  sender: string,
  bound: ReadonlyMap<string, number> = new Map(),
): A | undefined {
  const address = sender.toLowerCase();
  const domain = address.slice(address.lastIndexOf('@'));
  const tied = bound.get(address);
  return (
    accounts.find(({ id }) => id === tied) ??
    accounts.find(({ addresses }) => addresses.includes(address)) ??
    accounts.find(({ addresses }) => addresses.includes(domain)) ??
    accounts.find(({ fallback }) => fallback)
  );
}
