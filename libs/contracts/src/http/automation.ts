import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, boundedRecord, Flag, Id, Instant, Page, Reading, Row, text } from './common.ts';

const tag = 'Triggers and schedules';
const params = { id: Id };

/** Answers `{}`, as every deletion of the contract does. */
const Nothing = z.object({});

/** Selector JSON, simple or expert. */
const Selector = z.record(z.string(), z.unknown());
/** Actions by their names: `{ "ticket.state_id": { "value": 4 }, "article.note": { … } }`. */
const Perform = boundedRecord(z.unknown(), 100);

const rule = {
  name: text(250).optional(),
  condition: Selector.nullish(),
  perform: Perform.optional(),
  /** Agents are not told of what it does. */
  disable_notification: Flag.optional(),
  /** Language of texts it writes, `system` or nothing for the customer's. */
  localization: text(20).nullish(),
  /** Of times in texts it writes, and of a schedule; `system` or nothing for UTC. */
  timezone: text(100).nullish(),
  note: text(1_000).nullish(),
  active: Flag.optional(),
};

const TriggerInput = z.object({
  ...rule,
  activator: z.enum(['action', 'time']).optional(),
  execution_condition_mode: z.enum(['selective', 'always']).optional(),
});
export type TriggerInput = z.output<typeof TriggerInput>;

const shownRule = {
  name: z.string(),
  condition: z.record(z.string(), z.unknown()),
  perform: z.record(z.string(), z.unknown()),
  disable_notification: z.boolean(),
  localization: z.string().nullable(),
  timezone: z.string().nullable(),
  note: z.string().nullable(),
  active: z.boolean(),
};

export const Trigger = Row.extend({
  ...shownRule,
  activator: z.enum(['action', 'time']),
  execution_condition_mode: z.enum(['selective', 'always']),
});

/** `{ "Mon": true, … }`, `{ "9": true, … }`, `{ "0": true, "10": true, … }`. */
const Slots = boundedRecord(z.unknown(), 60);
const Timeplan = z.object({ days: Slots.optional(), hours: Slots.optional(), minutes: Slots.optional() });

const JobInput = z.object({
  ...rule,
  /** What it is for: `Ticket`, `User` or `Organization`. */
  object: text(50).optional(),
  timeplan: Timeplan.optional(),
});
export type JobInput = z.output<typeof JobInput>;

export const Job = Row.extend({
  ...shownRule,
  object: z.string(),
  timeplan: z.record(z.string(), z.unknown()),
  last_run_at: Instant.nullable(),
  next_run_at: Instant.nullable(),
  /** Of the latest run: how many it was for, and those that are done. */
  matching: z.number().int(),
  processed: z.number().int(),
  /** Why it cannot be used as it is stored: its runs do nothing, and their log says so. Null: it can. */
  problem: z.string().nullable(),
  pid: z.null(),
  running: z.boolean(),
});

const assets = z.record(z.string(), z.unknown());

/** `full` answers with other objects than the plain form; the type stays that of the plain one. */
const one = <R extends z.ZodType>(row: R) => z.union([row, z.object({ id: z.number().int(), assets })]) as unknown as R;
const many = <R extends z.ZodType>(row: R) =>
  z.union([z.array(row), z.object({ record_ids: z.array(z.number().int()), assets })]) as unknown as z.ZodArray<R>;

const Named = z.object({ id: z.number().int(), name: z.string() });

/** What one rule did to one ticket, or why it was held back. */
export const RuleRun = z.object({
  id: z.number().int(),
  rule: Named.extend({ type: z.enum(['Trigger', 'Job']) }),
  /** Null for one that is gone or that the reader may not see. */
  ticket: z.object({ id: z.number().int(), number: z.string(), title: z.string() }).nullable(),
  at: Instant,
  /** What it did it to, where that is no ticket; null for one that is gone or that the reader may not see, and of a run that came to nobody. */
  object: z.object({ type: z.enum(['User', 'Organization']), id: z.number().int(), label: z.string() }).nullable(),
  /** What started it: create, update, …, reminder_reached, escalation, escalation_warning, schedule, asked. */
  cause: z.string(),
  outcome: z.enum(['done', 'partly', 'held-back', 'failed']),
  /** Rules that ran before it because of the same change, first to last, and then it. */
  chain: z.array(z.string()),
  /** What it did, by the names of the actions. */
  did: z.array(z.string()),
  /** What it did not do, and why not. */
  held_back: z.array(z.object({ action: z.string(), why: z.string() })),
});
export type RuleRun = z.output<typeof RuleRun>;

