import { z } from 'zod';
import { defineEvent } from '../define.ts';

/** A ticket as neighbours need it. Names ride along so that a projection never has to ask back. */
export const TicketSnapshot = z.object({
  id: z.number().int(),
  number: z.string(),
  title: z.string(),
  groupId: z.number().int(),
  group: z.string(),
  stateId: z.number().int(),
  state: z.string(),
  /** new, open, pending reminder, pending action, closed, merged, redirected */
  stateType: z.string(),
  priorityId: z.number().int(),
  priority: z.string(),
  customerId: z.number().int(),
  organizationId: z.number().int().nullable(),
  /** 1 means nobody. */
  ownerId: z.number().int(),
  articleCount: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  closeAt: z.iso.datetime().nullable(),
  /** Objects of the CMDB that it is about, by number; absent: none. */
  cmdbObjectIds: z.array(z.string()).optional(),
});
export type TicketSnapshot = z.output<typeof TicketSnapshot>;

export const ArticleSnapshot = z.object({
  id: z.number().int(),
  /** email, phone, note, web, … */
  type: z.string(),
  sender: z.enum(['Agent', 'Customer', 'System']),
  internal: z.boolean(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  cc: z.string().nullable(),
  subject: z.string().nullable(),
  messageId: z.string().nullable(),
  inReplyTo: z.string().nullable(),
  contentType: z.string(),
  /** The first 4,000 characters of the text form. */
  excerpt: z.string(),
  attachmentCount: z.number().int(),
  createdById: z.number().int(),
  createdAt: z.iso.datetime(),
  /** The mail was itself automatic: no automatic mail may answer it. */
  isAutoResponse: z.boolean(),
  /** Written by the desk itself, and meant for whoever works on the ticket: a mail that could not be delivered. */
  forAgents: z.boolean().optional(),
  /** It travels encrypted: whoever tells of it by a road that everybody can read leaves its words out. */
  encrypted: z.boolean().optional(),
});
export type ArticleSnapshot = z.output<typeof ArticleSnapshot>;

/** The person a ticket is for, as far as automatic mail needs it. */
export const Correspondent = z.object({
  userId: z.number().int(),
  email: z.string().nullable(),
  name: z.string(),
  locale: z.string(),
});

/** The rule that did it, when one did, or the helpdesk at which it was done. `quiet`: agents are not to be told. */
const EventRule = z.object({
  type: z.enum(['Trigger', 'Job', 'Sla', 'Peer']),
  id: z.number().int(),
  name: z.string(),
  quiet: z.boolean(),
});

export const ticketCreated = defineEvent(
  'ticket.v1.created',
  z.object({
    ticket: TicketSnapshot,
    article: ArticleSnapshot.nullable(),
    customer: Correspondent,
    createdById: z.number().int(),
    /** A rule has written to the customer: the standard confirmation would be a second one. */
    answered: z.boolean().optional(),
    rule: EventRule.optional(),
  }),
);

export const ticketUpdated = defineEvent(
  'ticket.v1.updated',
  z.object({
    ticket: TicketSnapshot,
    /** Old and new value of each changed field, by its REST name. */
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
    /** Null: a rule or timer did it. */
    changedById: z.number().int().nullable(),
    rule: EventRule.optional(),
  }),
);

export const articleAdded = defineEvent(
  'ticket.v1.article-added',
  z.object({
    ticket: TicketSnapshot,
    article: ArticleSnapshot,
    /** Fields that changed in the same step: a customer's answer reopens. */
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
    customer: Correspondent,
    createdById: z.number().int(),
    rule: EventRule.optional(),
  }),
);

export const articleChanged = defineEvent(
  'ticket.v1.article-changed',
  z.object({
    ticket: TicketSnapshot,
    articleId: z.number().int(),
    /** What happened: visibility, delivery, deleted. */
    what: z.enum(['visibility', 'delivery', 'deleted']),
    internal: z.boolean(),
  }),
);

const Escalation = z.object({
  ticket: TicketSnapshot,
  /** What was promised. */
  clock: z.enum(['first_response', 'update', 'solution']),
  /** Told once for each due time: one that moves is a new one. */
  dueAt: z.iso.datetime(),
  sla: z.object({ id: z.number().int(), name: z.string() }),
});

/** A due time is near: fifteen minutes of working time are left. */
export const ticketEscalationWarning = defineEvent('ticket.v1.escalation-warning', Escalation);

/** A due time has passed and what was promised was not done. */
export const ticketEscalated = defineEvent('ticket.v1.escalated', Escalation);

/** The time has come until which somebody wanted to be left alone with the ticket. */
export const ticketReminderReached = defineEvent('ticket.v1.reminder-reached', z.object({ ticket: TicketSnapshot }));

export const ticketDeleted = defineEvent('ticket.v1.deleted', z.object({ ticket: TicketSnapshot }));

/** A change of many tickets has come further; for whoever ordered it, and nobody else. */
export const ticketJobProgressed = defineEvent(
  'ticket.v1.job-progressed',
  z.object({
    job: z.object({
      id: z.number().int(),
      userId: z.number().int(),
      status: z.enum(['running', 'finished', 'cancelled']),
      total: z.number().int(),
      waiting: z.number().int(),
    }),
  }),
);
