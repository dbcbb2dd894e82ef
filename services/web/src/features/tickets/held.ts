import type { OutputOf } from '@helpmesh/contracts';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { create } from 'zustand';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { type DraftKind, saveDraft } from './draft.ts';
import { deskSettingsQuery, ticketKeys } from './queries.ts';

export type HeldArticle = OutputOf<Endpoints['holdArticle']>;

const SOON_MS = 60_000;

/** Looked at again when something is due: nobody tells of what could not be sent. */
export const heldQuery = (ticketId: number) =>
  queryOptions({
    queryKey: ticketKeys.held(ticketId),
    queryFn: ({ signal }) => call('listHeldArticles', { params: { id: ticketId }, signal }),
    refetchInterval: ({ state: { data } }) => dueAgain(data),
  });

/** When to look again, ms from now; false: nothing waits. */
export function dueAgain(held: readonly { state: string; send_at: string }[] = []): number | false {
  const next = held.filter(({ state }) => state === 'held').map(({ send_at }) => Date.parse(send_at) - Date.now());
  if (next.length === 0) return false;
  return Math.max(1_000, Math.min(SOON_MS, ...next.map((ms) => ms + 500)));
}

export const ownDeskSettingsQuery = queryOptions({
  queryKey: ['lookup', 'own-desk-settings'],
  queryFn: ({ signal }) => call('getOwnDeskSettings', { signal }),
  staleTime: 10 * 60_000,
});

/** Seconds in which what one sends can be taken back. */
export async function undoSeconds(cache: QueryClient): Promise<number> {
  const own = await cache.fetchQuery(ownDeskSettingsQuery);
  return own.undo_send_seconds ?? (await cache.fetchQuery(deskSettingsQuery)).undo_send_seconds;
}

interface Recalled {
  /** The draft that was brought back last; its composer opens with it. */
  last: { ticketId: number; kind: DraftKind } | null;
  set: (last: Recalled['last']) => void;
}

export const useRecalled = create<Recalled>((set) => ({ last: null, set: (last) => set({ last }) }));

/** Takes back what waits: it is a draft again, here and on the server. */
export async function recall(cache: QueryClient, id: number): Promise<void> {
  const { ticket_id: ticketId, kind, content, updated_at } = await call('recallHeldArticle', { params: { id } });
  const { form_id: formId, side: _, bcc = '', ...draft } = content;
  saveDraft(kind, ticketId, { ...draft, bcc, formId, savedAt: Date.parse(updated_at), synced: true });
  useRecalled.getState().set({ ticketId, kind });
  await cache.invalidateQueries({ queryKey: ticketKeys.held(ticketId) });
}
