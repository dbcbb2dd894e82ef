import { listPermissions, type ParsedInputOf, roles } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ReadHistory } from '../application/history/read-history.ts';
import { Roles } from '../application/roles/roles.ts';
import { actorOf, shaped } from './answering.ts';

@Controller()
export class RolesController {
  constructor(
    private readonly roles: Roles,
    private readonly histories: ReadHistory,
  ) {}

  @Answers(roles.list)
  list(ctx: RpcContext, { query }: ParsedInputOf<typeof roles.list>) {
    return shaped(this.roles.list(actorOf(ctx), query));
  }

  /** Asked by GET and by POST; the input of the latter contains that of the former. */
  @Answers(roles.searchByPost)
  search(ctx: RpcContext, { query, body }: ParsedInputOf<typeof roles.searchByPost>) {
    return shaped(this.roles.search(actorOf(ctx), { ...query, ...body }));
  }

  @Answers(roles.get)
  get(ctx: RpcContext, { params, query }: ParsedInputOf<typeof roles.get>) {
    return shaped(this.roles.get(actorOf(ctx), params.id, query));
  }

  @Answers(roles.history)
  history(ctx: RpcContext, { params }: ParsedInputOf<typeof roles.history>) {
    return this.histories.run(actorOf(ctx), 'Role', params.id);
  }

  @Answers(roles.create)
  create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof roles.create>) {
    return shaped(this.roles.create(actorOf(ctx), body, query));
  }

  @Answers(roles.update)
  update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof roles.update>) {
    return shaped(this.roles.update(actorOf(ctx), params.id, body, query));
  }

  @Answers(roles.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof roles.delete>) {
    return this.roles.delete(actorOf(ctx), params.id);
  }

  @Answers(listPermissions)
  permissions(ctx: RpcContext) {
    return this.roles.permissions(actorOf(ctx));
  }
}
