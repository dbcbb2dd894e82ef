import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Id, Instant, text } from './common.ts';

const tag = 'Drafts';

/** `side`: words to somebody beside the ticket. */
export const DraftKind = z.enum(['reply', 'note', 'side']);
export type DraftKind = z.output<typeof DraftKind>;

/** What a composer holds. It is kept as it was typed and shown to nobody but its author. */
export const DraftContent = z.object({
  html: text(1_000_000),
  to: text(20_000),
  cc: text(20_000),
  bcc: text(20_000).optional(),
  subject: text(998),
  /** Upload cache of its files, which are kept as long as the draft is. */
  form_id: text(200),
  files: bounded(z.object({ id: z.number().int(), filename: text(1_024), size: z.number() }), 100),
  /** Of `side`: the article that is passed on, or answered. */
  side: z.object({ how: z.enum(['forward', 'answer']), article_id: Id }).optional(),
});
export type DraftContent = z.output<typeof DraftContent>;

export const ownDrafts = {
  list: defineEndpoint({
    id: 'listDrafts',
    method: 'GET',
    path: '/api/v1/tickets/:id/drafts',
    question: 'rpc.ticket.v1.list-drafts',
    tag,
    summary: 'What the caller typed on a ticket and did not send yet; agents also learn who else is writing',
    params: { id: Id },
    response: z.object({
      drafts: z.array(z.object({ kind: DraftKind, content: DraftContent, updated_at: Instant })),
      others: z.array(z.object({ user_id: z.number().int(), name: z.string(), kind: DraftKind, updated_at: Instant })),
    }),
  }),
  keep: defineEndpoint({
    id: 'keepDraft',
    method: 'PUT',
    path: '/api/v1/tickets/:id/drafts/:kind',
    question: 'rpc.ticket.v1.keep-draft',
    tag,
    summary: 'Keeps what the caller typed, in the place of what was kept before',
    params: { id: Id, kind: DraftKind },
    body: DraftContent,
    response: z.object({ updated_at: Instant }),
  }),
  delete: defineEndpoint({
    id: 'deleteDraft',
    method: 'DELETE',
    path: '/api/v1/tickets/:id/drafts/:kind',
    question: 'rpc.ticket.v1.delete-draft',
    tag,
    summary: 'Forgets a draft of the caller',
    params: { id: Id, kind: DraftKind },
    response: z.object({}),
  }),
};
