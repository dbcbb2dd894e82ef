import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { federationFieldNames, HANDOVER_REASON } from '../federation/model.ts';
import { Level } from '../priority-matrix.ts';
import { Id, Instant, text } from './common.ts';

/** `pending`: something is on its way; `failed`: it was tried in vain; `paused`: nothing goes there now. */
const shareStates = ['synced', 'pending', 'failed', 'paused', 'ended'] as const;

/** A ticket at another helpdesk. */
const TicketShare = z.object({
  peer_id: z.number().int(),
  peer: z.string(),
  state: z.enum(shareStates),
  /** Since when it is in that state; null: from the beginning. */
  since: Instant.nullable(),
  error: z.string().nullable(),
  remote_number: z.string().nullable(),
  remote_url: z.string().nullable(),
  /** The ticket is worked on there. */
  works_on_it: z.boolean(),
  /** Since when the helpdesk does not answer, once that is an hour; null: it does, or nobody calls it. */
  away_since: Instant.nullable(),
  /** What they want to be otherwise, and how it is here. */
  wishes: z.array(
    z.object({
      id: z.number().int(),
      field: z.enum(federationFieldNames),
      theirs: z.unknown(),
      ours: z.unknown(),
      created_at: Instant,
    }),
  ),
});

/** The last word about who is to work on a ticket. Names of helpdesks, as this desk knows them. */
const Handover = z.object({
  /** `offered`: it waits for an answer of `to`; `accepted`: `to` works on it, or is about to; else `from` does. */
  status: z.enum(['offered', 'accepted', 'rejected', 'returned']),
  /** `in`: this desk is `to`; `out`: this desk is `from`. */
  direction: z.enum(['in', 'out', 'elsewhere']),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  /** Why it was answered so. */
  answer: z.string(),
  at: Instant,
  /** Until when `to` is to answer what this desk has offered; null: whenever it likes, or it has answered. */
  due_at: Instant.nullable(),
});

/** Names and times of another helpdesk, by the name that it has here. */
const Details = z.object({
  helpdesk: z.string(),
  group: z.string().nullable(),
  service: z.string().nullable(),
  impact: Level.nullable(),
  urgency: Level.nullable(),
  first_response_due: Instant.nullable(),
  solution_due: Instant.nullable(),
});

const tag = 'Federation';
const path = '/api/v1/tickets/:id/federation';
const question = (name: string) => `rpc.federation.v1.${name}`;
const params = { id: Id };

export const shares = {
  status: defineEndpoint({
    id: 'federationStatus',
    method: 'GET',
    path: '/api/v1/federation/status',
    question: question('status'),
    tag,
    summary: 'Whether tickets are kept equal with anybody, and whether that is stopped now',
    response: z.object({ active: z.boolean(), stopped: z.boolean() }),
  }),
  ofTicket: defineEndpoint({
    id: 'ticketFederation',
    method: 'GET',
    path,
    question: question('ticket-shares'),
    tag,
    summary: 'With whom a ticket is shared, and how that stands',
    params,
    response: z.object({
      shares: z.array(TicketShare),
      /** Whether the ticket is worked on here: state, priority and owner are this desk's to say. */
      works_here: z.boolean(),
      /** What the helpdesk that works on it says of its own; null: nothing, or it is worked on here. */
      details: Details.nullable(),
      /** Whether the caller may have it looked at again, put wishes aside, hand it over and answer. */
      may_sync: z.boolean(),
      /** Null: nobody has offered it to anybody. */
      handover: Handover.nullable(),
      /** Who would get it back; null: it began here, or is not worked on here. */
      returns_to: z.string().nullable(),
    }),
  }),
  handOver: defineEndpoint({
    id: 'handOverTicket',
    method: 'POST',
    path: `${path}/hand_over`,
    question: question('hand-over-ticket'),
    tag,
    summary:
      'Offers a ticket that is worked on here to a helpdesk that has it: once that accepts, it says how it stands',
    params,
    body: z.object({ peer_id: Id, reason: text(HANDOVER_REASON).optional() }),
  }),
  answerHandOver: defineEndpoint({
    id: 'answerHandOver',
    method: 'PUT',
    path: `${path}/hand_over`,
    question: question('answer-hand-over'),
    tag,
    summary: 'Accepts or rejects what was offered, gives back what was given, or withdraws an offer',
    params,
    body: z.object({
      status: z.enum(['accepted', 'rejected', 'returned', 'withdrawn']),
      /** A rejection and a return need one. */
      reason: text(HANDOVER_REASON).optional(),
    }),
  }),
  sync: defineEndpoint({
    id: 'syncTicket',
    method: 'POST',
    path: `${path}/sync`,
    question: question('sync-ticket'),
    tag,
    summary: 'Compares a ticket with every helpdesk that has it, at once',
    params,
    response: z.object({ helpdesks: z.number().int() }),
  }),
  dismissWish: defineEndpoint({
    id: 'dismissWish',
    method: 'DELETE',
    path: `${path}/wishes/:wish_id`,
    question: question('dismiss-wish'),
    tag,
    summary: 'Puts a wish of another helpdesk aside: it stays as it is here',
    params: { ...params, wish_id: Id },
  }),
};
