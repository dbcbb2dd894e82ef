import { callerOf, type OutputOf, type ParsedInputOf, agreements as questions } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageAgreements } from '../application/manage-agreements.ts';
import type { Agreement, AgreementDraft } from '../domain/agreement.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;

@Controller()
export class AgreementAnswers {
  constructor(private readonly agreements: ManageAgreements) {}

  @Answers(questions.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof questions.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_PAGE);
    return (await this.agreements.list(actor, limit, ((query.page ?? 1) - 1) * limit)).map(shown);
  }

  @Answers(questions.create)
  async create(ctx: RpcContext, { body }: ParsedInputOf<typeof questions.create>) {
    const { kind, name, group_id: groupId, list_address: listAddress, active = true } = body;
    return shown(
      await this.agreements.create(callerIn(ctx), { kind, name: name.trim(), groupId, listAddress, active }),
    );
  }

  @Answers(questions.update)
  async update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof questions.update>) {
    const change: Partial<AgreementDraft> = {
      ...(body.name !== undefined && { name: body.name.trim() }),
      ...(body.group_id !== undefined && { groupId: body.group_id }),
      ...(body.list_address !== undefined && { listAddress: body.list_address }),
      ...(body.active !== undefined && { active: body.active }),
    };
    return shown(await this.agreements.update(callerIn(ctx), params.id, change));
  }

  @Answers(questions.delete)
  async remove(ctx: RpcContext, { params }: ParsedInputOf<typeof questions.delete>) {
    await this.agreements.remove(callerIn(ctx), params.id);
    return {};
  }
}

/** The actor, and where the wish came from: the audit log tells it. */
function callerIn(ctx: RpcContext) {
  return ctx.actor && callerOf(ctx.actor, ctx);
}

function shown(agreement: Agreement): OutputOf<typeof questions.create> {
  return {
    id: agreement.id,
    kind: agreement.kind,
    name: agreement.name,
    group_id: agreement.groupId,
    list_address: agreement.listAddress,
    active: agreement.active,
    created_by_id: agreement.createdById,
    updated_by_id: agreement.updatedById,
    created_at: agreement.createdAt.toISOString(),
    updated_at: agreement.updatedAt.toISOString(),
  };
}
