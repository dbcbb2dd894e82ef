import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import { create } from 'zustand';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';

export type TicketJob = OutputOf<Endpoints['getTicketJob']>;

/** What a job does, or takes back. */
export function deedOf({ perform }: TicketJob): 'change' | 'merge' | 'delete' {
  return 'ticket.merge' in perform ? 'merge' : 'ticket.action' in perform ? 'delete' : 'change';
}

/** The ticket that a job merges others into. */
export function targetOf({ perform }: TicketJob): number | null {
  const line = perform['ticket.merge'] as { value?: unknown } | undefined;
  return line ? Number(line.value) : null;
}

/** The job that is watched: the one that was ordered last on this page. */
export const useWatchedJob = create<{ id: number | null; watch: (id: number | null) => void }>((set) => ({
  id: null,
  watch: (id) => set({ id }),
}));

export const jobKey = (id: number) => ['ticket-jobs', id] as const;

/** Events tell how far it is; asking again is for those that were missed. */
export const jobQuery = (id: number) =>
  queryOptions({
    queryKey: jobKey(id),
    queryFn: ({ signal }) => call('getTicketJob', { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'running' ? false : 2_000),
  });

export const refusedQuery = (id: number) =>
  queryOptions({
    queryKey: [...jobKey(id), 'refused'] as const,
    queryFn: ({ signal }) =>
      call('ticketJobResults', { params: { id }, query: { result: 'refused', limit: 200 }, signal }),
  });
