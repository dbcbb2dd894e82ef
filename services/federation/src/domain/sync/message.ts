import type { FederationChange, FederationEvent, FederationTicket } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { Telling } from './send.ts';

/** Helpdesks that a ticket may come through. */
const MOST_HOPS = 5;

/** What the engine reads of a message. */
export function tellingOf({ sequence, acknowledged, ticket, changed, comments }: FederationChange): Telling {
  const commentIds = comments.map(({ uuid }) => uuid);
  return { sequence, acknowledged, originNode: ticket.originNode, fields: ticket.fields, changed, commentIds };
}

export function changeOf(
  { sequence, acknowledged, fields, changed }: Telling,
  ticket: Omit<FederationTicket, 'fields'>,
  via: string[],
  comments: FederationChange['comments'],
): FederationChange {
  return { sequence, acknowledged, via, ticket: { ...ticket, fields }, changed, comments };
}

/** For a helpdesk that would refuse the whole for what it does not know. */
export function withoutDetails(event: FederationEvent): FederationEvent {
  const { ticket, changed, ...data } = event.data;
  const { details: _, ...fields } = ticket.fields;
  const left = changed.filter((field) => field !== 'details');
  return { ...event, data: { ...data, ticket: { ...ticket, fields }, changed: left } };
}

export function eventType({ sequence, changed, comments, ticket }: FederationChange): FederationEvent['type'] {
  const { handover } = ticket.fields;
  if (sequence === 1) return 'eu.eosc.helpdesk.ticket.created.v1';
  if (changed.length === 0 && comments.length > 0) return 'eu.eosc.helpdesk.comment.added.v1';
  if (changed.includes('handover') && handover) {
    return `eu.eosc.helpdesk.ticket.handover_${handover.status === 'offered' ? 'requested' : 'answered'}.v1`;
  }
  if (changed.includes('state')) return 'eu.eosc.helpdesk.ticket.state_changed.v1';
  return 'eu.eosc.helpdesk.ticket.updated.v1';
}

/**
 * Refuses what cannot be a message of this peer, or would go round in circles.
 * @throws AppError forbidden `federation.wrong-sender`; conflict `federation.loop`; invalid `federation.wrong-subject`
 */
export function checkWay(event: FederationEvent, peer: string, self: string): void {
  const { source, subject, data } = event;
  const { via, ticket } = data;
  if (source !== peer || via.at(-1) !== peer) {
    throw new AppError(
      'forbidden',
      'federation.wrong-sender',
      `This token belongs to ${peer}, which is not the sender.`,
    );
  }
  if (subject !== ticket.uuid) {
    throw new AppError('invalid', 'federation.wrong-subject', 'The subject of the event is another ticket.');
  }
  if (via.includes(self) || via.length > MOST_HOPS) {
    throw new AppError(
      'conflict',
      'federation.loop',
      'The ticket has come here before, or through too many helpdesks.',
    );
  }
}
