import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, boundedRecord, Flag, Id, Instant, optionalId, Page, Reading, Row, text } from './common.ts';

const tag = 'SLAs and calendars';
const params = { id: Id };

/** Answers `{}`, as every deletion of the contract does. */
const Nothing = z.object({});

const Day = z.object({
  active: Flag,
  /** Pairs of clock times, `["09:00", "17:00"]`; `24:00`, `00:00` and `23:59` as an end are the end of the day. */
  timeframes: bounded(bounded(text(5), 2), 24),
});
const BusinessHours = z.object({ mon: Day, tue: Day, wed: Day, thu: Day, fri: Day, sat: Day, sun: Day }).partial();

const CalendarInput = z.object({
  name: text(250).optional(),
  /** A name of the IANA time zone database; a calendar that is made without one is where the desk is. */
  timezone: text(100).optional(),
  business_hours: BusinessHours.optional(),
  default: Flag.optional(),
  /** Days off by their date, `2026-12-25`. */
  public_holidays: boundedRecord(
    z.looseObject({ active: z.boolean(), summary: text(250).optional() }),
    5_000,
  ).nullish(),
  /** An address of days off in iCalendar, which is read daily; nothing, or an empty text, takes it and its days away. */
  ical_url: text(2_000).nullish(),
});
export type CalendarInput = z.output<typeof CalendarInput>;

export const Calendar = Row.extend({
  name: z.string(),
  timezone: z.string(),
  business_hours: z.record(z.string(), z.unknown()),
  default: z.boolean(),
  ical_url: z.string().nullable(),
  public_holidays: z.record(z.string(), z.unknown()),
  /** Why the feed could not be read the last time. */
  last_log: z.string().nullable(),
  last_sync: Instant.nullable(),
});

const CalendarPreviewInput = CalendarInput.pick({ timezone: true, business_hours: true, public_holidays: true }).extend(
  {
    /** What is reckoned from; now, where it is left out. */
    from: Instant.optional(),
    /** Working minutes of which it is told when they are over. */
    minutes: bounded(z.number().int().min(0).max(10_000_000), 4).optional(),
  },
);
const HolidaysAsked = z.object({
  /** Codes of `GET /api/v1/calendars/holiday_places`. */
  country: text(10),
  state: text(10).nullish(),
  region: text(10).nullish(),
  years: bounded(z.coerce.number().int().min(1970).max(2100), 10),
});
export type HolidaysAsked = z.output<typeof HolidaysAsked>;

const HolidayPlace = z.object({ code: z.string(), name: z.string() });
const DayOff = z.object({ day: z.iso.date(), summary: z.string() });

export type CalendarPreviewInput = z.output<typeof CalendarPreviewInput>;

/** Minutes of working time; nothing and 0 promise nothing. */
const Minutes = z.coerce.number().int().min(0).max(10_000_000).nullish();

const SlaInput = z.object({
  name: text(250).optional(),
  calendar_id: optionalId,
  calendar: text(250).optional(),
  first_response_time: Minutes,
  /** From the customer's words to the agent's. */
  response_time: Minutes,
  /** From one of the agent's words to the next; not together with `response_time`. */
  update_time: Minutes,
  solution_time: Minutes,
  /** Which tickets it is for, as selector JSON; `{}` is for those that no other SLA is for. */
  condition: z.record(z.string(), z.unknown()).nullish(),
});
export type SlaInput = z.output<typeof SlaInput>;

export const Sla = Row.extend({
  name: z.string(),
  calendar_id: z.number().int(),
  first_response_time: z.number().int().nullable(),
  response_time: z.number().int().nullable(),
  update_time: z.number().int().nullable(),
  solution_time: z.number().int().nullable(),
  condition: z.record(z.string(), z.unknown()),
  calendar: z.string().optional(),
});

const assets = z.record(z.string(), z.unknown());

/** `full` answers with other objects than the plain form; the type stays that of the plain one. */
const one = <R extends z.ZodType>(row: R) => z.union([row, z.object({ id: z.number().int(), assets })]) as unknown as R;
const many = <R extends z.ZodType>(row: R) =>
  z.union([z.array(row), z.object({ record_ids: z.array(z.number().int()), assets })]) as unknown as z.ZodArray<R>;

