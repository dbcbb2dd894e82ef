import {
  callerOf,
  groupProviders,
  type OutputOf,
  type ParsedInputOf,
  services as questions,
  serviceRoute,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageServices } from '../application/manage-services.ts';
import type { ServiceDraft, ServiceEntry } from '../domain/service.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;

/** The catalogue of services: for those who ask for help, and for those who keep it. */
@Controller()
export class ServiceAnswers {
  constructor(private readonly services: ManageServices) {}

  @Answers(questions.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof questions.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_PAGE);
    return (await this.services.list(actor, limit, ((query.page ?? 1) - 1) * limit)).map(shown);
  }

  @Answers(questions.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof questions.get>) {
    return shown(await this.services.get(actor, params.id));
  }

  @Answers(questions.create)
  async create(ctx: RpcContext, { body }: ParsedInputOf<typeof questions.create>) {
    const { name, summary = '', agreement_id: agreementId, position = 0, active = true } = body;
    const draft = { name: name.trim(), summary: summary.trim(), agreementId, position, active };
    return shown(await this.services.create(callerIn(ctx), draft));
  }

  @Answers(questions.update)
  async update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof questions.update>) {
    const change: Partial<ServiceDraft> = {
      ...(body.name !== undefined && { name: body.name.trim() }),
      ...(body.summary !== undefined && { summary: body.summary.trim() }),
      ...(body.agreement_id !== undefined && { agreementId: body.agreement_id }),
      ...(body.position !== undefined && { position: body.position }),
      ...(body.active !== undefined && { active: body.active }),
    };
    return shown(await this.services.update(callerIn(ctx), params.id, change));
  }

  @Answers(questions.delete)
  async remove(ctx: RpcContext, { params }: ParsedInputOf<typeof questions.delete>) {
    await this.services.remove(callerIn(ctx), params.id);
    return {};
  }

  @Answers(serviceRoute)
  async route(_ctx: RpcContext, asked: ParsedInputOf<typeof serviceRoute>) {
    const entry = await this.services.route(asked);
    return { route: entry ? { id: entry.id, name: entry.name, groupId: entry.groupId } : null };
  }

  @Answers(groupProviders)
  providers() {
    return this.services.providers();
  }
}

/** The actor, and where the wish came from: the audit log tells it. */
function callerIn(ctx: RpcContext) {
  return ctx.actor && callerOf(ctx.actor, ctx);
}

function shown(entry: ServiceEntry): OutputOf<typeof questions.get> {
  const { id, name, summary, agreement, position, active, offered } = entry;
  return {
    ...{ id, name, summary, agreement_id: entry.agreementId, agreement, group_id: entry.groupId },
    ...{ position, active, offered, created_by_id: entry.createdById, updated_by_id: entry.updatedById },
    ...{ created_at: entry.createdAt.toISOString(), updated_at: entry.updatedAt.toISOString() },
  };
}
