import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { Flag, Id, Instant, Page, Reading, Row, text } from './common.ts';

const tag = 'Webhooks';
const params = { id: Id };
const path = '/api/v1/webhooks';
const deliveriesPath = '/api/v1/webhook_deliveries';

/** Stands where a secret is: it is never shown again. Sent back, it means "as it is". */
export const SECRET_MASK = '**********';

const methods = ['post', 'put', 'patch', 'delete', 'get'] as const;

/** A receiver of calls. Who may only manage rules sees of its address no more than the host. */
const Webhook = Row.extend({
  name: z.string(),
  endpoint: z.string(),
  http_method: z.enum(methods),
  /** Of X-Hub-Signature. */
  signature_token: z.literal(SECRET_MASK).nullable(),
  basic_auth_username: z.string().nullable(),
  basic_auth_password: z.literal(SECRET_MASK).nullable(),
  bearer_token: z.literal(SECRET_MASK).nullable(),
  ssl_verify: z.boolean(),
  customized_payload: z.boolean(),
  /** JSON with `#{ticket.title}` and the like in its texts. */
  custom_payload: z.string().nullable(),
  pre_defined_webhook_type: z.null(),
  note: z.string().nullable(),
  active: z.boolean(),
  preferences: z.record(z.string(), z.unknown()),
  /** Since when no call has got through; null while calls do, or nothing was called. */
  failing_since: Instant.nullable(),
  /** Why it was switched off by the machine; null when it was not. */
  disabled_reason: z.string().nullable(),
});

const secretText = text(1_000).nullish();

const WebhookInput = z.object({
  name: text(250).optional(),
  /** https; http and other ports only for hosts that the operator named. */
  endpoint: text(2_000).optional(),
  http_method: z.string().toLowerCase().pipe(z.enum(methods)).optional(),
  signature_token: secretText,
  basic_auth_username: text(250).nullish(),
  basic_auth_password: secretText,
  bearer_token: secretText,
  ssl_verify: Flag.optional(),
  customized_payload: Flag.optional(),
  custom_payload: text(100_000).nullish(),
  note: text(250).nullish(),
  active: Flag.optional(),
});
export type WebhookInput = z.output<typeof WebhookInput>;

/** The key of the Standard Webhooks signatures, shown in this answer and never again. */
const Secret = z.string().regex(/^whsec_/);

const deliveryStates = ['queued', 'calling', 'delivered', 'deferred', 'failed'] as const;

const WebhookDelivery = z.object({
  /** `webhook-id` and X-Zammad-Delivery of all its tries. */
  id: z.uuid(),
  webhook_id: z.number().int(),
  kind: z.enum(['trigger', 'job', 'macro', 'test']),
  /** Name of the rule. */
  rule: z.string(),
  ticket_id: z.number().int().nullable(),
  article_id: z.number().int().nullable(),
  state: z.enum(deliveryStates),
  attempts: z.number().int(),
  next_attempt_at: Instant.nullable(),
  /** Of the last answer. */
  status: z.number().int().nullable(),
  error: z.string().nullable(),
  created_at: Instant,
});

const WebhookAttempt = z.object({
  attempt: z.number().int(),
  at: Instant,
  duration_ms: z.number().int(),
  request: z.object({
    method: z.string(),
    endpoint: z.string(),
    /** Credentials and signatures are left out. */
    headers: z.record(z.string(), z.string()),
  }),
  status: z.number().int().nullable(),
  error: z.string().nullable(),
  response_headers: z.record(z.string(), z.string()),
  /** The first 4 kB. */
  response_body: z.string(),
});

const Detailed = WebhookDelivery.extend({
  /** What is sent. */
  body: z.string(),
  /** The latest first; of more than twenty the last twenty. */
  log: z.array(WebhookAttempt),
});

const assets = z.record(z.string(), z.unknown());

/** `full` answers with other objects than the plain form; the type stays that of the plain one. */
const one = <R extends z.ZodType>(row: R) => z.union([row, z.object({ id: z.number().int(), assets })]) as unknown as R;
const many = <R extends z.ZodType>(row: R) =>
  z.union([z.array(row), z.object({ record_ids: z.array(z.number().int()), assets })]) as unknown as z.ZodArray<R>;

export const webhooks = {
  list: defineEndpoint({
    id: 'listWebhooks',
    method: 'GET',
    path,
    question: 'rpc.notification.v1.list-webhooks',
    tag,
    summary: 'All webhooks',
    query: Page,
    response: many(Webhook),
  }),
  get: defineEndpoint({
    id: 'getWebhook',
    method: 'GET',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.get-webhook',
    tag,
    summary: 'One webhook',
    params,
    query: Reading,
    response: one(Webhook),
  }),
  create: defineEndpoint({
    id: 'createWebhook',
    secretAnswer: true,
    method: 'POST',
    path,
    question: 'rpc.notification.v1.create-webhook',
    tag,
    summary: 'Adds a webhook; the answer alone shows the key that its calls are signed with',
    status: 201,
    body: WebhookInput,
    response: Webhook.extend({ signing_secret: Secret }),
  }),
  update: defineEndpoint({
    id: 'updateWebhook',
    method: 'PUT',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.update-webhook',
    tag,
    summary: 'Changes a webhook; to switch it off gives up what waits to be sent to it',
    params,
    query: Reading,
    body: WebhookInput,
    response: one(Webhook),
  }),
  delete: defineEndpoint({
    id: 'deleteWebhook',
    method: 'DELETE',
    path: `${path}/:id`,
    question: 'rpc.notification.v1.delete-webhook',
    tag,
    summary: 'Deletes a webhook with its log; rules that name it call nobody',
    params,
    response: z.object({}),
  }),
  rotate: defineEndpoint({
    id: 'rotateWebhookSecret',
    secretAnswer: true,
    method: 'POST',
    path: `${path}/:id/signing_secret`,
    question: 'rpc.notification.v1.rotate-webhook-secret',
    tag,
    summary: 'A new key to sign with, shown in this answer alone; for a day calls are signed with the old one as well',
    params,
    response: z.object({ signing_secret: Secret }),
  }),
  test: defineEndpoint({
    id: 'testWebhook',
    method: 'POST',
    path: `${path}/:id/test`,
    question: 'rpc.notification.v1.test-webhook',
    tag,
    summary: 'Calls a webhook with an invented ticket, also one that is switched off; never tried again by itself',
    params,
    status: 201,
    response: WebhookDelivery,
  }),
  deliveries: defineEndpoint({
    id: 'listWebhookDeliveries',
    paging: { standard: 50, max: 100 },
    method: 'GET',
    path: deliveriesPath,
    question: 'rpc.notification.v1.list-webhook-deliveries',
    tag,
    summary: 'Calls of webhooks, newest first',
    query: Page.extend({ webhook_id: Id.optional(), state: z.enum(deliveryStates).optional() }),
    response: z.array(WebhookDelivery),
  }),
  delivery: defineEndpoint({
    id: 'getWebhookDelivery',
    method: 'GET',
    path: `${deliveriesPath}/:id`,
    question: 'rpc.notification.v1.get-webhook-delivery',
    tag,
    summary: 'One call: what is sent, and how each try went',
    params: { id: z.uuid() },
    response: Detailed,
  }),
  replay: defineEndpoint({
    id: 'replayWebhookDelivery',
    method: 'POST',
    path: `${deliveriesPath}/:id/replay`,
    question: 'rpc.notification.v1.replay-webhook-delivery',
    tag,
    summary: 'Sends a call once more, under the same id and with the same body',
    params: { id: z.uuid() },
    response: WebhookDelivery,
  }),
};