export const calendars = {
  init: defineEndpoint({
    id: 'calendarsInit',
    method: 'GET',
    path: '/api/v1/calendars_init',
    question: 'rpc.ticket.v1.init-calendars',
    tag,
    summary: 'All calendars, and the time zones to choose from',
    response: z.object({
      record_ids: z.array(z.number().int()),
      ical_feeds: z.record(z.string(), z.string()),
      timezones: z.record(z.string(), z.number()),
      assets,
    }),
  }),
  timezones: defineEndpoint({
    id: 'calendarTimezones',
    method: 'GET',
    path: '/api/v1/calendars/timezones',
    question: 'rpc.ticket.v1.list-timezones',
    tag,
    summary: 'Time zones by their names, with the hours they are ahead of UTC now',
    response: z.object({ timezones: z.record(z.string(), z.number()) }),
  }),
  holidayPlaces: defineEndpoint({
    id: 'calendarHolidayPlaces',
    method: 'GET',
    path: '/api/v1/calendars/holiday_places',
    question: 'rpc.ticket.v1.list-holiday-places',
    tag,
    summary: 'Countries whose holidays are known, with their states and regions',
    response: z.array(
      HolidayPlace.extend({
        parts: z.array(HolidayPlace.extend({ parts: z.array(HolidayPlace).optional() })).optional(),
      }),
    ),
  }),
  holidays: defineEndpoint({
    id: 'calendarHolidays',
    method: 'POST',
    path: '/api/v1/calendars/holidays',
    question: 'rpc.ticket.v1.list-holidays',
    tag,
    summary: 'The public holidays of a place in some years; nothing is saved',
    body: HolidaysAsked,
    response: z.object({ days: z.array(DayOff) }),
  }),
  importHolidays: defineEndpoint({
    id: 'importCalendarHolidays',
    method: 'POST',
    path: '/api/v1/calendars/:id/import_holidays',
    question: 'rpc.ticket.v1.import-holidays',
    tag,
    summary:
      'Adds them to the days off of a calendar; those there are stay as they are. With `try` it says what it would',
    params,
    body: HolidaysAsked.extend({ try: Flag.optional() }),
    response: z.object({
      try: z.boolean(),
      added: z.array(DayOff),
      /** Days that were off already, or that somebody switched off. */
      kept: z.array(DayOff),
    }),
  }),
  list: defineEndpoint({
    id: 'listCalendars',
    method: 'GET',
    path: '/api/v1/calendars',
    question: 'rpc.ticket.v1.list-calendars',
    tag,
    summary: 'All calendars',
    query: Page,
    response: many(Calendar),
  }),
  get: defineEndpoint({
    id: 'getCalendar',
    method: 'GET',
    path: '/api/v1/calendars/:id',
    question: 'rpc.ticket.v1.get-calendar',
    tag,
    summary: 'One calendar',
    params,
    query: Reading,
    response: one(Calendar),
  }),
  create: defineEndpoint({
    id: 'createCalendar',
    method: 'POST',
    path: '/api/v1/calendars',
    question: 'rpc.ticket.v1.create-calendar',
    tag,
    summary: 'Adds a calendar; one that never opens is refused',
    status: 201,
    query: Reading,
    body: CalendarInput,
    response: one(Calendar),
  }),
  update: defineEndpoint({
    id: 'updateCalendar',
    method: 'PUT',
    path: '/api/v1/calendars/:id',
    question: 'rpc.ticket.v1.update-calendar',
    tag,
    summary: 'Changes a calendar; due times of open tickets follow within seconds',
    params,
    query: Reading,
    body: CalendarInput,
    response: one(Calendar),
  }),
  preview: defineEndpoint({
    id: 'previewCalendar',
    method: 'POST',
    path: '/api/v1/calendars/preview',
    question: 'rpc.ticket.v1.preview-calendar',
    tag,
    summary: 'When work is done by the calendar that is sent, and when minutes of it are over; nothing is saved',
    body: CalendarPreviewInput,
    response: z.object({
      from: Instant,
      is_open: z.boolean(),
      /** The next seven open times, the first cut at `from`. */
      open: z.array(z.object({ from: Instant, to: Instant })),
      /** In the order of `minutes`; null: not in the next twenty years. */
      due: z.array(z.object({ minutes: z.number().int(), at: Instant.nullable() })),
    }),
  }),
  delete: defineEndpoint({
    id: 'deleteCalendar',
    method: 'DELETE',
    path: '/api/v1/calendars/:id',
    question: 'rpc.ticket.v1.delete-calendar',
    tag,
    summary: 'Deletes a calendar that no SLA uses and that is not the default',
    params,
    response: Nothing,
  }),
};

