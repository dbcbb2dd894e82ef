import type { FederationRequester } from '@helpmesh/contracts';
import { z } from 'zod';

const Email = z.email().max(254);

/** The person a ticket is for, as far as a helpdesk says. @param key  what it knows the person by */
export function requesterOf(
  key: string | undefined,
  name: string | null | undefined,
  email: string | null | undefined,
): FederationRequester {
  const address = Email.safeParse(email?.trim().toLowerCase());
  const spoken = name?.trim().slice(0, 200);
  return {
    pseudonym: key?.trim().slice(0, 100) || '-',
    ...(spoken ? { name: spoken } : {}),
    ...(address.success ? { email: address.data } : {}),
  };
}

/** How somebody is called: by the name, else by what signs in. */
export function nameOf(name: string | null | undefined, login: string): string {
  return name?.trim() || login.trim() || '-';
}
