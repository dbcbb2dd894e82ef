import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { StoredFile } from '../http/tickets.ts';
import { Level } from '../priority-matrix.ts';

/** Kinds of states that a ticket can be put into from outside; which state of a kind is the desk's own matter. */
export const PeerStateType = z.enum(['new', 'open', 'pending reminder', 'closed']);

/** A ticket in the desk's own words. */
const ToldTicket = z.object({
  number: z.string(),
  title: z.string(),
  groupId: z.number().int(),
  stateType: z.string(),
  priority: z.string(),
  /** Null: nobody. */
  owner: z.string().nullable(),
  customer: z.object({ id: z.number().int(), name: z.string(), email: z.string().nullable() }),
  tags: z.array(z.string()),
  /** For others to know; the names of the group and the service. */
  details: z
    .object({
      group: z.string().nullable(),
      service: z.string().nullable(),
      impact: Level.nullable(),
      urgency: Level.nullable(),
      firstResponseDue: z.iso.datetime().nullable(),
      solutionDue: z.iso.datetime().nullable(),
    })
    .optional(),
  createdAt: z.iso.datetime(),
  /** Moves with each change; `applyPeerChange` takes it back. */
  version: z.number().int(),
});

const ToldArticle = z.object({
  id: z.number().int(),
  /** Of what came from another helpdesk: its name there. */
  uuid: z.uuid().nullable(),
  sender: z.enum(['Agent', 'Customer']),
  author: z.string(),
  internal: z.boolean(),
  contentType: z.string(),
  body: z.string(),
  createdAt: z.iso.datetime(),
  files: z.array(StoredFile.extend({ id: z.number().int() })),
});

/** A ticket with what may be told to other helpdesks; null: it is not there any more. */
export const readForPeer = defineQuestion(
  'rpc.ticket.v1.read-for-peer',
  z.object({
    ticketId: z.number().int(),
    /** Articles that need not be read once more. */
    knownArticleIds: z.array(z.number().int()),
    /** No others than these. */
    onlyArticleIds: z.array(z.number().int()).optional(),
    /** Also what only agents may read. */
    internal: z.boolean(),
    /** At most so many articles, the oldest first. */
    limit: z.number().int().min(1).max(200),
  }),
  ToldTicket.extend({ articles: z.array(ToldArticle) }).nullable(),
  { callers: ['federation'] },
);

/**
 * Does here what was done at another helpdesk. Doing it again does nothing: tickets and articles are known by their
 * uuids. Refused as stale when the ticket has moved on since `version`.
 */
export const applyPeerChange = defineQuestion(
  'rpc.ticket.v1.apply-peer-change',
  z.object({
    peer: z.object({ id: z.number().int(), name: z.string() }),
    ticket: z.union([
      z.object({ id: z.number().int(), version: z.number().int() }),
      z.object({
        /** Opens one, unless that was done. */
        uuid: z.uuid(),
        /** Null: where what comes from outside goes when nobody chose a group. */
        groupId: z.number().int().nullable(),
        customer: z.object({ name: z.string(), email: z.string() }).nullable(),
      }),
    ]),
    title: z.string().optional(),
    stateType: PeerStateType.optional(),
    priority: z.string().optional(),
    /** All that it is to have. */
    tags: z.array(z.string()).optional(),
    articles: z.array(
      z.object({
        uuid: z.uuid(),
        sender: z.enum(['Agent', 'Customer', 'System']),
        author: z.string(),
        internal: z.boolean(),
        contentType: z.enum(['text/plain', 'text/html']),
        body: z.string(),
        files: z.array(StoredFile),
        /** Of a note of the desk: agents hear of it as of any change, and these of them by name; absent: nobody does. */
        calls: z.array(z.number().int()).optional(),
      }),
    ),
  }),
  z.object({
    ticketId: z.number().int(),
    /** In the order of the question. */
    articleIds: z.array(z.number().int()),
    /** The ticket as it is then. */
    after: ToldTicket,
  }),
  { callers: ['federation'] },
);

/**
 * Takes a requester out of another helpdesk's ticket: nobody is its customer where they were, names and addresses become
 * nobody's in what other helpdesks wrote, whole names and addresses in what customers see, and addresses in the rest of the
 * ticket. Doing it again does nothing. Refused under a legal hold.
 */
export const forgetRequester = defineQuestion(
  'rpc.ticket.v1.forget-requester',
  z.object({
    ticketId: z.number().int(),
    peer: z.object({ id: z.number().int(), name: z.string() }),
    /** As the helpdesk has told of them. */
    requester: z.object({
      names: z.array(z.string().max(200)).max(10),
      emails: z.array(z.string().max(320)).max(10),
      /** The ticket was opened for them, and for nobody else since. */
      isFirst: z.boolean(),
      isOnly: z.boolean(),
    }),
  }),
  z.object({}),
  { callers: ['federation'] },
);

/**
 * Brings a ticket of the past here, at the times that it had. Doing it again adds what is not here yet and changes nothing
 * else: people may have gone on with it. Nobody is written to or told of it, and no rule looks at it.
 */
export const takeInPast = defineQuestion(
  'rpc.ticket.v1.take-in-past',
  z.object({
    /** What it is called in histories. */
    source: z.string().min(1).max(300),
    uuid: z.uuid(),
    groupId: z.number().int(),
    title: z.string(),
    stateType: PeerStateType,
    priority: z.string(),
    customer: z.object({ name: z.string(), email: z.string() }).nullable(),
    /** Address of whoever works on it; it is theirs where they are here and may own tickets of the group. */
    owner: z.string().nullable(),
    tags: z.array(z.string()),
    createdAt: z.iso.datetime(),
    /** When it came into the state that it has. */
    changedAt: z.iso.datetime(),
    /** In the order in which they were written. */
    articles: z.array(
      z.object({
        uuid: z.uuid(),
        type: z.enum(['note', 'email', 'phone', 'web']),
        sender: z.enum(['Agent', 'Customer', 'System']),
        author: z.object({ name: z.string(), email: z.string().nullable() }),
        to: z.string().nullable(),
        subject: z.string().nullable(),
        internal: z.boolean(),
        contentType: z.enum(['text/plain', 'text/html']),
        body: z.string(),
        files: z.array(StoredFile),
        createdAt: z.iso.datetime(),
      }),
    ),
  }),
  z.object({
    ticketId: z.number().int(),
    /** It was not here before. */
    made: z.boolean(),
    /** Articles that were not here before. */
    articles: z.number().int(),
  }),
  { callers: ['federation'] },
);

/** When so many minutes of the desk's working time (its default calendar) will have passed. */
export const workingTimeAfter = defineQuestion(
  'rpc.ticket.v1.working-time-after',
  z.object({ from: z.iso.datetime(), minutes: z.number().int().positive() }),
  z.object({ at: z.iso.datetime() }),
  { callers: ['federation'] },
);
