import type { FederationFieldName, InputOf, OutputOf, shares } from '@helpmesh/contracts';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { queryOptions } from '@tanstack/react-query';
import { request } from '../../app/api.ts';

type Status = OutputOf<typeof shares.status>;
export type TicketShares = OutputOf<typeof shares.ofTicket>;
export type HandoverAnswer = InputOf<typeof shares.answerHandOver>['body'];

/** Fields that helpdesks keep equal. */
export const fieldLabels: Record<FederationFieldName, MessageDescriptor> = {
  subject: msg`Title`,
  requester: msg`Requester`,
  assignedNode: msg`Worked on at`,
  state: msg`State`,
  priority: msg`Priority`,
  ownerName: msg`Owner`,
  tags: msg`Tags`,
  handover: msg`Handover`,
  details: msg`Details`,
};

/** A value of such a field as people read it. */
export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  const known = (one: unknown) => one !== null && one !== undefined;
  return typeof value === 'object' ? Object.values(value).filter(known).join(', ') : String(value);
}

/** By address: the table of routes is loaded by all. */
const addressOf = (ticketId: number) => `/api/v1/tickets/${ticketId}/federation`;

/** Whether there is anybody to share tickets with: asked once in a while. */
export const federationQuery = queryOptions({
  queryKey: ['lookup', 'federation'],
  queryFn: ({ signal }) => request('GET', '/api/v1/federation/status', undefined, signal) as Promise<Status>,
  staleTime: 5 * 60_000,
  retry: false,
});

export const ticketSharesQuery = (ticketId: number) =>
  queryOptions({
    queryKey: ['ticket-shares', ticketId],
    queryFn: ({ signal }) => request('GET', addressOf(ticketId), undefined, signal) as Promise<TicketShares>,
    // No event tells how it goes.
    refetchInterval: ({ state: { data } }) => {
      const isBeingTold = data?.handover?.status === 'accepted' && data.handover.direction === 'in' && !data.works_here;
      return isBeingTold || data?.shares.some((one) => one.state === 'pending') ? 3_000 : 30_000;
    },
  });

export const compareTicket = (ticketId: number) => request('POST', `${addressOf(ticketId)}/sync`);
export const handOver = (ticketId: number, peer_id: number, reason: string) =>
  request('POST', `${addressOf(ticketId)}/hand_over`, { peer_id, reason });
export const answerHandOver = (ticketId: number, answer: HandoverAnswer) =>
  request('PUT', `${addressOf(ticketId)}/hand_over`, answer);
export const dismissWish = (ticketId: number, wish: number) =>
  request('DELETE', `${addressOf(ticketId)}/wishes/${wish}`);
