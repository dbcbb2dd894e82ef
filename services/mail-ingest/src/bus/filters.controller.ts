import { callerOf, type ParsedInputOf, postmasterFilters } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageFilters } from '../application/filter/manage-filters.ts';
import type { FilterRow } from '../domain/filter/filter.ts';

const PAGE = 500;
const LARGEST_PAGE = 1000;

/** Questions about filters of incoming mail. */
@Controller()
export class FiltersController {
  constructor(private readonly manage: ManageFilters) {}

  @Answers(postmasterFilters.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof postmasterFilters.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? PAGE, LARGEST_PAGE);
    const rows = await this.manage.list(actor, limit, ((query.page ?? 1) - 1) * limit);
    return json(query.full ? { record_ids: rows.map(({ id }) => id), assets: assets(rows) } : rows.map(shown));
  }

  @Answers(postmasterFilters.get)
  async get({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof postmasterFilters.get>) {
    return one(await this.manage.get(actor, params.id), query);
  }

  @Answers(postmasterFilters.create)
  async create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof postmasterFilters.create>) {
    return one(await this.manage.create(ctx.actor && callerOf(ctx.actor, ctx), body), query);
  }

  @Answers(postmasterFilters.update)
  async update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof postmasterFilters.update>) {
    return one(await this.manage.update(ctx.actor && callerOf(ctx.actor, ctx), params.id, body), query);
  }

  @Answers(postmasterFilters.delete)
  async delete(ctx: RpcContext, { params }: ParsedInputOf<typeof postmasterFilters.delete>) {
    await this.manage.remove(ctx.actor && callerOf(ctx.actor, ctx), params.id);
    return {};
  }

  @Answers(postmasterFilters.test)
  test({ actor }: RpcContext, { body }: ParsedInputOf<typeof postmasterFilters.test>) {
    return this.manage.test(actor, body);
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
const shown = (row: FilterRow) => ({ ...row, channel: 'email' });
const assets = (rows: readonly FilterRow[]) => ({
  PostmasterFilter: Object.fromEntries(rows.map((row) => [String(row.id), shown(row)])),
});
const one = (row: FilterRow, { full }: { full?: boolean | undefined }) =>
  json(full ? { id: row.id, assets: assets([row]) } : shown(row));
