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

/**
 * Facts of a thread that another one joined.
 * @param count  articles of people that came with it
 * @param everyContact  as `countArticle` has it
 */
export function joinedFacts(
  target: ThreadFacts,
  source: ThreadFacts,
  count: number,
  everyContact: boolean,
): ThreadFacts {
  const of = <T extends number>(choose: (...times: T[]) => number, one: T | null, other: T | null) =>
    (one === null ? other : other === null ? one : choose(one, other)) as T | null;
  const agentAt = of(Math.max, target.lastContactAgentAt, source.lastContactAgentAt);
  const waits = ({ lastContactCustomerAt: at }: ThreadFacts) => at !== null && (agentAt === null || agentAt < at);
  // Who waits in both began to wait in the one that was first.
  const ofCustomer = !everyContact && waits(target) && waits(source) ? Math.min : Math.max;
  const opening = target.createArticleTypeId === null ? source : target;
  return {
    articleCount: count === 0 ? target.articleCount : (target.articleCount ?? 0) + count,
    createArticleTypeId: opening.createArticleTypeId,
    createArticleSenderId: opening.createArticleSenderId,
    firstResponseAt: of(Math.min, target.firstResponseAt, source.firstResponseAt),
    lastContactAt: of(Math.max, target.lastContactAt, source.lastContactAt),
    lastContactAgentAt: agentAt,
    lastContactCustomerAt: of(ofCustomer, target.lastContactCustomerAt, source.lastContactCustomerAt),
  };
}

function pick<K extends keyof Ticket>(ticket: Ticket, names: readonly K[]): Pick<Ticket, K> {
  return Object.fromEntries(names.map((name) => [name, ticket[name]])) as Pick<Ticket, K>;
}
