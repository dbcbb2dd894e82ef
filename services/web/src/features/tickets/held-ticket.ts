import type { OutputOf } from '@helpmesh/contracts';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { create } from 'zustand';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { nameOf, userQuery } from '../people/queries.ts';
import { dueAgain } from './held.ts';
import { ticketKeys } from './queries.ts';
import { type TakenBack, takenBack } from './taken-back.ts';

export type HeldTicket = OutputOf<Endpoints['holdTicket']>;

/** New tickets of one's own that wait to be opened, that could not be, or that were a while ago. */
export const heldTicketsQuery = queryOptions({
  queryKey: ticketKeys.heldTickets,
  queryFn: ({ signal }) => call('listHeldTickets', { signal }),
  refetchInterval: ({ state: { data } }) => dueAgain(data),
});

interface Taken {
  /** What the form of a new ticket begins with, until it is sent or put aside. */
  last: TakenBack | null;
  set: (last: TakenBack | null) => void;
}

export const useTakenBack = create<Taken>((set) => ({ last: null, set: (last) => set({ last }) }));

/** Takes back a new ticket that waits: the form of new tickets has it again. */
export async function recallTicket(cache: QueryClient, id: number): Promise<void> {
  const { ticket, form_id, files } = await call('recallHeldTicket', { params: { id } });
  const values = takenBack(ticket, form_id, files);
  const user =
    values.customerId === null ? null : await cache.fetchQuery(userQuery(values.customerId)).catch(() => null);
  const customer = user && { id: user.id, name: nameOf(user), email: user.email };
  useTakenBack.getState().set({ ...values, fields: { ...values.fields, customer } });
  await cache.invalidateQueries({ queryKey: ticketKeys.heldTickets });
}
