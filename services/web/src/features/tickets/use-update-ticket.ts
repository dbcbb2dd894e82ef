import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CallInput } from '../../app/api.ts';
import { call } from '../../app/api.ts';
import { notifyDone, notifyProblem } from '../../ui/notify.tsx';
import { type Ticket, ticketKeys } from './queries.ts';
import { useUndo } from './undo.ts';

export interface TicketChange {
  /** What is sent. */
  fields: NonNullable<CallInput<'updateTicket'>['body']>;
  /** The same as the ticket shows it, names included: painted before the server answers. */
  shown: Partial<Ticket>;
  /** What would bring the ticket back. */
  back: Pick<TicketChange, 'fields' | 'shown'>;
  /** What was done, for the message with the undo button. */
  done: string;
}

/** @param more  what else becomes of a refusal, beside the message */
export type UpdateTicket = (change: TicketChange, more?: { onError: (error: unknown) => void }) => void;

/** Changes fields at once on screen, takes them back with a reason when the server refuses, and offers undo. */
export function useUpdateTicket(id: number): UpdateTicket {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const setUndo = useUndo((undo) => undo.set);
  const key = ticketKeys.one(id);
  const { mutate } = useMutation({
    mutationFn: ({ fields }: TicketChange) =>
      call('updateTicket', { params: { id }, query: { expand: true }, body: fields }),
    onMutate: async ({ shown }) => {
      await cache.cancelQueries({ queryKey: key });
      const before = cache.getQueryData<Ticket>(key);
      if (before) cache.setQueryData<Ticket>(key, { ...before, ...shown });
      return { before };
    },
    onError: (error, _, context) => {
      if (context?.before) cache.setQueryData(key, context.before);
      notifyProblem(i18n, t`The change was not saved`, error);
    },
    onSuccess: (ticket, change) => {
      cache.setQueryData<Ticket>(key, (known) => (known ? { ...known, ...ticket } : ticket));
      void cache.invalidateQueries({ queryKey: ticketKeys.history(id) });
      void cache.invalidateQueries({ queryKey: ticketKeys.lists });
      void cache.invalidateQueries({ queryKey: ticketKeys.counts });
      // An undo leads back to itself; it is told, not offered again.
      if (change.back.fields === change.fields) {
        notifyDone(change.done);
        return;
      }
      const undo = () => {
        setUndo(null);
        mutate({ ...change.back, back: change.back, done: t`Undone` });
      };
      setUndo(undo);
      notifyDone(change.done, { label: t`Undo`, run: undo });
    },
  });
  return mutate;
}
