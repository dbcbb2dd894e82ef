import { currentUser, type ParsedInputOf, userAccess, users } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ReadHistory } from '../application/history/read-history.ts';
import { ExplainAccess } from '../application/users/explain-access.ts';
import { ReadUsers } from '../application/users/read-users.ts';
import { WriteUser } from '../application/users/write-user.ts';
import { actorOf, shaped } from './answering.ts';

@Controller()
export class UsersController {
  constructor(
    private readonly reading: ReadUsers,
    private readonly explaining: ExplainAccess,
    private readonly writing: WriteUser,
    private readonly histories: ReadHistory,
  ) {}

  @Answers(users.list)
  list(ctx: RpcContext, { query }: ParsedInputOf<typeof users.list>) {
    return shaped(this.reading.list(actorOf(ctx), query));
  }

  /** Asked by GET and by POST; the input of the latter contains that of the former. */
  @Answers(users.searchByPost)
  search(ctx: RpcContext, { query, body }: ParsedInputOf<typeof users.searchByPost>) {
    return shaped(this.reading.search(actorOf(ctx), { ...query, ...body }));
  }

  @Answers(users.get)
  get(ctx: RpcContext, { params, query }: ParsedInputOf<typeof users.get>) {
    return shaped(this.reading.get(actorOf(ctx), params.id, query));
  }

  @Answers(currentUser)
  me(ctx: RpcContext, { query }: ParsedInputOf<typeof currentUser>) {
    return shaped(this.reading.me(actorOf(ctx), query));
  }

  @Answers(userAccess)
  access(ctx: RpcContext, { params }: ParsedInputOf<typeof userAccess>) {
    return this.explaining.run(actorOf(ctx), params.id);
  }

  @Answers(users.history)
  history(ctx: RpcContext, { params }: ParsedInputOf<typeof users.history>) {
    return this.histories.run(actorOf(ctx), 'User', params.id);
  }

  @Answers(users.create)
  create(ctx: RpcContext, { query, body }: ParsedInputOf<typeof users.create>) {
    return shaped(this.writing.create(actorOf(ctx), body, query));
  }

  @Answers(users.update)
  update(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof users.update>) {
    return shaped(this.writing.update(actorOf(ctx), params.id, body, query));
  }

  @Answers(users.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof users.delete>) {
    return this.writing.delete(actorOf(ctx), params.id);
  }
}
