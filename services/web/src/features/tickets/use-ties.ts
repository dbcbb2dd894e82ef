import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../app/api.ts';
import { notifyDone, notifyProblem } from '../../ui/notify.tsx';
import { type Article, type LinkType, type Ticket, ticketKeys } from './queries.ts';
import { useUndo } from './undo.ts';

/** Asks again for all that a tie of these tickets shows. */
function useRefresh() {
  const cache = useQueryClient();
  return (...ids: number[]) => {
    const { one, articles, history, tags, links } = ticketKeys;
    const keys = ids.flatMap((id) => [one, articles, history, tags, links].map((keyOf) => keyOf(id)));
    for (const queryKey of [...keys, ticketKeys.lists, ticketKeys.counts]) void cache.invalidateQueries({ queryKey });
  };
}

/** Adds and removes tags; shown at once, taken back when the server refuses. */
export function useTagging(id: number): { add: (name: string) => void; remove: (name: string) => void } {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const key = ticketKeys.tags(id);
  const { mutate } = useMutation({
    mutationFn: ({ name, add }: { name: string; add: boolean }) => {
      const tag = { object: 'Ticket', o_id: id, item: name };
      return add ? call('addTag', { body: tag }) : call('removeTag', { query: tag });
    },
    onMutate: async ({ name, add }) => {
      await cache.cancelQueries({ queryKey: key });
      const before = cache.getQueryData<string[]>(key);
      const others = before?.filter((one) => one !== name) ?? [];
      cache.setQueryData<string[]>(key, add ? [...others, name] : others);
      return { before };
    },
    onError: (error, _, context) => {
      cache.setQueryData(key, context?.before);
      notifyProblem(i18n, t`The change was not saved`, error);
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: key });
      void cache.invalidateQueries({ queryKey: ticketKeys.history(id) });
    },
  });
  return {
    add: (name) => mutate({ name, add: true }),
    remove: (name) => mutate({ name, add: false }),
  };
}

export interface LinkWish {
  /** What the other one is to this ticket. */
  type: LinkType;
  other: Pick<Ticket, 'id' | 'number'>;
}

export function useLinking(id: number): { add: (wish: LinkWish) => void; remove: (wish: LinkWish) => void } {
  const { t, i18n } = useLingui();
  const refresh = useRefresh();
  const { mutate } = useMutation({
    mutationFn: ({ type, other, add }: LinkWish & { add: boolean }) => {
      const link = {
        link_type: type,
        link_object_source: 'Ticket',
        link_object_target: 'Ticket',
        link_object_target_value: id,
      };
      return add
        ? call('addLink', { body: { ...link, link_object_source_number: other.number } })
        : call('removeLink', { body: { ...link, link_object_source_value: other.id } });
    },
    onError: (error) => notifyProblem(i18n, t`The change was not saved`, error),
    onSettled: (_answer, _error, { other }) => refresh(id, other.id),
  });
  return { add: (wish) => mutate({ ...wish, add: true }), remove: (wish) => mutate({ ...wish, add: false }) };
}

/** Puts a message on another ticket and offers the way back. */
export function useMoveArticle(article: Article): {
  move: (target: Ticket, onDone: () => void) => void;
  busy: boolean;
} {
  const { t, i18n } = useLingui();
  const refresh = useRefresh();
  const setUndo = useUndo((one) => one.set);
  const failed = (error: unknown) => notifyProblem(i18n, t`The message was not moved`, error);
  const { mutate: back } = useMutation({
    mutationFn: () => call('undoMoveArticle', { params: { id: article.id } }),
    onError: failed,
    onSuccess: ({ ticket_id, from_ticket_id }) => {
      setUndo(null);
      refresh(ticket_id, from_ticket_id);
      notifyDone(t`The message is back`);
    },
  });
  const { mutate, isPending } = useMutation({
    mutationFn: ({ target }: { target: Ticket; onDone: () => void }) =>
      call('moveArticle', { params: { id: article.id }, body: { ticket_id: target.id } }),
    onError: failed,
    onSuccess: ({ ticket_id, from_ticket_id }, { target, onDone }) => {
      onDone();
      refresh(ticket_id, from_ticket_id);
      const undo = () => back();
      setUndo(undo);
      const { number } = target;
      notifyDone(t`The message was moved to #${number}`, { label: t`Undo`, run: undo });
    },
  });
  return { move: (target, onDone) => mutate({ target, onDone }), busy: isPending };
}

/** Gives a merged ticket back what it had, and goes there. */
export function useUndoMerge(): { undo: (source: Pick<Ticket, 'id' | 'number'>) => void; busy: boolean } {
  const { t, i18n } = useLingui();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const setUndo = useUndo((undo) => undo.set);
  const { mutate, isPending } = useMutation({
    mutationFn: ({ id }: Pick<Ticket, 'id' | 'number'>) => call('undoMerge', { params: { id } }),
    onError: (error) => notifyProblem(i18n, t`The merge was not undone`, error),
    onSuccess: ({ target_ticket }, { id, number }) => {
      setUndo(null);
      refresh(id, Number(target_ticket.id));
      notifyDone(t`The merge of #${number} was undone`);
      void navigate({ to: '/tickets/$id', params: { id: String(id) } });
    },
  });
  return { undo: mutate, busy: isPending };
}

/** Merges a ticket into another one, goes there, and offers the way back. */
export function useMerge(source: Ticket): { merge: (target: Ticket) => void; busy: boolean } {
  const { t, i18n } = useLingui();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const { undo } = useUndoMerge();
  const setUndo = useUndo((one) => one.set);
  const { mutate, isPending } = useMutation({
    mutationFn: async ({ number }: Ticket) => {
      const answer = await call('mergeTicket', { params: { id: source.id, number } });
      if (answer.result === 'failed') throw new Error(answer.message);
    },
    onError: (error) => notifyProblem(i18n, t`The tickets were not merged`, error),
    onSuccess: (_, target) => {
      refresh(source.id, target.id);
      void navigate({ to: '/tickets/$id', params: { id: String(target.id) } });
      const back = () => undo(source);
      setUndo(back);
      notifyDone(t`#${source.number} was merged into #${target.number}`, { label: t`Undo`, run: back });
    },
  });
  return { merge: mutate, busy: isPending };
}
