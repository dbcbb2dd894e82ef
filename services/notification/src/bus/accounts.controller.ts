import { callerOf, hasMailAccount, mailAccounts, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageAccounts, type ShownAccount } from '../application/account/manage-accounts.ts';

const PAGE = 500;
const LARGEST_PAGE = 1000;

/** Questions about accounts that mails leave by. */
@Controller()
export class AccountsController {
  constructor(private readonly manage: ManageAccounts) {}

  @Answers(hasMailAccount)
  async has(_ctx: RpcContext, { id }: ParsedInputOf<typeof hasMailAccount>) {
    return { there: await this.manage.has(id) };
  }

  @Answers(mailAccounts.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof mailAccounts.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? PAGE, LARGEST_PAGE);
    const rows = await this.manage.list(actor, limit, ((query.page ?? 1) - 1) * limit);
    return json(query.full ? { record_ids: rows.map(({ id }) => id), assets: assets(rows) } : rows);
  }

  @Answers(mailAccounts.get)
  async get({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof mailAccounts.get>) {
    return one(await this.manage.get(actor, params.id), query);
  }

  @Answers(mailAccounts.create)
  async create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof mailAccounts.create>) {
    return one(await this.manage.create(ctx.actor && callerOf(ctx.actor, ctx), body), query);
  }

  @Answers(mailAccounts.update)
  async update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof mailAccounts.update>) {
    return one(await this.manage.update(ctx.actor && callerOf(ctx.actor, ctx), params.id, body), query);
  }

  @Answers(mailAccounts.delete)
  async delete(ctx: RpcContext, { params }: ParsedInputOf<typeof mailAccounts.delete>) {
    await this.manage.remove(ctx.actor && callerOf(ctx.actor, ctx), params.id);
    return {};
  }

  @Answers(mailAccounts.test)
  test({ actor }: RpcContext, { body }: ParsedInputOf<typeof mailAccounts.test>) {
    return this.manage.test(actor, body);
  }

  @Answers(mailAccounts.authorize)
  authorize({ actor }: RpcContext, { params }: ParsedInputOf<typeof mailAccounts.authorize>) {
    return this.manage.authorize(actor, params.id);
  }

  @Answers(mailAccounts.authorized)
  async authorized(ctx: RpcContext, { body }: ParsedInputOf<typeof mailAccounts.authorized>) {
    return json(await this.manage.authorized(ctx.actor && callerOf(ctx.actor, ctx), body));
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
const assets = (rows: readonly ShownAccount[]) => ({
  Channel: Object.fromEntries(rows.map((row) => [String(row.id), row])),
});
const one = (row: ShownAccount, { full }: { full?: boolean | undefined }) =>
  json(full ? { id: row.id, assets: assets([row]) } : row);
