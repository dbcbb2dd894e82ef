import { callerOf, type ParsedInputOf, recurringTickets } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ManageRecurring } from '../application/recurring/manage-recurring.ts';

/** Questions about tickets that are opened again and again. */
@Controller()
export class RecurringController {
  constructor(private readonly manage: ManageRecurring) {}

  @Answers(recurringTickets.list)
  list({ actor }: RpcContext) {
    return this.manage.list(requireActor(actor));
  }

  @Answers(recurringTickets.get)
  get({ actor }: RpcContext, { params }: ParsedInputOf<typeof recurringTickets.get>) {
    return this.manage.get(requireActor(actor), params.id);
  }

  @Answers(recurringTickets.create)
  create(ctx: RpcContext, { body }: ParsedInputOf<typeof recurringTickets.create>) {
    return this.manage.create(callerOf(requireActor(ctx.actor), ctx), body);
  }

  @Answers(recurringTickets.update)
  update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof recurringTickets.update>) {
    return this.manage.update(callerOf(requireActor(ctx.actor), ctx), params.id, body);
  }

  @Answers(recurringTickets.delete)
  async remove(ctx: RpcContext, { params }: ParsedInputOf<typeof recurringTickets.delete>) {
    await this.manage.remove(callerOf(requireActor(ctx.actor), ctx), params.id);
    return {};
  }

  @Answers(recurringTickets.preview)
  async preview({ actor }: RpcContext, { body }: ParsedInputOf<typeof recurringTickets.preview>) {
    return this.manage.preview(requireActor(actor), body);
  }
}
