import type { FederationFields, FederationHandover } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';

/** What somebody at a helpdesk says about who is to work on a ticket. */
export type HandoverStep =
  /** `done`: to a helpdesk that has no way to answer. `binding`: of one that does not wait for the answer. */
  | { do: 'offered'; to: string; id: string; reason: string; kind?: 'binding' | 'done' }
  | { do: 'accepted' | 'rejected' | 'withdrawn'; reason: string }
  /** @param to  who gave it; undefined: it began here */
  | { do: 'returned'; to: string | undefined; id: string; reason: string };

/**
 * The fields after a step. Pure. An offer leaves the ticket with who offers it; an answer is a wish about a field of the
 * helpdesk that offers, which `agreed` grants there: only then the other one works on it, unless the offer was binding. So
 * there are never two who work on it. A return is the word of who works on it, and needs no yes.
 * @returns `fields` itself when it is so already
 * @throws AppError conflict `federation.not-handed-over`, `federation.handover-pending`, `federation.no-handover`
 */
export function handOver(fields: FederationFields, self: string, step: HandoverStep, at: string): FederationFields {
  const last = fields.handover ?? undefined;
  const worksHere = fields.assignedNode === self;
  const isOffering = last?.status === 'offered' && last.from === self;
  const isBound = isOffering && last.binding === true;
  if (step.do === 'offered') {
    const { to, id, reason, kind } = step;
    if (isOffering && last.to === to) return fields;
    if (!worksHere || to === self) throw notHandedOver();
    if (isOffering) throw pending(last.to);
    const word = { id, from: self, to, reason, answer: '', at };
    if (kind === 'done') return { ...fields, ...workedOnAt(to), handover: { ...word, status: 'accepted' } };
    return { ...fields, handover: { ...word, status: 'offered', ...(kind === 'binding' && { binding: true }) } };
  }
  if (step.do === 'withdrawn') {
    if (isBound) throw pending(last.to);
    if (isOffering) return { ...fields, handover: null };
    if (last?.status === 'accepted' && last.from === self && !worksHere) throw noHandover();
    return fields;
  }
  if (step.do === 'returned') {
    const { to, id, reason } = step;
    if (last?.status === 'returned' && last.to === self && fields.assignedNode === last.from) return fields;
    if (!worksHere || to === undefined) throw notHandedOver();
    if (isBound) throw pending(last.to);
    const given = last?.status === 'accepted' && last.to === self ? last : { id, reason: '' };
    const word = { id: given.id, from: to, to: self, status: step.do, reason: given.reason, answer: reason, at };
    return { ...fields, ...workedOnAt(to), handover: word };
  }
  if (last?.to === self && last.status === step.do) return fields;
  if (last?.to !== self || last.status !== 'offered') throw noHandover();
  const worksHereNow = step.do === 'accepted' && last.binding === true;
  const handover = { ...last, status: step.do, answer: step.reason, at };
  return { ...fields, ...(worksHereNow && workedOnAt(self)), handover };
}

/** Who gets a ticket back. @param via  helpdesks that it came through to this one, the last one last */
export function giverOf({ handover }: FederationFields, self: string, via: readonly string[]): string | undefined {
  return handover?.status === 'accepted' && handover.to === self ? handover.from : via.at(-1);
}

/** Whether one is the answer to the other, of the helpdesk that it was made to. */
export function answers(
  one: FederationHandover | null | undefined,
  offer: FederationHandover | null | undefined,
): boolean {
  const isOffer = offer?.status === 'offered' && one?.id === offer.id && one.to === offer.to;
  return isOffer && (one?.status === 'accepted' || one?.status === 'rejected');
}

/** What an answer comes to where the ticket was offered. */
export function agreed(offer: FederationHandover, answer: FederationHandover): Partial<FederationFields> {
  const { status, answer: reason, at } = answer;
  const handover = { ...offer, status, answer: reason, at };
  return { ...(status === 'accepted' && workedOnAt(offer.to)), handover };
}

/** The fields as a helpdesk may know them: why a ticket goes from one to another is between those two. */
export function toldTo(node: string, fields: FederationFields): FederationFields {
  const { handover } = fields;
  if (!handover || handover.from === node || handover.to === node) return fields;
  return { ...fields, handover: { ...handover, reason: '', answer: '' } };
}

/** Words for the agents of one of the two, when the other one has spoken; undefined: it is between others. */
export function handoverNote(word: FederationHandover, self: string, peer: string, name: string): string | undefined {
  const { status, from, to, reason, answer } = word;
  const speaker = status === 'offered' ? from : to;
  if (speaker !== peer || (status === 'offered' ? to : from) !== self) return undefined;
  const said = {
    ...{ offered: `${name} wants to hand this ticket over`, accepted: `${name} has accepted this ticket` },
    ...{ rejected: `${name} has not accepted this ticket`, returned: `${name} has given this ticket back` },
  }[status];
  const why = status === 'offered' ? reason : answer;
  return why === '' ? `${said}.` : `${said}:\n${why}`;
}

/** Whoever works on it there is not known yet. */
function workedOnAt(assignedNode: string): Pick<FederationFields, 'assignedNode' | 'ownerName'> {
  return { assignedNode, ownerName: null };
}

function notHandedOver(): AppError {
  const detail = 'It is not worked on here, or the other helpdesk does not have it.';
  return new AppError('conflict', 'federation.not-handed-over', detail);
}

function pending(to: string): AppError {
  return new AppError('conflict', 'federation.handover-pending', `It is offered to ${to}, which has not answered yet.`);
}

function noHandover(): AppError {
  return new AppError(
    'conflict',
    'federation.no-handover',
    'There is no offer to hand it over that this could answer.',
  );
}
