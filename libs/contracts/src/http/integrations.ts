import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, text, withCustom } from './common.ts';
import { ticketFields } from './tickets.ts';

const tag = 'Integrations';
const count = (max: number) => z.coerce.number().int().min(1).max(max);
const optional = Id.nullish();

/** `49*` is every number that begins so. */
const Pattern = text(40).regex(/^\+?\d[\d\s()/-]*\*?$|^\*$/);

/** What telephone systems are told to do. The names are Zammad's. */
export const PhoneRules = z.object({
  outbound: z
    .object({
      /** Shown to whoever is called; the first that fits, else the default; empty: the system decides. */
      routing_table: bounded(
        z.object({ dest: Pattern, caller_id: text(40), note: text(200).default('') }),
        200,
      ).default([]),
      default_caller_id: text(40).default(''),
    })
    .default({ routing_table: [], default_caller_id: '' }),
  inbound: z
    .object({
      block_caller_ids: bounded(z.object({ caller_id: Pattern, note: text(200).default('') }), 1_000).default([]),
    })
    .default({ block_caller_ids: [] }),
});
export type PhoneRules = z.output<typeof PhoneRules>;

/** Ways in for forms on pages of others and for machines; each is off until somebody switches it on. */
export const IntegrationSettings = z.object({
  form_ticket_create: z.boolean(),
  /** Null: the first active group. */
  form_ticket_create_group_id: z.number().int().nullable(),
  form_ticket_create_by_ip_per_hour: z.number().int(),
  form_ticket_create_by_ip_per_day: z.number().int(),
  form_ticket_create_per_day: z.number().int(),
  check_mk_integration: z.boolean(),
  check_mk_group_id: z.number().int().nullable(),
  /** Closes its tickets when what they are about works again. */
  check_mk_auto_close: z.boolean(),
  /** Null: the first state that closes. */
  check_mk_auto_close_state_id: z.number().int().nullable(),
  /** Whether there is a token; it is shown when it is made and never again. */
  check_mk_token_set: z.boolean(),
  /** Of alerts that name no service of the catalogue; null: the first active group. */
  alert_group_id: z.number().int().nullable(),
  /** Closes the ticket of an alert when all is well; else that is noted in it. */
  alert_auto_close: z.boolean(),
  cti_integration: z.boolean(),
  cti_config: PhoneRules,
  cti_token_set: z.boolean(),
});
export type IntegrationSettings = z.output<typeof IntegrationSettings>;

export const integrationSettings = {
  get: defineEndpoint({
    id: 'getIntegrationSettings',
    method: 'GET',
    path: '/api/v1/integration_settings',
    question: 'rpc.ticket.v1.get-integration-settings',
    tag,
    summary: 'Forms on pages of others, monitoring and telephony; for `admin.integration` or `admin.channel_formular`',
    response: IntegrationSettings,
  }),
  update: defineEndpoint({
    id: 'updateIntegrationSettings',
    method: 'PUT',
    path: '/api/v1/integration_settings',
    question: 'rpc.ticket.v1.update-integration-settings',
    tag,
    summary: 'Changes what is named: the form with `admin.channel_formular`, all else with `admin.integration`',
    body: z
      .object({
        form_ticket_create: Flag,
        form_ticket_create_group_id: optional,
        form_ticket_create_by_ip_per_hour: count(10_000),
        form_ticket_create_by_ip_per_day: count(100_000),
        form_ticket_create_per_day: count(1_000_000),
        check_mk_integration: Flag,
        check_mk_group_id: optional,
        check_mk_auto_close: Flag,
        check_mk_auto_close_state_id: optional,
        alert_group_id: optional,
        alert_auto_close: Flag,
        cti_integration: Flag,
        cti_config: PhoneRules,
      })
      .partial(),
    response: IntegrationSettings,
  }),
  renewToken: defineEndpoint({
    id: 'renewIntegrationToken',
    method: 'POST',
    path: '/api/v1/integration_settings/token',
    question: 'rpc.ticket.v1.renew-integration-token',
    tag,
    summary: 'Makes a new token for machines of one kind, shown this once; the old one stops working',
    secretAnswer: true,
    status: 201,
    body: z.object({ for: z.enum(['check_mk', 'cti']) }),
    response: z.object({ token: z.string() }),
  }),
};

const Token = text(200);

/** What a monitoring says. Fields of a new ticket may stand beside it by name: `group`, `priority`, custom ones. */
const MonitoringEvent = withCustom({
  ...ticketFields,
  event_id: z.coerce.string().max(200).optional(),
  host: z.coerce.string().max(250).optional(),
  service: z.coerce.string().max(250).optional(),
  state: z.coerce.string().max(100).optional(),
  text: z.coerce.string().max(100_000).optional(),
  /** Login or address of the customer of a new ticket. */
  customer: text(250).optional(),
});

