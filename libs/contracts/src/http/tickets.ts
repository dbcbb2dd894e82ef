import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { MailSecurity } from '../mail/security.ts';
import { Level } from '../priority-matrix.ts';
import {
  bounded,
  Flag,
  Id,
  Instant,
  listOf,
  optionalId,
  optionalReference,
  Page,
  Piece,
  Reading,
  Row,
  text,
  Walk,
  withCustom,
} from './common.ts';

/** A file already in the blob store. The gateway turns base64 and multipart uploads into these before it forwards. */
export const StoredFile = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
  filename: text(1024),
  contentType: text(255),
  contentId: text(998).optional(),
  inline: z.boolean().optional(),
});
export type StoredFile = z.output<typeof StoredFile>;

export const AttachmentInput = z.union([
  StoredFile,
  z.object({ filename: text(1024), data: z.string(), 'mime-type': text(255), charset: z.string().optional() }),
]);

/** Time spent, in whatever unit the desk counts; a comma does for the point. */
export const TimeUnit = z
  .union([z.number(), z.string().max(20)])
  .transform((value) => String(value).trim().replace(',', '.'))
  .pipe(z.string().regex(/^\d{1,7}(\.\d{1,2})?$/, 'must be a number with two decimals at most'))
  .meta({ type: 'string', description: 'A decimal number: `15` or `1.25`' });

export const ArticleInput = z.object({
  type: text(50).optional(),
  type_id: optionalId,
  sender: text(50).optional(),
  sender_id: optionalId,
  subject: text(998).nullish(),
  body: z.string().nullish(),
  content_type: z.enum(['text/plain', 'text/html']).optional(),
  internal: Flag.optional(),
  from: text(998).nullish(),
  to: text(20_000).nullish(),
  cc: text(20_000).nullish(),
  /** Who gets the e-mail without the others knowing. From agents; shown to agents alone. */
  bcc: text(20_000).nullish(),
  reply_to: text(998).nullish(),
  in_reply_to: text(998).nullish(),
  origin_by_id: optionalId,
  /** Ids answered by `POST /api/v1/upload_caches/:form_id` are attached and the cache is emptied. */
  form_id: text(200).optional(),
  attachments: bounded(AttachmentInput, 100).optional(),
  preferences: z.record(z.string(), z.unknown()).optional(),
  /**
   * An e-mail to somebody beside the ticket, of which the customer learns nothing, and what they answer: `new`, or the
   * thread it goes on with (`preferences.side_thread` of its articles). From agents; the article is internal.
   */
  side_thread: z.union([z.literal('new'), Id]).optional(),
  /** Time the agent spent for it, and on what kind of work. */
  time_unit: z.union([TimeUnit, z.literal('')]).nullish(),
  accounted_time_type_id: optionalId,
  accounted_time_type: text(250).nullish(),
  /** Taken from administrators in import mode only; what is imported is never mailed. */
  created_at: Instant.optional(),
});
export type ArticleInput = z.output<typeof ArticleInput>;

/** An object of a CMDB, by its number there; clients of the present one send numbers or their digits. */
const CmdbObjectId = z
  .union([z.number().int().positive(), z.string().regex(/^[1-9]\d{0,17}$/)])
  .transform(String)
  .meta({ type: 'string', description: 'Number of an object' });

/** Objects of the CMDB i-doit that the ticket is about, in the place where existing clients keep them. */
const TicketCmdb = z.looseObject({
  object_ids: bounded(CmdbObjectId, 100).optional(),
  /** Which client of the CMDB the numbers are of, where it has several. */
  tenant: text(100).optional(),
});

