import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, Page, Reading, Row, text } from './common.ts';

const tag = 'Overviews';
const params = { id: Id };

const Direction = z
  .string()
  .transform((word) => word.toUpperCase())
  .pipe(z.enum(['ASC', 'DESC']));

/** Columns that a list shows: large screens, small ones, mobile ones. */
const View = z.object({
  d: bounded(text(100), 50).optional(),
  s: bounded(text(100), 50).optional(),
  m: bounded(text(100), 50).optional(),
  view_mode_default: z.enum(['d', 's', 'm']).optional(),
});

const Prio = z.coerce.number().int().min(0).max(1_000_000);

const OverviewInput = z.object({
  name: text(250).optional(),
  /** Where it stands among the others: the smaller, the higher. */
  prio: Prio.optional(),
  /** Which tickets it shows, as selector JSON (docs/how-to/conditions.md). */
  condition: z.record(z.string(), z.unknown()).nullish(),
  order: z.object({ by: text(100), direction: Direction }).optional(),
  group_by: text(100).nullish(),
  group_direction: Direction.nullish(),
  /** Only for people whose organization shares its tickets. */
  organization_shared: Flag.optional(),
  /**
   * Only for those who stand in for somebody who is away, and as those would see it: `current_user.id` in the condition
   * is whoever is replaced.
   */
  out_of_office: Flag.optional(),
  view: View.optional(),
  active: Flag.optional(),
  /** Whose it is: people who have one of these roles, and only those of them who are named, when some are. */
  role_ids: bounded(Id, 1_000).optional(),
  user_ids: bounded(Id, 1_000).optional(),
  /** On creation: an own one, which nobody else sees. Always so for who administrates none. */
  personal: Flag.optional(),
});
export type OverviewInput = z.output<typeof OverviewInput>;

export const Overview = Row.extend({
  name: z.string(),
  link: z.string(),
  prio: z.number().int(),
  condition: z.record(z.string(), z.unknown()),
  order: z.object({ by: z.string(), direction: z.string() }),
  group_by: z.string().nullable(),
  group_direction: z.string().nullable(),
  organization_shared: z.boolean(),
  out_of_office: z.boolean(),
  view: z.record(z.string(), z.unknown()),
  active: z.boolean(),
  role_ids: z.array(z.number().int()),
  user_ids: z.array(z.number().int()),
  personal: z.boolean(),
});

const assets = z.record(z.string(), z.unknown());
/** `full` answers with other objects than the plain form; the type stays that of the plain one. */
const one = <R extends z.ZodType>(row: R) => z.union([row, z.object({ id: z.number().int(), assets })]) as unknown as R;
const many = <R extends z.ZodType>(row: R) =>
  z.union([z.array(row), z.object({ record_ids: z.array(z.number().int()), assets })]) as unknown as z.ZodArray<R>;

export const overviews = {
  list: defineEndpoint({
    id: 'listOverviews',
    method: 'GET',
    path: '/api/v1/overviews',
    question: 'rpc.ticket.v1.list-overviews',
    tag,
    summary: 'Overviews that the caller may change: own ones, and for administrators the shared ones',
    query: Page,
    response: many(Overview),
  }),
  get: defineEndpoint({
    id: 'getOverview',
    method: 'GET',
    path: '/api/v1/overviews/:id',
    question: 'rpc.ticket.v1.get-overview',
    tag,
    summary: 'One overview',
    params,
    query: Reading,
    response: one(Overview),
  }),
  create: defineEndpoint({
    id: 'createOverview',
    method: 'POST',
    path: '/api/v1/overviews',
    question: 'rpc.ticket.v1.create-overview',
    tag,
    summary: 'Adds an overview, an own one or one that is shared by role',
    status: 201,
    query: Reading,
    body: OverviewInput,
    response: one(Overview),
  }),
  update: defineEndpoint({
    id: 'updateOverview',
    method: 'PUT',
    path: '/api/v1/overviews/:id',
    question: 'rpc.ticket.v1.update-overview',
    tag,
    summary: 'Changes an overview',
    params,
    query: Reading,
    body: OverviewInput,
    response: one(Overview),
  }),
  delete: defineEndpoint({
    id: 'deleteOverview',
    method: 'DELETE',
    path: '/api/v1/overviews/:id',
    question: 'rpc.ticket.v1.delete-overview',
    tag,
    summary: 'Deletes an overview; the tickets stay',
    params,
    response: z.object({}),
  }),
  prio: defineEndpoint({
    id: 'orderOverviews',
    method: 'POST',
    path: '/api/v1/overviews_prio',
    question: 'rpc.ticket.v1.order-overviews',
    tag,
    summary: 'Puts overviews in order: pairs of an id and its new place',
    body: z.object({ prios: bounded(z.tuple([Id, Prio]), 1_000) }),
    response: z.object({ success: z.literal(true) }),
  }),
};

