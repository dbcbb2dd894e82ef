import { ownDrafts, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { OwnDrafts } from '../application/drafts/own-drafts.ts';

/** Questions about texts that were not sent yet. */
@Controller()
export class DraftsController {
  constructor(private readonly drafts: OwnDrafts) {}

  @Answers(ownDrafts.list)
  async of({ actor }: RpcContext, { params }: ParsedInputOf<typeof ownDrafts.list>) {
    return this.drafts.of(requireActor(actor), params.id);
  }

  @Answers(ownDrafts.keep)
  async keep({ actor }: RpcContext, { params, body }: ParsedInputOf<typeof ownDrafts.keep>) {
    return this.drafts.keep(requireActor(actor), params.id, params.kind, body);
  }

  @Answers(ownDrafts.delete)
  async remove({ actor }: RpcContext, { params }: ParsedInputOf<typeof ownDrafts.delete>) {
    await this.drafts.remove(requireActor(actor), params.id, params.kind);
    return {};
  }
}