export const slas = {
  list: defineEndpoint({
    id: 'listSlas',
    method: 'GET',
    path: '/api/v1/slas',
    question: 'rpc.ticket.v1.list-slas',
    tag,
    summary: 'All SLAs',
    query: Page,
    response: many(Sla),
  }),
  progress: defineEndpoint({
    id: 'slaProgress',
    method: 'GET',
    path: '/api/v1/slas/progress',
    question: 'rpc.ticket.v1.sla-progress',
    tag,
    summary: 'How many open tickets still have the due times of before SLAs, calendars or states were changed',
    response: z.object({
      /** Open tickets that are still to be reckoned again; 0: all due times are of the rules as they are. */
      remaining: z.number().int(),
      /** Open tickets. */
      total: z.number().int(),
    }),
  }),
  get: defineEndpoint({
    id: 'getSla',
    method: 'GET',
    path: '/api/v1/slas/:id',
    question: 'rpc.ticket.v1.get-sla',
    tag,
    summary: 'One SLA',
    params,
    query: Reading,
    response: one(Sla),
  }),
  create: defineEndpoint({
    id: 'createSla',
    method: 'POST',
    path: '/api/v1/slas',
    question: 'rpc.ticket.v1.create-sla',
    tag,
    summary: 'Adds an SLA; due times of open tickets follow within seconds',
    status: 201,
    query: Reading,
    body: SlaInput,
    response: one(Sla),
  }),
  update: defineEndpoint({
    id: 'updateSla',
    method: 'PUT',
    path: '/api/v1/slas/:id',
    question: 'rpc.ticket.v1.update-sla',
    tag,
    summary: 'Changes an SLA; due times of open tickets follow within seconds',
    params,
    query: Reading,
    body: SlaInput,
    response: one(Sla),
  }),
  delete: defineEndpoint({
    id: 'deleteSla',
    method: 'DELETE',
    path: '/api/v1/slas/:id',
    question: 'rpc.ticket.v1.delete-sla',
    tag,
    summary: 'Deletes an SLA; its tickets get the due times of the next one that is for them',
    params,
    response: Nothing,
  }),
};

export const ticketSla = defineEndpoint({
  id: 'ticketSla',
  method: 'GET',
  path: '/api/v1/tickets/:id/sla',
  question: 'rpc.ticket.v1.explain-sla',
  tag,
  summary: 'Why a ticket is due when it is: by which SLA and calendar, since when, and what was paused; for its agents',
  params,
  response: z.object({
    ticket_id: z.number().int(),
    sla: z.object({ id: z.number().int(), name: z.string() }).nullable(),
    calendar: z.object({ id: z.number().int(), name: z.string(), timezone: z.string() }).nullable(),
    /** False for the moment between a change of the rules and the reckoning of this ticket. */
    up_to_date: z.boolean(),
    /** Since when no clock runs, because of the ticket's state. */
    paused_since: Instant.nullable(),
    escalation_at: Instant.nullable(),
    clocks: z.array(
      z.object({
        clock: z.enum(['first_response', 'update', 'solution']),
        /** Promised minutes of working time. */
        target_in_min: z.number().int(),
        /** When the clock began; null while it waits for something to begin with. */
        since: Instant.nullable(),
        since_what: z.enum(['created', 'reopened', 'customer-contact', 'agent-contact']).nullable(),
        due_at: Instant.nullable(),
        /** Minutes of working time that it took, and that were left of what was promised. */
        in_min: z.number().int().nullable(),
        diff_in_min: z.number().int().nullable(),
        /** Times that did not count, with the minutes of working time in them. */
        paused: z.array(z.object({ from: Instant, to: Instant.nullable(), in_min: z.number().int() })),
        paused_in_min: z.number().int(),
      }),
    ),
  }),
});