export const receiveMonitoringEvent = defineEndpoint({
  id: 'receiveMonitoringEvent',
  method: 'POST',
  path: '/api/v1/integration/check_mk/:token',
  question: 'rpc.ticket.v1.receive-monitoring-event',
  tag,
  summary: 'A monitoring (Checkmk, Nagios, Icinga) says how a host or a service is: opens, adds to or closes a ticket',
  access: 'public',
  params: { token: Token },
  body: MonitoringEvent.optional(),
  response: z.object({
    result: z.string(),
    ticket_id: z.number().int().optional(),
    ticket_number: z.string().optional(),
    ticket_ids: z.array(z.number().int()).optional(),
  }),
});

const PhoneNumber = z.coerce.string().max(100);
const names = z.union([text(250).transform((one) => [one]), z.array(text(250)).max(100)]);

/** What a telephone system says of a call. */
export const PhoneEvent = z.object({
  event: text(40).optional(),
  direction: text(10).optional(),
  from: PhoneNumber.optional(),
  to: PhoneNumber.optional(),
  callId: z.coerce.string().max(250).optional(),
  user: names.optional(),
  queue: text(250).optional(),
  cause: text(100).optional(),
  answeringNumber: PhoneNumber.optional(),
  user_id: z.coerce.string().max(100).optional(),
});
export type PhoneEvent = z.output<typeof PhoneEvent>;

export const receivePhoneEvent = defineEndpoint({
  id: 'receivePhoneEvent',
  method: 'POST',
  path: '/api/v1/cti/:token',
  question: 'rpc.ticket.v1.receive-phone-event',
  tag,
  summary:
    'A telephone system says that a call began (`newCall`), was answered or ended; it is told what to do with it',
  access: 'public',
  params: { token: Token },
  body: PhoneEvent.optional(),
  response: z.object({
    action: z.enum(['dial', 'reject']).optional(),
    caller_id: z.string().optional(),
    number: z.string().optional(),
    reason: z.literal('busy').optional(),
  }),
});

/** Whoever has the number. */
const Caller = z.object({
  caller_id: z.string(),
  comment: z.string(),
  level: z.literal('known'),
  object: z.literal('User'),
  o_id: z.number().int(),
  user_id: z.number().int(),
});

export const Call = z.object({
  id: z.number().int(),
  direction: z.enum(['in', 'out']),
  state: z.enum(['newCall', 'answer', 'hangup']),
  from: z.string(),
  from_comment: z.string().nullable(),
  from_pretty: z.string(),
  to: z.string(),
  to_comment: z.string().nullable(),
  to_pretty: z.string(),
  queue: z.string().nullable(),
  call_id: z.string(),
  /** Why it ended, in the word of the telephone system. */
  comment: z.string().nullable(),
  initialized_at: Instant,
  start_at: Instant.nullable(),
  end_at: Instant.nullable(),
  /** Seconds. */
  duration_waiting_time: z.number().int().nullable(),
  duration_talking_time: z.number().int().nullable(),
  /** False: somebody should call back. */
  done: z.boolean(),
  preferences: z.object({ from: z.array(Caller).optional(), to: z.array(Caller).optional() }),
  created_at: Instant,
  updated_at: Instant,
});
export type Call = z.output<typeof Call>;

export const calls = {
  log: defineEndpoint({
    id: 'callLog',
    method: 'GET',
    path: '/api/v1/cti/log',
    question: 'rpc.ticket.v1.call-log',
    tag,
    summary: 'The newest calls, with who called as far as the number is known; for `cti.agent`',
    response: z.object({
      list: z.array(Call),
      backends: z.array(z.object({ name: z.string(), enabled: z.boolean(), url: z.string() })),
      assets: z.object({ User: z.record(z.string(), z.looseObject({ id: z.number().int() })).optional() }),
    }),
  }),
  doneMany: defineEndpoint({
    id: 'markCallsDone',
    method: 'POST',
    path: '/api/v1/cti/done/bulk',
    question: 'rpc.ticket.v1.mark-calls-done',
    tag,
    summary: 'Says of several calls that nobody has to call back any more',
    body: z.object({ ids: bounded(Id, 1_000) }),
    response: z.object({}),
  }),
  done: defineEndpoint({
    id: 'markCallDone',
    method: 'POST',
    path: '/api/v1/cti/done/:id',
    question: 'rpc.ticket.v1.mark-call-done',
    tag,
    summary: 'Says whether somebody still has to call back',
    params: { id: Id },
    /** Without a word it is done. */
    body: z.object({ done: Flag.optional() }),
    response: z.object({}),
  }),
};
