import { z } from 'zod';
import { defineEndpoint } from '../define.ts';

export const ticketReport = defineEndpoint({
  id: 'ticketReport',
  method: 'GET',
  path: '/api/v1/reports/tickets',
  question: 'rpc.reporting.v1.ticket-report',
  tag: 'Reports',
  summary: 'Tickets created and closed a day, and how many are open now by group and state',
  query: z.object({
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    group_id: z.coerce.number().int().positive().optional(),
  }),
  response: z.object({
    days: z.array(z.object({ date: z.string(), created: z.number().int(), closed: z.number().int() })),
    open: z.array(
      z.object({ group_id: z.number().int(), group: z.string(), state: z.string(), count: z.number().int() }),
    ),
    /** Hours in each state type, summed over the finished and running intervals of the window. */
    time_in_state: z.array(z.object({ state_type: z.string(), hours: z.number() })),
  }),
});
