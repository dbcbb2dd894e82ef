import type { PriorityMatrix } from '@helpmesh/contracts';
import type { FollowUpPolicy } from './follow-up.ts';

/** What this service knows of a user, by grace of identity. */
export interface Person {
  id: number;
  login: string;
  email: string | null;
  firstname: string;
  lastname: string;
  organizationId: number | null;
  active: boolean;
  locale: string;
  /** May own tickets somewhere. */
  agent: boolean;
  fullGroupIds: number[];
}

export interface Organization {
  id: number;
  name: string;
  shared: boolean;
  active: boolean;
}

export interface Group extends FollowUpPolicy {
  id: number;
  /** Full path, `Parent::Child`. */
  name: string;
  active: boolean;
  email: { name: string; address: string } | null;
  /** HTML that may stand in any mail, with places to fill in. */
  signature: string | null;
  /** Which priority follows from impact and urgency; none where agents choose it. */
  priorityMatrix?: PriorityMatrix | null;
  /** Customers are asked how it went when a ticket is closed. */
  askRating?: boolean;
}

/** `Nicole Braun`, else the address, else the login. */
export function displayName(person: Pick<Person, 'firstname' | 'lastname' | 'email' | 'login'>): string {
  return `${person.firstname} ${person.lastname}`.trim() || person.email || person.login;
}
