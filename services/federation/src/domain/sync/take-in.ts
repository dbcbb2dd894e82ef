import { type FederationFieldName, type FederationFields, federationFieldNames } from '@helpmesh/contracts';
import { isOver } from '../codes/states.ts';
import { agreed, answers, toldTo } from './handover.ts';
import { type HeldTicket, type LinkState, leadsTo, type Place } from './link.ts';
import { canonical, isKnown, isSame, writerOf } from './replica.ts';
import type { Telling } from './send.ts';

/** A change the peer may not make by itself; people here may follow it. */
export interface Suggestion {
  field: FederationFieldName;
  value: FederationFields[FederationFieldName];
}

/** What nobody has to decide about when it comes from elsewhere than the writer. */
const unwished: readonly FederationFieldName[] = ['handover', 'details'];

export type TakenIn =
  /** It was taken in before. */
  | { do: 'skip' }
  /** One before it is missing: the peer has to be asked where the ticket stands. */
  | { do: 'ask' }
  | {
      do: 'take';
      link: LinkState;
      /** What is to be changed here. */
      patch: Partial<FederationFields>;
      /** Of comments that are not here. */
      commentIds: string[];
      suggestions: Suggestion[];
    };

/**
 * Decides what a peer's message means here. Pure. A field has one writer at a time (`writerOf`): from the writer's side
 * a value is taken as it is; from elsewhere it is a wish, which is fulfilled when it takes nothing away from the writer
 * and is noted as a suggestion otherwise. A wish that was not fulfilled leaves the link knowing that the peer has
 * another value than we: the next `tell` puts that right. So both sides come to the same in the end.
 *
 * @param here  the ticket as it is here, with all local changes; null: it is not here yet
 * @param whole  it is an answer of where the ticket stands, and stands for all messages up to its number
 */
export function takeIn(
  link: LinkState,
  here: HeldTicket | null,
  message: Telling,
  place: Place,
  whole = false,
): TakenIn {
  const { self, direct } = place;
  if (message.sequence <= link.sequenceIn) return { do: 'skip' };
  if (message.sequence > link.sequenceIn + 1 && !whole) return { do: 'ask' };
  // Reasons that are not the peer's are not its to tell either, or those who hold other ones would never agree.
  const told = toldTo(link.peer, canonical(message.fields));
  const heard: LinkState = {
    ...link,
    sequenceIn: message.sequence,
    acknowledged: Math.max(link.acknowledged, message.acknowledged),
    comments: new Set([...link.comments, ...message.commentIds]),
  };
  if (here === null) {
    const far = [message.originNode, told.assignedNode].filter((node) => node !== self);
    const known = { ...heard, shadow: told, behind: new Set([...heard.behind, ...far]) };
    return { do: 'take', link: known, patch: told, commentIds: [...message.commentIds], suggestions: [] };
  }
  const before = canonical(here.fields);
  // Whoever has accepted the ticket speaks as the one who works on it.
  const granted = answered(link, told, before, self);
  const held = { ...here, fields: { ...before, ...granted } };
  const known = toldTo(link.peer, held.fields);
  const shadow: FederationFields = { ...(link.shadow ?? told) };
  const patch: Partial<FederationFields> = { ...granted };
  const suggestions: Suggestion[] = [];
  const set = <F extends FederationFieldName>(
    into: Partial<FederationFields>,
    field: F,
    value: FederationFields[F],
  ) => {
    into[field] = value;
  };
  for (const field of federationFieldNames) {
    if (!isKnown(field, told)) continue;
    const value = told[field];
    const same = isSame(value, known[field]);
    if (field in granted) {
      set(shadow, field, value);
      continue;
    }
    if (leadsTo(link, writerOf(field, held.fields, held.originNode), direct)) {
      // They had not seen yet what we said of it; once they have, they speak of it again unless they agree.
      if (message.acknowledged < (link.toldAt[field] ?? 0)) continue;
      // What we have never said counts for nothing, and needs no answer.
      if (field === 'handover' && isMadeUp(link, told.handover, held, place)) {
        set(shadow, field, known.handover);
        continue;
      }
      set(shadow, field, value);
      // An answer that they do not know yet is still to be told.
      if (same || (field === 'handover' && answers(held.fields.handover, told.handover))) continue;
      if (field !== 'assignedNode' || mayName(link, told.assignedNode, held, place)) set(patch, field, value);
      else if (message.changed.includes(field)) suggestions.push({ field, value });
    } else if (message.changed.includes(field)) {
      set(shadow, field, value);
      if (same) continue;
      const wish = fulfilled(field, told, held, leadsTo(link, held.originNode, direct));
      if (wish !== undefined) {
        if (!isSame(wish, held.fields[field])) set(patch, field, wish);
      } else if (!unwished.includes(field)) suggestions.push({ field, value });
    }
  }
  const behind = farther(link, here.originNode, patch.assignedNode ?? before.assignedNode, patch.assignedNode, self);
  const commentIds = message.commentIds.filter((id) => !here.commentIds.includes(id));
  return { do: 'take', link: { ...heard, shadow, behind }, patch, commentIds, suggestions };
}

