import {
  callerOf,
  deleteTicketForGood,
  type Message,
  mailsNeeded,
  type ParsedInputOf,
  previewTicketDeletion,
  retentionRules,
} from '@helpmesh/contracts';
import { Answers, ConsumesPrepared, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { MailsNeeded } from '../application/privacy/mails-needed.ts';
import { TicketDeletions } from '../application/privacy/ticket-deletions.ts';
import { ManageRetention } from '../application/retention/manage-retention.ts';

/** How long tickets are kept, and what must go now. */
@Controller()
export class RetentionController {
  constructor(
    private readonly manage: ManageRetention,
    private readonly deletions: TicketDeletions,
    private readonly mails: MailsNeeded,
  ) {}

  @Answers(retentionRules.list)
  list({ actor }: RpcContext) {
    return this.manage.list(requireActor(actor));
  }

  @Answers(retentionRules.tryOut)
  tryOut({ actor }: RpcContext, { body }: ParsedInputOf<typeof retentionRules.tryOut>) {
    return this.manage.tryOut(requireActor(actor), body);
  }

  @Answers(retentionRules.get)
  get({ actor }: RpcContext, { params }: ParsedInputOf<typeof retentionRules.get>) {
    return this.manage.get(requireActor(actor), params.id);
  }

  @Answers(retentionRules.preview)
  preview({ actor }: RpcContext, { params }: ParsedInputOf<typeof retentionRules.preview>) {
    return this.manage.preview(requireActor(actor), params.id);
  }

  @Answers(retentionRules.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof retentionRules.create>) {
    return this.manage.create(callerOf(requireActor(ctx.actor), ctx), body);
  }

  @Answers(retentionRules.update)
  update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof retentionRules.update>) {
    return this.manage.update(callerOf(requireActor(ctx.actor), ctx), params.id, body);
  }

  @Answers(retentionRules.delete)
  async delete(ctx: RpcContext, { params }: ParsedInputOf<typeof retentionRules.delete>) {
    await this.manage.remove(callerOf(requireActor(ctx.actor), ctx), params.id);
    return {};
  }

  @Answers(retentionRules.run)
  run(ctx: RpcContext, { params }: ParsedInputOf<typeof retentionRules.run>) {
    return this.manage.order(callerOf(requireActor(ctx.actor), ctx), params.id);
  }

  @Answers(retentionRules.runs)
  runs({ actor }: RpcContext, { params }: ParsedInputOf<typeof retentionRules.runs>) {
    return this.manage.runs(requireActor(actor), params.id);
  }

  @Answers(previewTicketDeletion)
  previewDeletion(_ctx: RpcContext, input: ParsedInputOf<typeof previewTicketDeletion>) {
    return this.deletions.preview(input);
  }

  @Answers(mailsNeeded)
  mailsNeeded(_ctx: RpcContext, { ids }: ParsedInputOf<typeof mailsNeeded>) {
    return this.mails.among(ids);
  }

  @ConsumesPrepared(deleteTicketForGood)
  onDeletion(messages: Message<typeof deleteTicketForGood>[]) {
    return this.deletions.prepare(messages);
  }
}
