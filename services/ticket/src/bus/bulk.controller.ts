import {
  applyMacro,
  callerOf,
  massMacro,
  massUpdate,
  type ParsedInputOf,
  previewMacro,
  ticketJobs,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ChangeMany } from '../application/bulk/change-many.ts';
import { TicketJobs } from '../application/bulk/ticket-jobs.ts';

/** Questions that change many tickets, or one by a macro. */
@Controller()
export class BulkController {
  constructor(
    private readonly many: ChangeMany,
    private readonly jobs: TicketJobs,
  ) {}

  @Answers(massUpdate)
  async massUpdate({ actor }: RpcContext, { body }: ParsedInputOf<typeof massUpdate>) {
    return new RawJson(await this.many.update(requireActor(actor), body));
  }

  @Answers(massMacro)
  async massMacro({ actor }: RpcContext, { body }: ParsedInputOf<typeof massMacro>) {
    return new RawJson(await this.many.macro(requireActor(actor), body));
  }

  @Answers(applyMacro)
  async macro({ actor }: RpcContext, { params, query, body }: ParsedInputOf<typeof applyMacro>) {
    const answer = await this.many.one(requireActor(actor), params.id, body.macro_id, query);
    if (answer instanceof AppError) throw answer;
    return new RawJson(answer);
  }

  @Answers(previewMacro)
  async preview({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof previewMacro>) {
    return this.many.preview(requireActor(actor), params.id, body.macro_id);
  }

  @Answers(ticketJobs.create)
  async order({ actor }: RpcContext, { body }: ParsedInputOf<typeof ticketJobs.create>) {
    return this.jobs.create(requireActor(actor), body);
  }

  @Answers(ticketJobs.list)
  async list({ actor }: RpcContext) {
    return this.jobs.list(requireActor(actor));
  }

  @Answers(ticketJobs.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof ticketJobs.get>) {
    return this.jobs.get(requireActor(actor), params.id);
  }

  @Answers(ticketJobs.results)
  async results({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof ticketJobs.results>) {
    return new RawJson(JSON.stringify(await this.jobs.results(requireActor(actor), params.id, query)));
  }

  @Answers(ticketJobs.cancel)
  async cancel(ctx: RpcContext, { params }: ParsedInputOf<typeof ticketJobs.cancel>) {
    return this.jobs.cancel(callerOf(requireActor(ctx.actor), ctx), params.id);
  }

  @Answers(ticketJobs.undo)
  async undo({ actor }: RpcContext, { params }: ParsedInputOf<typeof ticketJobs.undo>) {
    return this.jobs.undo(requireActor(actor), params.id);
  }
}
