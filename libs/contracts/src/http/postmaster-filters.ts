import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, boundedRecord, Flag, Id, Page, Reading, Row, text } from './common.ts';

const tag = 'Mail';
const params = { id: Id };

/** What a header, or the body, is compared by; capital letters make no difference. */
export const postmasterOperators = [
  ...(['contains', 'contains not', 'is', 'is not', 'is any of', 'is none of', 'starts with', 'ends with'] as const),
  ...(['starts with one of', 'ends with one of', 'matches regex', 'does not match regex'] as const),
] as const;
export type PostmasterOperator = (typeof postmasterOperators)[number];

/** What a filter can do to a mail. */
export const postmasterActions = [
  ...(['x-zammad-ticket-group_id', 'x-zammad-ticket-priority_id', 'x-zammad-ticket-state_id'] as const),
  ...(['x-zammad-ticket-owner_id', 'x-zammad-ticket-customer_id', 'x-zammad-ticket-tags'] as const),
  ...(['x-zammad-ticket-type', 'x-zammad-article-internal', 'x-zammad-out-of-office', 'x-zammad-ignore'] as const),
] as const;
export type PostmasterAction = (typeof postmasterActions)[number];

const Match = z.looseObject({
  operator: text(50),
  /** A text, or several of which one counts. */
  value: z.union([text(2_000), bounded(text(2_000), 100)]),
});
const Perform = z.looseObject({
  value: z.union([text(2_000), z.number(), z.boolean()]).nullish(),
  /** Of tags: `add` or `remove`. */
  operator: text(20).optional(),
});

const PostmasterFilterInput = z.object({
  name: text(250).optional(),
  /** By header in small letters, or `body`; all of them have to be met. */
  match: boundedRecord(Match, 50).optional(),
  perform: boundedRecord(Perform, 20).optional(),
  note: text(250).nullish(),
  active: Flag.optional(),
});
export type PostmasterFilterInput = z.output<typeof PostmasterFilterInput>;

export const PostmasterFilter = Row.extend({
  name: z.string(),
  /** Always `email`. */
  channel: z.string(),
  match: z.record(z.string(), z.looseObject({ operator: z.string(), value: z.unknown() })),
  perform: z.record(z.string(), z.looseObject({ value: z.unknown() })),
  note: z.string().nullable(),
  active: z.boolean(),
});

const assets = z.record(z.string(), z.unknown());
/** `full` answers with other objects than the plain form; the type stays that of the plain one. */
const one = <R extends z.ZodType>(row: R) => z.union([row, z.object({ id: z.number().int(), assets })]) as unknown as R;
const many = <R extends z.ZodType>(row: R) =>
  z.union([z.array(row), z.object({ record_ids: z.array(z.number().int()), assets })]) as unknown as z.ZodArray<R>;

export const postmasterFilters = {
  list: defineEndpoint({
    id: 'listPostmasterFilters',
    method: 'GET',
    path: '/api/v1/postmaster_filters',
    question: 'rpc.mail-ingest.v1.list-filters',
    tag,
    summary: 'All filters of incoming mail, by id',
    query: Page,
    response: many(PostmasterFilter),
  }),
  get: defineEndpoint({
    id: 'getPostmasterFilter',
    method: 'GET',
    path: '/api/v1/postmaster_filters/:id',
    question: 'rpc.mail-ingest.v1.get-filter',
    tag,
    summary: 'One filter of incoming mail',
    params,
    query: Reading,
    response: one(PostmasterFilter),
  }),
  create: defineEndpoint({
    id: 'createPostmasterFilter',
    method: 'POST',
    path: '/api/v1/postmaster_filters',
    question: 'rpc.mail-ingest.v1.create-filter',
    tag,
    summary: 'Adds a filter; it looks at mails from then on, in the order of names',
    status: 201,
    query: Reading,
    body: PostmasterFilterInput,
    response: one(PostmasterFilter),
  }),
  update: defineEndpoint({
    id: 'updatePostmasterFilter',
    method: 'PUT',
    path: '/api/v1/postmaster_filters/:id',
    question: 'rpc.mail-ingest.v1.update-filter',
    tag,
    summary: 'Changes a filter of incoming mail',
    params,
    query: Reading,
    body: PostmasterFilterInput,
    response: one(PostmasterFilter),
  }),
  delete: defineEndpoint({
    id: 'deletePostmasterFilter',
    method: 'DELETE',
    path: '/api/v1/postmaster_filters/:id',
    question: 'rpc.mail-ingest.v1.delete-filter',
    tag,
    summary: 'Deletes a filter of incoming mail',
    params,
    response: z.object({}),
  }),
  test: defineEndpoint({
    id: 'testPostmasterFilters',
    method: 'POST',
    path: '/api/v1/postmaster_filters/test',
    question: 'rpc.mail-ingest.v1.test-filters',
    tag,
    summary: 'Which active filters would meet a mail, and what they would do to it; nothing is filed',
    body: z.object({
      /** The header as it stands in a mail, a line for a line. */
      header: text(65_536),
      body: text(100_000).optional(),
    }),
    response: z.object({
      /** In the order in which they look; those behind one that ignores the mail do not. */
      filters: z.array(z.object({ id: z.number().int(), name: z.string(), matches: z.boolean() })),
      perform: z.record(z.string(), z.unknown()),
      ignored: z.boolean(),
    }),
  }),
};
