import { organizations, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ReadHistory } from '../application/history/read-history.ts';
import { Organizations } from '../application/organizations/organizations.ts';
import { actorOf, shaped } from './answering.ts';

@Controller()
export class OrganizationsController {
  constructor(
    private readonly organizations: Organizations,
    private readonly histories: ReadHistory,
  ) {}

  @Answers(organizations.list)
  list(ctx: RpcContext, { query }: ParsedInputOf<typeof organizations.list>) {
    return shaped(this.organizations.list(actorOf(ctx), query));
  }

  /** Asked by GET and by POST; the input of the latter contains that of the former. */
  @Answers(organizations.searchByPost)
  search(ctx: RpcContext, { query, body }: ParsedInputOf<typeof organizations.searchByPost>) {
    return shaped(this.organizations.search(actorOf(ctx), { ...query, ...body }));
  }

  @Answers(organizations.get)
  get(ctx: RpcContext, { params, query }: ParsedInputOf<typeof organizations.get>) {
    return shaped(this.organizations.get(actorOf(ctx), params.id, query));
  }

  @Answers(organizations.history)
  history(ctx: RpcContext, { params }: ParsedInputOf<typeof organizations.history>) {
    return this.histories.run(actorOf(ctx), 'Organization', params.id);
  }

  @Answers(organizations.create)
  create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof organizations.create>) {
    return shaped(this.organizations.create(actorOf(ctx), body, query));
  }

  @Answers(organizations.update)
  update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof organizations.update>) {
    return shaped(this.organizations.update(actorOf(ctx), params.id, body, query));
  }

  @Answers(organizations.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof organizations.delete>) {
    return this.organizations.delete(actorOf(ctx), params.id);
  }
}
