import { callerOf, overviewSortings, overviews, type ParsedInputOf, ticketOverviews } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ManageOverviews } from '../application/overviews/manage-overviews.ts';
import { Overviews } from '../application/overviews/overviews.ts';
import { SortOverviews } from '../application/overviews/sort-overviews.ts';

/** Questions about overviews: what they are, and what is in them. */
@Controller()
export class OverviewsController {
  constructor(
    private readonly manage: ManageOverviews,
    private readonly overviews: Overviews,
    private readonly sorting: SortOverviews,
  ) {}

  @Answers(ticketOverviews)
  async show({ actor }: RpcContext, { query }: ParsedInputOf<typeof ticketOverviews>) {
    if (!query.view) return json(await this.overviews.counts(requireActor(actor)));
    return new RawJson(await this.overviews.show(requireActor(actor), query.view));
  }

  @Answers(overviews.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof overviews.list>) {
    return json(await this.manage.list(requireActor(actor), query));
  }

  @Answers(overviews.get)
  async get({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof overviews.get>) {
    return json(await this.manage.get(requireActor(actor), params.id, query.full));
  }

  @Answers(overviews.create)
  async create(ctx: RpcContext, { body, query }: ParsedInputOf<typeof overviews.create>) {
    return json(await this.manage.create(callerOf(requireActor(ctx.actor), ctx), body, query.full));
  }

  @Answers(overviews.update)
  async update(ctx: RpcContext, { params, body, query }: ParsedInputOf<typeof overviews.update>) {
    return json(await this.manage.update(callerOf(requireActor(ctx.actor), ctx), params.id, body, query.full));
  }

  @Answers(overviews.delete)
  async remove(ctx: RpcContext, { params }: ParsedInputOf<typeof overviews.delete>) {
    await this.manage.remove(callerOf(requireActor(ctx.actor), ctx), params.id);
    return {};
  }

  @Answers(overviews.prio)
  async order(ctx: RpcContext, { body }: ParsedInputOf<typeof overviews.prio>) {
    await this.manage.order(callerOf(requireActor(ctx.actor), ctx), body.prios);
    return { success: true as const };
  }

  @Answers(overviewSortings.list)
  async sortings({ actor }: RpcContext) {
    return json(await this.sorting.list(requireActor(actor)));
  }

  @Answers(overviewSortings.get)
  async sortingOf({ actor }: RpcContext, { params }: ParsedInputOf<typeof overviewSortings.get>) {
    return json(await this.sorting.get(requireActor(actor), params.id));
  }

  @Answers(overviewSortings.create)
  async place({ actor }: RpcContext, { body }: ParsedInputOf<typeof overviewSortings.create>) {
    return json(await this.sorting.create(requireActor(actor), body.overview_id, body.prio));
  }

  @Answers(overviewSortings.update)
  async move({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof overviewSortings.update>) {
    return json(await this.sorting.update(requireActor(actor), params.id, body.prio));
  }

  @Answers(overviewSortings.delete)
  async unplace({ actor }: RpcContext, { params }: ParsedInputOf<typeof overviewSortings.delete>) {
    await this.sorting.remove(requireActor(actor), params.id);
    return {};
  }

  @Answers(overviewSortings.prio)
  async sort({ actor }: RpcContext, { body }: ParsedInputOf<typeof overviewSortings.prio>) {
    await this.sorting.order(requireActor(actor), body.prios);
    return { success: true as const };
  }
}

function json(value: unknown): RawJson {
  return new RawJson(JSON.stringify(value));
}