/**
 * Whom the one who works on a ticket may name in its place: somebody whom it alone knows to have it; and us when we have
 * said yes, or when it gives back what it has of us (ADR 0046).
 */
function mayName(link: LinkState, node: string, held: HeldTicket, { self, direct, mute }: Place): boolean {
  if (node !== self) return node === link.peer || !direct.has(node);
  const { handover } = held.fields;
  const isAccepted = handover?.status === 'accepted' && handover.to === self && leadsTo(link, handover.from, direct);
  return mute === true || isAccepted || mayGiveBack(link, held, self, direct);
}

/** The ticket began here, or came to the peer by us. */
function mayGiveBack(
  link: LinkState,
  { originNode, fields: { handover } }: HeldTicket,
  self: string,
  direct: Place['direct'],
): boolean {
  const isGiven = handover?.status === 'accepted' && handover.from === self && leadsTo(link, handover.to, direct);
  return isGiven || !leadsTo(link, originNode, direct);
}

/** Whether a word about handing over says something of us that we have not said. */
function isMadeUp(
  link: LinkState,
  word: FederationFields['handover'],
  held: HeldTicket,
  { self, direct, mute }: Place,
): boolean {
  if (!word || mute || word.status === 'offered' || (word.from !== self && word.to !== self)) return false;
  const { handover } = held.fields;
  if (handover?.id === word.id && handover.status === word.status) return false;
  return word.to === self || word.status !== 'returned' || !mayGiveBack(link, held, self, direct);
}

/** @param named  whom the peer has named just now as working on it */
function farther(
  { peer, behind }: LinkState,
  originNode: string,
  assignedNode: string,
  named: string | undefined,
  self: string,
): ReadonlySet<string> {
  const known = [...behind].filter((node) => node === originNode || node === assignedNode);
  return new Set([...known, ...(named !== undefined && named !== self && named !== peer ? [named] : [])]);
}

/**
 * What the helpdesk that we have offered a ticket to has answered itself; what anybody else says of it, in whose name
 * ever, or too late, is no wish.
 */
function answered(
  link: LinkState,
  told: FederationFields,
  { handover: offer }: FederationFields,
  self: string,
): Partial<FederationFields> {
  const isOurs = offer?.from === self && offer.to === link.peer;
  if (!isOurs || !told.handover || !answers(told.handover, offer)) return {};
  // After a binding offer they work on it already.
  return { ...agreed(offer, told.handover), ...(told.assignedNode === offer.to && { ownerName: told.ownerName }) };
}

/**
 * What a wish comes to that everybody may have: another tag, and, from where the ticket began, to take it up again or
 * to confirm what was done.
 */
function fulfilled(
  field: FederationFieldName,
  told: FederationFields,
  { fields }: HeldTicket,
  fromOrigin: boolean,
): FederationFields[FederationFieldName] | undefined {
  if (field === 'tags') return [...new Set([...fields.tags, ...told.tags])].sort();
  // Who works on it says it anew; until then it is better than nothing.
  if (field === 'details') return fields.details === undefined ? told.details : undefined;
  if (field !== 'state' || !fromOrigin || !isOver(fields.state) || fields.state === 'merged') return undefined;
  const confirms = told.state === 'verified' && fields.state !== 'closed';
  return confirms || !isOver(told.state) ? told.state : undefined;
}