const Runs = z.object({ runs: z.array(RuleRun), next: z.number().int().nullable() });
const RunsPage = z.object({
  /** Runs older than this one. */
  before: Id.optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
});

/** What would be done to a ticket: nothing is. */
const Prospect = z.object({
  ticket: z.object({ id: z.number().int(), number: z.string(), title: z.string() }),
  /** When it would have been; null for the ticket as it is now. */
  at: Instant.nullable(),
  /** What would have started it. */
  cause: z.string(),
  would: z.array(z.object({ action: z.string(), from: z.unknown().optional(), to: z.unknown().optional() })),
});
export type Prospect = z.output<typeof Prospect>;

/** The same of somebody, or of an organization. */
const ObjectProspect = z.object({
  object: z.object({ type: z.enum(['User', 'Organization']), id: z.number().int(), label: z.string() }),
  would: Prospect.shape.would,
});

export const triggers = {
  list: defineEndpoint({
    id: 'listTriggers',
    method: 'GET',
    path: '/api/v1/triggers',
    question: 'rpc.ticket.v1.list-triggers',
    tag,
    summary: 'All triggers',
    query: Page,
    response: many(Trigger),
  }),
  get: defineEndpoint({
    id: 'getTrigger',
    method: 'GET',
    path: '/api/v1/triggers/:id',
    question: 'rpc.ticket.v1.get-trigger',
    tag,
    summary: 'One trigger',
    params,
    query: Reading,
    response: one(Trigger),
  }),
  create: defineEndpoint({
    id: 'createTrigger',
    method: 'POST',
    path: '/api/v1/triggers',
    question: 'rpc.ticket.v1.create-trigger',
    tag,
    summary: 'Adds a trigger; it looks at what happens from now on',
    status: 201,
    query: Reading,
    body: TriggerInput,
    response: one(Trigger),
  }),
  update: defineEndpoint({
    id: 'updateTrigger',
    method: 'PUT',
    path: '/api/v1/triggers/:id',
    question: 'rpc.ticket.v1.update-trigger',
    tag,
    summary: 'Changes a trigger',
    params,
    query: Reading,
    body: TriggerInput,
    response: one(Trigger),
  }),
  delete: defineEndpoint({
    id: 'deleteTrigger',
    method: 'DELETE',
    path: '/api/v1/triggers/:id',
    question: 'rpc.ticket.v1.delete-trigger',
    tag,
    summary: 'Deletes a trigger; what it did keeps its name',
    params,
    response: Nothing,
  }),
  runs: defineEndpoint({
    id: 'triggerRuns',
    method: 'GET',
    path: '/api/v1/triggers/:id/runs',
    question: 'rpc.ticket.v1.list-trigger-runs',
    tag,
    summary: 'What a trigger did, newest first, and what was held back',
    params,
    query: RunsPage,
    response: Runs,
  }),
  preview: defineEndpoint({
    id: 'previewTrigger',
    method: 'POST',
    path: '/api/v1/triggers/preview',
    question: 'rpc.ticket.v1.preview-trigger',
    tag,
    summary: 'What a trigger would have done to past events of tickets; nothing is done',
    body: z.object({
      trigger: TriggerInput,
      /** How far back to look. */
      days: z.coerce.number().int().min(1).max(90).optional(),
      /** Only these tickets. */
      ticket_ids: bounded(Id, 500).optional(),
    }),
    response: z.object({
      /** Events that were looked at; older ones were not when `complete` is false. */
      looked_at: z.number().int(),
      matched: z.number().int(),
      complete: z.boolean(),
      /** The newest ones that the reader may see, at most 100 are looked at. */
      examples: z.array(Prospect),
    }),
  }),
};

