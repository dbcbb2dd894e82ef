import { type ParsedInputOf, publicLinks } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { PublicLinks } from '../application/public-links.ts';
import { actorOf } from './answering.ts';

@Controller()
export class PublicLinksController {
  constructor(private readonly links: PublicLinks) {}

  @Answers(publicLinks.list)
  list(ctx: RpcContext) {
    return this.links.list(actorOf(ctx));
  }

  @Answers(publicLinks.shown)
  shown(_ctx: RpcContext, { query }: ParsedInputOf<typeof publicLinks.shown>) {
    return this.links.shownOn(query.screen);
  }

  @Answers(publicLinks.get)
  get(ctx: RpcContext, { params }: ParsedInputOf<typeof publicLinks.get>) {
    return this.links.get(actorOf(ctx), params.id);
  }

  @Answers(publicLinks.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof publicLinks.create>) {
    return this.links.create(actorOf(ctx), body);
  }

  @Answers(publicLinks.update)
  update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof publicLinks.update>) {
    return this.links.update(actorOf(ctx), params.id, body);
  }

  @Answers(publicLinks.delete)
  delete(ctx: RpcContext, { params }: ParsedInputOf<typeof publicLinks.delete>) {
    return this.links.delete(actorOf(ctx), params.id);
  }
}
