import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, text } from './common.ts';

const tag = 'Data protection';
const params = { id: Id };

export const RetentionAction = z.enum([
  /** The ticket goes, with its articles, files and mails. */
  'delete',
  /** It stays without people: customer, addresses, mail headers, files; statistics survive. */
  'pseudonymise',
]);
export type RetentionAction = z.output<typeof RetentionAction>;

/** State types of tickets that are over. */
export const FinishedStateType = z.enum(['closed', 'merged']);
export type FinishedStateType = z.output<typeof FinishedStateType>;

const RetentionRuleInput = z.object({
  name: text(250).optional(),
  /** Only an active rule runs, daily and on demand. Default false. */
  active: Flag.optional(),
  /** Empty, the default: of all groups. */
  group_ids: bounded(Id, 1_000).optional(),
  /** Default: closed and merged ones. */
  state_types: bounded(FinishedStateType, 2).optional(),
  /** Days since the ticket was made, last closed, or last written to from either side, whatever came last. */
  older_than_days: z.coerce.number().int().min(1).max(36_500).optional(),
  action: RetentionAction.optional(),
});
export type RetentionRuleInput = z.output<typeof RetentionRuleInput>;

export const RetentionRule = z.object({
  id: z.number().int(),
  name: z.string(),
  active: z.boolean(),
  group_ids: z.array(z.number().int()),
  state_types: z.array(FinishedStateType),
  older_than_days: z.number().int(),
  action: RetentionAction,
  /** When the timer runs it; null: it is not active. */
  next_run_at: Instant.nullable(),
  created_by_id: z.number().int(),
  updated_by_id: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
});

/** What a rule would do now. */
export const RetentionPreview = z.object({
  /** Tickets that the rule is for, those under legal hold among them. */
  count: z.number().int(),
  /** Those that a legal hold keeps: of the ticket, its customer, or anybody who wrote in it. */
  held: z.number().int(),
  /** The first of them. */
  examples: z.array(
    z.object({
      id: z.number().int(),
      number: z.string(),
      /** Null: whoever asks may not read the ticket. */
      title: z.string().nullable(),
      group_id: z.number().int(),
      /** Since when nothing happened. */
      quiet_since: Instant,
      held: z.boolean(),
    }),
  ),
});

export const RetentionRun = z.object({
  id: z.number().int(),
  rule_id: z.number().int(),
  /** `stopped`: the rule was changed meanwhile. */
  state: z.enum(['waiting', 'running', 'finished', 'stopped']),
  action: RetentionAction,
  /** Null: the timer began it. */
  created_by_id: z.number().int().nullable(),
  created_at: Instant,
  started_at: Instant.nullable(),
  finished_at: Instant.nullable(),
  /** Tickets deleted or pseudonymised. */
  handled: z.number().int(),
  /** Kept by a legal hold. */
  held: z.number().int(),
  /** Left as they are because of an error; the next run tries again. */
  failed: z.number().int(),
  /** The first of those that failed, each with the code of its error. */
  problems: z.array(z.object({ ticket_id: z.number().int(), code: z.string() })),
});

export const retentionRules = {
  list: defineEndpoint({
    id: 'listRetentionRules',
    method: 'GET',
    path: '/api/v1/retention_rules',
    question: 'rpc.ticket.v1.list-retention-rules',
    tag,
    summary: 'How long tickets are kept, and what becomes of them then; needs `admin.data_privacy`',
    response: z.array(RetentionRule),
  }),
  tryOut: defineEndpoint({
    id: 'previewRetention',
    method: 'POST',
    path: '/api/v1/retention_rules/preview',
    question: 'rpc.ticket.v1.try-out-retention-rule',
    tag,
    summary: 'What a rule like this would do now; changes nothing',
    body: RetentionRuleInput,
    response: RetentionPreview,
  }),
  get: defineEndpoint({
    id: 'getRetentionRule',
    method: 'GET',
    path: '/api/v1/retention_rules/:id',
    question: 'rpc.ticket.v1.get-retention-rule',
    tag,
    summary: 'One rule',
    params,
    response: RetentionRule,
  }),
  preview: defineEndpoint({
    id: 'previewRetentionRule',
    method: 'GET',
    path: '/api/v1/retention_rules/:id/preview',
    question: 'rpc.ticket.v1.preview-retention-rule',
    tag,
    summary: 'What this rule would do now; changes nothing',
    params,
    response: RetentionPreview,
  }),
  create: defineEndpoint({
    id: 'createRetentionRule',
    method: 'POST',
    path: '/api/v1/retention_rules',
    question: 'rpc.ticket.v1.create-retention-rule',
    tag,
    summary: 'Adds a rule, which does nothing until it is active',
    status: 201,
    body: RetentionRuleInput,
    response: RetentionRule,
  }),
  update: defineEndpoint({
    id: 'updateRetentionRule',
    method: 'PUT',
    path: '/api/v1/retention_rules/:id',
    question: 'rpc.ticket.v1.update-retention-rule',
    tag,
    summary: 'Changes a rule; a run of it that is under way stops',
    params,
    body: RetentionRuleInput,
    response: RetentionRule,
  }),
  delete: defineEndpoint({
    id: 'deleteRetentionRule',
    method: 'DELETE',
    path: '/api/v1/retention_rules/:id',
    question: 'rpc.ticket.v1.delete-retention-rule',
    tag,
    summary: 'Deletes a rule with the record of its runs; a run that is under way stops',
    params,
    response: z.object({}),
  }),
  run: defineEndpoint({
    id: 'runRetentionRule',
    method: 'POST',
    path: '/api/v1/retention_rules/:id/runs',
    question: 'rpc.ticket.v1.run-retention-rule',
    tag,
    summary: 'Runs an active rule now, in the background. There is no way back',
    status: 201,
    params,
    response: RetentionRun,
  }),
  runs: defineEndpoint({
    id: 'listRetentionRuns',
    method: 'GET',
    path: '/api/v1/retention_rules/:id/runs',
    question: 'rpc.ticket.v1.list-retention-runs',
    tag,
    summary: 'What the rule did, newest first, at most 100',
    params,
    response: z.array(RetentionRun),
  }),
};

/** The mails as they came, which mail-ingest keeps for a time of its own. */
export const rawMailRetention = defineEndpoint({
  id: 'rawMailRetention',
  method: 'GET',
  path: '/api/v1/raw_mail_retention',
  question: 'rpc.mail-ingest.v1.raw-mail-retention',
  tag,
  summary: 'How long mails are kept as they came, and what would go now; changes nothing. Needs `admin.data_privacy`',
  response: z.object({
    /** 0: for ever. */
    keep_days: z.number().int(),
    /** Mails older than that, and their bytes. */
    due: z.number().int(),
    due_bytes: z.number().int(),
    /** Those of them that stay, because their ticket is open or under legal hold. */
    needed: z.number().int(),
    /** Those that wait for somebody to read them, however old. */
    quarantined: z.number().int(),
  }),
});