/** What a ticket is given, by whichever way. */
export const ticketFields = {
  title: text(250).optional(),
  group: text(500).optional(),
  group_id: optionalReference,
  state: text(100).optional(),
  state_id: optionalReference,
  priority: text(100).optional(),
  priority_id: optionalReference,
  /** From agents, in groups with a `priority_matrix`: the priority follows from the two. */
  impact: Level.nullish(),
  urgency: Level.nullish(),
  owner: text(250).nullish(),
  owner_id: optionalReference,
  /** Login, e-mail, or `guess:<e-mail>` which creates the customer if unknown. */
  customer: z.union([text(250), z.looseObject({})]).optional(),
  customer_id: z.union([Id, text(250)]).nullish(),
  organization: text(250).nullish(),
  organization_id: optionalReference,
  pending_time: Instant.nullish(),
  note: text(5000).nullish(),
  type: text(100).nullish(),
  preferences: z.looseObject({ idoit: TicketCmdb.nullish() }).optional(),
  /** Names with commas between them, added to those the ticket has; from agents only. */
  tags: z.union([text(10_000), bounded(text(1_000), 100)]).optional(),
};

/** What a new ticket is given beside. */
export const newTicketFields = {
  ...ticketFields,
  article: ArticleInput.optional(),
  /** What is asked for, of the catalogue: it says in which group the ticket opens (`preferences.service`). */
  service_id: optionalId,
  /** The shared draft that this is made of; it is gone then. */
  shared_draft_id: optionalId,
  /** Agents to subscribe, by id; when a ticket is opened, by agents only. */
  mentions: listOf(Id, 100).optional(),
  /** Tickets it is linked with from the beginning, by id: `parent` ones are its parents. By agents only. */
  links: z
    .object({
      Ticket: z.object({ normal: listOf(Id, 50), parent: listOf(Id, 50), child: listOf(Id, 50) }).partial(),
    })
    .partial()
    .optional(),
};

export const TicketInput = withCustom({
  ...newTicketFields,
  /** Taken from administrators in import mode only. */
  created_at: Instant.optional(),
});
export type TicketInput = z.output<typeof TicketInput>;

export const Ticket = Row.extend({
  group_id: z.number().int(),
  priority_id: z.number().int(),
  state_id: z.number().int(),
  organization_id: z.number().int().nullable(),
  number: z.string(),
  title: z.string(),
  owner_id: z.number().int(),
  customer_id: z.number().int(),
  note: z.string().nullable(),
  first_response_at: Instant.nullable(),
  first_response_escalation_at: Instant.nullable(),
  first_response_in_min: z.number().int().nullable(),
  first_response_diff_in_min: z.number().int().nullable(),
  close_at: Instant.nullable(),
  close_escalation_at: Instant.nullable(),
  close_in_min: z.number().int().nullable(),
  close_diff_in_min: z.number().int().nullable(),
  update_escalation_at: Instant.nullable(),
  update_in_min: z.number().int().nullable(),
  update_diff_in_min: z.number().int().nullable(),
  last_close_at: Instant.nullable(),
  last_contact_at: Instant.nullable(),
  last_contact_agent_at: Instant.nullable(),
  last_contact_customer_at: Instant.nullable(),
  last_owner_update_at: Instant.nullable(),
  create_article_type_id: z.number().int().nullable(),
  create_article_sender_id: z.number().int().nullable(),
  article_count: z.number().int().nullable(),
  escalation_at: Instant.nullable(),
  pending_time: Instant.nullable(),
  type: z.string().nullable(),
  /** Work on it altogether, as a decimal number; null for customers, and where none was ever noted. */
  time_unit: z.string().nullable(),
  /** Null for customers. */
  checklist_id: z.number().int().nullable(),
  preferences: z.record(z.string(), z.unknown()),
  /** These four are there once a ticket has an impact or an urgency. */
  impact: Level.nullish(),
  urgency: Level.nullish(),
  /** What the matrix of the group says; `priority_id` is the present one. Null while one of the two is missing. */
  original_priority_id: z.number().int().nullish(),
  /** Somebody chose another priority than that, which stays until they take it back. */
  priority_overridden: z.boolean().optional(),
});

export const Attachment = z.object({
  id: z.number().int(),
  store_file_id: z.number().int(),
  filename: z.string(),
  /** Digits: existing clients compare it as a string. */
  size: z.string(),
  preferences: z.record(z.string(), z.unknown()),
});

