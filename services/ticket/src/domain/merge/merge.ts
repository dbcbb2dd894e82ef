import type { Ticket } from '../ticket/ticket.ts';

/** Facts of a ticket that follow from its thread. */
const threadFacts = [
  ...(['articleCount', 'createArticleTypeId', 'createArticleSenderId', 'firstResponseAt'] as const),
  ...(['lastContactAt', 'lastContactAgentAt', 'lastContactCustomerAt'] as const),
];
export type ThreadFacts = Pick<Ticket, (typeof threadFacts)[number]>;

/** What a merge changes of the ticket that is merged, besides its thread. */
const life = ['stateId', 'ownerId', 'pendingTime', 'closeAt', 'lastCloseAt', 'lastOwnerUpdateAt'] as const;
export type Life = Pick<Ticket, (typeof life)[number]>;

/**
 * What a merge did, for its undo.
 * @typeParam L  a link, M  a subscription, as they were before
 */
export interface MergeRecord<L, M> {
  articleIds: number[];
  /** The article that says `merged`. */
  noteId: number;
  /** `held`: all of the source, in their order; `given`: those that the target did not have. */
  tags: { held: number[]; given: number[] };
  links: { moved: L[]; dropped: L[]; madeId: number | null };
  mentions: { moved: number[]; dropped: M[] };
  source: { life: Life; before: ThreadFacts; after: ThreadFacts };
  target: { before: ThreadFacts; after: ThreadFacts };
}

export function threadFactsOf(ticket: Ticket): ThreadFacts {
  return pick(ticket, threadFacts);
}

export function lifeOf(ticket: Ticket): Life {
  return pick(ticket, life);
}

export function isSame(one: ThreadFacts, other: ThreadFacts): boolean {
  return threadFacts.every((name) => one[name] === other[name]);
}

function pick<K extends keyof Ticket>(ticket: Ticket, names: readonly K[]): Pick<Ticket, K> {
  return Object.fromEntries(names.map((name) => [name, ticket[name]])) as Pick<Ticket, K>;
}
