import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { TicketListQuery } from '../http/tickets.ts';

/** Rows that are looked at in one question, and written in one transaction. */
export const IMPORT_BATCH = 200;

const batch = {
  columns: z.array(z.string().max(200)).max(200),
  rows: z
    .array(z.object({ line: z.number().int(), cells: z.array(z.string().max(10_000)).max(200) }))
    .max(IMPORT_BATCH),
  /** Looks what would happen, and does nothing. */
  try: z.boolean(),
};
const report = z.object({
  records: z.array(
    z.object({
      line: z.number().int(),
      /** Null for one that would be added. */
      id: z.number().int().nullable(),
      name: z.string(),
      what: z.enum(['created', 'updated', 'unchanged']),
    }),
  ),
  errors: z.array(z.object({ line: z.number().int(), message: z.string() })),
});

/**
 * Adds and changes users or organizations from rows of a file, all of them or, when one is wrong, none. What is written
 * as it is already stays untouched.
 */
export const importRows = defineQuestion(
  'rpc.identity.v1.import-rows',
  z.object({ object: z.enum(['User', 'Organization']), ...batch }),
  report,
  { callers: ['gateway'] },
);

/**
 * The same for the import of another helpdesk: who is here already stays as they are, and a wrong row keeps none of the
 * others out.
 */
export const takeInRows = defineQuestion(
  'rpc.identity.v1.take-in-rows',
  z.object({ object: z.enum(['User', 'Organization']), ...batch }),
  report,
  { callers: ['federation'] },
);

/** Opens tickets from rows of a file, all of them or, when one is wrong, none; in import mode alone. */
export const importTickets = defineQuestion('rpc.ticket.v1.import-tickets', z.object(batch), report, {
  callers: ['gateway'],
});

/** A page of a list of tickets, asked for as `ticket_list` is, with all that the caller may know of each. */
export const exportTickets = defineQuestion(
  'rpc.ticket.v1.export-tickets',
  TicketListQuery.omit({ limit: true, preview: true }),
  z.object({
    rows: z.array(z.record(z.string(), z.unknown())),
    /** Cursor of the next page; null on the last one. */
    next: z.string().nullable(),
  }),
  { callers: ['gateway'] },
);
