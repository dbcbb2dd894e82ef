import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, text } from './common.ts';
import { UndoSeconds } from './held-articles.ts';

const tag = 'Desk settings';

/** How tickets are worked on here, as agents need to know it. */
export const DeskSettings = z.object({
  /** Whether agents are asked for the time they spent. */
  time_accounting: z.boolean(),
  /** What the numbers mean, beside the field: `min`. */
  time_accounting_unit: z.string(),
  /** Seconds in which what an agent sent from the browser may be taken back; 0: it goes at once. */
  undo_send_seconds: z.number().int(),
  /** Whether an agent who opens a ticket of nobody becomes its owner. */
  auto_assign: z.boolean(),
  /** Addresses that groups send from, in lower case: an answer to everybody does not go to the desk itself. */
  own_addresses: z.array(z.string()),
});
export type DeskSettings = z.output<typeof DeskSettings>;

export const deskSettings = {
  get: defineEndpoint({
    id: 'getDeskSettings',
    method: 'GET',
    path: '/api/v1/desk_settings',
    question: 'rpc.ticket.v1.get-desk-settings',
    tag,
    summary: 'How tickets are worked on here; for agents and administrators',
    response: DeskSettings,
  }),
  autoAssign: defineEndpoint({
    id: 'autoAssignTicket',
    method: 'POST',
    path: '/api/v1/tickets/:id/auto_assign',
    question: 'rpc.ticket.v1.auto-assign-ticket',
    tag: 'Tickets',
    summary: 'Whoever opens a ticket that nobody owns becomes its owner, where the desk has that switched on',
    params: { id: Id },
    response: z.object({ assigned: z.boolean(), owner_id: z.number().int() }),
  }),
  update: defineEndpoint({
    id: 'updateDeskSettings',
    method: 'PUT',
    path: '/api/v1/desk_settings',
    question: 'rpc.ticket.v1.update-desk-settings',
    tag,
    summary: 'Changes the settings that are named; each needs the permission of what it is about',
    body: z
      .object({
        time_accounting: Flag,
        time_accounting_unit: text(20),
        undo_send_seconds: UndoSeconds,
        auto_assign: Flag,
      })
      .partial(),
    response: DeskSettings,
  }),
};
