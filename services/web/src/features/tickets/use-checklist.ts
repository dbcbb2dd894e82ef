import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../app/api.ts';
import { notifyProblem } from '../../ui/notify.tsx';
import { type Checklist, type ChecklistItem, checklistQuery, type Ticket, ticketKeys } from './queries.ts';
import { moved } from './row-order.ts';

/** One thing done to the list: how it looks at once, and how it is said to the server. */
interface Deed {
  shown: (list: Checklist) => Checklist;
  send: (list: Checklist) => Promise<unknown>;
}

export interface ChecklistActions {
  list: Checklist | null | undefined;
  error: unknown;
  start: (templateId: number | null) => void;
  add: (text: string) => void;
  tick: (item: ChecklistItem, checked: boolean) => void;
  say: (item: ChecklistItem, text: string) => void;
  remove: (item: ChecklistItem) => void;
  /** @param by  -1 up, 1 down */
  move: (item: ChecklistItem, by: -1 | 1) => void;
  rename: (name: string) => void;
  drop: () => void;
}

/** The checklist of a ticket. What is done shows at once and is taken back, with a reason, when the server refuses. */
export function useChecklist({ id: ticketId, checklist_id: checklistId }: Ticket): ChecklistActions {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const query = checklistQuery(ticketId, checklistId);
  const { data: list, error } = useQuery(query);
  const failed = (problem: unknown) => notifyProblem(i18n, t`The change was not saved`, problem);
  const settle = async () => {
    const { one, checklist, history } = ticketKeys;
    await Promise.all([one, checklist, history].map((keyOf) => cache.invalidateQueries({ queryKey: keyOf(ticketId) })));
  };
  const { mutate } = useMutation({
    // One after the other: an item is ticked in the order that was asked for before.
    scope: { id: `checklist-${ticketId}` },
    mutationFn: ({ send }: Deed) => {
      const known = cache.getQueryData(query.queryKey);
      return known ? send(known) : Promise.resolve();
    },
    onMutate: async ({ shown }) => {
      await cache.cancelQueries({ queryKey: query.queryKey });
      const before = cache.getQueryData(query.queryKey);
      cache.setQueryData(query.queryKey, (known) => known && shown(known));
      return { before };
    },
    onError: (problem, _, context) => {
      cache.setQueryData(query.queryKey, context?.before);
      failed(problem);
    },
    onSettled: settle,
  });
  const { mutate: begin } = useMutation({
    mutationFn: (template_id: number | null) => call('createChecklist', { body: { ticket_id: ticketId, template_id } }),
    onError: failed,
    onSettled: settle,
  });
  const change = (item: ChecklistItem, part: Partial<Pick<ChecklistItem, 'text' | 'checked'>>) =>
    mutate({
      shown: (known) => ({
        ...known,
        items: known.items.map((each) => (each.id === item.id ? { ...each, ...part } : each)),
      }),
      send: () => call('updateChecklistItem', { params: { id: item.id }, body: part }),
    });
  return {
    list,
    error,
    start: begin,
    add: (text) =>
      mutate({
        shown: (known) => known,
        send: ({ id }) => call('createChecklistItem', { body: { checklist_id: id, text } }),
      }),
    tick: (item, checked) => change(item, { checked }),
    say: (item, text) => change(item, { text }),
    remove: (item) =>
      mutate({
        shown: (known) => ({ ...known, items: known.items.filter(({ id }) => id !== item.id) }),
        send: () => call('deleteChecklistItem', { params: { id: item.id } }),
      }),
    move: (item, by) =>
      mutate({
        shown: (known) => ({ ...known, items: moved(known.items, item.id, by) }),
        // What is shown by now is what is wanted.
        send: ({ id, items }) =>
          call('updateChecklist', { params: { id }, body: { sorted_item_ids: items.map((each) => each.id) } }),
      }),
    rename: (name) =>
      mutate({
        shown: (known) => ({ ...known, name }),
        send: ({ id }) => call('updateChecklist', { params: { id }, body: { name } }),
      }),
    drop: () =>
      mutate({
        shown: (known) => ({ ...known, items: [] }),
        send: ({ id }) => call('deleteChecklist', { params: { id } }),
      }),
  };
}
