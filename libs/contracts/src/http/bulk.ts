import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Id, Instant, Reading, withCustom } from './common.ts';
import { ArticleInput, TicketListQuery, ticketAnswer, ticketFields } from './tickets.ts';

const tag = 'Many tickets';
const params = { id: Id };

/** Tickets that are changed in one step while the caller waits; more go as a ticket job. */
export const MOST_AT_ONCE = 100;
const ticketIds = bounded(Id, MOST_AT_ONCE);

const MassAnswer = z.object({
  ticket_ids: z.array(z.number().int()),
  assets: z.record(z.string(), z.unknown()),
});

export const massUpdate = defineEndpoint({
  id: 'massUpdate',
  method: 'POST',
  path: '/api/v1/tickets/mass_update',
  question: 'rpc.ticket.v1.mass-update',
  tag,
  summary:
    'Changes up to 100 tickets, all or none; refused with `{error: true, ticket_id}` of the first that cannot be',
  body: z.object({
    ticket_ids: ticketIds,
    attributes: withCustom(ticketFields).optional(),
    article: ArticleInput.omit({ form_id: true, created_at: true }).optional(),
  }),
  response: MassAnswer,
});

export const massMacro = defineEndpoint({
  id: 'massMacro',
  method: 'POST',
  path: '/api/v1/tickets/mass_macro',
  question: 'rpc.ticket.v1.mass-macro',
  tag,
  summary: 'Runs a macro on up to 100 tickets, all or none; refused as `mass_update` is',
  body: z.object({ ticket_ids: ticketIds, macro_id: Id }),
  response: MassAnswer,
});

export const applyMacro = defineEndpoint({
  id: 'applyMacro',
  method: 'POST',
  path: '/api/v1/tickets/:id/macro',
  question: 'rpc.ticket.v1.apply-macro',
  tag,
  summary: 'Runs a macro on one ticket, in one step',
  params,
  query: Reading,
  body: z.object({ macro_id: Id }),
  response: ticketAnswer,
});

export const previewMacro = defineEndpoint({
  id: 'previewMacro',
  method: 'POST',
  path: '/api/v1/tickets/:id/macro/preview',
  question: 'rpc.ticket.v1.preview-macro',
  tag,
  summary: 'What a macro would change on one ticket, and what it would say there; nothing is done',
  params,
  body: z.object({ macro_id: Id }),
  response: z.object({
    /** What would be another: fields by their REST names, `tags`, and custom attributes; as people read it. */
    changes: z.array(z.object({ field: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
    articles: z.array(
      z.object({
        internal: z.boolean(),
        subject: z.string().nullable(),
        /** Plain, with its variables filled in. */
        text: z.string(),
      }),
    ),
  }),
});

/** Most tickets of one job. */
export const MOST_OF_A_JOB = 10_000;

export const TicketJob = z.object({
  id: z.number().int(),
  /** Who ordered it. */
  user_id: z.number().int(),
  /** `running` until each ticket has its result; `cancelled` when the rest was left alone. */
  status: z.enum(['running', 'finished', 'cancelled']),
  /** Name of the macro, where one was run. */
  macro: z.string().nullable(),
  perform: z.record(z.string(), z.unknown()),
  /** The job that this one takes back. */
  undo_of_id: z.number().int().nullable(),
  /** The job that takes this one back. */
  undone_by_id: z.number().int().nullable(),
  /** Until when it can be taken back; null when it cannot. */
  undo_until: Instant.nullable(),
  total: z.number().int(),
  changed: z.number().int(),
  /** There was nothing to change. */
  unchanged: z.number().int(),
  refused: z.number().int(),
  waiting: z.number().int(),
  created_at: Instant,
  finished_at: Instant.nullable(),
});
export type TicketJob = z.output<typeof TicketJob>;

export const ticketJobs = {
  create: defineEndpoint({
    id: 'createTicketJob',
    method: 'POST',
    path: '/api/v1/ticket_jobs',
    question: 'rpc.ticket.v1.create-ticket-job',
    tag,
    summary: 'Changes, merges or deletes many tickets in the background: those named, or all of a list as it is now',
    status: 201,
    body: z.object({
      ticket_ids: bounded(Id, MOST_OF_A_JOB).optional(),
      /** Instead of ids: the filter of `GET /api/v1/ticket_list`. */
      list: TicketListQuery.pick({
        ...{ view: true, state: true, group_id: true, owner_id: true, customer_id: true, organization_id: true },
        query: true,
      }).optional(),
      /**
       * What is to be done, as a macro says it; or, by itself, `{"ticket.merge": {"value": 7}}` for what becomes part of
       * ticket 7, or `{"ticket.action": {"value": "delete"}}`.
       */
      perform: z.record(z.string().max(250), z.unknown()).optional(),
      macro_id: Id.optional(),
    }),
    response: TicketJob,
  }),
  list: defineEndpoint({
    id: 'listTicketJobs',
    method: 'GET',
    path: '/api/v1/ticket_jobs',
    question: 'rpc.ticket.v1.list-ticket-jobs',
    tag,
    summary:
      'The latest jobs of the caller, newest first; they are kept for seven days. For `admin` also deletions by others that are not done',
    response: z.array(TicketJob),
  }),
  get: defineEndpoint({
    id: 'getTicketJob',
    method: 'GET',
    path: '/api/v1/ticket_jobs/:id',
    question: 'rpc.ticket.v1.get-ticket-job',
    tag,
    summary: 'How far a job of the caller has come; for `admin` also a deletion by somebody else',
    params,
    response: TicketJob,
  }),
  results: defineEndpoint({
    id: 'ticketJobResults',
    method: 'GET',
    path: '/api/v1/ticket_jobs/:id/results',
    question: 'rpc.ticket.v1.list-ticket-job-results',
    tag,
    summary: 'What became of each ticket of a job, and why it was refused',
    params,
    query: z.object({
      result: z.enum(['changed', 'unchanged', 'refused', 'waiting']).optional(),
      /** The place behind which the page begins. */
      after: z.coerce.number().int().min(0).optional(),
      limit: z.coerce.number().int().min(1).max(1_000).optional(),
    }),
    response: z.array(
      z.object({
        place: z.number().int(),
        ticket_id: z.number().int(),
        /** Null when the caller does not see the ticket. */
        number: z.string().nullable(),
        title: z.string().nullable(),
        result: z.enum(['changed', 'unchanged', 'refused', 'waiting']),
        /** Why it was refused. */
        reason: z.string().nullable(),
        /** Of an undo: fields that somebody changed since, so that they were left. */
        kept: z.array(z.string()),
      }),
    ),
  }),
  cancel: defineEndpoint({
    id: 'cancelTicketJob',
    method: 'POST',
    path: '/api/v1/ticket_jobs/:id/cancel',
    question: 'rpc.ticket.v1.cancel-ticket-job',
    tag,
    summary: 'Leaves the tickets alone that have no result yet; any `admin` may stop a deletion',
    params,
    response: TicketJob,
  }),
  undo: defineEndpoint({
    id: 'undoTicketJob',
    method: 'POST',
    path: '/api/v1/ticket_jobs/:id/undo',
    question: 'rpc.ticket.v1.undo-ticket-job',
    tag,
    summary:
      'Puts the old values back, or parts what was merged, as another job, where nobody changed it since; within a day',
    status: 201,
    params,
    response: TicketJob,
  }),
};
