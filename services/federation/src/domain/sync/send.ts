import { type FederationFieldName, federationFieldNames } from '@helpmesh/contracts';
import { toldTo } from './handover.ts';
import type { HeldTicket, LinkState } from './link.ts';
import { canonical, differing, isKnown } from './replica.ts';

/** What is to be told to a peer: the fields as it may know them, which of them it does not know, and new comments. */
export interface Telling {
  sequence: number;
  acknowledged: number;
  originNode: string;
  fields: HeldTicket['fields'];
  changed: FederationFieldName[];
  commentIds: string[];
}

/**
 * What a peer does not know yet. Pure; the difference to what the peer has is all that counts, so what came from there
 * is never sent back, whoever wrote it down here.
 * @param most  comments in one message
 * @param knowsDetails  the peer understands the field of that name; else it would refuse the whole
 * @returns null when it knows everything
 */
export function tell(
  link: LinkState,
  here: HeldTicket,
  most: number,
  knowsDetails = true,
): { link: LinkState; telling: Telling } | null {
  const { details, ...others } = toldTo(link.peer, canonical(here.fields));
  const fields = { ...others, ...(details && knowsDetails && { details }) };
  const changed = link.shadow
    ? differing(fields, link.shadow)
    : federationFieldNames.filter((field) => isKnown(field, fields));
  const commentIds = here.commentIds.filter((id) => !link.comments.has(id)).slice(0, most);
  if (changed.length === 0 && commentIds.length === 0) return null;
  const sequence = link.sequenceOut + 1;
  return {
    telling: { sequence, acknowledged: link.sequenceIn, originNode: here.originNode, fields, changed, commentIds },
    link: {
      ...link,
      sequenceOut: sequence,
      // What it was told before, or has told, it still has.
      shadow: { ...(link.shadow?.details && knowsDetails && { details: link.shadow.details }), ...fields },
      toldAt: { ...link.toldAt, ...Object.fromEntries(changed.map((field) => [field, sequence])) },
      comments: new Set([...link.comments, ...commentIds]),
    },
  };
}

/**
 * All that was told so far in one: for a peer that has missed a message.
 * @returns null when nothing was told yet
 */
export function tellAgain(link: LinkState, originNode: string): Telling | null {
  if (link.shadow === null) return null;
  const { sequenceOut: sequence, sequenceIn, shadow: fields } = link;
  const changed = federationFieldNames.filter((field) => (link.toldAt[field] ?? 0) > link.acknowledged);
  return { sequence, acknowledged: sequenceIn, originNode, fields, changed, commentIds: [...link.comments] };
}