export const Article = Row.extend({
  ticket_id: z.number().int(),
  type_id: z.number().int(),
  sender_id: z.number().int(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  cc: z.string().nullable(),
  /** Null for customers, whoever got it. */
  bcc: z.string().nullable(),
  subject: z.string().nullable(),
  reply_to: z.string().nullable(),
  message_id: z.string().nullable(),
  in_reply_to: z.string().nullable(),
  references: z.string().nullable(),
  content_type: z.string(),
  body: z.string(),
  internal: z.boolean(),
  origin_by_id: z.number().int().nullable(),
  preferences: z.record(z.string(), z.unknown()),
  /** Null for customers, and where none was noted. */
  time_unit: z.string().nullable(),
  attachments: z.array(Attachment),
  type: z.string(),
  sender: z.string(),
  created_by: z.string(),
  updated_by: z.string(),
});

const assets = z.record(z.string(), z.unknown());

/**
 * `full` and `all` answer with other objects than the plain form. The type stays that of the plain form, which is what
 * typed callers ask for.
 */
export const ticketAnswer = z.union([
  Ticket,
  z.object({ id: z.number().int(), assets }),
  z.looseObject({ ticket_id: z.number().int(), ticket_article_ids: z.array(z.number().int()), assets }),
]) as unknown as typeof Ticket;
const ticketsAnswer = z.union([
  z.array(Ticket),
  z.object({ record_ids: z.array(z.number().int()), assets }),
]) as unknown as z.ZodArray<typeof Ticket>;

const tag = 'Tickets';
const params = { id: Id };

export const listTickets = defineEndpoint({
  id: 'listTickets',
  paging: { standard: 100, max: 100 },
  method: 'GET',
  path: '/api/v1/tickets',
  question: 'rpc.ticket.v1.list-tickets',
  tag,
  summary: 'Tickets the caller may read, by id; at most 100 a page',
  query: Walk,
  response: ticketsAnswer,
});

export const getTicket = defineEndpoint({
  id: 'getTicket',
  method: 'GET',
  path: '/api/v1/tickets/:id',
  question: 'rpc.ticket.v1.get-ticket',
  tag,
  summary: 'One ticket; `expand` adds names, `all` adds its articles and everything a ticket page shows',
  params,
  query: Reading,
  response: ticketAnswer,
});

export const createTicket = defineEndpoint({
  id: 'createTicket',
  method: 'POST',
  path: '/api/v1/tickets',
  question: 'rpc.ticket.v1.create-ticket',
  tag,
  summary: 'Opens a ticket, with its first article if one is given',
  status: 201,
  query: Reading,
  body: TicketInput,
  response: ticketAnswer,
});

export const updateTicket = defineEndpoint({
  id: 'updateTicket',
  method: 'PUT',
  path: '/api/v1/tickets/:id',
  question: 'rpc.ticket.v1.update-ticket',
  tag,
  summary: 'Changes fields of a ticket and may add an article in the same step',
  params,
  query: Reading,
  body: TicketInput,
  response: ticketAnswer,
});

export const deleteTicket = defineEndpoint({
  id: 'deleteTicket',
  method: 'DELETE',
  path: '/api/v1/tickets/:id',
  question: 'rpc.ticket.v1.delete-ticket',
  tag,
  summary: 'Deletes a ticket for good; administrators only',
  params,
});

export const TicketListQuery = z.object({
  /**
   * `my-open`, `unassigned`, `open`, `escalated`, `pending`, `closed`, `all`; customers: `my-tickets`,
   * `my-organization`; what waits for an agent: `my-overdue`, `my-waiting`, `my-reminders`, `my-drafts`, `my-bounced`;
   * or the link of an overview.
   */
  view: text(300).optional(),
  state: text(100).optional(),
  group_id: Id.optional(),
  owner_id: Id.optional(),
  customer_id: Id.optional(),
  organization_id: Id.optional(),
  query: text(500).optional(),
  /** Within the groups of an overview that gathers its tickets; `custom.<name>` is by a custom attribute. */
  sort: z
    .union([
      z.enum([
        ...(['updated_at', 'created_at', 'number', 'title', 'priority', 'pending_time', 'escalation_at'] as const),
        ...(['last_contact_customer_at', 'last_contact_agent_at', 'state', 'group', 'owner', 'customer'] as const),
        'organization',
      ]),
      z.templateLiteral([
        'custom.',
        z
          .string()
          .regex(/^[a-z]\w*$/)
          .max(200),
      ]),
    ])
    .default('updated_at'),
  order: z.enum(['asc', 'desc']).default('desc'),
  /** Each ticket says how its last message begins. */
  preview: Flag.optional(),
  /** Opaque cursor of the answer before. */
  after: text(2000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const TicketListRow = z.looseObject({
  id: z.number().int(),
  number: z.string(),
  title: z.string(),
  state: z.string(),
  state_type: z.string(),
  priority: z.string(),
  priority_id: z.number().int(),
  group: z.string(),
  group_id: z.number().int(),
  owner_id: z.number().int(),
  owner: z.string().nullable(),
  customer_id: z.number().int(),
  customer: z.string(),
  customer_email: z.string().nullable(),
  organization: z.string().nullable(),
  article_count: z.number().int(),
  pending_time: Instant.nullable(),
  /** The earliest due time of what was promised. */
  escalation_at: Instant.nullable(),
  created_at: Instant,
  updated_at: Instant,
  last_contact_customer_at: Instant.nullable(),
  last_contact_agent_at: Instant.nullable(),
  /** Values of the custom attributes that the overview has for columns or gathers its tickets by. */
  custom: z.record(z.string(), z.unknown()).optional(),
  /** Where it is asked for: of the last message that the customer can read; null where there is none with words. */
  preview: z
    .object({
      from: z.string().nullable(),
      sender: z.enum(['Agent', 'Customer']),
      /** At most 140 characters, on one line. */
      text: z.string(),
      created_at: Instant,
    })
    .nullish(),
});

export const ticketList = defineEndpoint({
  id: 'ticketList',
  method: 'GET',
  path: '/api/v1/ticket_list',
  question: 'rpc.ticket.v1.ticket-list',
  tag,
  summary: 'A page of a list with exact total and a keyset cursor: what the list screens show',
  query: TicketListQuery,
  response: z.object({
    tickets: z.array(TicketListRow),
    total: z.number().int(),
    /** Cursor of the next page; null on the last one. */
    next: z.string().nullable(),
  }),
});

export const ticketCounts = defineEndpoint({
  id: 'ticketCounts',
  method: 'GET',
  path: '/api/v1/ticket_counts',
  question: 'rpc.ticket.v1.ticket-counts',
  tag,
  summary: 'Exact number of tickets in each standard view of the caller',
  response: z.object({ views: z.array(z.object({ view: z.string(), count: z.number().int() })) }),
});

export const agentHome = defineEndpoint({
  id: 'agentHome',
  method: 'GET',
  path: '/api/v1/agent_home',
  question: 'rpc.ticket.v1.agent-home',
  tag,
  summary:
    'How much waits for an agent: overdue, answered by the customer, reminders that have come, drafts, mails that did not arrive',
  response: z.object({ views: z.array(z.object({ view: z.string(), count: z.number().int() })) }),
});

export const SearchInput = Page.extend({
  query: text(2000).optional(),
  ids: z.union([bounded(Id, 1000), text(20_000)]).optional(),
  /** Selector JSON (docs/how-to/conditions.md), in an address as its text; narrows what `query` and `ids` find. */
  condition: z.union([z.record(z.string(), z.unknown()), text(20_000)]).nullish(),
  only_total_count: Flag.optional(),
});

const found = z.union([
  z.array(Ticket),
  /** For programs, where the older form is switched on. */
  z.object({
    tickets: z.array(z.number().int()),
    tickets_count: z.number().int(),
    assets: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
  z.object({ total_count: z.number().int() }),
  z.object({
    record_ids: z.array(z.number().int()),
    assets: z.record(z.string(), z.unknown()),
    total_count: z.number().int(),
  }),
]);

export const searchTickets = defineEndpoint({
  id: 'searchTickets',
  paging: { standard: 50, max: 200 },
  method: 'GET',
  path: '/api/v1/tickets/search',
  question: 'rpc.ticket.v1.search-tickets',
  tag,
  summary: 'Full-text search over title, number, articles and people, best first',
  query: SearchInput,
  response: found,
});

export const searchTicketsByPost = defineEndpoint({
  id: 'searchTicketsByPost',
  paging: { standard: 50, max: 200 },
  method: 'POST',
  path: '/api/v1/tickets/search',
  question: 'rpc.ticket.v1.search-tickets',
  tag,
  summary: 'The same search with its input in the body',
  query: SearchInput,
  body: SearchInput.optional(),
  response: found,
});

export const searchHighlights = defineEndpoint({
  id: 'searchHighlights',
  method: 'GET',
  path: '/api/v1/tickets/search/highlights',
  question: 'rpc.ticket.v1.search-highlights',
  tag,
  summary:
    'Where tickets have the words of a search: the title, and a passage of the latest articles or files that the caller may read',
  query: z.object({
    query: text(2000),
    /** Ids of tickets with commas between them, 100 at most. */
    ids: z.string().regex(/^[1-9]\d{0,8}(?:,[1-9]\d{0,8}){0,99}$/),
  }),
  response: z.object({
    /** Of those that have words of it, in no order. */
    highlights: z.array(
      z.object({
        id: z.number().int(),
        /** The whole title in pieces. */
        title: z.array(Piece),
        /** Null: none of the latest articles, nor of their files, has a word of it. */
        article_id: z.number().int().nullable(),
        text: z.array(Piece),
        /** Where no article has a word of it: a file that has, with its name in pieces and a passage of what it says. */
        file: z.object({ id: z.number().int(), name: z.array(Piece), text: z.array(Piece) }).nullable(),
      }),
    ),
  }),
});

export const ticketHistory = defineEndpoint({
  id: 'ticketHistory',
  method: 'GET',
  path: '/api/v1/ticket_history/:id',
  question: 'rpc.ticket.v1.ticket-history',
  tag,
  summary: 'Every change of a ticket, oldest first',
  params,
  response: z.object({
    history: z.array(z.looseObject({ id: z.number().int(), object: z.string(), type: z.string() })),
    assets: z.record(z.string(), z.unknown()),
  }),
});

const articleTag = 'Articles';

export const listArticles = defineEndpoint({
  id: 'listArticles',
  method: 'GET',
  path: '/api/v1/ticket_articles/by_ticket/:id',
  question: 'rpc.ticket.v1.list-articles',
  alsoAskedBy: ['federation'],
  tag: articleTag,
  summary: 'The thread of a ticket, oldest first; customers do not see internal articles',
  params,
  query: Reading,
  response: z.array(Article),
});

export const allArticles = defineEndpoint({
  id: 'allArticles',
  paging: { standard: 100, max: 100 },
  method: 'GET',
  path: '/api/v1/ticket_articles',
  question: 'rpc.ticket.v1.all-articles',
  tag: articleTag,
  summary: 'Articles of all tickets that the caller may read, by id; for administrators, at most 100 a page',
  query: Page,
  response: z.array(Article),
});

export const getArticle = defineEndpoint({
  id: 'getArticle',
  method: 'GET',
  path: '/api/v1/ticket_articles/:id',
  question: 'rpc.ticket.v1.get-article',
  tag: articleTag,
  summary: 'One article',
  params,
  query: Reading,
  response: Article,
});

export const createArticle = defineEndpoint({
  id: 'createArticle',
  method: 'POST',
  path: '/api/v1/ticket_articles',
  question: 'rpc.ticket.v1.create-article',
  tag: articleTag,
  summary: 'Adds an article; type `email` by an agent is really sent',
  status: 201,
  query: Reading,
  body: ArticleInput.extend({ ticket_id: Id }),
  response: Article,
});

export const updateArticle = defineEndpoint({
  id: 'updateArticle',
  method: 'PUT',
  path: '/api/v1/ticket_articles/:id',
  question: 'rpc.ticket.v1.update-article',
  tag: articleTag,
  summary: 'Makes an article internal or public',
  params,
  query: Reading,
  body: z.object({
    internal: Flag.optional(),
    preferences: z.object({ highlight: z.unknown() }).partial().optional(),
  }),
  response: Article,
});

export const retrySecurityProcess = defineEndpoint({
  id: 'retrySecurityProcess',
  method: 'POST',
  path: '/api/v1/ticket_articles/:id/retry_security_process',
  question: 'rpc.ticket.v1.retry-security-process',
  tag: articleTag,
  summary: 'Opens a signed or encrypted mail once more, with the keys of today; answers with what came of it',
  params,
  response: MailSecurity,
});

export const deleteArticle = defineEndpoint({
  id: 'deleteArticle',
  method: 'DELETE',
  path: '/api/v1/ticket_articles/:id',
  question: 'rpc.ticket.v1.delete-article',
  tag: articleTag,
  summary: 'Deletes an own note within ten minutes',
  params,
});

/** The five routes of a kind of row that administrators look after. */
export const objects = <R extends z.ZodType, P extends string>(
  name: string,
  plural: string,
  path: P,
  row: R,
  body: z.ZodType,
  group = 'Ticket attributes',
) => {
  const many = plural.replaceAll(' ', '-');
  const one = name.replaceAll(' ', '-');
  const camel = (words: string) => words.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
  const pascal = (words: string) => camel(` ${words}`);
  const shared = { tag: group };
  return {
    list: defineEndpoint({
      ...shared,
      id: `list${pascal(plural)}`,
      method: 'GET',
      path,
      question: `rpc.ticket.v1.list-${many}`,
      summary: `All ${plural}`,
      query: Page,
      response: z.array(row),
    }),
    get: defineEndpoint({
      ...shared,
      id: `get${pascal(name)}`,
      method: 'GET',
      path: `${path}/:id`,
      question: `rpc.ticket.v1.get-${one}`,
      summary: `One ${name}`,
      params,
      query: Reading,
      response: row,
    }),
    create: defineEndpoint({
      ...shared,
      id: `create${pascal(name)}`,
      method: 'POST',
      path,
      question: `rpc.ticket.v1.create-${one}`,
      summary: `Adds a ${name}`,
      status: 201,
      query: Reading,
      body,
      response: row,
    }),
    update: defineEndpoint({
      ...shared,
      id: `update${pascal(name)}`,
      method: 'PUT',
      path: `${path}/:id`,
      question: `rpc.ticket.v1.update-${one}`,
      summary: `Changes a ${name}`,
      params,
      query: Reading,
      body,
      response: row,
    }),
    delete: defineEndpoint({
      ...shared,
      id: `delete${pascal(name)}`,
      method: 'DELETE',
      path: `${path}/:id`,
      question: `rpc.ticket.v1.delete-${one}`,
      summary: `Deletes a ${name} that nothing refers to`,
      params,
    }),
  };
};

export const TicketState = Row.extend({
  name: z.string(),
  state_type_id: z.number().int(),
  next_state_id: z.number().int().nullable(),
  ignore_escalation: z.boolean(),
  default_create: z.boolean(),
  default_follow_up: z.boolean(),
  note: z.string().nullable(),
  active: z.boolean(),
});

export const ticketStates = objects(
  'ticket state',
  'ticket states',
  '/api/v1/ticket_states',
  TicketState,
  z.object({
    name: text(100).optional(),
    state_type_id: optionalId,
    state_type: text(100).optional(),
    next_state_id: optionalId,
    next_state: text(100).nullish(),
    ignore_escalation: Flag.optional(),
    default_create: Flag.optional(),
    default_follow_up: Flag.optional(),
    note: text(250).nullish(),
    active: Flag.optional(),
  }),
);

export const TicketPriority = Row.extend({
  name: z.string(),
  default_create: z.boolean(),
  ui_icon: z.string().nullable(),
  ui_color: z.string().nullable(),
  note: z.string().nullable(),
  active: z.boolean(),
});

export const ticketPriorities = objects(
  'ticket priority',
  'ticket priorities',
  '/api/v1/ticket_priorities',
  TicketPriority,
  z.object({
    name: text(100).optional(),
    default_create: Flag.optional(),
    ui_icon: text(100).nullish(),
    ui_color: text(100).nullish(),
    note: text(250).nullish(),
    active: Flag.optional(),
  }),
);
