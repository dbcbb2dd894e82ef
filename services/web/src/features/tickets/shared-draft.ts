import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';
import { type Draft, isBlank, loadDraft, newFormId, saveDraft } from './draft.ts';
import { useRecalled } from './held.ts';
import { ticketKeys } from './queries.ts';

/** The answer that somebody parked on the ticket; null when there is none. */
export const sharedDraftQuery = (ticketId: number) =>
  queryOptions({
    queryKey: ticketKeys.sharedDraft(ticketId),
    queryFn: async ({ signal }) => {
      const { shared_draft_id: id, assets } = await call('getSharedDraft', { params: { id: ticketId }, signal });
      return (id !== null && assets.TicketSharedDraftZoom?.[String(id)]) || null;
    },
    // A ticket of a group that may be read only, or that shares no drafts, has none.
    retry: false,
  });

/** Lays what one has written where colleagues find it. */
export async function park(ticketId: number, draft: Draft, more: { type: string }): Promise<void> {
  const { html, to, cc, bcc, subject, formId, files } = draft;
  const new_article = { body: html, to, cc, bcc, subject, content_type: 'text/html', internal: false, ...more };
  const body = { new_article, ...(files.length > 0 && { form_id: formId }) };
  await call('putSharedDraft', { params: { id: ticketId }, body });
}

/** Makes the parked answer one's own draft, after what one may have begun; it is no longer parked then. */
export async function takeOver(cache: QueryClient, ticketId: number): Promise<void> {
  const shared = await cache.fetchQuery({ ...sharedDraftQuery(ticketId), staleTime: 0 });
  if (!shared) return;
  const text = (name: string) => (typeof shared.new_article[name] === 'string' ? shared.new_article[name] : '');
  const begun = loadDraft('reply', ticketId);
  const formId = begun?.formId ?? newFormId();
  const imported =
    shared.files.length > 0
      ? await call('importSharedDraftFiles', { params: { id: ticketId }, body: { form_id: formId } })
      : { attachments: [] };
  const draft: Draft = {
    html: begun && !isBlank(begun.html) ? `${begun.html}${text('body')}` : text('body'),
    to: text('to') || (begun?.to ?? ''),
    cc: text('cc') || (begun?.cc ?? ''),
    bcc: text('bcc') || (begun?.bcc ?? ''),
    subject: text('subject'),
    formId,
    files: [...(begun?.files ?? []), ...imported.attachments],
  };
  const { html, to, cc, bcc, subject } = draft;
  const body = { html, to, cc, bcc, subject, form_id: formId, files: imported.attachments };
  // On the server before it is gone from there: nothing may come between.
  await call('keepDraft', { params: { id: ticketId, kind: 'reply' }, body });
  saveDraft('reply', ticketId, { ...draft, savedAt: Date.now(), synced: false });
  await call('deleteSharedDraft', { params: { id: ticketId } });
  useRecalled.getState().set({ ticketId, kind: 'reply' });
  await cache.invalidateQueries({ queryKey: ticketKeys.sharedDraft(ticketId) });
}
