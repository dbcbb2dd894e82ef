import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Instant, Row, text } from './common.ts';
import { ArticleInput, ticketFields } from './tickets.ts';

const tag = 'Recurring tickets';
const params = { id: Id };

const CatchUp = z.enum(['each', 'once', 'skip']);

/** What each ticket begins as; the title and the text may name the day: `#{day}` is the date of the occurrence. */
const Template = z.object({
  title: text(250),
  group_id: Id,
  customer_id: Id,
  priority_id: ticketFields.priority_id,
  state_id: ticketFields.state_id,
  owner_id: ticketFields.owner_id,
  type: ticketFields.type,
  tags: text(10_000).optional(),
  article: ArticleInput.pick({ type: true, subject: true, body: true, content_type: true, internal: true }).optional(),
});

const Plan = z.object({
  /** Days that recur: an RRULE of iCalendar, `FREQ=WEEKLY;BYDAY=MO`; once a day at most. */
  rrule: text(500),
  /** The first day and the time of day, without a zone: `2026-03-02T08:00`. */
  starts_at: text(30),
  /** IANA name of the zone by whose clock that is. */
  timezone: text(100),
});

const Input = Plan.extend({
  name: text(250),
  active: Flag,
  /** Of occurrences that were missed: make `each`, one for all of them (`once`), or none (`skip`). */
  catch_up: CatchUp,
  ticket: Template,
  note: text(5_000).nullable(),
});

export const RecurringTicket = Row.extend({
  name: z.string(),
  active: z.boolean(),
  rrule: z.string(),
  starts_at: z.string(),
  timezone: z.string(),
  catch_up: CatchUp,
  ticket: z.looseObject({ title: z.string(), group_id: z.number().int(), customer_id: z.number().int() }),
  note: z.string().nullable(),
  /** When the next one is opened; null: never. */
  next_at: Instant.nullable(),
  last_at: Instant.nullable(),
  last_ticket_id: z.number().int().nullable(),
  /** Why the last one could not be opened. */
  last_error: z.string().nullable(),
});
export type RecurringTicket = z.output<typeof RecurringTicket>;

export const recurringTickets = {
  list: defineEndpoint({
    id: 'listRecurringTickets',
    method: 'GET',
    path: '/api/v1/recurring_tickets',
    question: 'rpc.ticket.v1.list-recurring-tickets',
    tag,
    summary: 'Tickets that are opened again and again; needs `admin.scheduler`, as all of these',
    response: z.array(RecurringTicket),
  }),
  get: defineEndpoint({
    id: 'getRecurringTicket',
    method: 'GET',
    path: '/api/v1/recurring_tickets/:id',
    question: 'rpc.ticket.v1.get-recurring-ticket',
    tag,
    summary: 'One of them',
    params,
    response: RecurringTicket,
  }),
  create: defineEndpoint({
    id: 'createRecurringTicket',
    method: 'POST',
    path: '/api/v1/recurring_tickets',
    question: 'rpc.ticket.v1.create-recurring-ticket',
    tag,
    summary: 'Has a ticket opened whenever a rule says so',
    status: 201,
    body: Input.partial({ active: true, catch_up: true, note: true }),
    response: RecurringTicket,
  }),
  update: defineEndpoint({
    id: 'updateRecurringTicket',
    method: 'PUT',
    path: '/api/v1/recurring_tickets/:id',
    question: 'rpc.ticket.v1.update-recurring-ticket',
    tag,
    summary: 'Changes it; what comes next is reckoned anew',
    params,
    body: Input.partial(),
    response: RecurringTicket,
  }),
  delete: defineEndpoint({
    id: 'deleteRecurringTicket',
    method: 'DELETE',
    path: '/api/v1/recurring_tickets/:id',
    question: 'rpc.ticket.v1.delete-recurring-ticket',
    tag,
    summary: 'Deletes it; the tickets that it opened stay',
    params,
    response: z.object({}),
  }),
  preview: defineEndpoint({
    id: 'previewRecurringTicket',
    method: 'POST',
    path: '/api/v1/recurring_tickets/preview',
    question: 'rpc.ticket.v1.preview-recurring-ticket',
    tag,
    summary: 'The next ten times of a rule; changes nothing',
    body: Plan,
    response: z.object({ times: z.array(Instant) }),
  }),
};
