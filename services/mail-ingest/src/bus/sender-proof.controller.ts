import { callerOf, type ParsedInputOf, senderProof } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ManageSenderPolicy } from '../application/proof/manage-sender-policy.ts';
import type { SenderPolicy } from '../domain/proof/sender-policy.ts';

/** What is done about mails whose senders are not proven. */
@Controller()
export class SenderProofController {
  constructor(private readonly manage: ManageSenderPolicy) {}

  @Answers(senderProof.get)
  async get({ actor }: RpcContext) {
    return shown(await this.manage.read(actor));
  }

  @Answers(senderProof.update)
  async update(ctx: RpcContext, { body }: ParsedInputOf<typeof senderProof.update>) {
    return shown(await this.manage.update(ctx.actor && callerOf(ctx.actor, ctx), body));
  }
}

const shown = ({ policy, trusted_servers, sender_based_on_reply_to, updated_at }: SenderPolicy) => ({
  ...{ policy, trusted_servers, sender_based_on_reply_to },
  updated_at: updated_at.toISOString(),
});
