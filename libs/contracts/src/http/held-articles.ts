import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Id, Instant, optionalId, withCustom } from './common.ts';
import { DraftContent, DraftKind } from './drafts.ts';
import { ArticleInput, newTicketFields, ticketFields } from './tickets.ts';

const tag = 'Held articles';
const params = { id: Id };

/** Seconds in which what was sent may be taken back; 0 sends at once. */
export const UndoSeconds = z.coerce.number().int().min(0).max(60);

/** How far ahead something may be planned, days. */
export const FURTHEST_SEND_DAYS = 366;

/** What is changed about the ticket in the step that sends the article. */
const Fields = z
  .object(ticketFields)
  .pick({ state: true, state_id: true, pending_time: true, owner: true, owner_id: true })
  .extend({ priority: ticketFields.priority, priority_id: ticketFields.priority_id, shared_draft_id: optionalId })
  .partial();

/** An article that waits: nobody outside has it, no clock and no rule has seen it. */
export const HeldArticle = z.object({
  id: z.number().int(),
  ticket_id: z.number().int(),
  /** `failed`: its time came and it could not be sent, `error` says why. */
  state: z.enum(['held', 'sent', 'failed']),
  /** Somebody chose the time; otherwise it only waits for second thoughts. */
  scheduled: z.boolean(),
  send_at: Instant,
  article: z.looseObject({
    type: z.string().optional(),
    internal: z.boolean().optional(),
    body: z.string().nullish(),
    to: z.string().nullish(),
    cc: z.string().nullish(),
    bcc: z.string().nullish(),
    subject: z.string().nullish(),
  }),
  ticket: z.record(z.string(), z.unknown()),
  /** Names of the files it brings along. */
  files: z.array(z.object({ filename: z.string(), size: z.number() })),
  error: z.string().nullable(),
  /** Once it was sent. */
  article_id: z.number().int().nullable(),
  created_by_id: z.number().int(),
  created_by: z.string(),
  created_at: Instant,
  updated_at: Instant,
});
export type HeldArticle = z.output<typeof HeldArticle>;

const Held = ArticleInput.omit({ created_at: true });

export const heldArticles = {
  list: defineEndpoint({
    id: 'listHeldArticles',
    method: 'GET',
    path: '/api/v1/tickets/:id/held_articles',
    question: 'rpc.ticket.v1.list-held-articles',
    tag,
    summary: 'What waits to be sent on a ticket, and what could not be sent; for its agents',
    params,
    response: z.array(HeldArticle),
  }),
  create: defineEndpoint({
    id: 'holdArticle',
    method: 'POST',
    path: '/api/v1/tickets/:id/held_articles',
    question: 'rpc.ticket.v1.hold-article',
    tag,
    summary: 'Sends an article later: at `send_at`, or once the time to take it back is over',
    status: 201,
    params,
    body: z.object({ article: Held, ticket: Fields.optional(), send_at: Instant.optional() }),
    response: HeldArticle,
  }),
  update: defineEndpoint({
    id: 'updateHeldArticle',
    method: 'PUT',
    path: '/api/v1/held_articles/:id',
    question: 'rpc.ticket.v1.update-held-article',
    tag,
    summary: 'Changes what waits, or when it is sent; by its author only',
    params,
    body: z.object({ article: Held, ticket: Fields, send_at: Instant }).partial(),
    response: HeldArticle,
  }),
  send: defineEndpoint({
    id: 'sendHeldArticle',
    method: 'POST',
    path: '/api/v1/held_articles/:id/send',
    question: 'rpc.ticket.v1.send-held-article',
    tag,
    summary: 'Sends now what waits; by its author only',
    params,
    response: HeldArticle,
  }),
  delete: defineEndpoint({
    id: 'recallHeldArticle',
    method: 'DELETE',
    path: '/api/v1/held_articles/:id',
    question: 'rpc.ticket.v1.recall-held-article',
    tag,
    summary: 'Takes back what waits: it is a draft of its author again. 409 once it was sent',
    params,
    response: z.object({ ticket_id: z.number().int(), kind: DraftKind, content: DraftContent, updated_at: Instant }),
  }),
};

