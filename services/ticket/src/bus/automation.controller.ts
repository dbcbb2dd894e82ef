import { callerOf, jobs, type ParsedInputOf, ticketWhy, triggers } from '@helpmesh/contracts';
import { Answers, RawJson, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ExplainTicket } from '../application/automation/explain-ticket.ts';
import { ManageRules } from '../application/automation/manage-rules.ts';
import { PreviewRules } from '../application/automation/preview-rules.ts';

/** Questions about triggers and schedules, and about why something happened to a ticket. */
@Controller()
export class AutomationController {
  constructor(
    private readonly manage: ManageRules,
    private readonly previews: PreviewRules,
    private readonly explanations: ExplainTicket,
  ) {}

  @Answers(ticketWhy)
  async why({ actor }: RpcContext, { params }: ParsedInputOf<typeof ticketWhy>) {
    return json(await this.explanations.run(requireActor(actor), params.id));
  }

  @Answers(triggers.list)
  async listTriggers({ actor }: RpcContext, { query }: ParsedInputOf<typeof triggers.list>) {
    return json(await this.manage.list(requireActor(actor), 'trigger', query));
  }

  @Answers(triggers.get)
  async getTrigger({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof triggers.get>) {
    return json(await this.manage.get(requireActor(actor), 'trigger', params.id, query));
  }

  @Answers(triggers.create)
  async createTrigger(ctx: RpcContext, { query, body }: ParsedInputOf<typeof triggers.create>) {
    return json(await this.manage.create(callerOf(requireActor(ctx.actor), ctx), 'trigger', body, query));
  }

  @Answers(triggers.update)
  async updateTrigger(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof triggers.update>) {
    return json(await this.manage.update(callerOf(requireActor(ctx.actor), ctx), 'trigger', params.id, body, query));
  }

  @Answers(triggers.delete)
  async deleteTrigger(ctx: RpcContext, { params }: ParsedInputOf<typeof triggers.delete>) {
    await this.manage.remove(callerOf(requireActor(ctx.actor), ctx), 'trigger', params.id);
    return {};
  }

  @Answers(triggers.runs)
  async triggerRuns({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof triggers.runs>) {
    return json(await this.manage.runs(requireActor(actor), 'trigger', params.id, query));
  }

  @Answers(triggers.preview)
  async previewTrigger({ actor }: RpcContext, { body }: ParsedInputOf<typeof triggers.preview>) {
    return json(await this.previews.trigger(requireActor(actor), body));
  }

  @Answers(jobs.list)
  async listJobs({ actor }: RpcContext, { query }: ParsedInputOf<typeof jobs.list>) {
    return json(await this.manage.list(requireActor(actor), 'job', query));
  }

  @Answers(jobs.get)
  async getJob({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof jobs.get>) {
    return json(await this.manage.get(requireActor(actor), 'job', params.id, query));
  }

  @Answers(jobs.create)
  async createJob(ctx: RpcContext, { query, body }: ParsedInputOf<typeof jobs.create>) {
    return json(await this.manage.create(callerOf(requireActor(ctx.actor), ctx), 'job', body, query));
  }

  @Answers(jobs.update)
  async updateJob(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof jobs.update>) {
    return json(await this.manage.update(callerOf(requireActor(ctx.actor), ctx), 'job', params.id, body, query));
  }

  @Answers(jobs.delete)
  async deleteJob(ctx: RpcContext, { params }: ParsedInputOf<typeof jobs.delete>) {
    await this.manage.remove(callerOf(requireActor(ctx.actor), ctx), 'job', params.id);
    return {};
  }

  @Answers(jobs.run)
  async runJob({ actor }: RpcContext, { params }: ParsedInputOf<typeof jobs.run>) {
    return json(await this.manage.runNow(requireActor(actor), params.id));
  }

  @Answers(jobs.runs)
  async jobRuns({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof jobs.runs>) {
    return json(await this.manage.runs(requireActor(actor), 'job', params.id, query));
  }

  @Answers(jobs.preview)
  async previewJob({ actor }: RpcContext, { body }: ParsedInputOf<typeof jobs.preview>) {
    return json(await this.previews.job(requireActor(actor), body));
  }
}

const json = (value: unknown) => new RawJson(JSON.stringify(value));
