import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { boundedRecord, Id, Instant, text } from './common.ts';

const tag = 'Shared drafts';
const params = { id: Id };

/** What a form holds, by its fields; values are kept as they are. */
const Form = boundedRecord(z.unknown(), 200);

/** An answer that somebody else of the group may go on with. */
export const SharedDraftZoom = z.object({
  id: z.number().int(),
  ticket_id: z.number().int(),
  new_article: z.record(z.string(), z.unknown()),
  ticket_attributes: z.record(z.string(), z.unknown()),
  files: z.array(z.object({ filename: z.string(), size: z.number().int() })),
  created_by_id: z.number().int(),
  updated_by_id: z.number().int(),
  updated_by: z.string().nullable(),
  created_at: Instant,
  updated_at: Instant,
});

/** A ticket that is not opened yet. */
export const SharedDraftStart = z.object({
  id: z.number().int(),
  group_id: z.number().int(),
  name: z.string(),
  content: z.record(z.string(), z.unknown()),
  files: z.array(z.object({ filename: z.string(), size: z.number().int() })),
  created_by_id: z.number().int(),
  updated_by_id: z.number().int(),
  updated_by: z.string().nullable(),
  created_at: Instant,
  updated_at: Instant,
});

const ZoomAnswer = z.object({
  shared_draft_id: z.number().int().nullable(),
  assets: z.object({ TicketSharedDraftZoom: z.record(z.string(), SharedDraftZoom) }).partial(),
});
const StartAnswer = z.object({
  shared_draft_id: z.number().int(),
  shared_draft_content: z.record(z.string(), z.unknown()),
  assets: z.object({ TicketSharedDraftStart: z.record(z.string(), SharedDraftStart) }),
});
const Gone = z.object({ shared_draft_id: z.number().int().nullable() });

const zoomBody = z.object({
  new_article: Form.optional(),
  ticket_attributes: Form.optional(),
  /** Upload cache whose files go along. */
  form_id: text(200).optional(),
});
const startBody = z.object({
  name: text(250),
  group_id: Id,
  content: Form.optional(),
  form_id: text(200).optional(),
});

const saving = { tag, params, body: zoomBody, response: ZoomAnswer };

export const sharedDraftOfTicket = {
  get: defineEndpoint({
    id: 'getSharedDraft',
    method: 'GET',
    path: '/api/v1/tickets/:id/shared_draft',
    question: 'rpc.ticket.v1.get-shared-draft',
    tag,
    summary: 'The answer that agents of the group may go on with',
    params,
    response: ZoomAnswer,
  }),
  put: defineEndpoint({
    id: 'putSharedDraft',
    method: 'PUT',
    path: '/api/v1/tickets/:id/shared_draft',
    question: 'rpc.ticket.v1.put-shared-draft',
    summary: 'Parks an answer for the group, in the place of the one before',
    ...saving,
  }),
  patch: defineEndpoint({
    id: 'patchSharedDraft',
    method: 'PATCH',
    path: '/api/v1/tickets/:id/shared_draft',
    question: 'rpc.ticket.v1.put-shared-draft',
    summary: 'The same as PUT',
    ...saving,
  }),
  delete: defineEndpoint({
    id: 'deleteSharedDraft',
    method: 'DELETE',
    path: '/api/v1/tickets/:id/shared_draft',
    question: 'rpc.ticket.v1.delete-shared-draft',
    tag,
    summary: 'Forgets the shared answer',
    params,
    response: Gone,
  }),
  files: defineEndpoint({
    id: 'importSharedDraftFiles',
    method: 'POST',
    path: '/api/v1/tickets/:id/shared_draft/import_attachments',
    question: 'rpc.ticket.v1.import-shared-draft-files',
    tag,
    summary: 'Lays the files of the shared answer into an upload cache of the caller',
    params,
    body: z.object({ form_id: text(200) }),
    response: z.object({
      attachments: z.array(z.object({ id: z.number().int(), filename: z.string(), size: z.number().int() })),
    }),
  }),
};

export const sharedDrafts = {
  list: defineEndpoint({
    id: 'listSharedDrafts',
    method: 'GET',
    path: '/api/v1/tickets/shared_drafts',
    question: 'rpc.ticket.v1.list-shared-drafts',
    tag,
    summary: 'Tickets that agents of the caller’s groups have begun and parked',
    response: z.object({
      shared_draft_ids: z.array(z.number().int()),
      assets: z.object({ TicketSharedDraftStart: z.record(z.string(), SharedDraftStart) }).partial(),
    }),
  }),
  get: defineEndpoint({
    id: 'getSharedDraftStart',
    method: 'GET',
    path: '/api/v1/tickets/shared_drafts/:id',
    question: 'rpc.ticket.v1.get-shared-draft-start',
    tag,
    summary: 'One of them',
    params,
    response: StartAnswer,
  }),
  create: defineEndpoint({
    id: 'createSharedDraftStart',
    method: 'POST',
    path: '/api/v1/tickets/shared_drafts',
    question: 'rpc.ticket.v1.create-shared-draft-start',
    tag,
    summary: 'Parks a ticket that is not opened yet',
    status: 201,
    body: startBody,
    response: StartAnswer,
  }),
  update: defineEndpoint({
    id: 'updateSharedDraftStart',
    method: 'PUT',
    path: '/api/v1/tickets/shared_drafts/:id',
    question: 'rpc.ticket.v1.update-shared-draft-start',
    tag,
    summary: 'Changes it',
    params,
    body: startBody.partial(),
    response: StartAnswer,
  }),
  patch: defineEndpoint({
    id: 'patchSharedDraftStart',
    method: 'PATCH',
    path: '/api/v1/tickets/shared_drafts/:id',
    question: 'rpc.ticket.v1.update-shared-draft-start',
    tag,
    summary: 'The same as PUT',
    params,
    body: startBody.partial(),
    response: StartAnswer,
  }),
  delete: defineEndpoint({
    id: 'deleteSharedDraftStart',
    method: 'DELETE',
    path: '/api/v1/tickets/shared_drafts/:id',
    question: 'rpc.ticket.v1.delete-shared-draft-start',
    tag,
    summary: 'Forgets it',
    params,
    response: Gone,
  }),
};