/** Where an overview stands for one person alone. */
const OverviewSorting = Row.extend({
  user_id: z.number().int(),
  overview_id: z.number().int(),
  prio: z.number().int(),
});

/** The own order of overviews; those without a place of their own stand behind, in the order of the desk. */
export const overviewSortings = {
  list: defineEndpoint({
    id: 'listOverviewSortings',
    method: 'GET',
    path: '/api/v1/user_overview_sortings',
    question: 'rpc.ticket.v1.list-overview-sortings',
    tag,
    summary: 'The overviews of the caller in their own order, and the places that they gave them',
    response: z.object({ overviews: z.array(Overview), overview_sortings: z.array(OverviewSorting) }),
  }),
  get: defineEndpoint({
    id: 'getOverviewSorting',
    method: 'GET',
    path: '/api/v1/user_overview_sortings/:id',
    question: 'rpc.ticket.v1.get-overview-sorting',
    tag,
    summary: 'One place that the caller gave an overview',
    params,
    response: OverviewSorting,
  }),
  create: defineEndpoint({
    id: 'createOverviewSorting',
    method: 'POST',
    path: '/api/v1/user_overview_sortings',
    question: 'rpc.ticket.v1.create-overview-sorting',
    tag,
    summary: 'Gives an overview a place in the order of the caller; a place that it has there becomes the new one',
    status: 201,
    body: z.object({ overview_id: Id, prio: Prio }),
    response: OverviewSorting,
  }),
  update: defineEndpoint({
    id: 'updateOverviewSorting',
    method: 'PUT',
    path: '/api/v1/user_overview_sortings/:id',
    question: 'rpc.ticket.v1.update-overview-sorting',
    tag,
    summary: 'Changes the place of an overview in the order of the caller',
    params,
    body: z.object({ prio: Prio }),
    response: OverviewSorting,
  }),
  delete: defineEndpoint({
    id: 'deleteOverviewSorting',
    method: 'DELETE',
    path: '/api/v1/user_overview_sortings/:id',
    question: 'rpc.ticket.v1.delete-overview-sorting',
    tag,
    summary: 'Takes an overview out of the order of the caller: it stands where the desk has it',
    params,
    response: z.object({}),
  }),
  prio: defineEndpoint({
    id: 'sortOverviews',
    method: 'POST',
    path: '/api/v1/user_overview_sortings_prio',
    question: 'rpc.ticket.v1.sort-overviews',
    tag,
    summary: 'The order of the caller as a whole, pairs of an overview and its place; none is the order of the desk',
    body: z.object({ prios: bounded(z.tuple([Id, Prio]), 1_000) }),
    response: z.object({ success: z.literal(true) }),
  }),
};

export const OverviewCount = z.object({
  id: z.number().int(),
  name: z.string(),
  prio: z.number().int(),
  link: z.string(),
  count: z.number().int(),
  order: z.object({ by: z.string(), direction: z.string() }),
  personal: z.boolean(),
  /** Columns of its list, and by what its rows are gathered. */
  view: z.record(z.string(), z.unknown()),
  group_by: z.string().nullable(),
  group_direction: z.string().nullable(),
  /** What its condition looks at: a change of nothing else changes the number. */
  depends_on: z.array(z.string()),
});

export const ticketOverviews = defineEndpoint({
  id: 'ticketOverviews',
  method: 'GET',
  path: '/api/v1/ticket_overviews',
  question: 'rpc.ticket.v1.ticket-overviews',
  tag,
  summary: 'The overviews of the caller with exact counts; with `view`, the first tickets of one of them',
  query: z.object({ view: text(300).optional() }),
  response: z.union([
    z.array(OverviewCount),
    z.object({
      assets,
      index: z.object({
        overview: z.object({ id: z.number().int(), view: z.string(), name: z.string(), updated_at: Instant }),
        tickets: z.array(z.object({ id: z.number().int(), updated_at: Instant })),
        count: z.number().int(),
      }),
    }),
  ]) as unknown as z.ZodArray<typeof OverviewCount>,
});
