import { callerOf, hasPermission, type OutputOf, type ParsedInputOf, SECRET_MASK, webhooks } from '@helpmesh/contracts';
import { epochMs, isoTime } from '@helpmesh/kernel';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageWebhooks } from '../application/webhook/manage-webhooks.ts';
import { WebhookLog } from '../application/webhook/webhook-log.ts';
import type { Delivery, WebhookRow } from '../domain/webhook/webhook.ts';

const DEFAULT_PAGE = 50;
const MAX_LOG_PAGE = 100;
const ALL = 500;
const MAX_PAGE = 1000;

/** Webhooks and their calls, for administrators. */
@Controller()
export class WebhooksController {
  constructor(
    private readonly manage: ManageWebhooks,
    private readonly log: WebhookLog,
  ) {}

  @Answers(webhooks.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof webhooks.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? ALL, MAX_PAGE);
    const rows = await this.manage.list(actor, limit, ((query.page ?? 1) - 1) * limit);
    const all = rows.map((row) => shownTo(actor, row));
    const ids = rows.map(({ id }) => id);
    return query.full ? new RawJson(JSON.stringify({ record_ids: ids, assets: assetsOf(all) })) : all;
  }

  @Answers(webhooks.get)
  async get({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof webhooks.get>) {
    return inForm(shownTo(actor, await this.manage.get(actor, params.id)), query.full);
  }

  @Answers(webhooks.create)
  async create(ctx: RpcContext, { body }: ParsedInputOf<typeof webhooks.create>) {
    const { row, signingSecret } = await this.manage.create(caller(ctx), body);
    return { ...shown(row), signing_secret: signingSecret };
  }

  @Answers(webhooks.update)
  async update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof webhooks.update>) {
    return inForm(shown(await this.manage.update(caller(ctx), params.id, body)), query.full);
  }

  @Answers(webhooks.delete)
  async delete(ctx: RpcContext, { params }: ParsedInputOf<typeof webhooks.delete>) {
    await this.manage.remove(caller(ctx), params.id);
    return {};
  }

  @Answers(webhooks.rotate)
  async rotate(ctx: RpcContext, { params }: ParsedInputOf<typeof webhooks.rotate>) {
    return { signing_secret: await this.manage.rotate(caller(ctx), params.id) };
  }

  @Answers(webhooks.test)
  async test(ctx: RpcContext, { params }: ParsedInputOf<typeof webhooks.test>) {
    return call(await this.log.test(caller(ctx), params.id));
  }

  @Answers(webhooks.deliveries)
  async deliveries({ actor }: RpcContext, { query }: ParsedInputOf<typeof webhooks.deliveries>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_LOG_PAGE);
    const page = { webhookId: query.webhook_id, state: query.state, limit, offset: ((query.page ?? 1) - 1) * limit };
    return (await this.log.list(actor, page)).map(call);
  }

  @Answers(webhooks.delivery)
  async delivery({ actor }: RpcContext, { params }: ParsedInputOf<typeof webhooks.delivery>) {
    const { delivery, log } = await this.log.get(actor, params.id);
    return {
      ...call(delivery),
      body: delivery.body,
      log: log.map((attempt) => ({
        ...{ attempt: attempt.attempt, at: isoTime(attempt.at), duration_ms: attempt.durationMs },
        ...{ request: attempt.request, status: attempt.status, error: attempt.error },
        ...{ response_headers: attempt.responseHeaders, response_body: attempt.responseBody },
      })),
    };
  }

  @Answers(webhooks.replay)
  async replay(ctx: RpcContext, { params }: ParsedInputOf<typeof webhooks.replay>) {
    return call(await this.log.replay(caller(ctx), params.id));
  }
}

type Shown = OutputOf<typeof webhooks.get>;

const caller = (ctx: RpcContext) => ctx.actor && callerOf(ctx.actor, ctx);
const assetsOf = (rows: Shown[]) => ({ Webhook: Object.fromEntries(rows.map((row) => [row.id, row])) });
const inForm = (row: Shown, full: boolean | undefined) =>
  full ? ({ id: row.id, assets: assetsOf([row]) } as unknown as Shown) : row;

/** The path of an address may be what lets its caller in: rules need no more than the name of the webhook. */
function shownTo(actor: RpcContext['actor'], row: WebhookRow): Shown {
  if (actor && hasPermission(actor, 'admin.webhook')) return shown(row);
  return { ...shown(row), endpoint: new URL(row.endpoint).origin, basic_auth_username: null, custom_payload: null };
}

const masked = (secret: Buffer | null) => (secret === null ? null : SECRET_MASK);

function shown(row: WebhookRow): Shown {
  return {
    ...{ id: row.id, name: row.name, endpoint: row.endpoint, http_method: row.http_method },
    signature_token: masked(row.signature_token),
    basic_auth_username: row.basic_auth_username,
    basic_auth_password: masked(row.basic_auth_password),
    bearer_token: masked(row.bearer_token),
    ...{ ssl_verify: row.ssl_verify, customized_payload: row.customized_payload, custom_payload: row.custom_payload },
    ...{ pre_defined_webhook_type: null, note: row.note, active: row.active, preferences: {} },
    failing_since: row.failing_since?.toISOString() ?? null,
    disabled_reason: row.disabled_reason,
    ...{ created_by_id: row.created_by_id, updated_by_id: row.updated_by_id },
    created_at: isoTime(epochMs(row.created_at)),
    updated_at: isoTime(epochMs(row.updated_at)),
  };
}

function call(delivery: Delivery): OutputOf<typeof webhooks.test> {
  const { id, webhookId, kind, rule, ticketId, articleId, state, attempts, dueAt, status, error, createdAt } = delivery;
  return {
    ...{ id, webhook_id: webhookId, kind, rule, ticket_id: ticketId, article_id: articleId, state, attempts },
    next_attempt_at: state !== 'calling' && dueAt !== null ? isoTime(dueAt) : null,
    ...{ status, error, created_at: isoTime(createdAt) },
  };
}
