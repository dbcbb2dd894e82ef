import { callerOf, type OutputOf, type ParsedInputOf, agreements as questions } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageAgreements } from '../application/manage-agreements.ts';
import { PreviewAgreement } from '../application/preview-agreement.ts';
import type { Agreement, AgreementDraft } from '../domain/agreement.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;
/** As the column of agreements that were made before. */
const ATTACHMENT_BYTES = 20_000_000;
/** A working day. */
const ANSWER_HOURS = 8;

@Controller()
export class AgreementAnswers {
  constructor(
    private readonly agreements: ManageAgreements,
    private readonly dryRun: PreviewAgreement,
  ) {}

  @Answers(questions.list)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof questions.list>) {
    const limit = Math.min(query.per_page ?? query.limit ?? DEFAULT_PAGE, MAX_PAGE);
    return (await this.agreements.list(actor, limit, ((query.page ?? 1) - 1) * limit)).map(shown);
  }

  @Answers(questions.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof questions.get>) {
    return shown(await this.agreements.get(actor, params.id));
  }

  @Answers(questions.preview)
  async preview({ actor, signal }: RpcContext, { params, body }: ParsedInputOf<typeof questions.preview>) {
    const preview = await this.dryRun.run(actor, params.id, body.ticket_id, signal);
    const { to, whyNot, ticket, comments, commentsTotal, internalArticles, mail, request, requestProblem } = preview;
    return {
      ...{ to, why_not: whyNot, ticket, comments, comments_total: commentsTotal, internal_articles: internalArticles },
      request: request && {
        method: request.method,
        url: request.url,
        content_type: request.contentType,
        body: request.body,
      },
      request_problem: requestProblem,
      mail: mail && { reply_to: mail.replyTo, subject: mail.subject, text: mail.text, files: mail.files },
    };
  }

  @Answers(questions.create)
  async create(ctx: RpcContext, { body }: ParsedInputOf<typeof questions.create>) {
    const { kind, name, group_id: groupId, list_address: listAddress = null, peer_id: peerId = null } = body;
    const { disclosure = 'none', internal_notes: internalNotes = false, active = true } = body;
    const { max_attachment_bytes: maxAttachmentBytes = ATTACHMENT_BYTES, attachment_types: attachmentTypes = [] } =
      body;
    const { answer_hours: answerHours = ANSWER_HOURS } = body;
    const draft = {
      ...{ kind, name: name.trim(), groupId, listAddress, peerId, disclosure, internalNotes, active },
      ...{ maxAttachmentBytes, attachmentTypes, answerHours },
    };
    const { agreements } = this;
    return shown(
      await (body.propose ? agreements.propose(callerIn(ctx), draft) : agreements.create(callerIn(ctx), draft)),
    );
  }

  @Answers(questions.proposals)
  async proposals({ actor }: RpcContext) {
    return (await this.agreements.proposals(actor)).map(
      ({ id, peerId, name, disclosure, internalNotes, createdAt }) => ({
        ...{ id, peer_id: peerId as number, name, disclosure, internal_notes: internalNotes },
        created_at: createdAt.toISOString(),
      }),
    );
  }

  @Answers(questions.accept)
  async accept(ctx: RpcContext, { params, body }: ParsedInputOf<typeof questions.accept>) {
    const { name, group_id: groupId, disclosure = 'none', internal_notes: internalNotes = false } = body;
    const { max_attachment_bytes: maxAttachmentBytes = ATTACHMENT_BYTES, attachment_types: attachmentTypes = [] } =
      body;
    const { answer_hours: answerHours = ANSWER_HOURS } = body;
    const terms = {
      ...{ name: name?.trim(), groupId, disclosure, internalNotes, maxAttachmentBytes, attachmentTypes, answerHours },
    };
    return shown(await this.agreements.accept(callerIn(ctx), params.id, terms));
  }

  @Answers(questions.decline)
  async decline(ctx: RpcContext, { params, body }: ParsedInputOf<typeof questions.decline>) {
    await this.agreements.decline(callerIn(ctx), params.id, body.reason?.trim() ?? '');
    return {};
  }

  @Answers(questions.update)
  async update(ctx: RpcContext, { params, body }: ParsedInputOf<typeof questions.update>) {
    const change: Partial<AgreementDraft> = {
      ...(body.name !== undefined && { name: body.name.trim() }),
      ...(body.group_id !== undefined && { groupId: body.group_id }),
      ...(body.list_address != null && { listAddress: body.list_address }),
      ...(body.peer_id != null && { peerId: body.peer_id }),
      ...(body.disclosure !== undefined && { disclosure: body.disclosure }),
      ...(body.internal_notes !== undefined && { internalNotes: body.internal_notes }),
      ...(body.max_attachment_bytes !== undefined && { maxAttachmentBytes: body.max_attachment_bytes }),
      ...(body.attachment_types !== undefined && { attachmentTypes: body.attachment_types }),
      ...(body.answer_hours !== undefined && { answerHours: body.answer_hours }),
      ...(body.active !== undefined && { active: body.active }),
    };
    return shown(await this.agreements.update(callerIn(ctx), params.id, change, body.suspended));
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
    peer_id: agreement.peerId,
    disclosure: agreement.disclosure,
    internal_notes: agreement.internalNotes,
    max_attachment_bytes: agreement.maxAttachmentBytes,
    attachment_types: agreement.attachmentTypes,
    answer_hours: agreement.answerHours,
    active: agreement.active,
    status: agreement.status,
    suspended_by: suspendedBy(agreement),
    reason: agreement.reason,
    untold: agreement.tellError,
    created_by_id: agreement.createdById,
    updated_by_id: agreement.updatedById,
    created_at: agreement.createdAt.toISOString(),
    updated_at: agreement.updatedAt.toISOString(),
  };
}

function suspendedBy({ status, pausedHere, pausedThere }: Agreement): 'us' | 'them' | 'both' | null {
  if (status !== 'accepted' || !(pausedHere || pausedThere)) return null;
  if (pausedHere && pausedThere) return 'both';
  return pausedHere ? 'us' : 'them';
}
