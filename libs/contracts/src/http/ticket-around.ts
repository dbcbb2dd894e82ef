import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Id, Instant } from './common.ts';

const tag = 'Tickets';
/** What the ids stand for, by kind and id. */
const assets = z.record(z.string(), z.record(z.string(), z.unknown()));
const ids = z.array(z.number().int());

const Volume = z.object({
  month: z.number().int(),
  year: z.number().int(),
  /** Month in English, short. */
  text: z.string(),
  created: z.number().int(),
  closed: z.number().int(),
});
const Stats = z.object({ open_ids: ids, closed_ids: ids, volume_by_year: z.array(Volume) });

/** A ticket that the caller looked at. */
export const RecentView = z.object({
  id: z.number().int(),
  object: z.literal('Ticket'),
  o_id: z.number().int(),
  created_by_id: z.number().int(),
  created_at: Instant,
});

/** What a page about a ticket or a person shows beside it. */
export const ticketsAround = {
  customer: defineEndpoint({
    id: 'ticketsOfCustomer',
    method: 'GET',
    path: '/api/v1/ticket_customer',
    question: 'rpc.ticket.v1.tickets-of-customer',
    tag,
    summary: 'The newest 15 open and 15 closed tickets of a customer, as far as the caller may read them',
    query: z.object({ customer_id: Id }),
    response: z.object({ ticket_ids_open: ids, ticket_ids_closed: ids, assets }),
  }),
  related: defineEndpoint({
    id: 'relatedTickets',
    method: 'GET',
    path: '/api/v1/ticket_related/:id',
    question: 'rpc.ticket.v1.related-tickets',
    tag,
    summary: 'Tickets to merge or link with one: open ones of the same customer, and what the caller looked at last',
    params: { id: Id },
    response: z.object({ ticket_ids_by_customer: ids, ticket_ids_recent_viewed: ids, assets }),
  }),
  recent: defineEndpoint({
    id: 'recentTickets',
    method: 'GET',
    path: '/api/v1/ticket_recent',
    question: 'rpc.ticket.v1.recent-tickets',
    tag,
    summary: 'The tickets the caller looked at last',
    response: z.object({ ticket_ids_recent_viewed: ids, assets }),
  }),
  stats: defineEndpoint({
    id: 'ticketStats',
    method: 'GET',
    path: '/api/v1/ticket_stats',
    question: 'rpc.ticket.v1.ticket-stats',
    tag,
    summary: 'Tickets of a person or organization: the newest, and how many in each of the last twelve months',
    query: z.object({ user_id: Id.optional(), organization_id: Id.optional() }),
    response: z.object({ user: Stats, organization: Stats, assets }),
  }),
  form: defineEndpoint({
    id: 'ticketCreateForm',
    method: 'GET',
    path: '/api/v1/ticket_create',
    question: 'rpc.ticket.v1.ticket-create-form',
    tag,
    summary: 'What the caller may choose when opening a ticket',
    response: z.object({
      form_meta: z.object({
        filter: z.object({ group_id: ids, state_id: ids, priority_id: ids }),
        /** Who may own a ticket of each group. */
        dependencies: z.object({ group_id: z.record(z.string(), z.object({ owner_id: ids })) }),
      }),
      assets,
    }),
  }),
  views: defineEndpoint({
    id: 'listRecentViews',
    method: 'GET',
    path: '/api/v1/recent_view',
    question: 'rpc.ticket.v1.list-recent-views',
    tag,
    summary: 'What the caller looked at last, newest first; at most ten',
    response: z.array(RecentView),
  }),
  view: defineEndpoint({
    id: 'addRecentView',
    method: 'POST',
    path: '/api/v1/recent_view',
    question: 'rpc.ticket.v1.add-recent-view',
    tag,
    summary: 'Says that the caller looks at a ticket',
    body: z.object({ object: z.literal('Ticket'), o_id: Id }),
    response: z.object({ message: z.literal('ok') }),
  }),
};