export const jobs = {
  list: defineEndpoint({
    id: 'listJobs',
    method: 'GET',
    path: '/api/v1/jobs',
    question: 'rpc.ticket.v1.list-jobs',
    tag,
    summary: 'All schedules',
    query: Page,
    response: many(Job),
  }),
  get: defineEndpoint({
    id: 'getJob',
    method: 'GET',
    path: '/api/v1/jobs/:id',
    question: 'rpc.ticket.v1.get-job',
    tag,
    summary: 'One schedule',
    params,
    query: Reading,
    response: one(Job),
  }),
  create: defineEndpoint({
    id: 'createJob',
    method: 'POST',
    path: '/api/v1/jobs',
    question: 'rpc.ticket.v1.create-job',
    tag,
    summary: 'Adds a schedule',
    status: 201,
    query: Reading,
    body: JobInput,
    response: one(Job),
  }),
  update: defineEndpoint({
    id: 'updateJob',
    method: 'PUT',
    path: '/api/v1/jobs/:id',
    question: 'rpc.ticket.v1.update-job',
    tag,
    summary: 'Changes a schedule; a run that is under way goes on as it began',
    params,
    query: Reading,
    body: JobInput,
    response: one(Job),
  }),
  delete: defineEndpoint({
    id: 'deleteJob',
    method: 'DELETE',
    path: '/api/v1/jobs/:id',
    question: 'rpc.ticket.v1.delete-job',
    tag,
    summary: 'Deletes a schedule, and ends its run',
    params,
    response: Nothing,
  }),
  run: defineEndpoint({
    id: 'runJob',
    method: 'POST',
    path: '/api/v1/jobs/:id/run',
    question: 'rpc.ticket.v1.run-job',
    tag,
    summary: 'Runs a schedule now; 409 while it is running',
    params,
    response: Job,
  }),
  runs: defineEndpoint({
    id: 'jobRuns',
    method: 'GET',
    path: '/api/v1/jobs/:id/runs',
    question: 'rpc.ticket.v1.list-job-runs',
    tag,
    summary: 'What a schedule did, newest first, and what was held back',
    params,
    query: RunsPage,
    response: Runs,
  }),
  preview: defineEndpoint({
    id: 'previewJob',
    method: 'POST',
    path: '/api/v1/jobs/preview',
    question: 'rpc.ticket.v1.preview-job',
    tag,
    summary: 'For what a schedule would run now, and what it would do; nothing is done',
    body: JobInput,
    response: z.object({
      matching: z.number().int(),
      /** More than a run takes: the rest is for the next one. */
      more: z.boolean(),
      next_run_at: Instant.nullable(),
      /** Of the first 20, those that the reader may see. */
      examples: z.array(Prospect),
      /** The same of people and organizations. */
      objects: z.array(ObjectProspect),
    }),
  }),
};

/** Why something about a ticket is as it is. */
const Why = z.object({
  /** Of the entry in the ticket's history. */
  history_id: z.number().int(),
  at: Instant,
  type: z.string(),
  attribute: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  by: z.object({
    /** `user`: a person; `rule`: a trigger, schedule or SLA; `system`: what follows from the desk's own rules. */
    kind: z.enum(['user', 'rule', 'system']),
    id: z.number().int().nullable(),
    type: z.string().nullable(),
    name: z.string().nullable(),
  }),
  /** What led to it, first to last: `create`, then the rules one after the other. */
  chain: z.array(z.string()),
});

export const ticketWhy = defineEndpoint({
  id: 'ticketWhy',
  method: 'GET',
  path: '/api/v1/tickets/:id/why',
  question: 'rpc.ticket.v1.explain-ticket',
  tag,
  summary: 'Who or which rule changed what of a ticket, through which chain, and what was held back; for its agents',
  params,
  response: z.object({ ticket_id: z.number().int(), changes: z.array(Why), runs: z.array(RuleRun) }),
});
