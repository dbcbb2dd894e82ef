import { openFileLink, openTicketLink, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { TicketLinks } from '../application/ticket-links.ts';

/** The question of the gateway about the links that customers get by mail. */
@Controller()
export class TicketLinksController {
  constructor(private readonly links: TicketLinks) {}

  @Answers(openTicketLink)
  open(_ctx: RpcContext, { token }: ParsedInputOf<typeof openTicketLink>) {
    return this.links.open(token);
  }

  @Answers(openFileLink)
  file(_ctx: RpcContext, { token }: ParsedInputOf<typeof openFileLink>) {
    return this.links.file(token);
  }
}
