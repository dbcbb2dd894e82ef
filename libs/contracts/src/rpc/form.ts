import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { bounded } from '../http/common.ts';
import { StoredFile } from '../http/tickets.ts';

const callers = { callers: ['gateway'] } as const;

/** Whether forms on pages of others may open tickets, and how many of them. */
export const readForm = defineQuestion(
  'rpc.ticket.v1.read-form',
  z.object({}),
  z.object({
    active: z.boolean(),
    perNetworkAndHour: z.number().int(),
    perNetworkAndDay: z.number().int(),
    perDay: z.number().int(),
  }),
  callers,
);

/**
 * Opens a ticket for whoever filled in a form on a page of others and has proven nothing, as `open-public-request`.
 * Forbidden: `form.off`; invalid: `help.request-refused`.
 */
export const openFormRequest = defineQuestion(
  'rpc.ticket.v1.open-form-request',
  z.object({
    name: z.string().max(200),
    email: z.string().max(254),
    title: z.string().max(250),
    body: z.string().max(100_000),
    files: bounded(StoredFile, 20),
    /** The same again is the same ticket. */
    once: z.string().max(64),
  }),
  z.object({ id: z.number().int(), number: z.string() }),
  callers,
);
