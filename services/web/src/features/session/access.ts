/** What of a user decides which parts of the app they get. The server decides again on every call. */
export interface AccessFacts {
  permissions?: unknown;
  roles?: unknown;
}

export interface Capabilities {
  agent: boolean;
  customer: boolean;
  /** Whether a permission is held, itself or by its parent. */
  may: (permission: string) => boolean;
}

const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** A parent permission grants its children; the seeded roles stand in where a server sends no permission names. */
export function capabilitiesOf(facts: AccessFacts): Capabilities {
  const permissions = namesOf(facts.permissions);
  const roles = namesOf(facts.roles);
  const may = (name: string) => permissions.some((held) => held === name || name.startsWith(`${held}.`));
  return {
    agent: may('ticket.agent') || roles.includes('Agent'),
    customer: may('ticket.customer') || roles.includes('Customer'),
    may,
  };
}
