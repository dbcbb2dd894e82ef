import { leaveList, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { MailLists } from '../application/mail-lists.ts';

/** The question of the gateway about links that stop mails. */
@Controller()
export class MailListsController {
  constructor(private readonly lists: MailLists) {}

  @Answers(leaveList)
  leave(_ctx: RpcContext, { token, on }: ParsedInputOf<typeof leaveList>) {
    return this.lists.leave(token, on);
  }
}
