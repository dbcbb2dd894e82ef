import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Instant, Page, Reading, Row, text } from './common.ts';
import { objects, TimeUnit } from './tickets.ts';

const tag = 'Time accounting';
const Nothing = z.object({});

export const TimeAccounting = Row.extend({
  ticket_id: z.number().int(),
  ticket_article_id: z.number().int().nullable(),
  /** A decimal number: `15.0`. */
  time_unit: z.string(),
  type_id: z.number().int().nullable(),
  /** The name of its type, with `expand`. */
  type: z.string().nullish(),
});

const TimeAccountingInput = z.object({
  time_unit: TimeUnit.optional(),
  /** Kind of work. */
  type_id: Id.nullish(),
  type: text(250).nullish(),
  ticket_article_id: Id.nullish(),
});
export type TimeAccountingInput = z.output<typeof TimeAccountingInput>;

/** The same rows twice: below their ticket, and by themselves. */
export const timeAccountings = {
  ofTicket: defineEndpoint({
    id: 'listTimeAccountingsOfTicket',
    method: 'GET',
    path: '/api/v1/tickets/:id/time_accountings',
    question: 'rpc.ticket.v1.list-time-accountings-of-ticket',
    tag,
    summary: 'Time that agents spent on a ticket; for its agents',
    params: { id: Id },
    query: Reading,
    response: z.array(TimeAccounting),
  }),
  createOfTicket: defineEndpoint({
    id: 'createTimeAccountingOfTicket',
    method: 'POST',
    path: '/api/v1/tickets/:id/time_accountings',
    question: 'rpc.ticket.v1.create-time-accounting-of-ticket',
    tag,
    summary: 'Notes time spent on a ticket',
    status: 201,
    params: { id: Id },
    query: Reading,
    body: TimeAccountingInput,
    response: TimeAccounting,
  }),
  getOfTicket: defineEndpoint({
    id: 'getTimeAccountingOfTicket',
    method: 'GET',
    path: '/api/v1/tickets/:id/time_accountings/:accounting',
    question: 'rpc.ticket.v1.get-time-accounting-of-ticket',
    tag,
    summary: 'Time spent on a ticket once',
    params: { id: Id, accounting: Id },
    query: Reading,
    response: TimeAccounting,
  }),
  updateOfTicket: defineEndpoint({
    id: 'updateTimeAccountingOfTicket',
    method: 'PUT',
    path: '/api/v1/tickets/:id/time_accountings/:accounting',
    question: 'rpc.ticket.v1.update-time-accounting-of-ticket',
    tag,
    summary: 'Corrects time spent; one’s own, or any with `admin.time_accounting`',
    params: { id: Id, accounting: Id },
    query: Reading,
    body: TimeAccountingInput,
    response: TimeAccounting,
  }),
  deleteOfTicket: defineEndpoint({
    id: 'deleteTimeAccountingOfTicket',
    method: 'DELETE',
    path: '/api/v1/tickets/:id/time_accountings/:accounting',
    question: 'rpc.ticket.v1.delete-time-accounting-of-ticket',
    tag,
    summary: 'Takes time spent back; one’s own, or any with `admin.time_accounting`',
    params: { id: Id, accounting: Id },
    response: Nothing,
  }),
  list: defineEndpoint({
    id: 'listTimeAccountings',
    method: 'GET',
    path: '/api/v1/time_accountings',
    question: 'rpc.ticket.v1.list-time-accountings',
    tag,
    summary: 'Time spent on the tickets that the caller sees as an agent, by id',
    query: Page,
    response: z.array(TimeAccounting),
  }),
  get: defineEndpoint({
    id: 'getTimeAccounting',
    method: 'GET',
    path: '/api/v1/time_accountings/:accounting',
    question: 'rpc.ticket.v1.get-time-accounting',
    tag,
    summary: 'Time spent once',
    params: { accounting: Id },
    query: Reading,
    response: TimeAccounting,
  }),
  create: defineEndpoint({
    id: 'createTimeAccounting',
    method: 'POST',
    path: '/api/v1/time_accountings',
    question: 'rpc.ticket.v1.create-time-accounting',
    tag,
    summary: 'Notes time spent on a ticket',
    status: 201,
    query: Reading,
    body: TimeAccountingInput.extend({ ticket_id: Id }),
    response: TimeAccounting,
  }),
  update: defineEndpoint({
    id: 'updateTimeAccounting',
    method: 'PUT',
    path: '/api/v1/time_accountings/:accounting',
    question: 'rpc.ticket.v1.update-time-accounting',
    tag,
    summary: 'Corrects time spent; one’s own, or any with `admin.time_accounting`',
    params: { accounting: Id },
    query: Reading,
    body: TimeAccountingInput,
    response: TimeAccounting,
  }),
  delete: defineEndpoint({
    id: 'deleteTimeAccounting',
    method: 'DELETE',
    path: '/api/v1/time_accountings/:accounting',
    question: 'rpc.ticket.v1.delete-time-accounting',
    tag,
    summary: 'Takes time spent back; one’s own, or any with `admin.time_accounting`',
    params: { accounting: Id },
    response: Nothing,
  }),
};

export const ActivityType = Row.extend({ name: z.string(), note: z.string().nullable(), active: z.boolean() });

/** Kinds of work that time is spent on. */
export const activityTypes = objects(
  'time accounting type',
  'time accounting types',
  '/api/v1/time_accounting/types',
  ActivityType,
  z.object({ name: text(250).optional(), note: text(250).nullish(), active: Flag.optional() }),
  tag,
);

/** A decimal number: `15.0`. */
const time_unit = z.string();
const LogTicket = z.object({ id: z.number().int(), number: z.string(), title: z.string() });
const Named = z.object({ id: z.number().int(), name: z.string() });

const logOf = <const B extends string, R extends z.ZodType>(by: B, what: string, row: R) =>
  defineEndpoint({
    id: `timeLogBy${what}`,
    method: 'GET',
    path: `/api/v1/time_accounting/log/by_${by}/:year/:month`,
    question: `rpc.ticket.v1.time-log-by-${by}`,
    tag,
    summary: `Time spent in a month (UTC), by ${by}; \`download=true\` answers with CSV. Needs \`admin.time_accounting\``,
    params: {
      year: z.coerce.number().int().min(1970).max(9999),
      month: z.coerce.number().int().min(1).max(12),
    },
    query: z.object({ download: Flag.optional() }),
    response: z.array(row),
    csv: `time-by-${by}`,
  });

export const timeLog = {
  activity: logOf(
    'activity',
    'Activity',
    z.object({
      ticket: LogTicket,
      type: z.string().nullable(),
      agent: z.string(),
      customer: z.string(),
      organization: z.string().nullable(),
      created_at: Instant,
      time_unit,
    }),
  ),
  ticket: logOf(
    'ticket',
    'Ticket',
    z.object({
      ticket: LogTicket,
      agent: z.string(),
      customer: z.string(),
      organization: z.string().nullable(),
      time_unit,
    }),
  ),
  customer: logOf(
    'customer',
    'Customer',
    z.object({ customer: Named, organization: z.string().nullable(), time_unit }),
  ),
  organization: logOf('organization', 'Organization', z.object({ organization: Named, time_unit })),
};
