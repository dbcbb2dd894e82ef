import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Id, Page, text } from './common.ts';

const tag = 'Tags';
const params = { id: Id };

/** One tag of one object. Old clients send it in the query of any verb, newer ones in the body; the body counts. */
const TagTarget = z.object({ object: text(50), o_id: Id, item: text(1_000) }).partial();

/** Form-encoded clients send the name of a tag in the query, others in the body. */
const TagName = z.object({ name: text(1_000) }).partial();

export const listTags = defineEndpoint({
  id: 'listTags',
  method: 'GET',
  path: '/api/v1/tags',
  question: 'rpc.ticket.v1.list-tags',
  tag,
  summary: 'The tags of a ticket, in the order they were added; for its agents',
  query: TagTarget,
  response: z.object({ tags: z.array(z.string()) }),
});

export const addTag = defineEndpoint({
  id: 'addTag',
  method: 'POST',
  path: '/api/v1/tags/add',
  question: 'rpc.ticket.v1.add-tag',
  tag,
  summary: 'Adds a tag to a ticket; one that it has already stays as it is',
  status: 201,
  query: TagTarget,
  body: TagTarget.optional(),
  response: z.boolean(),
});

export const removeTag = defineEndpoint({
  id: 'removeTag',
  method: 'DELETE',
  path: '/api/v1/tags/remove',
  question: 'rpc.ticket.v1.remove-tag',
  tag,
  summary: 'Takes a tag off a ticket',
  query: TagTarget,
  body: TagTarget.optional(),
  response: z.boolean(),
});

export const searchTags = defineEndpoint({
  id: 'searchTags',
  method: 'GET',
  path: '/api/v1/tag_search',
  question: 'rpc.ticket.v1.search-tags',
  tag,
  summary: 'Tags whose name holds a term, those that begin with it first; at most ten unless a limit is given',
  query: z.object({ term: text(1_000).optional(), limit: z.coerce.number().int().min(1).max(100).optional() }),
  response: z.array(z.object({ id: z.number().int(), value: z.string() })),
});

/** All tags there are, for administrators. */
export const tagList = {
  list: defineEndpoint({
    id: 'listTagList',
    paging: { standard: 5000, max: 5000 },
    method: 'GET',
    path: '/api/v1/tag_list',
    question: 'rpc.ticket.v1.list-tag-list',
    tag,
    summary: 'All tags with the number of tickets that have them, by name',
    query: Page,
    response: z.array(z.object({ id: z.number().int(), name: z.string(), count: z.number().int() })),
  }),
  create: defineEndpoint({
    id: 'createTag',
    method: 'POST',
    path: '/api/v1/tag_list',
    question: 'rpc.ticket.v1.create-tag',
    tag,
    summary: 'Adds a tag that no ticket has yet',
    query: TagName,
    body: TagName.optional(),
  }),
  update: defineEndpoint({
    id: 'renameTag',
    method: 'PUT',
    path: '/api/v1/tag_list/:id',
    question: 'rpc.ticket.v1.rename-tag',
    tag,
    summary: 'Renames a tag everywhere; the name of another tag makes the two one',
    params,
    query: TagName,
    body: TagName.optional(),
  }),
  delete: defineEndpoint({
    id: 'deleteTag',
    method: 'DELETE',
    path: '/api/v1/tag_list/:id',
    question: 'rpc.ticket.v1.delete-tag',
    tag,
    summary: 'Deletes a tag and takes it off every ticket',
    params,
  }),
};
