import { type AccessLevel, type Actor, type TicketScope, ticketScope } from '@helpmesh/contracts';

/** What stands for the scope in every statement: everything, groups, the customer, organizations. */
export type ScopeParams = [
  everything: boolean,
  groupIds: number[],
  customerId: number | null,
  organizationIds: number[],
];

/**
 * Which tickets a read may touch, as SQL. A statement that reads tickets takes `params` as $1 to $4 and puts one of
 * the conditions below into its text; its own parameters start at $5. The texts never vary with the actor, so every
 * statement is prepared once. Only this module makes one, from the definition all services share (ticketScope in the
 * contracts), and a store read for a person does not type-check without it.
 */
export class VisibleTickets {
  readonly params: ScopeParams;

  private constructor(readonly scope: TicketScope) {
    this.params = [scope.everything, scope.groupIds, scope.customerId, scope.organizationIds];
  }

  static to(actor: Actor, level: AccessLevel): VisibleTickets {
    return new VisibleTickets(ticketScope(actor, level));
  }

  /** For what the service reads on its own account: rules, and the answer to a write it has just allowed. */
  static toTheService(): VisibleTickets {
    return new VisibleTickets({ everything: true, groupIds: [], customerId: null, organizationIds: [] });
  }

  /** Equal keys see equal tickets: their reads may share a statement. */
  get key(): string {
    return JSON.stringify(this.params);
  }
}

/** Condition over the ticket `t` (or another alias with its columns): the actor may see it. */
export const isVisible = (t = 't') =>
  `($1 OR ${t}.group_id = ANY ($2::int[]) OR ${t}.customer_id = $3::int OR ${t}.organization_id = ANY ($4::int[]))`;

/** The same of another scope than that of the statement. @param param  takes one of its parameters into the statement */
export const isWithin = ({ params }: VisibleTickets, param: (value: unknown, type: string) => string, t = 't') => {
  const [everything, groups, customer, organizations] = params;
  return `(${param(everything, 'boolean')} OR ${t}.group_id = ANY (${param(groups, 'int[]')})
    OR ${t}.customer_id = ${param(customer, 'int')} OR ${t}.organization_id = ANY (${param(organizations, 'int[]')}))`;
};

/** Condition over the ticket `t`: the actor sees it as an agent, so with its internal articles. */
export const seesAsAgent = (t = 't') => `($1 OR ${t}.group_id = ANY ($2::int[]))`;

/** The groups whose tickets the actor sees as an agent, as a set of integers. */
export const visibleGroupIds =
  'unnest(CASE WHEN $1 THEN ARRAY(SELECT DISTINCT group_id FROM ticket_tally) ELSE $2::int[] END)';

/**
 * Conditions over the actor alone, which are looked at before any row: without them, who is no customer would still
 * have every ticket read where statistics say that most are one customer's.
 */
export const isCustomer = '$3::int IS NOT NULL';
export const sharesOrganization = 'cardinality($4::int[]) > 0';
