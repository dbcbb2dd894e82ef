interface Claims {
  addresses: readonly string[];
  fallback: boolean;
}

/**
 * Who sends the mails of an address: the account that names it, else its domain, else the one for all others. Of several
 * the first in their order.
 */
export function accountFor<A extends Claims>(accounts: readonly A[], sender: string): A | undefined {
  const address = sender.toLowerCase();
  const domain = address.slice(address.lastIndexOf('@'));
  return (
    accounts.find(({ addresses }) => addresses.includes(address)) ??
    accounts.find(({ addresses }) => addresses.includes(domain)) ??
    accounts.find(({ fallback }) => fallback)
  );
}