/** A ticket that waits to be opened, with its first article: until then there is no such ticket. */
export const HeldTicket = z.object({
  id: z.number().int(),
  /** `failed`: its time came and it could not be opened, `error` says why. */
  state: z.enum(['held', 'sent', 'failed']),
  /** Somebody chose the time; otherwise it only waits for second thoughts. */
  scheduled: z.boolean(),
  send_at: Instant,
  /** As `POST /api/v1/tickets` takes it; empty once it is open. */
  ticket: z.looseObject({
    title: z.string().optional(),
    article: HeldArticle.shape.article.optional(),
  }),
  /** Names of the files it brings along. */
  files: z.array(z.object({ filename: z.string(), size: z.number() })),
  error: z.string().nullable(),
  /** Once it is open. */
  ticket_id: z.number().int().nullable(),
  created_at: Instant,
  updated_at: Instant,
});
export type HeldTicket = z.output<typeof HeldTicket>;

export const heldTickets = {
  list: defineEndpoint({
    id: 'listHeldTickets',
    method: 'GET',
    path: '/api/v1/held_tickets',
    question: 'rpc.ticket.v1.list-held-tickets',
    tag,
    summary: 'Tickets of the caller that wait to be opened, that could not be, or that were within the last day',
    response: z.array(HeldTicket),
  }),
  create: defineEndpoint({
    id: 'holdTicket',
    method: 'POST',
    path: '/api/v1/held_tickets',
    question: 'rpc.ticket.v1.hold-ticket',
    tag,
    summary: 'Opens a ticket later: at `send_at`, or once the time to take it back is over',
    status: 201,
    body: withCustom({
      ...newTicketFields,
      article: ArticleInput.omit({ created_at: true }),
      send_at: Instant.optional(),
    }),
    response: HeldTicket,
  }),
  send: defineEndpoint({
    id: 'sendHeldTicket',
    method: 'POST',
    path: '/api/v1/held_tickets/:id/send',
    question: 'rpc.ticket.v1.send-held-ticket',
    tag,
    summary: 'Opens now what waits; by its author only',
    params,
    response: HeldTicket,
  }),
  delete: defineEndpoint({
    id: 'recallHeldTicket',
    method: 'DELETE',
    path: '/api/v1/held_tickets/:id',
    question: 'rpc.ticket.v1.recall-held-ticket',
    tag,
    summary: 'Takes back what waits, and answers with it. Its files are in the upload cache again. 409 once it is open',
    params,
    response: z.object({
      ticket: HeldTicket.shape.ticket,
      form_id: z.string(),
      files: DraftContent.shape.files,
    }),
  }),
};

/** How somebody works here, in the place of what the desk does. */
export const OwnDeskSettings = z.object({
  /** Null: as the desk has it. */
  undo_send_seconds: z.number().int().nullable(),
});
export type OwnDeskSettings = z.output<typeof OwnDeskSettings>;

export const ownDeskSettings = {
  get: defineEndpoint({
    id: 'getOwnDeskSettings',
    method: 'GET',
    path: '/api/v1/desk_settings/own',
    question: 'rpc.ticket.v1.get-own-desk-settings',
    tag: 'Desk settings',
    summary: 'What an agent has chosen for themselves',
    response: OwnDeskSettings,
  }),
  update: defineEndpoint({
    id: 'updateOwnDeskSettings',
    method: 'PUT',
    path: '/api/v1/desk_settings/own',
    question: 'rpc.ticket.v1.update-own-desk-settings',
    tag: 'Desk settings',
    summary: 'Chooses for oneself; null goes back to what the desk does',
    body: z.object({ undo_send_seconds: UndoSeconds.nullable() }).partial(),
    response: OwnDeskSettings,
  }),
};
