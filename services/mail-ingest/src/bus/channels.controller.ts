import { callerOf, mailChannels, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageChannels, type ShownChannel } from '../application/channel/manage-channels.ts';

const PAGE = 500;
const LARGEST_PAGE = 1000;

/** Questions about mailboxes that are fetched. */
@Controller()
export class ChannelsController {
  constructor(private readonly manage: ManageChannels) {}

  @Answers(mailChannels.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof mailChannels.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? PAGE, LARGEST_PAGE);
    const rows = await this.manage.list(actor, limit, ((query.page ?? 1) - 1) * limit);
    return json(query.full ? { record_ids: rows.map(({ id }) => id), assets: assets(rows) } : rows);
  }

  @Answers(mailChannels.get)
  async get({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof mailChannels.get>) {
    return one(await this.manage.get(actor, params.id), query);
  }

  @Answers(mailChannels.create)
  async create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof mailChannels.create>) {
    return one(await this.manage.create(ctx.actor && callerOf(ctx.actor, ctx), body), query);
  }

  @Answers(mailChannels.update)
  async update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof mailChannels.update>) {
    return one(await this.manage.update(ctx.actor && callerOf(ctx.actor, ctx), params.id, body), query);
  }

  @Answers(mailChannels.delete)
  async delete(ctx: RpcContext, { params }: ParsedInputOf<typeof mailChannels.delete>) {
    await this.manage.remove(ctx.actor && callerOf(ctx.actor, ctx), params.id);
    return {};
  }

  @Answers(mailChannels.test)
  test({ actor }: RpcContext, { body }: ParsedInputOf<typeof mailChannels.test>) {
    return this.manage.test(actor, body);
  }

  @Answers(mailChannels.authorize)
  authorize({ actor }: RpcContext, { params }: ParsedInputOf<typeof mailChannels.authorize>) {
    return this.manage.authorize(actor, params.id);
  }

  @Answers(mailChannels.authorized)
  async authorized(ctx: RpcContext, { body }: ParsedInputOf<typeof mailChannels.authorized>) {
    return json(await this.manage.authorized(ctx.actor && callerOf(ctx.actor, ctx), body));
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
const assets = (rows: readonly ShownChannel[]) => ({
  Channel: Object.fromEntries(rows.map((row) => [String(row.id), row])),
});
const one = (row: ShownChannel, { full }: { full?: boolean | undefined }) =>
  json(full ? { id: row.id, assets: assets([row]) } : row);
