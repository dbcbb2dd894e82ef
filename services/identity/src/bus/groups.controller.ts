import { groups, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Groups } from '../application/groups/groups.ts';
import { ReadHistory } from '../application/history/read-history.ts';
import { actorOf, shaped } from './answering.ts';

@Controller()
export class GroupsController {
  constructor(
    private readonly groups: Groups,
    private readonly histories: ReadHistory,
  ) {}

  @Answers(groups.list)
  list(ctx: RpcContext, { query }: ParsedInputOf<typeof groups.list>) {
    return shaped(this.groups.list(actorOf(ctx), query));
  }

  /** Asked by GET and by POST; the input of the latter contains that of the former. */
  @Answers(groups.searchByPost)
  search(ctx: RpcContext, { query, body }: ParsedInputOf<typeof groups.searchByPost>) {
    return shaped(this.groups.search(actorOf(ctx), { ...query, ...body }));
  }

  @Answers(groups.get)
  get(ctx: RpcContext, { params, query }: ParsedInputOf<typeof groups.get>) {
    return shaped(this.groups.get(actorOf(ctx), params.id, query));
  }

  @Answers(groups.history)
  history(ctx: RpcContext, { params }: ParsedInputOf<typeof groups.history>) {
    return this.histories.run(actorOf(ctx), 'Group', params.id);
  }

  @Answers(groups.create)
  create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof groups.create>) {
    return shaped(this.groups.create(actorOf(ctx), body, query));
  }

  @Answers(groups.update)
  update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof groups.update>) {
    return shaped(this.groups.update(actorOf(ctx), params.id, body, query));
  }

  @Answers(groups.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof groups.delete>) {
    return this.groups.delete(actorOf(ctx), params.id);
  }
}
