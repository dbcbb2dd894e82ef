import type { FederationDetails, FederationFields } from '@helpmesh/contracts';
import { priorityFromPeer, priorityTables } from '../codes/priorities.ts';
import { stateFromPeer } from '../codes/states.ts';

/** A ticket in the desk's own words, as far as others may know it. */
export interface OwnWords {
  title: string;
  stateType: string;
  priority: string;
  owner: string | null;
  tags: string[];
}

/** Which kind of state of ours stands for each of those that helpdesks share. */
export const ownStates: Readonly<Record<FederationFields['state'], 'new' | 'open' | 'pending reminder' | 'closed'>> = {
  ...{ new: 'new', assigned: 'open', in_progress: 'open', reopened: 'open' },
  ...{ waiting_requester: 'pending reminder', on_hold: 'pending reminder' },
  ...{ solved: 'closed', unsolved: 'closed', verified: 'closed', closed: 'closed', merged: 'closed' },
};

/** As the desk is installed; a priority of another name is a normal one to others. */
const ownPriorities = priorityTables.zammad;

/**
 * The shared fields as they are here. Our words say less than the shared ones: where ours have not changed since
 * `before` was written down, neither has what they stand for.
 * @param before  null: nothing was shared yet
 * @param worksHere  the ticket is assigned to us, so the owner is one of ours
 * @param details  what we say of it while we work on it
 */
export function sharedFields(
  own: OwnWords,
  before: { fields: FederationFields; own: OwnWords } | null,
  requester: FederationFields['requester'],
  assignedNode: string,
  worksHere: boolean,
  details?: FederationDetails,
): FederationFields {
  const kept = <T>(name: keyof OwnWords, shared: T | undefined, fresh: () => T): T =>
    before && shared !== undefined && JSON.stringify(before.own[name]) === JSON.stringify(own[name]) ? shared : fresh();
  const last = before?.fields;
  return {
    subject: kept('title', last?.subject, () => own.title.slice(0, 250).trim() || '-'),
    requester,
    assignedNode,
    state: kept('stateType', last?.state, () => stateOf(own.stateType) ?? last?.state ?? 'new'),
    priority: kept('priority', last?.priority, () => priorityFromPeer(ownPriorities, own.priority) ?? 'normal'),
    ownerName: worksHere ? (own.owner?.slice(0, 200) ?? null) : (last?.ownerName ?? null),
    tags: kept('tags', last?.tags, () => own.tags.map((tag) => tag.slice(0, 100))),
    ...(last?.handover && { handover: last.handover }),
    ...detailsOf(worksHere ? details : last?.details),
  };
}

/** What is to be written here so that a change is done. */
export function ownChanges(patch: Partial<FederationFields>): {
  title?: string;
  stateType?: (typeof ownStates)[FederationFields['state']];
  priority?: string;
  tags?: string[];
} {
  const { subject, state, priority, tags } = patch;
  return {
    ...(subject !== undefined && { title: subject }),
    ...(state !== undefined && { stateType: ownStates[state] }),
    ...(priority !== undefined && { priority: ownPriorities[priority] }),
    ...(tags !== undefined && { tags }),
  };
}

function detailsOf(details: FederationDetails | undefined): Pick<FederationFields, 'details'> {
  return details ? { details } : {};
}

function stateOf(type: string): FederationFields['state'] | undefined {
  if (type === 'merged') return 'merged';
  if (type === 'pending action') return 'waiting_requester';
  return stateFromPeer(ownStates, type);
}
