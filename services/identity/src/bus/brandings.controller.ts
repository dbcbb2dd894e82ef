import { brandings, getBrandingLogo, type ParsedInputOf, readBranding } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Brandings } from '../application/brandings.ts';
import { actorOf } from './answering.ts';

/** How pages and mails look: for administrators, and for whoever shows a page. */
@Controller()
export class BrandingsController {
  constructor(private readonly brandings: Brandings) {}

  @Answers(brandings.list)
  list(ctx: RpcContext) {
    return this.brandings.list(actorOf(ctx));
  }

  @Answers(brandings.colours)
  async colours(ctx: RpcContext, { query }: ParsedInputOf<typeof brandings.colours>) {
    return this.brandings.colours(actorOf(ctx), query.accent);
  }

  @Answers(brandings.get)
  get(ctx: RpcContext, { params }: ParsedInputOf<typeof brandings.get>) {
    return this.brandings.get(actorOf(ctx), params.id);
  }

  @Answers(brandings.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof brandings.create>) {
    return this.brandings.create(actorOf(ctx), body);
  }

  @Answers(brandings.update)
  update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof brandings.update>) {
    return this.brandings.update(actorOf(ctx), params.id, body);
  }

  @Answers(brandings.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof brandings.delete>) {
    return this.brandings.delete(actorOf(ctx), params.id);
  }

  @Answers(readBranding)
  read(_ctx: RpcContext, input: ParsedInputOf<typeof readBranding>) {
    return this.brandings.read(input);
  }

  @Answers(getBrandingLogo)
  logo(_ctx: RpcContext, { hash }: ParsedInputOf<typeof getBrandingLogo>) {
    return this.brandings.logo(hash);
  }
}
