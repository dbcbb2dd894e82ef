import { z } from 'zod';
import { accessLevels } from '../access/actor.ts';
import { defineEndpoint } from '../define.ts';
import { Id, Instant } from './common.ts';

const tag = 'View as';
const path = '/api/v1/view_as';
const viewing = z.object({
  user_id: z.number().int(),
  /** It ends by itself then. */
  until: Instant,
});

/** An administrator sees the desk as somebody else sees it, and changes nothing. */
export const viewAs = {
  begin: defineEndpoint({
    id: 'beginViewAs',
    method: 'POST',
    path,
    question: 'rpc.identity.v1.begin-view-as',
    tag,
    summary: 'From now on this session sees what the user sees, and changes nothing; for `admin.user`, half an hour',
    status: 201,
    body: z.object({ user_id: Id }),
    response: viewing,
  }),
  end: defineEndpoint({
    id: 'endViewAs',
    method: 'DELETE',
    path,
    question: 'rpc.identity.v1.end-view-as',
    tag,
    summary: 'The session is its own again',
    whileViewing: true,
    response: z.object({}),
  }),
};

/** By what somebody has it: a role, or access to the group that was given to them alone. */
const Source = z.object({
  /** Null: the user's own. */
  role: z.object({ id: z.number().int(), name: z.string() }).nullable(),
  /** Whether an administrator gave it; otherwise an entitlement of a provider or a directory did. */
  local: z.boolean(),
});

/** What somebody may do, and by what. */
export const userAccess = defineEndpoint({
  id: 'getUserAccess',
  method: 'GET',
  path: '/api/v1/users/:id/access',
  question: 'rpc.identity.v1.user-access',
  tag: 'Users',
  summary: 'What a user may do, and which role, group access, provider or directory it comes from; for `admin.user`',
  params: { id: Id },
  response: z.object({
    active: z.boolean(),
    /** Groups count for agents only: `ticket.agent` is among the permissions. */
    agent: z.boolean(),
    permissions: z.array(z.object({ name: z.string(), from: z.array(Source) })),
    groups: z.array(
      z.object({
        id: z.number().int(),
        name: z.string(),
        active: z.boolean(),
        levels: z.array(z.object({ level: z.enum(accessLevels), from: z.array(Source) })),
      }),
    ),
    organizations: z.array(z.object({ id: z.number().int(), name: z.string(), shared: z.boolean() })),
  }),
});

/** What somebody may do with one ticket, and by what. */
export const ticketAccess = defineEndpoint({
  id: 'getTicketAccess',
  method: 'GET',
  path: '/api/v1/tickets/:id/access',
  question: 'rpc.ticket.v1.ticket-access',
  tag: 'Tickets',
  summary: 'What a user may do with a ticket, and by what; for `admin.user`, of tickets that the asker may read',
  params: { id: Id },
  query: z.object({ user_id: Id }),
  response: z.object({
    group_id: z.number().int(),
    /** Levels of the group that they have as an agent. */
    levels: z.array(z.enum(accessLevels)),
    /** It is their own ticket, or one of an organization of theirs whose members see each other's; both as a customer. */
    customer: z.boolean(),
    organization: z.boolean(),
    may: z.object({
      /** Public articles; internal ones are for agents of the group. */
      read: z.boolean(),
      read_internal: z.boolean(),
      answer: z.boolean(),
      change: z.boolean(),
      own: z.boolean(),
    }),
  }),
});
