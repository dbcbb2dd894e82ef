import { type ParsedInputOf, sharedDraftOfTicket, sharedDrafts } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { SharedDrafts } from '../application/drafts/shared-drafts.ts';

/** Questions about drafts that a group shares. PATCH asks what PUT asks. */
@Controller()
export class SharedDraftsController {
  constructor(private readonly drafts: SharedDrafts) {}

  @Answers(sharedDraftOfTicket.get)
  async ofTicket({ actor }: RpcContext, { params }: ParsedInputOf<typeof sharedDraftOfTicket.get>) {
    return this.drafts.ofTicket(requireActor(actor), params.id);
  }

  @Answers(sharedDraftOfTicket.put)
  async keep({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof sharedDraftOfTicket.put>) {
    return this.drafts.keepOfTicket(requireActor(actor), params.id, body);
  }

  @Answers(sharedDraftOfTicket.delete)
  async forget({ actor }: RpcContext, { params }: ParsedInputOf<typeof sharedDraftOfTicket.delete>) {
    return this.drafts.removeOfTicket(requireActor(actor), params.id);
  }

  @Answers(sharedDraftOfTicket.files)
  async files({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof sharedDraftOfTicket.files>) {
    return this.drafts.importFiles(requireActor(actor), params.id, body.form_id);
  }

  @Answers(sharedDrafts.list)
  async list({ actor }: RpcContext) {
    return this.drafts.list(requireActor(actor));
  }

  @Answers(sharedDrafts.get)
  async get({ actor }: RpcContext, { params }: ParsedInputOf<typeof sharedDrafts.get>) {
    return this.drafts.get(requireActor(actor), params.id);
  }

  @Answers(sharedDrafts.create)
  async create({ actor }: RpcContext, { body }: ParsedInputOf<typeof sharedDrafts.create>) {
    return this.drafts.create(requireActor(actor), body);
  }

  @Answers(sharedDrafts.update)
  async update({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof sharedDrafts.update>) {
    return this.drafts.update(requireActor(actor), params.id, body);
  }

  @Answers(sharedDrafts.delete)
  async remove({ actor }: RpcContext, { params }: ParsedInputOf<typeof sharedDrafts.delete>) {
    return this.drafts.remove(requireActor(actor), params.id);
  }
}
