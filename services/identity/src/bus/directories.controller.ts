import { answerScim, directories, directoryTokens, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Directories } from '../application/directories/directories.ts';
import { DirectoryTokens } from '../application/directories/directory-tokens.ts';
import { AnswerScim } from '../application/scim/answer-scim.ts';
import { actorOf } from './answering.ts';

@Controller()
export class DirectoriesController {
  constructor(
    private readonly directories: Directories,
    private readonly tokens: DirectoryTokens,
    private readonly scim: AnswerScim,
  ) {}

  @Answers(answerScim)
  answer(ctx: RpcContext, input: ParsedInputOf<typeof answerScim>) {
    return this.scim.run(actorOf(ctx), input);
  }

  @Answers(directories.list)
  list(ctx: RpcContext) {
    return this.directories.list(actorOf(ctx));
  }

  @Answers(directories.get)
  get(ctx: RpcContext, { params }: ParsedInputOf<typeof directories.get>) {
    return this.directories.get(actorOf(ctx), params.id);
  }

  @Answers(directories.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof directories.create>) {
    return this.directories.create(actorOf(ctx), body);
  }

  @Answers(directories.update)
  update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof directories.update>) {
    return this.directories.update(actorOf(ctx), params.id, body);
  }

  @Answers(directories.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof directories.delete>) {
    return this.directories.delete(actorOf(ctx), params.id);
  }

  @Answers(directoryTokens.list)
  listTokens(ctx: RpcContext, { params }: ParsedInputOf<typeof directoryTokens.list>) {
    return this.tokens.list(actorOf(ctx), params.id);
  }

  @Answers(directoryTokens.create)
  createToken(ctx: RpcContext, { params, body }: ParsedInputOf<typeof directoryTokens.create>) {
    return this.tokens.create(actorOf(ctx), params.id, body);
  }

  @Answers(directoryTokens.delete)
  deleteToken(ctx: RpcContext, { params }: ParsedInputOf<typeof directoryTokens.delete>) {
    return this.tokens.delete(actorOf(ctx), params.id, params.token);
  }
}
