import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Instant, text } from './common.ts';

const assets = z.record(z.string(), z.unknown());

/** What the other ticket is to the one that is asked about. */
const LinkType = z.enum(['normal', 'parent', 'child']);

/** The source is the other ticket: `parent` makes it the parent of the target. */
const LinkInput = z
  .object({
    link_type: LinkType,
    link_object_source: text(50),
    link_object_source_value: Id,
    /** Number of the source; adding a link takes it instead of the id. */
    link_object_source_number: z.union([text(100), z.number().transform(String)]),
    link_object_target: text(50),
    link_object_target_value: Id,
  })
  .partial();
export type LinkInput = z.output<typeof LinkInput>;

export const Link = z.object({
  id: z.number().int(),
  link_type_id: z.number().int(),
  link_object_source_id: z.number().int(),
  link_object_source_value: z.number().int(),
  link_object_target_id: z.number().int(),
  link_object_target_value: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
});
export type Link = z.output<typeof Link>;

const links = 'Links';

export const listLinks = defineEndpoint({
  id: 'listLinks',
  method: 'GET',
  path: '/api/v1/links',
  question: 'rpc.ticket.v1.list-links',
  tag: links,
  summary: 'Tickets that a ticket is linked with, as far as the caller may see them; for its agents',
  query: z.object({ link_object: text(50), link_object_value: Id }).partial(),
  response: z.object({
    links: z.array(z.object({ link_type: LinkType, link_object: z.string(), link_object_value: z.number().int() })),
    assets,
  }),
});

export const addLink = defineEndpoint({
  id: 'addLink',
  method: 'POST',
  path: '/api/v1/links/add',
  question: 'rpc.ticket.v1.add-link',
  tag: links,
  summary: 'Links two tickets: normal, or one as parent or child of the other',
  status: 201,
  query: LinkInput,
  body: LinkInput.optional(),
  response: Link,
});

export const removeLink = defineEndpoint({
  id: 'removeLink',
  method: 'DELETE',
  path: '/api/v1/links/remove',
  question: 'rpc.ticket.v1.remove-link',
  tag: links,
  summary: 'Takes a link away; it may be named from either end',
  status: 201,
  query: LinkInput,
  body: LinkInput.optional(),
  response: Link,
});

const merging = 'Tickets';

/** A ticket as it was answered, in its plain form. */
const plain = z.record(z.string(), z.unknown());

export const mergeTicket = defineEndpoint({
  id: 'mergeTicket',
  method: 'PUT',
  path: '/api/v1/ticket_merge/:id/:number',
  question: 'rpc.ticket.v1.merge-ticket',
  tag: merging,
  summary: 'Merges a ticket into the one with the number: articles, subscribers, links and tags move',
  params: { id: Id, number: text(100) },
  response: z.union([
    z.object({ result: z.literal('success'), target_ticket: plain, source_ticket: plain }),
    z.object({ result: z.literal('failed'), message: z.string() }),
  ]),
});

export const undoMerge = defineEndpoint({
  id: 'undoMerge',
  method: 'POST',
  path: '/api/v1/ticket_merge/:id/undo',
  question: 'rpc.ticket.v1.undo-merge',
  tag: merging,
  summary: 'Gives a merged ticket back what its merge moved; 409 when what happened since contradicts',
  params: { id: Id },
  response: z.object({ result: z.literal('success'), target_ticket: plain, source_ticket: plain }),
});

const MovedArticle = z.object({
  article_id: z.number().int(),
  /** Where it is now. */
  ticket_id: z.number().int(),
  from_ticket_id: z.number().int(),
});

export const moveArticle = defineEndpoint({
  id: 'moveArticle',
  method: 'POST',
  path: '/api/v1/ticket_articles/:id/move',
  question: 'rpc.ticket.v1.move-article',
  tag: 'Articles',
  summary: 'Puts one article on another ticket, named by id or number; both must be the caller’s to change',
  params: { id: Id },
  body: z.object({ ticket_id: Id, number: text(100) }).partial(),
  response: MovedArticle,
});

export const undoMoveArticle = defineEndpoint({
  id: 'undoMoveArticle',
  method: 'POST',
  path: '/api/v1/ticket_articles/:id/move/undo',
  question: 'rpc.ticket.v1.undo-move-article',
  tag: 'Articles',
  summary: 'Puts a moved article back; 409 when it moved on since',
  params: { id: Id },
  response: MovedArticle,
});

export const splitTicket = defineEndpoint({
  id: 'splitTicket',
  method: 'GET',
  path: '/api/v1/ticket_split',
  question: 'rpc.ticket.v1.split-ticket',
  tag: merging,
  summary:
    'What a new ticket begins with that is made of an article; its files are put into the upload cache `form_id`',
  query: z.object({ ticket_id: Id, article_id: Id, form_id: text(200).optional() }),
  response: z.object({
    assets,
    attachments: z.array(
      z.object({ id: z.number().int(), filename: z.string(), size: z.number(), contentType: z.string() }),
    ),
  }),
});

const mentions = 'Mentions';

const Mentionable = z.object({ mentionable_type: text(50), mentionable_id: Id, full: Flag, expand: Flag }).partial();

export const listMentions = defineEndpoint({
  id: 'listMentions',
  method: 'GET',
  path: '/api/v1/mentions',
  question: 'rpc.ticket.v1.list-mentions',
  tag: mentions,
  summary: 'Who is subscribed to a ticket; for its agents',
  query: Mentionable,
  response: z.object({
    mentions: z.array(
      z.object({
        id: z.number().int(),
        mentionable_type: z.string(),
        mentionable_id: z.number().int(),
        user_id: z.number().int(),
        created_by_id: z.number().int(),
        updated_by_id: z.number().int(),
        created_at: Instant,
        updated_at: Instant,
      }),
    ),
  }),
});

export const mentionableAgents = defineEndpoint({
  id: 'mentionableAgents',
  method: 'GET',
  path: '/api/v1/mentions/agents',
  question: 'rpc.ticket.v1.mentionable-agents',
  tag: mentions,
  summary:
    'Agents who may read a ticket, by parts of their names, for whoever is about to call one of them; ten at most',
  query: Mentionable.extend({ query: text(100).optional() }),
  response: z.array(z.object({ id: z.number().int(), name: z.string(), login: z.string() })),
});

export const addMention = defineEndpoint({
  id: 'addMention',
  method: 'POST',
  path: '/api/v1/mentions',
  question: 'rpc.ticket.v1.add-mention',
  tag: mentions,
  summary: 'Subscribes the caller to a ticket',
  status: 201,
  query: Mentionable,
  body: Mentionable.optional(),
  response: z.boolean(),
});

export const deleteMention = defineEndpoint({
  id: 'deleteMention',
  method: 'DELETE',
  path: '/api/v1/mentions/:id',
  question: 'rpc.ticket.v1.delete-mention',
  tag: mentions,
  summary: 'Ends a subscription: the own one, or that of another agent by whoever may change the ticket',
  params: { id: Id },
  response: z.boolean(),
});
